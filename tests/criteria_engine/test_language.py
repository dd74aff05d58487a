"""Single expressions of the protocol language, held to invented facts."""

import datetime as dt

import pytest
from engine_facts import (
    PATIENT,
    biopsy,
    denied,
    diagnosis,
    fact,
    interval,
    lab,
    never,
    result,
    therapy,
)
from pydantic import TypeAdapter, ValidationError

from abstraction.chart import chart_of
from criteria_engine import Anchors, assess, load_protocol
from criteria_engine.expressions import Case, Expression
from criteria_engine.expressions.events import Event
from criteria_engine.limits_of import limits_of

EXPRESSION = TypeAdapter(Expression)
SCREENING = dt.date(2026, 4, 1)
RECENT = "2026-03-20"


def asked(expression, *facts, events=None, **anchors):
    days = {name: dt.date.fromisoformat(day) for name, day in anchors.items()}
    case = Case(
        chart_of(PATIENT, facts),
        Anchors(screening=SCREENING, **days),
        {name: Event.model_validate(event) for name, event in (events or {}).items()},
    )
    return EXPRESSION.validate_python(expression).evaluate(case)


def truth(expression, *facts, **more):
    answer = asked(expression, *facts, **more)
    assert answer.evidence() or not answer.truth.known or answer.basis == "presumed"
    return answer.truth.word


def platelets(number, day=RECENT):
    return lab("platelets", number, "10*9/L", day)


def of_platelets(**more):
    limit = {"at_least": {"value": 50, "unit": "10*9/L"}, "within": {"days": 30}}
    return {"op": "measurement", "concept": "platelets", **limit, **more}


HOLDS = {"op": "result", "concept": "anti_sm", "within": "ever"}
OTHER = {"op": "result", "concept": "anti_dsdna", "within": "ever"}
CONDITION = {"op": "result", "concept": "ana", "within": "ever"}
WORDS = {"true": "positive", "false": "negative"}


def told(**truths):
    concepts = {"condition": "ana", "then": "anti_sm", "other": "anti_dsdna"}
    return [
        result(concepts[name], WORDS[word], "2025-01-01")
        for name, word in truths.items()
        if word in WORDS
    ]


@pytest.mark.parametrize(
    ("condition", "then", "other", "expected"),
    [
        ("true", "true", "false", "true"),
        ("true", "false", "true", "false"),
        ("true", "unknown", "true", "unknown"),
        ("false", "true", "false", "false"),
        ("false", "false", "true", "true"),
        ("false", "true", "unknown", "unknown"),
        ("unknown", "true", "true", "true"),
        ("unknown", "false", "false", "false"),
        ("unknown", "true", "false", "unknown"),
        ("unknown", "unknown", "true", "unknown"),
        ("unknown", "unknown", "unknown", "unknown"),
    ],
)
def test_a_condition_picks_its_branch(condition, then, other, expected):
    expression = {"op": "conditional", "if": CONDITION, "then": HOLDS, "else": OTHER}
    facts = told(condition=condition, then=then, other=other)
    assert truth(expression, *facts) == expected


@pytest.mark.parametrize(
    ("condition", "then", "expected"),
    [
        ("true", "false", "false"),
        ("true", "true", "true"),
        ("false", "false", "true"),
        ("false", "unknown", "true"),
        ("unknown", "true", "true"),
        ("unknown", "false", "unknown"),
    ],
)
def test_without_else_nothing_more_is_asked(condition, then, expected):
    expression = {"op": "conditional", "if": CONDITION, "then": HOLDS}
    assert truth(expression, *told(condition=condition, then=then)) == expected


@pytest.mark.parametrize(
    ("required", "waived", "expected", "strict"),
    [
        ("true", "false", "true", "true"),
        ("false", "true", "true", "true"),
        ("unknown", "true", "true", "true"),
        ("false", "false", "false", "false"),
        ("false", "unknown", "unknown", "false"),
        ("unknown", "unknown", "unknown", "unknown"),
    ],
)
def test_a_waiver_makes_a_requirement_needless(required, waived, expected, strict):
    expression = {"op": "unless", "of": HOLDS, "waived_by": OTHER}
    facts = told(then=required, other=waived)
    assert truth(expression, *facts) == expected
    assert truth({**expression, "if_silent": "not_waived"}, *facts) == strict


