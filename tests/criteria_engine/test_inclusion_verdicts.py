"""The inclusion criteria of NCT07432334 at their boundaries."""

import pytest
from engine_facts import (
    aged,
    assessment,
    biopsy,
    born,
    denied,
    diagnosis,
    fact,
    lab,
    outcome,
    result,
    therapy,
    verdict,
)

COUNT = "10*9/L"
RECENT = "2026-03-20"
TOO_OLD = "2026-03-01"  # 31 days before screening
EDGE = "2026-03-02"  # 30 days before screening


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([born("1970-04-02")], "pass"),  # 55 years and 364 days
        ([born("1970-04-01")], "fail"),  # the 56th birthday
        ([born("2010-04-01")], "pass"),  # the 16th birthday
        ([born("2010-04-02")], "fail"),
        ([born("1990")], "pass"),
        ([born("1970")], "unknown/silent"),
        ([born("1970-04")], "unknown/silent"),
        ([aged(55, "2025-10-01")], "unknown/silent"),
        ([aged(55, "2026-04-01")], "pass"),
        ([aged(54, "2025-04-02")], "pass"),
        ([aged(57, "2026-01-01")], "fail"),
        ([aged(55, None, note_date=None, note_id="undated")], "unknown/silent"),
        ([born("1970-04-01"), aged(30, "2026-03-01")], "unknown/conflicting"),
        ([aged(30, "2026-03-01"), aged(33, "2026-03-02")], "pass"),
        ([aged(57, "2026-01-01", experiencer="family")], "unknown/silent"),
    ],
)
def test_age(facts, expected):
    assert outcome("INC-01", *facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([lab("ana", 80, "{titer}", "2015-01-01")], "pass"),
        ([lab("ana", 640, "{titer}", None)], "pass"),
        ([lab("ana", 80, "{titer}", "2015-01-01", comparator="<")], "unknown/silent"),
        ([result("ana", "positive", "2020-01-01")], "unknown/judgement"),
        ([result("anti_sm", "positive", "2020-01-01")], "pass"),
        ([lab("anti_dsdna", 84, "[IU]/mL", "2020-01-01", reference_high=30)], "pass"),
        ([lab("anti_dsdna", 12, "[IU]/mL", "2020-01-01", reference_high=15)], "unknown/silent"),
        ([lab("anti_dsdna", 84, "[IU]/mL", "2020-01-01")], "unknown/judgement"),
        ([result("anti_dsdna", "positive", "2026-04-02")], "unknown/silent"),
        ([result("anti_dsdna", "positive", "2020-01-01", assertion="possible")], "unknown/silent"),
        (
            [
                result("ana", "negative", "2020-01-01"),
                result("anti_dsdna", "negative", "2020-01-01"),
                result("anti_sm", "negative", "2020-01-01"),
            ],
            "fail",
        ),
        (
            [
                lab("ana", 40, "{titer}", "2020-01-01"),
                result("anti_dsdna", "negative", "2020-01-01"),
                result("anti_dsdna", "positive", "2012-01-01"),
                result("anti_sm", "negative", "2020-01-01"),
            ],
            "pass",
        ),
        (
            [
                lab("ana", 40, "{titer}", "2020-01-01"),
                result("anti_dsdna", "negative", "2020-01-01"),
            ],
            "unknown/silent",
        ),
    ],
)
def test_antibodies(facts, expected):
    assert outcome("INC-04", *facts) == expected


def nephritis_arm(*facts):
    arms = verdict("INC-05", *facts).trace["of"]
    biopsy_node, proteinuria, *_ = arms[1]["of"]
    return biopsy_node, proteinuria


