"""A number beside its analyte: what was printed, and exactly what it comes to."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abstraction.facts import MeasurementFact, Value
from nlp_rules import load_rules
from nlp_rules.schema import MeasurementRule, Term

RULES = load_rules()
PRINTED = {
    unit.ucum: [p for p in unit.printed if not re.search(r"creat|[RW]BC|cu\.", p, re.IGNORECASE)]
    for unit in RULES.units.units
}
"""The ways to print each unit, but those that hold the name of an analyte."""
NUMBERS = st.decimals(Decimal("0.01"), Decimal("9999"), places=2, allow_nan=False).map(
    lambda number: f"{number.normalize():f}"
)


def plain(rule: MeasurementRule) -> str | None:
    """The rule's first name that no gate restricts."""
    gates = Term.model_fields.keys() - {"text", "case", "route", "denies"}
    return next((t.text for t in rule.terms if not any(getattr(t, g) for g in gates)), None)


PAIRS = ("systolic_bp", "diastolic_bp")
QUANTITIES = [
    rule
    for rule in RULES.measurements.measurements
    if rule.value in ("quantity", "percent") and rule.reported and rule.concept not in PAIRS
]
BY_NAME = {name: rule for rule in QUANTITIES if (name := plain(rule))}
"""The analytes by that name."""


def convertible(rule: MeasurementRule) -> list[str]:
    """The units that the rule takes to its canonical one."""
    return [unit for unit in PRINTED if rule.to_canonical(unit) is not None]


def value(read: Any, text: str, concept: str) -> Value:
    """The value of the only fact of that concept."""
    (fact,) = [f for f in read(text) if f.concept == concept]
    assert isinstance(fact, MeasurementFact)
    return fact.value


UNITS = [
    pytest.param(name, unit, id=f"{name} {unit}")
    for name, rule in BY_NAME.items()
    for unit in convertible(rule)
]


@pytest.mark.parametrize(("name", "unit"), UNITS)
@given(data=st.data())
@settings(max_examples=4, deadline=None)
def test_any_number_in_any_unit_converts_exactly(
    read: Any, name: str, unit: str, data: st.DataObject
) -> None:
    rule = BY_NAME[name]
    number, printed = data.draw(NUMBERS), data.draw(st.sampled_from(PRINTED[unit]))
    found = value(read, f"{name} {number} {printed}", rule.concept)
    unit = rule.shorthand.get(printed, unit)
    convert = rule.to_canonical(unit)
    assert convert is not None
    assert (found.number, found.unit, found.unit_basis) == (float(number), unit, "printed")
    assert found.canonical_unit == rule.canonical_unit
    assert found.canonical_number == pytest.approx(
        float(convert(Fraction(number))), rel=1e-9, abs=1e-12
    )


# ---- how numbers are printed ---------------------------------------------------------------------

COMPARATORS = {
    "<": "<", "< ": "<", "&lt;": "<", "less than ": "<", "below ": "<", "<=": "<=", "≤": "<=",
    "≤ ": "<=", "up to ": "<=", ">": ">", "> ": ">", "&gt;": ">", "greater than ": ">",
    "more than ": ">", "above ": ">", ">=": ">=", "≥": ">=", "at least ": ">=",
}  # fmt: skip


@given(NUMBERS, st.sampled_from(sorted(COMPARATORS)), st.sampled_from([" ", ": ", " = ", " was "]))
@settings(max_examples=200, deadline=None)
def test_a_comparator_is_kept_with_its_number(read: Any, number: str, sign: str, link: str) -> None:
    found = value(read, f"CRP{link}{sign}{number} mg/L", "crp")
    assert found.comparator == COMPARATORS[sign]
    assert (found.number, found.canonical_number) == (float(number), float(number))


@given(st.integers(1, 999), st.integers(0, 999))
@settings(max_examples=80, deadline=None)
def test_a_comma_before_three_digits_groups_thousands(read: Any, high: int, low: int) -> None:
    found = value(read, f"Platelets {high},{low:03d} /uL", "platelets")
    assert found.number == high * 1000 + low
    assert found.canonical_number == pytest.approx((high * 1000 + low) / 1000, rel=1e-9)


@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from(["{:d}", "{:02d}"]))
@settings(max_examples=80, deadline=None)
def test_a_comma_before_one_or_two_digits_is_decimal(
    read: Any, whole: int, part: int, form: str
) -> None:
    decimals = form.format(part)
    found = value(read, f"Creatinine {whole},{decimals} mg/dL", "creatinine")
    assert found.number == float(f"{whole}.{decimals}")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Platelets 1,182,000 /uL", 1_182_000),
        ("UPCR 1,850.5 mg/g", 1850.5),
        ("UPCR .8 mg/mg", 0.8),
        ("UPCR 0,850 mg/mg", 0.85),
        ("UPCR 1.850 mg/mg", 1.85),
        ("Platelets 88K", 88),
        ("UPCR2.3g/g", 2.3),
        ("CRP:12mg/L", 12),
        ("CRP\u00a012\u2009mg/L", 12),
    ],
)
def test_printed_numbers(read: Any, text: str, number: float) -> None:
    (fact,) = read(text)
    assert fact.value.number == number


