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
    AnyTiming,
    is_later,
    missing_anchor,
    period,
    timing_prose,
)
from criteria_engine.logic import Truth
from criteria_engine.vocabulary import vocabulary
from criteria_engine.wording import date_text, joined, sentence, value_text

Select = Literal["latest", "earliest", "any", "all"]

WHICH: dict[Select, str] = {
    "latest": "the latest value",
    "earliest": "the earliest value",
    "any": "any value",
    "all": "every value",
}
"""The values that are asked, in words."""
_BY_TIME: tuple[Select, ...] = ("latest", "earliest")


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
    timing: AnyTiming
    select: Select
    judge: Callable[[MeasurementFact], Judged]

    @property
    def label(self) -> str:
        """The concept in words."""
        return vocabulary().label("measurement", self.concept)


def answer(question: Question, case: Case) -> Result:
    """The answer that the values of the concept give."""
    window = period(case, question.timing)
    if window is None:
        gap = missing_anchor(question.timing)
        reason = f"{sentence(question.label)} {timing_prose(question.timing)}: that has no date yet"
        return _open(question, "anchor", reason, gap)
    certain: list[MeasurementFact] = []
    possible: list[MeasurementFact] = []
    outdated: list[MeasurementFact] = []
    asides: list[Aside] = []
    for fact in case.chart.of("measurement", (question.concept,)):
        assert isinstance(fact, MeasurementFact)
        if (why := _does_not_count(fact, window.possible.end, question)) is not None:
            asides.append(Aside(fact, why))
            continue
        match window.counts(fact):
            case Truth.TRUE:
                certain.append(fact)
            case Truth.UNKNOWN:
                possible.append(fact)
            case Truth.FALSE:
                outdated.append(fact)
    if not certain:
        return _nothing_in_window(question, possible, outdated, asides)
    asides += [Aside(fact, "outside the window") for fact in outdated]
    if question.select in _BY_TIME:
        return _at_an_end(question, certain, possible, asides)
    return _any_or_all(question, certain, possible, asides)


def _does_not_count(fact: MeasurementFact, day: dt.date | None, question: Question) -> str | None:
    position = stance(fact)
    if position is Stance.PLANNED:
        return "ordered or pending"
    if position is not Stance.AFFIRMED:
        return position.value
    value = fact.value
    if (value.number, value.low, value.interpretation) == (None, None, None) and not value.readings:
        return "without a value"
    if fact.date is None and question.select in _BY_TIME:
        return f"undated, so it cannot be the {question.select}"
    return f"dated after {day}" if is_later(fact, day) else None


def _at_an_end(
    question: Question,
    certain: list[MeasurementFact],
    possible: list[MeasurementFact],
    asides: list[Aside],
) -> Result:
    """By the latest or the earliest value, and all that may be it."""
    latest = question.select == "latest"
    chosen = [
        fact
        for fact in (*certain, *possible)
        if not any(_comes_before(fact, other, latest=latest) for other in certain)
    ]
    why = "superseded by a newer value" if latest else "an earlier value stands before it"
    asides += [Aside(fact, why) for fact in certain if fact not in chosen]
    retold = [fact for fact in chosen if any(_retells(fact, other) for other in chosen)]
    asides += [Aside(fact, "another note tells the same result with its unit") for fact in retold]
    chosen = [fact for fact in chosen if fact not in retold]
    judged = {id(fact): question.judge(fact) for fact in chosen}
    truth = logic.agreed(judgement.truth for judgement in judged.values())
    return _told(question, truth, chosen, judged, asides)


def _retells(fact: MeasurementFact, other: MeasurementFact) -> bool:
    """Whether the fact is the other's number of the same day, told without its unit."""
    value, whole = fact.value, other.value
    bare = value.number is not None and value.unit is None and value.canonical_number is None
    same = (value.number, value.comparator) == (whole.number, whole.comparator)
    return bare and same and whole.unit is not None and when(fact) == when(other)


def _comes_before(fact: MeasurementFact, other: MeasurementFact, *, latest: bool) -> bool:
    """Whether the other value is certainly nearer to the end that is asked for."""
    first, second = (fact, other) if latest else (other, fact)
    return certainly_before(when(first), when(second))


def _any_or_all(
    question: Question,
    certain: list[MeasurementFact],
    possible: list[MeasurementFact],
    asides: list[Aside],
) -> Result:
    judged = {id(fact): question.judge(fact) for fact in (*certain, *possible)}
    any_suffices = question.select == "any"
    decided = (logic.any_of if any_suffices else logic.all_of)(
        judged[id(fact)].truth for fact in certain
    )
    undecided_by = Truth.FALSE if any_suffices else Truth.TRUE
    truth = decided
    if truth is undecided_by and any(judged[id(fact)].truth is not truth for fact in possible):
        truth = Truth.UNKNOWN
    counted = certain if truth is undecided_by else [*certain, *possible]
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
    conflicting = bool(facts_for and facts_against) and question.select in _BY_TIME
    why = joined(judged[id(fact)].why for fact in open_facts)
    if conflicting:
        why = joined((f"values that may both be the {question.select} disagree", why))
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
        why = f"a result for {question.label}, {span}"
        gap = Missing(concept=question.concept, why=why)
        return _open(question, "silent", reason, gap, tuple(asides))
    asides += [Aside(fact, "not certainly in the window") for fact in possible]
    asides += [Aside(fact, "outside the window") for fact in outdated]
    gap = Missing(concept=question.concept, why=repeat)
    return _open(question, "screening_test", reason, gap, tuple(asides))


def _open(
    question: Question,
    basis: Literal["silent", "screening_test", "anchor"],
    reason: str,
    missing: Missing,
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
        missing=(missing,),
    )


def _against_limit(question: Question, facts: tuple[MeasurementFact, ...]) -> str:
    values = _values(question, facts)
    return f"{values}, {question.required}" if question.required else values


def _values(question: Question, facts: tuple[MeasurementFact, ...]) -> str:
    told = joined(f"{value_text(fact)} {date_text(fact)}" for fact in facts)
    return f"{sentence(question.label)} {told}"