@pytest.mark.parametrize(
    ("facts", "truth", "basis"),
    [
        ([biopsy(["IV", "V"], "2025-01-01")], "true", "documented"),
        ([biopsy(["III"], "2018-01-01..2018-12-31")], "true", "documented"),
        ([biopsy(["V"], "2025-01-01")], "false", "documented"),
        ([biopsy(["II"], "2025-01-01")], "false", "documented"),
        ([biopsy(["IV"], "2019-01-01"), biopsy(["V"], "2024-03-01")], "unknown", "conflicting"),
        ([biopsy(["V"], "2019-01-01"), biopsy(["IV"], "2024-03-01")], "true", "documented"),
        ([biopsy(["V"], "2019-01-01"), biopsy(["II"], "2024-03-01")], "false", "documented"),
        (
            [biopsy(["V"], "2019-01-01"), biopsy(["IV"], RECENT, basis="note")],
            "unknown",
            "conflicting",
        ),
        (
            [biopsy(["III", "V"], "2024-03-01", readings=[["III"], ["V"]])],
            "unknown",
            "judgement",
        ),
        ([biopsy(["III", "IV"], "2024-03-01", readings=[["III"], ["IV"]])], "true", "documented"),
        ([biopsy(["IV"], "2024-03-01", system="who")], "unknown", "judgement"),
        ([biopsy(["IV"], "2024-03-01", class_basis="inferred")], "unknown", "judgement"),
        (
            [biopsy(["IV"], "2024-03-01", class_basis="inferred", assertion="absent")],
            "unknown",
            "silent",
        ),
        ([biopsy(["IV"], "2024-03-01", assertion="possible")], "unknown", "silent"),
        ([biopsy(["III", "IV"], "2024-03-01", assertion="absent")], "false", "documented"),
        ([biopsy(["IV"], "2024-03-01", organ="allograft_kidney")], "unknown", "silent"),
        ([biopsy([], "2024-03-01")], "unknown", "silent"),
        ([biopsy(["IV"], "2026-05-01")], "unknown", "silent"),
        (
            [
                biopsy(["IV"], "2024-03-01", note_id="path", fact_id="a"),
                biopsy(["V"], "2024-03-01", note_id="path", fact_id="b"),
            ],
            "true",
            "documented",
        ),
    ],
)
def test_histology(facts, truth, basis):
    node, _ = nephritis_arm(*facts)
    assert (node["truth"], node["basis"]) == (truth, basis)


def test_conflicting_biopsies_make_the_criterion_conflicting_with_both_sides_shown():
    one = verdict("INC-05", biopsy(["IV"], "2019-01-01"), biopsy(["V"], "2024-03-01"))
    assert (one.outcome, one.basis) == ("unknown", "conflicting")
    assert len(one.evidence) == 2
    assert "IV" in one.reason and "V on 2024-03-01" in one.reason


@pytest.mark.parametrize(
    ("facts", "truth"),
    [
        ([lab("upcr", 1.0, "mg/mg", RECENT)], "false"),
        ([lab("upcr", 1.01, "mg/mg", RECENT)], "true"),
        ([lab("upcr", 1000, "mg/g", RECENT, canonical=(1.0, "mg/mg"))], "false"),
        ([lab("urine_protein_24h", 1.2, "g/(24.h)", RECENT)], "true"),
        (
            [lab("upcr", 0.8, "mg/mg", RECENT), lab("urine_protein_24h", 1.2, "g/(24.h)", RECENT)],
            "true",
        ),
        ([lab("upcr", 2.1, "mg/mg", "2026-01-28")], "unknown"),
        (
            [lab("upcr", 2.4, "mg/mg", "2026-03-10"), lab("upcr", 0.94, "mg/mg", "2026-03-25")],
            "false",
        ),
        (
            [
                lab(
                    "upcr",
                    900,
                    None,
                    RECENT,
                    canonical=(None, None),
                    readings=[
                        {"unit": "mg/g", "canonical_number": 0.9},
                        {"unit": "mg/mmol", "canonical_number": 7.96},
                    ],
                )
            ],
            "unknown",
        ),
        (
            [
                lab(
                    "upcr",
                    2400,
                    None,
                    RECENT,
                    canonical=(None, "mg/mg"),
                    readings=[
                        {"unit": "mg/g", "canonical_number": 2.4},
                        {"unit": "mg/mmol", "canonical_number": 21.2},
                    ],
                )
            ],
            "true",
        ),
        ([lab("upcr", 240, "mg/mg", RECENT, plausible=False)], "unknown"),
    ],
)
def test_proteinuria(facts, truth):
    _, node = nephritis_arm(*facts)
    assert node["truth"] == truth