@pytest.mark.parametrize(
    ("numbers", "answers"),
    [
        # 10, 20 and 25 March; the window takes all of them
        ((40, 60, 60), {"latest": "true", "earliest": "false", "any": "true", "all": "false"}),
        ((60, 60, 40), {"latest": "false", "earliest": "true", "any": "true", "all": "false"}),
        ((60, 60, 60), {"latest": "true", "earliest": "true", "any": "true", "all": "true"}),
        ((40, 40, 40), {"latest": "false", "earliest": "false", "any": "false", "all": "false"}),
    ],
)
def test_which_of_a_series_is_asked(numbers, answers):
    days = ("2026-03-10", "2026-03-20", "2026-03-25")
    facts = [platelets(number, day) for number, day in zip(numbers, days, strict=True)]
    assert {how: truth(of_platelets(select=how), *facts) for how in answers} == answers


def test_every_value_asks_those_that_may_lie_in_the_window_too():
    unsure = platelets(40, "2026-02-15..2026-03-15")
    assert truth(of_platelets(select="all"), platelets(60)) == "true"
    assert truth(of_platelets(select="all"), platelets(60), unsure) == "unknown"


@pytest.mark.parametrize(
    ("within", "day", "expected"),
    [
        ({"weeks": 4}, "2026-03-04", "true"),
        ({"weeks": 4}, "2026-03-03", "unknown"),
        ({"years": 1}, "2025-04-01", "true"),
        ({"years": 1}, "2025-03-31", "unknown"),
        ({"before": "consent", "days": 10}, "2026-02-20", "true"),
        ({"before": "consent", "days": 10}, "2026-03-02", "unknown"),
        ({"after": "consent"}, "2026-03-01", "true"),
        ({"after": "consent"}, "2026-02-28", "unknown"),
        ({"after": "consent", "days": 5}, "2026-03-06", "true"),
        ({"after": "consent", "days": 5}, "2026-03-07", "unknown"),
        ({"earlier_than": "screening", "months": 6}, "2025-10-01", "true"),
        ({"earlier_than": "screening", "months": 6}, "2025-10-02", "unknown"),
    ],
)
def test_windows_from_an_anchor(within, day, expected):
    asks = of_platelets(within=within, select="any")
    assert truth(asks, platelets(60, day), consent="2026-03-01") == expected


def test_an_undated_fact_is_not_known_to_be_long_ago():
    undated = fact("diagnosis", "malignancy", None, note_date=None, note_id="undated")
    finding = {"op": "finding", "name": "malignancy", "diagnoses": ["malignancy"]}
    assert truth({**finding, "within": "ever"}, undated) == "true"
    long_ago = {"earlier_than": "screening", "years": 5}
    assert truth({**finding, "within": long_ago}, undated) == "unknown"


@pytest.mark.parametrize("anchor", ["consent", "first_dose", "start_of_induction"])
def test_a_window_without_its_day_is_open_and_names_it(anchor):
    for asks in (
        of_platelets(within={"before": anchor, "days": 10}),
        {"op": "biopsy_class", "one_of": ["IV"], "within": {"before": anchor, "months": 6}},
        {"op": "count", "name": "fever", "times": 2, "diagnoses": ["fever"],
         "within": {"after": anchor}},
        {"op": "dose_range", "name": "steroid", "drugs": ["prednisone"], "of": "prednisone",
         "at_most_mg": 10, "within": {"before": anchor, "days": 10}},
    ):  # fmt: skip
        answer = asked(asks, platelets(60), biopsy(["IV"], RECENT))
        assert (answer.truth.word, answer.basis) == ("unknown", "anchor")
        assert [gap.concept for gap in answer.missing] == [anchor]


BIOPSY = {"name": "kidney biopsy", "biopsy_classes": ["III", "IV"]}
REPEATED = biopsy(["IV"], RECENT, basis="note")
SINCE_BIOPSY = of_platelets(within={"since": BIOPSY}, select="any")


@pytest.mark.parametrize(
    ("biopsies", "day", "expected"),
    [
        ([biopsy(["IV"], "2026-01-10")], "2026-01-10", "true"),
        ([biopsy(["IV"], "2026-01-10")], "2026-01-09", "unknown"),
        ([biopsy(["IV"], "2026-01-01..2026-01-31")], "2026-01-31", "true"),
        ([biopsy(["IV"], "2026-01-01..2026-01-31")], "2026-01-15", "unknown"),
        ([biopsy(["IV"], "2020-01-10"), biopsy(["V"], "2026-01-10")], "2021-01-01", "true"),
        ([biopsy(["IV"], "2020-01-10"), biopsy(["III"], "2026-01-10")], "2021-01-01", "unknown"),
        ([biopsy(["IV"], "2020-01-10"), REPEATED], "2021-01-01", "true"),
        ([], "2026-03-01", "unknown"),
    ],
)  # fmt: skip
def test_since_an_event_of_the_chart(biopsies, day, expected):
    assert truth(SINCE_BIOPSY, *biopsies, platelets(60, day)) == expected


