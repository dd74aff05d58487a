"""How often something was so in a window: at least so many times, on days of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from abstraction.facts import DiagnosisFact, Fact, MeasurementFact, TherapyFact
from abstraction.notes import Frozen
from abstraction.statements import Stance, Telling, stance, when
from criteria_engine import logic
from criteria_engine.assessment import Basis, Missing
from criteria_engine.expressions.limits import Limits, judge
from criteria_engine.expressions.node import Account, Aside, Case, Node, Result
from criteria_engine.expressions.timing import AnyTiming, missing_anchor, period, timing_prose
from criteria_engine.logic import Truth
from criteria_engine.vocabulary import Diagnoses, Measurements, Therapies
from criteria_engine.wording import date_text, joined, sentence


class Reaching(Frozen):
    """The bounds that a value must meet to be counted."""

    at_least: Limits | None = None
    above: Limits | None = None
    at_most: Limits | None = None
    below: Limits | None = None

    def met_by(self, fact: MeasurementFact) -> Truth:
        """Whether the value meets every bound."""
        if fact.value.plausible is False:
            return Truth.UNKNOWN
        return logic.all_of(
            truth
            for truth in (
                judge(fact.value, "at_least", self.at_least).truth if self.at_least else None,
                judge(fact.value, "above", self.above).truth if self.above else None,
                judge(fact.value, "at_most", self.at_most).truth if self.at_most else None,
                judge(fact.value, "below", self.below).truth if self.below else None,
            )
            if truth is not None
        )


class Count(Node):
    """Whether at least so many of something lie in the window.

    Two mentions are two only where their days certainly differ; what a note tells without a day of
    its own may be one and the same.  Fewer than asked for leaves it open: more may have gone
    unwritten.  It fails only where the window's notes deny it and none affirms it.
    """

    op: Literal["count"] = "count"
    name: str
    times: int = Field(ge=1)
    diagnoses: Diagnoses = ()
    therapies: Therapies = ()
    measurements: Measurements = ()
    reaching: Reaching = Reaching()
    within: AnyTiming

    @model_validator(mode="after")
    def _counts_something(self) -> Self:
        if not (self.diagnoses or self.therapies or self.measurements):
            raise ValueError("a count needs diagnoses, therapies or measurements")
        return self

    def evaluate(self, case: Case) -> Result:
        window = period(case, self.within)
        if window is None:
            gap = missing_anchor(self.within)
            return self._told(Truth.UNKNOWN, "anchor", [], [], f"{gap.why} is open", gap)
        counted: list[Fact] = []
        denied: list[Fact] = []
        asides: list[Aside] = []
        for telling in self._tellings(case):
            why = self._does_not_count(telling)
            if why is None and window.counts(telling) is not Truth.TRUE:
                why = "not certainly in the window"
            if why is not None:
                asides.append(Aside(telling.fact, why))
            else:
                (denied if telling.stance is Stance.DENIED else counted).append(telling.fact)
        number = _certainly_different(counted)
        words = f"{number} of {self.times} documented"
        if number >= self.times:
            return self._told(Truth.TRUE, "documented", counted, asides, words)
        if denied and not counted and not asides:
            return self._told(Truth.FALSE, "documented", denied, asides, "denied")
        return self._told(
            Truth.UNKNOWN, "judgement" if counted else "silent", [*counted, *denied], asides, words
        )

    def prose(self) -> str:
        return f"{self.name} at least {self.times} times ({timing_prose(self.within)})"

    def _tellings(self, case: Case) -> tuple[Telling[Any], ...]:
        return (
            *case.chart.tellings(DiagnosisFact, self.diagnoses),
            *case.chart.tellings(TherapyFact, self.therapies),
            *case.chart.tellings(MeasurementFact, self.measurements),
        )

    def _does_not_count(self, telling: Telling[Any]) -> str | None:
        fact, position = telling.fact, telling.stance
        if position not in (Stance.AFFIRMED, Stance.DENIED):
            return position.value
        if isinstance(fact, MeasurementFact):
            if position is Stance.DENIED:
                return position.value
            return None if self.reaching.met_by(fact) is Truth.TRUE else "does not reach the limit"
        return None

    def _told(
        self,
        truth: Truth,
        basis: Basis,
        facts: list[Fact],
        asides: list[Aside],
        words: str,
        missing: Missing | None = None,
    ) -> Result:
        against = tuple(fact for fact in facts if stance(fact) is Stance.DENIED)

        def told() -> Account:
            days = joined(date_text(fact) for fact in facts)
            concept = (*self.diagnoses, *self.therapies, *self.measurements)[0]
            why = f"{self.times} of them on days of their own {timing_prose(self.within)}"
            return Account(
                op=self.op,
                asks=self.asked,
                reason=f"{sentence(self.name)}: {words}{f' ({days})' if days else ''}",
                topic=self.name,
                asides=asides,
                missing=() if truth.known else (missing or Missing(concept=concept, why=why),),
            )

        return Result(
            truth,
            basis,
            told,
            facts_for=tuple(fact for fact in facts if fact not in against),
            facts_against=against,
        )


def _certainly_different(facts: Iterable[Fact]) -> int:
    """The most facts whose days lie certainly apart."""
    given = tuple(facts)
    own = sorted(
        (window.end, window.start)
        for fact in given
        for window in (when(fact),)
        if window.start and window.end and _has_its_own_day(fact)
    )
    number, last = 0, dt.date.min
    for end, start in own:
        if start > last:
            number, last = number + 1, end
    return max(number, 1) if given else 0


def _has_its_own_day(fact: Fact) -> bool:
    return isinstance(fact, MeasurementFact) or fact.date is None or fact.date.basis != "note"
