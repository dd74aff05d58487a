"""A coordinator's questions: what would decide, what expires, the earliest date, what changed."""

from __future__ import annotations

import datetime as dt
from itertools import combinations, product

import pytest
from engine_facts import (
    PATIENT,
    active_drug,
    aged,
    assessment,
    born,
    denied,
    diagnosis,
    lab,
    never,
    protocol,
    result,
    therapy,
)
from pydantic import TypeAdapter

from abstraction.chart import charts
from criteria_engine import Anchors
from criteria_engine.expressions import Case, Expression
from criteria_engine.questions import compare, decide, earliest, expires, meanings_of
from criteria_engine.questions.plans import plan_for, smallest

ANCHORS = Anchors(screening=dt.date(2026, 4, 1), leukapheresis=dt.date(2026, 4, 20))
CONCEPTS = ("asthma", "stroke", "malaria", "hiv")
LEAVES = [
    {"op": "finding", "name": name, "diagnoses": [name], "within": "ever"} for name in CONCEPTS
]
TREES = {
    "all": {"op": "all", "of": LEAVES},
    "any": {"op": "any", "of": LEAVES},
    "any measured": {"op": "any_measured", "of": LEAVES},
    "at least two": {"op": "at_least", "count": 2, "of": LEAVES},
    "not all": {"op": "not", "of": {"op": "all", "of": LEAVES}},
    "arms": {
        "op": "any",
        "of": [{"op": "all", "of": LEAVES[:3]}, {"op": "all", "of": LEAVES[2:]}],
    },
    "list": {"op": "examples", "parts": LEAVES[:3], "whole": LEAVES[3] | {"affirmed": "judgement"}},
    "list with presumed": {"op": "examples", "parts": LEAVES[:2], "presumed": LEAVES[2:]},
    "conditional": {"op": "conditional", "if": LEAVES[0], "then": LEAVES[1], "else": LEAVES[2]},
    "conditional without else": {"op": "conditional", "if": LEAVES[0], "then": LEAVES[1]},
    "unless": {"op": "unless", "of": LEAVES[0], "waived_by": LEAVES[1]},
    "one denial": {"op": "examples", "parts": LEAVES, "one_denial_suffices": True},
}


def traced(tree, answers):
    """The tree's trace on a chart that affirms and denies the given concepts."""
    facts = [diagnosis(name) if said else denied(name) for name, said in answers.items()]
    (chart,) = charts(facts, [PATIENT])
    node = TypeAdapter(Expression).validate_python(TREES[tree])
    return node.evaluate(Case(chart, ANCHORS)).trace()


@pytest.mark.parametrize("tree", TREES)
def test_the_smallest_set_settles_it_and_no_smaller_one_does(tree):
    for said in product((None, True, False), repeat=len(CONCEPTS)):
        known = {name: one for name, one in zip(CONCEPTS, said, strict=True) if one is not None}
        trace = traced(tree, known)
        if trace["truth"] != "unknown":
            assert "ways" not in trace
            continue
        for truth in ("true", "false"):
            plan = plan_for(trace, truth)
            assert plan is not None
            items = smallest(plan)
            answers = {item.concept: item.answer for item in items}
            if truth == "true" and {item.basis for item in items} == {"judgement"}:
                continue  # a person decides, not the engine
            assert traced(tree, known | answers)["truth"] == truth
            open_concepts = [name for name in CONCEPTS if name not in known]
            assert not any(
                traced(tree, known | dict(zip(fewer, given, strict=True)))["truth"] == truth
                for count in range(len(items))
                for fewer in combinations(open_concepts, count)
                for given in product((True, False), repeat=count)
            )


def asked(*facts, **anchors):
    return decide(assessment(*facts, **anchors), protocol().core)


def test_an_item_that_two_arms_share_counts_once():
    items = smallest(plan_for(traced("arms", {"asthma": False}), "true"))
    assert [item.concept for item in items] == ["malaria", "hiv"]
    assert len(smallest(plan_for(traced("arms", {}), "false"))) == 1


def test_everything_open_of_the_core_is_needed_and_one_exclusion_is_enough():
    decision = asked(born("1990-01-01"), result("anti_sm", "positive", "2020-01-01"))
    assert decision.triage == "needs_information"
    assert [one.criterion for one in decision.to_pass] == ["INC-02", "INC-03", "INC-05"]
    assert len(decision.to_pass_smallest) == sum(len(one.smallest) for one in decision.to_pass)
    assert "EXC-12" in {one.criterion for one in decision.to_exclude if len(one.smallest) == 1}
    sizes = [len(one.smallest) for one in decision.to_exclude]
    assert sizes == sorted(sizes)


