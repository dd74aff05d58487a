"""A series of test values in time: which of them counts, and what the counting ones say together.

Knows nothing of what is asked of a value; each comes already judged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from abstraction.facts import MeasurementFact
from abstraction.merging.windows import certainly_before
from abstraction.statements import Stance, stance, when
from criteria_engine import logic
from criteria_engine.assessment import Missing
from criteria_engine.expressions.node import Aside, Case, Result
from criteria_engine.expressions.timing import (
    Timing,
    anchor_day,
    counts,
    is_later,
    timing_prose,
    window_on,
)
from criteria_engine.logic import Truth
from criteria_engine.vocabulary import vocabulary
from criteria_engine.wording import date_text, joined, sentence, value_text

Select = Literal["latest", "any"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What one value says to the question, and why it says nothing where it does not."""

    truth: Truth
    why: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the values of one concept; ``required`` is empty for a result in words."""

    op: str
    asks: str
    concept: str
    required: str
    timing: Timing
    select: Select
    judge: Callable[[MeasurementFact], Judged]

    @property
    def label(self) -> str:
        """The concept in words."""
        return vocabulary().label("measurement", self.concept)


def answer(question: Question, case: Case) -> Result:
    """The answer that the values of the concept give."""
    day = anchor_day(case.anchors, question.timing)
    if day is None:
        return _open(question, "anchor", f"{question.timing} has no date yet", "no anchor date")
    window = window_on(day, question.timing)
    certain: list[MeasurementFact] = []
    possible: list[MeasurementFact] = []
    outdated: list[MeasurementFact] = []
    asides: list[Aside] = []
    for fact in case.chart.of("measurement", (question.concept,)):
        assert isinstance(fact, MeasurementFact)
        if (why := _does_not_count(fact, day, question)) is not None:
            asides.append(Aside(fact, why))
            continue
        match counts(fact, window):
            case Truth.TRUE:
                certain.append(fact)
            case Truth.UNKNOWN:
                possible.append(fact)
            case Truth.FALSE:
                outdated.append(fact)
    if not certain:
        return _nothing_in_window(question, possible, outdated, asides)
    asides += [Aside(fact, "outside the window") for fact in outdated]
    if question.select == "any":
        return _any(question, certain, possible, asides)
    return _latest(question, certain, possible, asides)


def _does_not_count(fact: MeasurementFact, day: dt.date, question: Question) -> str | None:
    position = stance(fact)
    if position is Stance.PLANNED:
        return "ordered or pending"
    if position is not Stance.AFFIRMED:
        return position.value
    value = fact.value
    if (value.number, value.low, value.interpretation) == (None, None, None) and not value.readings:
        return "without a value"
    if fact.date is None and question.select == "latest":
        return "undated, so it cannot be the latest"
    return f"dated after {day}" if is_later(fact, day) else None


def _latest(
    question: Question,
    certain: list[MeasurementFact],
    possible: list[MeasurementFact],
    asides: list[Aside],
) -> Result:
    newest = [
        fact
        for fact in (*certain, *possible)
        if not any(certainly_before(when(fact), when(other)) for other in certain)
    ]
    asides += [Aside(fact, "superseded by a newer value") for fact in certain if fact not in newest]
    retold = [fact for fact in newest if any(_retells(fact, other) for other in newest)]
    asides += [Aside(fact, "another note tells the same result with its unit") for fact in retold]
    newest = [fact for fact in newest if fact not in retold]
    judged = {id(fact): question.judge(fact) for fact in newest}
    truth = logic.agreed(judgement.truth for judgement in judged.values())
    return _told(question, truth, newest, judged, asides)


def _retells(fact: MeasurementFact, other: MeasurementFact) -> bool:
    """Whether the fact is the other's number of the same day, told without its unit."""
    value, whole = fact.value, other.value
    bare = value.number is not None and value.unit is None and value.canonical_number is None
    same = (value.number, value.comparator) == (whole.number, whole.comparator)
    return bare and same and whole.unit is not None and when(fact) == when(other)


