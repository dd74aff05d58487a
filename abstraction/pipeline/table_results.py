"""Results in tables: analytes down the first column, or across the heading."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from abstraction.facts import Interpretation
from abstraction.pipeline.page import Page
from abstraction.pipeline.parts import Part
from abstraction.pipeline.printed import NUMBER, Printed
from abstraction.pipeline.reference_ranges import Bounds
from abstraction.pipeline.results import Result, result_of, rule_of
from abstraction.pipeline.special_notations import SYSTOLIC, SpecialNotations
from abstraction.pipeline.table_columns import Column, ColumnReader
from abstraction.pipeline.tables import Cell, Row, heading_of, rows
from abstraction.pipeline.targets import Target
from abstraction.pipeline.value_grammar import ValueGrammar
from nlp_rules.schema import MeasurementRule, ValueRules

_LABEL_UNIT = re.compile(r"[\s,]*[(\[]([^()\[\]]+)[)\]]|[,\s]\s*(\S.*)")
_LETTER = re.compile(r"[A-Za-z]")
_NUMBERS = re.compile(NUMBER)
_LEFT_OUT = re.compile(r"\s*[\d/.:-]+|\s*\w+\s*\d*")
"""The first cell of a row whose heading is left out: a date, an hour, a visit."""
_CODE = re.compile(r"[A-Za-z]{1,4}[-.]?\d{2,6}")
"""What a laboratory calls a test by, before its name: "L2001"."""
_VOLUME = re.compile(r"^(?:\d(?:[.,]\d+)?\s?(?:L|l|litres?|liters?)|\d{3,4}\s?mL)$")
"""What a lung function has beside the per cent of the predicted."""
_VALUE_IN_LABEL = re.compile(r"\s(?!10\s?[\^*Ee(³⁹])\d|\d[\s.)]*$|:")
_A_VALUE = re.compile(r"[<>≤≥]?\s?\d+(?:[.,]\d+)?(?:\s?(?:[a-zA-Zµμ%]+/|[HL*]?$|[HL*]?\s?[(\[]))")


def _without_dates(page: Page, cell: Cell) -> str:
    """The cell's text but its dates."""
    text, position = "", cell.start
    for day in page.dates.within(cell.start, cell.end):
        text, position = text + page.text[position : day.start], day.end
    return text + page.text[position : cell.end]


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the cells of one row have in common: unit and reference range."""

    unit: str | None
    unit_part: Part | None
    bounds: Bounds


class TableReader:
    """Reads the results of a page's tables."""

    def __init__(
        self, grammar: ValueGrammar, notations: SpecialNotations, rules: ValueRules
    ) -> None:
        self._grammar = grammar
        self._notations = notations
        self._pending = re.compile(rules.pending_cell, re.IGNORECASE)
        self._columns = ColumnReader(grammar, rules)

    def read(self, page: Page, numbers: Sequence[int]) -> Iterator[Result]:
        """The results of those mentions among ``numbers`` that a table holds, row by row."""
        places = {row.start: (block, i) for block in rows(page.text) for i, row in enumerate(block)}
        starts = sorted(places)
        owners: dict[int, list[int]] = defaultdict(list)
        for number in numbers:
            offset = page.targets[number].end - 1  # a heading above may be part of the name
            at = bisect_right(starts, offset) - 1
            if at >= 0:
                block, i = places[starts[at]]
                if offset < block[i].end:
                    owners[starts[at]].append(number)
        headers: dict[int, list[Row | None]] = {}
        for start in sorted(owners):
            block, i = places[start]
            if block[0].start not in headers:
                headers[block[0].start] = self._columns.headers(page, block)
            across = self._across(page, block, i, owners[start])
            above = headers[block[0].start]
            yield from across or self._down(page, block, i, owners[start], above)

    # ---- analytes down the first column ----------------------------------------------------------

    def _down(
        self,
        page: Page,
        block: Sequence[Row],
        i: int,
        owners: Sequence[int],
        headers: Sequence[Row | None],
    ) -> Iterator[Result]:
        """The values to the right of a label."""
        number = owners[0]
        target = page.targets[number]
        header = headers[i]
        row = self._labelled(page, block[i], target, header)
        if row is None or any(page.targets[n].start >= row.cells[0].end for n in owners):
            return
        columns = self._columns.columns(page, row, header, rule_of(target))
        if pair := self._pair(page, row.cells[0], owners):
            yield from self._pairs(page, pair, columns)
            return
        shared = self._shared(page.text, row.cells[0], target, columns)
        for column in columns:
            if column.role != "value":
                continue
            cell = column.cell
            if target.concept == SYSTOLIC:
                for result in self._notations.pressure(
                    page.text, number, target, cell.end, cell.start
                ):
                    yield result.beneath(column.day or page.dates.heading(cell.start))
                continue
            if rule_of(target).value == "percent" and _VOLUME.match(
                page.text[cell.start : cell.end]
            ):
                continue
            printed = self._grammar.cell(page.text, cell.start, cell.end, rule_of(target))
            if printed is None:
                if self._pending.fullmatch(page.text, cell.start, cell.end):
                    ordered = result_of(number, target, cell.start, cell.end, None)
                    yield ordered.beneath(column.day or page.dates.heading(cell.start))
                continue
            if (
                self._columns.is_predicted(page, row, header, cell, rule_of(target))
                and printed.unit is None
            ):
                printed = replace(printed, unit="%")
            flag = self._row_flag(page.text, columns)
            printed = self._completed(page.text, printed, shared, flag)
            result = result_of(number, target, printed.start, printed.end, printed)
            unit = [shared.unit_part] if shared.unit_part and printed.unit == shared.unit else []
            ranges: list[Part] = [
                ("range", c.cell.start, c.cell.end) for c in columns if c.role == "range"
            ]
            result = replace(result, parts=(*result.parts, *unit, *ranges))
            yield result.beneath(column.day or page.dates.heading(printed.start))

    def _pair(self, page: Page, label: Cell, owners: Sequence[int]) -> tuple[int, int] | None:
        """The two analytes that a label names together: "Urea / Creat"."""
        if len(owners) != 2:
            return None
        first, second = (page.targets[number] for number in owners)
        between = page.text[first.end : second.start]
        together = between.strip() in ("/", "&", "-") and second.end <= label.end
        return (owners[0], owners[1]) if together and first.concept != second.concept else None

    def _pairs(
        self, page: Page, pair: tuple[int, int], columns: Sequence[Column]
    ) -> Iterator[Result]:
        """Two values of each cell: "71 / 1.7"."""
        for column in columns:
            cell = column.cell
            slash = page.text.find("/", cell.start, cell.end)
            if column.role != "value" or slash < 0:
                continue
            halves = ((cell.start, slash), (slash + 1, cell.end))
            for number, (start, end) in zip(pair, halves, strict=True):
                target = page.targets[number]
                start += len(page.text[start:end]) - len(page.text[start:end].lstrip())
                printed = self._grammar.number_at(page.text, start, end, rule_of(target))
                if printed is not None:
                    result = result_of(number, target, cell.start, cell.end, printed)
                    yield result.beneath(column.day or page.dates.heading(cell.start))

    def _labelled(self, page: Page, row: Row, target: Target, header: Row | None) -> Row | None:
        """The row from its label on.  Before the label only numbers or dates may stand; a value
        that one space alone parts from an aligned label is a cell of its own."""
        at = next((n for n, c in enumerate(row.cells) if c.start < target.end <= c.end), None)
        if at is None:
            return None
        before = [_without_dates(page, cell) for cell in row.cells[:at]]
        if any(_LETTER.search(words) and not _CODE.fullmatch(words) for words in before):
            return None
        label, rest = row.cells[at], row.cells[at + 1 :]
        _, unit_part = self._label_unit(page.text, target, label)
        behind = unit_part[2] + 1 if unit_part and unit_part[2] < label.end else target.end
        value = self._grammar.read(page.text, behind, label.end, rule_of(target))
        if value is not None:
            if header is None or not rest or value.end != label.end or not row.aligned:
                return None
            first = Cell(value.start, value.end, label.column + 1)
            rest = (first, *(Cell(c.start, c.end, c.column + 1) for c in rest))
            label = Cell(label.start, value.start, label.column)
        if not rest:
            return None
        return Row(row.start, row.end, (label, *rest), row.aligned)

    def _shared(self, text: str, label: Cell, target: Target, columns: Sequence[Column]) -> _Shared:
        """The unit and the range that stand in the label or in a column of their own."""
        rule = rule_of(target)
        unit, part = self._label_unit(text, target, label)
        beside, stop = self._grammar.units.at(text, target.end, label.end, rule)
        bounds: Bounds | None = None
        if text[stop : label.end].strip():
            bounds, with_unit = self._range_with_unit(text, stop, label.end, rule)
            part = part or with_unit
        if unit is None and beside is not None:
            part = ("unit", target.end, stop)
        part = part or self._unit_in_name(text, target)
        for column in columns:
            start, end = column.cell.start, column.cell.end
            if column.role == "unit" and part is None:
                part = ("unit", start, end)
            elif column.role == "range":
                printed, with_unit = self._range_with_unit(text, start, end, rule)
                bounds, part = printed or bounds, part or with_unit
        if unit is None and part is not None:
            unit = self._grammar.units.whole(text, part[1], part[2], rule)
        return _Shared(unit, part if unit else None, bounds or (None, None))

    def _unit_in_name(self, text: str, target: Target) -> Part | None:
        """The unit that an analyte's name ends with: "RBC/hpf", "RETIC%"."""
        for at in range(target.start + 1, target.end):
            if text[at] in "/%" and self._grammar.units.whole(
                text, at, target.end, rule_of(target)
            ):
                return ("unit", at, target.end)
        return None

    def _range_with_unit(
        self, text: str, start: int, end: int, rule: MeasurementRule
    ) -> tuple[Bounds | None, Part | None]:
        """A reference range and the unit printed behind its numbers: "3.8 - 10.8 K/uL"."""
        bounds = self._grammar.ranges.bounds(text, start, end)
        if bounds is None:
            return None, None
        last = None
        for last in _NUMBERS.finditer(text, start, end):
            unit, stop = self._grammar.units.at(text, last.end(), end, rule)
            if unit is not None:
                lead = len(text[last.end() : stop]) - len(text[last.end() : stop].lstrip())
                return bounds, ("unit", last.end() + lead, stop)
        return bounds, None

    def _label_unit(self, text: str, target: Target, label: Cell) -> tuple[str | None, Part | None]:
        """The unit that a label names behind its analyte: "C3 (g/L)", "Creatinine, umol/L"."""
        match = _LABEL_UNIT.match(text, target.end, label.end)
        if match is None:
            return None, None
        start, end = match.span(1 if match[1] else 2)
        end = start + len(text[start:end].rstrip())
        unit = self._grammar.units.whole(text, start, end, rule_of(target))
        return unit, ("unit", start, end) if unit else None

    def _row_flag(self, text: str, columns: Sequence[Column]) -> Interpretation | None:
        """The flag of a row that has one value and one flag."""
        values = [column for column in columns if column.role == "value"]
        flags = [column.cell for column in columns if column.role == "flag"]
        if len(values) == 1 and len(flags) == 1:
            return self._grammar.ranges.flag(text, flags[0].start, flags[0].end)
        return None

    # ---- analytes across the heading -------------------------------------------------------------

    def _across(
        self, page: Page, block: Sequence[Row], i: int, owners: Sequence[int]
    ) -> list[Result]:
        """Dates or values down: one result a cell below, until a row has fewer than two."""
        header = block[i]
        labels = self._labels(page, header, owners)
        if len(labels) < 2 or any(_A_VALUE.match(page.text, c.start) for c in header.cells):
            return []
        results: list[Result] = []
        units: dict[int, Part] = {}
        for row in block[i + 1 :]:
            if not results and (named := self._units_row(page, row, header, labels)):
                units = named
                continue
            found = self._row_across(page, row, header, labels, units)
            if not found and not page.dates.within(row.start, row.cells[0].end):
                break
            results.extend(found)
        return results

    def _units_row(
        self, page: Page, row: Row, header: Row, labels: dict[int, int]
    ) -> dict[int, Part]:
        """The units that stand in a row of their own under the labels, by column."""
        found: dict[int, Part] = {}
        for cell in row.cells:
            heading = heading_of(cell, row, header, 0)
            number = labels.get(heading.column) if heading else None
            if heading is None or number is None:
                continue
            rule = rule_of(page.targets[number])
            if self._grammar.units.whole(page.text, cell.start, cell.end, rule) is None:
                return {}
            found[heading.column] = ("unit", cell.start, cell.end)
        return found

    def _labels(self, page: Page, header: Row, owners: Sequence[int]) -> dict[int, int]:
        """By column the mention that heads it; a cell with a value of its own heads nothing."""
        labels: dict[int, int] = {}
        for number in owners:
            target = page.targets[number]
            for cell in header.cells:
                if cell.start <= target.start and target.end <= cell.end:
                    behind = page.text[target.end : cell.end]
                    if _VALUE_IN_LABEL.search(behind):
                        return {}
                    labels.setdefault(cell.column, number)
        return labels

    def _row_across(
        self,
        page: Page,
        row: Row,
        header: Row,
        labels: dict[int, int],
        units: dict[int, Part],
    ) -> list[Result]:
        """The results of one row; nothing where a cell under a label is a label itself."""
        days = page.dates.within(row.cells[0].start, row.cells[0].end)
        day = days[0] if days else None
        shifted = len(header.cells) == len(row.cells) - 1 and _LEFT_OUT.match(
            page.text, row.cells[0].start, row.cells[0].end
        )
        found: list[Result] = []
        for place, cell in enumerate(row.cells):
            if day is not None and place == 0:
                continue
            heading = heading_of(cell, row, header, 0)
            if shifted and min(labels) == header.cells[0].column:
                heading = header.cells[place - 1] if place else None
            number = labels.get(heading.column) if heading else None
            if heading is None or number is None:
                continue
            target = page.targets[number]
            if target.concept == SYSTOLIC:
                shared = self._shared(page.text, heading, target, ())
                found.extend(
                    self._notations.pressure(
                        page.text, number, target, cell.end, cell.start, shared.unit_part
                    )
                )
                found = [result if result.date else result.beneath(day) for result in found]
                continue
            printed = self._grammar.cell(page.text, cell.start, cell.end, rule_of(target))
            if printed is None:
                continue
            found.append(self._under(page, number, heading, printed, units).beneath(day))
        return found

    def _under(
        self, page: Page, number: int, heading: Cell, printed: Printed, units: dict[int, Part]
    ) -> Result:
        """A value under its label, with the unit and the range that label or a row of units say."""
        target = page.targets[number]
        shared = self._shared(page.text, heading, target, ())
        if shared.unit is None and (part := units.get(heading.column)):
            unit = self._grammar.units.whole(page.text, part[1], part[2], rule_of(target))
            shared = replace(shared, unit=unit, unit_part=part)
        completed = self._completed(page.text, printed, shared, None)
        result = result_of(number, target, printed.start, printed.end, completed)
        if shared.unit_part is None or printed.unit is not None or not printed.is_number:
            return result
        return replace(result, parts=(*result.parts, shared.unit_part))

    def _completed(
        self, text: str, printed: Printed, shared: _Shared, flag: Interpretation | None
    ) -> Printed:
        """A cell's value with what its row says: unit, reference range, flag."""
        low, high = shared.bounds
        if printed.unit is None and printed.is_number and shared.unit is not None:
            printed = self._grammar.in_unit(text, printed, shared.unit)
        return replace(
            printed,
            reference_low=printed.reference_low if printed.reference_low is not None else low,
            reference_high=printed.reference_high if printed.reference_high is not None else high,
            interpretation=printed.interpretation or flag,
        )
