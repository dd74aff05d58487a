"""Therapy episodes over all notes: each course from its beginning to its end, as far as told.

Notes that say "taken" belong to one course unless an end certainly lies between them.  Nothing is
narrowed but by what a note says of that very day: a start, an end, or that it was taken.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from abstraction.dates import Days, Window
from abstraction.facts import Response, StopReason, TherapyFact
from abstraction.merging.exposures import (
    Exposure,
    denied_up_to,
    exposure,
    is_administration,
    not_on_it,
    without_superseded_steps,
)
from abstraction.merging.regimens import (
    in_single_doses,
    interchangeable_with,
    is_infused,
    routes_told,
)
from abstraction.merging.windows import agreed, certainly_before, one_day, touches
from abstraction.statements import Stance, Telling, told


@dataclass(frozen=True, slots=True)
class Episode:
    """One course of a therapy: ``facts`` tell of it, ``starts`` and ``stops`` of its two ends.

    ``start`` and ``stop`` hold every day on which it may have begun and ended; an open end is not
    known.  ``certain_days`` run from the first to the last day that the notes tell of, none where
    no day is certain; that it was not interrupted in between is what nothing contradicts.  Of
    infusions only the days that single notes tell of by themselves are certain, which ``told``
    are.  ``is_ended`` says that an end is told, ``is_resumed`` that an earlier course ended and no
    note tells of a new beginning.  ``is_disputed`` says of a resumed one that a note of the same
    days or later ones has the drug ended before them, as an old list copied forward would: then
    no day of it is certain.  ``plans`` are told within the days on which it may have begun where
    no note tells its beginning: they begin nothing, but nothing else tells of it.
    """

    concept: str
    start: Window
    stop: Window
    certain_days: tuple[Days, ...]
    told: tuple[Days, ...]
    facts: tuple[TherapyFact, ...]
    starts: tuple[TherapyFact, ...]
    stops: tuple[TherapyFact, ...]
    plans: tuple[TherapyFact, ...] = ()
    is_resumed: bool = False
    is_disputed: bool = False

    @property
    def certain(self) -> Days | None:
        """The certain days where they are one stretch; None where there are none or several."""
        return self.certain_days[0] if len(self.certain_days) == 1 else None

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


def episodes_of(
    told: Iterable[Telling[TherapyFact]], courses: Courses | None = None
) -> tuple[Episode, ...]:
    """The courses of every therapy, by concept and then by days: the same for any order.

    ``courses`` makes those of one treatment: ``courses_of``, or one that remembers.
    """
    return _by_treatment(told, lambda concept: concept, courses or courses_of)


def joint_episodes_of(
    told: Iterable[Telling[TherapyFact]], courses: Courses | None = None
) -> tuple[Episode, ...]:
    """The courses of every treatment, drugs that are named for each other taken for one.

    A course of several drugs has the concept that ``regimens.yaml`` names first.
    """
    given = tuple(told)
    named = {
        one.fact.concept
        for one in given
        if one.stance is Stance.AFFIRMED and not is_administration(one.fact)
    }

    def of_treatment(concept: str) -> str:
        together = [one for one in interchangeable_with(concept) if one in named]
        return together[0] if len(together) > 1 and concept in together else concept

    return _by_treatment(given, of_treatment, courses or courses_of)


def _by_treatment(
    told: Iterable[Telling[TherapyFact]], treatment: Callable[[str], str], courses: Courses
) -> tuple[Episode, ...]:
    by_concept: defaultdict[str, list[TherapyFact]] = defaultdict(list)
    planned: defaultdict[str, list[TherapyFact]] = defaultdict(list)
    for one in told:
        if one.stance in (Stance.AFFIRMED, Stance.DENIED):
            by_concept[treatment(one.fact.concept)].append(one.fact)
        elif one.stance is Stance.PLANNED:
            planned[treatment(one.fact.concept)].append(one.fact)
    return tuple(
        episode
        for concept in sorted(by_concept)
        for episode in _with_plans(courses(concept, by_concept[concept]), planned.get(concept))
    )


def _with_plans(
    episodes: tuple[Episode, ...], planned: list[TherapyFact] | None
) -> Iterable[Episode]:
    if not planned:
        return episodes
    ordered = sorted(planned, key=_fact_order)
    return [replace(one, plans=_plans(one, ordered)) for one in episodes]


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

    @property
    def dated(self) -> tuple[Exposure, ...]:
        return (*self.uses, *self.starts, *self.stops)

    @property
    def facts(self) -> tuple[TherapyFact, ...]:
        return tuple(one.fact for one in (*self.dated, *self.vague))


Courses = Callable[[str, Sequence[TherapyFact]], tuple[Episode, ...]]


def courses_of(concept: str, facts: Sequence[TherapyFact]) -> tuple[Episode, ...]:
    """The courses of one treatment, from the facts that affirm or deny it; plans are not asked."""
    facts = sorted(facts, key=_fact_order)
    exposures = without_superseded_steps(one for fact in facts if (one := exposure(fact)))
    if not exposures:
        return ()
    # That one of two drugs was never given says nothing of the other.
    is_one_drug = len({fact.concept for fact in facts}) == 1
    never = [day for fact in facts if is_one_drug and (day := denied_up_to(fact))]
    off = [(window, fact) for fact in facts if (window := not_on_it(fact))]
    stretches = _stretches(exposures, [Exposure(fact, stop=window) for window, fact in off])
    made: list[Episode] = []
    for stretch in stretches:
        made.append(_episode(concept, stretch, made[-1] if made else None, never))
    return tuple(made)


def _plans(episode: Episode, planned: list[TherapyFact]) -> tuple[TherapyFact, ...]:
    """The plans that were told when a course of which no beginning is told may have begun."""
    if episode.starts:
        return ()
    return tuple(
        fact for fact in planned if (day := told(fact)) and touches(Window(day, day), episode.start)
    )


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
    return bisect_left(cuts, day)


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
        if joined and not one.is_begun and not _is_another_dose(one, joined[-1]):
            joined[-1].stops.extend(one.stops)
        else:
            joined.append(one)
    if len(joined) > 1 and not joined[0].is_begun and not _ends_something(joined[0]):
        joined = joined[1:]
    return joined


def _is_another_dose(stretch: _Stretch, before: _Stretch) -> bool:
    """Whether what is told as an end is the day of a dose that the earlier ends know nothing of.

    Of single doses any later day is; of infusions one after the notes that tell the earlier ends.
    """
    if not before.stops:
        return False
    routes = routes_told(before.facts)
    ended = [one.stop.end for one in before.stops if one.stop]
    known = [told(one.fact) for one in before.stops]
    return any(
        one.stop is not None
        and one.stop.start is not None
        and all(day is not None and day < one.stop.start for day in ended)
        and (
            in_single_doses(one.fact)
            or (
                is_infused(one.fact, routes)
                and all(day is not None and day < one.stop.start for day in known)
            )
        )
        for one in stretch.stops
    )


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
    is_first = before is None or bool(stretch.starts)
    days = _days_of_use(stretch.uses)
    taken = [one for one in stretch.uses if is_first or not _is_denied(one, before)]
    used = _days_of_use(taken) + _switch_days(stretch.starts)
    whole = _whole(told_start, agreed(dated_stops) if dated_stops else None, used)
    untold = _untold_start(stretch, whole, before, never)
    start = _told_start(told_start, whole) if told_start else untold
    stop = _ended_after(told_stop, whole, start) if told_stop else _open_stop(whole, start)
    told_days = _told(stretch, whole)
    return Episode(
        concept=concept,
        start=start,
        stop=stop,
        certain_days=_certain_days(stretch, taken, whole, told_days),
        told=told_days,
        facts=_sorted((*stretch.dated, *stretch.vague)),
        starts=_sorted(begun),
        stops=_sorted(stretch.stops),
        is_resumed=not is_first,
        is_disputed=bool(days) and not used,
    )


def _days_of_use(uses: Iterable[Exposure]) -> list[dt.date]:
    return [day for one in uses if one.use and (day := one_day(one.use))]


def _switch_days(starts: Iterable[Exposure]) -> list[dt.date]:
    """Days on which one preparation followed another: taken, and no beginning."""
    return [day for one in starts if one.is_switch and one.start and (day := one_day(one.start))]


def _is_denied(use: Exposure, ended: Episode | None) -> bool:
    """Whether a note of the day or a later one has the course ended, with a day before it.

    A note that tells of a pause and of the drug taken tells of a pause that is over.
    """
    day = one_day(use.use) if use.use else None
    if ended is None or day is None:
        return False
    return any(
        one.stop is not None
        and one.stop.end < day
        and (by := told(one)) is not None
        and by >= day
        and not (one.status == "held" and one.note_id == use.fact.note_id)
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
        and not one.is_switch
        and (one.fact.dose is None or not any(certainly_before(use, one.start) for use in taken))
    ]


def _told_start(start: Window, certain: Days | None) -> Window:
    """The told beginning, open where another note says that the drug was taken before it."""
    if certain and start.start and certain.start < start.start:
        return Window(None, certain.start)
    return start


def _whole(start: Window | None, stop: Window | None, used: list[dt.date]) -> Days | None:
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

    After the end of the one before and the last note that says it was never given, and by the
    first certain day, else by its end.
    """
    used = [one.use.end for one in (*stretch.uses, *stretch.vague) if one.use]
    ended = [one.stop.end for one in stretch.stops if one.stop and one.stop.end]
    by = certain.start if certain else max((day for day in ended or used if day), default=None)
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


