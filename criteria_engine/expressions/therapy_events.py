"""What the chart tells of some drugs up to a day: courses and single doses, denials, the rest.

A course counts once, however many notes tell of it; what was only planned, offered or possible is
kept apart with the reason why it proves nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from abstraction.chart import Chart
from abstraction.dates import Days, Window
from abstraction.facts import Route, TherapyFact
from abstraction.merging.windows import one_day
from abstraction.statements import Stance, Telling, stance, told
from criteria_engine.equivalents import milligrams_a_day
from criteria_engine.expressions.node import Aside
from criteria_engine.intervals import within
from criteria_engine.logic import Truth, truth_of
from criteria_engine.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Given:
    """A course or a single dose: the days it may lie on, those that are certain, and its facts."""

    concept: str
    possible: Window
    certain: Days | None
    begun_by: dt.date | None
    facts: tuple[TherapyFact, ...]
    is_course: bool

    @property
    def routes(self) -> frozenset[Route]:
        """The routes that its notes tell."""
        return frozenset(fact.route for fact in self.facts if fact.route)

    def by_route(self, routes: Collection[Route]) -> Truth:
        """Whether it was given by one of the routes; open where no note tells the route."""
        if not routes:
            return Truth.TRUE
        if not self.routes:
            return Truth.UNKNOWN
        return truth_of(bool(self.routes & set(routes)))

    def dosed_above(self, mg_a_day: float | None) -> Truth:
        """Whether some day had more than that; a lower dose told proves nothing of other days."""
        if mg_a_day is None:
            return Truth.TRUE
        doses = [dose for fact in self.facts if (dose := milligrams_a_day(fact)) is not None]
        return Truth.TRUE if any(dose > mg_a_day for dose in doses) else Truth.UNKNOWN

    @property
    def tells_dose(self) -> bool:
        """Whether any of its notes tells a daily dose."""
        return any(milligrams_a_day(fact) is not None for fact in self.facts)

    def given_in(self, window: Window) -> Truth:
        """Whether a day of it lies in the window."""
        if window.start is None:
            return Truth.TRUE
        if not self.is_course:
            return within(self.possible, window)
        if self.certain and _touch(Window(self.certain.start, self.certain.end), window):
            return Truth.TRUE
        return Truth.UNKNOWN if _touch(self.possible, window) else Truth.FALSE

    def text(self, unless: str = "") -> str:
        """The drug and its days ("from 2021-11-26 to 2023-03-01"); its name only where
        it is another than ``unless``."""
        name = vocabulary().label("therapy", self.concept)
        return f"{'' if name == unless else name} {self._days()}".strip()

    def _days(self) -> str:
        first, last = self.possible.start, self.possible.end
        if self.certain:
            first, last = self.certain.start, self.certain.end
        if first and last:
            return f"on {first}" if first == last else f"from {first} to {last}"
        if last:
            return f"by {last}"
        return f"since {first}" if first else "undated"

    def contradicts(self, denial: TherapyFact) -> bool:
        """Whether it had certainly, or as far as anyone knows, begun when it was denied."""
        day = told(denial)
        return day is None or self.begun_by is None or self.begun_by <= day


@dataclass(frozen=True, slots=True)
class Told:
    """All that the notes tell of the drugs: ``given``, ``never`` given, only ``possible``.

    ``reasons`` are the facts that tell why a drug was not given.
    """

    given: tuple[Given, ...]
    never: tuple[TherapyFact, ...]
    possible: tuple[TherapyFact, ...]
    reasons: tuple[TherapyFact, ...]
    asides: tuple[Aside, ...]


def told_of(
    chart: Chart,
    drugs: Collection[str],
    day: dt.date,
    *,
    also_denied_by: Collection[str] = (),
    not_by_route: Collection[Route] = (),
) -> Told:
    """What the notes tell of the drugs up to the day; a route in ``not_by_route`` is no dose."""
    asides: list[Aside] = []
    counted: list[Telling[TherapyFact]] = []
    for telling in chart.tellings(TherapyFact, tuple(drugs)):
        if telling.is_later_than(day):
            asides.append(Aside(telling.fact, f"dated after {day}"))
        elif telling.fact.route in not_by_route:
            asides.append(Aside(telling.fact, "works only where it is applied"))
        else:
            counted.append(telling)
    wider = [
        telling.fact
        for telling in chart.tellings(TherapyFact, tuple(also_denied_by))
        if telling.stance is Stance.DENIED
        and is_never(telling.fact)
        and not telling.is_later_than(day)
    ]
    never: list[TherapyFact] = []
    possible: list[TherapyFact] = []
    reasons: list[TherapyFact] = []
    for _, fact, position, _ in counted:
        if position is Stance.AFFIRMED:
            continue
        if position is Stance.POSSIBLE:
            possible.append(fact)
        elif position is Stance.DENIED and is_never(fact):
            never.append(fact)
        else:
            asides.append(Aside(fact, _why_not(position)))
        if _tells_why_not(fact, position):
            reasons.append(fact)
    return Told(
        given=_given(chart, counted),
        never=(*never, *wider),
        possible=tuple(possible),
        reasons=tuple(reasons),
        asides=tuple(asides),
    )


def is_never(fact: TherapyFact) -> bool:
    """Whether it says that the drug was never given, not only that it is not given now."""
    ever = fact.date is None or fact.date.basis == "note"
    return fact.status == "never_given" and stance(fact) is Stance.DENIED and ever


def _given(chart: Chart, counted: Sequence[Telling[TherapyFact]]) -> tuple[Given, ...]:
    courses = [
        Given(
            concept=one.concept,
            possible=one.possible,
            certain=one.certain,
            begun_by=one.certain.start if one.certain else one.start.end,
            facts=one.facts,
            is_course=True,
        )
        for one in chart.courses_in(counted)
        if any(stance(fact) is Stance.AFFIRMED for fact in one.facts)
    ]
    doses = [
        Given(
            concept=one.concept,
            possible=one.when,
            certain=Days(start=day, end=day) if (day := one_day(one.when)) else None,
            begun_by=one.when.end,
            facts=one.facts,
            is_course=False,
        )
        for one in chart.doses_in(counted)
    ]
    return (*courses, *doses)


def _tells_why_not(fact: TherapyFact, position: Stance) -> bool:
    """Whether it tells a reason for which the drug was not given."""
    if position is Stance.DECLINED:
        return True
    return position is Stance.DENIED and fact.stop_reason is not None


def _why_not(position: Stance) -> str:
    if position is Stance.DENIED:
        return "tells of some days without it, not that it was never given"
    return position.value


def _touch(days: Window, window: Window) -> bool:
    starts = window.end is None or days.start is None or days.start <= window.end
    ends = window.start is None or days.end is None or days.end >= window.start
    return starts and ends
