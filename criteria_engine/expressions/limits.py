"""A reported value against a limit: every unit, number and reference limit it may have.

The value decides only where all of these possible worlds agree.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from abstraction.facts import Value
from abstraction.notes import Frozen
from criteria_engine import logic
from criteria_engine.expressions.series import Judged
from criteria_engine.intervals import Comparison, Extent, censored, compare, exactly
from criteria_engine.logic import Truth
from criteria_engine.quantities import Quantity, convert, number_text, quantity_text


class Bounds(Frozen):
    """The least and the most that an unprinted number can realistically be."""

    low: float
    high: float


class Limit(Frozen):
    """A limit in one unit: a number, or so many times the laboratory's upper reference limit.

    ``if_not_printed`` bounds the reference limit where the report does not print it; the value
    then decides only if it decides at both ends.
    """

    value: float | None = None
    unit: str | None = None
    upper_reference: float | None = Field(default=None, gt=0)
    if_not_printed: Bounds | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.value is None) == (self.upper_reference is None):
            raise ValueError("a limit has either a value or a multiple of the upper_reference")
        return self

    def __str__(self) -> str:
        if self.value is not None:
            return quantity_text(number_text(self.value), self.unit)
        return f"{number_text(self.upper_reference or 0)} x the upper reference limit"


def _several(limit: Any) -> Any:
    return [limit] if isinstance(limit, dict) else limit


Limits = Annotated[tuple[Limit, ...], BeforeValidator(_several), Field(min_length=1)]
"""One limit, or the same limit printed in several units: the reported unit picks."""


def judge(value: Value, comparison: Comparison, limits: tuple[Limit, ...]) -> Judged:
    """Whether the value stands so to the limit, in every unit and number it may have."""
    if value.number is None and value.low is None and not value.readings:
        return _judge_word(value, comparison, limits)
    answers = [_compare_world(world, value, comparison, limits) for world in _worlds(value, limits)]
    decided = [answer for answer in answers if answer is not None]
    if not decided or len(decided) < len(answers):
        return Judged(Truth.UNKNOWN, "its unit is not known")
    truth = logic.agreed(decided)
    if truth.known:
        return Judged(truth)
    if len(decided) > 1:
        return Judged(truth, "its possible units decide differently")
    unprinted = value.reference_high is None and any(limit.upper_reference for limit in limits)
    return Judged(
        truth,
        "the laboratory's upper reference limit is not printed"
        if unprinted
        else "the limit lies within what the value may be",
    )


def _judge_word(value: Value, comparison: Comparison, limits: tuple[Limit, ...]) -> Judged:
    """A result in words: negative is below any limit, normal is within the reference limit."""
    if value.interpretation == "negative" and comparison in ("at_least", "above"):
        return Judged(Truth.FALSE)
    up_to_reference = any((limit.upper_reference or 0) >= 1 for limit in limits)
    if value.interpretation in ("normal", "low") and comparison == "at_most" and up_to_reference:
        return Judged(Truth.TRUE)
    return Judged(Truth.UNKNOWN, "no number is given")


def _worlds(value: Value, limits: tuple[Limit, ...]) -> tuple[tuple[Quantity, ...], ...]:
    """Every reading of the value; within one, the same value in each unit it is known in."""
    if value.readings:
        return tuple(
            (
                Quantity(_read(value.number, value), reading.unit),
                Quantity(_read(reading.canonical_number, value), value.canonical_unit),
            )
            for reading in value.readings
        )
    native = Quantity(_extent(value.number, value.low, value.high, value), value.unit)
    if value.canonical_number is None and value.canonical_low is None:
        return ((native,),)
    canonical = Quantity(
        _extent(value.canonical_number, value.canonical_low, value.canonical_high, value),
        value.canonical_unit,
    )
    if value.unit is not None:
        return ((native, canonical),)
    # The unit was inferred.  Where the number was not in the canonical unit it may have been in
    # the unit of another printed limit, and the two limits may differ by rounding.
    others = () if native.extent == canonical.extent else (
        (Quantity(native.extent, limit.unit),)
        for limit in limits
        if limit.unit and convert(canonical, limit.unit) is None
    )  # fmt: skip
    return ((canonical,), *others)


def _compare_world(
    world: tuple[Quantity, ...], value: Value, comparison: Comparison, limits: tuple[Limit, ...]
) -> Truth | None:
    """The world's answer by the limit in the reported unit, else by one it converts to."""
    for limit in limits:
        if limit.upper_reference and value.reference_high is not None:
            reference = exactly(value.reference_high).times(limit.upper_reference)
            return compare(world[0].extent, comparison, reference)
    for quantity in world:
        for limit in sorted(limits, key=lambda limit: limit.unit != quantity.unit):
            extent = quantity.extent if limit.unit is None else convert(quantity, limit.unit)
            bound = _bound(limit)
            if extent is not None and bound is not None:
                return compare(extent, comparison, bound)
    return None


def _bound(limit: Limit) -> Extent | None:
    if limit.value is not None:
        return exactly(limit.value)
    if limit.if_not_printed is None or limit.upper_reference is None:
        return None
    bounds = limit.if_not_printed
    return Extent(bounds.low, bounds.high).times(limit.upper_reference)


def _extent(number: float | None, low: float | None, high: float | None, value: Value) -> Extent:
    if number is None and low is not None and high is not None:
        return Extent(low, high)
    return _read(number, value)


def _read(number: float | None, value: Value) -> Extent:
    return Extent() if number is None else censored(number, value.comparator)
