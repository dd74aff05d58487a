"""Rows of laboratory tables: cells by what parts them, columns by their heading.

A row belongs to a table when its first cell is a label alone and its next one a value.  The
column's heading gives the date ("03/02/2025"), or says what the column holds (unit, reference,
flag, percentages of the predicted value).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from abstraction.pipeline.printed import any_of
from nlp_rules.schema import ColumnRole, ValueRules

_BREAK = re.compile(
    r"[ \t\u00a0]*(?:\t|[|│┃║])[ \t\u00a0|│┃║]*|[ \u00a0]*(?:\.{3,}|…+)[ \u00a0]*|[ \u00a0]{2,}"
)
"""Between cells: a tab, a pipe, dots that lead on, or a run of spaces."""
_RULE = re.compile(r"[\s|:+=_─━│┃┌┐└┘├┤┬┴┼═║╔╗╚╝╠╣╦╩╬-]*$")
_GROUP_TITLE = re.compile(r"[ \t]*[A-Z][^\W\d_]{2,}(?:[ &/,()-]{1,3}[^\W\d_]+){0,3}\)?[ \t]*")
"""A line between the rows of a table that names those below it: "SEROLOGY", "URINE (random)"."""
_WIDE = 4
"""Cells of a table that a title inside it does not end."""
_BARS = re.compile(r"[\t|│┃║]")
_RECORDS = re.compile(r"[^;|\r\n]*(?:\|[^;|\r\n]*){2,}(?:;|$)")
"""A record of a line that holds several: "Hb|7.6|g/dL|L;TLC|2100|/cumm|L"."""
_BARS_OF_RECORDS = 4
"""Pipes of a line with at least two records; looked for first, since most lines have none."""
_FEWEST = {";": 1, ",": 3}
"""Delimiters that prose has as well, and how many of them a row has at least."""
_LONGEST_CELL = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """The characters ``[start, end)`` of one cell, without the space around it."""

    start: int
    end: int
    column: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of at least two cells; ``aligned`` when spaces alone separate them."""

    start: int
    end: int
    cells: tuple[Cell, ...]
    aligned: bool


def rows(text: str) -> list[list[Row]]:
    """Blocks of neighbouring lines that have cells, each block in order."""
    blocks: list[list[Row]] = []
    lines = _lines(text)
    open_block = False
    for number, (start, end) in enumerate(lines):
        found = _rows_of_line(text, lines, number)
        if not found:
            body = text[start:end]
            wide = open_block and max(len(row.cells) for row in blocks[-1]) >= _WIDE
            goes_on = _RULE.match(body) or (wide and _GROUP_TITLE.fullmatch(body))
            open_block = open_block and bool(body.strip()) and bool(goes_on)
            continue
        if not open_block:
            blocks.append([])
        blocks[-1].extend(found)
        open_block = True
    return blocks


def _lines(text: str) -> list[tuple[int, int]]:
    """Each line's characters, without its end."""
    found: list[tuple[int, int]] = []
    position = 0
    for line in text.splitlines(keepends=True):
        found.append((position, position + len(line.rstrip("\r\n"))))
        position += len(line)
    return found


def _rows_of_line(text: str, lines: Sequence[tuple[int, int]], number: int) -> list[Row]:
    start, end = lines[number]
    body = text[start:end]
    if _RULE.match(body):
        return []
    records = []
    if body.count("|") >= _BARS_OF_RECORDS:
        records = [m for m in _RECORDS.finditer(text, start, end) if m[0].strip(" ;")]
    if len(records) > 1:
        parts = [(m.start(), m.start() + len(m[0].rstrip(";"))) for m in records]
        return [row for part in parts if (row := _row(text, *part)) is not None]
    for delimiter in _FEWEST:
        if _delimited(text, lines, number, delimiter):
            return [_split(text, start, end, delimiter)]
    row = _row(text, start, end)
    return [] if row is None else [row]


def _delimited(text: str, lines: Sequence[tuple[int, int]], number: int, delimiter: str) -> bool:
    """Whether a line is one of several that a semicolon or comma parts into as many cells."""
    count = _cells_of(text, lines[number], delimiter)
    if count == 0:
        return False
    beside = [lines[n] for n in (number - 1, number + 1) if 0 <= n < len(lines)]
    return any(_cells_of(text, line, delimiter) == count for line in beside)


def _cells_of(text: str, line: tuple[int, int], delimiter: str) -> int:
    """How many cells the delimiter makes of a line; 0 where they read like prose."""
    body = text[slice(*line)]
    if body.count(delimiter) < _FEWEST[delimiter] or _BARS.search(body):
        return 0
    cells = body.split(delimiter)
    prose = delimiter == "," and (", " in body or "  " in body)
    if prose or len(cells[0].split()) > 5 or max(map(len, cells)) > _LONGEST_CELL:
        return 0
    return len(cells)


def _split(text: str, start: int, end: int, delimiter: str) -> Row:
    cells: list[Cell] = []
    position = start
    for column, printed in enumerate(text[start:end].split(delimiter)):
        first = position + len(printed) - len(printed.lstrip())
        if printed.strip():
            cells.append(Cell(first, first + len(printed.strip()), column))
        position += len(printed) + 1
    return Row(start, end, tuple(cells), aligned=False)


def _row(text: str, start: int, end: int) -> Row | None:
    body = text[start:end]
    cells, position, column = [], start, 0
    for gap in [*_BREAK.finditer(text, start, end), None]:
        stop = gap.start() if gap else end
        if stop > position or (column and gap and _BARS.search(gap[0])):
            stripped = text[position:stop]
            lead = len(stripped) - len(stripped.lstrip())
            if stripped.strip():
                cells.append(Cell(position + lead, position + len(stripped.rstrip()), column))
                column += 1
        if gap:
            column += max(0, len(_BARS.findall(gap[0])) - 1)
            position = gap.end()
    if len(cells) < 2:
        return None
    return Row(start, end, tuple(cells), aligned=not _BARS.search(body))


class ColumnHeadings:
    """What column headings say, by ``values.yaml``."""

    def __init__(self, rules: ValueRules) -> None:
        self._roles: tuple[tuple[ColumnRole, re.Pattern[str]], ...] = tuple(
            (role, re.compile(pattern, re.IGNORECASE))
            for role, pattern in rules.column_headings.items()
        )
        self._predicted = re.compile(any_of(rules.predicted_headings), re.IGNORECASE)

    def role(self, heading: str) -> ColumnRole | None:
        """What a column holds by its heading; None when the heading says nothing of it."""
        return next((role for role, pattern in self._roles if pattern.match(heading.strip())), None)

    def predicted(self, heading: str) -> bool:
        """Whether a heading says that its values are percentages of the predicted ones."""
        return bool(self._predicted.search(heading))


def heading_of(cell: Cell, row: Row, header: Row, offset: int) -> Cell | None:
    """The heading above ``cell``: by column number, or by place where spaces align the table.

    ``offset`` is how many columns the header lacks on the left (a label column without a heading).
    """
    if not header.aligned or not row.aligned:
        return next((h for h in header.cells if h.column + offset == cell.column), None)
    start, end = cell.start - row.start, cell.end - row.start

    def distance(heading: Cell) -> tuple[float, int]:
        left, right = heading.start - header.start, heading.end - header.start
        overlap = min(end, right) - max(start, left)
        centre = abs((left + right) - (start + end)) / 2
        return (centre if overlap > 0 else centre + _APART, heading.start)

    return min(header.cells, key=distance)


_APART = 4.0
"""Characters that a heading beside a cell counts as farther away than one over it."""