def test_an_open_birthday_is_what_would_decide_the_age():
    decision = asked()
    age = next(one for one in decision.to_pass if one.criterion == "INC-01")
    assert [item.concept for item in age.smallest] == ["birth_date"]


def test_a_modifiable_criterion_excludes_nobody():
    excluding = {one.criterion for one in asked().to_exclude}
    assert not excluding & {"EXC-07", "EXC-08", "EXC-09"}


def test_a_hard_fail_is_named_and_nothing_missing_helps():
    decision = asked(diagnosis("malignancy"), diagnosis("bacterial_infection"))
    assert [one.criterion for one in decision.ineligible_by] == ["EXC-12"]
    assert not (decision.to_pass or decision.to_pass_smallest or decision.to_exclude)


def until(*facts, days=366, anchors=ANCHORS):
    (chart,) = charts(facts, [PATIENT])
    answer = expires(chart, protocol(), anchors, days)
    return [
        (one.criterion, one.anchor, str(one.last_day), one.outcome_then) for one in answer.expiries
    ]


def test_an_echocardiogram_of_november_counts_up_to_may():
    echo = lab("lvef", 60, "%", "2025-11-02")
    assert until(echo) == [("INC-08", "screening", "2026-05-02", "unknown")]
    assert until(echo, days=32) == [("INC-08", "screening", "2026-05-02", "unknown")]
    assert until(echo, days=31) == []


def test_what_is_left_when_one_of_two_tests_expires():
    found = until(
        lab("fvc_percent_predicted", 80, "%", "2025-05-01"),
        lab("fev1_percent_predicted", 80, "%", "2025-08-01"),
    )
    assert found == [
        ("INC-07", "screening", "2026-05-01", "pass"),
        ("INC-07", "screening", "2026-08-01", "unknown"),
    ]


def test_a_birthday_ends_the_age_limit_and_history_never_ends():
    facts = (born("1970-06-15"), result("anti_sm", "positive", "2010-01-01"))
    assert until(*facts) == [("INC-01", "screening", "2026-06-14", "fail")]


def test_a_cleared_wash_out_holds_for_its_window_before_leukapheresis():
    told = "2026-04-02"
    cleared = [never(name, told) for name in ("rituximab", "cyclophosphamide", "live_vaccine")]
    assert set(until(*cleared)) == {("EXC-08", "leukapheresis", "2026-05-02", "unknown")}


def test_the_fact_that_expires_is_quoted():
    echo = lab("lvef", 60, "%", "2025-11-02")
    (chart,) = charts([echo], [PATIENT])
    (one,) = expires(chart, protocol(), ANCHORS).expiries
    assert [reference.fact_id for reference in one.evidence] == [echo.fact_id]


def how_early(*facts, leukapheresis="2026-04-20"):
    (chart,) = charts(facts, [PATIENT])
    day = dt.date.fromisoformat(leukapheresis) if leukapheresis else None
    return earliest(chart, protocol(), ANCHORS.model_copy(update={"leukapheresis": day}))


def test_the_latest_of_all_wash_outs_is_the_earliest_date():
    answer = how_early(therapy("rituximab", "2026-03-28"), therapy("belimumab", "2026-03-30"))
    assert str(answer.earliest) == "2026-04-29"
    assert [(one.drug, str(one.clear_from)) for one in answer.restrictions] == [
        ("rituximab", "2026-04-29"),
        ("belimumab", "2026-04-07"),
    ]


def test_a_drug_that_is_still_taken_counts_up_to_screening_and_is_to_be_held():
    answer = how_early(active_drug("mycophenolate", "2026-03-20"), leukapheresis=None)
    (one,) = answer.restrictions
    assert (str(answer.earliest), one.still, str(one.last_dose_to)) == (
        "2026-04-09", True, "2026-04-01",
    )  # fmt: skip
    assert (one.needed, str(one.from_day)) == ("no mycophenolate", "2026-04-02")


def test_for_a_planned_date_that_is_late_enough_the_hold_is_counted_from_it():
    (one,) = how_early(active_drug("mycophenolate", "2026-03-20")).restrictions
    assert str(one.from_day) == "2026-04-13"


