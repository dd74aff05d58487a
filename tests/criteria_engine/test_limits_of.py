"""What a protocol limits and asks about is read out of its expressions."""

from __future__ import annotations

import pytest
from engine_facts import protocol

from criteria_engine.limits_of import AnalyteLimit, limits_of
from criteria_engine.therapies_of import therapies_of

LIMITS = {str(limit): limit for limit in limits_of(protocol())}


def test_every_limit_of_the_protocol_is_found_in_its_order() -> None:
    assert [str(limit) for limit in limits_of(protocol())] == [
        "INC-04 ≥ 1:80",
        "INC-04 > the upper reference limit",
        "INC-05 > 1 g/(24.h)",
        "INC-05 > 1 mg/mg",
        "INC-06 ≤ 5 x the upper reference limit",
        "INC-06 ≤ 34 umol/L or 2 mg/dL",
        "INC-07 ≥ 60 %",
        "INC-07 ≥ 60 %",
        "INC-08 ≥ 50 %",
        "INC-09 ≥ 0.8 x10*9/L",
        "INC-10 ≥ 0.3 x10*9/L",
        "INC-11 ≥ 50 x10*9/L",
        "INC-12 ≥ 80 g/L",
        "EXC-02 not ≥ 3",
    ]


@pytest.mark.parametrize(
    ("named", "unit", "values"),
    [
        ("INC-12 ≥ 80 g/L", "g/L", (80.0,)),
        ("INC-12 ≥ 80 g/L", "g/dL", (8.0,)),
        ("INC-11 ≥ 50 x10*9/L", "/uL", (50_000.0,)),
        ("INC-06 ≤ 34 umol/L or 2 mg/dL", "umol/L", (34.0,)),
        ("INC-06 ≤ 34 umol/L or 2 mg/dL", "mg/dL", (2.0,)),
        ("INC-12 ≥ 80 g/L", "mmol/L", ()),
        ("INC-12 ≥ 80 g/L", None, ()),
        ("INC-06 ≤ 5 x the upper reference limit", "U/L", ()),
    ],
)
def test_a_limit_is_told_in_the_unit_that_is_asked_for(
    named: str, unit: str | None, values: tuple[float, ...]
) -> None:
    assert LIMITS[named].values_in(unit) == values


def test_a_multiple_of_the_reference_limit_keeps_its_bounds() -> None:
    ((times, bounds),) = LIMITS["INC-06 ≤ 5 x the upper reference limit"].upper_references
    assert times == 5
    assert bounds and (bounds.low, bounds.high) == (19, 70)


def test_what_an_exclusion_or_a_negation_asks_is_not_required() -> None:
    measured = {
        "op": "measurement",
        "concept": "lvef",
        "below": {"value": 40, "unit": "%"},
        "within": "ever",
    }
    shipped = protocol()
    criterion = next(one for one in shipped.criteria if one.id == "EXC-16")

    def read(expression: dict[str, object]) -> AnalyteLimit:
        changed = type(criterion).model_validate(
            {**criterion.model_dump(), "expression": expression},
            context={"registered_text": shipped.registered_text},
        )
        (limit,) = limits_of(shipped.model_copy(update={"criteria": (changed,)}))
        return limit

    assert not read(measured).is_required
    assert str(read(measured)) == "EXC-16 not < 40 %"
    assert read({"op": "not", "of": measured}).is_required
    assert not read({"op": "not", "of": {"op": "not", "of": measured}}).is_required


def test_therapies_come_in_the_order_of_the_protocol() -> None:
    named = therapies_of(protocol())
    assert len(named) == len(set(named))
    some = "prednisone hydroxychloroquine tacrolimus cyclophosphamide rituximab kidney_transplant"
    order = [named.index(one) for one in some.split()]
    assert order == sorted(order)
    assert "sle" not in named
    assert "metformin" not in named
