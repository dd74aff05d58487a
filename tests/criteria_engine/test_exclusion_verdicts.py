"""The exclusion criteria of NCT07432334 other than the wash-outs."""

import pytest
from engine_facts import (
    SCREENING,
    assessment,
    biopsy,
    denied,
    diagnosis,
    fact,
    lab,
    never,
    outcome,
    result,
    sex,
    therapy,
    verdict,
)

RECENT = "2026-03-20"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([therapy("kidney_transplant", "2015-01-01..2015-12-31")], "fail"),
        ([therapy("kidney_transplant", None, temporality="past")], "fail"),
        ([biopsy(["II"], "2020-01-01", organ="allograft_kidney")], "fail"),
        ([never("kidney_transplant")], "pass"),
        (
            [therapy("kidney_transplant", RECENT, assertion="hypothetical", status="planned")],
            "unknown/silent",
        ),
        ([therapy("kidney_transplant", "2015-01-01", experiencer="donor")], "unknown/silent"),
        ([therapy("kidney_transplant", "2026-05-01")], "unknown/silent"),
        (
            [therapy("kidney_transplant", "2015-01-01"), never("kidney_transplant")],
            "unknown/conflicting",
        ),
        (
            [therapy("kidney_transplant", "2025-01-01"), never("kidney_transplant", "2023-01-01")],
            "fail",
        ),
        ([therapy("kidney_transplant", "2015-01-01", assertion="possible")], "unknown/judgement"),
    ],
)
def test_kidney_transplant(facts, expected):
    assert outcome("EXC-03", *facts) == expected


def test_a_conflict_shows_both_sides():
    one = verdict("EXC-03", therapy("kidney_transplant", "2015-01-01"), never("kidney_transplant"))
    assert len(one.evidence) == 2 and one.missing
    assert len(one.trace["for"]) == len(one.trace["against"]) == 1


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([therapy("inebilizumab", "2024-01-01")], "fail"),
        ([therapy("tisagenlecleucel", "2024-01-01")], "fail"),
        ([therapy("rituximab", "2024-01-01")], "unknown/silent"),
        ([therapy("car_t", "2024-06-01")], "unknown/judgement"),
        ([never("anti_cd19")], "pass"),
        ([never("blinatumomab")], "pass"),
        ([never("biologic")], "pass"),
        ([never("car_t")], "unknown/silent"),
        (
            [therapy("inebilizumab", RECENT, assertion="absent", status="declined")],
            "unknown/silent",
        ),
    ],
)
def test_anti_cd19(facts, expected):
    assert outcome("EXC-10", *facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([therapy("car_t", "2024-06-01")], "fail"),
        ([therapy("ciltacabtagene", "2024-06-01")], "fail"),
        ([therapy("gene_therapy", "2024-06-01")], "fail"),
        ([never("car_t")], "pass"),
        ([never("gene_therapy")], "pass"),
        ([therapy("car_t", RECENT, assertion="hypothetical", status="planned")], "unknown/silent"),
        ([never("car_t"), therapy("stem_cell_transplant", "2010-01-01")], "unknown/judgement"),
        ([never("stem_cell_transplant")], "unknown/silent"),
    ],
)
def test_cell_and_gene_therapy(facts, expected):
    assert outcome("EXC-11", *facts) == expected


def test_one_denied_cell_therapy_presumes_the_others_and_says_so():
    one = verdict("EXC-11", never("car_t"))
    assert one.basis == "presumed" and "gene therapy not mentioned, presumed absent" in one.reason


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([diagnosis("malignancy")], "fail"),
        (
            [diagnosis("malignancy", "1999-01-01..1999-12-31", temporality="past", resolved=True)],
            "fail",
        ),
        ([denied("malignancy")], "pass"),
        (
            [diagnosis("malignancy", assertion="other_person", experiencer="family")],
            "unknown/silent",
        ),
        ([diagnosis("malignancy", assertion="possible")], "unknown/judgement"),
        (
            [diagnosis("malignancy", "2025-01-01", assertion="possible"), denied("malignancy")],
            "pass",
        ),
        ([diagnosis("malignancy", assertion="hypothetical")], "unknown/silent"),
    ],
)
def test_malignancy(facts, expected):
    assert outcome("EXC-12", *facts) == expected


