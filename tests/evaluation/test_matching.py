"""Mentions are paired one to one, as well as can be, whatever their order."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.evaluation import Evaluation, Mention, evaluate
from corpus.evaluation.matching import Mode, match
from tests.evaluation.corpora import gold_mention, gold_of, predicted_mention, record, run_of

# A note with one mention after the other, nested, twice the same, and side by side.
#
#   gold                                   predicted
#   g1 sle              0..10  hard        p1 sle              0..10  absent
#   g2 sle             12..20              p2 sle              5..14
#   g3 sle             12..20              p3 sle             12..20
#   g4 lupus_nephritis 30..45  past        p4 lupus_nephritis 30..40  current
#   g5 sle             36..45  hard nested p5 lupus_nephritis 36..45
#   g6 arthritis       50..55              p6 arthritis       55..58  (touches g6, shares nothing)
#
# exact    g1-p1, g2-p3                         tp 2  fn 4 (g3 g4 g5 g6)  fp 4 (p2 p4 p5 p6)
# overlap  g1-p1, g2-p3, g3-p2 (12..14),
#          g4-p4 (10 of 15 characters, where
#          p5 has 9 of 15)                      tp 4  fn 2 (g5 g6)        fp 2 (p5 p6)
# type     those, and g5-p5                     tp 5  fn 1 (g6)           fp 1 (p6)
GOLD = [
    gold_mention(record("sle", 0, 10), "g1", ("hard",)),
    gold_mention(record("sle", 12, 20), "g2"),
    gold_mention(record("sle", 12, 20), "g3"),
    gold_mention(record("lupus_nephritis", 30, 45, temporality="past"), "g4"),
    gold_mention(record("sle", 36, 45), "g5", ("hard", "nested")),
    gold_mention(record("arthritis", 50, 55), "g6"),
]
PREDICTED = [
    predicted_mention(record("sle", 0, 10, assertion="absent"), "p1"),
    predicted_mention(record("sle", 5, 14), "p2"),
    predicted_mention(record("sle", 12, 20), "p3"),
    predicted_mention(record("lupus_nephritis", 30, 40), "p4"),
    predicted_mention(record("lupus_nephritis", 36, 45), "p5"),
    predicted_mention(record("arthritis", 55, 58), "p6"),
]


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(gold_of(GOLD), run_of(PREDICTED))


@pytest.mark.parametrize(
    ("mode", "tp", "fp", "fn", "ratio"),
    [("exact", 2, 4, 4, 2 / 6), ("overlap", 4, 2, 2, 4 / 6), ("type", 5, 1, 1, 5 / 6)],
)
def test_the_counts_of_each_mode(
    evaluation: Evaluation, mode: Mode, tp: int, fp: int, fn: int, ratio: float
) -> None:
    micro = getattr(evaluation.metrics.mention, mode).micro
    assert (micro.tp, micro.fp, micro.fn) == (tp, fp, fn)
    # As many predictions as gold mentions, so precision, recall and F1 are one number.
    assert micro.precision.value == micro.recall.value == ratio
    assert micro.f1.value == (2 * tp) / (2 * tp + fp + fn)


def test_each_concept_and_their_mean(evaluation: Evaluation) -> None:
    overlap = evaluation.metrics.mention.overlap
    figures = {
        concept: (one.tp, one.fp, one.fn, one.precision.value, one.recall.value, one.f1.value)
        for concept, one in overlap.by_concept.items()
    }
    assert figures == {
        "diagnosis/arthritis": (0, 1, 1, 0.0, 0.0, 0.0),
        "diagnosis/lupus_nephritis": (1, 1, 0, 1 / 2, 1.0, 2 / 3),
        "diagnosis/sle": (3, 0, 1, 1.0, 3 / 4, 6 / 7),
    }
    assert overlap.macro.precision.value == pytest.approx((0 + 1 / 2 + 1) / 3)
    assert overlap.macro.recall.value == pytest.approx((0 + 1 + 3 / 4) / 3)
    assert overlap.macro.f1.value == pytest.approx((0 + 2 / 3 + 6 / 7) / 3)
    assert overlap.by_kind == {"diagnosis": overlap.micro}


def test_recall_by_tag(evaluation: Evaluation) -> None:
    recall = {
        mode: {tag: (one.numerator, one.denominator) for tag, one in scores.recall_by_tag.items()}
        for mode, scores in evaluation.metrics.mention
    }
    assert recall == {
        "exact": {"hard": (1, 2), "nested": (0, 1)},
        "overlap": {"hard": (1, 2), "nested": (0, 1)},
        "type": {"hard": (2, 2), "nested": (1, 1)},
    }


def test_attributes_of_the_pairs(evaluation: Evaluation) -> None:
    # Scored: the assertion of four pairs, of which p1's is wrong; the temporality of g4, wrong.
    attribute = evaluation.metrics.attribute
    assert (attribute.micro.numerator, attribute.micro.denominator) == (3, 5)
    assert attribute.macro.value == (3 / 4 + 0 / 1) / 2
    assertion = attribute.by_attribute["assertion"].category
    assert assertion is not None
    assert assertion.confusion == {
        "absent": {"absent": 0, "present": 0},
        "present": {"absent": 1, "present": 3},
    }
    present, absent = assertion.classes["present"], assertion.classes["absent"]
    assert (present.precision, present.recall, present.f1) == (1.0, 3 / 4, 6 / 7)
    assert (absent.precision, absent.recall, absent.f1) == (0.0, None, 0.0)


def test_every_error_has_its_cause(evaluation: Evaluation) -> None:
    told = sorted(
        (
            error.cause,
            error.gold.where if error.gold else "",
            error.predicted.where if error.predicted else "",
        )
        for error in evaluation.errors
    )
    assert told == [
        ("extra", "", "p6"),
        ("missed", "g6", ""),
        ("wrong_assertion", "g1", "p1"),
        ("wrong_boundary", "g3", "p2"),
        ("wrong_boundary", "g4", "p4"),
        ("wrong_concept", "g5", "p5"),
        ("wrong_temporality", "g4", "p4"),
    ]
    assert evaluation.metrics.errors == {
        "extra": 1,
        "missed": 1,
        "wrong_assertion": 1,
        "wrong_boundary": 2,
        "wrong_concept": 1,
        "wrong_temporality": 1,
    }


def test_spans_that_only_touch_do_not_overlap() -> None:
    gold = [gold_mention(record("sle", 0, 5), "g")]
    for start, pairs in ((4, 1), (5, 0)):
        predicted = [predicted_mention(record("sle", start, 9))]
        assert len(match(gold, predicted, "overlap").pairs) == pairs
        assert len(match(gold, predicted, "type").pairs) == pairs


def test_one_more_pair_beats_a_closer_one() -> None:
    # p1 fits g1 to the letter, but then g2 would go without a partner.
    gold = [gold_mention(record("sle", 0, 10), "g1"), gold_mention(record("sle", 9, 12), "g2")]
    predicted = [
        predicted_mention(record("sle", 0, 10), "p1"),
        predicted_mention(record("sle", 0, 3), "p2"),
    ]
    pairs = match(gold, predicted, "overlap").pairs
    assert {(pair.gold.where, pair.predicted.where) for pair in pairs} == {
        ("g1", "p2"),
        ("g2", "p1"),
    }


def test_of_equal_spans_the_one_that_agrees_is_taken() -> None:
    gold = [
        gold_mention(record("sle", 0, 3, temporality="past"), "g1"),
        gold_mention(record("sle", 0, 3, temporality="planned"), "g2"),
    ]
    predicted = [
        predicted_mention(record("sle", 0, 3, temporality="planned"), "p1"),
        predicted_mention(record("sle", 0, 3, temporality="past"), "p2"),
    ]
    pairs = match(gold, predicted, "exact").pairs
    assert {(pair.gold.where, pair.predicted.where) for pair in pairs} == {
        ("g1", "p2"),
        ("g2", "p1"),
    }


def test_nothing_predicted_has_no_precision() -> None:
    micro = evaluate(gold_of(GOLD), run_of()).metrics.mention.overlap.micro
    assert (micro.precision.value, micro.recall.value, micro.f1.value) == (None, 0.0, 0.0)


def test_nothing_to_find_has_no_recall() -> None:
    micro = evaluate(gold_of(), run_of(PREDICTED)).metrics.mention.overlap.micro
    assert (micro.precision.value, micro.recall.value, micro.f1.value) == (0.0, None, 0.0)


records = st.builds(
    lambda concept, start, length, patient, temporality: record(
        concept, start, start + length, patient=patient, temporality=temporality
    ),
    st.sampled_from(["sle", "lupus_nephritis"]),
    st.integers(0, 12),
    st.integers(1, 6),
    st.sampled_from(["p", "q"]),
    st.sampled_from(["current", "past"]),
)


def numbered(data: list[dict[str, Any]], of_gold: bool) -> list[Mention]:
    return [
        gold_mention(one, f"g{place}", ("odd",) * (place % 2))
        if of_gold
        else predicted_mention(one, f"p{place}")
        for place, one in enumerate(data)
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(records, max_size=8), st.lists(records, max_size=8), st.randoms())
def test_the_order_of_gold_and_predictions_plays_no_part(
    gold: list[dict[str, Any]], predicted: list[dict[str, Any]], shuffle: random.Random
) -> None:
    golds, predictions = numbered(gold, True), numbered(predicted, False)
    straight = evaluate(gold_of(golds, patients=("p", "q")), run_of(predictions))
    shuffle.shuffle(golds)
    shuffle.shuffle(predictions)
    shuffled = evaluate(gold_of(golds, patients=("p", "q")), run_of(predictions))
    assert shuffled.metrics == straight.metrics


@settings(max_examples=100, deadline=None)
@given(st.lists(records, max_size=8), st.lists(records, max_size=8))
def test_no_mention_is_used_twice_and_none_is_lost(
    gold: list[dict[str, Any]], predicted: list[dict[str, Any]]
) -> None:
    golds, predictions = numbered(gold, True), numbered(predicted, False)
    found: dict[str, int] = {}
    for mode in ("exact", "overlap", "type"):
        matches = match(golds, predictions, mode)
        found[mode] = len(matches.pairs)
        assert sorted(
            [p.gold.where for p in matches.pairs] + [m.where for m in matches.missed]
        ) == (sorted(m.where for m in golds))
        assert sorted(
            [p.predicted.where for p in matches.pairs] + [m.where for m in matches.extra]
        ) == sorted(m.where for m in predictions)
    assert found["exact"] <= found["overlap"] <= found["type"]
