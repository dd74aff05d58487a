"""Other trials as data alone: invented patients on both sides of what each of them asks.

The expected verdicts are worked out by hand from the summaries beside the protocols.
"""

import datetime as dt
from functools import cache

import pytest
from engine_facts import (
    PATIENT,
    active_drug,
    aged,
    biopsy,
    born,
    denied,
    diagnosis,
    interval,
    lab,
    never,
    result,
    therapy,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from abstraction.chart import chart_of
from criteria_engine import Anchors, Protocol, assess, available_protocols, load_protocol
from criteria_engine.prose import render

SCREENING = dt.date(2026, 4, 1)
RECENT = "2026-03-20"
PEERS = ("NCT01639339", "NCT04221477", "NCT05765006", "NCT05781750")


@cache
def trial(name: str) -> Protocol:
    return load_protocol(name)


def verdict_of(name, criterion_id, *facts, by=None, **anchors):
    days = {key: dt.date.fromisoformat(day) for key, day in anchors.items()}
    chart = chart_of(PATIENT, facts)
    one = assess(chart, by or trial(name), Anchors(screening=SCREENING, **days))
    return next(each for each in one.criteria if each.id == criterion_id)


def outcome_of(name, criterion_id, *facts, **more):
    one = verdict_of(name, criterion_id, *facts, **more)
    return one.outcome if one.outcome != "unknown" else f"unknown/{one.basis}"


def upcr(number, day=RECENT):
    return lab("upcr", number, "mg/mg", day)


def prednisone(mg, day=RECENT):
    dose = {"number": mg, "unit": "mg"}
    return therapy(
        "prednisone", day, status="active", basis="note", dose=dose, frequency=1, daily_dose_mg=mg
    )


def test_every_protocol_that_is_shipped_loads_and_reads_as_prose():
    assert set(PEERS) < set(available_protocols())
    for name in available_protocols():
        text = render(load_protocol(name))
        assert all(criterion.id in text for criterion in load_protocol(name).criteria)


@pytest.mark.parametrize("name", PEERS)
def test_a_summary_is_said_to_be_one_and_is_claimed_to_the_last_line(name):
    protocol = trial(name)
    assert "summary" in protocol.source and "not the registry's wording" in protocol.source
    lines = protocol.registered_text.splitlines()[1:]
    claimed = [piece for criterion in protocol.criteria for piece in criterion.registered]
    assert [line for line in lines if line not in ("Inclusion:", "Exclusion:")] == claimed


@pytest.mark.parametrize("name", PEERS)
def test_an_empty_chart_is_unknown_throughout(name):
    one = assess(chart_of(PATIENT, ()), trial(name), Anchors(screening=SCREENING))
    assert {each.outcome for each in one.criteria} == {"unknown"}
    assert one.triage == "needs_information"


@pytest.mark.parametrize(
    ("classes", "number", "expected"),
    [
        (["V"], 2.0, "pass"),
        (["V"], 1.9, "fail"),
        (["IV"], 1.0, "pass"),
        (["III", "V"], 1.0, "pass"),
        (["IV"], 0.9, "fail"),
        (None, 2.4, "pass"),  # enough for any class
        (None, 0.4, "fail"),  # too little for any class
        (None, 1.5, "unknown/silent"),  # hangs on the class
    ],
)
def test_proteinuria_hangs_on_the_class(classes, number, expected):
    facts = [upcr(number)] + ([biopsy(classes, "2026-01-10")] if classes else [])
    assert outcome_of("NCT05781750", "INC-06", *facts) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-04-01", "pass"),  # to the day 12 months
        ("2025-03-31", "unknown/screening_test"),
        ("2025-04-01..2025-04-30", "pass"),
        ("2025-03-01..2025-04-30", "unknown/judgement"),
        (None, "unknown/judgement"),
    ],
)
def test_the_age_of_the_biopsy(day, expected):
    assert outcome_of("NCT05781750", "INC-05", biopsy(["V"], day)) == expected


def test_a_pure_class_v_is_potentially_eligible():
    facts = [
        born("1990-01-01"),
        result("anti_dsdna", "positive", "2024-05-01"),
        biopsy(["V"], "2026-01-10"),
        upcr(2.6),
    ]
    one = assess(chart_of(PATIENT, facts), trial("NCT05781750"), Anchors(screening=SCREENING))
    assert one.triage == "potentially_eligible"


