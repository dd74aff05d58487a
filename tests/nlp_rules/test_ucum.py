"""Units of one dimension convert exactly; of two, not at all."""

from __future__ import annotations

import json
from fractions import Fraction
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_rules import load_rules
from nlp_rules.ucum import Linear, by_definition, conversion

ONE = Linear(Fraction(1))
UNITS = [unit.ucum for unit in load_rules().units.units]
numbers = st.fractions(min_value=0, max_value=10**6, max_denominator=1000)


@pytest.mark.parametrize(
    ("number", "unit", "target", "expected"),
    [
        ("9.1", "g/dL", "g/L", "91"),
        ("45", "mg/dL", "g/L", "0.45"),
        ("0.88", "10*5/uL", "10*9/L", "88"),
        ("3200", "/mm3", "10*9/L", "3.2"),
        ("1850", "mg/d", "g/(24.h)", "1.85"),
        ("2400", "mg/g", "mg/mg", "2.4"),
        ("271", "g/mol", "mg/mmol", "271"),
        ("84", "k[IU]/L", "[IU]/mL", "84"),
        ("0.5", "ukat/L", "U/L", "30"),
        ("98.6", "[degF]", "Cel", "37"),
        ("0.55", "1", "%", "55"),
    ],
)
def test_conversions_worked_by_hand(number: str, unit: str, target: str, expected: str) -> None:
    convert = conversion(unit, target)
    assert convert is not None
    assert convert(Fraction(number)) == Fraction(expected)


@pytest.mark.parametrize(
    ("unit", "target"),
    [
        ("mg/dL", "umol/L"),
        ("{copies}/mL", "/mL"),
        ("mL/min", "mL/min/{1.73_m2}"),
        ("/mL", "[IU]/mL"),
        ("/[HPF]", "/[LPF]"),
        ("[GPL'U]", "[MPL'U]"),
        ("[IU]/mL", "U/mL"),
        ("g", "g/(24.h)"),
        ("{titer}", "1"),
        ("no unit", "g/L"),
    ],
)
def test_what_measures_something_else_does_not_convert(unit: str, target: str) -> None:
    assert conversion(unit, target) is None


@given(st.sampled_from(UNITS), st.sampled_from(UNITS), numbers)
def test_there_and_back_is_where_we_were(unit: str, target: str, number: Fraction) -> None:
    there, back = conversion(unit, target), conversion(target, unit)
    assert (there is None) == (back is None)
    if there and back:
        assert back(there(number)) == number


@given(numbers, numbers, numbers, numbers, numbers)
def test_one_after_another(a: Fraction, b: Fraction, c: Fraction, d: Fraction, x: Fraction) -> None:
    assert Linear(a, b).then(Linear(c, d))(x) == Linear(c, d)(Linear(a, b)(x))


@given(st.sampled_from(UNITS), st.sampled_from(UNITS))
@settings(max_examples=40, deadline=None)
def test_the_table_holds_what_the_definitions_say(unit: str, target: str) -> None:
    assert conversion(unit, target) == (by_definition(unit, target) if unit != target else ONE)


def test_every_unit_of_the_rules_is_in_the_table() -> None:
    rules = load_rules()
    table = json.loads((files("nlp_rules") / "ucum.json").read_text("utf-8"))
    named = {unit.ucum for unit in rules.units.units}
    for rule in rules.measurements.measurements:
        named |= {rule.canonical_unit} if rule.canonical_unit else set()
        named |= {known.unit for known in rule.conversions}
        named |= {band.unit for band in rule.without_unit}
    assert named == set(table), "run make docs"
