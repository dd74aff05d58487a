"""Answers that a page's layout gives: signs, boxes, columns of ticks, heads of lists.

"Fever (-) rash (+)", "-fever +cough", "[ ] Yes [X] No", a table with a column "Absent", a list
under "Denies".  Which mention a sign belongs to is decided by how the signs of its line stand.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from abstraction.pipeline.screen import Screen
from nlp_rules.schema import FormRules

_FIRST_WORD = re.compile(r"\S")
_LINE = re.compile(r"[^\r\n]+")
_BRACKETED = re.compile(
    r"[(\[]\s?(?:(?P<plus>\+{1,3}|±)|(?P<minus>[-–−]{1,2}))\s?(?:[)\]]|[;,:]\s)"
)
_TICK = re.compile(r"(?P<plus>[✓✔])|(?P<minus>[✗✘✕])")
_ATTACHED = re.compile(r"(?<=[\s,;:(/])(?:(?P<plus>\+)|(?P<minus>[-–−]))(?=(?!ve\b)[A-Za-z])")
_BEFORE_ITEM = re.compile(
    r"(?:(?<=[,;:])|(?<=^))\s?(?:(?P<plus>\+)|(?P<minus>[-–−]))\s(?=[A-Za-z])"
)
_LOOSE = re.compile(r"(?<=[a-z])\s(?:(?P<plus>\+)|(?P<minus>[-–−]))\s(?=[a-z])")
_AFTER_ITEM = re.compile(
    r"(?<=[A-Za-z)])\s?(?:(?P<plus>\+{1,3}|±)|(?P<minus>[-–−]{1,2}))(?=\s*(?:[,;.|]|$|\(\d))"
)
_ZERO = re.compile(r"(?<=[A-Za-z)])\s{1,2}(?:(?P<minus>0)|(?P<plus>1))(?=\s*(?:[|,;(]|$|\s{2}))")
_OPENS = re.compile(r"(?:^|[:,;.|–—-]|\s)\s$|(?:^|[:,;.|–—-])$")
_ITEM_END = re.compile(r"[.;|\r\n]|\s{3,}")
_COMMA = re.compile(r"[,.;|\r\n]|\s{3,}")
_EMPTY = r"\[\s*_?\s*\]|☐|□|\(\s+\)|_{2,}"
_TICKED = r"\[\s*[xX✓✔*]\s*\]|☒|☑|■|\(\s*[xX✓]\s*\)|_[xX]_"


def _box(number: int) -> str:
    """A box, empty (group ``e``) or ticked (``t``)."""
    return rf"(?:(?P<e{number}>{_EMPTY})|(?P<t{number}>{_TICKED}))"


_PAIR = re.compile(
    rf"{_box(1)}\s*(?:(?P<w1>yes|y|no|n)\b)?\s*{_box(2)}\s*(?P<w2>yes|y|no|n)?(?![a-z])"
    rf"|(?P<t5>{_TICKED})\s*(?P<w5>yes|y|no|n)\b"
    rf"|\b(?P<v1>yes|y|no|n)\s*{_box(3)}\s*(?P<v2>yes|y|no|n)\s*{_box(4)}",
    re.IGNORECASE,
)
_CIRCLED = re.compile(
    r"\b(?:y|yes)\s*/?\s*(?P<minus>\(\s*(?:n|no)\s*\))"
    r"|(?P<plus>\(\s*(?:y|yes)\s*\))\s*/?\s*(?:n|no)\b",
    re.IGNORECASE,
)
_SINGLE = re.compile(rf"{_box(1)}(?=\s*[A-Za-z])")
_LEADING_BOX = re.compile(rf"\s*(?:[-*•]\s)?{_box(1)}(?=\s*[A-Za-z])")
_NO_FIRST = re.compile(r"\bno\b.*\byes\b", re.IGNORECASE)
_YES_FIRST = re.compile(r"\byes\b.*\bno\b", re.IGNORECASE)
_MARK = re.compile(r"\s*(?:[xX✓✔+•*]|yes|no|ja|si|sí)\s*", re.IGNORECASE)
_BULLETS = re.compile(r"\s*(?:[-–•*·o]\s|\(?\w{1,3}[.)]\s)")
_LIST_END = re.compile(r"[.](?=\s|$)|\r?\n[ \t]*\r?\n")
_BEFORE_BOXES = " \t-*•·.)0123456789"
"""What stands before boxes that open their line: a bullet or a number."""
_LONGEST_LIST = 600
_LONGEST_HEADER = 120
"""Characters of the longest list under a head, and of the longest line that heads two columns."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in the characters ``[start, end)``, and those that it answers: ``[low, high)``."""

    start: int
    end: int
    low: int
    high: int
    denied: bool
    adjacent: bool = False
    """Whether it answers the nearest mention alone, with nothing but blanks between."""


