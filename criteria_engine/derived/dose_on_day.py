"""What a patient took of a group of drugs on one day, in milligrams of a reference drug.

A day is judged by itself: a dose on alternate days is a whole dose or none, a pulse counts on its
days, a taper by the step that the day lies in.  The factors are those of ``equivalents.yaml``.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from abstraction.chart import Chart
from abstraction.dates import Window
from abstraction.facts import Route, TherapyFact
from abstraction.merging.exposures import exposure
from abstraction.merging.windows import one_day, window_of
from abstraction.statements import Stance, each_once, stance
from criteria_engine.equivalents import equivalents, milligrams_a_day, milligrams_each_time
from criteria_engine.intervals import Extent, exactly

DoseBasis = Literal["told", "between", "open"]
"""How the dose is known: told for that very day; of a course that runs on between two told doses,
so that ``nearest`` is all there is to go by; or left open."""

_ANY_DOSE = Extent(low=0)
_NONE = exactly(0)


@dataclass(frozen=True, slots=True)
class DoseOnDay:
    """Every amount, in milligrams of the reference drug, that the day may have had.

    ``nearest`` are the amounts told for the days next to it, where none is told for the day itself:
    what was taken in between may have been more, so they bound nothing.
    """

    day: dt.date
    mg: Extent
    basis: DoseBasis
    facts: tuple[TherapyFact, ...]
    nearest: Extent | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """A dose of one drug and the days on which it was certainly the one taken."""

    fact: TherapyFact
    first: dt.date
    last: dt.date
    mg: Extent

    @property
    def is_begun(self) -> bool:
        """Whether a note tells when the dose began."""
        return self.fact.start is not None


def dose_on_day(
    chart: Chart,
    day: dt.date,
    *,
    drugs: Collection[str],
    of: str,
    not_by_route: Collection[Route] = (),
) -> DoseOnDay | None:
    """The drugs together on the day, in milligrams of ``of``; None where no note speaks of them.

    Facts of a route in ``not_by_route`` give no dose.
    """
    spoken = [
        fact
        for fact in chart.of("therapy", drugs)
        if isinstance(fact, TherapyFact) and fact.route not in not_by_route
    ]
    given = [fact for fact in spoken if stance(fact) is Stance.AFFIRMED]
    denied = [fact for fact in spoken if stance(fact) is Stance.DENIED]
    if not given and not denied:
        return None
    by_drug: defaultdict[str, list[TherapyFact]] = defaultdict(list)
    for fact in given:
        by_drug[fact.concept].append(fact)
    parts = [
        part
        for drug in sorted(by_drug)
        for part in _parts(Chart(chart.patient_id, tuple(by_drug[drug])), day, of)
    ]
    parts = _without_replaced(parts) or [DoseOnDay(day, _NONE, "told", tuple(denied))]
    bases = {part.basis for part in parts}
    near = [part.nearest for part in parts if part.nearest]
    basis: DoseBasis = "open" if "open" in bases else "between" if "between" in bases else "told"
    return DoseOnDay(
        day=day,
        mg=_sum(part.mg for part in parts),
        basis=basis,
        facts=each_once(fact for part in parts for fact in part.facts),
        nearest=_sum(near) if near else None,
    )


def _parts(chart: Chart, day: dt.date, of: str) -> Iterable[DoseOnDay]:
    """The doses of one drug on the day: single administrations, and the course it lies in."""
    factor = equivalents()[of].get(chart.facts[0].concept) if chart.facts else None
    for one in chart.administrations:
        mg = _administered(one.facts, one.when, day)
        if mg is not None:
            yield DoseOnDay(day, _times(mg, factor), "told", one.facts)
    if not any(_holds(one.possible, day) for one in chart.episodes):
        return
    therapies = [fact for fact in chart.facts if isinstance(fact, TherapyFact)]
    steps = [step for fact in therapies if (step := _step(fact)) is not None]
    told = [step for step in steps if step.first <= day <= step.last]
    if told:
        governing = _governing(told)
        mg = _hull(step.mg for step in governing)
        yield DoseOnDay(day, _times(mg, factor), "told", tuple(step.fact for step in governing))
        return
    yield _between(chart, steps, day, factor)


def _governing(told: list[_Step]) -> list[_Step]:
    """The doses told for a day, without those that one begun later has followed."""
    newest = max((step.first for step in told if step.is_begun), default=None)
    return [step for step in told if not step.is_begun or step.first == newest]


def _without_replaced(parts: list[DoseOnDay]) -> list[DoseOnDay]:
    """The parts without drugs that nothing has taken that day, where another is known to be.

    One drug of a group replaces the other; only a pulse is given beside it.
    """
    known = any(
        part.basis != "open" and any(fact.route != "intravenous" for fact in part.facts)
        for part in parts
    )
    return [part for part in parts if part.basis != "open"] if known else parts


def _between(chart: Chart, steps: list[_Step], day: dt.date, factor: Extent | None) -> DoseOnDay:
    """A day of which no dose is told, with the doses told next before and after it."""
    last = max((step.last for step in steps if step.last < day), default=None)
    first = min((step.first for step in steps if step.first > day), default=None)
    beside = [step for step in steps if step.last == last or step.first == first]
    facts = tuple(step.fact for step in beside)
    runs_on = any(
        days.start <= day <= days.end for one in chart.episodes for days in one.certain_days
    )
    nearest = _times(_hull(step.mg for step in beside), factor) if beside else None
    every = tuple(fact for fact in chart.facts if isinstance(fact, TherapyFact))
    basis: DoseBasis = "between" if runs_on and last and first else "open"
    return DoseOnDay(day, _ANY_DOSE, basis, facts or every, nearest)


def _step(fact: TherapyFact) -> _Step | None:
    told_of = exposure(fact)
    if told_of is None:
        return None
    used = one_day(told_of.use) if told_of.use else None
    begun = told_of.start.end if told_of.start else None
    ended = told_of.stop.start if told_of.stop else None
    first = begun or used
    last = ended or used
    if first is None or last is None or last < first:
        return None
    return _Step(fact, first, last, _on_each_day(fact, first, last))


def _on_each_day(fact: TherapyFact, first: dt.date, last: dt.date) -> Extent:
    """What a day of the step may have had: less often than daily, a dose or none."""
    each, daily = milligrams_each_time(fact), milligrams_a_day(fact)
    if fact.frequency is not None and fact.frequency < 1 and each is not None:
        return Extent(0, each)
    if daily is not None:
        return exactly(daily)
    if each is None:
        return _ANY_DOSE
    return exactly(each) if first == last else Extent(0, each)


def _administered(facts: tuple[TherapyFact, ...], when: Window, day: dt.date) -> Extent | None:
    """The dose of an administration that may have been on the day; None where it was not."""
    if not _holds(when, day):
        return None
    own = [fact for fact in facts if fact.date and window_of(fact.date) == when] or list(facts)
    told = [mg for fact in own if (mg := milligrams_a_day(fact) or milligrams_each_time(fact))]
    if not told:
        return _ANY_DOSE
    return Extent(min(told) if one_day(when) else 0, max(told))


def _holds(window: Window, day: dt.date) -> bool:
    return (window.start is None or window.start <= day) and (
        window.end is None or day <= window.end
    )


def _times(mg: Extent, factor: Extent | None) -> Extent:
    """The amount in the reference drug; open where no factor is known."""
    if mg == _NONE:
        return _NONE
    if factor is None:
        return _ANY_DOSE
    high = math.inf if math.isinf(mg.high) else mg.high * factor.high
    return Extent(mg.low * factor.low, high)


def _hull(extents: Iterable[Extent]) -> Extent:
    given = tuple(extents)
    return Extent(min(one.low for one in given), max(one.high for one in given))


def _sum(extents: Iterable[Extent]) -> Extent:
    given = tuple(extents)
    return Extent(sum(one.low for one in given), sum(one.high for one in given))