def test_since_an_event_that_no_note_tells_of_names_it():
    answer = asked(SINCE_BIOPSY, platelets(60))
    assert answer.basis == "anchor"
    assert answer.missing[0].concept == "kidney_biopsy"


@pytest.mark.parametrize(
    ("which", "day", "expected"),
    [("latest", "2026-02-01", "true"), ("latest", "2025-06-01", "unknown"),
     ("first", "2025-06-01", "true"), ("first", "2025-04-30", "unknown")],
)  # fmt: skip
def test_since_the_first_or_the_latest_dose(which, day, expected):
    event = {"name": "rituximab", "therapies": ["rituximab"], "which": which}
    asks = of_platelets(within={"since": event}, select="any")
    doses = [therapy("rituximab", one) for one in ("2025-05-01", "2026-01-15")]
    assert truth(asks, *doses, platelets(60, day)) == expected


def test_an_anchor_may_be_dated_by_the_chart():
    after = {"after": "qualifying_biopsy", "months": 1}
    asks = of_platelets(within=after, select="any")
    events = {"qualifying_biopsy": BIOPSY}
    whole_month = biopsy(["IV"], "2026-01-01..2026-01-31")
    # Certain on the one day that lies in the window whatever day the biopsy was on.
    days = ("2025-12-31", "2026-01-20", "2026-01-31", "2026-02-01", "2026-02-20", "2026-03-01")
    assert [truth(asks, whole_month, platelets(60, day), events=events) for day in days] == [
        "unknown", "unknown", "true", "true", "unknown", "unknown",
    ]  # fmt: skip
    given = truth(asks, platelets(60, "2026-03-01"), events=events, qualifying_biopsy="2026-02-20")
    assert given == "true"


def test_a_protocol_says_how_the_chart_dates_an_anchor(tmp_path):
    (tmp_path / "text.txt").write_text("No rituximab in the 3 months before the biopsy.")
    path = tmp_path / "trial.yaml"
    path.write_text("""\
id: TRIAL
title: A trial
source: invented
registered_text: text.txt
anchors:
  qualifying_biopsy: {name: kidney biopsy, biopsy_classes: [III, IV]}
criteria:
  - id: EXC-01
    kind: exclusion
    title: Rituximab
    registered: ['No rituximab in the 3 months before the biopsy.']
    if_silent: unknown
    decide_by: chart
    expression:
      op: washout
      within: {before: qualifying_biopsy, months: 3}
      groups: [{name: rituximab, drugs: [rituximab]}]
""")
    protocol = load_protocol(path)
    facts = [biopsy(["IV"], "2026-01-10"), therapy("rituximab", "2025-11-01", note_date=RECENT)]
    one = assess(chart_of(PATIENT, facts), protocol, Anchors(screening=SCREENING))
    assert one.criteria[0].outcome == "fail"
    assert one.anchors.qualifying_biopsy is None  # what is given is what is reported
    one = assess(chart_of(PATIENT, facts[1:]), protocol, Anchors(screening=SCREENING))
    assert (one.criteria[0].outcome, one.criteria[0].basis) == ("unknown", "anchor")


def test_an_assessment_bears_only_the_anchors_that_are_given():
    only = Anchors(screening=SCREENING).model_dump(mode="json")
    assert only == {"screening": "2026-04-01", "leukapheresis": None}
    more = Anchors(screening=SCREENING, first_dose=dt.date(2026, 5, 1))
    assert Anchors.model_validate_json(more.model_dump_json()) == more
    assert more.model_dump(mode="json")["first_dose"] == "2026-05-01"


SKIN = {"name": "skin cancer", "diagnoses": ["non_melanoma_skin_cancer"], "may_be": ["malignancy"]}
OLD = {"name": "cured cancer", "diagnoses": ["malignancy"], "longer_ago_than": {"years": 5}}


