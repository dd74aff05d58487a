"""A series of test values in time: which of them counts, and what the counting ones say together.

Knows nothing of what is asked of a value; each comes already judged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from abstraction.facts import MeasurementFact
from abstraction.statements import Stance, Telling
from criteria_engine import logic
from criteria_engine.assessment import Basis, Missing
from criteria_engine.expressions.node import Account, Aside, Case, Result
from criteria_engine.expressions.timing import AnyTiming, missing_anchor, period, timing_prose
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


class Judged(NamedTuple):
    """What one value says to the question, and why it says nothing where it does not."""

    truth: Truth
    why: str = ""


@dataclass(frozen=True)
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

    @cached_property
    def unspoken(self) -> Result:
        """The answer of every chart that has no value of it."""
        return _nothing_in_window(self, [], [], [])


def answer(question: Question, case: Case) -> Result:
    """The answer that the values of the concept give."""
    window = period(case, question.timing)
    if window is None:
        return _without_date(question)
    values = case.chart.tellings(MeasurementFact, (question.concept,))
    if not values:
        return question.unspoken
    last = window.possible.end
    certain: list[_Value] = []
    possible: list[_Value] = []
    outdated: list[_Value] = []
    asides: list[Aside] = []
    for value in values:
        if (why := _does_not_count(value, last, question)) is not None:
            asides.append(Aside(value.fact, why))
            continue
        counts = window.counts(value)
        if counts is Truth.TRUE:
            certain.append(value)
        elif counts is Truth.UNKNOWN:
            possible.append(value)
        else:
            outdated.append(value)
    if not certain:
        return _nothing_in_window(question, possible, outdated, asides)
    asides += [Aside(value.fact, "outside the window") for value in outdated]
    if question.select in _BY_TIME:
        return _at_an_end(question, certain, possible, asides)
    return _any_or_all(question, certain, possible, asides)


_Value = Telling[MeasurementFact]
_Judgement = tuple[MeasurementFact, Judged]


def _does_not_count(value: _Value, day: dt.date | None, question: Question) -> str | None:
    if value.stance is Stance.PLANNED:
        return "ordered or pending"
    if value.stance is not Stance.AFFIRMED:
        return value.stance.value
    read = value.fact.value
    tells_something = (
        read.number is not None
        or read.low is not None
        or read.interpretation is not None
        or read.readings
    )
    if not tells_something:
        return "without a value"
    if value.fact.date is None and question.select in _BY_TIME:
        return f"undated, so it cannot be the {question.select}"
    return f"dated after {day}" if value.is_later_than(day) else None


def _at_an_end(
    question: Question, certain: list[_Value], possible: list[_Value], asides: list[Aside]
) -> Result:
    """By the latest or the earliest value, and all that may be it."""
    latest = question.select == "latest"
    may_be = (_may_be_latest if latest else _may_be_earliest)(certain)
    why = "superseded by a newer value" if latest else "an earlier value stands before it"
    asides += [Aside(value.fact, why) for value in certain if not may_be(value)]
    chosen = [value for value in (*certain, *possible) if may_be(value)]
    retold = _retold(chosen)
    if retold:
        why = "another note tells the same result with its unit"
        asides += [Aside(value.fact, why) for value in retold]
        chosen = [value for value in chosen if value not in retold]
    judged = [(value.fact, question.judge(value.fact)) for value in chosen]
    return _told(question, logic.agreed([said.truth for _, said in judged]), judged, asides)


def _may_be_latest(certain: list[_Value]) -> Callable[[_Value], bool]:
    """Whether no certain value certainly comes after it."""
    last = max((one.when.start for one in certain if one.when.start), default=None)
    return lambda one: last is None or one.when.end is None or one.when.end >= last


def _may_be_earliest(certain: list[_Value]) -> Callable[[_Value], bool]:
    """Whether no certain value certainly comes before it."""
    first = min((one.when.end for one in certain if one.when.end), default=None)
    return lambda one: first is None or one.when.start is None or one.when.start <= first


def _retold(values: list[_Value]) -> list[_Value]:
    """The values that are only another's number of the same day, told without its unit."""
    bare = [one for one in values if _is_bare(one.fact)]
    if not bare:
        return []
    whole = {_number_of_a_day(one) for one in values if one.fact.value.unit is not None}
    return [one for one in bare if _number_of_a_day(one) in whole]


def _is_bare(fact: MeasurementFact) -> bool:
    value = fact.value
    return value.unit is None and value.number is not None and value.canonical_number is None


def _number_of_a_day(value: _Value) -> tuple[object, ...]:
    return value.when, value.fact.value.number, value.fact.value.comparator


