"""Windows of days brought together: what several tellings of one day leave possible."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from abstraction.dates import DayCount, Days, Window

ANY_TIME = Window()


def window_of(days: Days) -> Window:
    """The interval as a window with both ends closed."""
    return Window(days.start, days.end)


def up_to(day: dt.date | None) -> Window:
    """At some time up to the day; any time when the day is not known."""
    return Window(None, day)


def one_day(window: Window) -> dt.date | None:
    """The day, where the window is a single one."""
    return window.start if window.start == window.end else None


def touches(first: Window, second: Window) -> bool:
    """Whether the windows share a day."""
    return not (certainly_before(first, second) or certainly_before(second, first))


def certainly_before(first: Window, second: Window) -> bool:
    """Whether every day of ``first`` comes before every day of ``second``."""
    return first.end is not None and second.start is not None and first.end < second.start


def contains(outer: Window, inner: Window) -> bool:
    """Whether every day of ``inner`` is one of ``outer``."""
    starts = outer.start is None or (inner.start is not None and outer.start <= inner.start)
    ends = outer.end is None or (inner.end is not None and inner.end <= outer.end)
    return starts and ends


def shared(windows: Iterable[Window]) -> Window | None:
    """The days that all of the windows hold; None where there is no such day."""
    given = tuple(windows)
    start = max((one.start for one in given if one.start), default=None)
    end = min((one.end for one in given if one.end), default=None)
    return None if start and end and end < start else Window(start, end)


def spanned(windows: Iterable[Window]) -> Window:
    """The smallest window that holds every one of the windows."""
    given = tuple(windows)
    starts = [one.start for one in given]
    ends = [one.end for one in given]
    return Window(
        None if None in starts else min((day for day in starts if day), default=None),
        None if None in ends else max((day for day in ends if day), default=None),
    )


def agreed(windows: Iterable[Window]) -> Window:
    """What several tellings of one thing leave possible: their shared days, or all they span."""
    given = tuple(windows)
    return shared(given) or spanned(given)


def later_by(window: Window, duration: DayCount) -> Window:
    """The window moved forward by a duration."""
    return Window(_moved(window.start, duration.min), _moved(window.end, duration.max))


def earlier_by(window: Window, duration: DayCount) -> Window:
    """The window moved back by a duration."""
    return Window(_moved(window.start, -duration.max), _moved(window.end, -duration.min))


def _moved(day: dt.date | None, days: int) -> dt.date | None:
    if day is None:
        return None
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        return None
