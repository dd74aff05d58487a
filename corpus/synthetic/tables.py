"""Laboratory flowsheets: dates across or down; aligned, by tabs or by pipes; units and ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from corpus.synthetic.course import Panel, Printed
from corpus.synthetic.drafts import interval
from corpus.synthetic.page import OwnFact, Page
from corpus.synthetic.statements import Result
from corpus.synthetic.wording import Wording, with_unit

Ruling = Literal["aligned", "tabs", "pipes"]
UnitPlace = Literal["column", "label", "none"]
_RULINGS: tuple[Ruling, ...] = ("aligned", "tabs", "pipes")
_UNITS: tuple[UnitPlace, ...] = ("column", "label", "none")


@dataclass(frozen=True, slots=True)
class _Layout:
    ruling: Ruling
    dates_across: bool
    newest_first: bool
    unit: UnitPlace
    ranges: bool
    flags: bool


def write_table(
    panels: Sequence[Panel], analytes: Sequence[str], wording: Wording
) -> tuple[Page, list[Result]]:
    """The table of the results, and what it told.  ``panels`` are in the order of their days."""
    dice = wording.dice
    layout = _Layout(
        ruling=dice.choices(_RULINGS, [5, 3, 2])[0],
        dates_across=len(panels) == 1 or dice.random() < 0.8,
        newest_first=dice.random() < 0.5,
        unit=dice.choices(_UNITS, [5, 4, 1])[0],
        ranges=dice.random() < 0.5,
        flags=dice.random() < 0.6,
    )
    ordered = list(reversed(panels)) if layout.newest_first else list(panels)
    if layout.dates_across:
        return _Grid(layout, wording, ordered, analytes).across()
    return _Grid(layout, wording, ordered, analytes).down()


class _Grid:
    """A table of panels by analytes: the labels, units and flags that it prints."""

    def __init__(
        self, layout: _Layout, wording: Wording, panels: list[Panel], analytes: Sequence[str]
    ) -> None:
        self.layout = layout
        self.wording = wording
        self.panels = panels
        self.analytes = analytes
        self.labels = {one: wording.analyte(one) for one in analytes}
        self.units = {one: self._unit(one) for one in analytes}
        self.unit = layout.unit
        if layout.unit == "column" and not layout.dates_across:
            self.unit = "none"
        self.days = [wording.day(panel.day) for panel in panels]

    def _unit(self, analyte: str) -> tuple[str, str | None]:
        known = next(panel.results[analyte] for panel in self.panels if analyte in panel.results)
        return self.wording.dice.choice(known.units)

    def _word(self, name: str) -> str:
        return self.wording.suited(self.wording.words.table_words[name]).text

    def _label(self, analyte: str) -> str:
        label = self.labels[analyte].text
        return f"{label} ({self.units[analyte][0]})" if self.unit == "label" else label

    def _range(self, analyte: str) -> str:
        known = next(panel.results[analyte] for panel in self.panels if analyte in panel.results)
        if known.low and known.high:
            return f"{known.low}-{known.high}"
        return f"<{known.high}" if known.high else ""

    def _flagged(self, printed: Printed) -> str:
        if not (self.layout.flags and printed.flag):
            return printed.text
        return f"{printed.text} {'L' if printed.flag == 'low' else 'H'}"

    def _limits_told(self, printed: Printed) -> bool:
        ranges = self.layout.ranges and self.layout.dates_across
        return ranges or bool(self.layout.flags and printed.flag)

    def across(self) -> tuple[Page, list[Result]]:
        """A row an analyte, a column a day."""
        head = [self._word("analyte"), *self.days]
        rows = [head]
        for analyte in self.analytes:
            cells = [panel.results.get(analyte) for panel in self.panels]
            rows.append([self._label(analyte), *(self._flagged(c) if c else "" for c in cells)])
        if self.unit == "column":
            for row, word in zip(
                rows, [self._word("unit"), *(self.units[a][0] for a in self.analytes)], strict=True
            ):
                row.append(word)
        if self.layout.ranges:
            for row, word in zip(
                rows,
                [self._word("reference"), *(self._range(a) for a in self.analytes)],
                strict=True,
            ):
                row.append(word)
        page, places = self._ruled(rows)
        return page, [
            self._tell(page, panel, analyte, places[row, column], "section")
            for row, analyte in enumerate(self.analytes, start=1)
            for column, panel in enumerate(self.panels, start=1)
            if analyte in panel.results
        ]

    def down(self) -> tuple[Page, list[Result]]:
        """A row a day, a column an analyte; the unit stands in the label or not at all."""
        rows = [[self._word("date"), *(self._label(analyte) for analyte in self.analytes)]]
        for day, panel in zip(self.days, self.panels, strict=True):
            cells = [panel.results.get(analyte) for analyte in self.analytes]
            rows.append([day, *(self._flagged(cell) if cell else "" for cell in cells)])
        page, places = self._ruled(rows)
        return page, [
            self._tell(page, panel, analyte, places[row, column], "explicit")
            for row, panel in enumerate(self.panels, start=1)
            for column, analyte in enumerate(self.analytes, start=1)
            if analyte in panel.results
        ]

    def _ruled(self, rows: list[list[str]]) -> tuple[Page, dict[tuple[int, int], int]]:
        """The table's text and where each cell begins."""
        page = Page()
        places: dict[tuple[int, int], int] = {}
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        between = {"aligned": "   ", "tabs": "\t", "pipes": " | "}[self.layout.ruling]
        for number, row in enumerate(rows):
            if number:
                page.write("\n")
            if self.layout.ruling == "pipes":
                page.write("| ")
            for column, text in enumerate(row):
                if column:
                    page.write(between)
                places[number, column], _ = page.write(text)
                if self.layout.ruling != "tabs" and (
                    column < len(row) - 1 or self.layout.ruling == "pipes"
                ):
                    page.write(" " * (widths[column] - len(text)))
            if self.layout.ruling == "pipes":
                page.write(" |")
                if number == 0:
                    page.write("\n|" + "|".join("-" * (width + 2) for width in widths) + "|")
        return page, places

    def _tell(self, page: Page, panel: Panel, analyte: str, start: int, basis: str) -> Result:
        """Mark a cell's number and say what the table tells of it."""
        printed = panel.results[analyte]
        unit_told = self.unit != "none"
        value: dict[str, Any] = {
            "number": printed.number,
            "comparator": printed.comparator,
            **(with_unit(printed, self.units[analyte][1]) if unit_told else {"unit": None}),
        }
        if self.layout.ranges and self.layout.dates_across:
            value["reference_low"] = _limit(printed.low)
            value["reference_high"] = _limit(printed.high)
        if self.layout.flags and printed.flag:
            value["interpretation"] = printed.flag
        tags = ["table", f"table_{self.layout.ruling}", *self.labels[analyte].tags]
        page.mark(
            start,
            start + len(printed.text),
            OwnFact(analyte, {"value": value, "date": interval(panel.day, panel.day, basis)}),
            tags if unit_told else [*tags, "unit_missing"],
        )
        return Result(analyte, panel.day, printed, unit_told, self._limits_told(printed))


def _limit(text: str | None) -> float | None:
    return None if text is None else float(text.replace(",", ""))