class FormReader:
    """Reads the answers of a page by ``answers.yaml``.  Linear in the text."""

    def __init__(self, rules: FormRules) -> None:
        self._heads = re.compile(
            r"(?:(?<=^)|(?<=[\n\r])|(?<=[.;:)]\s))[ \t>*#]*(?:[-•]\s*)?"
            rf"(?P<head>{rules.denied_head})|(?P<lead>{rules.denied_lead})",
            re.IGNORECASE,
        )
        self._screen = Screen(
            {
                "head": [self._heads],
                "boxed line": [_LEADING_BOX],
                "line": [
                    _PAIR, _CIRCLED, _SINGLE, _BRACKETED, _TICK,
                    _ATTACHED, _BEFORE_ITEM, _AFTER_ITEM, _ZERO,
                ],
            }
        )  # fmt: skip
        self._other_head = re.compile(rules.other_head, re.IGNORECASE)
        self._absent = frozenset(word.lower() for word in rules.absent_columns)
        self._present = frozenset(word.lower() for word in rules.present_columns)

    def answers(self, text: str) -> Iterator[Answer]:
        """Every answer that the layout gives, in no particular order."""
        yes_first = True
        live = self._screen.live(text)
        if live["boxed line"]:
            yield from _boxed_lines(text)
        columns: tuple[int, int] | None = None
        signed = frozenset(map(id, live["line"]))
        for line in _LINE.finditer(text) if signed or "|" in text else ():
            start, end = line.span()
            body = line[0]
            if "|" in body:
                found = self._columns(body)
                columns = found or columns
                if columns and not found:
                    yield from _ticked_row(body, start, columns)
            else:
                columns = None
            pairs = list(_PAIR.finditer(text, start, end)) if id(_PAIR) in signed else []
            if not pairs and len(body) < _LONGEST_HEADER and _NO_FIRST.search(body):
                yes_first = bool(_YES_FIRST.search(body))
            yield from _boxes(start, body, pairs, yes_first)
            if not pairs and id(_CIRCLED) in signed:
                yield from _circled(text, start, end)
            if not pairs and id(_SINGLE) in signed:
                yield from _single_boxes(text, start, end)
            yield from _signs(text, start, end, signed)
        if live["head"]:
            yield from self._lists(text)

    def _columns(self, body: str) -> tuple[int, int] | None:
        """The columns for present and absent, when a table's line names both."""
        cells = [cell.strip(" *").lower() for cell in body.split("|")]
        present = [n for n, cell in enumerate(cells) if cell in self._present]
        absent = [n for n, cell in enumerate(cells) if cell in self._absent]
        return (present[0], absent[0]) if len(present) == 1 and len(absent) == 1 else None

    def _lists(self, text: str) -> Iterator[Answer]:
        """What stands under a head such as "Denies:" or "Pertinent negatives"."""
        for head in self._heads.finditer(text):
            start, end = head.span("head" if head["head"] else "lead")
            limit = min(len(text), end + _LONGEST_LIST)
            under = text[end:limit].lstrip(" \t:")
            stop = _bullets_end(text, end, limit) if under[:1] in "\r\n" else None
            if stop is None:
                closing = _LIST_END.search(text, end, limit)
                stop = closing.start() if closing else limit
                stop = _lines_end(text, end, stop)
            if other := self._other_head.search(text, end, stop):
                stop = other.start()
            yield Answer(start, end, end, stop, denied=True)


def _bullets_end(text: str, end: int, limit: int) -> int:
    """One past the last bullet line after a head that stands alone on its line."""
    position = end
    for line in _LINE.finditer(text, text.find("\n", end, limit) + 1 or limit, limit):
        gap = text[position : line.start()]
        if not _BULLETS.match(line[0]) or gap.count("\n") > 1:
            break
        position = line.end()
    return position


def _lines_end(text: str, end: int, stop: int) -> int:
    """The end of the head's line, or of the last that a comma or a small letter carries on."""
    for brk in re.compile(r"\r?\n").finditer(text, end, stop):
        before, after = text[end : brk.start()].rstrip(), text[brk.end() : stop].lstrip(" \t")
        if not before.endswith((",", "/", " or", " and", " nor")) and not after[:1].islower():
            return brk.start()
    return stop


def _ticked_row(body: str, start: int, columns: tuple[int, int]) -> Iterator[Answer]:
    cells = body.split("|")
    present, absent = columns
    if len(cells) <= max(columns):
        return
    label = next((n for n, cell in enumerate(cells) if cell.strip()), 0)
    if label >= min(columns):
        return
    places = [0]
    for cell in cells:
        places.append(places[-1] + len(cell) + 1)
    marks = [bool(_MARK.fullmatch(cells[column])) for column in columns]
    if marks[0] == marks[1]:
        return
    column = present if marks[0] else absent
    first = start + places[column]
    yield Answer(
        first,
        first + len(cells[column]),
        start + places[label],
        start + places[label] + len(cells[label]),
        denied=column == absent,
    )


def _boxes(
    start: int, line: str, pairs: Sequence[re.Match[str]], yes_first: bool
) -> Iterator[Answer]:
    """Pairs of a yes box and a no box, each after what it answers."""
    position = start
    if len(pairs) == 1 and not line[: pairs[0].start() - start].strip(_BEFORE_BOXES):
        # The boxes open the line: they answer what follows them.
        yield from _answer_of(pairs[0], pairs[0].end(), start + len(line), yes_first)
        return
    for pair in pairs:
        yield from _answer_of(pair, position, pair.start(), yes_first)
        position = pair.end()


