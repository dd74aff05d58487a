"""A reported value against a limit: every unit, number and reference limit it may have.

The value decides only where all of these possible worlds agree.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    """A limit in one unit: a number, or so many times one of the laboratory's reference limits.

    ``if_not_printed`` bounds the reference limit where the report does not print it; the value
    then decides only if it decides at both ends.
    """

    value: float | None = None
    unit: str | None = None
    upper_reference: float | None = Field(default=None, gt=0)
    lower_reference: float | None = Field(default=None, gt=0)
    if_not_printed: Bounds | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = (self.value, self.upper_reference, self.lower_reference)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError(
                "a limit has either a value or a multiple of the upper_reference or lower_reference"
            )
        return self

    @property
    def times(self) -> float | None:
        """How many times the reference limit; None for a limit that is a number of its own."""
        return self.upper_reference or self.lower_reference

    def printed(self, value: Value) -> float | None:
        """The reference limit that is printed with the value, where this limit asks for one."""
        if self.times is None:
            return None
        return value.reference_high if self.upper_reference else value.reference_low

    def __str__(self) -> str:
        if self.value is not None:
            return quantity_text(number_text(self.value), self.unit)
        side = "upper" if self.upper_reference else "lower"
        times = "" if self.times == 1 else f"{number_text(self.times or 0)} x "
        return f"{times}the {side} reference limit"


def _several(limit: Any) -> Any:
    return [limit] if isinstance(limit, dict) else limit


Limits = Annotated[tuple[Limit, ...], BeforeValidator(_several), Field(min_length=1)]
"""One limit, or the same limit printed in several units: the reported unit picks."""


def judge(
    value: Value, comparison: Comparison, limits: tuple[Limit, ...], normal: Quantity | None = None
) -> Judged:
    """Whether the value stands so to the limit, in every unit and number it may have.

    ``normal``: every number that is called normal, for a result that is called so without one.
    """
    if value.interpretation is None:
        word = Truth.UNKNOWN
    else:
        word = logic.agreed([_word(value, comparison, limit) for limit in limits])
    if value.number is None and value.low is None and not value.readings:
        if not word.known and value.interpretation == "normal" and normal is not None:
            answer = _compare_world((normal,), value, comparison, limits)
            word = Truth.UNKNOWN if answer is None else answer
        return Judged(word, "" if word.known else "no number is given")
    number = _judge_number(value, comparison, limits)
    if not word.known or all(limit.times is None for limit in limits):
        return number
    if not number.truth.known:
        return Judged(word)
    truth = logic.agreed((word, number.truth))
    return Judged(truth, "" if truth.known else "its words and its number disagree")


def _judge_number(value: Value, comparison: Comparison, limits: tuple[Limit, ...]) -> Judged:
    answers = [_compare_world(world, value, comparison, limits) for world in _worlds(value, limits)]
    decided = [answer for answer in answers if answer is not None]
    if not decided or len(decided) < len(answers):
        return Judged(Truth.UNKNOWN, "its unit is not known")
    truth = logic.agreed(decided)
    if truth is not Truth.UNKNOWN:
        return Judged(truth)
    if len(decided) > 1:
        return Judged(truth, "its possible units decide differently")
    unprinted = any(limit.times and limit.printed(value) is None for limit in limits)
    return Judged(
        truth,
        "the laboratory's reference limit is not printed"
        if unprinted
        else "the limit lies within what the value may be",
    )


def _word(value: Value, comparison: Comparison, limit: Limit) -> Truth:
    """What the words of a result say: negative is below any limit, normal is within reference."""
    word = value.interpretation
    if word == "negative" and limit.lower_reference is None and comparison in ("at_least", "above"):
        return Truth.FALSE
    if limit.upper_reference is not None:
        above = _beyond(word, limit.upper_reference, ("high", "positive"), ("normal", "low"))
        return above if comparison in ("at_least", "above") else logic.negate(above)
    if limit.lower_reference is not None:
        below = _beyond(word, 1 / limit.lower_reference, ("low",), ("normal", "high"))
        return below if comparison in ("at_most", "below") else logic.negate(below)
    return Truth.UNKNOWN


def _beyond(word: str | None, times: float, out: tuple[str, ...], within: tuple[str, ...]) -> Truth:
    """Whether a result that is called so lies beyond ``times`` its reference limit."""
    if word in out and times <= 1:
        return Truth.TRUE
    return Truth.FALSE if word in within and times >= 1 else Truth.UNKNOWN


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
        if limit.times and (printed := limit.printed(value)) is not None:
            return compare(world[0].extent, comparison, exactly(printed).times(limit.times))
    for quantity in world:
        for limit in _own_unit_first(limits, quantity.unit):
            extent = quantity.extent if limit.unit is None else convert(quantity, limit.unit)
            bound = _bound(limit)
            if extent is not None and bound is not None:
                return compare(extent, comparison, bound)
    return None


def _own_unit_first(limits: tuple[Limit, ...], unit: str | None) -> Sequence[Limit]:
    return limits if len(limits) == 1 else sorted(limits, key=lambda limit: limit.unit != unit)


def _bound(limit: Limit) -> Extent | None:
    if limit.value is not None:
        return exactly(limit.value)
    if limit.if_not_printed is None or limit.times is None:
        return None
    bounds = limit.if_not_printed
    return Extent(bounds.low, bounds.high).times(limit.times)


def _extent(number: float | None, low: float | None, high: float | None, value: Value) -> Extent:
    if number is None and low is not None and high is not None:
        return Extent(low, high)
    return _read(number, value)


def _read(number: float | None, value: Value) -> Extent:
    return Extent() if number is None else censored(number, value.comparator)