@pytest.mark.parametrize(
    ("exempt", "facts", "expected"),
    [
        ([SKIN], [diagnosis("non_melanoma_skin_cancer")], "unknown"),
        ([SKIN], [diagnosis("non_melanoma_skin_cancer"), denied("malignancy", "2026-03-28")],
         "false"),
        ([SKIN], [diagnosis("malignancy")], "unknown"),
        ([OLD], [diagnosis("malignancy", "2021-04-01")], "true"),
        ([OLD], [diagnosis("malignancy", "2021-03-31")], "unknown"),
        ([OLD], [diagnosis("malignancy", "2021-01-01..2021-12-31")], "unknown"),
        ([], [diagnosis("non_melanoma_skin_cancer")], "unknown"),
    ],
)  # fmt: skip
def test_exemptions_by_kind_and_age(exempt, facts, expected):
    finding = {"op": "finding", "name": "malignancy", "within": "ever", "exempt": exempt}
    assert truth({**finding, "diagnoses": ["malignancy"]}, *facts) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["2026-01-10", "2026-02-10"], "true"),
        (["2026-01-10", "2026-01-10"], "unknown"),
        (["2026-01-01..2026-01-31", "2026-01-20"], "unknown"),
        (["2026-01-01..2026-01-31", "2026-02-10"], "true"),
        (["2025-01-10", "2026-02-10"], "unknown"),
        ([], "unknown"),
    ],
)
def test_a_count_takes_events_on_days_of_their_own(days, expected):
    count = {"op": "count", "name": "fever", "times": 2, "diagnoses": ["fever"]}
    facts = [diagnosis("fever", day) for day in days]
    assert truth({**count, "within": {"months": 6}}, *facts) == expected


def test_a_count_of_values_that_reach_a_limit():
    count = {
        "op": "count", "name": "proteinuria", "times": 2, "measurements": ["upcr"],
        "reaching": {"at_least": {"value": 0.5, "unit": "mg/mg"}}, "within": {"months": 6},
    }  # fmt: skip
    high = [lab("upcr", 0.8, "mg/mg", day) for day in ("2026-01-10", "2026-02-10")]
    assert truth(count, *high) == "true"
    assert truth(count, high[0], lab("upcr", 0.4, "mg/mg", "2026-02-10")) == "unknown"


def test_mentions_in_notes_are_no_separate_events_and_a_denial_settles():
    count = {"op": "count", "name": "fever", "times": 2, "diagnoses": ["fever"],
             "within": {"months": 6}}  # fmt: skip
    carried = [diagnosis("fever", day, basis="note") for day in ("2026-01-10", "2026-02-10")]
    assert truth(count, *carried) == "unknown"
    assert truth(count, denied("fever")) == "false"


def steroid(**bounds):
    return {"op": "dose_range", "name": "steroid", "drugs": ["set:glucocorticoids"],
            "of": "prednisone", "within": {"weeks": 2}, **bounds}  # fmt: skip


def test_a_stopped_steroid_is_no_dose():
    stopped = therapy(
        "prednisone", None, status="stopped", stop="2026-03-20", note_date="2026-03-25"
    )
    assert truth(steroid(at_least_mg=7.5), stopped) == "false"
    assert truth(steroid(at_most_mg=30), stopped) == "true"
    assert truth(steroid(at_most_mg=30), never("glucocorticoid")) == "true"


def test_a_newest_mention_without_a_dose_keeps_it_open():
    dose = {"number": 20, "unit": "mg"}
    known = therapy("prednisone", RECENT, status="active", basis="note", dose=dose,
                    frequency=1, daily_dose_mg=20)  # fmt: skip
    mute = therapy("prednisone", "2026-03-30", status="active", basis="note")
    assert truth(steroid(at_most_mg=30), known) == "true"
    assert truth(steroid(at_most_mg=30), known, mute) == "unknown"


def test_onset_counts_for_a_history_and_a_mention_only_bounds_it():
    known = {"op": "known_since", "name": "SLE", "diagnoses": ["sle"], "at_least": {"years": 1}}
    assert truth(known, diagnosis("sle", RECENT, onset=interval("2020-01-01"))) == "true"
    assert truth(known, diagnosis("sle", "2026-01-10")) == "unknown"


@pytest.mark.parametrize(
    "broken",
    [
        of_platelets(within={"weeks": 2, "days": 3}),
        of_platelets(within={"years": 1, "months": 3}),
        of_platelets(within={"before": "breakfast", "days": 3}),
        of_platelets(within={"since": {"name": "nothing"}}),
        of_platelets(select="median"),
        {"op": "age"},
        {"op": "conditional", "then": HOLDS},
        steroid(),
        {"op": "count", "name": "nothing", "times": 1, "within": "ever"},
    ],
)
def test_what_cannot_be_asked_is_refused(broken):
    with pytest.raises(ValidationError):
        EXPRESSION.validate_python(broken)


def test_a_condition_sets_no_limit_and_its_branches_do():
    limits = limits_of(load_protocol("NCT05781750"))
    assert [str(limit) for limit in limits if limit.concept == "upcr"] == [
        "INC-06 ≥ 1 mg/mg",
        "INC-06 ≥ 2 mg/mg",
    ]
