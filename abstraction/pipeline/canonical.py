"""From a printed value to the contract's: exact conversion, possible units, plausibility.

Conversion is exact rational arithmetic; only the result is a float.  Nothing is filled in: a unit
that is not printed stays null unless a single one is possible, and then it is marked as inferred.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from abstraction.facts import Reading, UnitBasis, Value
from abstraction.pipeline.printed import Printed
from nlp_rules.schema import MeasurementRule


def canonical(number: Decimal, unit: str, rule: MeasurementRule) -> float | None:
    """``number`` of ``unit`` in the rule's canonical unit; None when it cannot be converted."""
    convert = rule.to_canonical(unit)
    return None if convert is None else float(convert(Fraction(number)))


def to_value(printed: Printed, rule: MeasurementRule) -> Value:
    """The contract's value: the text's own number and unit, and what they come to."""
    if not printed.is_number:
        return Value(
            interpretation=printed.interpretation,
            reference_low=_float(printed.reference_low),
            reference_high=_float(printed.reference_high),
        )
    numbers = [n for n in (printed.number, printed.low, printed.high) if n is not None]
    unit, basis, readings = _unit(printed, numbers, rule)
    converted = [None if unit is None else canonical(n, unit, rule) for n in numbers]
    ranged = printed.low is not None
    return Value(
        number=None if ranged else _float(printed.number),
        low=_float(printed.low),
        high=_float(printed.high),
        comparator=printed.comparator,
        unit=printed.unit,
        unit_basis=basis,
        canonical_number=None if ranged else converted[0],
        canonical_low=converted[0] if ranged else None,
        canonical_high=converted[-1] if ranged else None,
        canonical_unit=rule.canonical_unit if converted[0] is not None else None,
        readings=readings,
        interpretation=printed.interpretation,
        reference_low=_float(printed.reference_low),
        reference_high=_float(printed.reference_high),
        plausible=_plausible(converted, rule),
        mended=printed.mended or None,
    )


def _unit(
    printed: Printed, numbers: Sequence[Decimal], rule: MeasurementRule
) -> tuple[str | None, UnitBasis | None, tuple[Reading, ...]]:
    """The unit and its basis; where several are possible, each reading instead."""
    if printed.unit:
        return printed.unit, "printed", ()
    possible = [tuple(_readings(number, rule)) for number in numbers]
    common = set.intersection(*({reading.unit for reading in each} for each in possible))
    if len(common) == 1:
        return common.pop(), "inferred", ()
    return None, None, possible[0] if printed.number is not None else ()


def _readings(number: Decimal, rule: MeasurementRule) -> Iterator[Reading]:
    """What a bare number can mean: one reading for each band of the rule that holds it."""
    for band in rule.without_unit:
        if Decimal(str(band.low)) <= number <= Decimal(str(band.high)):
            converted = canonical(number, band.unit, rule)
            if converted is not None:
                yield Reading(unit=band.unit, canonical_number=converted)


def _plausible(converted: Sequence[float | None], rule: MeasurementRule) -> bool | None:
    known = [number for number in converted if number is not None]
    if not known or rule.plausible is None:
        return None
    low, high = rule.plausible
    return all(low <= number <= high for number in known)


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