@given(NUMBERS, NUMBERS, st.sampled_from(["-", " - ", "–", " to "]))
@settings(max_examples=100, deadline=None)
def test_a_range_keeps_both_ends_and_no_number(read: Any, one: str, two: str, sign: str) -> None:
    low, high = sorted((one, two), key=Decimal)
    found = value(read, f"LVEF {low}{sign}{high} %", "lvef")
    assert (found.low, found.high, found.number) == (float(low), float(high), None)
    assert (found.canonical_low, found.canonical_high) == (float(low), float(high))
    assert found.canonical_number is None


@given(
    st.sampled_from([20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240]),
    st.sampled_from(["1:", "1/", "1 : "]),
)
@settings(max_examples=40, deadline=None)
def test_a_titre_is_its_denominator(read: Any, titre: int, printed: str) -> None:
    found = value(read, f"ANA {printed}{titre} homogeneous", "ana")
    assert (found.number, found.unit, found.canonical_number) == (titre, "{titer}", titre)


@given(
    st.integers(70, 240), st.integers(40, 130), st.sampled_from(["BP ", "BP: ", "blood pressure "])
)
@settings(max_examples=40, deadline=None)
def test_a_blood_pressure_is_two_values(
    read: Any, systolic: int, diastolic: int, name: str
) -> None:
    text = f"{name}{systolic}/{diastolic} mmHg"
    assert value(read, text, "systolic_bp").canonical_number == systolic
    assert value(read, text, "diastolic_bp").canonical_number == diastolic


# ---- no unit printed -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, rule in BY_NAME.items() if rule.without_unit])
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_without_a_printed_unit_one_is_inferred_only_where_no_other_is_possible(
    read: Any, name: str, data: st.DataObject
) -> None:
    rule = BY_NAME[name]
    band = data.draw(st.sampled_from(rule.without_unit))
    number = data.draw(
        st.decimals(Decimal(str(band.low)), Decimal(str(band.high)), places=2, allow_nan=False)
        if band.high - band.low >= 0.02
        else st.just(Decimal(str(band.low)))
    )
    possible = sorted(
        b.unit for b in rule.without_unit if Decimal(str(b.low)) <= number <= Decimal(str(b.high))
    )
    found = value(read, f"{name}: {number.normalize():f}", rule.concept)
    assert (found.number, found.unit) == (float(number), None)
    if len(possible) == 1:
        convert = rule.to_canonical(possible[0])
        assert convert is not None
        assert found.unit_basis == "inferred"
        assert found.canonical_number == pytest.approx(
            float(convert(Fraction(number))), rel=1e-9, abs=1e-12
        )
        assert found.readings == ()
    else:
        assert found.unit_basis is None
        assert found.canonical_number is None
        assert found.canonical_unit is None
        assert sorted(reading.unit for reading in found.readings) == possible


@given(NUMBERS)
@settings(max_examples=40, deadline=None)
def test_a_unit_that_cannot_be_converted_gives_no_canonical_value(read: Any, number: str) -> None:
    found = value(read, f"anti-dsDNA {number} U/mL", "anti_dsdna")
    assert (found.number, found.unit_basis) == (float(number), "printed")
    assert (found.canonical_number, found.canonical_unit) == (None, None)


# ---- words, flags, ranges ------------------------------------------------------------------------


@pytest.mark.parametrize("concept", ["hbsag", "hcv_antibody", "hiv_test", "direct_coombs", "ana"])
@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("negative", "negative"), ("neg", "negative"), ("nonreactive", "negative"),
        ("non-reactive", "negative"), ("not detected", "negative"), ("positive", "positive"),
        ("reactive", "positive"), ("detected", "positive"), ("indeterminate", "indeterminate"),
        ("equivocal", "indeterminate"),
    ],
)  # fmt: skip
def test_a_result_in_words_has_no_number(read: Any, concept: str, word: str, meaning: str) -> None:
    name = {r.concept: plain(r) for r in reversed(RULES.measurements.measurements)}[concept]
    for text in (f"{name} {word}", f"{name}: {word}.", f"{name} was {word}"):
        found = value(read, text, concept)
        assert (found.interpretation, found.number) == (meaning, None)


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["", " H", " L", " (H)", " (L)", " ↑", " ↓"]))
@settings(max_examples=150, deadline=None)
def test_a_flag_and_a_range_belong_to_the_value(
    read: Any, number: str, one: str, two: str, flag: str
) -> None:
    low, high = sorted((one, two), key=Decimal)
    found = value(read, f"ALT {number} U/L{flag} ({low}-{high})", "alt")
    assert (found.number, found.canonical_number) == (float(number), float(number))
    assert (found.reference_low, found.reference_high) == (float(low), float(high))
    said = {"H": "high", "↑": "high", "L": "low", "↓": "low"}.get(flag.strip(" ()"))
    assert found.interpretation == said
