"""What is said of a mention is right or wrong, and only what the gold tells is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from corpus.evaluation.attributes import Judgement, judge
from tests.evaluation.corpora import gold_mention, predicted_mention, record

MARCH = {"start": "2021-03-01", "end": "2021-03-31", "basis": "explicit"}
MID_MARCH = {"start": "2021-03-10", "end": "2021-03-10", "basis": "explicit"}
APRIL = {"start": "2021-04-01", "end": "2021-04-30", "basis": "explicit"}


def judged(gold: dict[str, Any], predicted: dict[str, Any], **shared: Any) -> dict[str, Judgement]:
    concept = shared.pop("concept", "sle")
    one = gold_mention(record(concept, 0, 5, **shared, **gold), "g")
    other = predicted_mention(record(concept, 0, 5, **shared, **predicted))
    return {judgement.attribute.name: judgement for judgement in judge(one, other)}


@pytest.mark.parametrize(
    ("gold", "predicted", "how"),
    [
        (MARCH, MARCH, "equal"),
        (None, None, "equal"),
        (MARCH, MID_MARCH, "overlapping"),
        (MARCH, APRIL, "wrong"),
        (MARCH, None, "missing"),
        (None, MARCH, "invented"),
    ],
)
@pytest.mark.parametrize("field", ["date", "onset"])
def test_days_are_right_only_when_equal(field: str, gold: Any, predicted: Any, how: str) -> None:
    judgement = judged({field: gold}, {field: predicted})[field]
    assert judgement.how == how
    assert judgement.right == (how == "equal")


def test_the_basis_of_a_date_is_an_attribute_of_its_own() -> None:
    by_note = {**MARCH, "basis": "note"}
    judgements = judged({"date": MARCH}, {"date": by_note})
    assert (judgements["date"].how, judgements["date_basis"].how) == ("equal", "wrong")
    assert "date_basis" not in judged({"date": None}, {"date": MARCH})


def test_what_the_gold_does_not_tell_is_not_scored() -> None:
    assert list(judged({}, {"temporality": "past", "date": MARCH})) == ["assertion"]


def test_a_null_that_the_gold_tells_is_scored() -> None:
    therapy = {"kind": "therapy", "concept": "prednisone"}
    dose = {"number": 10, "unit": "mg"}
    assert judged({"dose": None}, {"dose": dose}, **therapy)["dose"].how == "invented"
    assert judged({"dose": dose}, {"dose": None}, **therapy)["dose"].how == "missing"
    assert judged({"dose": None}, {}, **therapy)["dose"].right


def test_of_a_value_only_the_given_parts_count() -> None:
    lab = {"kind": "measurement", "concept": "upcr"}
    judgements = judged(
        {"value": {"number": 2.4}}, {"value": {"number": 2.4, "unit": "mg/mg"}}, **lab
    )
    assert [name for name in judgements if name != "assertion"] == ["number"]
    assert judgements["number"].right


@pytest.mark.parametrize(
    ("number", "right"), [(2.4, True), (2.4 * (1 + 5e-7), True), (2.4001, False), (None, False)]
)
def test_numbers_are_equal_within_a_millionth(number: float | None, right: bool) -> None:
    lab = {"kind": "measurement", "concept": "upcr"}
    judgements = judged({"value": {"number": 2.4}}, {"value": {"number": number}}, **lab)
    assert judgements["number"].right == right


def test_a_range_is_read_whole() -> None:
    lab = {"kind": "measurement", "concept": "lvef"}
    told = {"value": {"number": None, "low": 60, "high": 65}}
    assert judged(told, told, **lab)["number"].right
    assert not judged(told, {"value": {"low": 60, "high": 70}}, **lab)["number"].right


def test_biopsy_classes_are_one_set() -> None:
    biopsy = {"kind": "biopsy", "concept": "kidney_biopsy"}
    wrong = judged({"classes": ["III", "V"]}, {"classes": ["III"]}, **biopsy)["classes"]
    assert (wrong.how, wrong.gold, wrong.predicted) == ("wrong", "III+V", "III")
    assert judged({"classes": []}, {"classes": ["V"]}, **biopsy)["classes"].how == "invented"
