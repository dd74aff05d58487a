"""What a protocol asks of the treatment so far: given, how, for how long, and with what answer."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abstraction.dates import add_months
from criteria_engine.expressions.therapy_time import days_of
from criteria_engine.expressions.timing import Span
from tests.criteria_engine.engine_facts import active_drug, diagnosis, fact, lab, never, therapy
from tests.criteria_engine.expression import answer, asked

CYCLOPHOSPHAMIDE = {
    "op": "exposure", "name": "cyclophosphamide", "drugs": ["cyclophosphamide"],
}  # fmt: skip
INTRAVENOUS = {**CYCLOPHOSPHAMIDE, "routes": ["intravenous"]}
HYDROXYCHLOROQUINE = {
    "op": "exposure", "name": "hydroxychloroquine", "drugs": ["hydroxychloroquine"],
    "also_denied_by": ["antimalarial"], "reasons": "judgement", "allergies": ["drug_allergy"],
    "instead": ["chloroquine", "antimalarial"],
}  # fmt: skip


def course(concept, start, stop, **more):
    return therapy(
        concept, start=start, stop=stop, status="stopped", note_date="2026-03-20", **more
    )


# --- given or not ---------------------------------------------------------------------------------


def test_a_course_or_a_single_dose_is_exposure_and_silence_is_no_answer():
    assert answer(CYCLOPHOSPHAMIDE, course("cyclophosphamide", "2024-01-01", "2024-03-01")) == (
        "true"
    )
    assert answer(CYCLOPHOSPHAMIDE, therapy("cyclophosphamide", "2024-01-01")) == "true"
    assert answer(CYCLOPHOSPHAMIDE) == "unknown/silent"


def test_never_given_is_no_exposure_by_the_drug_or_by_a_wider_class():
    assert answer(CYCLOPHOSPHAMIDE, never("cyclophosphamide")) == "false"
    assert answer(HYDROXYCHLOROQUINE, never("antimalarial")) == "false"


@pytest.mark.parametrize(
    "more",
    [
        {"assertion": "hypothetical", "status": "planned", "temporality": "planned"},
        {"assertion": "absent", "status": "declined"},
        {"assertion": "other_person", "experiencer": "family"},
        {"assertion": "absent"},
    ],
    ids=["planned", "declined", "a relative's", "not taken now"],
)
def test_what_is_no_exposure_and_no_denial_stays_aside(more):
    result = asked(CYCLOPHOSPHAMIDE, therapy("cyclophosphamide", "2026-03-20", **more))
    assert (result.truth.word, result.basis) == ("unknown", "silent")
    assert all(aside.why for aside in result.asides)
    assert result.asides


def test_given_and_never_given_is_a_conflict_with_both_sides():
    given_in_2024 = therapy("cyclophosphamide", "2024-01-01")
    result = asked(CYCLOPHOSPHAMIDE, given_in_2024, never("cyclophosphamide", "2025-01-01"))
    assert (result.truth.word, result.basis) == ("unknown", "conflicting")
    assert result.facts_for and result.facts_against


def test_never_given_before_the_first_dose_contradicts_nothing():
    assert answer(
        CYCLOPHOSPHAMIDE, never("cyclophosphamide", "2023-01-01"),
        therapy("cyclophosphamide", "2024-01-01"),
    ) == "true"  # fmt: skip


def test_a_denial_that_is_too_old_leaves_it_open():
    recent = {**CYCLOPHOSPHAMIDE, "denied_within": {"before": "screening", "months": 12}}
    assert answer(recent, never("cyclophosphamide", "2020-01-01")) == "unknown/screening_test"
    assert answer(recent, never("cyclophosphamide", "2026-01-01")) == "false"


def test_what_is_only_given_after_screening_is_shown_apart():
    result = asked(CYCLOPHOSPHAMIDE, therapy("cyclophosphamide", "2026-05-01"))
    assert (result.truth.word, result.asides[0].why) == ("unknown", "dated after 2026-04-01")


def test_a_dose_outside_the_window_does_not_answer_for_it():
    recent = {**CYCLOPHOSPHAMIDE, "within": {"before": "screening", "months": 6}}
    assert answer(recent, therapy("cyclophosphamide", "2026-01-10")) == "true"
    assert answer(recent, therapy("cyclophosphamide", "2024-01-10")) == "unknown/silent"
    assert answer(recent, therapy("cyclophosphamide", "2025-09-01..2025-11-30")) == (
        "unknown/judgement"
    )


# --- route, dose, length --------------------------------------------------------------------------


def test_a_route_must_be_told_and_another_one_is_not_it():
    def by(route):
        return answer(INTRAVENOUS, therapy("cyclophosphamide", "2024-01-01", route=route))

    assert by("intravenous") == "true"
    assert by("oral") == "false"
    assert by(None) == "unknown/judgement"


def test_one_course_without_a_route_beside_an_oral_one_leaves_it_open():
    oral = course("cyclophosphamide", "2020-01-01", "2020-03-01", route="oral")
    other = course("cyclophosphamide", "2023-01-01", "2023-03-01")
    assert answer(INTRAVENOUS, oral, other) == "unknown/judgement"


def test_a_daily_dose_must_be_told_high_enough_and_a_low_one_proves_nothing():
    above = {
        "op": "exposure", "name": "mycophenolate", "drugs": ["mycophenolate"],
        "mg_a_day_above": 1000,
    }  # fmt: skip

    def at(mg, **more):
        return answer(
            {**above, **more},
            therapy("mycophenolate", "2026-03-20", status="active", daily_dose_mg=mg),
        )

    assert at(2000) == "true"
    assert at(1000) == "unknown/judgement"
    assert at(None) == "unknown/judgement"
    assert at(None, dose_untold="accepted") == "true"
    assert at(1000, dose_untold="accepted") == "unknown/judgement"


def test_a_minimum_duration_of_the_drug_names_what_is_not_told():
    half_a_year = {**CYCLOPHOSPHAMIDE, "for_at_least": {"days": 90}}
    assert answer(half_a_year, course("cyclophosphamide", "2024-01-01", "2024-06-01")) == "true"
    assert answer(half_a_year, course("cyclophosphamide", "2024-01-01", "2024-01-31")) == "false"
    result = asked(half_a_year, active_drug("cyclophosphamide", "2026-03-20"))
    assert result.truth.word == "unknown"
    assert "the start of cyclophosphamide" in [gap.why for gap in result.missing]


# --- never given for a reason ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "reason",
    [
        therapy(
            "hydroxychloroquine", "2026-03-20", assertion="absent", status="never_given",
            stop_reason="intolerance", basis="note",
        ),
        therapy("hydroxychloroquine", "2026-03-20", assertion="absent", status="declined"),
        diagnosis("drug_allergy", words="hydroxychloroquine"),
        active_drug("chloroquine", "2026-03-20"),
    ],
    ids=["not tolerated", "declined", "allergy", "another instead"],
)  # fmt: skip
def test_never_given_for_a_reason_is_judged(reason):
    assert answer(HYDROXYCHLOROQUINE, never("hydroxychloroquine"), reason) == "unknown/judgement"


def test_an_allergy_to_something_else_is_no_reason():
    other = diagnosis("drug_allergy", words="sulfa")
    assert answer(HYDROXYCHLOROQUINE, never("hydroxychloroquine"), other) == "false"


# --- time on therapy ------------------------------------------------------------------------------

STEROID = {"name": "steroid", "drugs": ["prednisone"]}
ANTIMALARIAL = {"name": "hydroxychloroquine", "drugs": ["hydroxychloroquine"]}
HALF_A_YEAR = {
    "op": "time_on_therapy", "name": "half a year", "at_least": {"days": 183},
    "of": [STEROID, ANTIMALARIAL],
}  # fmt: skip


def test_days_on_several_therapies_are_those_on_all_of_them_at_once():
    steroid = course("prednisone", "2023-01-01", "2024-01-01")
    long = course("hydroxychloroquine", "2023-03-01", "2025-01-01")
    assert answer(HALF_A_YEAR, steroid, long) == "true"
    late = course("hydroxychloroquine", "2023-11-01", "2025-01-01")
    assert answer(HALF_A_YEAR, steroid, late) == "false"
    assert answer({**HALF_A_YEAR, "counted": "each"}, steroid, late) == "true"


def test_drugs_of_one_therapy_add_up_without_counting_a_day_twice():
    either = {**HALF_A_YEAR, "of": [{"name": "steroid", "drugs": ["prednisone", "prednisolone"]}]}
    first = course("prednisone", "2023-01-01", "2023-04-30")
    assert answer(either, first, course("prednisolone", "2023-05-01", "2023-09-30")) == "true"
    assert answer(either, first, course("prednisolone", "2023-01-01", "2023-04-30")) == "false"


def test_a_drug_of_which_nothing_is_told_leaves_a_short_time_open():
    either = {**HALF_A_YEAR, "of": [{"name": "steroid", "drugs": ["prednisone", "prednisolone"]}]}
    assert answer(either, course("prednisone", "2023-01-01", "2023-01-31")) == "unknown/judgement"
    assert answer(either) == "unknown/silent"


def test_infusions_are_no_days_and_no_proof_of_too_short_a_time():
    infused = {**HALF_A_YEAR, "of": [{"name": "rituximab", "drugs": ["rituximab"]}]}
    assert answer(infused, therapy("rituximab", "2025-01-01")) != "false"


def test_what_is_not_told_is_named():
    result = asked(
        HALF_A_YEAR,
        active_drug("prednisone", "2026-03-20"),
        course("hydroxychloroquine", "2023-01-01", "2026-03-20"),
    )
    assert (result.truth.word, [gap.why for gap in result.missing]) == (
        "unknown", ["the start of prednisone", "a note of screening that tells of prednisone"],
    )  # fmt: skip
    assert "not told: the start of prednisone" in result.reason


def test_too_short_because_it_was_not_tolerated_is_judged():
    asked_for = {**HALF_A_YEAR, "of": [ANTIMALARIAL], "tolerance_judged": ["hydroxychloroquine"]}
    short = course("hydroxychloroquine", "2023-01-01", "2023-02-01", stop_reason="intolerance")
    assert answer(asked_for, short) == "unknown/judgement"


FIRST = dt.date(2020, 1, 1)
DAYS = st.integers(0, 1500).map(lambda days: FIRST + dt.timedelta(days=days))
COURSES = st.lists(st.tuples(DAYS, DAYS).map(sorted), min_size=1, max_size=4)


@given(COURSES, st.integers(1, 900))
def test_time_is_the_number_of_days_that_a_course_covers(courses, needed):
    covered = {
        first + dt.timedelta(days=step)
        for first, last in courses
        for step in range((last - first).days + 1)
    }
    facts = [
        course(drug, str(first), str(last))
        for drug, (first, last) in zip(
            ("prednisone", "hydrocortisone", "deflazacort", "cortisone"), courses, strict=False
        )
    ]
    drugs = [fact.concept for fact in facts]
    question = {
        **HALF_A_YEAR, "of": [{"name": "steroid", "drugs": drugs}], "at_least": {"days": needed},
    }  # fmt: skip
    assert answer(question, *facts) == ("true" if len(covered) >= needed else "false")


@given(DAYS, st.integers(0, 400), st.integers(0, 60), st.integers(0, 60), st.integers(1, 500))
def test_vaguer_dates_never_reverse_what_exact_ones_decide(first, length, before, after, needed):
    last = first + dt.timedelta(days=length)
    question = {**HALF_A_YEAR, "of": [STEROID], "at_least": {"days": needed}}

    def vague(day):
        early, late = day - dt.timedelta(days=before), day + dt.timedelta(days=after)
        return f"{early}..{late}"

    exact = answer(question, course("prednisone", str(first), str(last)))
    assert answer(question, course("prednisone", vague(first), vague(last))) in (
        exact, "unknown/judgement",
    )  # fmt: skip


@given(st.integers(1, 36), DAYS)
def test_calendar_months_hold_every_length_they_can_have(months, start):
    length = (add_months(start, months) - start).days
    days = days_of(Span(months=months))
    assert days.low <= length <= days.high


# --- what came of it ------------------------------------------------------------------------------

REFRACTORY = {
    "op": "refractory", "name": "failure of treatment", "diagnoses": ["sle"],
    "therapies": ["mycophenolate"], "within": {"before": "screening", "months": 12},
    "shown_by": {
        "op": "measurement", "concept": "sledai_2k",
        "at_least": {"value": 8, "unit": "{score}"}, "within": "ever",
    },
}  # fmt: skip


def stated(response, date="2026-03-01", **more):
    return diagnosis("sle", date, response=response, **more)


def test_a_clinicians_statement_decides_and_silence_does_not():
    assert answer(REFRACTORY, stated("inadequate")) == "true"
    assert answer(REFRACTORY, diagnosis("sle")) == "unknown/silent"
    assert answer(REFRACTORY, stated("inadequate", assertion="possible")) == "unknown/silent"


def test_a_statement_of_no_day_speaks_of_the_day_of_its_note():
    assert answer(REFRACTORY, stated("inadequate", None, note_date="2026-03-01")) == "true"
    assert answer(REFRACTORY, stated("inadequate", None, note_date="2020-03-01")) == (
        "unknown/judgement"
    )


def test_partial_response_remission_and_relapse_after_it_are_judged():
    assert answer(REFRACTORY, stated("partial")) == "unknown/judgement"
    assert answer(REFRACTORY, stated("complete")) == "unknown/judgement"
    assert answer({**REFRACTORY, "remission": "fails"}, stated("complete")) == "false"
    relapse = asked(REFRACTORY, stated("complete", "2025-06-01"), stated("inadequate"))
    assert (relapse.truth.word, relapse.basis) == ("unknown", "judgement")
    assert relapse.facts_for and relapse.facts_against


def test_one_day_that_tells_both_is_a_conflict():
    both = stated("inadequate"), stated("complete", words="lupus")
    assert answer(REFRACTORY, *both) == "unknown/conflicting"


def test_a_failed_drug_or_present_activity_is_shown_and_left_to_a_person():
    failed = course("mycophenolate", "2024-01-01", "2025-01-01", stop_reason="inefficacy")
    active = lab("sledai_2k", 14, "{score}", "2026-03-01")
    result = asked(REFRACTORY, failed, active)
    assert (result.truth.word, result.basis) == ("unknown", "judgement")
    assert "stopped for lack of effect" in result.reason
    assert "14" in result.reason
    assert answer({**REFRACTORY, "without_statement": "holds"}, active) == "true"
    assert answer({**REFRACTORY, "without_statement": "holds"}, failed) == "unknown/judgement"


def test_a_disease_that_is_denied_is_not_refractory():
    assert answer(REFRACTORY, diagnosis("sle", assertion="absent")) == "false"


FAILED = {"op": "therapy_failed", "name": "mycophenolate", "drugs": ["mycophenolate"]}


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"stop_reason": "inefficacy"}, "true"),
        ({"response": "inadequate"}, "true"),
        ({"response": "partial"}, "unknown/judgement"),
        ({"response": "complete"}, "false"),
        ({"stop_reason": "intolerance"}, "unknown/judgement"),
    ],
    ids=["inefficacy", "inadequate", "partial", "complete", "intolerance"],
)
def test_a_therapy_failed_as_its_notes_tell(more, wanted):
    assert answer(FAILED, course("mycophenolate", "2024-01-01", "2025-01-01", **more)) == wanted


def test_a_therapy_never_given_has_not_failed():
    assert answer(FAILED, never("mycophenolate")) == "false"
    assert answer(FAILED) == "unknown/silent"


# --- what is presumed -----------------------------------------------------------------------------


def test_what_is_presumed_is_shown_so_and_gives_way_to_what_is_told():
    presumed = {
        "op": "presumed", "name": "consent",
        "of": {
            "op": "finding", "name": "consent", "statuses": ["informed_consent"], "within": "ever",
        },
    }  # fmt: skip
    result = asked(presumed)
    assert (result.truth.word, result.basis) == ("true", "presumed")
    assert asked(presumed, fact("status", "informed_consent", "2026-03-01")).basis == "documented"
    assert answer(
        presumed, fact("status", "informed_consent", "2026-03-01", assertion="absent")
    ) == ("false")


# --- how much -------------------------------------------------------------------------------------

TWO_INFUSIONS = {
    "op": "doses_given", "name": "rituximab", "drugs": ["rituximab"], "at_least": 2,
    "within": {"before": "screening", "months": 12},
}  # fmt: skip


def test_doses_are_counted_in_the_window_and_may_be_more_than_are_told():
    first, second = therapy("rituximab", "2025-09-01"), therapy("rituximab", "2025-09-15")
    assert answer(TWO_INFUSIONS, first, second) == "true"
    assert answer(TWO_INFUSIONS, first) == "unknown/judgement"
    assert answer(TWO_INFUSIONS, first, therapy("rituximab", "2020-09-15")) == "unknown/judgement"
    assert answer(TWO_INFUSIONS) == "unknown/silent"
    assert answer(TWO_INFUSIONS, never("rituximab")) == "false"
    assert answer(TWO_INFUSIONS, first, never("rituximab")) == "unknown/conflicting"


def test_one_infusion_told_twice_is_one():
    told = therapy("rituximab", "2025-09-01")
    again = therapy("rituximab", "2025-09-01", note_id="another")
    assert answer(TWO_INFUSIONS, told, again) == "unknown/judgement"


def amount(counted, **limit):
    return {
        "op": "amount", "name": "steroid", "drugs": ["prednisone", "methylprednisolone"],
        "of": "prednisone", "counted": counted, "within": {"before": "screening", "days": 29},
        **limit,
    }  # fmt: skip


def test_milligrams_add_up_over_the_window_in_those_of_the_reference_drug():
    daily = therapy(
        "prednisone", start="2026-01-01", status="active", daily_dose_mg=10, note_date="2026-04-01"
    )
    assert answer(amount("total", at_least_mg=300), daily) == "true"
    assert answer(amount("total", above_mg=300), daily) == "false"
    assert answer(amount("mean", at_most_mg=10), daily) == "true"
    pulse = therapy(
        "methylprednisolone", "2026-03-20", dose={"number": 500, "unit": "mg"},
        route="intravenous",
    )  # fmt: skip
    assert answer(amount("total", at_least_mg=925), daily, pulse) == "true"
    assert answer(amount("mean", at_most_mg=10), daily, pulse) == "false"


def test_days_of_which_no_dose_is_told_keep_the_amount_open_above():
    until = therapy(
        "prednisone", start="2026-01-01", status="active", daily_dose_mg=10, note_date="2026-03-20"
    )
    assert answer(amount("total", at_most_mg=300), until) == "unknown/judgement"
    assert answer(amount("total", at_least_mg=150), until) == "true"
    assert answer(amount("total", at_least_mg=150)) == "unknown/silent"
