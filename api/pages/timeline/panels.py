"""The small charts of the results that the trial limits: points, their trend, the limits."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from abstraction.merging.series import Point, Series
from abstraction.merging.windows import one_day
from api.pages.timeline import words
from api.pages.timeline.axis import TimeScale
from api.pages.timeline.canvas import LABEL_CHARACTERS
from api.pages.timeline.evidence import Disagreement, ElementIds, first_target
from api.pages.timeline.marks import CHARACTER, MOST_MARKS, Span
from api.pages.timeline.value_scale import value_scale
from api.pages.timeline.words import TITRE
from criteria_engine.intervals import exactly
from criteria_engine.limits_of import AnalyteLimit
from criteria_engine.quantities import Quantity, convert
from criteria_engine.vocabulary import vocabulary

_INNER = 9.0
_LEAST_HEIGHT = 42.0
_LINE = 12.0
_FIRST_LABEL = 15.0
_SHORT_NAME = 16


@dataclass(frozen=True, slots=True)
class DrawnLimit:
    """A limit of the trial on the panel's scale: a line, or a band between two numbers."""

    label: str
    low: float
    high: float


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


@dataclass(frozen=True, slots=True)
class Dot:
    """One result as it is drawn: at ``x``, or across ``days``; ``sign`` is its comparator."""

    target: str
    name: str
    x: float | None
    days: Span | None
    top: float
    bottom: float
    sign: str
    label: str
    label_x: float
    label_y: float

    @property
    def y(self) -> float:
        """The middle of its range."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit as it is drawn; its label stands beside the plot, as near to it as may be."""

    label: str
    top: float
    bottom: float
    label_y: float


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel: places are counted from its top."""

    name: str
    unit: str
    limits: tuple[str, ...]
    lines: tuple[LimitLine, ...]
    trends: tuple[tuple[tuple[float, float], ...], ...]
    dots: tuple[Dot, ...]
    conflicts: tuple[Disagreement, ...]
    height: float
    y: float = 0.0

    @property
    def short_name(self) -> str:
        """As much of the name as fits beside the plot."""
        return words.shortened(self.name, LABEL_CHARACTERS - (3 if self.conflicts else 0))


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


def panel(plan: PanelPlan, scale: TimeScale) -> Panel:
    """The panel with its results on the axis."""
    drawn = [one for limit in plan.limits for one in drawn_limits(limit, plan)]
    printed = tuple(dict.fromkeys(limit_words(limit, plan.unit) for limit in plan.limits))
    height = max(_LEAST_HEIGHT, 2 * _INNER + _LINE * (1 + len(drawn)))
    ends = [end for one in plan.results for end in (one.low, one.high)]
    ends += [end for one in drawn for end in (one.low, one.high)]
    y = value_scale(ends, _INNER, height - _INNER, is_logarithmic=plan.unit == TITRE).y
    return Panel(
        name=plan.name,
        unit=words.unit_words(plan.unit),
        limits=printed,
        lines=_limit_lines(drawn, y, below=_LINE if len(plan.name) > _SHORT_NAME else 0.0),
        trends=tuple(
            tuple((scale.middle(one.last_day), y(one.low)) for one in run)
            for run in _runs(plan.results)
        ),
        dots=_dots(plan, scale, y, height),
        conflicts=plan.conflicts,
        height=height,
    )


def limit_words(limit: AnalyteLimit, unit: str) -> str:
    """A limit as it stands in the text, in the panel's unit."""
    numbers = [words.short(number) for number in limit.values_in(unit)]
    numbers += [f"{words.short(times)} × upper limit" for times, _ in limit.upper_references]
    return _limit_label(limit, unit, " or ".join(numbers)) if numbers else str(limit)


def drawn_limits(limit: AnalyteLimit, plan: PanelPlan) -> tuple[DrawnLimit, ...]:
    """The limit on the panel's scale: its numbers, or the multiple of a printed reference limit.

    Where no report prints the reference limit it is a band, as wide as the protocol lets it be.
    """
    ends = [(words.short(number), number, number) for number in limit.values_in(plan.unit)]
    printed = _upper_reference(plan)
    for times, bounds in limit.upper_references:
        if printed is not None:
            number = times * printed
            told = f"{words.short(number)} ({words.short(times)} × {words.short(printed)})"
            ends.append((told, number, number))
        elif bounds is not None:
            low, high = times * bounds.low, times * bounds.high
            told = f"{words.short(low)} to {words.short(high)} ({words.short(times)} ×)"
            ends.append((told, low, high))
    return tuple(
        DrawnLimit(_limit_label(limit, plan.unit, told), low, high) for told, low, high in ends
    )


