"""A number against a limit, in the unit it is reported in."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, cached_property
from typing import Literal, Self

from pydantic import model_validator

from abstraction.dates import Window
from abstraction.facts import MeasurementFact, TherapyFact
from abstraction.notes import Frozen
from abstraction.statements import Stance, stance
from criteria_engine import logic
from criteria_engine.assessment import Missing
from criteria_engine.expressions.limits import Limit, Limits, judge
from criteria_engine.expressions.node import Account, Case, Node, Result
from criteria_engine.expressions.series import WHICH, Judged, Question, Select, answer
from criteria_engine.expressions.timing import AnyTiming, Span, timing_prose
from criteria_engine.intervals import Comparison, Extent, within
from criteria_engine.logic import Truth
from criteria_engine.quantities import Quantity
from criteria_engine.vocabulary import MeasurementConcept, Therapies, vocabulary
from criteria_engine.wording import date_text, joined, label

_WORDS: dict[Comparison, str] = {
    "at_least": "at least",
    "at_most": "at most",
    "above": "above",
    "below": "below",
}


class Unsupported(Frozen):
    """Treatment that must not stand behind a value: none of the drugs in the time before it."""

    name: str
    drugs: Therapies
    before: Span


class Measurement(Node):
    """The latest value in a window (or the earliest, any, or every one) against its bounds."""

    op: Literal["measurement"] = "measurement"
    concept: MeasurementConcept
    at_least: Limits | None = None
    at_most: Limits | None = None
    above: Limits | None = None
    below: Limits | None = None
    within: AnyTiming
    select: Select = "latest"
    without: Unsupported | None = None

    @model_validator(mode="after")
    def _has_a_limit(self) -> Self:
        if not self._limits:
            raise ValueError("a measurement needs at_least, at_most, above or below")
        return self

    def evaluate(self, case: Case) -> Result:
        result = answer(self._question, case)
        if self.without is None or result.truth is not Truth.TRUE:
            return result
        return _unsupported(result, self.without, case)

    @cached_property
    def _question(self) -> Question:
        return Question(
            op=self.op,
            asks=self.asked,
            concept=self.concept,
            required=self._required(),
            timing=self.within,
            select=self.select,
            judge=self._judge,
        )

    def prose(self) -> str:
        text = (
            f"{vocabulary().label('measurement', self.concept)} {self._limits_text()} "
            f"({WHICH[self.select]} {timing_prose(self.within)})"
        )
        if self.without is None:
            return text
        return f"{text} without {self.without.name} in the {self.without.before} before it"

    @cached_property
    def _limits(self) -> tuple[tuple[Comparison, tuple[Limit, ...]], ...]:
        given: tuple[tuple[Comparison, tuple[Limit, ...] | None], ...] = (
            ("at_least", self.at_least),
            ("above", self.above),
            ("at_most", self.at_most),
            ("below", self.below),
        )
        return tuple((comparison, limits) for comparison, limits in given if limits)

    def _limits_text(self) -> str:
        return " and ".join(
            f"{_WORDS[comparison]} {' or '.join(str(limit) for limit in limits)}"
            for comparison, limits in self._limits
        )

    def _required(self) -> str:
        return f"{self._limits_text()} required"

    def _judge(self, fact: MeasurementFact) -> Judged:
        if fact.value.plausible is False:
            return Judged(Truth.UNKNOWN, "the value is not plausible")
        normal = _normal(fact.concept)
        return _conjoined(
            [judge(fact.value, comparison, limits, normal) for comparison, limits in self._limits]
        )


@cache
def _normal(concept: str) -> Quantity | None:
    """Every number of the concept that laboratories call normal."""
    known = vocabulary().normal_ranges.get(concept)
    return None if known is None else Quantity(Extent(known[0], known[1]), known[2])


def _conjoined(parts: list[Judged]) -> Judged:
    if len(parts) == 1:
        return parts[0]
    truth = logic.all_of([part.truth for part in parts])
    return Judged(truth, joined(part.why for part in parts))


def _unsupported(result: Result, support: Unsupported, case: Case) -> Result:
    """The result, open again where a drug that props the value up may have been given."""
    given = [
        (fact, drug)
        for fact in result.facts_for
        if fact.date
        for drug in case.chart.of("therapy", support.drugs)
        if isinstance(drug, TherapyFact) and stance(drug) in (Stance.AFFIRMED, Stance.POSSIBLE)
        if within(
            _given(drug),
            Window(support.before.back_from(fact.date.start).start, fact.date.end),
        )
        is not Truth.FALSE
    ]
    denied = any(stance(drug) is Stance.DENIED for drug in case.chart.of("therapy", support.drugs))
    if not given:
        return Result(
            Truth.TRUE,
            "documented" if denied else "presumed",
            lambda: result.told if denied else _presuming_no_support(result.told, support),
            result.facts_for,
        )
    drugs = tuple(drug for _, drug in given)
    return Result(
        Truth.UNKNOWN,
        "judgement",
        lambda: _maybe_supported(result, drugs, support),
        result.facts_for,
        drugs,
    )


def _presuming_no_support(told: Account, support: Unsupported) -> Account:
    reason = f"{told.reason}; no {support.name} is documented, none is presumed"
    return replace(told, reason=reason)


def _maybe_supported(
    result: Result, drugs: tuple[TherapyFact, ...], support: Unsupported
) -> Account:
    drug_words = (f"{label(drug)} {date_text(drug)}" for drug in drugs)
    reason = f"{joined((result.reason, *drug_words))}: the value may be supported"
    need = Missing(
        concept=result.facts_for[0].concept,
        why=f"a repeat more than {support.before} after {support.name}",
    )
    return replace(result.told, reason=reason, missing=(need,))


def _given(drug: TherapyFact) -> Window:
    """The days on which the drug may have been given, as far as the fact tells."""
    start = drug.start or drug.date
    end = drug.stop or drug.date
    return Window(start.start if start else None, end.end if end else drug.note_date)