def test_a_stopped_drug_needs_no_hold():
    answer = how_early(
        active_drug("mycophenolate", "2026-03-01"),
        therapy("mycophenolate", None, status="stopped", stop="2026-03-28", note_date="2026-03-30"),
    )
    (one,) = answer.restrictions
    assert (one.still, one.needed, str(answer.earliest)) == (False, None, "2026-04-05")


def test_a_last_dose_between_two_days_counts_as_the_later_and_is_told():
    answer = how_early(therapy("rituximab", "2026-03-01..2026-03-31"))
    assert str(answer.earliest) == "2026-05-01"
    assert any(one.about == "rituximab" and "2026-03-01" in one.why for one in answer.open)


def taking(mg, day):
    return therapy("prednisone", day, status="active", basis="note", daily_dose_mg=mg)


def test_a_steroid_dose_above_the_limit_is_to_be_reduced():
    answer = how_early(taking(5, "2026-02-01"), taking(20, "2026-03-20"))
    (one,) = answer.restrictions
    assert one.needed == "systemic corticosteroid at most 10 mg of prednisone a day"
    assert str(answer.earliest) == "2026-04-09"


def test_a_lower_steroid_dose_clears_from_the_day_it_is_told():
    answer = how_early(taking(20, "2026-03-20"), taking(5, "2026-03-30"))
    assert str(answer.earliest) == "2026-04-06"
    assert how_early(taking(5, "2026-03-30")).earliest is None


def test_a_steroid_of_unknown_dose_is_told_as_unknown():
    answer = how_early(taking(None, "2026-03-30"))
    assert answer.earliest is None
    (told,) = [one for one in answer.open if one.about == "prednisone"]
    assert "not clear" in told.why and told.evidence


def test_a_planned_dose_is_told_apart():
    plan = {"assertion": "hypothetical", "temporality": "planned", "status": "planned"}
    answer = how_early(therapy("rituximab", "2026-04-10", **plan))
    assert answer.earliest is None
    assert [str(one.clear_from) for one in answer.plans] == ["2026-05-11"]


def test_silence_on_every_group_is_told():
    assert {one.about for one in how_early().open} >= {"cyclophosphamide", "antimalarial agents"}


def changes(old, new, meanings=False):
    told = [meanings_of(one) if meanings else None for one in (old, new)]
    return compare([assessment(*old)], [assessment(*new)], *told)


PLATELETS = lab("platelets", 88, "10*9/L", "2026-03-20")


def test_nothing_differs_between_a_run_and_itself():
    assert not changes([PLATELETS], [PLATELETS]).any


def test_a_flip_names_the_facts_gained_and_lost():
    (patient,) = changes([PLATELETS], []).patients
    flip = next(one for one in patient.flips if one.criterion == "INC-11")
    assert (flip.criterion, flip.old.outcome, flip.new.outcome) == ("INC-11", "pass", "unknown")
    assert [(one.change, one.text) for one in flip.facts] == [("lost", "platelets")]
    (patient,) = changes([], [PLATELETS]).patients
    flip = next(one for one in patient.flips if one.criterion == "INC-11")
    assert [one.change for one in flip.facts] == ["gained"]


def test_a_new_fact_id_at_the_same_place_is_no_change():
    again = PLATELETS.model_copy(update={"fact_id": "other"})
    assert not changes([PLATELETS], [again]).any


def test_the_same_words_read_otherwise_are_told_with_both_readings():
    low = lab("platelets", 8, "10*9/L", "2026-03-20")
    (patient,) = changes([PLATELETS], [low], meanings=True).patients
    (fact,) = patient.flips[0].facts
    assert fact.change == "reread"
    assert "value.number 88.0" in fact.old and "value.number 8.0" in fact.new


def test_a_fact_that_left_its_window_is_weighed_otherwise():
    changed = compare([assessment(PLATELETS)], [assessment(PLATELETS, screening="2026-05-01")])
    (patient,) = changed.patients
    assert patient.anchors is not None
    (fact,) = patient.flips[0].facts
    assert (fact.change, fact.new) == ("weighed", "aside (outside the window)")


def test_triage_protocols_and_patients_of_one_run_are_told():
    old, new = assessment(aged(30, "2026-03-20")), assessment(aged(60, "2026-03-20"))
    other = new.model_copy(update={"patient_id": "p02"})
    newer = new.model_copy(update={"protocol_version": "x"})
    changed = compare([old, other], [newer])
    assert (changed.only_old, changed.only_new) == (("p02",), ())
    (patient,) = changed.patients
    assert patient.triage == ("needs_information", "ineligible")
    assert patient.protocol is not None and patient.protocol[1].endswith(" x")
