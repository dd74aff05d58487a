"""How long a patient was on one of several therapies, or on all of them at once, in days.

Days of different courses count once.  The least is made of the days that are certain, the most of
every day that is possible.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from abstraction.chart import Chart
from abstraction.facts import Route, TherapyFact
from abstraction.merging.episodes import Episode
from abstraction.merging.regimens import interchangeable_with
from abstraction.statements import each_once

_Stretch = tuple[dt.date, dt.date]
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TimeOnTherapy:
    """Days from ``least`` to ``most`` (None: no beginning is known), and the facts that tell them.

    ``told`` are the days of ``least`` that single notes tell of by themselves; the others lie
    between two notes that have the therapy taken.
    """

    least: int
    most: int | None
    told: int
    facts: tuple[TherapyFact, ...]


def time_on_therapy(
    chart: Chart,
    groups: Sequence[Collection[str]],
    as_of: dt.date,
    *,
    not_by_route: Collection[Route] = (),
) -> TimeOnTherapy:
    """The days up to ``as_of`` on which at least one drug of every group was taken.

    One group gives the time on any of its drugs, several the time on all of them together.
    Infusions and other single administrations are no time on a therapy.
    """
    courses = [_episodes(chart, drugs, not_by_route) for drugs in groups]
    certain = _together([_certain(group, as_of) for group in courses])
    told = _together([_told(group, as_of) for group in courses])
    possible = [
        _possible(group, as_of) if group or chart.of("therapy", drugs) else None
        for group, drugs in zip(courses, groups, strict=True)
    ]
    least = _length(certain)
    if len(courses) == 1:
        least = max([least, *(_stated(one) for one in courses[0])])
    spans = [stretches for stretches in possible if stretches is not None]
    most = max(_length(_together(spans)), least) if spans else None
    facts = each_once(fact for group in courses for one in group for fact in one.facts)
    return TimeOnTherapy(least, most, _length(told), facts)


def _episodes(
    chart: Chart, drugs: Collection[str], not_by_route: Collection[Route]
) -> tuple[Episode, ...]:
    """The courses of the drugs; two that are named for each other are one treatment."""
    asked = frozenset(drugs)
    return tuple(
        one
        for episodes, is_joint in ((chart.joint_episodes, True), (chart.episodes, False))
        for one in episodes
        if one.concept in asked
        and asked.issuperset(interchangeable_with(one.concept)) is is_joint
        and not all(fact.route in not_by_route for fact in one.facts)
    )


def _stated(episode: Episode) -> int:
    """The longest duration that a note states for the course itself."""
    return max((fact.duration_days.min for fact in episode.facts if fact.duration_days), default=0)


def _certain(episodes: Iterable[Episode], as_of: dt.date) -> list[_Stretch]:
    return _union(
        (days.start, min(days.end, as_of))
        for one in episodes
        for days in one.certain_days
        if days.start <= as_of
    )


def _told(episodes: Iterable[Episode], as_of: dt.date) -> list[_Stretch]:
    return _union(
        (days.start, min(days.end, as_of))
        for one in episodes
        for days in one.told
        if days.start <= as_of
    )


def _possible(episodes: Iterable[Episode], as_of: dt.date) -> list[_Stretch] | None:
    """Every possible stretch; None where one of them has no known beginning."""
    stretches = []
    for one in episodes:
        start, end = one.possible.start, one.possible.end
        if start is None:
            return None
        if start <= as_of:
            stretches.append((start, min(end, as_of) if end else as_of))
    return _union(stretches)


def _union(stretches: Iterable[_Stretch]) -> list[_Stretch]:
    joined: list[_Stretch] = []
    for first, last in sorted(stretches):
        if joined and first <= joined[-1][1] + ONE_DAY:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _together(groups: Sequence[list[_Stretch]]) -> list[_Stretch]:
    """The days that all of the groups share."""
    shared = groups[0] if groups else []
    for group in groups[1:]:
        shared = _union(
            (max(first, start), min(last, end))
            for first, last in shared
            for start, end in group
            if max(first, start) <= min(last, end)
        )
    return shared


def _length(stretches: Iterable[_Stretch]) -> int:
    return sum((last - first).days + 1 for first, last in stretches)