WOMAN = sex("female")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([sex("male")], "pass"),
        ([WOMAN], "unknown/silent"),
        ([WOMAN, sex("male")], "unknown/conflicting"),
        ([WOMAN, diagnosis("pregnancy")], "fail"),
        ([WOMAN, result("hcg", "positive", RECENT)], "fail"),
        ([WOMAN, diagnosis("breastfeeding")], "fail"),
        ([WOMAN, result("hcg", "negative", RECENT)], "unknown/silent"),
        ([WOMAN, result("hcg", "negative", RECENT), denied("breastfeeding")], "pass"),
        ([denied("pregnancy"), denied("breastfeeding")], "pass"),
        ([WOMAN, denied("pregnancy", "2025-06-01"), denied("breastfeeding")], "unknown/silent"),
        ([WOMAN, diagnosis("hysterectomy", "2019-01-01")], "pass"),
        ([WOMAN, diagnosis("menopause", None)], "pass"),
        ([WOMAN, diagnosis("pregnancy", "2018-01-01", temporality="past")], "unknown/silent"),
        (
            [WOMAN, diagnosis("pregnancy", RECENT), denied("pregnancy", RECENT)],
            "unknown/conflicting",
        ),
    ],
)
def test_pregnancy_and_breastfeeding(facts, expected):
    assert outcome("EXC-14", *facts) == expected


NEUROLOGIC = [
    denied("traumatic_brain_injury"),
    denied("seizure_disorder"),
    denied("intracranial_hemorrhage"),
]


@pytest.mark.parametrize(
    ("number", "comparator", "expected"),
    [(1, "<", "pass"), (2, None, "pass"), (12, None, "unknown/judgement"), (900, None, "fail")],
)
def test_a_pregnancy_test_in_numbers_needs_no_printed_limit(number, comparator, expected):
    hcg = lab("hcg", number, "m[IU]/mL", RECENT, comparator=comparator)
    facts = (sex("female"), hcg, denied("breastfeeding", RECENT))
    assert outcome("EXC-14", *facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (NEUROLOGIC, "pass"),
        (NEUROLOGIC[:2], "unknown/silent"),
        ([denied("neurologic_disorder")], "pass"),
        ([*NEUROLOGIC, diagnosis("seizure", "2016-01-01")], "unknown/judgement"),
        ([diagnosis("seizure_disorder", "2016-01-01")], "fail"),
        ([diagnosis("stroke", "2016-01-01")], "unknown/judgement"),
        ([denied("neurologic_disorder"), diagnosis("seizure_disorder", "2016-01-01")], "fail"),
        ([denied("seizure"), *NEUROLOGIC[::2]], "pass"),
        ([denied("seizure", note_id="review"), *NEUROLOGIC[::2]], "unknown/silent"),
        ([denied("seizure"), denied("stroke"), denied("psychosis")], "unknown/silent"),
        (
            [denied("seizure"), *NEUROLOGIC[::2], diagnosis("seizure_disorder", "2016-01-01")],
            "fail",
        ),
    ],
)
def test_neurologic_history(facts, expected):
    assert outcome("EXC-01", *facts) == expected


HEART = [
    denied("hypertension"),
    denied("heart_failure"),
    denied("arrhythmia"),
    denied("angina"),
    denied("myocardial_infarction"),
]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([diagnosis("myocardial_infarction", "2026-02-01")], "fail"),
        ([diagnosis("myocardial_infarction", "2025-11-01")], "unknown/silent"),
        ([diagnosis("myocardial_infarction", None)], "unknown/judgement"),
        ([diagnosis("uncontrolled_hypertension")], "fail"),
        ([diagnosis("uncontrolled_hypertension", temporality="past")], "unknown/judgement"),
        ([diagnosis("uncontrolled_hypertension", "2025-06-01")], "unknown/silent"),
        (HEART, "pass"),
        ([diagnosis("hypertension", response="complete"), *HEART[1:]], "pass"),
        ([diagnosis("hypertension"), *HEART[1:]], "unknown/silent"),
        ([*HEART[:3], denied("coronary_disease")], "pass"),
        ([*HEART[:3], denied("angina")], "unknown/silent"),
        ([diagnosis("heart_failure")], "unknown/judgement"),
        ([diagnosis("heart_failure"), lab("nyha_class", 3, None, RECENT)], "fail"),
        ([diagnosis("heart_failure"), lab("nyha_class", 1, None, RECENT)], "unknown/judgement"),
        ([lab("systolic_bp", 118, "mm[Hg]", RECENT)], "unknown/silent"),
        ([denied("cardiovascular_disease")], "pass"),
        ([denied("cardiovascular_disease", "2025-01-01")], "unknown/silent"),
        (
            [denied("cardiovascular_disease"), diagnosis("heart_failure", "2025-01-01")],
            "unknown/judgement",
        ),
    ],
)
def test_cardiovascular_disease(facts, expected):
    assert outcome("EXC-02", *facts) == expected


SCREEN = {
    "hbsag": result("hbsag", "negative", RECENT),
    "hcv": result("hcv_antibody", "negative", RECENT),
    "hiv": result("hiv_test", "negative", RECENT),
}


def infections(*facts, **replaced):
    return outcome("EXC-06", *{**SCREEN, **replaced}.values(), *facts)


