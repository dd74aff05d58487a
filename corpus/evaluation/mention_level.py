"""Level 1: were the mentions found, and was anything found that is none?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from abstraction.notes import Frozen
from corpus.evaluation.figures import Counts, Figure, Mean, figure, mean_figure
from corpus.evaluation.matching import Matches, Mode
from corpus.evaluation.records import Mention

Result = Literal["tp", "fp", "fn"]


class MentionScores(Frozen):
    """True positives, false positives, false negatives, and the ratios made of them.

    F1 is ``2 tp / (2 tp + fp + fn)``, and its numerator and denominator are those of this form.
    """

    tp: int
    fp: int
    fn: int
    precision: Figure
    recall: Figure
    f1: Figure


class MacroScores(Frozen):
    """Means over the concepts, each concept as heavy as any other."""

    precision: Mean
    recall: Mean
    f1: Mean


class ModeScores(Frozen):
    """One way of matching.  Concepts are written ``kind/concept``."""

    micro: MentionScores
    macro: MacroScores
    by_kind: dict[str, MentionScores]
    by_concept: dict[str, MentionScores]
    recall_by_tag: dict[str, Figure]


class MentionLevel(Frozen):
    """The three ways of matching, from the strictest to the most lenient."""

    exact: ModeScores
    overlap: ModeScores
    type: ModeScores


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one mention: a gold one found or not, or a prediction that answers none."""

    mention: Mention
    result: Result


def mention_level(matches: Mapping[Mode, Matches], seed: int) -> MentionLevel:
    """The figures of all three modes."""
    return MentionLevel(
        exact=_mode(found(matches["exact"]), seed),
        overlap=_mode(found(matches["overlap"]), seed),
        type=_mode(found(matches["type"]), seed),
    )


def found(matches: Matches) -> list[Found]:
    """Each gold mention once, and each prediction without a partner; a pair counts for its gold."""
    return [
        *(Found(pair.gold, "tp") for pair in matches.pairs),
        *(Found(one, "fn") for one in matches.missed),
        *(Found(one, "fp") for one in matches.extra),
    ]


def precision_counts(mentions: Iterable[Found]) -> Counts:
    """Right predictions of all predictions, by patient."""
    return _counts(mentions, lambda n: (n["tp"], n["tp"] + n["fp"]))


def recall_counts(mentions: Iterable[Found]) -> Counts:
    """Found gold mentions of all gold mentions, by patient."""
    return _counts(mentions, lambda n: (n["tp"], n["tp"] + n["fn"]))


def f1_counts(mentions: Iterable[Found]) -> Counts:
    """Twice the true positives of that plus all errors, by patient."""
    return _counts(mentions, lambda n: (2 * n["tp"], 2 * n["tp"] + n["fp"] + n["fn"]))


def concept_name(mention: Mention) -> str:
    """The concept with its kind."""
    return f"{mention.fact.kind}/{mention.fact.concept}"


def _mode(mentions: list[Found], seed: int) -> ModeScores:
    by_concept = _grouped(mentions, lambda mention: (concept_name(mention),))
    by_kind = _grouped(mentions, lambda mention: (mention.fact.kind,))
    by_tag = _grouped((one for one in mentions if one.result != "fp"), lambda mention: mention.tags)
    return ModeScores(
        micro=_scores(mentions, seed),
        macro=MacroScores(
            precision=_macro(by_concept, precision_counts, seed),
            recall=_macro(by_concept, recall_counts, seed),
            f1=_macro(by_concept, f1_counts, seed),
        ),
        by_kind={kind: _scores(own, seed) for kind, own in by_kind.items()},
        by_concept={concept: _scores(own, seed) for concept, own in by_concept.items()},
        recall_by_tag={tag: figure(recall_counts(own), seed) for tag, own in by_tag.items()},
    )


def _scores(mentions: list[Found], seed: int) -> MentionScores:
    results = [one.result for one in mentions]
    return MentionScores(
        tp=results.count("tp"),
        fp=results.count("fp"),
        fn=results.count("fn"),
        precision=figure(precision_counts(mentions), seed),
        recall=figure(recall_counts(mentions), seed),
        f1=figure(f1_counts(mentions), seed),
    )


def _macro(
    groups: Mapping[str, list[Found]], count: Callable[[Iterable[Found]], Counts], seed: int
) -> Mean:
    return mean_figure({name: count(mentions) for name, mentions in groups.items()}, seed)


def _grouped(
    mentions: Iterable[Found], names: Callable[[Mention], Iterable[str]]
) -> dict[str, list[Found]]:
    groups: dict[str, list[Found]] = defaultdict(list)
    for one in mentions:
        for name in names(one.mention):
            groups[name].append(one)
    return dict(sorted(groups.items()))


def _counts(
    mentions: Iterable[Found], of: Callable[[Mapping[Result, int]], tuple[int, int]]
) -> Counts:
    by_patient: dict[str, dict[Result, int]] = {}
    for one in mentions:
        counts = by_patient.setdefault(one.mention.fact.patient_id, {"tp": 0, "fp": 0, "fn": 0})
        counts[one.result] += 1
    return {patient: of(counts) for patient, counts in by_patient.items()}
