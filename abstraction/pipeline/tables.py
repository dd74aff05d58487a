"""Rows of laboratory tables: cells by tabs, pipes or runs of spaces, columns by their heading.

A row belongs to a table when its first cell is a label alone and its next one a value.  The
column's heading gives the date ("03/02/2025"), or says what the column holds (unit, reference,
flag, percentages of the predicted value).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from abstraction.pipeline.printed import any_of
from nlp_rules.schema import ColumnRole, ValueRules

_BREAK = re.compile(r"[ \t\u00a0]*(?:\t|\|)[ \t\u00a0|]*|[ \u00a0]{2,}")
_RULE = re.compile(r"[\s|:+=_-]*$")


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
    position, open_block = 0, False
    for line in text.splitlines(keepends=True):
        start, body = position, line.rstrip("\r\n")
        position += len(line)
        row = _row(text, start, start + len(body))
        if row is None:
            open_block = open_block and bool(body.strip()) and bool(_RULE.match(body))
            continue
        if not open_block:
            blocks.append([])
        blocks[-1].append(row)
        open_block = True
    return blocks


def _row(text: str, start: int, end: int) -> Row | None:
    body = text[start:end]
    if _RULE.match(body):
        return None
    cells, position, column = [], start, 0
    for gap in [*_BREAK.finditer(text, start, end), None]:
        stop = gap.start() if gap else end
        if stop > position or (column and gap and gap[0].count("\t") + gap[0].count("|")):
            stripped = text[position:stop]
            lead = len(stripped) - len(stripped.lstrip())
            if stripped.strip():
                cells.append(Cell(position + lead, position + len(stripped.rstrip()), column))
                column += 1
        if gap:
            column += max(0, gap[0].count("|") - 1) + max(0, gap[0].count("\t") - 1)
            position = gap.end()
    if len(cells) < 2:
        return None
    return Row(start, end, tuple(cells), aligned="\t" not in body and "|" not in body)


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
    if not header.aligned:
        return next((h for h in header.cells if h.column + offset == cell.column), None)
    middle = (cell.start + cell.end) / 2 - row.start
    return min(
        header.cells,
        key=lambda h: (abs((h.start + h.end) / 2 - header.start - middle), h.start),
    )