def _certain_days(
    stretch: _Stretch, taken: Iterable[Exposure], whole: Days | None, told_days: tuple[Days, ...]
) -> tuple[Days, ...]:
    """The whole course; of infusions what single notes tell, and the course of what is none."""
    if whole is None:
        return ()
    dated = stretch.dated
    told_routes = routes_told(stretch.facts)
    regular = [one for one in dated if not is_infused(one.fact, told_routes)]
    if len(regular) == len(dated):
        return (whole,)
    starts = [one.start for one in regular if one.start and one in stretch.starts]
    stops = [one.stop for one in regular if one.stop_is_dated and one in stretch.stops and one.stop]
    within = _whole(
        agreed(starts) if starts else None,
        agreed(stops) if stops else None,
        _days_of_use(one for one in taken if one in regular),
    )
    return _union((*told_days, *([within] if within else [])), whole)


def _told(stretch: _Stretch, whole: Days | None) -> tuple[Days, ...]:
    """The stretches of the course that single notes tell of, joined where they touch."""
    return _union((days for one in stretch.dated for days in _told_by(one)), whole)


def _told_by(one: Exposure) -> tuple[Days, ...]:
    """The days that one note by itself says the drug was taken on."""
    day = one_day(one.use) if one.use else None
    stop = None if one.is_planned_end else one.stop
    if in_single_doses(one.fact):
        windows = (window for window in (one.start, one.use, stop) if window)
        doses = (dose for window in windows if (dose := one_day(window)))
        return tuple(Days(start=dose, end=dose) for dose in doses)
    told_days = _whole(one.start, stop, [day] if day else [])
    return (told_days,) if told_days else ()


def _union(stretches: Iterable[Days], within: Days | None) -> tuple[Days, ...]:
    """What of the stretches lies within the days, joined where they touch."""
    if within is None:
        return ()
    joined: list[tuple[dt.date, dt.date]] = []
    for first, last in sorted(
        (max(days.start, within.start), min(days.end, within.end)) for days in stretches
    ):
        if first > last:
            continue
        if joined and first <= joined[-1][1] + dt.timedelta(days=1):
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(Days(start=first, end=last) for first, last in joined)


def _sorted(exposures: Iterable[Exposure]) -> tuple[TherapyFact, ...]:
    facts = {_fact_order(one.fact): one.fact for one in exposures}
    return tuple([facts[place] for place in sorted(facts)])


def _fact_order(fact: TherapyFact) -> tuple[str, str, int, int, str, str, str]:
    return (*fact.order(), fact.fact_id)