def test_a_negative_viral_screen_passes_and_presumes_the_rest():
    one = verdict("EXC-06", *SCREEN.values())
    assert (one.outcome, one.basis) == ("pass", "presumed")
    assert "tuberculosis" in one.reason and "presumed absent" in one.reason


def test_a_negative_test_is_a_denial_and_no_presumption():
    one = verdict("EXC-06", *SCREEN.values(), result("tb_igra", "negative", RECENT))
    assert one.outcome == "pass"
    assert "tuberculosis IGRA" in one.reason
    assert "malaria, syphilis" in one.reason
    assert "tuberculosis not" not in one.reason and "tuberculosis, malaria" not in one.reason


def test_an_open_test_asks_for_itself():
    one = verdict("EXC-06", *SCREEN.values(), result("syphilis_test", "positive", RECENT))
    assert {gap.concept for gap in one.missing} == {"syphilis_test"}


def test_a_positive_core_antibody_is_always_shown():
    core = result("anti_hbc", "positive", RECENT)
    for more in ((), (result("anti_hbs", "positive", RECENT),)):
        one = verdict("EXC-06", *SCREEN.values(), core, *more)
        assert one.outcome == ("pass" if more else "unknown")
        assert "anti-HBc positive" in one.reason
        assert core.fact_id in {each.fact_id for each in one.evidence}


def test_a_negative_coombs_test_does_not_hide_what_else_is_documented():
    anemia = diagnosis("hemolytic_anemia", "2025-11-01")
    transfused = therapy("transfusion", "2025-11-02")
    one = verdict("EXC-05", anemia, transfused, result("direct_coombs", "negative", RECENT))
    assert one.outcome == "pass"
    assert "also documented: hemolytic anemia" in one.reason and "transfusion" in one.reason
    assert {anemia.fact_id, transfused.fact_id} <= {each.fact_id for each in one.evidence}


@pytest.mark.parametrize("virus", sorted(SCREEN))
def test_each_of_the_three_viruses_is_needed(virus):
    rest = [told for name, told in SCREEN.items() if name != virus]
    assert outcome("EXC-06", *rest) == "unknown/silent"


def test_infections_of_the_list():
    positive = result("hbsag", "positive", RECENT)
    assert infections(hbsag=positive) == "fail"
    core = result("anti_hbc", "positive", RECENT)
    assert infections(core) == "unknown/silent"
    assert infections(core, result("anti_hbs", "positive", RECENT)) == "pass"
    assert infections(core, result("hbv_dna", "negative", RECENT)) == "pass"
    assert infections(lab("hbv_dna", 2000, "[IU]/mL", RECENT)) == "fail"
    antibody = result("hcv_antibody", "positive", RECENT)
    assert infections(hcv=antibody) == "unknown/silent"
    assert infections(result("hcv_rna", "negative", RECENT), hcv=antibody) == "pass"
    assert infections(denied("hepatitis_c"), hcv=antibody).startswith("unknown")
    assert infections(hiv=denied("hiv")) == "pass"
    assert infections(diagnosis("hiv", "2012-01-01")) == "fail"
    assert infections(diagnosis("tuberculosis")) == "fail"
    assert (
        infections(diagnosis("tuberculosis", "2009-01-01", temporality="past"))
        == "unknown/judgement"
    )
    assert infections(diagnosis("tuberculosis", "2010-05-01")) == "unknown/judgement"
    assert infections(result("cmv_pcr", "positive", RECENT)) == "unknown/judgement"
    assert infections(result("syphilis_test", "positive", "2024-01-01")) == "unknown/judgement"
    for concept in ("tb_igra", "tuberculin_skin_test"):
        for day in (RECENT, "2024-01-01"):
            assert infections(result(concept, "positive", day)) == "unknown/judgement"
            assert infections(denied("tuberculosis"), result(concept, "positive", day)) == (
                "unknown/judgement"
            )
    treated = diagnosis("tuberculosis_prevented", "2024-06-01")
    assert infections(result("tb_igra", "positive", "2024-01-01"), treated).startswith("pass")
    assert infections(diagnosis("latent_tuberculosis")) == "unknown/judgement"
    assert infections(diagnosis("latent_tuberculosis"), treated).startswith("pass")
    assert infections(diagnosis("tuberculosis"), treated) == "fail"
    quantified = lab("cmv_pcr", 3200, "[IU]/mL", RECENT)
    assert infections(diagnosis("cmv_infection", RECENT), quantified) == "fail"
    assert infections(diagnosis("cmv_infection", RECENT)) == "unknown/judgement"
    assert infections(diagnosis("viral_infection", RECENT)) == "fail"
    assert infections(diagnosis("viral_infection", "2026-03-05"), denied("infection")) == "pass"
    assert infections(diagnosis("opportunistic_infection", RECENT)) == "unknown/judgement"
    assert infections(hiv=result("hiv_rna", "negative", RECENT)) == "unknown/silent"
    old = result("hbsag", "negative", "2025-12-01")
    assert infections(hbsag=old).startswith("unknown")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([diagnosis("bacterial_infection")], "fail"),
        ([denied("bacterial_infection")], "pass"),
        (
            [diagnosis("bacterial_infection", "2026-03-05"), denied("bacterial_infection", RECENT)],
            "pass",
        ),
        (
            [denied("bacterial_infection", "2026-03-05"), diagnosis("bacterial_infection", RECENT)],
            "fail",
        ),
        ([diagnosis("bacterial_infection", "2025-03-05")], "unknown/silent"),
        ([denied("infection")], "pass"),
        ([diagnosis("infection")], "unknown/silent"),
        ([diagnosis("bacterial_infection", "2026-03-05"), denied("infection", RECENT)], "pass"),
        ([denied("infection", "2026-03-05"), diagnosis("bacterial_infection", RECENT)], "fail"),
        ([diagnosis("tuberculosis")], "unknown/silent"),
    ],
)
def test_bacterial_infection(facts, expected):
    assert outcome("EXC-07", *facts) == expected


