"""INC-05 of the first protocol: two arms, one suffices; nothing of either comes from silence."""

import pytest

from criteria_engine import load_protocol
from tests.criteria_engine.engine_facts import (
    active_drug,
    biopsy,
    diagnosis,
    fact,
    lab,
    never,
    outcome,
    therapy,
    verdict,
)

SEEN = "2026-03-20"


def taking(concept, start, **more):
    return therapy(concept, start=start, status="active", note_date=SEEN, **more)


def took(concept, start, stop, **more):
    return therapy(concept, start=start, stop=stop, status="stopped", note_date=SEEN, **more)


def states(concept, response, **more):
    return diagnosis(concept, SEEN, response=response, **more)


BACKGROUND = (taking("prednisone", "2022-01-01"), taking("hydroxychloroquine", "2022-01-01"))
TWO_CATEGORIES = (
    took("tacrolimus", "2022-01-01", "2023-01-01"),
    taking("azathioprine", "2023-02-01"),
)
LUPUS_ARM = (*BACKGROUND, *TWO_CATEGORIES, states("sle", "inadequate"))

INDUCTIONS = (
    took("cyclophosphamide", "2023-01-10", "2023-06-20", route="intravenous"),
    taking("mycophenolate", "2023-07-01", daily_dose_mg=2000),
)
NEPHRITIS = (
    biopsy(["IV"], "2022-12-01"),
    lab("upcr", 3.1, "mg/mg", "2026-03-18"),
    states("lupus_nephritis", "inadequate"),
)
NEPHRITIS_ARM = (*INDUCTIONS, *NEPHRITIS)


def without(facts, *concepts):
    return [one for one in facts if one.concept not in concepts]


def test_refractory_lupus_passes_and_says_that_compliance_is_presumed():
    one = verdict("INC-05", *LUPUS_ARM)
    assert (one.outcome, one.basis) == ("pass", "presumed")
    assert "compliance is not documented and is presumed" in one.reason.casefold()
    none_missed = fact("status", "nonadherence", SEEN, assertion="absent")
    documented = verdict("INC-05", *LUPUS_ARM, none_missed)
    assert (documented.outcome, documented.basis) == ("pass", "documented")


def test_told_not_to_take_the_drugs_does_not_pass():
    missed = fact("status", "nonadherence", SEEN)
    assert outcome("INC-05", *LUPUS_ARM, missed) == "unknown/judgement"


def test_refractory_nephritis_passes_without_the_other_arm():
    one = verdict("INC-05", *NEPHRITIS_ARM)
    assert (one.outcome, one.basis) == ("pass", "documented")


@pytest.mark.parametrize(
    "missing", ["prednisone", "hydroxychloroquine", "tacrolimus", "azathioprine", "sle"]
)
def test_what_is_not_told_leaves_the_lupus_arm_open(missing):
    one = verdict("INC-05", *without(LUPUS_ARM, missing))
    assert one.outcome == "unknown"
    assert one.missing


@pytest.mark.parametrize(
    "missing", ["cyclophosphamide", "mycophenolate", "kidney_biopsy", "upcr", "lupus_nephritis"]
)
def test_what_is_not_told_leaves_the_nephritis_arm_open(missing):
    assert verdict("INC-05", *without(NEPHRITIS_ARM, missing)).outcome == "unknown"


def test_two_drugs_of_one_category_are_one():
    same = (*BACKGROUND, states("sle", "inadequate"), TWO_CATEGORIES[0])
    assert verdict("INC-05", *same, taking("cyclosporine", "2023-02-01")).outcome == "unknown"
    assert verdict("INC-05", *same, taking("methotrexate", "2023-02-01")).outcome == "unknown"
    assert verdict("INC-05", *same, therapy("rituximab", "2023-02-01")).outcome == "pass"


def test_hydroxychloroquine_never_taken_fails_the_lupus_arm_and_a_reason_leaves_it_open():
    others = without(LUPUS_ARM, "hydroxychloroquine")
    nothing = (never("cyclophosphamide"),)
    assert outcome("INC-05", *others, *nothing, never("hydroxychloroquine")) == "fail"
    assert outcome(
        "INC-05", *others, *nothing, never("hydroxychloroquine", stop_reason="intolerance")
    ) == "unknown/judgement"  # fmt: skip
    assert outcome("INC-05", *others, never("hydroxychloroquine")) != "fail"


