"""Whether a drug, or one of a class, was ever given: by which route, in what dose, for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from abstraction.facts import DiagnosisFact, Fact, Route, TherapyFact
from abstraction.statements import Stance, each_once, stance, told
from criteria_engine import logic
from criteria_engine.assessment import Basis, Missing
from criteria_engine.expressions.node import Account, Aside, Case, Node, Result
from criteria_engine.expressions.therapy_events import Given, Told, told_of
from criteria_engine.expressions.therapy_time import days_of, time_on
from criteria_engine.expressions.timing import (
    Span,
    Timing,
    anchor_day,
    counts,
    timing_prose,
    window_on,
)
from criteria_engine.logic import Truth
from criteria_engine.quantities import number_text
from criteria_engine.vocabulary import Diagnoses, Therapies, vocabulary
from criteria_engine.wording import joined, label, listed, sentence


class Exposure(Node):
    """Whether one of the drugs was given to the patient.

    A course or a dose that is certainly the patient's makes it true, "never given" makes it false
    where nothing contradicts it and it is not older than ``denied_within``; ``also_denied_by``
    lists wider therapies whose denial denies these.

    ``routes`` asks for a route: a course whose route no note tells stays open.  ``mg_a_day_above``
    asks for a daily dose: only a dose told higher answers it, ``dose_untold`` says what holds
    where none is told.  ``for_at_least`` asks for days on the drugs.

    ``all_others_denied_by`` lists what denies every drug of which nothing is told ("no other
    immunosuppressants ever").

    With ``reasons: judgement`` a drug never given for a reason - not tolerated, an allergy among
    ``allergies``, offered and declined, ``instead`` of which another was given - is left to a
    person; with ``never_given`` one that was declined, and that nothing tells of, was not given.
    """

    op: Literal["exposure"] = "exposure"
    name: str
    drugs: Annotated[Therapies, Field(min_length=1)]
    routes: tuple[Route, ...] = ()
    not_by_route: tuple[Route, ...] = ()
    mg_a_day_above: float | None = Field(default=None, ge=0)
    dose_untold: Literal["unknown", "accepted"] = "unknown"
    for_at_least: Span | None = None
    within: Timing = "ever"
    also_denied_by: Therapies = ()
    all_others_denied_by: Therapies = ()
    denied_within: Timing = "ever"
    reasons: Literal["disregarded", "judgement", "never_given"] = "disregarded"
    allergies: Diagnoses = ()
    instead: Therapies = ()

    @model_validator(mode="after")
    def _asks_for_routes_once(self) -> Self:
        if set(self.routes) & set(self.not_by_route):
            raise ValueError("a route cannot be asked for and left out")
        return self

    def evaluate(self, case: Case) -> Result:
        day = anchor_day(case.anchors, self.within)
        if day is None:
            return self._open("anchor", lambda: "its window has no date yet", (), (), ())
        found = told_of(
            case.chart,
            self.drugs,
            day,
            also_denied_by=self.also_denied_by,
            not_by_route=self.not_by_route,
        )
        return self._weigh(case, day, found)

    def prose(self) -> str:
        by = f" {listed(self.routes, 'or')}" if self.routes else ""
        dose = self.mg_a_day_above
        above = f" above {number_text(dose)} mg a day" if dose is not None else ""
        length = f" for at least {self.for_at_least}" if self.for_at_least else ""
        text = f"{self.name} given{by}{above}{length} {timing_prose(self.within)}"
        if self.reasons == "judgement":
            text += ", judged by the investigator where a reason against it is documented"
        return text

    def _asked(self, one: Given, given: Truth) -> Truth:
        """Whether this course or dose is what is asked for."""
        above = one.dosed_above(self.mg_a_day_above)
        if self.dose_untold == "accepted" and not one.tells_dose:
            above = Truth.TRUE
        return logic.all_of((given, one.by_route(self.routes), above))

    def _weigh(self, case: Case, day: dt.date, found: Told) -> Result:
        window = window_on(day, self.within)
        given = [(one, one.given_in(window)) for one in found.given]
        never = self._valid(found.never, case)
        asides = (
            *found.asides,
            *(Aside(fact, "denied too long ago") for fact in found.never if fact not in never),
            *(
                Aside(fact, "outside the window")
                for one, inside in given
                if inside is Truth.FALSE
                for fact in one.facts
            ),
        )
        answers = [
            (one, self._asked(one, inside)) for one, inside in given if inside is not Truth.FALSE
        ]
        certain = [one for one, truth in answers if truth is Truth.TRUE]
        standing = [one for one in certain if not any(one.contradicts(no) for no in never)]
        if standing:
            return self._given(case, standing, asides)
        unclear = [one for one, truth in answers if truth is Truth.UNKNOWN]
        disputed = [one for one in (*certain, *unclear) if any(map(one.contradicts, never))]
        if disputed:
            return self._open(
                "conflicting", lambda: self._both(disputed, never), _facts(disputed), never, asides
            )
        if unclear:
            return self._open(
                "judgement", lambda: self._unclear(unclear), _facts(unclear), (), asides
            )
        if found.possible:
            return self._open(
                "judgement", lambda: "only possibly given", found.possible, never, asides
            )
        if reasons := self._reasons(case, found):
            return self._open("judgement", lambda: _for_a_reason(reasons), reasons, never, asides)
        if other := [one for one, truth in answers if truth is Truth.FALSE]:
            return self._told(Truth.FALSE, lambda: self._otherwise(other), _facts(other), asides)
        if untaken := never or self._valid(self._untaken(case, found, day), case):
            why = lambda: f"never given ({_days(untaken)})"  # noqa: E731
            return self._told(Truth.FALSE, why, untaken, asides)
        if found.never:
            return self._open("screening_test", lambda: self._too_old(found), (), (), asides)
        return self._open("silent", lambda: "nothing documented", (), (), asides)

    def _given(self, case: Case, given: list[Given], asides: tuple[Aside, ...]) -> Result:
        """The drug was given; where a length of time is asked for, whether it was reached."""
        if self.for_at_least is None:
            return self._told(
                Truth.TRUE, lambda: f"given ({self._courses(given)})", _facts(given), asides
            )
        time = time_on(case.chart, self.drugs, case.anchors.screening, self.not_by_route)
        truth = time.reaches(days_of(self.for_at_least))

        def why() -> str:
            long = f"{time.text()} ({self.for_at_least} required)"
            return f"given ({self._courses(given)}): {long}"

        if truth.known:
            return self._told(truth, why, _facts(given), asides)
        result = self._open("judgement", why, _facts(given), (), asides)
        return result.retold(lambda told: replace(told, missing=time.gaps or told.missing))

    def _valid(self, never: tuple[TherapyFact, ...], case: Case) -> tuple[TherapyFact, ...]:
        """The denials that are not too old to count."""
        day = anchor_day(case.anchors, self.denied_within)
        if day is None:
            return ()
        window = window_on(day, self.denied_within)
        return tuple(fact for fact in never if counts(fact, window) is Truth.TRUE)

    def _untaken(self, case: Case, found: Told, day: dt.date) -> tuple[TherapyFact, ...]:
        """What says that a drug of which nothing tells was not given: offered and declined, or
        all others denied."""
        declined = (fact for fact in found.reasons if stance(fact) is Stance.DECLINED)
        others = (
            telling.fact
            for telling in case.chart.tellings(TherapyFact, self.all_others_denied_by)
            if telling.stance is Stance.DENIED
            and (telling.fact.date is None or telling.fact.date.basis == "note")
            and not telling.is_later_than(day)
        )
        return (*(declined if self.reasons == "never_given" else ()), *others)

    def _reasons(self, case: Case, found: Told) -> tuple[Fact, ...]:
        if self.reasons != "judgement":
            return ()
        replaced = told_of(case.chart, self.instead, case.anchors.screening).given
        names = _names(self.drugs, (*found.never, *found.reasons))
        allergic = (
            fact
            for fact in case.chart.of("diagnosis", self.allergies)
            if isinstance(fact, DiagnosisFact)
            and stance(fact) is Stance.AFFIRMED
            and any(name in _words(fact) for name in names)
        )
        return (*found.reasons, *(fact for one in replaced for fact in one.facts), *allergic)

    def _unclear(self, given: list[Given]) -> str:
        parts = []
        if any(one.by_route(self.routes) is Truth.UNKNOWN for one in given):
            parts.append(f"no note tells the route ({listed(self.routes, 'or')} required)")
        limit = self.mg_a_day_above
        if limit is not None and any(one.dosed_above(limit) is Truth.UNKNOWN for one in given):
            parts.append(f"no dose above {number_text(limit)} mg a day is told")
        unclear = listed(parts) or f"whether {timing_prose(self.within)} is not certain"
        return f"given ({self._courses(given)}), but {unclear}"

    def _both(self, disputed: list[Given], never: tuple[TherapyFact, ...]) -> str:
        return f"told as given ({self._courses(disputed)}) and as never given ({_days(never)})"

    def _otherwise(self, given: list[Given]) -> str:
        return f"given, but not {listed(self.routes, 'or')} ({self._courses(given)})"

    def _too_old(self, found: Told) -> str:
        days = listed(str(told(fact) or "an unknown day") for fact in found.never)
        return f"told as never given on {days}, but not {timing_prose(self.denied_within)}"

    def _courses(self, given: list[Given]) -> str:
        """The courses in words, without a drug's name where the question bears it."""
        return joined(one.text(unless=self.name) for one in given)

    def _open(
        self,
        basis: Basis,
        why: Callable[[], str],
        facts_for: tuple[Fact, ...],
        facts_against: tuple[Fact, ...],
        asides: tuple[Aside, ...],
    ) -> Result:
        def account() -> Account:
            told = why()
            need = Missing(concept=self.drugs[0], why=f"a statement on {self.name}: {told}")
            return Account(
                op=self.op,
                asks=self.asked,
                reason=f"{sentence(self.name)} {told}",
                topic=self.name,
                asides=asides,
                missing=(need,),
            )

        return Result(Truth.UNKNOWN, basis, account, facts_for, facts_against)

    def _told(
        self,
        truth: Truth,
        why: Callable[[], str],
        facts: tuple[Fact, ...],
        asides: tuple[Aside, ...],
    ) -> Result:
        return Result(
            truth,
            "documented",
            lambda: Account(
                op=self.op,
                asks=self.asked,
                reason=f"{sentence(self.name)} {why()}",
                topic=self.name,
                asides=asides,
            ),
            facts_for=facts if truth is Truth.TRUE else (),
            facts_against=facts if truth is Truth.FALSE else (),
        )


def _facts(given: Iterable[Given]) -> tuple[Fact, ...]:
    return each_once(fact for one in given for fact in one.facts)


def _days(never: Iterable[TherapyFact]) -> str:
    return joined(f"told on {told(fact) or 'an unknown day'}" for fact in never)


def _names(drugs: tuple[str, ...], facts: Iterable[TherapyFact]) -> tuple[str, ...]:
    """What the chart and the vocabulary call the drugs."""
    labels = (vocabulary().label("therapy", drug) for drug in drugs)
    spoken = (one.span.text for one in facts)
    return tuple(dict.fromkeys(name.casefold() for name in (*labels, *spoken)))


def _words(fact: Fact) -> str:
    return " ".join((fact.span.text, *(part.text for part in fact.evidence))).casefold()


def _for_a_reason(reasons: Iterable[Fact]) -> str:
    return f"not given, for a reason: {joined(map(_reason_words, reasons))}"


def _reason_words(fact: Fact) -> str:
    day = told(fact)
    when_told = f" ({day})" if day else ""
    if isinstance(fact, TherapyFact):
        if stance(fact) is Stance.AFFIRMED:
            return f"{label(fact)} instead{when_told}"
        return f"{fact.stop_reason or 'offered and declined'}{when_told}"
    return f"{label(fact)}{when_told}"
