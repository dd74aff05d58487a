"""Numbers with units: the exact conversions within one dimension, and how they are printed.

Units are UCUM.  Only powers of ten and synonyms stand here; a conversion that needs the substance
(mg/dL to umol/L) is made where the value is read, and kept in the fact's canonical number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from criteria_engine.intervals import Extent

_SCALES: dict[str, tuple[str, int]] = {
    "g/L": ("mass concentration", 0),
    "g/dL": ("mass concentration", 1),
    "mg/dL": ("mass concentration", -2),
    "mg/L": ("mass concentration", -3),
    "mol/L": ("substance concentration", 0),
    "mmol/L": ("substance concentration", -3),
    "umol/L": ("substance concentration", -6),
    "10*9/L": ("count concentration", 0),
    "10*3/uL": ("count concentration", 0),
    "/uL": ("count concentration", -3),
    "10*6/L": ("count concentration", -3),
    "mg/mg": ("mass ratio", 0),
    "g/g": ("mass ratio", 0),
    "mg/g": ("mass ratio", -3),
    "g/(24.h)": ("mass rate", 0),
    "g/d": ("mass rate", 0),
    "mg/(24.h)": ("mass rate", -3),
    "mg/d": ("mass rate", -3),
}
"""What a unit measures, and the power of ten by which it is larger than the first of its kind."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a value may be, in one unit; unit None for a bare number."""

    extent: Extent
    unit: str | None


def convert(quantity: Quantity, unit: str | None) -> Extent | None:
    """The quantity's extent in ``unit``; None where no exact conversion is known.

    A quantity without a unit converts to nothing but a limit without a unit.
    """
    if quantity.unit == unit:
        return quantity.extent
    source, target = _SCALES.get(quantity.unit or ""), _SCALES.get(unit or "")
    if source is None or target is None or source[0] != target[0]:
        return None
    power = source[1] - target[1]
    extent = quantity.extent
    low = _scaled(extent.low, power)
    high = low if extent.low == extent.high else _scaled(extent.high, power)
    return Extent(low, high, extent.low_open, extent.high_open)


def is_scaled(unit: str) -> bool:
    """Whether the unit is one of those that convert within their dimension."""
    return unit in _SCALES


def number_text(number: float) -> str:
    """A number as a reader writes it: 80.0 is "80", 0.8 is "0.8"."""
    return str(int(number)) if number.is_integer() else repr(number)


def unit_text(unit: str | None) -> str:
    """A UCUM unit as a reader writes it: ``10*9/L`` is "x10*9/L", ``[IU]/mL`` is "IU/mL"."""
    if not unit:
        return ""
    plain = unit.translate({ord(sign): None for sign in "[]{}"})
    return f"x{plain}" if plain.startswith("10*") else plain


def quantity_text(number: str, unit: str | None) -> str:
    """Number and unit together: "88 x10*9/L", "55 %", "1:640" for a titre."""
    if unit == "{titer}":
        return f"1:{number}"
    return f"{number} {unit_text(unit)}".rstrip()


def _scaled(number: float, power: int) -> float:
    """The number as it is printed, moved by so many powers of ten without a rounding in between."""
    return number if math.isinf(number) else float(Decimal(repr(number)).scaleb(power))
