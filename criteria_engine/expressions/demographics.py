"""Age and sex."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import model_validator

from abstraction.dates import Days, whole_month, whole_year
from abstraction.facts import DemographicFact
from abstraction.statements import Stance, stance
from criteria_engine import logic
from criteria_engine.assessment import Missing
from criteria_engine.expressions.node import Account, Case, Node, Result
from criteria_engine.intervals import (
    Extent,
    age_at,
    birth_from_age,
    compare,
    exactly,
    overlap,
)
from criteria_engine.logic import Truth
from criteria_engine.wording import joined, listed

_OLDEST = 120
"""Years beyond which a stated age is a misreading."""


class Age(Node):
    """Completed years at screening, each bound within; a side without one is open.

    A date of birth decides as it stands.  A stated age is carried forward from the day it was
    stated, as the interval of birth days that it allows; all sources must agree.
    """

    op: Literal["age"] = "age"
    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("an age needs at_least or at_most")
        return self

    def evaluate(self, case: Case) -> Result:
        day = case.anchors.screening
        told = [
            (fact, birth)
            for fact in _demographics(case, "birth_date", "age")
            if (birth := _birth(fact)) is not None
        ]
        if not told:
            return Result(Truth.UNKNOWN, "silent", self._untold)
        facts = tuple(fact for fact, _ in told)
        shared = overlap(tuple(birth for _, birth in told))
        births = (shared,) if shared else tuple(birth for _, birth in told)
        truth = logic.agreed(self._holds(birth, day) for birth in births)
        conflicting = truth is Truth.UNKNOWN and shared is None
        return Result(
            truth,
            "conflicting" if conflicting else "documented" if truth.known else "silent",
            lambda: self._told(truth, births, day, facts),
            facts_for=() if truth is Truth.FALSE else facts,
            facts_against=facts if truth is Truth.FALSE else (),
        )

    def prose(self) -> str:
        if self.at_least is None or self.at_most is None:
            return f"age of {self._bounds()} completed years at screening"
        return f"age from {self._bounds()} completed years at screening"

    def _untold(self) -> Account:
        return Account(
            op=self.op,
            asks=self.asked,
            reason="Neither a date of birth nor a dated age is documented",
            topic="age",
            missing=(Missing(concept="birth_date", why="the age at screening rests on it"),),
        )

    def _told(
        self,
        truth: Truth,
        births: tuple[Days, ...],
        day: dt.date,
        facts: tuple[DemographicFact, ...],
    ) -> Account:
        ages = listed((_ages_text(birth, day) for birth in births), "or")
        need = Missing(concept="birth_date", why="the stated age allows both answers")
        return Account(
            op=self.op,
            asks=self.asked,
            reason=f"Age {ages} on {day} ({_source(facts)}); asked is {self._bounds()}",
            missing=() if truth.known else (need,),
        )

    def _bounds(self) -> str:
        if self.at_most is None:
            return f"{self.at_least} or more"
        if self.at_least is None:
            return f"at most {self.at_most}"
        return f"{self.at_least} to {self.at_most}"

    def _holds(self, birth: Days, day: dt.date) -> Truth:
        low, high = age_at(birth, day)
        ages = Extent(low, high)
        bounds = [compare(ages, "at_least", exactly(self.at_least))] if self.at_least else []
        if self.at_most is not None:
            bounds.append(compare(ages, "at_most", exactly(self.at_most)))
        return logic.all_of(bounds)


class Sex(Node):
    """The patient's documented sex."""

    op: Literal["sex"] = "sex"
    of: Literal["female", "male"]

    def evaluate(self, case: Case) -> Result:
        known = [fact for fact in _demographics(case, "sex") if fact.value.text]
        matching = tuple(fact for fact in known if fact.value.text == self.of)
        other = tuple(fact for fact in known if fact.value.text != self.of)
        conflicting = bool(matching and other)
        truth = (
            Truth.UNKNOWN if conflicting or not known else Truth.TRUE if matching else Truth.FALSE
        )
        reason = (
            "Sex is documented both ways"
            if conflicting
            else f"Sex documented as {known[0].value.text}"
            if known
            else "Sex is not documented"
        )
        return Result(
            truth,
            "conflicting" if conflicting else "documented" if known else "silent",
            lambda: Account(
                op=self.op,
                asks=self.asked,
                reason=reason,
                topic="sex",
                missing=() if truth.known else (Missing(concept="sex", why=reason),),
            ),
            matching,
            other,
        )

    def prose(self) -> str:
        return f"sex {self.of}"


def _demographics(case: Case, *concepts: str) -> tuple[DemographicFact, ...]:
    return tuple(
        fact
        for fact in case.chart.of("demographic", concepts)
        if isinstance(fact, DemographicFact) and stance(fact) is Stance.AFFIRMED
    )


def _birth(fact: DemographicFact) -> Days | None:
    """The days of birth that the fact allows; None where it cannot tell."""
    if fact.concept == "birth_date":
        return _partial_date(fact.value.text or "")
    stated = fact.date or (
        Days(start=fact.note_date, end=fact.note_date) if fact.note_date else None
    )
    years = fact.value.number
    if stated is None or years is None or not 0 <= years <= _OLDEST:
        return None
    return birth_from_age(int(years), stated) if fact.value.unit in ("a", None) else None


def _partial_date(text: str) -> Days | None:
    """A day, a month or a year in ISO notation as an interval of days."""
    try:
        match [int(part) for part in text.split("-")]:
            case [year, month, day]:
                birth = dt.date(year, month, day)
                return Days(start=birth, end=birth)
            case [year, month]:
                return whole_month(year, month)
            case [year]:
                return whole_year(year)
            case _:
                return None
    except ValueError:
        return None


def _ages_text(birth: Days, day: dt.date) -> str:
    low, high = age_at(birth, day)
    return str(low) if low == high else f"{low} to {high}"


def _source(facts: tuple[DemographicFact, ...]) -> str:
    return joined(
        f"born {fact.value.text}"
        if fact.concept == "birth_date"
        else f"stated as {fact.value.number:g} on {fact.date.end if fact.date else fact.note_date}"
        for fact in facts
    )
