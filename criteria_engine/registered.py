"""The registry's text and the sentences that criteria claim of it.

Two exports of one text differ in white space, escapes, bullets and the shape of quotes and signs;
a claim is found in spite of these, and its position is that in the text as it is.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import yaml

from criteria_engine.assessment import CriterionKind

_TOKEN = re.compile(
    r"""
      \\(?P<escaped>[^\w\s])            # \- and \>
    | (?P<entity>&\#?\w+;)              # &gt;
    | (?P<bullet>(?:^|(?<=\s))[*•·◦▪‣–—-]+(?=\s)           # * and, at the head of a line, 1.
        | (?:^|(?<=\n))(?:\d{1,2}|[a-zA-Z])[.)](?=\s))
    | (?P<space>\s+)
    | (?P<other>.)
    """,
    re.VERBOSE,
)
_SAME = {
    "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "−": "-",
    "µ": "μ", "≥": ">=", "≤": "<=",
}  # fmt: skip
_SENTENCE = re.compile(r".+?(?:[.;:](?=\s)|$)", re.MULTILINE)
_BREAK = "\n"
"""What a bullet becomes in the folded text."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Some of the registered text: characters from ``start`` to before ``end``."""

    start: int
    end: int
    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that a criterion claims, and where it stands; None where it does not."""

    criterion: str
    index: int
    text: str
    passage: Passage | None
    in_other_list: bool = False


@dataclass(frozen=True)
class RegisteredText:
    """A registry's text, which claims are looked for in."""

    text: str

    def find(self, claim: str, kind: CriterionKind) -> tuple[Passage | None, bool]:
        """Where the claim stands, in the list of its kind rather than elsewhere, and whether it
        stands only in the other list."""
        wanted = _fold(claim)[0].strip()
        found = list(_occurrences(wanted.replace(_BREAK, " "), self._folded.replace(_BREAK, " ")))
        if not wanted or not found:
            return None, False
        own = [span for span in found if self._list_of(span[0]) in (kind, None)]
        start, end = (own or found)[0]
        return self._passage(start, end), not own

    def unclaimed(self, claimed: Iterable[Passage]) -> tuple[Passage, ...]:
        """What stands in the lists of criteria and in no claim, piece by piece."""
        free = bytearray(b"\1" * len(self._folded))
        for passage in claimed:
            start, end = (bisect_right(self._origin, at - 1) for at in (passage.start, passage.end))
            free[start:end] = bytes(end - start)
        for start, end in self._furniture():
            free[start:end] = bytes(end - start)
        return tuple(
            self._passage(start, end)
            for start, end in self._free_pieces(free)
            if any(sign.isalnum() for sign in self._folded[start:end])
        )

    @cached_property
    def sentences(self) -> int:
        """How many bulleted passages and sentences the lists of criteria hold."""
        free = bytearray(b"\1" * len(self._folded))
        for start, end in self._furniture():
            free[start:end] = bytes(end - start)
        pieces = (self._folded[start:end] for start, end in self._free_pieces(free))
        return sum(any(sign.isalnum() for sign in piece) for piece in pieces)

    @cached_property
    def _spelt(self) -> tuple[str, list[int]]:
        return _fold(self.text)

    @property
    def _folded(self) -> str:
        return self._spelt[0]

    @property
    def _origin(self) -> list[int]:
        return self._spelt[1]

    @cached_property
    def _heads(self) -> tuple[int | None, int | None]:
        layout = _layout()
        found = (_head(layout[kind], self._folded) for kind in ("inclusion", "exclusion"))
        inclusion, exclusion = found
        return (inclusion.start() if inclusion else None, exclusion.start() if exclusion else None)

    def _list_of(self, at: int) -> CriterionKind | None:
        inclusion, exclusion = self._heads
        if exclusion is not None and at >= exclusion:
            return "exclusion"
        return "inclusion" if inclusion is not None and at >= inclusion else None

    def _furniture(self) -> Iterator[tuple[int, int]]:
        """The preface before the lists, their headings, and the fields after them."""
        layout = _layout()
        heads = [at for at in self._heads if at is not None]
        yield 0, min(heads, default=0)
        for kind in ("inclusion", "exclusion"):
            if head := _head(layout[kind], self._folded):
                yield head.span()
        for start, line in _lines(self.text):
            name = line.partition(":")[0].strip()
            if ":" in line and name in layout["fields"]:
                whole = (start, start + len(line))
                first, last = (bisect_right(self._origin, at - 1) for at in whole)
                yield first, last

    def _free_pieces(self, free: bytearray) -> Iterator[tuple[int, int]]:
        """The runs of what is free, parted at bullets and at the ends of sentences."""
        for run in re.finditer(b"\1+", bytes(free)):
            for piece in _SENTENCE.finditer(self._folded[slice(*run.span())]):
                start, end = (run.start() + at for at in piece.span())
                text = self._folded[start:end]
                start += len(text) - len(text.lstrip())
                yield start, max(start, end - (len(text) - len(text.rstrip())))

    def _passage(self, start: int, end: int) -> Passage:
        """The passage of the text as it is, from a span of the folded text."""
        first = self._origin[start]
        last = self._origin[end] if end < len(self._origin) else len(self.text)
        text = self.text[first:last].rstrip()
        before = self.text[:first]
        column = first - (before.rfind("\n") + 1) + 1
        return Passage(first, first + len(text), before.count("\n") + 1, column, text)


