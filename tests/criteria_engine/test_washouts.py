"""EXC-08 and EXC-09: treatment before leukapheresis, a day that mostly lies in the future."""

import pytest
from engine_facts import active_drug, never, outcome, therapy, verdict

LEUKAPHERESIS = "2026-04-20"
IN_WINDOW = "2026-04-02"
BEFORE_WINDOW = "2026-03-10"
OTHERS = (never("cyclophosphamide", IN_WINDOW), never("live_vaccine", IN_WINDOW))


def month(*facts, leukapheresis=LEUKAPHERESIS):
    return outcome("EXC-08", *facts, leukapheresis=leukapheresis)


def test_the_contract_s_own_example():
    dose = {"number": 1, "unit": "g"}
    one = verdict(
        "EXC-08", therapy("rituximab", "2026-03-28", dose=dose), leukapheresis=LEUKAPHERESIS
    )
    assert one.outcome == "fail" and one.modifiable
    assert (
        one.reason == "Rituximab 1 g on 2026-03-28, 23 days before leukapheresis (window: 1 month)"
    )
    assert one.action == "leukapheresis not before 2026-04-29"


@pytest.mark.parametrize(
    ("dose", "leukapheresis", "expected"),
    [
        ("2026-03-28", "2026-04-28", "fail"),
        ("2026-03-28", "2026-04-29", "pass"),
        ("2026-02-17", "2026-03-17", "fail"),
        ("2026-02-17", "2026-03-18", "pass"),
        ("2026-01-31", "2026-02-28", "fail"),
        ("2026-01-31", "2026-03-01", "pass"),
    ],
)
def test_a_month_is_a_calendar_month(dose, leukapheresis, expected):
    told = therapy("rituximab", dose, note_date=leukapheresis)
    others = (never("cyclophosphamide", leukapheresis), never("live_vaccine", leukapheresis))
    assert month(told, *others, leukapheresis=leukapheresis) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([never("rituximab", IN_WINDOW), *OTHERS], "pass"),
        ([never("anti_cd20", IN_WINDOW), *OTHERS], "pass"),
        ([never("rituximab", BEFORE_WINDOW), *OTHERS], "unknown/anchor"),
        (
            [
                therapy(
                    "rituximab",
                    None,
                    status="stopped",
                    stop="2025-01-01..2025-01-31",
                    note_date=IN_WINDOW,
                ),
                *OTHERS,
            ],
            "pass",
        ),
        ([therapy("rituximab", "2025-01-01", note_date=IN_WINDOW), *OTHERS], "pass"),
        ([therapy("rituximab", "2025-01-01", note_date=BEFORE_WINDOW), *OTHERS], "unknown/anchor"),
        (
            [therapy("rituximab", "2026-03-01..2026-03-31", note_date=IN_WINDOW), *OTHERS],
            "unknown/anchor",
        ),
        ([therapy("rituximab", "2026-03-21..2026-03-31", note_date=IN_WINDOW), *OTHERS], "fail"),
        (
            [
                therapy("rituximab", "2026-04-10", assertion="hypothetical", status="planned"),
                never("rituximab", IN_WINDOW),
                *OTHERS,
            ],
            "unknown/anchor",
        ),
        (
            [therapy("rituximab", "2026-03-25"), never("rituximab", IN_WINDOW), *OTHERS],
            "unknown/conflicting",
        ),
        ([therapy("rituximab", "2026-04-05"), never("rituximab", IN_WINDOW), *OTHERS], "fail"),
        ([therapy("rituximab", "2026-03-25", experiencer="family"), *OTHERS], "unknown/anchor"),
        ([therapy("rituximab", "2026-03-25", assertion="possible"), *OTHERS], "unknown/anchor"),
        ([therapy("live_vaccine", "2026-03-25")], "fail"),
        ([], "unknown/anchor"),
    ],
)
def test_only_a_note_of_the_window_clears_it(facts, expected):
    assert month(*facts) == expected


