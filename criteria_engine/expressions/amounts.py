"""How much of a drug was given in a window: single doses counted, milligrams added up."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from abstraction.chart import Chart
from abstraction.facts import Fact, Route
from abstraction.statements import each_once
from criteria_engine.assessment import Basis, Missing
from criteria_engine.derived.dose_on_day import DoseOnDay, dose_on_day
from criteria_engine.equivalents import equivalents
from criteria_engine.expressions.node import Account, Aside, Case, Node, Result
from criteria_engine.expressions.therapy_events import Given, told_of
from criteria_engine.expressions.timing import (
    Before,
    Timing,
    anchor_day,
    is_later,
    timing_prose,
    window_on,
)
from criteria_engine.intervals import Comparison, Extent, compare, exactly
from criteria_engine.logic import Truth
from criteria_engine.quantities import number_text
from criteria_engine.vocabulary import Therapies, TherapyConcept
from criteria_engine.wording import joined, sentence


class DosesGiven(Node):
    """Whether so many single doses of the drugs were given in the window, such as two infusions.

    Doses told are a least number: further ones may be untold, so that only "never given" says
    that there were too few.  A course holds an unknown number of doses.
    """

    op: Literal["doses_given"] = "doses_given"
    name: str
    drugs: Annotated[Therapies, Field(min_length=1)]
    at_least: int = Field(ge=1)
    within: Timing = "ever"
    not_by_route: tuple[Route, ...] = ()
    also_denied_by: Therapies = ()

    def evaluate(self, case: Case) -> Result:
        day = anchor_day(case.anchors, self.within)
        if day is None:
            return self._told(Truth.UNKNOWN, "anchor", "its window has no date yet", (), (), ())
        found = told_of(
            case.chart,
            self.drugs,
            day,
            also_denied_by=self.also_denied_by,
            not_by_route=self.not_by_route,
        )
        window = window_on(day, self.within)
        touching = [one for one in found.given if one.given_in(window) is not Truth.FALSE]
        doses = [one for one in touching if not one.is_course]
        certain = [one for one in doses if one.given_in(window) is Truth.TRUE]
        facts = _facts(touching)
        words = joined(one.text(unless=self.name) for one in touching)
        if touching and any(one.contradicts(no) for one in touching for no in found.never):
            why = f"told as given ({words}) and as never given"
            return self._told(Truth.UNKNOWN, "conflicting", why, facts, found.never, found.asides)
        counted = f"{len(certain)} certain in the window" + (f" ({words})" if words else "")
        if len(certain) >= self.at_least:
            return self._told(Truth.TRUE, "documented", counted, facts, (), found.asides)
        if found.never and not found.given:
            return self._told(
                Truth.FALSE, "documented", "never given", (), found.never, found.asides
            )
        basis: Basis = "judgement" if touching else "silent"
        return self._told(Truth.UNKNOWN, basis, counted, facts, (), found.asides)

    def prose(self) -> str:
        return f"{self.name}: at least {self.at_least} doses given {timing_prose(self.within)}"

    def _told(
        self,
        truth: Truth,
        basis: Basis,
        why: str,
        facts_for: tuple[Fact, ...],
        facts_against: tuple[Fact, ...],
        asides: tuple[Aside, ...],
    ) -> Result:
        need = Missing(concept=self.drugs[0], why=f"the days of all doses of {self.name}")
        return Result(
            truth,
            basis,
            lambda: Account(
                op=self.op,
                asks=self.asked,
                reason=f"{sentence(self.name)}: {why}, {self.at_least} doses required",
                topic=self.name,
                asides=asides,
                missing=() if truth.known else (need,),
            ),
            facts_for,
            facts_against,
        )


def _has_equivalents(reference: str) -> str:
    if reference not in equivalents():
        raise ValueError(f"{reference!r} is no reference drug of equivalents.yaml")
    return reference


class Amount(Node):
    """The milligrams of the drugs in a window, together (``total``) or a day (``mean``).

    Every day of the window counts, in milligrams of the reference drug ``of``: a day of which no
    dose is told may have had any, so that it keeps the sum open above.
    """

    op: Literal["amount"] = "amount"
    name: str
    drugs: Annotated[Therapies, Field(min_length=1)]
    of: Annotated[TherapyConcept, AfterValidator(_has_equivalents)]
    counted: Literal["total", "mean"]
    at_least_mg: float | None = Field(default=None, ge=0)
    above_mg: float | None = Field(default=None, ge=0)
    at_most_mg: float | None = Field(default=None, ge=0)
    below_mg: float | None = Field(default=None, ge=0)
    not_by_route: tuple[Route, ...] = ()
    within: Before

    @model_validator(mode="after")
    def _has_one_limit(self) -> Self:
        limits = (self.at_least_mg, self.above_mg, self.at_most_mg, self.below_mg)
        if sum(limit is not None for limit in limits) != 1:
            raise ValueError("an amount needs one of at_least_mg, above_mg, at_most_mg, below_mg")
        return self

    def evaluate(self, case: Case) -> Result:
        day = anchor_day(case.anchors, self.within)
        if day is None:
            return self._told(Truth.UNKNOWN, "anchor", "its window has no date yet", ())
        days = self._days(case.chart, day)
        spoken = [one for one in days if one is not None]
        facts = each_once(fact for one in spoken for fact in one.facts)
        if len(spoken) < len(days):
            return self._told(Truth.UNKNOWN, "silent", "no dose documented", facts)
        mg = Extent(sum(one.mg.low for one in spoken), sum(one.mg.high for one in spoken))
        if self.counted == "mean":
            mg = mg.times(1 / len(days))
        comparison, limit = self._limit()
        truth = compare(mg, comparison, exactly(limit))
        basis: Basis = "documented" if truth.known else "judgement"
        return self._told(truth, basis, f"{_mg_text(mg)} mg of {self.of}", facts)

    def prose(self) -> str:
        each = "in all" if self.counted == "total" else "a day on average"
        return f"{self.name}: {self._required()} of {self.of} {each} in {self.within.prose()}"

    def _days(self, chart: Chart, last: dt.date) -> list[DoseOnDay | None]:
        """The dose of every day of the window, by what is told up to its end."""
        told = chart.only(
            fact for fact in chart.of("therapy", self.drugs) if not is_later(fact, last)
        )
        first = self.within.back_from(last).start or last
        return [
            dose_on_day(
                told,
                first + dt.timedelta(days=step),
                drugs=self.drugs,
                of=self.of,
                not_by_route=self.not_by_route,
            )
            for step in range((last - first).days + 1)
        ]

    def _limit(self) -> tuple[Comparison, float]:
        given: tuple[tuple[Comparison, float | None], ...] = (
            ("at_least", self.at_least_mg),
            ("above", self.above_mg),
            ("at_most", self.at_most_mg),
            ("below", self.below_mg),
        )
        return next((comparison, limit) for comparison, limit in given if limit is not None)

    def _required(self) -> str:
        comparison, limit = self._limit()
        return f"{comparison.replace('_', ' ')} {number_text(limit)} mg"

    def _told(self, truth: Truth, basis: Basis, why: str, facts: tuple[Fact, ...]) -> Result:
        need = Missing(concept=self.of, why=f"the dose of every day in {self.within.prose()}")
        return Result(
            truth,
            basis,
            lambda: Account(
                op=self.op,
                asks=self.asked,
                reason=f"{sentence(self.name)}: {why}, {self._required()} required",
                topic=self.name,
                missing=() if truth.known else (need,),
            ),
            facts_for=facts if truth is not Truth.FALSE else (),
            facts_against=facts if truth is Truth.FALSE else (),
        )


def _facts(given: list[Given]) -> tuple[Fact, ...]:
    return each_once(fact for one in given for fact in one.facts)


def _mg_text(mg: Extent) -> str:
    low = number_text(round(mg.low, 1))
    if mg.low == mg.high:
        return low
    if mg.high == float("inf"):
        return f"at least {low}"
    return f"{low} to {number_text(round(mg.high, 1))}"
