"""Verdicts and triage: what is wrong, in which direction, and by whose fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus.evaluation import Evaluation, evaluate
from corpus.evaluation.scoring import Verdict
from criteria_engine.assessment import Outcome
from tests.evaluation.corpora import (
    gold_mention,
    gold_of,
    record,
    run_of,
    verdicts_of,
)

# p: INC-01 reversed, INC-02 abstained, INC-03 overcalled, INC-04 right and decided,
#    INC-05 not scored.      q: INC-01 right and decided, INC-02 right and left open.
GOLD = {
    "p": verdicts_of(
        {"INC-01": "pass", "INC-02": "fail", "INC-03": "unknown", "INC-04": "pass"}, "ineligible"
    ),
    "q": verdicts_of({"INC-01": "fail", "INC-02": "unknown"}, "ineligible"),
}
PREDICTED = {
    "p": verdicts_of(
        {
            "INC-01": "fail",
            "INC-02": "unknown",
            "INC-03": "pass",
            "INC-04": "pass",
            "INC-05": "pass",
        },
        "needs_information",
    ),
    "q": verdicts_of({"INC-01": "fail", "INC-02": "unknown"}, "ineligible"),
}


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(gold_of((), GOLD, patients=("p", "q")), run_of((), PREDICTED))


def test_directions_are_told_apart(evaluation: Evaluation) -> None:
    overall = evaluation.metrics.criterion.overall
    assert (overall.accuracy.numerator, overall.accuracy.denominator) == (3, 6)
    assert overall.reversed.numerator == 1
    assert overall.abstained.numerator == 1
    assert overall.overcalled.numerator == 1
    assert overall.confusion == {
        "pass": {"pass": 1, "fail": 1, "unknown": 0},
        "fail": {"pass": 0, "fail": 1, "unknown": 1},
        "unknown": {"pass": 1, "fail": 0, "unknown": 1},
    }
    # Chance: (2 * 2 + 2 * 2 + 2 * 2) / 36 = 1/3, so kappa = (1/2 - 1/3) / (1 - 1/3) = 1/4.
    assert overall.agreement.kappa == pytest.approx(1 / 4)


def test_a_criterion_that_the_gold_leaves_out_is_not_scored(evaluation: Evaluation) -> None:
    assert list(evaluation.metrics.criterion.by_criterion) == [
        "INC-01",
        "INC-02",
        "INC-03",
        "INC-04",
    ]


def test_triage_and_work(evaluation: Evaluation) -> None:
    patient = evaluation.metrics.patient
    assert patient.triage_accuracy.value == 1 / 2
    # Decided and right: INC-04 of p's four, INC-01 of q's two.
    assert patient.work_saved.value == 2 / 6
    spread = patient.work_saved_by_patient
    assert (spread.mean, spread.lowest, spread.highest) == ((1 / 4 + 1 / 2) / 2, 1 / 4, 1 / 2)
    assert spread.standard_deviation == pytest.approx(0.125 * 2**0.5)


def test_each_wrong_verdict_is_an_error(evaluation: Evaluation) -> None:
    assert [
        (error.level, error.cause, error.patient_id, error.about, error.expected, error.found)
        for error in evaluation.errors
    ] == [
        ("criterion", "verdict_abstained", "p", "INC-02", "fail", "unknown"),
        ("criterion", "verdict_overcalled", "p", "INC-03", "unknown", "pass"),
        ("criterion", "verdict_reversed", "p", "INC-01", "pass", "fail"),
        ("patient", "wrong_triage", "p", None, "ineligible", "needs_information"),
    ]


@pytest.mark.parametrize(
    ("on_gold_facts", "to_blame"), [("pass", "extraction"), ("unknown", "engine"), (None, None)]
)
def test_the_engine_is_to_blame_where_it_fails_on_gold_facts(
    on_gold_facts: Outcome | None, to_blame: str | None
) -> None:
    wrong = Verdict("p", "INC-01", gold="pass", predicted="fail", on_gold_facts=on_gold_facts)
    assert wrong.attribution == to_blame
    assert replace(wrong, predicted="pass").attribution is None


def test_the_engine_decides_on_the_gold_facts() -> None:
    age = record(
        "age", 0, 3, kind="demographic", value={"number": 34, "unit": "a"},
        date={"start": "2026-04-01", "end": "2026-04-01", "basis": "note"},
    )  # fmt: skip
    gold = gold_of([gold_mention(age, "g")], {"p": verdicts_of({"INC-01": "pass"})})
    missed = evaluate(gold, run_of((), {"p": verdicts_of({"INC-01": "unknown"})}))
    (error,) = [error for error in missed.errors if error.level == "criterion"]
    assert (error.cause, error.attribution) == ("verdict_abstained", "extraction")
    assert missed.metrics.criterion.engine_on_gold_facts.value == 1.0
    silent = gold_of((), {"p": verdicts_of({"INC-01": "pass"})})
    blamed = evaluate(silent, run_of((), {"p": verdicts_of({"INC-01": "unknown"})}))
    assert blamed.metrics.criterion.overall.faults.engine == 1


def test_nobody_is_blamed_where_the_gold_does_not_tell_all_facts() -> None:
    gold = gold_of((), {"p": verdicts_of({"INC-01": "pass"})})
    partial = replace(gold, patients=tuple(replace(one, scored=()) for one in gold.patients))
    found = evaluate(partial, run_of((), {"p": verdicts_of({"INC-01": "unknown"})}))
    assert found.metrics.criterion.overall.faults.unattributed == 1
    assert found.metrics.criterion.engine_on_gold_facts.value is None


def test_two_runs_are_compared_verdict_by_verdict() -> None:
    gold = gold_of((), GOLD, patients=("p", "q"))
    perfect = run_of((), GOLD)
    comparison = evaluate(gold, run_of((), PREDICTED), perfect).metrics.comparison
    assert comparison is not None
    accuracy = comparison.differences["criterion.accuracy"]
    assert (accuracy.this, accuracy.other, accuracy.difference) == (1 / 2, 1.0, -1 / 2)
    # The resamples are p twice (1/4 right), q twice (all right), or one of each.
    assert (accuracy.low, accuracy.high) == (-3 / 4, 0.0)
    test = comparison.verdicts_right
    assert (test.both_right, test.b, test.c, test.both_wrong) == (3, 0, 3, 0)
    # Three discordant, all one way: 2 / 2³.
    assert test.p_value == pytest.approx(2 / 8)


def test_the_comparison_leaves_out_what_one_run_does_not_have() -> None:
    gold = gold_of((), GOLD, patients=("p", "q"))
    of_q = run_of((), {"q": GOLD["q"]})
    comparison = evaluate(gold, run_of((), PREDICTED), of_q).metrics.comparison
    assert comparison is not None
    assert comparison.differences["criterion.accuracy"].difference == 0.0
    assert comparison.differences["patient.triage_accuracy"].this == 1.0