def test_a_fail_names_what_failed_either_arm():
    one = verdict("INC-05", never("hydroxychloroquine"), never("cyclophosphamide"))
    assert one.outcome == "fail"
    assert one.reason == (
        f"Hydroxychloroquine never given (told on {SEEN}); "
        f"Intravenous cyclophosphamide induction never given (told on {SEEN})"
    )
    assert {piece.text for piece in one.evidence} == {"hydroxychloroquine", "cyclophosphamide"}


def test_less_than_six_months_does_not_pass():
    short = (
        *BACKGROUND,
        took("tacrolimus", "2022-01-01", "2022-03-01"),
        took("azathioprine", "2022-03-15", "2022-05-01"),
        states("sle", "inadequate"),
    )
    assert verdict("INC-05", *short).outcome == "unknown"


def test_oral_cyclophosphamide_is_no_intravenous_induction():
    oral = took("cyclophosphamide", "2023-01-10", "2023-06-20", route="oral")
    facts = (*without(NEPHRITIS_ARM, "cyclophosphamide"), oral)
    one = verdict("INC-05", *facts)
    assert one.outcome == "unknown"
    assert "given, but not intravenous" in str(one.trace)


def test_a_maintenance_dose_of_mycophenolate_is_judged():
    low = taking("mycophenolate", "2023-07-01", daily_dose_mg=1000)
    facts = (*without(NEPHRITIS_ARM, "mycophenolate"), low)
    assert outcome("INC-05", *facts) == "unknown/judgement"
    every_dose = load_protocol("NCT07432334", {"mycophenolate_is_induction_above": 0})
    assert outcome("INC-05", *facts, by=every_dose) == "pass"


def test_each_induction_for_six_months_is_another_reading():
    each = [
        {"name": "mycophenolate", "drugs": ["mycophenolate"]},
        {"name": "cyclophosphamide", "drugs": ["cyclophosphamide"]},
    ]
    strict = load_protocol("NCT07432334", {"induction_of_six_months": each})
    assert outcome("INC-05", *NEPHRITIS_ARM) == "pass"
    assert verdict("INC-05", *NEPHRITIS_ARM, by=strict).outcome == "unknown"


def test_activity_after_both_inductions_is_judged_and_may_be_read_as_refractory():
    unstated = without(NEPHRITIS_ARM, "lupus_nephritis")
    one = verdict("INC-05", *unstated)
    assert (one.outcome, one.basis) == ("unknown", "judgement")
    assert "the clinician's statement" in " ".join(gap.why for gap in one.missing)
    holds = load_protocol("NCT07432334", {"activity_without_statement": "holds"})
    assert outcome("INC-05", *unstated, by=holds) == "pass"


def test_a_drug_on_the_list_of_today_does_not_say_since_when():
    today = [active_drug(one, SEEN) for one in ("prednisone", "hydroxychloroquine", "azathioprine")]
    one = verdict("INC-05", *today, TWO_CATEGORIES[0], states("sle", "inadequate"))
    assert one.outcome == "unknown"
    assert "the start of" in one.reason


def test_a_failure_told_without_the_name_of_the_disease_counts_in_both_arms():
    unnamed = states("unnamed_disease", "inadequate")
    assert outcome("INC-05", *without(LUPUS_ARM, "sle"), unnamed).startswith("pass")
    assert outcome("INC-05", *without(NEPHRITIS_ARM, "lupus_nephritis"), unnamed).startswith("pass")


def test_a_nephritis_that_failed_more_than_two_inductions_is_lupus_that_failed():
    nephritis = states("lupus_nephritis", "inadequate")
    assert outcome("INC-05", *without(LUPUS_ARM, "sle"), nephritis).startswith("pass")
    assert outcome("INC-05", *BACKGROUND, *INDUCTIONS, nephritis).startswith("unknown")


def test_drugs_declined_and_all_others_denied_leave_one_category():
    only = (*BACKGROUND, INDUCTIONS[1], states("sle", "inadequate"))
    others = never("other_immunosuppressant")
    assert verdict("INC-05", *only).outcome == "unknown"
    assert verdict("INC-05", *only, others).outcome == "fail"
    assert outcome("INC-05", *LUPUS_ARM, others).startswith("pass")
