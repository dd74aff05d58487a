"""Doses a day, time on therapy, last doses and categories, as far as the notes tell."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abstraction.chart import chart_of
from criteria_engine.derived.categories import categories_tried, counted_categories
from criteria_engine.derived.dose_on_day import dose_on_day
from criteria_engine.derived.last_dose import last_dose
from criteria_engine.derived.time_on_therapy import time_on_therapy
from criteria_engine.vocabulary import expanded
from tests.merging.told import chart, days, therapy

day = dt.date.fromisoformat
LOCAL = ("topical", "ophthalmic", "intra_articular", "inhaled")
STEROIDS = expanded(["set:glucocorticoids"])


def mg_on(text, *facts):
    dose = dose_on_day(
        chart(*facts), day(text), drugs=STEROIDS, of="prednisone", not_by_route=LOCAL
    )
    return (round(dose.mg.low, 2), round(dose.mg.high, 2), dose.basis)


def taken(concept, note, mg, frequency=1.0, status="active", **more):
    daily = None if frequency is None else mg * frequency
    return therapy(concept, note, status, mg=mg, frequency=frequency, daily_dose_mg=daily, **more)


@pytest.mark.parametrize(
    ("concept", "mg", "low", "high"),
    [
        ("prednisone", 10, 10, 10),
        ("prednisolone", 10, 10, 10),
        ("methylprednisolone", 8, 10, 10),
        ("dexamethasone", 2, 13.33, 16.67),
        ("hydrocortisone", 40, 10, 10),
        ("deflazacort", 12, 8, 10),
        ("betamethasone", 1.25, 8.33, 10.42),
    ],
)
def test_a_dose_counts_by_the_published_factors_and_both_ends_of_a_range(concept, mg, low, high):
    assert mg_on("2024-05-02", taken(concept, "2024-05-02", mg)) == (low, high, "told")


def test_a_taper_counts_by_the_step_the_day_lies_in():
    steps = (
        taken(
            "prednisone", "2024-06-01", 40, status="stopped", start="2024-03-01", stop="2024-03-14"
        ),
        taken(
            "prednisone", "2024-06-01", 20, status="stopped", start="2024-03-15", stop="2024-03-31"
        ),
        taken("prednisone", "2024-06-01", 10, start="2024-04-01"),
    )
    assert mg_on("2024-03-14", *steps) == (40, 40, "told")
    assert mg_on("2024-03-15", *steps) == (20, 20, "told")
    assert mg_on("2024-05-01", *steps) == (10, 10, "told")


def test_alternate_days_are_a_whole_dose_or_none():
    assert mg_on("2024-05-02", taken("prednisone", "2024-05-02", 20, 0.5)) == (0, 20, "told")


def test_a_pulse_is_added_to_what_is_taken_beside_it():
    facts = (
        taken("prednisone", "2024-05-02", 10, start="2024-01-01"),
        therapy("methylprednisolone", "2024-05-02", mg=500, date="2024-04-02", route="intravenous"),
    )
    assert mg_on("2024-04-02", *facts) == (635, 635, "told")
    assert mg_on("2024-04-03", *facts) == (10, 10, "told")


def test_what_works_only_where_it_is_given_does_not_count():
    facts = (
        taken("prednisone", "2024-05-02", 5),
        therapy("triamcinolone", "2024-05-02", mg=40, date="2024-05-02", route="intra_articular"),
    )
    assert mg_on("2024-05-02", *facts) == (5, 5, "told")


def test_between_two_told_doses_any_may_have_been_taken_and_both_are_named():
    facts = (taken("prednisone", "2024-01-02", 20), taken("prednisone", "2024-05-02", 5))
    between = dose_on_day(chart(*facts), day("2024-03-01"), drugs=STEROIDS, of="prednisone")
    assert (between.mg.low, between.mg.high, between.basis) == (0, math.inf, "between")
    assert (between.nearest.low, between.nearest.high) == (5, 20)
    assert len(between.facts) == 2
    assert mg_on("2024-07-01", *facts) == (0, math.inf, "open")


def test_two_lists_of_one_day_with_different_doses_leave_both_possible():
    facts = (
        taken("prednisone", "2024-05-02", 7.5),
        taken("prednisone", "2024-05-02", 5, start="2024-01-01..2024-01-31"),
    )
    assert mg_on("2024-05-02", *facts) == (5, 7.5, "told")


def test_after_a_told_end_it_is_none_and_without_a_word_it_is_not_known():
    facts = (
        taken("prednisone", "2024-01-02", 20),
        therapy("prednisone", "2024-05-02", "stopped", stop="2024-04-01"),
    )
    assert mg_on("2024-06-01", *facts)[:2] == (0, 0)
    assert dose_on_day(chart(), day("2024-06-01"), drugs=STEROIDS, of="prednisone") is None


def test_another_drug_of_the_group_that_nobody_has_taken_since_adds_nothing():
    facts = (taken("dexamethasone", "2015-07-21", 40), taken("prednisone", "2024-05-02", 5))
    assert mg_on("2024-05-02", *facts) == (5, 5, "told")


def test_a_steroid_without_a_dose_leaves_the_amount_open():
    assert mg_on("2024-05-02", therapy("prednisone", "2024-05-02", "active")) == (
        0, math.inf, "told",
    )  # fmt: skip


def on(groups, as_of, *facts):
    time = time_on_therapy(chart(*facts), groups, day(as_of), not_by_route=LOCAL)
    return time.least, time.most, time.told


def test_time_is_the_union_of_courses_with_gaps_out():
    facts = (
        therapy("tacrolimus", "2022-01-01", "stopped", start="2021-01-01", stop="2021-01-31"),
        therapy("cyclosporine", "2022-01-01", "stopped", start="2021-01-15", stop="2021-02-14"),
        therapy("tacrolimus", "2022-01-01", "active", start="2021-12-31"),
    )
    group = ["tacrolimus", "cyclosporine"]
    assert on([group], "2022-06-01", *facts) == (45 + 2, 45 + 153, 47)


def test_inexact_ends_give_a_least_and_a_most():
    fact = therapy(
        "mycophenolate", "2024-01-01", "stopped",
        start="2021-03-01..2021-03-31", stop="2021-09-01..2021-09-30",
    )  # fmt: skip
    assert on([["mycophenolate"]], "2024-06-01", fact) == (155, 214, 155)


def test_days_between_two_notes_count_and_are_told_apart():
    facts = (
        therapy("mycophenolate", "2024-01-01", "active"),
        therapy("mycophenolate", "2024-01-31", "active"),
    )
    assert on([["mycophenolate"]], "2024-06-01", *facts) == (31, None, 2)


def test_a_length_that_a_note_states_counts_without_its_days():
    fact = therapy("mycophenolate", "2024-01-01", "unknown", duration_days={"min": 180, "max": 190})
    assert on([["mycophenolate"]], "2024-06-01", fact)[0] == 180


def test_time_together_is_what_all_groups_share():
    facts = (
        therapy("prednisone", "2022-01-01", "stopped", start="2021-01-01", stop="2021-12-31"),
        therapy("azathioprine", "2022-01-01", "stopped", start="2021-07-01", stop="2022-03-01"),
    )
    assert on([["prednisone"], ["azathioprine"]], "2022-06-01", *facts) == (184, 184, 184)
    assert on([["prednisone"], ["mycophenolate"]], "2022-06-01", *facts)[0] == 0


def test_what_comes_after_the_day_asked_for_is_no_time():
    fact = therapy("mycophenolate", "2024-06-01", "active", start="2024-01-01")
    assert on([["mycophenolate"]], "2024-01-31", fact) == (31, 31, 31)


def last(drugs, as_of, *facts):
    found = last_dose(chart(*facts), drugs, day(as_of), not_by_route=LOCAL)
    return days(found.when) if found else None


def test_the_last_of_several_infusions_and_what_may_have_come_after_it():
    doses = (
        therapy("rituximab", "2021-04-01", date="2021-03-03"),
        therapy("rituximab", "2021-04-01", date="2021-03-17"),
    )
    assert last(["rituximab"], "2024-01-01", *doses) == "2021-03-17"
    vague = therapy("rituximab", "2022-01-01", date="2021", temporality="past")
    assert last(["rituximab"], "2024-01-01", *doses, vague) == "2021-03-17..2021-12-31"


def test_the_last_dose_of_a_daily_drug_and_of_one_that_is_infused():
    daily = therapy("mycophenolate", "2024-01-10", "active")
    assert last(["mycophenolate"], "2024-02-01", daily) == "2024-01-10..2024-02-01"
    infused = therapy("belimumab", "2024-01-10", "active", start="2023-06-01", route="intravenous")
    assert last(["belimumab"], "2024-02-01", infused) == "2023-06-01..2024-02-01"
    stopped = therapy("cyclophosphamide", "2024-01-10", "stopped", stop="2023-04-07")
    assert last(["cyclophosphamide"], "2024-02-01", stopped) == "2023-04-07"


def test_no_dose_is_none():
    assert last(["rituximab"], "2024-02-01", therapy("rituximab", "2024-01-01", "planned")) is None


def test_a_category_counts_once_and_only_what_was_given_to_the_patient():
    tried = categories_tried(
        chart(
            therapy("tacrolimus", "2024-01-01", "stopped"),
            therapy("cyclosporine", "2024-01-01", "stopped"),
            therapy("rituximab", "2024-01-01", date="2021-03-03"),
            therapy("mycophenolate", "2024-01-01", "declined"),
            therapy("cyclophosphamide", "2024-01-01", "planned"),
            therapy("methotrexate", "2024-01-01", "stopped"),
            therapy(
                "azathioprine", "2024-01-01", "active",
                experiencer="family", assertion="other_person",
            ),
        ),
        counted_categories(),
    )  # fmt: skip
    assert [(one.category, one.drugs) for one in tried] == [
        ("calcineurin_inhibitor", ("cyclosporine", "tacrolimus")),
        ("b_cell_targeted", ("rituximab",)),
    ]


def test_an_ointment_is_no_calcineurin_inhibitor_tried():
    ointment = therapy("tacrolimus", "2024-01-01", "active", route="topical")
    assert not categories_tried(chart(ointment), counted_categories(), not_by_route=LOCAL)


OFFSETS = st.integers(0, 900)


@given(st.lists(st.tuples(OFFSETS, OFFSETS, OFFSETS), max_size=5), OFFSETS)
def test_the_least_time_never_exceeds_the_most_and_is_at_most_the_days_there_were(spans, until):
    first = dt.date(2020, 1, 1)
    facts = []
    for start, slack, length in spans:
        begins = first + dt.timedelta(days=start)
        latest = begins + dt.timedelta(days=slack % 40)
        ends = latest + dt.timedelta(days=length)
        facts.append(
            therapy(
                "mycophenolate", "2025-01-01", "stopped",
                start=f"{begins}..{latest}", stop=f"{ends}..{ends + dt.timedelta(days=slack % 7)}",
            )
        )  # fmt: skip
    as_of = first + dt.timedelta(days=until)
    time = time_on_therapy(chart_of("p01", facts), [["mycophenolate"]], as_of)
    assert 0 <= time.told <= time.least <= until + 1
    assert time.most is None or time.least <= time.most <= until + 1


def test_a_year_on_prednisone_then_prednisolone_is_a_year_on_a_glucocorticoid():
    told = (taken("prednisone", "2023-06-20", 10), taken("prednisolone", "2024-06-19", 7.5))
    found = time_on_therapy(chart(*told), [STEROIDS], day("2024-06-19"))
    assert (found.least, found.told) == (366, 2)
    assert time_on_therapy(chart(*told), [["prednisone"]], day("2024-06-19")).least == 1


def test_time_on_infusions_is_what_single_notes_tell_at_the_least():
    told = [therapy("belimumab", note, "active") for note in ("2023-01-01", "2023-12-31")]
    found = time_on_therapy(chart(*told), [["belimumab"]], day("2024-01-31"))
    assert (found.least, found.most) == (2, None)
    course = therapy("belimumab", "2023-12-31", "active", start="2023-01-01")
    assert time_on_therapy(chart(course), [["belimumab"]], day("2024-01-31")).least == 365


def test_a_change_of_brand_takes_no_day_from_the_time_on_a_drug():
    switch = (
        therapy("tacrolimus", "2023-06-20", "stopped", start="2023-01-01", stop="2023-06-05"),
        therapy("tacrolimus", "2023-06-20", "active", start="2023-06-06"),
        therapy("tacrolimus", "2023-12-31", "active"),
    )
    assert time_on_therapy(chart(*switch), [["tacrolimus"]], day("2023-12-31")).least == 365
