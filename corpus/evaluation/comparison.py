"""Two runs on one gold: what the one does better, and whether that may be chance.

Both are scored on the same notes and the same patients, those that are fit in both.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from abstraction.notes import Frozen
from corpus.evaluation import attribute_level, criterion_level, mention_level, patient_level
from corpus.evaluation.figures import Counts
from corpus.evaluation.intervals import difference, interval
from corpus.evaluation.scoring import Scored

EXACT_BELOW = 25
"""Discordant pairs below which the exact binomial test is used."""


class Difference(Frozen):
    """This run's figure minus the other's, null where one of them is undefined.

    The interval draws whole patients, each with both runs, of those with a denominator in both.
    """

    this: float | None
    other: float | None
    difference: float | None
    low: float | None
    high: float | None


class McNemar(Frozen):
    """The same things judged twice: ``b`` right in this run alone, ``c`` in the other alone.

    Exact (statistic: the smaller of b and c) below 25 discordant pairs, else chi-squared with
    continuity correction.
    """

    both_right: int
    b: int
    c: int
    both_wrong: int
    exact: bool
    statistic: float
    p_value: float


class Comparison(Frozen):
    """Differences by the figure's name, and the three tests on what both runs were asked."""

    notes: int = Field(description="Notes that are scored in both runs.")
    differences: dict[str, Difference]
    mentions_found: McNemar
    attributes_right: McNemar
    verdicts_right: McNemar


def compare(this: Scored, other: Scored, notes: int, seed: int) -> Comparison:
    """This run against the other; both scored on the same ``notes`` notes."""
    ours, theirs = headline(this), headline(other)
    return Comparison(
        notes=notes,
        differences={name: _difference(ours[name], theirs[name], seed) for name in ours},
        mentions_found=_paired(_mentions_found(this), _mentions_found(other)),
        attributes_right=_paired(_attributes_right(this), _attributes_right(other)),
        verdicts_right=_paired(_verdicts_right(this), _verdicts_right(other)),
    )


def headline(scored: Scored) -> dict[str, Counts]:
    """The counts of every headline figure that is a ratio, by the name it has in the metrics."""
    counts: dict[str, Counts] = {}
    for mode, matches in scored.matches.items():
        mentions = mention_level.found(matches)
        counts[f"mention.{mode}.precision"] = mention_level.precision_counts(mentions)
        counts[f"mention.{mode}.recall"] = mention_level.recall_counts(mentions)
        counts[f"mention.{mode}.f1"] = mention_level.f1_counts(mentions)
    counts["attribute.accuracy"] = attribute_level.accuracy_counts(scored.judged)
    verdicts = scored.verdicts
    counts["criterion.accuracy"] = criterion_level.accuracy_counts(verdicts)
    counts["criterion.reversed"] = criterion_level.error_counts(verdicts, "verdict_reversed")
    counts["criterion.abstained"] = criterion_level.error_counts(verdicts, "verdict_abstained")
    counts["criterion.overcalled"] = criterion_level.error_counts(verdicts, "verdict_overcalled")
    counts["patient.triage_accuracy"] = patient_level.triage_counts(scored.triages)
    counts["patient.work_saved"] = patient_level.work_saved_counts(verdicts)
    return counts


def mcnemar_test(both_right: int, b: int, c: int, both_wrong: int) -> McNemar:
    """McNemar's test on the four cells."""
    # It loads pandas, which only a comparison shall wait for.
    from statsmodels.stats.contingency_tables import mcnemar

    exact = b + c < EXACT_BELOW
    result = mcnemar([[both_right, b], [c, both_wrong]], exact=exact, correction=True)
    return McNemar(
        both_right=both_right,
        b=b,
        c=c,
        both_wrong=both_wrong,
        exact=exact,
        statistic=float(result.statistic),
        p_value=float(result.pvalue),
    )


def _difference(ours: Counts, theirs: Counts, seed: int) -> Difference:
    this, other = _ratio(ours), _ratio(theirs)
    rows = [
        (*ours[patient], *theirs[patient])
        for patient in sorted(ours.keys() & theirs.keys())
        if ours[patient][1] and theirs[patient][1]
    ]
    low, high = interval(rows, difference, seed) or (None, None)
    apart = None if this is None or other is None else this - other
    return Difference(this=this, other=other, difference=apart, low=low, high=high)


def _ratio(counts: Counts) -> float | None:
    denominator = sum(row[1] for row in counts.values())
    return sum(row[0] for row in counts.values()) / denominator if denominator else None


def _paired(ours: Mapping[object, bool], theirs: Mapping[object, bool]) -> McNemar:
    """The test on the things that both were judged on."""
    seen = [(right, theirs[thing]) for thing, right in ours.items() if thing in theirs]
    return mcnemar_test(
        both_right=seen.count((True, True)),
        b=seen.count((True, False)),
        c=seen.count((False, True)),
        both_wrong=seen.count((False, False)),
    )


def _mentions_found(scored: Scored) -> dict[object, bool]:
    """Each gold mention, by the line it stands on, and whether it was found in overlap mode."""
    matches = scored.matches["overlap"]
    return {
        **{pair.gold.where: True for pair in matches.pairs},
        **{mention.where: False for mention in matches.missed},
    }


def _attributes_right(scored: Scored) -> dict[object, bool]:
    return {
        (one.pair.gold.where, one.judgement.attribute.name): one.judgement.right
        for one in scored.judged
    }


def _verdicts_right(scored: Scored) -> dict[object, bool]:
    return {(one.patient_id, one.criterion): one.right for one in scored.verdicts}