def test_being_on_an_infusion_is_no_dose_on_the_day_of_the_note():
    told = therapy("rituximab", IN_WINDOW, status="active", basis="note")
    assert month(told, *OTHERS) == "unknown/anchor"
    daily = therapy("cyclophosphamide", IN_WINDOW, status="active", basis="note", route="oral")
    assert month(daily) == "fail"


def test_without_a_leukapheresis_date_the_earliest_one_is_named():
    one = verdict(
        "EXC-08",
        therapy("rituximab", "2026-02-17"),
        therapy("live_vaccine", "2026-03-01"),
    )
    assert (one.outcome, one.basis) == ("unknown", "anchor")
    assert one.action == "leukapheresis not before 2026-04-02"
    assert {missing.concept for missing in one.missing} == {"leukapheresis"}


def week(*facts):
    return outcome("EXC-09", *facts, leukapheresis=LEUKAPHERESIS)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([active_drug("mycophenolate", "2026-04-13")], "fail"),
        ([active_drug("hydroxychloroquine", "2026-04-18")], "fail"),
        ([active_drug("mycophenolate", "2026-04-12")], "unknown/anchor"),
        ([active_drug("belimumab", "2026-04-18")], "unknown/anchor"),
        ([therapy("belimumab", "2026-04-18")], "fail"),
        (
            [
                active_drug("tacrolimus", "2026-04-12"),
                therapy("tacrolimus", None, status="stopped", stop="2026-04-14"),
            ],
            "fail",
        ),
    ],
)
def test_the_week_before_leukapheresis(facts, expected):
    assert week(*facts) == expected


def test_a_current_drug_is_to_be_held_in_time():
    one = verdict("EXC-09", active_drug("mycophenolate", "2026-03-20"), leukapheresis=LEUKAPHERESIS)
    assert one.action == "hold mycophenolate by 2026-04-13"
    late = verdict(
        "EXC-09", active_drug("mycophenolate", "2026-04-18"), leukapheresis=LEUKAPHERESIS
    )
    assert late.outcome == "fail"
    assert late.action and "leukapheresis not before 2026-04-26" in late.action


def test_a_stop_inside_the_window_is_the_last_dose():
    told = therapy(
        "cyclophosphamide", None, status="stopped", stop="2026-04-01", note_date=IN_WINDOW
    )
    assert month(told) == "fail"


def steroid(*facts):
    """The steroid part of EXC-09: its truth, and the criterion's verdict."""
    one = verdict("EXC-09", *facts, leukapheresis=LEUKAPHERESIS)
    return one.trace["of"][1]["truth"]


def taking(drug, mg, day, **more):
    return therapy(drug, day, status="active", basis="note", daily_dose_mg=mg, **more)


@pytest.mark.parametrize(
    ("facts", "truth"),
    [
        ([taking("prednisone", 10, "2026-04-14")], "false"),
        ([taking("prednisone", 10.5, "2026-04-14")], "true"),
        ([taking("methylprednisolone", 8, "2026-04-14")], "false"),
        ([taking("methylprednisolone", 12, "2026-04-14")], "true"),
        ([taking("betamethasone", 1.25, "2026-04-14")], "unknown"),
        ([taking("prednisone", 20, "2026-04-12")], "unknown"),
        ([taking("prednisone", 5, "2026-04-12")], "unknown"),
        (
            [taking("prednisone", 20, "2026-04-12"), taking("prednisone", 5, "2026-04-14")],
            "unknown",
        ),
        (
            [
                taking("prednisone", 20, "2026-03-12"),
                therapy(
                    "prednisone",
                    "2026-04-06",
                    note_date="2026-04-14",
                    status="active",
                    daily_dose_mg=5,
                ),
            ],
            "false",
        ),
        (
            [taking("prednisone", 6, "2026-04-14"), taking("dexamethasone", 1, "2026-04-14")],
            "unknown",
        ),
        ([taking("prednisone", 40, "2026-04-14", route="topical")], "unknown"),
        ([therapy("methylprednisolone", "2026-04-15", dose={"number": 1, "unit": "g"})], "true"),
        ([therapy("methylprednisolone", "2026-04-01", dose={"number": 1, "unit": "g"})], "unknown"),
        ([never("glucocorticoid", "2026-04-14")], "false"),
        ([taking("prednisone", None, "2026-04-14")], "unknown"),
        (
            [taking("prednisone", 20, "2026-04-14"), taking("prednisone", 5, "2026-04-14")],
            "unknown",
        ),
        ([], "unknown"),
    ],
)
def test_the_steroid_dose_of_the_week_before(facts, truth):
    assert steroid(*facts) == truth