def _answer_of(pair: re.Match[str], low: int, high: int, yes_first: bool) -> Iterator[Answer]:
    """What a pair of boxes answers of ``[low, high)``; nothing where both or none are ticked."""
    if alone := pair["w5"]:
        yield Answer(*pair.span(), low, high, alone.lower().startswith("n"))
        return
    one, two = (pair["t1"] or pair["t3"]), (pair["t2"] or pair["t4"])
    word = (pair["w1"] or pair["v1"] or "").lower()
    first_is_yes = word.startswith("y") if word else yes_first
    if bool(one) != bool(two):
        yield Answer(*pair.span(), low, high, bool(one) != first_is_yes)


def _circled(text: str, start: int, end: int) -> Iterator[Answer]:
    """Yes or no with a circle around one, each after what it answers."""
    position = start
    for circled in _CIRCLED.finditer(text, start, end):
        yield Answer(*circled.span(), position, circled.start(), bool(circled["minus"]))
        position = circled.end()


def _single_boxes(text: str, start: int, end: int) -> Iterator[Answer]:
    """A line of boxes before their labels: what is not ticked where another is, is denied."""
    boxes = list(_SINGLE.finditer(text, start, end))
    if len(boxes) < 2 or not any(box["t1"] for box in boxes):
        return
    for box, following in zip(boxes, [*boxes[1:], None], strict=True):
        high = following.start() if following else end
        yield Answer(*box.span(), box.end(), high, denied=not box["t1"])


def _boxed_lines(text: str) -> Iterator[Answer]:
    """Neighbouring lines that begin with a box: what is not ticked where another is, is denied."""
    lines = [line for line in _LINE.finditer(text) if _LEADING_BOX.match(line[0])]
    group: list[re.Match[str]] = []
    for line, following in pairwise([*lines, None]):
        assert line is not None
        group.append(line)
        if following is not None and text.count("\n", line.end(), following.start()) == 1:
            continue
        boxes = [(one, _LEADING_BOX.match(text, one.start())) for one in group]
        if any(box and box["t1"] for _, box in boxes):
            for one, box in boxes:
                if box and box["e1"]:
                    yield Answer(*box.span(), box.end(), one.end(), denied=True)
        group = []


def _signs(text: str, start: int, end: int, held: Collection[int]) -> Iterator[Answer]:
    """The answers by signs in the line ``[start, end)``; ``held`` are the ids of the patterns that
    the note can hold."""

    def found(pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        return pattern.finditer(text, start, end) if id(pattern) in held else iter(())

    for pattern in (_BRACKETED, _TICK):
        signs = list(found(pattern))
        if signs:
            leading = _OPENS.search(text[start : signs[0].start()])
            yield from _before(signs, text, end, _ITEM_END) if leading else _after(signs)
    attached = _not_bullets(found(_ATTACHED), text, start)
    if len(attached) > 1:
        yield from _before(attached, text, end, _ITEM_END)
    listed = _not_bullets(found(_BEFORE_ITEM), text, start)
    if listed:
        listed = sorted([*listed, *_LOOSE.finditer(text, start, end)], key=lambda m: m.start())
    if len(listed) > 1:
        yield from _before(listed, text, end, _COMMA)
    trailing = list(found(_AFTER_ITEM))
    if len(trailing) > 1 or any(sign["plus"] for sign in trailing):
        yield from _after(trailing)
    zeros = list(found(_ZERO))
    if len(zeros) > 1 and any(zero["minus"] for zero in zeros):
        yield from _after(zeros)


def _not_bullets(signs: Iterable[re.Match[str]], text: str, start: int) -> list[re.Match[str]]:
    signs = list(signs)
    word = _FIRST_WORD.search(text, start) if signs else None
    first = word.start() if word else len(text)
    return [sign for sign in signs if sign.start() > first or sign["plus"]]


def _before(
    signs: Sequence[re.Match[str]], text: str, end: int, closing: re.Pattern[str]
) -> Iterator[Answer]:
    """Signs that stand before what they answer."""
    for sign, following in pairwise([*signs, None]):
        assert sign is not None
        high = following.start() if following else end
        if closed := closing.search(text, sign.end(), high):
            high = closed.start()
        yield Answer(*sign.span(), sign.end(), high, denied=bool(sign["minus"]))


def _after(signs: Sequence[re.Match[str]]) -> Iterator[Answer]:
    """Signs that stand right after what they answer."""
    for sign in signs:
        low = max(0, sign.start() - 80)
        yield Answer(*sign.span(), low, sign.start(), denied=bool(sign["minus"]), adjacent=True)


def answered(answer: Answer, starts: Sequence[int], ends: Sequence[int]) -> Sequence[int]:
    """The numbers of the mentions that an answer answers; ``ends`` need not ascend."""
    first, last = bisect_left(starts, answer.low), bisect_left(starts, answer.high)
    inside = [n for n in range(first, last) if ends[n] <= answer.high]
    return inside[-1:] if answer.adjacent else inside