def test_a_newest_biopsy_in_the_window_governs_over_one_outside():
    facts = [biopsy(["IV"], "2020-01-01"), biopsy(["II"], "2026-01-10")]
    assert outcome_of("NCT05781750", "INC-05", *facts) == "fail"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([aged(17, "2026-03-30")], "unknown/silent"),  # a birthday may lie between
        ([born("2008-04-01")], "pass"),
        ([born("2008-04-02")], "fail"),
        ([born("1920-01-01")], "pass"),
    ],
)
def test_an_age_without_an_upper_bound(facts, expected):
    assert outcome_of("NCT05781750", "INC-01", *facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([denied("malignancy")], "pass"),
        ([diagnosis("malignancy", "2025-05-01")], "unknown/judgement"),
        ([diagnosis("malignancy", "2010-05-01")], "unknown/judgement"),
        ([diagnosis("non_melanoma_skin_cancer", "2025-05-01")], "unknown/silent"),
        ([], "unknown/silent"),
    ],
)
def test_exempt_cancers(facts, expected):
    assert outcome_of("NCT05781750", "EXC-06", *facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([therapy("dialysis", "2025-04-02")], "fail"),  # 364 days
        ([therapy("dialysis", "2025-04-01")], "unknown/silent"),
        ([never("dialysis")], "pass"),
    ],
)
def test_52_weeks(facts, expected):
    assert outcome_of("NCT05781750", "EXC-07", *facts) == expected


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("A", "pass"), ("A/C", "pass"), ("C", "fail"), (None, "unknown/judgement")],
)
def test_activity_letters(letters, expected):
    told = biopsy(["IV"], "2026-01-10", activity_letters=letters)
    assert outcome_of("NCT04221477", "INC-02", told) == expected


def test_a_class_told_again_without_letters_changes_nothing():
    again = biopsy(["IV"], RECENT, basis="note")
    for letters, expected in (("A/C", "pass"), ("C", "fail")):
        report = biopsy(["IV"], "2026-01-10", activity_letters=letters)
        assert outcome_of("NCT04221477", "INC-02", report, again) == expected
    newer = biopsy(["IV"], "2026-03-01")
    report = biopsy(["IV"], "2026-01-10", activity_letters="A")
    assert outcome_of("NCT04221477", "INC-02", report, newer) == "unknown/judgement"


def test_a_biopsy_of_more_than_six_months_decides_nothing():
    old = biopsy(["IV"], "2025-09-30", activity_letters="A")
    assert outcome_of("NCT04221477", "INC-02", old) == "unknown/screening_test"
    edge = biopsy(["IV"], "2025-10-01", activity_letters="A")
    assert outcome_of("NCT04221477", "INC-02", edge) == "pass"


def test_a_ratio_of_an_unknown_specimen_stays_open_unless_the_reading_is_chosen():
    amount = lab("urine_protein_24h", 1.4, "g/(24.h)", RECENT)
    assert outcome_of("NCT04221477", "INC-03", upcr(3), amount) == "unknown/judgement"
    choice = trial("NCT04221477").options["collected_ratio"].choices[1]
    by = load_protocol("NCT04221477", {"collected_ratio": choice})
    assert outcome_of("NCT04221477", "INC-03", amount, by=by) == "pass"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([therapy("rituximab", "2025-07-01", note_date=RECENT)], "fail"),
        ([therapy("rituximab", "2025-06-30", note_date=RECENT)], "pass"),
        ([never("rituximab")], "pass"),
        ([therapy("rituximab", "2025-06-01..2025-07-31", note_date=RECENT)], "unknown/anchor"),
    ],
)
def test_nine_months_without_anti_cd20(facts, expected):
    assert outcome_of("NCT04221477", "EXC-03", *facts) == expected