def test_refractory_disease_stays_open_with_both_arms_in_the_trace():
    one = verdict("INC-05", biopsy(["V"], "2025-01-01"), lab("upcr", 0.5, "mg/mg", RECENT))
    assert one.outcome == "unknown"
    assert [arm["truth"] for arm in one.trace["of"]] == ["unknown", "false"]


BILIRUBIN = lab("total_bilirubin", 10, "umol/L", RECENT)
ALT = lab("alt", 30, "U/L", RECENT)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([lab("alt", 175, "U/L", RECENT, reference_high=35), BILIRUBIN], "pass"),
        ([lab("alt", 176, "U/L", RECENT, reference_high=35), BILIRUBIN], "fail"),
        ([lab("alt", 95, "U/L", RECENT), BILIRUBIN], "pass"),
        ([lab("alt", 96, "U/L", RECENT), BILIRUBIN], "unknown/judgement"),
        ([lab("alt", 350, "U/L", RECENT), BILIRUBIN], "unknown/judgement"),
        ([lab("alt", 351, "U/L", RECENT), BILIRUBIN], "fail"),
        ([result("alt", "normal", RECENT), BILIRUBIN], "pass"),
        ([result("alt", "high", RECENT), BILIRUBIN], "unknown/judgement"),
        ([ALT, lab("total_bilirubin", 2.0, "mg/dL", RECENT, canonical=(34.2, "umol/L"))], "pass"),
        ([ALT, lab("total_bilirubin", 2.1, "mg/dL", RECENT, canonical=(35.9, "umol/L"))], "fail"),
        ([ALT, lab("total_bilirubin", 34, "umol/L", RECENT)], "pass"),
        ([ALT, lab("total_bilirubin", 34.2, "umol/L", RECENT)], "fail"),
        (
            [
                ALT,
                lab(
                    "total_bilirubin",
                    2.0,
                    None,
                    RECENT,
                    canonical=(34.2, "umol/L"),
                    unit_basis="inferred",
                ),
            ],
            "unknown/judgement",
        ),
        (
            [
                ALT,
                lab(
                    "total_bilirubin",
                    0.6,
                    None,
                    RECENT,
                    canonical=(10.26, "umol/L"),
                    unit_basis="inferred",
                ),
            ],
            "pass",
        ),
        ([ALT], "unknown/silent"),
        ([lab("alt", 351, "U/L", RECENT)], "fail"),
    ],
)
def test_liver(facts, expected):
    assert outcome("INC-06", *facts) == expected


@pytest.mark.parametrize(
    ("fvc", "fev1", "expected"),
    [(60, None, "pass"), (58, 61, "pass"), (58, 59, "fail"), (58, None, "unknown/silent")],
)
def test_lung(fvc, fev1, expected):
    facts = [
        lab(concept, value, "%", "2025-06-01")
        for concept, value in (("fvc_percent_predicted", fvc), ("fev1_percent_predicted", fev1))
        if value is not None
    ]
    assert outcome("INC-07", *facts) == expected


