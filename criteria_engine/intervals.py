"""What is only known between two bounds: numbers and days, and what can be said of them.

A question about an interval is decided only where every point of it gives the same answer.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

from abstraction.dates import Days, Window, add_months
from criteria_engine.logic import Truth, negate

Comparison = Literal["at_least", "at_most", "above", "below"]


@dataclass(frozen=True, slots=True)
class Extent:
    """Every number a value may be: from ``low`` to ``high``, an end left out when open."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def times(self, factor: float) -> Extent:
        """The extent scaled by a positive factor."""
        return Extent(self.low * factor, self.high * factor, self.low_open, self.high_open)


def exactly(number: float) -> Extent:
    """A number that is known."""
    return Extent(number, number)


def censored(number: float, comparator: Literal["<", "<=", ">", ">="] | None) -> Extent:
    """A number with its comparator: ``<10`` is everything below ten."""
    match comparator:
        case "<":
            return Extent(high=number, high_open=True)
        case "<=":
            return Extent(high=number)
        case ">":
            return Extent(low=number, low_open=True)
        case ">=":
            return Extent(low=number)
        case None:
            return exactly(number)


def compare(value: Extent, comparison: Comparison, limit: Extent) -> Truth:
    """Whether ``value`` stands in the relation to ``limit``, for every pair of possible numbers."""
    match comparison:
        case "at_most":
            return _not_above(value, limit)
        case "at_least":
            return _not_above(limit, value)
        case "above":
            return negate(_not_above(value, limit))
        case "below":
            return negate(_not_above(limit, value))


def _not_above(low: Extent, high: Extent) -> Truth:
    """Whether every number of ``low`` is at most every number of ``high``."""
    if low.high <= high.low:
        return Truth.TRUE
    touching = low.low == high.high
    if low.low > high.high or (touching and (low.low_open or high.high_open)):
        return Truth.FALSE
    return Truth.UNKNOWN


def within(when: Window, window: Window) -> Truth:
    """Whether something that happened on one day of ``when`` happened inside ``window``."""
    starts = window.start is None or (when.start is not None and when.start >= window.start)
    ends = window.end is None or (when.end is not None and when.end <= window.end)
    if starts and ends:
        return Truth.TRUE
    before = window.start is not None and when.end is not None and when.end < window.start
    after = window.end is not None and when.start is not None and when.start > window.end
    return Truth.FALSE if before or after else Truth.UNKNOWN


@cache
def back_from(anchor: dt.date, *, days: int = 0, months: int = 0) -> Window:
    """The window that ends on the anchor and reaches the given days or calendar months back."""
    return Window(add_months(anchor, -months) - dt.timedelta(days=days), anchor)


def first_day_clear_of(last: dt.date, *, days: int = 0, months: int = 0) -> dt.date:
    """The first anchor whose window back no longer holds the day ``last``."""
    day = add_months(last, months) + dt.timedelta(days=days)
    while back_from(day, days=days, months=months).holds(last):
        day += dt.timedelta(days=1)
    return day


def age_at(birth: Days, day: dt.date) -> tuple[int, int]:
    """Completed years on ``day``: the least and the most that the birth interval allows."""
    return _completed_years(birth.end, day), _completed_years(birth.start, day)


def _completed_years(birth: dt.date, day: dt.date) -> int:
    had_birthday = (day.month, day.day) >= (birth.month, birth.day)
    return day.year - birth.year - (not had_birthday)


def birth_from_age(years: int, when: Days) -> Days:
    """The days of birth that make somebody ``years`` old on a day of ``when``."""
    earliest = _years_before(when.start, years + 1) + dt.timedelta(days=1)
    return Days(start=earliest, end=_years_before(when.end, years))


def _years_before(day: dt.date, years: int) -> dt.date:
    return add_months(day, -12 * years)


def overlap(intervals: tuple[Days, ...]) -> Days | None:
    """The days that all of the intervals share, or None."""
    start = max(interval.start for interval in intervals)
    end = min(interval.end for interval in intervals)
    return Days(start=start, end=end) if start <= end else None