def test_the_denial_of_one_alternative_clears_no_other():
    drugs = ("cyclophosphamide", "tacrolimus", "cyclosporine", "voclosporin")
    each = [never(drug) for drug in drugs]
    assert outcome_of("NCT04221477", "EXC-04", *each) == "pass"
    assert outcome_of("NCT04221477", "EXC-04", *each[:3]) == "unknown/anchor"
    unnamed = never("calcineurin_inhibitor")
    assert outcome_of("NCT04221477", "EXC-04", each[0], unnamed) == "pass"
    tested = denied("tuberculosis", RECENT)
    induction = {"start_of_induction": "2026-04-20"}
    assert outcome_of("NCT01639339", "EXC-07", tested, **induction) == "unknown/silent"
    well = denied("infection", RECENT)
    assert outcome_of("NCT01639339", "EXC-07", well, **induction) == "pass"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([lab("creatinine", 2.5, "mg/dL", RECENT, canonical=(221.05, "umol/L"))], "open"),
        ([lab("creatinine", 2.6, "mg/dL", RECENT, canonical=(229.9, "umol/L"))], "fail"),
        ([lab("creatinine", 222, "umol/L", RECENT)], "fail"),
        ([lab("urine_protein_24h", 6.1, "g/(24.h)", RECENT)], "fail"),
        (
            [
                lab("creatinine", 2.5, "mg/dL", RECENT, canonical=(221.05, "umol/L")),
                lab("urine_protein_24h", 6, "g/(24.h)", RECENT),
            ],
            "pass",
        ),
        (
            [lab("creatinine", 221, "umol/L", RECENT), upcr(2.0)],
            "open",
        ),
    ],
)
def test_upper_bounds_in_the_reported_unit(facts, expected):
    got = verdict_of("NCT05765006", "EXC-01", *facts).outcome
    assert got == ("unknown" if expected == "open" else expected)


ENDED = therapy("methotrexate", None, status="stopped", stop="2020-01-01", note_date=RECENT)


def dose_verdict(*facts):
    one = verdict_of("NCT05765006", "INC-05", *facts)
    return one.outcome, one.trace["of"][0]["truth"]


@pytest.mark.parametrize(
    ("facts", "outcome", "dose"),
    [
        ([prednisone(7.5), never("immunosuppressant")], "unknown", "true"),
        ([prednisone(30)], "unknown", "true"),  # either way
        ([prednisone(31)], "fail", "false"),
        ([prednisone(40), active_drug("mycophenolate", RECENT)], "fail", "false"),
        ([prednisone(5), active_drug("mycophenolate", RECENT)], "unknown", "true"),
        ([prednisone(5)], "unknown", "unknown"),  # hangs on an immunosuppressant
        ([prednisone(5), never("immunosuppressant")], "fail", "false"),
        ([prednisone(5), never("cyclophosphamide")], "unknown", "unknown"),
        ([prednisone(5), never("azathioprine")], "unknown", "unknown"),
        ([prednisone(5), ENDED, never("cyclophosphamide")], "unknown", "unknown"),
        ([prednisone(20, "2026-03-01")], "unknown", "unknown"),
        ([], "unknown", "unknown"),
    ],
)
def test_a_dose_between_bounds(facts, outcome, dose):
    assert dose_verdict(*facts) == (outcome, dose)


def test_a_condition_gives_no_advice():
    one = verdict_of("NCT05765006", "INC-05", prednisone(40), active_drug("mycophenolate", RECENT))
    assert one.action is None


def test_methylprednisolone_counts_by_its_equivalent():
    def taking(mg):
        return therapy(
            "methylprednisolone", RECENT, status="active", basis="note",
            dose={"number": mg, "unit": "mg"}, frequency=1, daily_dose_mg=mg,
        )  # fmt: skip

    assert dose_verdict(taking(24))[1] == "true"  # 30 mg
    assert dose_verdict(taking(25))[1] == "false"  # 31.25 mg


@pytest.mark.parametrize(
    ("facts", "truth"),
    [
        ([diagnosis("sle", RECENT, basis="note", onset=interval("2025-10-01"))], "true"),
        ([diagnosis("sle", RECENT, basis="note", onset=interval("2025-10-02"))], "false"),
        ([diagnosis("sle", RECENT, basis="note")], "unknown"),
        ([diagnosis("sle", "2019-01-01..2019-12-31")], "true"),
        (
            [
                diagnosis("sle", RECENT, basis="note", onset=interval("2026-01-01")),
                diagnosis("sle", "2019-01-01"),
            ],
            "unknown",
        ),
    ],
)
def test_a_history_of_six_months(facts, truth):
    assert verdict_of("NCT05765006", "INC-04", *facts).trace["of"][0]["truth"] == truth


def test_a_patient_is_never_cleared_by_criteria_that_are_known_in_part():
    assert verdict_of("NCT05765006", "EXC-02", never("dialysis")).outcome == "unknown"


