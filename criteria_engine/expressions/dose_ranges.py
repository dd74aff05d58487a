"""A daily dose between bounds, as it was last told in a window before an anchor.

Unlike a dose that must have come down (``daily_doses.py``), this is the dose that is being taken.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from abstraction.dates import Window
from abstraction.facts import Fact, Route, TherapyFact
from abstraction.statements import Stance, stance, told
from criteria_engine import logic
from criteria_engine.assessment import Basis, Missing
from criteria_engine.derived.dose_on_day import DoseOnDay, dose_on_day
from criteria_engine.expressions.daily_doses import has_equivalents
from criteria_engine.expressions.node import Account, Case, Node, Result
from criteria_engine.expressions.timing import Before, anchor_day, missing_anchor
from criteria_engine.intervals import Comparison, compare, exactly
from criteria_engine.logic import Truth
from criteria_engine.quantities import number_text
from criteria_engine.vocabulary import Therapies, TherapyConcept
from criteria_engine.wording import sentence

_WORDS: dict[Comparison, str] = {
    "at_least": "at least",
    "above": "above",
    "at_most": "at most",
    "below": "below",
}


class DoseRange(Node):
    """Whether the dose of the drugs together, told last in the window, lies between the bounds.

    A newest mention that leaves the dose open keeps the answer open, whatever was told before it.
    """

    op: Literal["dose_range"] = "dose_range"
    name: str
    drugs: Annotated[Therapies, Field(min_length=1)]
    at_least_mg: float | None = None
    above_mg: float | None = None
    at_most_mg: float | None = None
    below_mg: float | None = None
    of: Annotated[TherapyConcept, AfterValidator(has_equivalents)]
    not_by_route: tuple[Route, ...] = ()
    within: Before

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if not self._bounds():
            raise ValueError("a dose range needs at_least_mg, above_mg, at_most_mg or below_mg")
        return self

    def evaluate(self, case: Case) -> Result:
        day = anchor_day(case.anchors, self.within)
        if day is None:
            gap = missing_anchor(self.within)
            return self._open("anchor", f"{sentence(self.name)}: {gap.why} is open", gap)
        chart = case.chart.up_to(day)
        facts = [fact for fact in chart.of("therapy", self.drugs) if self._tells(fact)]
        window = self.within.back_from(day)
        newest = max((one for fact in facts for one in _days(fact, window)), default=None)
        if newest is None:
            return self._nothing_told(facts)
        dose = dose_on_day(
            chart, newest, drugs=self.drugs, of=self.of, not_by_route=self.not_by_route
        )
        assert dose is not None
        telling: tuple[Fact, ...] = dose.facts or tuple(
            fact for fact in facts if newest in _days(fact, window)
        )
        return self._weigh(dose, telling)

    def prose(self) -> str:
        return (
            f"{self.name} {self._bounds_text()} of {self.of} a day, "
            f"as last told in {self.within.prose()}"
        )

    def _bounds(self) -> tuple[tuple[Comparison, float], ...]:
        given: tuple[tuple[Comparison, float | None], ...] = (
            ("at_least", self.at_least_mg),
            ("above", self.above_mg),
            ("at_most", self.at_most_mg),
            ("below", self.below_mg),
        )
        return tuple((comparison, mg) for comparison, mg in given if mg is not None)

    def _bounds_text(self) -> str:
        return " and ".join(f"{_WORDS[how]} {number_text(mg)} mg" for how, mg in self._bounds())

    def _tells(self, fact: Fact) -> bool:
        known = stance(fact) in (Stance.AFFIRMED, Stance.DENIED)
        return known and isinstance(fact, TherapyFact) and fact.route not in self.not_by_route

    def _weigh(self, dose: DoseOnDay, telling: tuple[Fact, ...]) -> Result:
        if dose.basis == "told":
            truth = logic.all_of(compare(dose.mg, how, exactly(mg)) for how, mg in self._bounds())
        else:
            truth = Truth.UNKNOWN
        low, high = (number_text(round(mg, 2)) for mg in (dose.mg.low, dose.mg.high))
        amount = f"{low} mg" if low == high else f"{low} to {high} mg"
        if dose.basis != "told" or high == "inf":
            amount = "of a dose left open"
        reason = (
            f"{sentence(self.name)} {amount} of {self.of} a day on {dose.day}, "
            f"{self._bounds_text()} required"
        )
        if not truth.known:
            gap = Missing(concept=self.of, why=f"the daily dose told in {self.within.prose()}")
            return self._open("judgement", reason, gap, telling)
        against = truth is Truth.FALSE
        return Result(
            truth,
            "documented",
            lambda: Account(op=self.op, asks=self.asked, reason=reason, topic=self.name),
            facts_for=() if against else telling,
            facts_against=telling if against else (),
        )

    def _nothing_told(self, facts: list[Fact]) -> Result:
        gap = Missing(concept=self.of, why=f"the daily dose told in {self.within.prose()}")
        basis: Basis = "screening_test" if facts else "silent"
        reason = f"No dose of {self.name} told in {self.within.prose()}"
        return self._open(basis, reason, gap, tuple(facts))

    def _open(
        self, basis: Basis, reason: str, missing: Missing, facts: tuple[Fact, ...] = ()
    ) -> Result:
        return Result(
            Truth.UNKNOWN,
            basis,
            lambda: Account(
                op=self.op,
                asks=self.asked,
                reason=reason,
                topic=self.name,
                missing=(missing,),
            ),
            facts_for=facts,
        )


def _days(fact: Fact, window: Window) -> list[dt.date]:
    """The days of the window of which the fact tells: its own, and that of its note."""
    assert isinstance(fact, TherapyFact)
    own = [days.end for days in (fact.date, fact.start, fact.stop) if days]
    day = told(fact)
    return [one for one in (*own, *((day,) if day else ())) if window.holds(one)]