def test_a_treatable_infection_blocks_only_for_now():
    whole = assessment(diagnosis("bacterial_infection"))
    one = next(one for one in whole.criteria if one.id == "EXC-07")
    assert one.modifiable and one.action
    assert whole.triage == "needs_information"


@pytest.mark.parametrize(
    ("criterion", "facts", "expected"),
    [
        ("EXC-04", [denied("asthma"), denied("respiratory_failure")], "pass"),
        ("EXC-04", [denied("asthma")], "unknown/silent"),
        ("EXC-04", [diagnosis("asthma"), denied("respiratory_failure")], "unknown/judgement"),
        ("EXC-04", [diagnosis("asthma", severity="severe")], "fail"),
        ("EXC-04", [diagnosis("asthma", severity="mild"), denied("respiratory_failure")], "pass"),
        ("EXC-04", [diagnosis("asthma", severity="mild")], "unknown/silent"),
        ("EXC-05", [denied("hemolytic_anemia")], "pass"),
        ("EXC-05", [never("transfusion")], "pass"),
        ("EXC-05", [result("direct_coombs", "negative", RECENT)], "pass"),
        ("EXC-05", [result("direct_coombs", "negative", "2025-01-01")], "unknown/screening_test"),
        (
            "EXC-05",
            [diagnosis("hemolytic_anemia"), therapy("transfusion", RECENT)],
            "unknown/judgement",
        ),
        ("EXC-07", [denied("bacterial_infection", one_kind=True)], "unknown/silent"),
        (
            "EXC-07",
            [
                diagnosis("bacterial_infection", "2026-03-20"),
                denied("bacterial_infection", one_kind=True),
            ],
            "fail",
        ),
        ("EXC-13", [denied("drug_allergy")], "pass"),
        ("EXC-13", [diagnosis("drug_allergy")], "unknown/judgement"),
        ("EXC-13", [diagnosis("drug_allergy", substance="fludarabine")], "fail"),
        ("EXC-13", [diagnosis("drug_allergy", substance="azathioprine")], "unknown/judgement"),
        ("EXC-15", [denied("antiphospholipid_syndrome")], "pass"),
        ("EXC-15", [result("lupus_anticoagulant", "positive", "2020-01-01")], "pass"),
        ("EXC-15", [diagnosis("antiphospholipid_syndrome")], "unknown/judgement"),
        (
            "EXC-15",
            [
                result("anticardiolipin", "positive", "2020-01-01"),
                diagnosis("thrombosis", "2019-01-01"),
            ],
            "unknown/judgement",
        ),
        ("EXC-15", [result("antiphospholipid_antibodies", "negative", "2020-01-01")], "pass"),
        (
            "EXC-15",
            [
                result("antiphospholipid_antibodies", "negative", "2020-01-01"),
                diagnosis("thrombosis", "2019-01-01"),
            ],
            "pass",
        ),
        ("EXC-15", [diagnosis("pregnancy_loss", "2019-01-01")], "unknown/judgement"),
        ("EXC-15", [denied("thrombosis")], "unknown/silent"),
        ("EXC-16", [fact("status", "trial_participation", RECENT, assertion="absent")], "pass"),
        ("EXC-16", [fact("status", "trial_participation", RECENT)], "fail"),
        ("EXC-16", [fact("status", "observational_study", RECENT)], "unknown/silent"),
        ("EXC-17", [], "unknown/judgement"),
    ],
)
def test_other_exclusions(criterion, facts, expected):
    assert outcome(criterion, *facts) == expected


def test_one_fail_that_cannot_be_lifted_makes_ineligible():
    assert assessment(diagnosis("malignancy")).triage == "ineligible"
    assert assessment(denied("malignancy"), screening=SCREENING).triage == "needs_information"
