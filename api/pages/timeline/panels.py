"""The small charts of the results that the trial limits: points, their trend, the limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.pages.timeline import words
from api.pages.timeline.axis import TimeScale
from api.pages.timeline.canvas import LABEL_CHARACTERS
from api.pages.timeline.evidence import Disagreement
from api.pages.timeline.limits import DrawnLimit, drawn_limits, limit_words
from api.pages.timeline.marks import CHARACTER, MOST_MARKS, Span
from api.pages.timeline.results import PanelPlan, Result
from api.pages.timeline.value_scale import value_scale
from api.pages.timeline.words import TITRE

_INNER = 9.0
_LEAST_HEIGHT = 42.0
_LINE = 12.0
_FIRST_LABEL = 15.0
_SHORT_NAME = 16


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


def result_name(name: str, unit: str, result: Result) -> str:
    """A result in a sentence."""
    told = words.as_told(result.point.value, "" if unit == TITRE else words.unit_words(unit))
    when = words.window(result.point.when)
    return f"{name} {told}, {when}. {words.behind(result.point.facts)}."


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