@pytest.mark.parametrize(
    ("day", "induction", "expected"),
    [
        ("2026-01-20", "2026-04-20", "fail"),
        ("2026-01-19", "2026-04-20", "pass"),
        ("2026-01-19", None, "unknown/anchor"),
    ],
)
def test_the_start_of_induction_is_an_anchor_of_its_own(day, induction, expected):
    anchors = {"start_of_induction": induction} if induction else {}
    told = therapy("cyclophosphamide", day, note_date=RECENT)
    one = verdict_of("NCT01639339", "EXC-04", told, **anchors)
    assert outcome_of("NCT01639339", "EXC-04", told, **anchors) == expected
    if expected == "fail":
        assert one.modifiable and one.action == "start of induction not before 2026-04-21"
    if induction is None:
        assert one.missing[0].concept == "start_of_induction"


def test_a_year_without_belimumab_ends_on_the_chosen_day():
    told = therapy("belimumab", "2025-04-10", note_date=RECENT)
    induction = {"start_of_induction": "2026-04-20"}
    assert outcome_of("NCT01639339", "EXC-03", told, **induction) == "pass"
    by = load_protocol("NCT01639339", {"one_year_window": {"before": "screening", "years": 1}})
    assert outcome_of("NCT01639339", "EXC-03", told, by=by, **induction) == "fail"


DAYS = ("2020-05-01", "2025-04-10", "2025-10-15", "2026-02-25", RECENT, "2026-04-10")
POOL = [
    *(upcr(number, day) for number in (0.8, 1.4, 2.4) for day in DAYS),
    *(biopsy([name], day) for name in ("IV", "V") for day in DAYS),
    *(biopsy(["IV"], day, activity_letters=letters) for letters in "AC" for day in DAYS),
    *(biopsy(["IV"], day, basis="note") for day in DAYS),
    *(prednisone(mg, day) for mg in (5, 20, 40) for day in DAYS),
    *(active_drug("mycophenolate", day) for day in DAYS),
    *(therapy(drug, day) for drug in ("rituximab", "belimumab") for day in DAYS),
    *(therapy("cyclophosphamide", day) for day in DAYS),
    *(never(drug, day) for drug in ("rituximab", "dialysis") for day in DAYS),
    *(therapy("dialysis", day) for day in DAYS),
    *(diagnosis(name, day) for name in ("malignancy", "thrombosis", "sle") for day in DAYS),
    *(denied(name, day) for name in ("malignancy", "thrombosis") for day in DAYS),
    diagnosis("sle", RECENT, basis="note", onset=interval("2025-12-01")),
    diagnosis("non_melanoma_skin_cancer", "2024-01-01"),
    diagnosis("antiphospholipid_syndrome"),
    born("1990-01-01"),
    born("2010-01-01"),
]
some_facts = st.lists(st.sampled_from(POOL), max_size=10)
INDUCTION = Anchors(screening=SCREENING, start_of_induction=dt.date(2026, 4, 20))


def assessed(name, facts):
    return assess(chart_of(PATIENT, facts), trial(name), INDUCTION)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PEERS), some_facts, st.randoms())
def test_the_order_and_repetition_of_facts_change_nothing(name, facts, random):
    shuffled = random.sample(facts, len(facts)) + facts[:2]
    assert assessed(name, shuffled).model_dump_json() == assessed(name, facts).model_dump_json()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PEERS), some_facts)
def test_what_is_cited_suffices_for_a_decided_verdict(name, facts):
    for one in assessed(name, facts).criteria:
        if one.outcome == "unknown":
            assert one.missing
            continue
        cited = {reference.fact_id for reference in one.evidence}
        again = assessed(name, [fact for fact in facts if fact.fact_id in cited])
        assert next(other for other in again.criteria if other.id == one.id).outcome == one.outcome


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(PEERS),
    st.lists(st.dates(dt.date(2025, 3, 1), dt.date(2026, 4, 30)), min_size=4, max_size=4),
    st.sampled_from(["IV", "V", "dialysis", "rituximab", "upcr", "malignancy"]),
    some_facts,
)
def test_narrowing_a_day_reverses_nothing(name, bounds, what, others):
    start, inner_start, inner_end, end = sorted(bounds)

    def told(first, last):
        when, note = f"{first}..{last}", {"note_date": "2026-04-30"}
        match what:
            case "IV" | "V":
                return biopsy([what], when, activity_letters="A", **note)
            case "upcr":
                return lab("upcr", 1.2, "mg/mg", when, **note)
            case "malignancy":
                return diagnosis(what, when, **note)
        return therapy(what, when, **note)

    wide = assessed(name, [*others, told(start, end)])
    narrow = assessed(name, [*others, told(inner_start, inner_end)])
    for before, after in zip(wide.criteria, narrow.criteria, strict=True):
        assert {before.outcome, after.outcome} != {"pass", "fail"}, before.id
