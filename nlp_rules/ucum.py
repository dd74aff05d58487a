"""Exact conversion between units of one dimension, by the definitions of UCUM.

What needs the substance (mg/dL to umol/L of creatinine) is the rule's business, not this module's.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ucumvert import PintUcumRegistry

_ITS_OWN = re.compile(r"\{[^{}]*\}|\[(?!degF|Hg\b|H2O)[^\[\]]*\]")
"""What no other unit is commensurable with: an annotation, an arbitrary unit ("[IU]", "[HPF]")."""
_LARGEST_DENOMINATOR = 10**6
"""Of the factors that UCUM codes print as numbers: the 24 of ``g/(24.h)``."""


@dataclass(frozen=True, slots=True)
class Linear:
    """``target = number * factor + offset``."""

    factor: Fraction
    offset: Fraction = Fraction(0)

    def __call__(self, number: Fraction) -> Fraction:
        return number * self.factor + self.offset

    def then(self, following: Linear) -> Linear:
        """This conversion, and ``following`` after it."""
        return Linear(self.factor * following.factor, following(self.offset))


@cache
def conversion(unit: str, target: str) -> Linear | None:
    """From one UCUM unit to another; None where they measure different things, or are none.

    An annotation is part of what is measured, and so is an arbitrary unit: neither ``{copies}/mL``
    nor ``[IU]/mL`` is ``/mL``.
    """
    if unit == target:
        return Linear(Fraction(1))
    if {unit, target} <= _known().keys():
        return _known()[unit].get(target)
    return by_definition(unit, target)


def by_definition(unit: str, target: str) -> Linear | None:
    """The same, worked out anew by the library; the first call takes a second."""
    if _ITS_OWN.findall(unit) != _ITS_OWN.findall(target):
        return None
    zero, one = _convert(Fraction(0), unit, target), _convert(Fraction(1), unit, target)
    return None if zero is None or one is None else Linear(one - zero, zero)


@cache
def _known() -> dict[str, dict[str, Linear]]:
    """What ``ucum.json`` holds: the conversions between the units of our rules, as the library
    gives them.  ``make docs`` writes the file, and a test holds it to the library."""
    table = json.loads(Path(__file__).with_name("ucum.json").read_text("utf-8"))
    return {
        unit: {target: Linear(*map(Fraction, said.split())) for target, said in row.items()}
        for unit, row in table.items()
    }


def _convert(number: Fraction, unit: str, target: str) -> Fraction | None:
    import pint
    from lark.exceptions import LarkError

    registry = _registry()
    try:
        source, wanted = registry.from_ucum(unit), registry.from_ucum(target)
        converted = registry.Quantity(number * _exact(source.magnitude), source.units).to(
            wanted.units
        )
    except (pint.PintError, LarkError, AttributeError):  # a lone annotation parses to no quantity
        return None
    return Fraction(converted.magnitude) / _exact(wanted.magnitude)


def _exact(printed: float) -> Fraction:
    return Fraction(printed).limit_denominator(_LARGEST_DENOMINATOR)


@cache
def _registry() -> PintUcumRegistry:
    """Slow to build (a second), so only once it is needed."""
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry(non_int_type=Fraction)