def test_a_dose_that_has_come_down_already_is_not_to_be_reduced():
    doses = (taking("prednisone", 20, "2026-01-20"), taking("prednisone", 7.5, "2026-03-20"))
    assert "reduce" not in (verdict("EXC-09", *doses, leukapheresis=LEUKAPHERESIS).action or "")
    assert "reduce" in (verdict("EXC-09", doses[0], leukapheresis=LEUKAPHERESIS).action or "")


def test_a_high_dose_is_to_be_reduced_in_time():
    one = verdict("EXC-09", taking("prednisone", 20, "2026-03-20"), leukapheresis=LEUKAPHERESIS)
    assert one.outcome == "unknown"
    assert one.action == "reduce prednisone to at most 10 mg of prednisone a day by 2026-04-13"


def test_everything_held_in_time_passes():
    told = "2026-04-14"
    facts = (
        therapy("mycophenolate", None, status="stopped", stop="2026-04-08", note_date=told),
        therapy("hydroxychloroquine", None, status="stopped", stop="2026-04-08", note_date=told),
        never("immunosuppressant", told),
        taking("prednisone", 5, told),
    )
    assert week(*facts) == "pass"
    assert week(*facts[1:]) == "pass"  # no immunosuppressant: no T-cell-targeted agent either
    assert week(*facts[:2], facts[3]) == "unknown/anchor"
    assert week(*facts[:3]) == "unknown/anchor"


def test_a_planned_dose_matters_only_on_a_planned_day():
    cleared = (never("cyclophosphamide", IN_WINDOW), *OTHERS[1:], never("rituximab", IN_WINDOW))
    plan = {"assertion": "hypothetical", "temporality": "planned", "status": "planned"}
    assert month(*cleared, therapy("cyclophosphamide", IN_WINDOW, basis="note", **plan)) == "pass"
    assert month(*cleared, therapy("cyclophosphamide", "2026-04-10", **plan)) == "unknown/anchor"


def test_a_dose_that_gave_way_to_another_is_no_day_without_steroid():
    former = therapy(
        "prednisone", None, note_date="2026-04-14", status="stopped",
        temporality="past", dose={"number": 20, "unit": "mg"},
    )  # fmt: skip
    told = verdict("EXC-09", former, leukapheresis=LEUKAPHERESIS)
    assert "equal to 0 mg" not in told.reason
    assert told.outcome == "unknown"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"status": "held"}, "pass"),
        ({"status": "stopped", "temporality": "past", "stop": "2026-04-08"}, "pass"),
        # An end of unknown day, or of long ago, may be that of another drug.
        ({"status": "stopped", "temporality": "past"}, "unknown/anchor"),
        ({"status": "stopped", "temporality": "past", "stop": "2023-04-08"}, "unknown/anchor"),
        # "No other immunosuppressant" says nothing of the one that is taken.
        ({"assertion": "absent", "status": "never_given"}, "unknown/anchor"),
    ],
)
def test_a_hold_of_all_immunosuppression_ends_each_of_them(told, expected):
    day = "2026-04-14"
    facts = (
        active_drug("mycophenolate", "2026-03-20"),
        therapy("immunosuppressant", None, note_date=day, **told),
        never("belimumab", day),
        never("hydroxychloroquine", day),
        taking("prednisone", 5, day),
    )
    assert week(*facts) == expected