def claims(
    text: RegisteredText, criteria: Iterable[tuple[str, CriterionKind, Iterable[str]]]
) -> tuple[Claim, ...]:
    """Where each sentence that the criteria claim stands in the text."""
    return tuple(
        Claim(name, index, piece, *text.find(piece, kind))
        for name, kind, pieces in criteria
        for index, piece in enumerate(pieces)
    )


def _fold(text: str) -> tuple[str, list[int]]:
    """The text in one spelling, and for each of its characters where it came from."""
    folded: list[str] = []
    origin: list[int] = []
    for token in _TOKEN.finditer(text):
        for sign in _spelling(token):
            if sign in (" ", _BREAK) and folded and folded[-1] in (" ", _BREAK):
                folded[-1] = _BREAK if _BREAK in (sign, folded[-1]) else " "
                continue
            folded.append(sign)
            origin.append(token.start())
    return "".join(folded), origin


def _spelling(token: re.Match[str]) -> str:
    match token.lastgroup:
        case "bullet":
            return _BREAK
        case "space":
            return " "
        case "escaped":
            sign = token["escaped"]
            before = token.string[: token.start()][-1:]
            after = token.string[token.end() :][:1]
            alone = (not before or before.isspace()) and after.isspace()
            return _BREAK if sign in "-*•" and alone else _SAME.get(sign, sign)
        case "entity":
            return "".join(_SAME.get(sign, sign) for sign in html.unescape(token["entity"]))
    sign = token["other"]
    return _SAME.get(sign, sign)


def _occurrences(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the words stand, white space aside, not within longer words."""
    words = wanted.split()
    if not words:
        return
    pattern = r"\s+".join(map(re.escape, words))
    first = r"(?<!\w)" if wanted[0].isalnum() else ""
    last = r"(?!\w)" if wanted[-1].isalnum() else ""
    for found in re.finditer(first + pattern + last, text):
        yield found.span()


def _head(name: str, folded: str) -> re.Match[str] | None:
    """The heading of a list: "Inclusion Criteria" before a colon or a bullet, or "Inclusion:"."""
    words = rf"(?<!\w)(?:key )?{re.escape(name)}(?: criteria(?=\n)|(?: criteria)?\s*:)"
    return re.search(words, folded, re.IGNORECASE)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, line.rstrip("\r\n")
        start += len(line)


@cache
def _layout() -> dict[str, Any]:
    text = (files("criteria_engine") / "registry_layout.yaml").read_text(encoding="utf-8")
    layout: dict[str, Any] = yaml.safe_load(text)
    return layout
