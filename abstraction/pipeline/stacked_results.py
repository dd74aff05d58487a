"""Results below their analyte: a name alone in its line, and its values in the lines that follow.

Each of those lines holds a value ("4.9"), a date and a value ("07/15/2025 1.21", "Jan 2023  211"),
cells of which the first is the value, a unit, or a reference range ("Range: 0.5 - 1.0 mg/dL").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.page import Page
from abstraction.pipeline.parts import Part
from abstraction.pipeline.reference_ranges import Bounds
from abstraction.pipeline.results import Result, result_of, rule_of
from abstraction.pipeline.value_grammar import ValueGrammar
from nlp_rules.schema import MeasurementRule

_NAME_LINE = re.compile(r"[ \t]*[-*•]?[ \t]*")
_BEHIND_NAME = re.compile(
    r"[ \t]*(?:,?[ \t]*[(\[]?(?P<unit>[^\s()\[\]:,;][^()\[\]:;\n]{0,16}?)[)\]]?)?[ \t]*:?[ \t]*$"
)
_CELLS = re.compile(r"[ \t]{2,}|\t|[|]")
_HOUR = re.compile(r"[ \t]*\d{1,2}:\d{2}(?::\d{2})?(?:[ \t]?[AP]M)?", re.IGNORECASE)
_MOST_LINES = 12


class StackedReader:
    """Reads the values below an analyte that stands alone in its line."""

    def __init__(self, grammar: ValueGrammar) -> None:
        self._grammar = grammar

    def read(self, page: Page, numbers: Sequence[int]) -> Iterator[Result]:
        """The results of those mentions among ``numbers`` whose values stand below them."""
        for number in numbers:
            yield from self._below(page, number)

    def _below(self, page: Page, number: int) -> list[Result]:
        text, target = page.text, page.targets[number]
        line_start = text.rfind("\n", 0, target.start) + 1
        line_end = _end_of_line(text, target.end)
        behind = _BEHIND_NAME.match(text, target.end, line_end)
        if not _NAME_LINE.fullmatch(text, line_start, target.start) or behind is None:
            return []
        rule = rule_of(target)
        unit: str | None = None
        part: Part | None = None
        if behind["unit"]:
            unit = self._grammar.units.whole(text, *behind.span("unit"), rule)
            if unit is None:
                return []
            part = ("unit", *behind.span("unit"))
        found: list[Result] = []
        bounds: Bounds | None = None
        position = line_end + 1
        for _ in range(_MOST_LINES):
            if position >= len(text):
                break
            end = _end_of_line(text, position)
            line = text[position:end].strip()
            if not line or any(
                position <= other.start < end
                for other in page.targets[number + 1 : number + 6]
                if other.kind == "measurement"
            ):
                break
            if (
                found
                and unit is None
                and (named := self._grammar.units.whole(text, position, end, rule))
            ):
                unit, part = named, ("unit", position, end)
            elif printed_range := self._range(text, position, end):
                bounds = printed_range
                if unit is None:
                    unit, part = self._unit_of_range(text, position, end, rule)
            elif result := self._line(page, number, position, end):
                found.append(result)
            else:
                break
            position = end + 1
        return [self._completed(page.text, result, unit, part, bounds) for result in found]

    def _line(self, page: Page, number: int, start: int, end: int) -> Result | None:
        """The value of one line, with the date before it or in a cell behind it."""
        text, target = page.text, page.targets[number]
        first = start + len(text[start:end]) - len(text[start:end].lstrip())
        dates = page.dates.within(start, end)
        day: DateMention | None = None
        if dates and dates[0].start == first:
            day = dates[0]
            first = dates[0].end
            if hour := _HOUR.match(text, first, end):
                first = hour.end()
            first += len(text[first:end]) - len(text[first:end].lstrip(" \t:"))
        cell = _CELLS.search(text, first, end)
        printed = self._grammar.cell(text, first, cell.start() if cell else end, rule_of(target))
        if printed is None or (day is None and cell is None and text[printed.after : end].strip()):
            return None
        if day is None and cell is not None and dates:
            day = dates[-1]
        result = result_of(number, target, printed.start, printed.end, printed)
        return result.beneath(day or page.dates.heading(printed.start))

    def _range(self, text: str, start: int, end: int) -> Bounds | None:
        """The reference range that a line is, labelled or two numbers with a dash."""
        line = text[start:end]
        if not re.search(r"\d\s*[-–]\s*\d|<|>|range|ref", line, re.IGNORECASE):
            return None
        first = re.search(r"[<>≤≥\d]", line)
        label = line[: first.start()] if first else ""
        if first is None or (
            label.strip() and not re.search(r"range|ref|normal", label, re.IGNORECASE)
        ):
            return None
        return self._grammar.ranges.bounds(text, start + first.start(), end)

    def _unit_of_range(
        self, text: str, start: int, end: int, rule: MeasurementRule
    ) -> tuple[str | None, Part | None]:
        numbers = list(re.finditer(r"\d+(?:[.,]\d+)?", text[start:end]))
        if not numbers:
            return None, None
        after = start + numbers[-1].end()
        for number in numbers:
            unit, stop = self._grammar.units.at(text, start + number.end(), end, rule)
            if unit is not None:
                after = start + number.end()
                lead = len(text[after:stop]) - len(text[after:stop].lstrip())
                return unit, ("unit", after + lead, stop)
        return None, None

    def _completed(
        self, text: str, result: Result, unit: str | None, part: Part | None, bounds: Bounds | None
    ) -> Result:
        printed = result.printed
        if printed is None:
            return result
        if unit is not None and part is not None and printed.unit is None and printed.is_number:
            printed = self._grammar.in_unit(text, printed, unit)
            result = replace(result, parts=(*result.parts, part))
        if bounds is not None and printed.reference_low is None and printed.reference_high is None:
            printed = replace(printed, reference_low=bounds[0], reference_high=bounds[1])
        return replace(result, printed=printed)


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