def _limit_label(limit: AnalyteLimit, unit: str, told: str) -> str:
    ratio = "1:" if unit == TITRE else ""
    return f"{limit.criterion} {'' if limit.is_required else 'not '}{limit.sign} {ratio}{told}"


def result_name(name: str, unit: str, result: Result) -> str:
    """A result in a sentence."""
    told = words.as_told(result.point.value, "" if unit == TITRE else words.unit_words(unit))
    when = words.window(result.point.when)
    return f"{name} {told}, {when}. {words.behind(result.point.facts)}."


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


def _upper_reference(plan: PanelPlan) -> float | None:
    """The newest printed upper reference limit, in the panel's unit."""
    for one in reversed(plan.results):
        for fact in one.point.facts:
            high = fact.value.reference_high
            extent = convert(Quantity(exactly(high), fact.value.unit), plan.unit) if high else None
            if extent is not None:
                return extent.low
    return None


def _limit_lines(
    drawn: Sequence[DrawnLimit], y: Callable[[float], float], below: float
) -> tuple[LimitLine, ...]:
    """The lines from the top, each label clear of the one above it and of the panel's name."""
    lines: list[LimitLine] = []
    free_from = _FIRST_LABEL + below
    for one in sorted(drawn, key=lambda one: (y(one.high), one.label)):
        label_y = max(free_from, (y(one.high) + y(one.low)) / 2 + 4)
        lines.append(LimitLine(one.label, y(one.high), y(one.low), label_y))
        free_from = label_y + _LINE
    return tuple(lines)


def _runs(results: Sequence[Result]) -> list[list[Result]]:
    """Results in a row between which a trend is drawn, broken where one is not exact."""
    runs: list[list[Result]] = [[]]
    for one in results:
        if one.is_exact:
            runs[-1].append(one)
        else:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _dots(
    plan: PanelPlan, scale: TimeScale, y: Callable[[float], float], height: float
) -> tuple[Dot, ...]:
    shown = plan.results[-MOST_MARKS:]
    labelled = _labelled(shown, scale)
    return tuple(
        Dot(
            target=one.target,
            name=result_name(plan.name, plan.unit, one),
            x=scale.middle(one.day) if one.day else None,
            days=None if one.day else _across(one, scale),
            top=y(one.high),
            bottom=y(one.low),
            sign=one.point.value.comparator or "",
            label=words.canonical(one.point.value) or "" if place in labelled else "",
            label_x=_label_place(one, scale),
            label_y=_label_height(y(one.high), y(one.low), height),
        )
        for place, one in enumerate(shown)
    )


def _labelled(results: Sequence[Result], scale: TimeScale) -> set[int]:
    """The results whose number touches no other point and no other number; always the newest."""
    places = [_label_place(one, scale) for one in results]
    kept: set[int] = set()
    free_up_to = math.inf
    for place in reversed(range(len(results))):
        half = len(words.canonical(results[place].point.value) or "") * CHARACTER / 2
        x = places[place]
        beside = [*places[max(0, place - 1) : place], *places[place + 1 : place + 2]]
        is_alone = all(abs(other - x) >= half + 2 for other in beside)
        if not kept or (is_alone and x + half <= free_up_to):
            kept.add(place)
            free_up_to = x - half - 4
    return kept


def _label_height(top: float, bottom: float, height: float) -> float:
    """Where a number stands: above its point, or below it where there is no room above."""
    if top > _INNER + 7 or bottom + 14 > height:
        return max(_INNER + 2, top - 6)
    return bottom + 14


def _label_place(result: Result, scale: TimeScale) -> float:
    if result.day:
        return scale.middle(result.day)
    return _across(result, scale).x + _across(result, scale).width / 2


def _across(result: Result, scale: TimeScale) -> Span:
    start, end = result.point.when.start, result.point.when.end
    assert start is not None and end is not None
    return Span(scale.begin(start), scale.end(end) - scale.begin(start))
