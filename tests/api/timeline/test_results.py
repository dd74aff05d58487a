"""Results against the trial's limits, and biopsies."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import biopsy, drawn, picture, result

from api.pages.timeline.marks import MOST_MARKS
from api.pages.timeline.value_scale import value_scale

NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)


@given(st.lists(NUMBERS, min_size=1, max_size=6), st.booleans())
def test_higher_numbers_stand_higher_and_all_of_them_inside(
    numbers: list[float], is_logarithmic: bool
) -> None:
    scale = value_scale(numbers, 9.0, 33.0, is_logarithmic=is_logarithmic)
    places = [scale.y(number) for number in sorted(numbers)]
    assert all(9.0 <= place <= 33.0 for place in places)
    assert all(lower >= upper - 1e-9 for lower, upper in pairwise(places))


def test_a_limited_analyte_has_its_points_its_trend_and_the_limit_in_its_unit() -> None:
    shown = picture(
        result("hemoglobin", 109, "g/L", "2025-12-15"),
        result("hemoglobin", 74, "g/L", "2026-03-17"),
    )
    (panel,) = shown.panels
    (line,) = panel.lines
    assert (panel.name, panel.unit, line.label) == ("hemoglobin", "g/L", "INC-12 ≥ 80")
    high, low = panel.dots
    assert high.y < line.top < low.y
    assert panel.trends == (((high.x, high.y), (low.x, low.y)),)
    assert low.name.startswith("hemoglobin 74 g/L, 2026-03-17. 1 fact in 1 note")


def test_a_limit_printed_in_another_unit_is_converted_where_that_is_exact() -> None:
    shown = picture(result("platelets", 41_000, "/uL", "2026-03-17"))
    assert shown.panels[0].lines[0].label == "INC-11 ≥ 50000"
    odd = picture(result("hemoglobin", 5.1, "mmol/L", "2026-03-17"))
    assert odd.panels[0].lines == ()
    assert odd.left_out == (
        "the limit INC-12 ≥ 80 g/L of hemoglobin (no number in the unit of the results)",
    )


def test_a_multiple_of_the_reference_limit_is_a_line_where_printed_else_a_band() -> None:
    printed = picture(result("alt", 22, "U/L", "2026-03-17", reference_high=40))
    (line,) = printed.panels[0].lines
    assert line.label == "INC-06 ≤ 200 (5 × 40)"
    assert line.top == line.bottom
    bare = picture(result("alt", 22, None, "2026-03-17", canonical_unit="U/L", reference_high=40))
    assert bare.panels[0].lines == printed.panels[0].lines
    unprinted = picture(result("alt", 22, "U/L", "2026-03-17"))
    (band,) = unprinted.panels[0].lines
    assert band.label == "INC-06 ≤ 95 to 350 (5 ×)"
    assert band.top < band.bottom


def test_comparators_ranges_and_inexact_days_are_drawn_as_such_and_break_the_trend() -> None:
    shown = picture(
        result("upcr", 2.4, "mg/mg", "2025-10-01"),
        result("upcr", 0.1, "mg/mg", "2025-12-01", comparator="<"),
        result("upcr", 1.4, "mg/mg", "2026-01-01..2026-01-31"),
        result("upcr", None, "mg/mg", "2026-03-01", canonical_low=1.0, canonical_high=2.0),
    )
    (panel,) = shown.panels
    exact, censored, inexact, between = panel.dots
    assert panel.trends == ()
    assert exact.x and (censored.sign, censored.label) == ("<", "<0.1")
    assert inexact.x is None and inexact.days
    assert inexact.days.x == shown.scale.begin(dt.date(2026, 1, 1))
    assert between.top < between.bottom and between.label == "1–2"


@pytest.mark.parametrize(
    ("value", "date", "why"),
    [
        ({"plausible": False}, "2026-03-01", "not plausible"),
        ({"canonical_number": None, "canonical_unit": None}, "2026-03-01",
         "no number in a known unit"),
        ({"canonical_unit": "g/dL"}, "2026-03-01", "another unit"),
        ({}, None, "day not known"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_told_with_its_reason(
    value: dict[str, object], date: str | None, why: str
) -> None:
    good = [result("hemoglobin", 100 + day, "g/L", f"2026-02-0{day}") for day in (1, 2)]
    found = drawn(*good, result("hemoglobin", 55, "g/L", date, **value))
    assert found.picture
    assert len(found.picture.panels[0].dots) == 2
    assert found.picture.left_out == (f"1 result of hemoglobin ({why})",)
    (line,) = found.text.analytes
    assert [one.why for one in line.results].count(why) == 1
    assert len(line.results) == 3


def test_results_that_the_trial_does_not_limit_are_neither_drawn_nor_told() -> None:
    found = drawn(result("crp", 5, "mg/L", "2026-03-01"))
    assert found.picture is None and found.text.is_empty


def test_an_analyte_without_any_number_is_text_alone() -> None:
    words = {"canonical_number": None, "canonical_unit": None, "interpretation": "positive"}
    found = drawn(result("ana", None, "{titer}", "2026-03-01", **words))
    assert found.picture is None
    assert [one.link.text for one in found.text.analytes[0].results] == ["2026-03-01: positive"]


def test_titres_are_told_as_such_beside_their_limit() -> None:
    shown = picture(result("ana", 640, "{titer}", "2026-03-01"))
    (panel,) = shown.panels
    assert (panel.lines[0].label, panel.dots[0].label) == ("INC-04 ≥ 1:80", "1:640")


def test_only_the_newest_of_many_results_are_points_and_the_trend_runs_through_all() -> None:
    many = [
        result("anc", 1 + month / 100, "10*9/L", f"{2019 + month // 12}-{month % 12 + 1:02}-05")
        for month in range(MOST_MARKS + 10)
    ]
    found = drawn(*many)
    assert found.picture
    (panel,) = found.picture.panels
    assert len(panel.dots) == MOST_MARKS
    assert sum(map(len, panel.trends)) == len(many)
    assert len(found.text.analytes[0].results) == len(many)
    (told,) = found.picture.left_out
    assert told == "the points of 10 older results of neutrophils"


def test_biopsies_bear_their_class_and_a_superseded_one_says_so() -> None:
    shown = picture(
        biopsy("2018-05-03", "IV", words="class IV"), biopsy("2025-08-19", "V", words="class V")
    )
    old, new = shown.rows[0].marks
    assert (old.label, old.sign) == ("class IV, superseded", "superseded")
    assert (new.label, new.sign) == ("class V", None)
    assert new.point == shown.scale.middle(dt.date(2025, 8, 19))


def test_biopsies_that_disagree_bear_both_classes_and_the_conflict() -> None:
    found = drawn(
        biopsy("2025-08-19", "IV", words="class IV", note_id="a"),
        biopsy("2025-08-19", "V", words="class V", note_id="b"),
    )
    assert found.picture
    (row,) = found.picture.rows
    assert row.marks[0].label == "class IV or V"
    assert row.conflicts[0].name == (
        "Conflict on kidney biopsy: different classes of one biopsy. "
        "“class IV” (2026-03-20) against “class V” (2026-03-20)"
    )
    assert len(found.text.conflicts) == 1
