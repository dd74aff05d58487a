"""A test with a positive or a negative result."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from abstraction.facts import MeasurementFact, Value
from criteria_engine import logic
from criteria_engine.expressions.node import Case, Node, Result
from criteria_engine.expressions.series import Judged, Question, Select, answer
from criteria_engine.expressions.timing import AnyTiming, timing_prose
from criteria_engine.intervals import Extent, censored, compare, exactly
from criteria_engine.logic import Truth
from criteria_engine.vocabulary import MeasurementConcept, vocabulary

_POSITIVE = ("positive", "high")
_NEGATIVE = ("negative", "normal")


class TestResult(Node):
    """Whether a test is positive (or negative): its latest result in a window, or any ever.

    A number above the printed upper reference limit is positive.  ``quantified_is_positive`` is
    for tests such as a viral load, where any number that is not censored means "detected".
    """

    __test__ = False

    op: Literal["result"] = "result"
    concept: MeasurementConcept
    of: Literal["positive", "negative"] = "positive"
    within: AnyTiming
    select: Select = "latest"
    quantified_is_positive: bool = False

    def evaluate(self, case: Case) -> Result:
        return answer(self._question, case)

    @cached_property
    def _question(self) -> Question:
        return Question(
            op=self.op,
            asks=self.asked,
            concept=self.concept,
            required="",
            timing=self.within,
            select=self.select,
            judge=self._judge,
        )

    def prose(self) -> str:
        name = vocabulary().label("measurement", self.concept)
        return f"{name} {self.of} ({self.select} {timing_prose(self.within)})"

    def _judge(self, fact: MeasurementFact) -> Judged:
        judged = positivity(fact, quantified_is_positive=self.quantified_is_positive)
        if self.of == "positive":
            return judged
        return Judged(logic.negate(judged.truth), judged.why)


def positivity(fact: MeasurementFact, *, quantified_is_positive: bool = False) -> Judged:
    """Whether a result is positive: its words and its number must not contradict each other."""
    value = fact.value
    if value.plausible is False:
        return Judged(Truth.UNKNOWN, "the value is not plausible")
    voices = [
        truth
        for truth in (
            _by_word(value),
            _by_number(value, quantified_is_positive),
            _by_usual_limits(fact),
        )
        if truth.known
    ]
    if not voices:
        return Judged(Truth.UNKNOWN, "neither called positive nor negative")
    truth = logic.agreed(voices)
    return Judged(truth, "" if truth.known else "its words and its number disagree")


def _by_word(value: Value) -> Truth:
    if value.interpretation in _POSITIVE:
        return Truth.TRUE
    return Truth.FALSE if value.interpretation in _NEGATIVE else Truth.UNKNOWN


def _by_usual_limits(fact: MeasurementFact) -> Truth:
    """A number without a printed limit against those that reports print for the test."""
    value, limits = fact.value, vocabulary().upper_limits.get(fact.concept)
    if limits is None or value.canonical_number is None or value.reference_high is not None:
        return Truth.UNKNOWN
    number = censored(value.canonical_number, value.comparator)
    return compare(number, "above", Extent(*limits))


def _by_number(value: Value, quantified_is_positive: bool) -> Truth:
    if value.number is None:
        return Truth.UNKNOWN
    if value.reference_high is not None:
        return compare(
            censored(value.number, value.comparator), "above", exactly(value.reference_high)
        )
    if quantified_is_positive and value.comparator in (None, ">", ">=") and value.number > 0:
        return Truth.TRUE
    return Truth.UNKNOWN
