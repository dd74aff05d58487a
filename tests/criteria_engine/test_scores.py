"""Scores: the worked examples of the clinical reference, bounds, attribution, stated totals."""

from __future__ import annotations

import datetime as dt

import pytest
from engine_facts import (
    SCREENING,
    active_drug,
    biopsy,
    denied,
    diagnosis,
    lab,
    outcome,
    result,
    therapy,
    verdict,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from abstraction.chart import charts
from abstraction.facts import Fact
from criteria_engine import Anchors
from criteria_engine.expressions import Case, Result
from criteria_engine.expressions.scores import Score
from criteria_engine.logic import Truth
from criteria_engine.scores.instrument import available_instruments, instrument
from criteria_engine.scores.totals import total

DAY = "2026-03-20"
MONTH = {"before": "screening", "days": 30}
COUNT = "10*9/L"

CLINICAL = (
    "fever", "delirium", "psychosis", "seizure", "organic_brain_syndrome", "visual_disturbance",
    "cranial_neuropathy", "lupus_headache", "stroke", "vasculitis", "arthritis", "myositis",
    "acute_cutaneous_lupus", "subacute_cutaneous_lupus", "discoid_lupus", "cutaneous_lupus",
    "alopecia", "oral_ulcers", "pleurisy", "pleural_effusion", "pericarditis",
    "pericardial_effusion",
)  # fmt: skip


def c3(number: float, day: str = DAY) -> Fact:
    """In mg/dL, as many laboratories report it, with their limits."""
    limits = {"reference_low": 90, "reference_high": 180}
    return lab("c3", number, "mg/dL", day, canonical=(number / 100, "g/L"), **limits)


def c4(number: float, day: str = DAY) -> Fact:
    limits = {"reference_low": 10, "reference_high": 40}
    return lab("c4", number, "mg/dL", day, canonical=(number / 100, "g/L"), **limits)


def dsdna(number: float, day: str = DAY) -> Fact:
    return lab("anti_dsdna", number, "[IU]/mL", day, reference_high=30)


def upcr(number: float, day: str = DAY) -> Fact:
    return lab("upcr", number, "mg/mg", day)


def wbc(number: float, day: str = DAY) -> Fact:
    return lab("wbc", number, COUNT, day)


def platelets(number: float, day: str = DAY) -> Fact:
    return lab("platelets", number, COUNT, day)


def red_cells(number: float) -> Fact:
    return lab("urine_rbc", number, "/[HPF]", DAY)


def white_cells(number: float) -> Fact:
    return lab("urine_wbc", number, "/[HPF]", DAY)


def temperature(number: float) -> Fact:
    return lab("temperature", number, "Cel", DAY)


def ana(titre: float) -> Fact:
    return lab("ana", titre, "{titer}", "2019-05-01")


def shown_normal(*told: Fact) -> tuple[Fact, ...]:
    """The facts, and with them everything else that a score asks for, shown not to be so."""
    normal = (
        lab("ck", 90, "U/L", DAY), temperature(36.8), wbc(6.0), platelets(250), c3(120), c4(22),
        dsdna(9), upcr(0.1), red_cells(1), white_cells(1), biopsy(["I"], "2020-01-01"),
        result("urine_casts", "negative", DAY), result("anti_sm", "negative", DAY),
        result("lupus_anticoagulant", "negative", DAY),
        result("anti_beta2_glycoprotein_1", "negative", DAY),
        result("anticardiolipin", "negative", DAY), result("direct_coombs", "negative", DAY),
        *(denied(concept) for concept in CLINICAL),
    )  # fmt: skip
    named = {one.concept for one in told}
    return (*told, *(one for one in normal if one.concept not in named))


def scored(op: dict[str, object], facts: tuple[Fact, ...]) -> Result:
    (chart,) = charts(facts, ["p01"])
    anchors = Anchors(screening=dt.date.fromisoformat(SCREENING))
    return Score.model_validate({"op": "score", **op}).evaluate(Case(chart, anchors))


def classification(*facts: Fact) -> Result:
    return scored({"instrument": "eular_acr_2019", "within": "ever", "at_least": 10}, facts)


def activity(*facts: Fact, **asked: object) -> Result:
    trial = {"without": ["cns"], "parts": [{"of": ["laboratory"], "at_least": 4}], "at_least": 8}
    return scored({"instrument": "sledai_2k", "within": MONTH, **(asked or trial)}, facts)


CLASSIFIED = [
    ("E1", (ana(640), diagnosis("acute_cutaneous_lupus"), diagnosis("arthritis"), dsdna(120),
            c3(60), c4(6), upcr(0.3)), 22, Truth.TRUE),
    ("E2", (ana(160), result("anti_dsdna", "positive", DAY), c3(60), c4(6),
            result("lupus_anticoagulant", "positive", DAY)), 12, Truth.FALSE),
    ("E3", (ana(80), biopsy(["IV"], "2021-02-03")), 10, Truth.TRUE),
    ("E4", (ana(320), biopsy(["V"], "2021-02-03"), upcr(3.1), c3(60)), 11, Truth.TRUE),
    ("E4b", (ana(320), biopsy(["V"], "2021-02-03"), upcr(3.1)), 8, Truth.FALSE),
    ("E5", (ana(40), diagnosis("acute_cutaneous_lupus"), diagnosis("arthritis"),
            result("anti_dsdna", "positive", DAY)), 18, Truth.FALSE),
    ("E6", (ana(320), platelets(62), wbc(2.9), diagnosis("discoid_lupus"),
            diagnosis("oral_ulcers"), diagnosis("alopecia"), c4(6)), 11, Truth.TRUE),
    ("E8", (ana(640), diagnosis("seizure"), diagnosis("psychosis"), diagnosis("delirium"),
            diagnosis("pericarditis"), diagnosis("pericardial_effusion")), 11, Truth.TRUE),
    ("E9", (ana(160), result("lupus_anticoagulant", "positive", DAY), platelets(92)), 6,
     Truth.FALSE),
    ("E13", (ana(320), lab("anticardiolipin", 28, "[GPL'U]", DAY),
             result("direct_coombs", "positive", DAY), upcr(0.48), denied("hemolytic_anemia"),
             lab("haptoglobin", 120, "mg/dL", DAY, reference_low=30, reference_high=200),
             lab("ldh", 180, "U/L", DAY, reference_high=250),
             lab("reticulocytes", 1.0, "%", DAY, reference_high=2.5)), 0, Truth.FALSE),
    ("E14", (ana(80), temperature(38.4), wbc(3.9), platelets(99), upcr(0.51)), 10, Truth.TRUE),
    ("E14b", (ana(80), temperature(38.3), wbc(4.0), platelets(100), upcr(0.50)), 0, Truth.FALSE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "points", "truth"),
    [row[1:] for row in CLASSIFIED],
    ids=[row[0] for row in CLASSIFIED],
)
def test_classification_by_the_worked_examples(facts, points, truth):
    told = classification(*shown_normal(*facts))
    assert told.truth is truth
    assert told.reason.startswith(f"2019 EULAR/ACR classification {points} ") or (
        told.reason.startswith(f"2019 EULAR/ACR classification {points},")
    )


def test_an_item_that_a_drug_may_explain_stays_open():
    """E7: leukocytes of 3.4 on azathioprine are no certain leukopenia of lupus."""
    facts = (ana(160), temperature(38.2), wbc(3.4), active_drug("azathioprine", DAY), c3(60))
    told = classification(*shown_normal(*facts))
    assert told.truth is Truth.FALSE
    assert told.reason.startswith("2019 EULAR/ACR classification 3 to 6 ")


def test_a_fever_of_the_days_of_an_infection_stays_open():
    fever = diagnosis("fever", "2025-05-10")
    for infection, points in (
        (diagnosis("bacterial_infection", "2025-05-12"), "3 to 5"),
        (diagnosis("cmv_infection", None), "3 to 5"),
        (diagnosis("bacterial_infection", "2025-06-12"), "5"),
    ):
        told = classification(*shown_normal(ana(160), c3(60), fever, infection))
        assert told.reason.startswith(f"2019 EULAR/ACR classification {points} ")


def test_the_reason_names_what_adds_up_and_what_does_not():
    told = classification(*shown_normal(ana(160), biopsy(["IV"], "2021-02-03"), upcr(2.0)))
    assert "10 (renal: kidney biopsy of class III or IV 10; not added to these: proteinuria 4)" in (
        told.reason
    )


def test_a_decided_score_asks_for_nothing_more():
    told = classification(ana(160), biopsy(["IV"], "2021-02-03"))
    assert told.truth is Truth.TRUE
    assert not any(part["missing"] for part in told.trace()["of"])


def test_low_complements_of_different_years_are_one_item_and_perhaps_two():
    """E10: C3 low in 2018, C4 low in 2022."""
    facts = (
        ana(1280), biopsy(["II"], "2018-01-01"), biopsy(["III", "V"], "2022-01-01"),
        result("anti_dsdna", "positive", DAY), result("anti_sm", "positive", DAY),
        c3(60, "2018-05-05"), c4(6, "2022-05-05"),
    )  # fmt: skip
    told = classification(*shown_normal(*facts))
    assert told.truth is Truth.TRUE
    assert told.reason.startswith("2019 EULAR/ACR classification 19 to 20 ")


def test_nothing_counts_for_certain_in_drug_induced_lupus():
    """E11."""
    facts = (
        ana(1280), diagnosis("drug_induced_lupus"), diagnosis("arthritis"),
        diagnosis("pleural_effusion"),
    )  # fmt: skip
    told = classification(*shown_normal(*facts))
    assert told.truth is Truth.UNKNOWN
    assert told.reason.startswith("2019 EULAR/ACR classification 0 to 11,")
    assert {one.concept for one in told.missing} == {"eular_acr_2019"}


def test_an_ana_without_a_titre_asks_for_the_titre_alone():
    """E12."""
    told = classification(result("ana", "positive", "2019-05-01"), biopsy(["III"], "2021-02-03"))
    assert told.truth is Truth.UNKNOWN
    assert [one.concept for one in told.missing] == ["ana"]


def test_one_old_result_of_an_item_is_enough_for_the_classification():
    told = classification(ana(320), biopsy(["IV"], "2011-01-01"), biopsy(["II"], "2020-01-01"))
    assert told.truth is Truth.TRUE


SEROLOGY = (c3(45), dsdna(200))
ACTIVE = [
    ("S1", (upcr(2.4), red_cells(15), *SEROLOGY), "12", "12", Truth.TRUE),
    ("S2", (diagnosis("arthritis"), diagnosis("acute_cutaneous_lupus"), diagnosis("alopecia")),
     "8", "0", Truth.FALSE),
    ("S3", (diagnosis("seizure"), c4(6), dsdna(200)), "4", "4", Truth.FALSE),
    ("S4", (diagnosis("vasculitis"), *SEROLOGY), "12", "4", Truth.TRUE),
    ("S5", (diagnosis("arthritis"), platelets(92), wbc(2.8), c4(6)), "8", "4", Truth.TRUE),
    ("S6", (diagnosis("arthritis"), platelets(100), wbc(3.0), c4(6)), "6", "2", Truth.FALSE),
    ("S7", (diagnosis("arthritis"), diagnosis("acute_cutaneous_lupus"), c3(45), wbc(3.5)),
     "8", "2", Truth.FALSE),
    ("S8", (diagnosis("bacterial_infection"), white_cells(40), upcr(0.9), *SEROLOGY),
     "8 to 12", "8 to 12", Truth.TRUE),
    ("S13", (diagnosis("lupus_headache"), diagnosis("cranial_neuropathy"), upcr(1.1)),
     "4", "4", Truth.FALSE),
    ("S14", (temperature(38.2), diagnosis("pericarditis"), result("urine_casts", "positive", DAY),
             wbc(2.9)), "8", "5", Truth.TRUE),
    ("S15", (diagnosis("myositis"), dsdna(200), platelets(80), temperature(38.0)), "7", "3",
     Truth.FALSE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "points", "laboratory", "truth"),
    [row[1:] for row in ACTIVE],
    ids=[row[0] for row in ACTIVE],
)
def test_activity_by_the_worked_examples(facts, points, laboratory, truth):
    told = activity(*shown_normal(*facts))
    assert told.truth is truth
    assert told.reason.startswith(f"SLEDAI-2K {points} without items of the central nervous")
    assert f"; {laboratory} from laboratory items, 4 or more required" in told.reason


def test_what_is_not_known_is_neither_counted_nor_left_out():
    """S9 and S10: a dipstick settles no proteinuria."""
    without_protein = [one for one in shown_normal() if one.concept != "upcr"]

    def with_findings(*told: Fact) -> Result:
        named = {one.concept for one in told}
        return activity(*told, *(one for one in without_protein if one.concept not in named))

    decided = with_findings(diagnosis("arthritis"), *SEROLOGY)
    assert decided.truth is Truth.TRUE
    assert decided.reason.startswith("SLEDAI-2K 8 to 12 ")
    still_open = with_findings(diagnosis("oral_ulcers"), dsdna(200))
    assert still_open.truth is Truth.UNKNOWN
    assert still_open.reason.startswith("SLEDAI-2K 4 to 8 ")
    assert [one.why for one in still_open.missing] == [
        "the items that are open in the 30 days before screening: proteinuria 4"
    ]


def test_results_older_than_the_window_ask_for_a_repeat():
    """S11: 75 days before screening."""
    old = "2026-01-16"
    told = activity(upcr(3.0, old), c3(45, old), dsdna(200, old))
    assert told.truth is Truth.UNKNOWN
    assert told.reason.startswith("SLEDAI-2K 0 to ")


def test_a_stated_total_is_evidence_and_no_proof():
    """S12."""
    stated = lab("sledai_2k", 14, None, DAY)
    told = activity(stated)
    assert told.truth is Truth.UNKNOWN
    assert told.facts_for == (stated,)
    assert "a note states 14 on 2026-03-20" in told.reason


def broken_down(number: float, *items: str, day: str = DAY) -> Fact:
    """A stated total with the items that a whole break-down of it names."""
    plain = lab("sledai_2k", number, "{score}", day)
    return plain.model_copy(update={"value": plain.value.model_copy(update={"items": items})})


def test_a_whole_break_down_answers_what_nothing_else_settles():
    six = broken_down(6, "proteinuria", "rash")
    assert outcome("INC-03", six) == "fail"
    eight = broken_down(8, "proteinuria", "low_complement", "increased_dna_binding")
    assert outcome("INC-03", eight) == "pass"
    assert outcome("INC-03", broken_down(8, "arthritis", "proteinuria")) == "pass"
    assert outcome("INC-03", broken_down(8, "vasculitis")) == "fail"


def test_what_is_measured_counts_whatever_the_break_down_says():
    told = broken_down(8, "proteinuria", "low_complement", "increased_dna_binding")
    assert outcome("INC-03", told, upcr(0.2)) == "fail"
    two = (broken_down(6, "proteinuria", "rash"), broken_down(4, "arthritis"))
    assert outcome("INC-03", *two).startswith("unknown")


def test_a_stated_total_that_the_items_contradict_is_told():
    stated = lab("sledai_2k", 2, None, DAY)
    told = activity(stated, upcr(2.4), red_cells(15), *SEROLOGY)
    assert told.truth is Truth.TRUE
    assert "which the items contradict" in told.reason
    assert [(one.fact, one.why) for one in told.asides] == [
        (stated, "a stated total that the items contradict")
    ]


def test_single_items_can_be_left_out_and_asked_for():
    facts = shown_normal(diagnosis("alopecia"), diagnosis("arthritis"))
    everything = activity(*facts, at_least=6)
    without = activity(*facts, at_least=6, without=["alopecia", "lupus_headache"])
    upper = activity(*facts, at_most=6, at_least=None)
    assert (everything.truth, without.truth, upper.truth) == (
        Truth.TRUE, Truth.FALSE, Truth.TRUE,
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"instrument": "sledai_3000", "at_least": 8},
        {"instrument": "sledai_2k"},
        {"instrument": "sledai_2k", "at_least": 8, "without": ["limbs"]},
        {"instrument": "sledai_2k", "at_least": 8, "parts": [{"of": ["limbs"], "at_least": 2}]},
    ],
)
def test_a_score_that_cannot_be_asked_for_is_refused(wrong):
    with pytest.raises(ValidationError):
        Score.model_validate({"op": "score", "within": "ever", **wrong})