def _any_or_all(
    question: Question, certain: list[_Value], possible: list[_Value], asides: list[Aside]
) -> Result:
    sure = [(value.fact, question.judge(value.fact)) for value in certain]
    unsure = [(value.fact, question.judge(value.fact)) for value in possible]
    any_suffices = question.select == "any"
    truth = (logic.any_of if any_suffices else logic.all_of)([said.truth for _, said in sure])
    undecided_by = Truth.FALSE if any_suffices else Truth.TRUE
    if truth is undecided_by and any(said.truth is not truth for _, said in unsure):
        truth = Truth.UNKNOWN
    counted = sure if truth is undecided_by else [*sure, *unsure]
    return _told(question, truth, counted, asides)


def _told(
    question: Question, truth: Truth, judged: list[_Judgement], asides: list[Aside]
) -> Result:
    facts_for = _that_say(judged, Truth.TRUE)
    facts_against = _that_say(judged, Truth.FALSE)
    if truth is not Truth.UNKNOWN:
        return Result(
            truth,
            "documented",
            lambda: Account(
                op=question.op,
                asks=question.asks,
                reason=_against_limit(question, _that_say(judged, truth)),
                topic=question.label,
                asides=[*asides, *_open_asides(judged)],
            ),
            facts_for,
            facts_against,
        )
    conflicting = bool(facts_for and facts_against) and question.select in _BY_TIME
    basis: Basis = "conflicting" if conflicting else "judgement"
    return Result(
        truth,
        basis,
        lambda: _left_open(question, judged, asides, conflicting=conflicting),
        facts_for + _that_say(judged, Truth.UNKNOWN),
        facts_against,
    )


def _that_say(judged: list[_Judgement], truth: Truth) -> tuple[MeasurementFact, ...]:
    return tuple([fact for fact, said in judged if said.truth is truth])


def _open_asides(judged: list[_Judgement]) -> Iterable[Aside]:
    return (Aside(fact, said.why) for fact, said in judged if said.truth is Truth.UNKNOWN)


def _left_open(
    question: Question, judged: list[_Judgement], asides: list[Aside], *, conflicting: bool
) -> Account:
    why = joined(aside.why for aside in _open_asides(judged))
    if conflicting:
        why = joined((f"values that may both be the {question.select} disagree", why))
    values = _against_limit(question, (fact for fact, _ in judged))
    return Account(
        op=question.op,
        asks=question.asks,
        reason=f"{values}: {why or 'date unclear'}",
        topic=question.label,
        asides=asides,
        missing=(Missing(concept=question.concept, why=f"a value that decides: {why}"),),
    )


def _nothing_in_window(
    question: Question, possible: list[_Value], outdated: list[_Value], asides: list[Aside]
) -> Result:
    def told() -> Account:
        span = timing_prose(question.timing)
        if possible:
            facts = [value.fact for value in possible]
            reason = f"{_values(question, facts)}: whether {span} is not certain"
            need = f"a {question.label} result certainly dated {span}"
        elif outdated:
            last = max(outdated, key=_last_day).fact
            reason = f"{_values(question, (last,))} is not {span}; a repeat is missing"
            need = f"a repeat {span}; the last one is {date_text(last)}"
        else:
            pending = any(aside.why == "ordered or pending" for aside in asides)
            reason = f"No {question.label} {span}" + (" (ordered or pending)" if pending else "")
            need = f"a result for {question.label}, {span}"
        return Account(
            op=question.op,
            asks=question.asks,
            reason=reason,
            topic=question.label,
            asides=[
                *asides,
                *(Aside(value.fact, "not certainly in the window") for value in possible),
                *(Aside(value.fact, "outside the window") for value in outdated),
            ],
            missing=(Missing(concept=question.concept, why=need),),
        )

    return Result(Truth.UNKNOWN, "screening_test" if possible or outdated else "silent", told)


def _last_day(value: _Value) -> tuple[dt.date, tuple[str, str, int, int, str, str]]:
    return value.when.end or dt.date.min, value.fact.order()


def _without_date(question: Question) -> Result:
    def told() -> Account:
        timing = timing_prose(question.timing)
        return Account(
            op=question.op,
            asks=question.asks,
            reason=f"{sentence(question.label)} {timing}: that has no date yet",
            topic=question.label,
            missing=(missing_anchor(question.timing),),
        )

    return Result(Truth.UNKNOWN, "anchor", told)


def _against_limit(question: Question, facts: Iterable[MeasurementFact]) -> str:
    values = _values(question, facts)
    return f"{values}, {question.required}" if question.required else values


def _values(question: Question, facts: Iterable[MeasurementFact]) -> str:
    told = joined(f"{value_text(fact)} {date_text(fact)}" for fact in facts)
    return f"{sentence(question.label)} {told}"