def _any(
    question: Question,
    certain: list[MeasurementFact],
    possible: list[MeasurementFact],
    asides: list[Aside],
) -> Result:
    judged = {id(fact): question.judge(fact) for fact in (*certain, *possible)}
    truth = logic.any_of(judged[id(fact)].truth for fact in certain)
    if truth is Truth.FALSE and any(judged[id(fact)].truth is not truth for fact in possible):
        truth = Truth.UNKNOWN
    counted = certain if truth is Truth.FALSE else [*certain, *possible]
    return _told(question, truth, counted, judged, asides)


def _told(
    question: Question,
    truth: Truth,
    facts: list[MeasurementFact],
    judged: dict[int, Judged],
    asides: list[Aside],
) -> Result:
    facts_for = tuple(fact for fact in facts if judged[id(fact)].truth is Truth.TRUE)
    facts_against = tuple(fact for fact in facts if judged[id(fact)].truth is Truth.FALSE)
    open_facts = tuple(fact for fact in facts if judged[id(fact)].truth is Truth.UNKNOWN)
    if truth.known:
        told = facts_for if truth is Truth.TRUE else facts_against
        return Result(
            op=question.op,
            asks=question.asks,
            truth=truth,
            basis="documented",
            reason=_against_limit(question, told),
            topic=question.label,
            facts_for=facts_for,
            facts_against=facts_against,
            asides=(
                *asides,
                *(Aside(fact, judged[id(fact)].why) for fact in open_facts),
            ),
        )
    conflicting = bool(facts_for and facts_against) and question.select == "latest"
    why = joined(judged[id(fact)].why for fact in open_facts)
    if conflicting:
        why = joined(("values that may both be the latest disagree", why))
    reason = f"{_against_limit(question, tuple(facts))}: {why or 'date unclear'}"
    return Result(
        op=question.op,
        asks=question.asks,
        truth=truth,
        basis="conflicting" if conflicting else "judgement",
        reason=reason,
        topic=question.label,
        facts_for=facts_for + open_facts,
        facts_against=facts_against,
        asides=tuple(asides),
        missing=(Missing(concept=question.concept, why=f"a value that decides: {why}"),),
    )


def _nothing_in_window(
    question: Question,
    possible: list[MeasurementFact],
    outdated: list[MeasurementFact],
    asides: list[Aside],
) -> Result:
    span = timing_prose(question.timing)
    if possible:
        reason = f"{_values(question, tuple(possible))}: whether {span} is not certain"
        repeat = f"a {question.label} result certainly dated {span}"
    elif outdated:
        last = max(outdated, key=lambda fact: (when(fact).end or dt.date.min, fact.order()))
        reason = f"{_values(question, (last,))} is not {span}; a repeat is missing"
        repeat = f"a repeat {span}; the last one is {date_text(last)}"
    else:
        pending = any(aside.why == "ordered or pending" for aside in asides)
        reason = f"No {question.label} {span}" + (" (ordered or pending)" if pending else "")
        return _open(
            question, "silent", reason, f"a result for {question.label}, {span}", tuple(asides)
        )
    asides += [Aside(fact, "not certainly in the window") for fact in possible]
    asides += [Aside(fact, "outside the window") for fact in outdated]
    return _open(question, "screening_test", reason, repeat, tuple(asides))


def _open(
    question: Question,
    basis: Literal["silent", "screening_test", "anchor"],
    reason: str,
    why: str,
    asides: tuple[Aside, ...] = (),
) -> Result:
    return Result(
        op=question.op,
        asks=question.asks,
        truth=Truth.UNKNOWN,
        basis=basis,
        reason=reason,
        topic=question.label,
        asides=asides,
        missing=(Missing(concept=question.concept, why=why),),
    )


def _against_limit(question: Question, facts: tuple[MeasurementFact, ...]) -> str:
    values = _values(question, facts)
    return f"{values}, {question.required}" if question.required else values


def _values(question: Question, facts: tuple[MeasurementFact, ...]) -> str:
    told = joined(f"{value_text(fact)} {date_text(fact)}" for fact in facts)
    return f"{sentence(question.label)} {told}"