@pytest.mark.parametrize("name", available_instruments())
def test_the_weights_add_up_to_the_published_maximum(name):
    """SLEDAI-2K 0 to 105 (Gladman 2002); EULAR/ACR 51 (Aringer 2019)."""
    whole = instrument(name, "ever")
    assert total(whole, ((item, Truth.UNKNOWN) for item in whole.items)).least == 0
    maximum = total(whole, ((item, Truth.TRUE) for item in whole.items))
    assert maximum.least == {"sledai_2k": 105, "eular_acr_2019": 51}[name]


@given(st.data())
def test_knowing_more_never_widens_a_total(data):
    whole = instrument(data.draw(st.sampled_from(available_instruments())), "ever")
    known = {item.id: data.draw(st.sampled_from(list(Truth))) for item in whole.items}
    more = {
        name: data.draw(st.sampled_from(list(Truth))) if truth is Truth.UNKNOWN else truth
        for name, truth in known.items()
    }
    before = total(whole, ((item, known[item.id]) for item in whole.items))
    after = total(whole, ((item, more[item.id]) for item in whole.items))
    assert before.least <= after.least <= after.most <= before.most


def test_the_trial_asks_for_both_scores():
    active = (upcr(2.4), red_cells(15), *SEROLOGY)
    assert outcome("INC-03", *active) == "pass"
    assert outcome("INC-02", ana(320), biopsy(["IV"], "2021-01-01")) == "pass"
    assert outcome("INC-02", result("ana", "negative", DAY)) == "fail"
    told = verdict("INC-03", diagnosis("arthritis"), therapy("mycophenolate", DAY))
    assert told.outcome == "unknown"
    assert "hematuria 4" in told.missing[0].why
