"""What single facts say for or against a finding, and which say outweighs which in time."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, NamedTuple

from abstraction.facts import BiopsyFact, DiagnosisFact, Fact, MeasurementFact
from abstraction.merging.windows import certainly_before
from abstraction.statements import Stance, Telling
from criteria_engine.expressions.results import positivity
from criteria_engine.logic import Truth

Side = Literal["both", "denial", "opposite", "allograft"]
"""Whether a concept affirms and denies, only denies by being denied, or denies by being so; an
allograft's biopsy affirms the transplant."""


class Statement(NamedTuple):
    """What one fact says to the finding; ``aside`` tells why it says nothing that counts.

    A ``lasting`` one counts from whenever it was so.
    """

    telling: Telling[Any]
    truth: Truth
    past: bool = False
    why: str = ""
    aside: str | None = None
    lasting: bool = False

    @property
    def fact(self) -> Fact:
        """The fact that says it."""
        fact: Fact = self.telling.fact
        return fact


def statement_of(
    telling: Telling[Any], side: Side, quantified: Collection[str]
) -> Statement | None:
    """What the fact says on that side, or None where it has no say.

    Any number of a test in ``quantified`` is a positive result.
    """
    fact, position = telling.fact, telling.stance
    if position in _NEVER_COUNTS:
        return None if side in ("denial", "allograft") else _set_aside(telling)
    if side == "denial":
        return Statement(telling, Truth.FALSE) if position is Stance.DENIED else None
    if side == "allograft" and not (
        isinstance(fact, BiopsyFact) and fact.organ == "allograft_kidney"
    ):
        return None
    if position is Stance.POSSIBLE:
        return Statement(telling, Truth.UNKNOWN, why=position.value)
    if isinstance(fact, MeasurementFact):
        return _by_result(telling, quantified)
    if side == "opposite":
        denies = position is Stance.AFFIRMED
        return Statement(telling, Truth.FALSE, lasting=True) if denies else None
    if position is Stance.DENIED:
        if isinstance(fact, DiagnosisFact) and fact.one_kind:
            return Statement(telling, Truth.UNKNOWN, aside="denies one kind of it alone")
        return None if side == "allograft" else Statement(telling, Truth.FALSE)
    past = fact.temporality == "past" or (isinstance(fact, DiagnosisFact) and fact.resolved is True)
    return Statement(telling, Truth.TRUE, past=past)


_NEVER_COUNTS = (Stance.NOT_THE_PATIENT, Stance.PLANNED, Stance.DECLINED)


def _by_result(telling: Telling[MeasurementFact], quantified: Collection[str]) -> Statement:
    if telling.stance is not Stance.AFFIRMED:
        return _set_aside(telling)
    fact = telling.fact
    judged = positivity(fact, quantified_is_positive=fact.concept in quantified)
    return Statement(telling, judged.truth, why=judged.why)


def _set_aside(telling: Telling[Any]) -> Statement:
    return Statement(telling, Truth.UNKNOWN, aside=telling.stance.value)


def contradicts(denial: Statement, affirmed: Statement) -> bool:
    """Whether the denial speaks of a time that the affirmed thing may already have been so in."""
    return not certainly_before(denial.telling.when, affirmed.telling.when)


def answers(denial: Statement, possible: Statement) -> bool:
    """Whether the denial was told later than what was only possible."""
    return certainly_before(possible.telling.when, denial.telling.when)
