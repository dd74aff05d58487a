"""A note's text as HTML: every character in its place, every fact highlighted where it stands."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from abstraction.facts import Assertion, Fact, Kind
from api.pages.highlights import lanes, segments
from api.pages.visible import as_html

_DEEPEST_LANE = 4
_LONE_RETURN = re.compile(r"\r(?!\n)")
_COLUMNS = re.compile(r"\S {3,}\S|\S *\| *\S|\S\t+\S")


class KindCue(NamedTuple):
    """How a kind of fact is told apart: a style class, two letters and a word."""

    style: str
    letters: str
    word: str


KIND_CUES: dict[Kind, KindCue] = {
    "diagnosis": KindCue("dx", "Dx", "diagnosis or finding"),
    "biopsy": KindCue("bx", "Bx", "kidney biopsy"),
    "therapy": KindCue("rx", "Rx", "therapy"),
    "measurement": KindCue("ms", "Ms", "measurement"),
    "demographic": KindCue("dm", "Dm", "age, sex, birth date"),
    "status": KindCue("st", "St", "consent, contraception, trial"),
    "date": KindCue("dt", "Dt", "date"),
}
ASSERTION_SIGNS: dict[Assertion, str] = {
    "present": "",
    "absent": "\N{MINUS SIGN}",
    "possible": "?",
    "conditional": "?",
    "hypothetical": "→",
    "other_person": "°",
}


class Highlight(NamedTuple):
    """A fact on its note: the id of its element and the verdict it leads back to, if any."""

    element_id: str
    fact: Fact
    verdict_id: str | None


def is_tabular(text: str) -> bool:
    """Whether the text has columns that only a typeface of equal widths keeps in line."""
    return sum(1 for line in text.splitlines() if _COLUMNS.search(line)) >= 2


def note_html(text: str, highlights: Sequence[Highlight]) -> Markup:
    """The whole text, each fact's characters marked ``data-fact``; adds no character of its own.

    The first element of a fact carries its id.  Where facts begin, the segment is a link: to the
    verdict that rests on the fact, or else to itself, so that each can be reached and focused.
    """
    lone = [match.start() for match in _LONE_RETURN.finditer(text)]
    spans = [(item.fact.span.start, item.fact.span.end) for item in highlights]
    lane = lanes(spans)
    parts: list[str] = []
    for start, end, covering in segments(len(text), spans):
        inner = _characters(text, start, end, lone)
        if not covering:
            parts.append(inner)
            continue
        here = [(highlights[index], spans[index][0] == start, lane[index]) for index in covering]
        parts.append(_segment(inner, here))
    return Markup("".join(parts))


def _characters(text: str, start: int, end: int, lone_returns: Sequence[int]) -> str:
    """The characters themselves; a CR that ends a line by itself is wrapped, so that style can."""
    inside = lone_returns[bisect_left(lone_returns, start) : bisect_left(lone_returns, end)]
    parts: list[str] = []
    for at in inside:
        parts += as_html(text[start:at]), '<span class="cr">&#13;</span>'
        start = at + 1
    return "".join([*parts, as_html(text[start:end])])


def _segment(inner: str, facts: Sequence[tuple[Highlight, bool, int]]) -> str:
    beginning = [item for item, begins, _ in facts if begins]
    opened, closed = [], []
    for position, (item, begins, lane) in enumerate(facts):
        tag = "i" if position else "a" if beginning else "span"
        attributes = [f'class="{_style(item, lane)}" data-fact="{item.element_id}"']
        if begins:
            attributes.append(f'id="{item.element_id}"')
        if tag == "a":
            leading = next((each for each in beginning if each.verdict_id), beginning[0])
            attributes.append(f'href="#{leading.verdict_id or leading.element_id}"')
            attributes.append(f'data-l="{" ".join(map(_letters, beginning))}"')
        opened.append(f"<{tag} {' '.join(attributes)}>")
        closed.append(f"</{tag}>")
    return "".join(opened) + inner + "".join(reversed(closed))


def _style(item: Highlight, lane: int) -> str:
    names = [KIND_CUES[item.fact.kind].style]
    if lane:
        names.append(f"l{min(lane + 1, _DEEPEST_LANE)}")
    if item.verdict_id:
        names.append("u")
    return " ".join(names)


def _letters(item: Highlight) -> str:
    return KIND_CUES[item.fact.kind].letters + ASSERTION_SIGNS[item.fact.assertion]
