"""Which days of a course or an event are drawn how: certain, told, possible, without a limit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

from abstraction.dates import Days, Window
from abstraction.merging.episodes import Episode

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DrawnDays:
    """The days of one mark.

    ``possible`` are stretches with a known limit.  Where none is known, days before ``before``
    and after ``after`` may belong too; with ``any_time`` nothing is known of the days at all.
    """

    certain: tuple[Days, ...] = ()
    told: tuple[Days, ...] = ()
    possible: tuple[Days, ...] = ()
    before: dt.date | None = None
    after: dt.date | None = None
    any_time: bool = False

    @property
    def known(self) -> tuple[dt.date, ...]:
        """The days that the axis must reach."""
        spans = (*self.certain, *self.possible)
        return tuple(day for span in spans for day in (span.start, span.end))


def of_course(episode: Episode) -> DrawnDays:
    """The days of a therapy's course."""
    certain = episode.certain_days
    first, last = episode.possible.start, episode.possible.end
    if not certain:
        return _uncertain(episode)
    begun, ended = certain[0].start, certain[-1].end
    possible = [
        *_days(first, begun - _DAY if begun > dt.date.min else None),
        *(Days(start=a.end + _DAY, end=b.start - _DAY) for a, b in pairwise(certain)),
        *_days(ended + _DAY if ended < dt.date.max else None, last),
    ]
    return DrawnDays(
        certain=certain,
        told=episode.told,
        possible=tuple(possible),
        before=begun if first is None else None,
        after=ended if last is None else None,
    )


def of_event(when: Window) -> DrawnDays:
    """The days of something that happened on one of them: certain where it is a single day."""
    if when.start and when.start == when.end:
        return DrawnDays(certain=(Days(start=when.start, end=when.end),))
    return _bounded(when.start, when.end, when)


def _uncertain(episode: Episode) -> DrawnDays:
    """The days of a course of which no day is certain: from its first known limit to its last."""
    first = episode.start.start or episode.stop.start or episode.stop.end or episode.start.end
    last = episode.stop.end or episode.start.end or episode.stop.start or episode.start.start
    if first and last and last < first:
        first, last = last, first
    return _bounded(first, last, episode.possible)


def _bounded(first: dt.date | None, last: dt.date | None, limits: Window) -> DrawnDays:
    first, last = first or last, last or first
    if first is None or last is None:
        return DrawnDays(any_time=True)
    return DrawnDays(
        possible=(Days(start=first, end=last),),
        before=first if limits.start is None else None,
        after=last if limits.end is None else None,
    )


def _days(first: dt.date | None, last: dt.date | None) -> list[Days]:
    return [Days(start=first, end=last)] if first and last and first <= last else []