LVEF = lab("lvef", 55, "%", "2025-11-01")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([LVEF], "pass"),
        ([lab("lvef", 50, "%", "2025-10-01")], "pass"),
        ([lab("lvef", 55, "%", "2025-09-30")], "unknown/screening_test"),
        ([lab("lvef", 49, "%", RECENT)], "fail"),
        (
            [lab("lvef", None, "%", RECENT, low=50, high=55, canonical_low=50, canonical_high=55)],
            "pass",
        ),
        (
            [lab("lvef", None, "%", RECENT, low=45, high=50, canonical_low=45, canonical_high=50)],
            "unknown/judgement",
        ),
        ([result("lvef", "normal", RECENT)], "unknown/judgement"),
        ([LVEF, diagnosis("heart_failure")], "fail"),
        ([LVEF, diagnosis("heart_failure", "2010-01-01", resolved=True)], "unknown/judgement"),
        (
            [LVEF, diagnosis("heart_failure", experiencer="family", assertion="other_person")],
            "pass",
        ),
        ([LVEF, diagnosis("arrhythmia")], "unknown/judgement"),
        ([LVEF, diagnosis("intracardiac_thrombus")], "fail"),
        ([LVEF, diagnosis("intracardiac_thrombus", assertion="possible")], "unknown/judgement"),
        ([denied("heart_failure")], "unknown/silent"),
    ],
)
def test_heart(facts, expected):
    assert outcome("INC-08", *facts) == expected


def test_a_presumed_heart_is_shown_as_presumed():
    one = verdict("INC-08", LVEF)
    assert one.basis == "presumed"
    assert "presumed absent" in one.reason
    everything = (
        LVEF,
        denied("heart_failure"),
        denied("arrhythmia"),
        denied("intracardiac_thrombus"),
    )
    assert verdict("INC-08", *everything).basis == "documented"


@pytest.mark.parametrize(
    ("criterion", "concept", "passing", "failing", "unit"),
    [
        ("INC-09", "anc", 0.8, 0.79, COUNT),
        ("INC-10", "alc", 0.3, 0.29, COUNT),
        ("INC-11", "platelets", 50, 49, COUNT),
        ("INC-12", "hemoglobin", 80, 79, "g/L"),
    ],
)
def test_blood_counts(criterion, concept, passing, failing, unit):
    assert outcome(criterion, lab(concept, passing, unit, RECENT)) == "pass"
    assert outcome(criterion, lab(concept, passing, unit, EDGE)) == "pass"
    assert outcome(criterion, lab(concept, failing, unit, RECENT)) == "fail"
    assert outcome(criterion, lab(concept, passing, unit, TOO_OLD)) == "unknown/screening_test"
    assert outcome(criterion, lab(concept, passing, unit, "2026-04-02")) == "unknown/silent"
    assert outcome(criterion, lab(concept, passing, unit, None)) == "unknown/silent"
    assert (
        outcome(criterion, lab(concept, failing, unit, RECENT, plausible=False))
        == "unknown/judgement"
    )
    assert (
        outcome(criterion, lab(concept, passing, unit, f"{TOO_OLD}..{EDGE}"))
        == "unknown/screening_test"
    )
    both = [lab(concept, passing, unit, RECENT), lab(concept, failing, unit, RECENT)]
    assert outcome(criterion, *both) == "unknown/conflicting"
    pending = lab(concept, None, None, RECENT, assertion="hypothetical", temporality="planned")
    assert outcome(criterion, pending) == "unknown/silent"


def test_counts_are_read_in_the_unit_they_are_printed_in():
    assert (
        outcome("INC-12", lab("hemoglobin", 8.0, "g/dL", RECENT, canonical=(80.0, "g/L"))) == "pass"
    )
    assert (
        outcome("INC-12", lab("hemoglobin", 7.9, "g/dL", RECENT, canonical=(79.0, "g/L"))) == "fail"
    )
    assert outcome("INC-09", lab("anc", 800, "/uL", RECENT, canonical=(0.8, COUNT))) == "pass"
    either = [
        {"unit": "g/dL", "canonical_number": 56.0},
        {"unit": "mmol/L", "canonical_number": 90.2},
    ]
    unprinted = lab("hemoglobin", 5.6, None, RECENT, canonical=(None, "g/L"), readings=either)
    assert outcome("INC-12", unprinted) == "unknown/judgement"


