"""Lines that were ended on purpose, and not wrapped.

Phone notes and pasted lists have lines without bullets or full stops, which read as one sentence:
what is said in one of them is not said of the drug of the next.  Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

_OPEN_END = re.compile(
    r"(?:[,:/+&-]|\b(?:and|or|of|with|the|for|to|no|in|on|by|from|her|his|a))\s*$"
)
"""The end of a line that the next one carries on, however short it is."""

_SLACK = 8
"""Characters by which the lines of one paragraph may be wrapped at different places."""
_ROWS = 60
"""Rows of the longest table."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The offsets at which a line begins that the one before it had room for."""

    starts: tuple[int, ...]

    def at(self, offset: int) -> int:
        """The number of the line that holds the character; a wrapped line goes on."""
        return bisect_right(self.starts, offset)

    @classmethod
    def of(cls, text: str) -> Lines:
        """The lines of ``text``.  A wrapped line is one that had no room for the first word of
        the next, by the widest line of its paragraph; a ruled line parts two paragraphs."""
        found: list[int] = []
        paragraph: list[tuple[int, str]] = []
        position = 0
        for line in [*text.splitlines(keepends=True), ""]:
            if any(sign.isalnum() for sign in line):
                paragraph.append((position, line.rstrip()))
            else:
                found.extend(_unwrapped(paragraph))
                paragraph = []
            position += len(line)
        return cls(tuple(found))


def column_head(text: str, offset: int) -> str | None:
    """The head of the column that the character stands in, of a table whose cells are divided by
    bars or tabs; None outside of one."""
    start = text.rfind("\n", 0, offset) + 1
    sign = next((s for s in "|\t" if s in text[start : _end_of_line(text, start)]), None)
    if sign is None:
        return None
    column = text.count(sign, start, offset)
    head = start
    for _ in range(_ROWS):
        above = text.rfind("\n", 0, max(0, head - 1)) + 1
        if above >= head or sign not in text[above : head - 1]:
            break
        head = above
    cells = text[head : _end_of_line(text, head)].split(sign)
    return cells[column] if head < start and column < len(cells) else None


def _end_of_line(text: str, start: int) -> int:
    end = text.find("\n", start)
    return end if end >= 0 else len(text)


def _unwrapped(paragraph: list[tuple[int, str]]) -> list[int]:
    width = max((len(line) for _, line in paragraph), default=0)
    found = [start for start, _ in paragraph[:1]]
    for (_, above), (start, line) in pairwise(paragraph):
        room = len(above) + 1 + len(line.split(maxsplit=1)[0]) + _SLACK <= width
        if room and not _OPEN_END.search(above):
            found.append(start)
    return found
