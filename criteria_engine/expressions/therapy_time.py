"""How long the patient was on one therapy, or on several at once, against a length of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from abstraction.chart import Chart
from abstraction.dates import add_months
from abstraction.facts import Fact, Route, TherapyFact
from abstraction.merging.episodes import Episode
from abstraction.notes import Frozen
from abstraction.statements import Stance, each_once
from criteria_engine import logic
from criteria_engine.assessment import Basis, Missing
from criteria_engine.derived.time_on_therapy import time_on_therapy
from criteria_engine.expressions.node import Account, Case, Node, Result
from criteria_engine.expressions.therapy_events import is_never
from criteria_engine.expressions.timing import Span
from criteria_engine.intervals import Extent, compare
from criteria_engine.logic import Truth
from criteria_engine.vocabulary import Therapies, TherapyConcept, vocabulary
from criteria_engine.wording import joined, listed, sentence

_FOUR_YEARS = tuple(dt.date(2020, 1, 1) + dt.timedelta(days=days) for days in range(1461))
"""Every day of a calendar from which months can be counted, to know how many days they have."""


class Therapy(Frozen):
    """One therapy of the standard of care: a name, and the drugs that are it."""

    name: str
    drugs: Annotated[Therapies, Field(min_length=1)]


class TimeOnTherapy(Node):
    """Whether the days on the therapies reach a length of time.

    ``together`` counts the days on all of them at once, ``each`` asks it of every one by itself;
    several drugs in one therapy are its union.  The time is reached when the certain days reach
    it, and missed when not even every possible day would; a drug of which nothing is told, and
    infusions, which are no days, leave the possible time open.  A therapy that was too short
    because one of the drugs of ``tolerance_judged`` was not tolerated is left to a person.
    """

    op: Literal["time_on_therapy"] = "time_on_therapy"
    name: str
    of: Annotated[tuple[Therapy, ...], Field(min_length=1)]
    counted: Literal["together", "each"] = "together"
    at_least: Span
    not_by_route: tuple[Route, ...] = ()
    tolerance_judged: Therapies = ()

    def evaluate(self, case: Case) -> Result:
        day = case.anchors.screening
        if self.counted == "together":
            times = [_time(case.chart, self.of, day, self.not_by_route)]
        else:
            times = [_time(case.chart, (one,), day, self.not_by_route) for one in self.of]
        needed = days_of(self.at_least)
        truths = [one.reaches(needed) for one in times]
        truth = logic.all_of(truths)
        short = [
            one for one, reached in zip(times, truths, strict=True) if reached is not Truth.TRUE
        ]
        untolerated = self._untolerated(times) if truth is Truth.FALSE else ()
        facts = each_once(fact for one in times for fact in one.facts)
        basis: Basis = "documented" if truth.known else "judgement" if facts else "silent"
        if untolerated:
            truth, basis = Truth.UNKNOWN, "judgement"

        def told() -> Account:
            gaps = tuple(gap for one in short for gap in one.gaps) if not truth.known else ()
            why = f"not told: {listed(gap.why for gap in gaps)}" if gaps else ""
            if untolerated:
                why = "not tolerated for longer"
            words = joined((*(one.text() for one in times), why))
            return Account(
                op=self.op,
                asks=self.asked,
                reason=f"{sentence(self.name)}: {words} ({self.at_least} required)",
                topic=self.name,
                missing=gaps or self._person(truth),
            )

        return Result(
            truth,
            basis,
            told,
            facts_for=facts if truth is not Truth.FALSE else (),
            facts_against=facts if truth is Truth.FALSE else (),
        )

    def prose(self) -> str:
        joint = "all at once" if self.counted == "together" and len(self.of) > 1 else "each"
        therapies = listed(one.name for one in self.of)
        each = f", {joint}" if len(self.of) > 1 else ""
        return f"{self.name}: at least {self.at_least} on {therapies}{each}, up to screening"

    def _untolerated(self, times: Sequence[Time]) -> tuple[Fact, ...]:
        return tuple(
            fact
            for one in times
            for fact in one.facts
            if fact.concept in self.tolerance_judged and fact.stop_reason == "intolerance"
        )

    def _person(self, truth: Truth) -> tuple[Missing, ...]:
        if truth.known:
            return ()
        why = f"start and stop of {listed(one.name for one in self.of)}"
        return (Missing(concept=self.of[0].drugs[0], why=why),)


@dataclass(frozen=True, slots=True)
class Time:
    """Days on a therapy: at least, at most (None: open), by which facts, and what is not told."""

    names: tuple[str, ...]
    least: int
    most: int | None
    facts: tuple[TherapyFact, ...]
    gaps: tuple[Missing, ...]

    def reaches(self, needed: Extent) -> Truth:
        """Whether the time is at least what is needed; a time of which nothing is told is open."""
        days = Extent(self.least, float("inf") if self.most is None else self.most)
        return compare(days, "at_least", needed)

    def text(self) -> str:
        """For example "at least 289 and at most 300 days on both at once"."""
        if not self.facts:
            return f"no course of {listed(self.names, 'or')} is dated"
        most = "" if self.most is None or self.most == self.least else f" and at most {self.most}"
        together = " at once" if len(self.names) > 1 else ""
        return f"at least {self.least}{most} days on {listed(self.names)}{together}"


def days_of(span: Span) -> Extent:
    """The length in days; calendar months have fewer or more of them."""
    if span.days:
        return Extent(span.days, span.days)
    return _days_of_months(span.months)


@cache
def _days_of_months(months: int) -> Extent:
    lengths = [(add_months(day, months) - day).days for day in _FOUR_YEARS]
    return Extent(min(lengths), max(lengths))


def time_on(
    chart: Chart, drugs: Sequence[TherapyConcept], day: dt.date, not_by_route: Collection[Route]
) -> Time:
    """The time on any of the drugs up to the day."""
    name = listed((vocabulary().label("therapy", drug) for drug in drugs), "or")
    return _time(chart, (Therapy(name=name, drugs=tuple(drugs)),), day, not_by_route)


def _time(
    chart: Chart, therapies: Sequence[Therapy], day: dt.date, not_by_route: Collection[Route]
) -> Time:
    told = _spoken(chart, [drug for one in therapies for drug in one.drugs], day, not_by_route)
    groups = [one.drugs for one in therapies]
    certain = time_on_therapy(told, groups, day, not_by_route=not_by_route)
    bounded = [drugs for drugs in groups if _is_bounded(told, drugs)]
    most = certain.most if len(bounded) == len(groups) else None
    if bounded and len(bounded) < len(groups):
        most = time_on_therapy(told, bounded, day, not_by_route=not_by_route).most
    gaps = tuple(gap for one in therapies for gap in _gaps(told, one, day))
    return Time(
        names=tuple(one.name for one in therapies),
        least=certain.least,
        most=None if most is None else max(most, certain.least),
        facts=certain.facts,
        gaps=gaps,
    )


def _spoken(
    chart: Chart, drugs: Sequence[str], day: dt.date, not_by_route: Collection[Route]
) -> Chart:
    """The chart of these drugs alone, without what is later, local, planned or only possible."""
    return chart.only(
        telling.fact
        for telling in chart.tellings(TherapyFact, tuple(drugs))
        if telling.stance in (Stance.AFFIRMED, Stance.DENIED)
        and telling.fact.route not in not_by_route
        and not telling.is_later_than(day)
    )


def _is_bounded(chart: Chart, drugs: Collection[str]) -> bool:
    """Whether what is told bounds the time from above: every drug is dated or denied.

    An infusion is no day on a therapy, but it is no proof of too short a one either.
    """
    given = {one.concept for one in chart.episodes}
    never = {
        fact.concept
        for fact in chart.of("therapy", drugs)
        if isinstance(fact, TherapyFact) and is_never(fact)
    }
    infused = any(one.concept in drugs for one in chart.administrations)
    return not infused and bool(given & set(drugs)) and set(drugs) <= given | never


def _gaps(chart: Chart, therapy: Therapy, day: dt.date) -> tuple[Missing, ...]:
    """The starts and stops that the notes do not tell."""
    courses = [one for one in chart.episodes if one.concept in therapy.drugs]
    if not courses:
        return (Missing(concept=therapy.drugs[0], why=f"start and stop of {therapy.name}"),)
    gaps = [
        Missing(concept=one.concept, why=f"{what} {vocabulary().label('therapy', one.concept)}")
        for one in courses
        for what in _untold(one, day)
    ]
    return tuple(dict.fromkeys(gaps))


def _untold(course: Episode, day: dt.date) -> tuple[str, ...]:
    start = () if course.starts else ("the start of",)
    last = course.certain.end if course.certain else None
    if course.is_ended:
        stop = () if any(fact.stop for fact in course.stops) else ("the day of the stop of",)
    else:
        stop = () if last and last >= day else ("a note of screening that tells of",)
    return (*start, *stop)
