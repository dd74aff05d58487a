"""Therapy episodes over all notes: each course from its beginning to its end, as far as told.

Notes that say "taken" belong to one course unless an end certainly lies between them.  Nothing is
narrowed but by what a note says of that very day: a start, an end, or that it was taken.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from abstraction.dates import Days, Window
from abstraction.facts import Response, StopReason, TherapyFact
from abstraction.merging.exposures import (
    Exposure,
    denied_up_to,
    exposure,
    not_on_it,
    without_superseded_steps,
)
from abstraction.merging.windows import agreed, certainly_before, one_day
from abstraction.statements import told


@dataclass(frozen=True, slots=True)
class Episode:
    """One course of a therapy: ``facts`` tell of it, ``starts`` and ``stops`` of its two ends.

    ``start`` and ``stop`` hold every day on which it may have begun and ended; an open end is not
    known.  ``certain`` runs from the first to the last day that the notes tell of, None where no
    day is certain; that it was not interrupted in between is what nothing contradicts, and
    ``told`` are the stretches that single notes tell of by themselves.  ``is_ended`` says that an
    end is told, ``is_resumed`` that an earlier course ended and no note tells of a new beginning.
    ``is_disputed`` says of a resumed one that a note of the same days or later ones has the drug
    ended before them, as an old list copied forward would: then no day of it is certain.
    """

    concept: str
    start: Window
    stop: Window
    certain: Days | None
    told: tuple[Days, ...]
    facts: tuple[TherapyFact, ...]
    starts: tuple[TherapyFact, ...]
    stops: tuple[TherapyFact, ...]
    is_resumed: bool = False
    is_disputed: bool = False

    @property
    def possible(self) -> Window:
        """Every day that may belong to the course."""
        return Window(self.start.start, self.stop.end)

    @property
    def is_ended(self) -> bool:
        """Whether a note tells of its end."""
        return bool(self.stops)

    @property
    def stop_reasons(self) -> tuple[StopReason, ...]:
        """Why it ended, each reason that a note gives once, sorted."""
        return tuple(sorted({one.stop_reason for one in self.facts if one.stop_reason}))

    @property
    def responses(self) -> tuple[Response, ...]:
        """What came of it, each answer that a note gives once, sorted."""
        return tuple(sorted({one.response for one in self.facts if one.response}))


def episodes_of(facts: Iterable[TherapyFact]) -> tuple[Episode, ...]:
    """The courses of every therapy, by concept and then by days: the same for any order."""
    by_concept: defaultdict[str, list[TherapyFact]] = defaultdict(list)
    for fact in sorted(facts, key=_fact_order):
        by_concept[fact.concept].append(fact)
    return tuple(
        episode
        for concept in sorted(by_concept)
        for episode in _episodes(concept, tuple(by_concept[concept]))
    )


@dataclass(slots=True)
class _Stretch:
    """What belongs between one told end and the next."""

    uses: list[Exposure]
    starts: list[Exposure]
    stops: list[Exposure]
    vague: list[Exposure]

    @property
    def is_begun(self) -> bool:
        return bool(self.uses or self.starts)


def _episodes(concept: str, facts: tuple[TherapyFact, ...]) -> list[Episode]:
    exposures = without_superseded_steps(one for fact in facts if (one := exposure(fact)))
    if not exposures:
        return []
    never = [day for fact in facts if (day := denied_up_to(fact))]
    off = [(window, fact) for fact in facts if (window := not_on_it(fact))]
    stretches = _stretches(exposures, [Exposure(fact, stop=window) for window, fact in off])
    made: list[Episode] = []
    for stretch in stretches:
        made.append(_episode(concept, stretch, made[-1] if made else None, never))
    return made


def _stretches(exposures: tuple[Exposure, ...], off: list[Exposure]) -> list[_Stretch]:
    """The exposures laid between the ends that certainly part them."""
    ending = [one for one in (*exposures, *off) if one.stop is not None and not one.is_planned_end]
    cuts = sorted({one.stop.end for one in ending if one.stop and one.stop.end})
    stretches = [_Stretch([], [], [], []) for _ in range(len(cuts) + 1)]
    for one in exposures:
        if one.use is not None and one.use.start is not None:
            stretches[_place(cuts, one.use.start)].uses.append(one)
    for one in exposures:
        if one.start is not None:
            stretches[_place_of_start(one.start, cuts, stretches)].starts.append(one)
    for one in ending:
        end = one.stop.end if one.stop else None
        stretches[_place(cuts, end) if end else len(cuts)].stops.append(one)
    joined = _joined(stretches)
    for one in exposures:
        if one.start is None and one.stop is None and one.use and one.use.start is None:
            for stretch in _may_hold(one, joined):
                stretch.vague.append(one)
    return [one for one in joined if one.is_begun or one.vague or _ends_something(one)]


def _place(cuts: list[dt.date], day: dt.date) -> int:
    """How many ends certainly lie before the day."""
    return sum(cut < day for cut in cuts)


def _place_of_start(start: Window, cuts: list[dt.date], stretches: list[_Stretch]) -> int:
    """The first stretch that may begin then and was not already under way before."""
    first = _place(cuts, start.start) if start.start else 0
    last = _place(cuts, start.end) if start.end else len(cuts)
    for place in range(first, last):
        begun = [one.use.start for one in stretches[place].uses if one.use and one.use.start]
        if start.start is None or not any(day < start.start for day in begun):
            return place
    return last


def _joined(stretches: list[_Stretch]) -> list[_Stretch]:
    """The stretches, those that nothing begins joined to the one before, whose end they retell."""
    joined: list[_Stretch] = []
    for one in stretches:
        if joined and not one.is_begun:
            joined[-1].stops.extend(one.stops)
        else:
            joined.append(one)
    if len(joined) > 1 and not joined[0].is_begun and not _ends_something(joined[0]):
        joined = joined[1:]
    return joined


def _ends_something(stretch: _Stretch) -> bool:
    """Whether an end is told of a course, not only that the drug is not taken."""
    return any(one.fact.assertion != "absent" for one in stretch.stops)


def _may_hold(vague: Exposure, stretches: list[_Stretch]) -> list[_Stretch]:
    """The stretches that a statement without any beginning may be about: all that began by then."""
    assert vague.use is not None
    by = vague.use.end
    spoken = [one for one in stretches if one.is_begun or _ends_something(one)]
    held = [one for one in spoken if by is None or (day := _earliest(one)) is None or day <= by]
    return held or spoken[:1] or stretches[:1]


def _earliest(stretch: _Stretch) -> dt.date | None:
    days = [one.start.start for one in stretch.starts if one.start]
    days += [one.use.start for one in stretch.uses if one.use]
    return None if None in days else min((day for day in days if day), default=None)


def _episode(
    concept: str, stretch: _Stretch, before: Episode | None, never: list[dt.date]
) -> Episode:
    begun = _beginnings(stretch)
    starts = [one.start for one in begun if one.start]
    stops = [one.stop for one in stretch.stops if one.stop]
    told_start = agreed(starts) if starts else None
    dated_stops = [one for one in stops if one.start is not None]
    told_stop = agreed(stops) if stops else None
    is_resumed = before is not None and not stretch.starts
    days = [day for one in stretch.uses if one.use and (day := one_day(one.use))]
    used = [day for day in days if not (before and is_resumed and _is_denied_after(before, day))]
    certain = _certain(told_start, agreed(dated_stops) if dated_stops else None, used)
    untold = _untold_start(stretch, certain, before, never)
    start = _told_start(told_start, certain) if told_start else untold
    stop = _ended_after(told_stop, certain, start) if told_stop else _open_stop(certain, start)
    return Episode(
        concept=concept,
        start=start,
        stop=stop,
        certain=certain,
        told=_told((*stretch.uses, *stretch.starts, *stretch.stops), certain),
        facts=_sorted((*stretch.uses, *stretch.starts, *stretch.stops, *stretch.vague)),
        starts=_sorted(begun),
        stops=_sorted(stretch.stops),
        is_resumed=is_resumed,
        is_disputed=bool(days) and not used,
    )


def _is_denied_after(ended: Episode, day: dt.date) -> bool:
    """Whether a note of the day or a later one has the course ended, with a day before it."""
    return any(
        one.stop is not None and one.stop.end < day and (by := told(one)) is not None and by >= day
        for one in ended.stops
    )


def _beginnings(stretch: _Stretch) -> list[Exposure]:
    """The tellings of the course's own beginning.

    A dose that began while the drug was already taken is a change of dose.
    """
    taken = [one.use for one in stretch.uses if one.use]
    taken += [one.start for one in stretch.starts if one.start]
    return [
        one
        for one in stretch.starts
        if one.start
        and (one.fact.dose is None or not any(certainly_before(use, one.start) for use in taken))
    ]


def _told_start(start: Window, certain: Days | None) -> Window:
    """The told beginning, open where another note says that the drug was taken before it."""
    if certain and start.start and certain.start < start.start:
        return Window(None, certain.start)
    return start


def _certain(start: Window | None, stop: Window | None, used: list[dt.date]) -> Days | None:
    """From the first to the last day that is certainly one of the course."""
    first = [*used, *([start.end] if start and start.end else [])]
    last = [*used, *([stop.start] if stop and stop.start else [])]
    if first and last and min(first) <= max(last):
        return Days(start=min(first), end=max(last))
    single = one_day(start) if start else one_day(stop) if stop else None
    return Days(start=single, end=single) if single else None


def _untold_start(
    stretch: _Stretch, certain: Days | None, before: Episode | None, never: list[dt.date]
) -> Window:
    """When a course whose beginning no note tells may have begun.

    After the end of the one before, and after the last note that says it was never given.
    """
    ends = [one.use.end for one in (*stretch.uses, *stretch.vague) if one.use]
    ends += [one.stop.end for one in stretch.stops if one.stop]
    by = certain.start if certain else max((day for day in ends if day), default=None)
    after = [day for day in never if by is not None and day <= by]
    after += [before.stop.start] if before and before.stop.start else []
    return Window(max((day for day in after if by is None or day <= by), default=None), by)


def _ended_after(stop: Window, certain: Days | None, start: Window) -> Window:
    """The told end, not before the last certain day of the course."""
    earliest = [day for day in (stop.start, start.start) if day]
    if certain and (stop.end is None or certain.end <= stop.end):
        earliest.append(certain.end)
    within = [day for day in earliest if stop.end is None or day <= stop.end]
    return Window(max(within, default=None), stop.end)


def _open_stop(certain: Days | None, start: Window) -> Window:
    return Window(certain.end if certain else start.start, None)


def _told(exposures: Iterable[Exposure], certain: Days | None) -> tuple[Days, ...]:
    """The stretches of the certain days that single notes tell of, joined where they touch."""
    if certain is None:
        return ()
    stretches = sorted(
        (max(days.start, certain.start), min(days.end, certain.end))
        for one in exposures
        if (days := _told_by(one)) and days.start <= certain.end and certain.start <= days.end
    )
    joined: list[tuple[dt.date, dt.date]] = []
    for first, last in stretches:
        if joined and first <= joined[-1][1] + dt.timedelta(days=1):
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(Days(start=first, end=last) for first, last in joined)


def _told_by(one: Exposure) -> Days | None:
    """The days that one note by itself says the drug was taken on."""
    day = one_day(one.use) if one.use else None
    return _certain(one.start, None if one.is_planned_end else one.stop, [day] if day else [])


def _sorted(exposures: Iterable[Exposure]) -> tuple[TherapyFact, ...]:
    facts = {_fact_order(one.fact): one.fact for one in exposures}
    return tuple(facts[place] for place in sorted(facts))


def _fact_order(fact: TherapyFact) -> tuple[str, str, int, int, str, str, str]:
    return (*fact.order(), fact.fact_id)
