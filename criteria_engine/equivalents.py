"""Doses in milligrams of one reference drug, by the factors of ``equivalents.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from abstraction.facts import TherapyFact
from criteria_engine.intervals import Extent, exactly
from criteria_engine.located import read_yaml

_MILLIGRAMS = {"mg": 1.0, "g": 1000.0}


@cache
def equivalents() -> Mapping[str, Mapping[str, Extent]]:
    """For each reference drug, how many milligrams of it a milligram of another drug equals."""
    text = (files("criteria_engine") / "equivalents.yaml").read_text(encoding="utf-8")
    return {
        reference: {drug: _factor(factor) for drug, factor in factors.items()}
        for reference, factors in read_yaml(text).data.items()
    }


def milligrams_a_day(fact: TherapyFact) -> float | None:
    """Milligrams of the drug itself on a day it is taken; None where the text leaves them open."""
    if fact.daily_dose_mg is not None:
        return fact.daily_dose_mg
    each = milligrams_each_time(fact)
    if each is None:
        return None
    if fact.frequency is not None:
        return each * max(fact.frequency, 1)
    administered = fact.status is None and fact.date is not None
    return each if administered else None


def milligrams_each_time(fact: TherapyFact) -> float | None:
    """Milligrams of one dose; None where none is printed or its unit is no mass."""
    if fact.dose is None or fact.dose.unit not in _MILLIGRAMS:
        return None
    return fact.dose.number * _MILLIGRAMS[fact.dose.unit]


def _factor(factor: float | list[float]) -> Extent:
    return Extent(min(factor), max(factor)) if isinstance(factor, list) else exactly(factor)
