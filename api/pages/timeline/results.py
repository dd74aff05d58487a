"""The results of an analyte that can be drawn, and those that cannot, each with the reason."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from abstraction.merging.series import Point, Series
from abstraction.merging.windows import one_day
from api.pages.timeline.evidence import Disagreement, ElementIds, first_target
from api.pages.timeline.words import TITRE
from criteria_engine.limits_of import AnalyteLimit
from criteria_engine.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Result:
    """One result that can be drawn: on a day or across the days it may be of, at one number or
    from the lowest to the highest of its range."""

    point: Point
    low: float
    high: float
    target: str

    @property
    def day(self) -> dt.date | None:
        """Its day, where that is a single one."""
        return one_day(self.point.when)

    @property
    def last_day(self) -> dt.date:
        """The last day on which it may have been taken."""
        assert self.point.when.end is not None
        return self.point.when.end

    @property
    def is_exact(self) -> bool:
        """Whether a trend may run through it."""
        exact = self.low == self.high and self.point.value.comparator is None
        return exact and self.day is not None


@dataclass(frozen=True, slots=True)
class PanelPlan:
    """A panel before its days are laid on an axis; ``unplotted`` results stand in the text."""

    concept: str
    unit: str
    limits: tuple[AnalyteLimit, ...]
    points: tuple[Point, ...]
    results: tuple[Result, ...]
    unplotted: tuple[tuple[Point, str], ...]
    conflicts: tuple[Disagreement, ...] = ()

    @property
    def name(self) -> str:
        """The words for the analyte."""
        return vocabulary().label("measurement", self.concept)

    @property
    def days(self) -> tuple[dt.date, ...]:
        """The days that the axis must reach."""
        spans = ((one.point.when.start, one.point.when.end) for one in self.results)
        return tuple(day for span in spans for day in span if day)


def panel_plan(
    series: Series,
    limits: Sequence[AnalyteLimit],
    element_ids: ElementIds,
    conflicts: Sequence[Disagreement],
) -> PanelPlan:
    """The results of one analyte, parted into those that can be drawn and the others."""
    unit = _unit(series.points)
    results: list[Result] = []
    unplotted: list[tuple[Point, str]] = []
    for point in series.points:
        if why := _why_not(point, unit):
            unplotted.append((point, why))
        else:
            results.append(_result(point, element_ids))
    return PanelPlan(
        concept=series.concept,
        unit=unit,
        limits=tuple(limits),
        points=series.points,
        results=tuple(results),
        unplotted=tuple(unplotted),
        conflicts=tuple(conflicts),
    )


def _unit(points: Iterable[Point]) -> str:
    """The unit that most results have a number in."""
    units = Counter(point.value.canonical_unit or "" for point in points)
    return min(units, key=lambda unit: (not unit, -units[unit], unit), default="")


def _why_not(point: Point, unit: str) -> str | None:
    value = point.value
    numbers = (value.canonical_number, value.canonical_low, value.canonical_high)
    known = [number for number in numbers if number is not None]
    is_range = value.canonical_low is not None and value.canonical_high is not None
    if value.canonical_number is None and not is_range:
        return "no number in a known unit"
    if value.canonical_unit != unit and (value.canonical_unit or unit):
        return "another unit"
    if value.plausible is False:
        return "not plausible"
    if not all(map(math.isfinite, known)) or (unit == TITRE and min(known) <= 0):
        return "not a number that can be drawn"
    if point.when.start is None or point.when.end is None:
        return "day not known"
    return None


def _result(point: Point, element_ids: ElementIds) -> Result:
    value = point.value
    number = value.canonical_number
    if number is not None:
        low = high = number
    else:
        assert value.canonical_low is not None and value.canonical_high is not None
        low, high = sorted((value.canonical_low, value.canonical_high))
    return Result(point, low, high, first_target(point.facts, element_ids))
