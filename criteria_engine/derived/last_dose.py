"""The day of the last dose of a drug, as an interval that no note contradicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from abstraction.chart import Chart
from abstraction.dates import Window
from abstraction.facts import Route, TherapyFact
from abstraction.merging.episodes import Episode
from abstraction.merging.windows import ANY_TIME, shared, up_to
from abstraction.statements import each_once

_NOT_DAILY: frozenset[Route | None] = frozenset({"intravenous", "subcutaneous", "intramuscular"})


@dataclass(frozen=True, slots=True)
class LastDose:
    """``when`` holds every day on which the last dose may have been given."""

    when: Window
    facts: tuple[TherapyFact, ...]


def last_dose(
    chart: Chart,
    drugs: Collection[str],
    as_of: dt.date,
    *,
    not_by_route: Collection[Route] = (),
) -> LastDose | None:
    """The last dose up to ``as_of`` of any of the drugs; None where no note tells of one.

    Somebody who is on a daily drug took it on the day of the note; of an infusion or an injection
    only the day that is told for it is known.
    """
    doses = [
        (window, one.facts)
        for one in chart.administrations
        if one.concept in drugs
        and any(fact.route not in not_by_route for fact in one.facts)
        and (window := shared((Window(one.when.start, one.possible.end), up_to(as_of))))
    ]
    doses += [
        (window, one.facts)
        for one in chart.episodes
        if one.concept in drugs
        and any(fact.route not in not_by_route for fact in one.facts)
        and (window := shared((_last_of(one), up_to(as_of))))
    ]
    if not doses:
        return None
    known = [window.start for window, _ in doses if window.start]
    latest = max(window.end or as_of for window, _ in doses)
    first = max(known, default=None)
    facts = each_once(
        fact for window, told in doses if _may_be_last(window, first) for fact in told
    )
    return LastDose(Window(first, latest), facts)


def _last_of(episode: Episode) -> Window:
    """When the last dose of the course was given, so far as it is told."""
    if episode.is_ended and any(fact.stop for fact in episode.stops):
        return episode.stop
    if any(fact.route in _NOT_DAILY or (fact.frequency or 1) < 1 for fact in episode.facts):
        earliest = episode.certain_days[0].start if episode.certain_days else episode.start.start
        return Window(earliest, episode.stop.end)
    return episode.stop or ANY_TIME


def _may_be_last(window: Window, first: dt.date | None) -> bool:
    return window.end is None or first is None or window.end >= first
