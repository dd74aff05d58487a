"""The time axis: days to places, the years around the screening wider than the years before.

A history of at most four years has one scale.  A longer one is cut into up to three stretches:
the time from two years before the focus to half a year after it gets most of the width, what lies
before and after shares the rest.  Each cut is marked in the picture.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

_UNIFORM_UP_TO = 4 * 366
_DAYS_BEFORE_FOCUS = 2 * 365
_DAYS_AFTER_FOCUS = 183
_LEAST_STRETCH = 270
_SHARE_OF_FOCUS = 0.62
_LEAST_SHARE_OF_REST = 0.3
_MONTHS_SHOWN_AT_LEAST = 183
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000)
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TICK_WIDTH = 44.0
"""The room that a tick's label needs, to the right of its tick."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on one scale: from the ordinal ``first`` up to, not including, the ordinal ``end``."""

    first: int
    end: int
    left: float
    right: float

    @property
    def per_day(self) -> float:
        """The width of a day."""
        return (self.right - self.left) / (self.end - self.first)


@dataclass(frozen=True, slots=True)
class Tick:
    """The beginning of a month or a year, with its label."""

    x: float
    label: str
    is_year: bool


@dataclass(frozen=True, slots=True)
class Break:
    """Where the scale changes."""

    x: float
    day: dt.date


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Where each day stands; days before the first or after the last stand at the edge."""

    stretches: tuple[Stretch, ...]

    @property
    def left(self) -> float:
        """Where the first day begins."""
        return self.stretches[0].left

    @property
    def right(self) -> float:
        """Where the last day ends."""
        return self.stretches[-1].right

    def begin(self, day: dt.date) -> float:
        """Where the day begins."""
        return self._at(day.toordinal())

    def end(self, day: dt.date) -> float:
        """Where the day ends, which is where the next one begins."""
        return self._at(day.toordinal() + 1)

    def middle(self, day: dt.date) -> float:
        """The middle of the day."""
        return (self.begin(day) + self.end(day)) / 2

    @property
    def breaks(self) -> tuple[Break, ...]:
        """Where the scale changes."""
        return tuple(Break(one.left, dt.date.fromordinal(one.first)) for one in self.stretches[1:])

    def ticks(self) -> tuple[Tick, ...]:
        """Beginnings of months or years, none so near to another that their labels would touch."""
        kept: list[Tick] = []
        for stretch in sorted(self.stretches, key=lambda one: -one.per_day):
            for tick in _ticks(stretch):
                if all(abs(tick.x - other.x) >= TICK_WIDTH for other in kept):
                    kept.append(tick)
        return tuple(sorted(kept, key=lambda tick: tick.x))

    def _at(self, ordinal: int) -> float:
        for stretch in self.stretches:
            if ordinal < stretch.end:
                return stretch.left + max(0, ordinal - stretch.first) * stretch.per_day
        return self.right


def time_scale(days: Iterable[dt.date], focus: dt.date, left: float, right: float) -> TimeScale:
    """The scale from the month of the first day to the month of the last, the focus within."""
    known = [focus, *days]
    first, end = _month_of(min(known))[0], _month_of(max(known))[1]
    first = max(1, min(first, end - _MONTHS_SHOWN_AT_LEAST))
    bounds = _bounds(first, end, focus)
    shares = _shares([b - a for a, b in bounds], _focus_place(bounds, focus))
    stretches: list[Stretch] = []
    at = left
    for (a, b), share in zip(bounds, shares, strict=True):
        to = right if b == end else at + share * (right - left)
        stretches.append(Stretch(a, b, at, to))
        at = to
    return TimeScale(tuple(stretches))


def _bounds(first: int, end: int, focus: dt.date) -> list[tuple[int, int]]:
    if end - first <= _UNIFORM_UP_TO:
        return [(first, end)]
    cuts = [
        _month_start(focus.toordinal() - _DAYS_BEFORE_FOCUS),
        _month_start(focus.toordinal() + _DAYS_AFTER_FOCUS),
    ]
    apart = [cut for cut in cuts if first + _LEAST_STRETCH <= cut <= end - _LEAST_STRETCH]
    edges = [first, *apart, end]
    return list(pairwise(edges))


def _focus_place(bounds: list[tuple[int, int]], focus: dt.date) -> int:
    return next(i for i, (a, b) in enumerate(bounds) if a <= focus.toordinal() < b)


def _shares(lengths: list[int], focus: int) -> list[float]:
    """The part of the width that each stretch gets."""
    if len(lengths) == 1:
        return [1.0]
    share = max(_SHARE_OF_FOCUS, lengths[focus] / sum(lengths))
    others = [length if i != focus else 0 for i, length in enumerate(lengths)]
    weights = [max(_LEAST_SHARE_OF_REST, one / sum(others)) if one else 0.0 for one in others]
    return [
        share if i == focus else (1 - share) * weight / sum(weights)
        for i, weight in enumerate(weights)
    ]


def _ticks(stretch: Stretch) -> list[Tick]:
    """The ticks of one stretch, at the finest step that leaves each label its room."""
    step = next((s for s in _MONTH_STEPS if s * 28 * stretch.per_day >= TICK_WIDTH), None)
    if step is None:
        return []
    months = list(_months(stretch, step))
    return [_tick(stretch, *place, with_year=place is months[0]) for place in months]


def _tick(stretch: Stretch, ordinal: int, month: int, *, with_year: bool) -> Tick:
    year, of_year = divmod(month, 12)
    x = stretch.left + (ordinal - stretch.first) * stretch.per_day
    if of_year == 0:
        return Tick(x, str(year), is_year=True)
    name = _MONTH_NAMES[of_year]
    return Tick(x, f"{name} {year % 100:02}" if with_year else name, is_year=False)


def _months(stretch: Stretch, step: int) -> Iterator[tuple[int, int]]:
    """Every month whose number ``step`` divides and that begins in the stretch.

    A month's number counts from January of the year 0; it comes after the ordinal of its first day.
    """
    first, last = dt.date.fromordinal(stretch.first), dt.date.fromordinal(stretch.end - 1)
    from_month = -(-(first.year * 12 + first.month - 1) // step) * step
    for month in range(from_month, last.year * 12 + last.month, step):
        ordinal = dt.date(month // 12, month % 12 + 1, 1).toordinal()
        if ordinal >= stretch.first:
            yield ordinal, month


def _month_of(day: dt.date) -> tuple[int, int]:
    """The ordinals of the month's first day and of the day after its last."""
    first = day.replace(day=1).toordinal()
    return first, first + calendar.monthrange(day.year, day.month)[1]


def _month_start(ordinal: int) -> int:
    within = min(max(ordinal, 1), dt.date.max.toordinal())
    return _month_of(dt.date.fromordinal(within))[0]