def test_the_latest_value_decides_and_the_reason_gives_value_unit_date_and_limit():
    one = verdict(
        "INC-11", lab("platelets", 40, COUNT, "2026-03-05"), lab("platelets", 88, COUNT, RECENT)
    )
    assert one.outcome == "pass"
    assert one.reason == "Platelets 88 x10*9/L on 2026-03-20, at least 50 x10*9/L required"
    assert [reference.text for reference in one.evidence] == ["platelets"]
    assert one.trace["aside"][0]["why"] == "superseded by a newer value"


def test_an_older_value_names_the_repeat_that_is_missing():
    one = verdict("INC-11", lab("platelets", 88, COUNT, TOO_OLD))
    assert "88 x10*9/L on 2026-03-01" in one.reason
    assert one.missing[0].concept == "platelets" and "repeat" in one.missing[0].why


@pytest.mark.parametrize(
    ("drug", "expected"),
    [
        (therapy("filgrastim", "2026-03-10"), "unknown/judgement"),
        (therapy("filgrastim", "2026-03-06"), "unknown/judgement"),  # 14 days before the count
        (therapy("filgrastim", "2026-03-05"), "pass"),
        (therapy("filgrastim", "2026-03-21"), "pass"),
        (therapy("growth_factor", RECENT, assertion="absent", status="never_given"), "pass"),
        (therapy("filgrastim", "2026-03-10", assertion="hypothetical", status="planned"), "pass"),
    ],
)
def test_a_supported_neutrophil_count_is_open(drug, expected):
    assert outcome("INC-09", lab("anc", 1.1, COUNT, RECENT), drug) == expected


def test_a_low_neutrophil_count_fails_also_under_support():
    low = lab("anc", 0.5, COUNT, RECENT)
    assert outcome("INC-09", low, therapy("filgrastim", "2026-03-10")) == "fail"


def test_consent_and_contraception_pass_only_when_documented():
    assert outcome("INC-13", fact("status", "informed_consent", RECENT)) == "pass"
    refused = fact("status", "informed_consent", RECENT, assertion="absent")
    assert outcome("INC-13", refused) == "unknown/judgement"
    assert outcome("INC-14", fact("status", "contraception", RECENT)) == "pass"
    assert outcome("INC-14", diagnosis("hysterectomy", "2019-01-01")) == "pass"
    assert outcome("INC-14") == "unknown/judgement"


def test_a_stated_score_is_shown_but_decides_nothing():
    stated = lab("sledai_2k", 12, None, RECENT)
    one = verdict("INC-03", stated)
    assert (one.outcome, one.basis) == ("unknown", "screening_test")
    assert [reference.fact_id for reference in one.evidence] == [stated.fact_id]


def test_facts_after_screening_are_shown_apart():
    one = verdict("INC-11", lab("platelets", 40, COUNT, "2026-04-02"))
    assert one.outcome == "unknown" and not one.evidence
    assert one.trace["aside"][0]["why"] == "dated after 2026-04-01"


def test_a_silent_chart_passes_nothing_and_fails_nothing():
    silent = assessment()
    assert len(silent.criteria) == 31
    assert {one.outcome for one in silent.criteria} == {"unknown"}
    assert all(one.missing for one in silent.criteria)
    assert silent.triage == "needs_information"


@pytest.mark.parametrize(
    ("criterion", "concept"),
    [("INC-09", "anc"), ("INC-10", "alc"), ("INC-11", "platelets"), ("INC-12", "hemoglobin")],
)
def test_a_count_that_is_called_normal_lies_above_limits_below_every_normal_range(
    criterion, concept
):
    assert outcome(criterion, result(concept, "normal", RECENT)) == "pass"
    assert outcome(criterion, result(concept, "low", RECENT)) == "unknown/judgement"
