"""What the columns of a table hold: by their heading, or else by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.page import Page
from abstraction.pipeline.tables import Cell, ColumnHeadings, Row, heading_of
from abstraction.pipeline.value_grammar import ValueGrammar
from nlp_rules.schema import ColumnRole, MeasurementRule, ValueRules


@dataclass(frozen=True, slots=True)
class Column:
    """A cell of a row, what it holds, and the date that heads it."""

    role: ColumnRole
    cell: Cell
    day: DateMention | None = None


class ColumnReader:
    """Reads the columns of tables whose analytes stand down the first one."""

    def __init__(self, grammar: ValueGrammar, rules: ValueRules) -> None:
        self._grammar = grammar
        self._headings = ColumnHeadings(rules)

    def headers(self, page: Page, block: Sequence[Row]) -> list[Row | None]:
        """For each row the nearest one above that names the columns: it holds dates over values,
        or column titles."""
        found: list[Row | None] = []
        header: Row | None = None
        for number, row in enumerate(block):
            found.append(header)
            beneath_dates = number > 0 and header is block[number - 1] and _days_in(page, header)
            if self._names_columns(page, row) and not (beneath_dates and _tells_hours(page, row)):
                header = row
        return found

    def _names_columns(self, page: Page, row: Row) -> bool:
        """Whether a row holds titles or dates, and no value beside them."""
        named = False
        if page.analytes_within(row.start, row.cells[0].end):
            return False
        for cell in row.cells:
            heading = page.text[cell.start : cell.end]
            if self._headings.role(heading) or self._headings.predicted(heading):
                named = True
            elif _days_in(page, cell):
                named = named or cell is not row.cells[0] or len(row.cells) > 1
            elif _HOUR.fullmatch(heading) and not page.analytes_within(row.start, row.end):
                named = named or cell is not row.cells[0]
            elif _VALUE.fullmatch(heading):
                return False
        return named

    def columns(
        self, page: Page, row: Row, header: Row | None, rule: MeasurementRule
    ) -> list[Column]:
        """Each cell after the label with what it holds and the date over it; a single date in the
        heading is over every cell."""
        listed = _listed_above(page, row) if header is None else []
        if listed:
            pairs = zip(row.cells[1:], listed, strict=True)
            return [Column("value", cell, day) for cell, day in pairs]
        found = list(self._each_column(page, row, header, rule))
        own = [column.day for column in found if column.role == "date" and column.day]
        own += _before(page, row)
        if own:
            return [column if column.day else replace(column, day=own[0]) for column in found]
        dates = _days_in(page, header) if header else []
        if len(dates) == 1 and header is not None and _is_over_all(header, dates[0]):
            return [column if column.day else replace(column, day=dates[0]) for column in found]
        return found

    def _each_column(
        self, page: Page, row: Row, header: Row | None, rule: MeasurementRule
    ) -> Iterator[Column]:
        text = page.text
        titles = [text[c.start : c.end] for c in header.cells] if header else []
        only_predicted = rule.value == "percent" and any(map(self._headings.predicted, titles))
        seen_value = False
        for cell in row.cells[1:]:
            heading = self._heading(page, cell, row, header)
            title = text[heading.start : heading.end] if heading else ""
            over = _days_in(page, heading) if heading else []
            role = self._headings.role(title)
            itself = _date_in(page, cell)
            if itself is not None:
                yield Column("date", cell, itself)
            elif only_predicted:
                if self._headings.predicted(title):
                    yield Column("value", cell)
            elif not seen_value and self._grammar.units.whole(text, cell.start, cell.end, rule):
                yield Column("unit", cell)
            elif over or _HOUR.fullmatch(title):
                seen_value = True
                yield Column("value", cell, over[0] if over else None)
            elif role:
                seen_value = seen_value or role == "value"
                yield Column(role, cell)
            elif self._grammar.units.whole(text, cell.start, cell.end, rule):
                yield Column("unit", cell)
            elif self._grammar.ranges.bounds(text, cell.start, cell.end) and (
                seen_value or self._value_follows(text, row, cell)
            ):
                yield Column("range", cell)
            elif self._grammar.ranges.flag(text, cell.start, cell.end):
                yield Column("flag", cell)
            elif not seen_value:
                seen_value = True
                yield Column("value", cell)

    def _value_follows(self, text: str, row: Row, cell: Cell) -> bool:
        """Whether a plain number stands farther right: then the cell is the range before it."""
        behind = row.cells[row.cells.index(cell) + 1 :]
        return any(
            _VALUE.fullmatch(text, c.start, c.end)
            and not self._grammar.ranges.bounds(text, c.start, c.end)
            for c in behind
        )

    def _heading(self, page: Page, cell: Cell, row: Row, header: Row | None) -> Cell | None:
        """The heading above a cell.  A header lacks a column when its first cell heads values."""
        if header is None:
            return None
        first = header.cells[0]
        heads_values = self._headings.role(page.text[first.start : first.end]) or bool(
            page.dates.within(first.start, first.end)
        )
        label = row.cells[0]
        if header.aligned and row.aligned and len(header.cells) == len(row.cells) - 1:
            beside_label = first.start - header.start >= label.end - row.start
            if not beside_label and heads_values:
                return header.cells[row.cells.index(cell) - 1]
        return heading_of(cell, row, header, 1 if first.column == 0 and heads_values else 0)

    def is_predicted(
        self, page: Page, row: Row, header: Row | None, cell: Cell, rule: MeasurementRule
    ) -> bool:
        """Whether a cell of a per-cent analyte stands under "% predicted"."""
        heading = self._heading(page, cell, row, header)
        if heading is None or rule.value != "percent":
            return False
        return self._headings.predicted(page.text[heading.start : heading.end])


def _tells_hours(page: Page, row: Row) -> bool:
    """Whether a row holds the hours of the dates above it."""
    return any(_HOUR.fullmatch(page.text, cell.start, cell.end) for cell in row.cells)


def _is_over_all(header: Row, day: DateMention) -> bool:
    """Whether the only date of a heading is that of all columns: it does not stand over one of
    several."""
    first = header.cells[0]
    return len(header.cells) < 3 or first.start <= day.start < first.end


def _date_in(page: Page, cell: Cell) -> DateMention | None:
    """The date that a cell is, with nothing but a time beside it; four digits alone are none."""
    dates = _days_in(page, cell)
    if not dates:
        return None
    beside = page.text[cell.start : dates[0].start] + page.text[dates[0].end : cell.end]
    return None if _LETTER_OR_DECIMAL.search(beside) else dates[0]


def _listed_above(page: Page, row: Row) -> list[DateMention]:
    """The dates that the lines above list in the order of the columns, one for each value:
    "Bloods (10/3/25, 24/2/25)"."""
    values = [page.text[cell.start : cell.end] for cell in row.cells[1:]]
    if len(values) < 2 or not all(_VALUE.fullmatch(v) or v in _NOTHING for v in values):
        return []
    above = page.text.rfind("\n\n", 0, row.start) + 1
    dates = page.dates.within(max(above, row.start - _FAR_ABOVE), row.start)
    return dates if len(dates) == len(values) else []


def _days_in(page: Page, place: Cell | Row) -> list[DateMention]:
    """The dates in a cell or row; a bare year is a number more often in a table."""
    found = page.dates.within(place.start, place.end)
    return [d for d in found if not page.text[d.start : d.end].isdigit()]


def _before(page: Page, row: Row) -> list[DateMention]:
    """The dates in a row before its label."""
    return [d for d in _days_in(page, row) if d.end <= row.cells[0].start]


_HOUR = re.compile(r"(?:[01]\d|2[0-3])[:.h]?[0-5]\d(?:\s?h)?")
"""A time of the day over a column: "0600"."""
_NOTHING = ("-", "–", "—", "--", "n/a", "ND", "NA")
"""What stands in a cell that holds no value."""
_FAR_ABOVE = 600
"""Characters above a row in which its columns' dates are listed."""
_VALUE = re.compile(
    r"[<>≤≥=]{0,2}\s?\d[\d.,]*(?:\s?[-–]\s?\d[\d.,]*)?\s?%?\s?(?:\*+|\(?\[?[HL*]{1,2}\]?\)?)?"
)
_LETTER_OR_DECIMAL = re.compile(r"[A-Za-z]|\d\.\d")
