"""What single facts say for or against a finding, and which say outweighs which in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from abstraction.facts import BiopsyFact, DiagnosisFact, Fact, MeasurementFact
from abstraction.merging.windows import certainly_before
from abstraction.statements import Stance, stance, when
from criteria_engine.expressions.results import positivity
from criteria_engine.logic import Truth

Side = Literal["both", "denial", "opposite", "allograft"]
"""Whether a concept affirms and denies, only denies by being denied, or denies by being so; an
allograft's biopsy affirms the transplant."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one fact says to the finding; ``aside`` tells why it says nothing that counts.

    A ``lasting`` one counts from whenever it was so.
    """

    fact: Fact
    truth: Truth
    past: bool = False
    why: str = ""
    aside: str | None = None
    lasting: bool = False


def statement_of(fact: Fact, side: Side, quantified: bool) -> Statement | None:
    """What the fact says on that side, or None where it has no say.

    ``quantified`` tells that any number of this test is a positive result.
    """
    position = stance(fact)
    if position in (Stance.NOT_THE_PATIENT, Stance.PLANNED, Stance.DECLINED):
        return None if side in ("denial", "allograft") else _set_aside(fact, position.value)
    if side == "denial":
        return Statement(fact, Truth.FALSE) if position is Stance.DENIED else None
    if side == "allograft" and not (
        isinstance(fact, BiopsyFact) and fact.organ == "allograft_kidney"
    ):
        return None
    if position is Stance.POSSIBLE:
        return Statement(fact, Truth.UNKNOWN, why=position.value)
    if isinstance(fact, MeasurementFact):
        return _by_result(fact, position, quantified)
    if side == "opposite":
        denies = position is Stance.AFFIRMED
        return Statement(fact, Truth.FALSE, lasting=True) if denies else None
    past = fact.temporality == "past" or (isinstance(fact, DiagnosisFact) and fact.resolved is True)
    if position is Stance.DENIED:
        return None if side == "allograft" else Statement(fact, Truth.FALSE)
    return Statement(fact, Truth.TRUE, past=past)


def _by_result(fact: MeasurementFact, position: Stance, quantified: bool) -> Statement:
    if position is not Stance.AFFIRMED:
        return _set_aside(fact, position.value)
    judged = positivity(fact, quantified_is_positive=quantified)
    return Statement(fact, judged.truth, why=judged.why)


def _set_aside(fact: Fact, why: str) -> Statement:
    return Statement(fact, Truth.UNKNOWN, aside=why)


def contradicts(denial: Statement, affirmed: Statement) -> bool:
    """Whether the denial speaks of a time that the affirmed thing may already have been so in."""
    return not certainly_before(when(denial.fact), when(affirmed.fact))


def answers(denial: Statement, possible: Statement) -> bool:
    """Whether the denial was told later than what was only possible."""
    return certainly_before(when(possible.fact), when(denial.fact))
