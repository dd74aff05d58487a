"""Level 2: of the mentions that were found, is what is said of them right?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import get_args

from pydantic import Field

from abstraction.notes import Frozen
from corpus.evaluation.agreement import Agreement, Confusion, cohen_kappa, confusion
from corpus.evaluation.attributes import NULL, How
from corpus.evaluation.figures import Counts, Figure, Mean, figure, mean_figure, share
from corpus.evaluation.mention_level import concept_name
from corpus.evaluation.scoring import Judged


class ClassScores(Frozen):
    """One class of a category, as found among the matched mentions."""

    tp: int
    fp: int
    fn: int
    precision: float | None
    recall: float | None
    f1: float | None


class Category(Frozen):
    """A category's table of gold by predicted, the ratios of each class, and the agreement.

    The absence of a value is the class ``null``.
    """

    confusion: dict[str, dict[str, int]]
    classes: dict[str, ClassScores]
    agreement: Agreement


class AttributeScores(Frozen):
    """One attribute: right of all, what the others were, and more where it is a category."""

    accuracy: Figure
    outcomes: dict[How, int]
    category: Category | None = Field(description="Null for numbers, doses, units and days.")


class AttributeLevel(Frozen):
    """Accuracy over all attributes, and by what one may ask.  Concepts are ``kind/concept``."""

    micro: Figure
    macro: Mean = Field(description="The mean over the attributes.")
    by_attribute: dict[str, AttributeScores]
    by_kind: dict[str, Figure]
    by_concept: dict[str, Figure]
    by_tag: dict[str, Figure]


def attribute_level(judged: Sequence[Judged], seed: int) -> AttributeLevel:
    """The figures of every attribute of every matched pair."""

    def by(names: Callable[[Judged], Iterable[str]]) -> dict[str, Figure]:
        groups = _grouped(judged, names)
        return {name: figure(accuracy_counts(own), seed) for name, own in groups.items()}

    by_attribute = _grouped(judged, lambda one: (one.judgement.attribute.name,))
    return AttributeLevel(
        micro=figure(accuracy_counts(judged), seed),
        macro=mean_figure({name: accuracy_counts(own) for name, own in by_attribute.items()}, seed),
        by_attribute={name: _scores(own, seed) for name, own in by_attribute.items()},
        by_kind=by(lambda one: (one.pair.gold.fact.kind,)),
        by_concept=by(lambda one: (concept_name(one.pair.gold),)),
        by_tag=by(lambda one: one.pair.gold.tags),
    )


def accuracy_counts(judged: Iterable[Judged]) -> Counts:
    """Right attributes of all that were scored, by patient."""
    return share((one.pair.gold.fact.patient_id, one.judgement.right) for one in judged)


def class_scores(table: Confusion) -> dict[str, ClassScores]:
    """Each class of a square confusion table against all the others."""
    scores = {}
    for name in table:
        tp = table[name][name]
        fn = sum(table[name].values()) - tp
        fp = sum(cells[name] for cells in table.values()) - tp
        scores[name] = ClassScores(
            tp=tp,
            fp=fp,
            fn=fn,
            precision=_divide(tp, tp + fp),
            recall=_divide(tp, tp + fn),
            f1=_divide(2 * tp, 2 * tp + fp + fn),
        )
    return scores


def _scores(judged: Sequence[Judged], seed: int) -> AttributeScores:
    seen = Counter(one.judgement.how for one in judged)
    outcomes: Mapping[How, int] = {how: seen[how] for how in get_args(How)}
    is_category = judged[0].judgement.attribute.form == "category"
    return AttributeScores(
        accuracy=figure(accuracy_counts(judged), seed),
        outcomes=dict(outcomes),
        category=_category(judged) if is_category else None,
    )


def _category(judged: Iterable[Judged]) -> Category:
    table = confusion(
        (one.judgement.gold or NULL, one.judgement.predicted or NULL) for one in judged
    )
    return Category(confusion=table, classes=class_scores(table), agreement=cohen_kappa(table))


def _grouped(
    judged: Iterable[Judged], names: Callable[[Judged], Iterable[str]]
) -> dict[str, list[Judged]]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        for name in names(one):
            groups[name].append(one)
    return dict(sorted(groups.items()))


def _divide(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None
