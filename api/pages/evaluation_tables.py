"""The figures of an evaluation as tables that a page can show and a script can sort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from api.pages.evaluation_cells import (
    UNDEFINED,
    Cell,
    Confusion,
    Table,
    confusion,
    count,
    danger,
    hundredths,
    kappa,
    percent,
    signed,
    sort_number,
    weakest_first,
)
from api.pages.fact_details import words
from corpus.evaluation.comparison import Comparison, McNemar
from corpus.evaluation.criterion_level import CriterionLevel, VerdictScores
from corpus.evaluation.figures import Figure
from corpus.evaluation.matching import MODES
from corpus.evaluation.mention_level import MentionScores, ModeScores
from corpus.evaluation.metrics import Metrics
from criteria_engine.assessment import Outcome
from criteria_engine.vocabulary import vocabulary

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


def mention_tables(metrics: Metrics) -> Iterator[Table]:
    """The ways of matching, then by kind, by concept and by what makes a mention difficult."""
    yield _modes(metrics)
    overlap = metrics.mention.overlap
    yield _mentions("kinds", "By kind", "Kind", _by_kind(overlap), metrics.attribute.by_kind)
    concepts = {
        name: (Cell(_concept(name), _concept(name).lower(), words(name.partition("/")[0])), scores)
        for name, scores in overlap.by_concept.items()
    }
    by_concept = metrics.attribute.by_concept
    yield _mentions("concepts", "By concept", "Concept", concepts, by_concept)
    if overlap.recall_by_tag:
        yield _tags(metrics)


def attribute_table(metrics: Metrics) -> Table:
    """Each attribute of the mentions that were found, weakest first."""
    rows = [
        (
            Cell(words(name), name),
            count(scores.accuracy.numerator),
            count(scores.accuracy.denominator),
            percent(scores.accuracy),
            count(scores.outcomes["wrong"]),
            count(scores.outcomes["overlapping"]),
            count(scores.outcomes["missing"]),
            count(scores.outcomes["invented"]),
            kappa(scores.category.agreement) if scores.category else Cell(""),
        )
        for name, scores in metrics.attribute.by_attribute.items()
    ]
    header = (
        "Attribute", "Right", "Of", "Right, %", "Wrong", "Overlapping days", "Missing",
        "Invented", "Kappa",
    )  # fmt: skip
    return Table("attributes", "By attribute", header, weakest_first(rows, 3), sortable=True)


def attribute_confusions(metrics: Metrics) -> Iterator[Confusion]:
    """Gold by run of every attribute that is a category."""
    for name, scores in metrics.attribute.by_attribute.items():
        if scores.category:
            agreement = scores.category.agreement
            yield confusion(name, words(name), scores.category.confusion, agreement)


def criterion_table(level: CriterionLevel, titles: Mapping[str, str]) -> Table:
    """Each criterion: the most reversals first, then the least right."""
    rows = [
        (
            Cell(name, name, titles.get(name, "")),
            danger(scores.reversed.numerator),
            count(scores.overcalled.numerator),
            count(scores.abstained.numerator),
            count(scores.accuracy.numerator),
            count(scores.accuracy.denominator),
            percent(scores.accuracy),
            count(scores.faults.engine),
            count(scores.faults.extraction),
            count(scores.faults.unattributed),
            kappa(scores.agreement),
        )
        for name, scores in level.by_criterion.items()
    ]
    rows.sort(key=lambda row: (-sort_number(row[1]), sort_number(row[6]), row[0].text))
    header = (
        "Criterion", "Reversed", "Overcalled", "Abstained", "Right", "Of", "Right, %",
        "Engine's fault", "Extraction's fault", "Not attributed", "Kappa",
    )  # fmt: skip
    return Table("criteria", "By criterion", header, tuple(rows), sortable=True)


def criterion_confusions(level: CriterionLevel) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    """For all criteria and for each the nine counts of gold by run, the gold's outcome first."""
    named = {"All": level.overall, **level.by_criterion}
    return tuple((name, tuple(_nine(scores))) for name, scores in named.items())


def comparison_tables(comparison: Comparison) -> Iterator[Table]:
    """What this run does better or worse than the other, and whether that may be chance."""
    yield Table(
        "differences",
        f"This run and the other, on the {comparison.notes} notes that are fit in both",
        ("Figure", "This run, %", "Other run, %", "Difference, points", "95 % interval"),
        tuple(
            (
                Cell(_figure_name(name), name),
                Cell(hundredths(one.this), one.this),
                Cell(hundredths(one.other), one.other),
                Cell(signed(one.difference), one.difference),
                Cell(UNDEFINED if one.low is None else f"{signed(one.low)} to {signed(one.high)}"),
            )
            for name, one in comparison.differences.items()
        ),
    )
    tests: dict[str, McNemar] = {
        "Gold mentions found": comparison.mentions_found,
        "Attributes right": comparison.attributes_right,
        "Verdicts right": comparison.verdicts_right,
    }
    yield Table(
        "mcnemar",
        "McNemar's test: what one run has right and the other has not",
        ("", "Both right", "This run alone", "Other run alone", "Both wrong", "Statistic", "p"),
        tuple(
            (
                Cell(name, aside="exact" if test.exact else "chi-squared"),
                *map(count, (test.both_right, test.b, test.c, test.both_wrong)),
                Cell(f"{test.statistic:.2f}"),
                Cell(f"{test.p_value:.2g}"),
            )
            for name, test in tests.items()
        ),
    )


def _figure_name(name: str) -> str:
    """``mention.overlap.f1`` as words."""
    return name.replace(".", ", ").replace("_", " ").replace("f1", "F1")


def _modes(metrics: Metrics) -> Table:
    told = {
        "exact": ("Exact", "same concept, same characters"),
        "overlap": ("Overlap", "same concept, a character in common"),
        "type": ("Type", "same kind, a character in common"),
    }
    rows: list[tuple[Cell, ...]] = []
    for mode in MODES:
        name, meaning = told[mode]
        scores: ModeScores = getattr(metrics.mention, mode)
        rows.append((Cell(name, aside=meaning), *_counts(scores.micro), *_ratios(scores.micro)))
        macro = scores.macro
        means = map(percent, (macro.precision, macro.recall, macro.f1))
        aside = f"mean of {macro.f1.groups} concepts"
        rows.append((Cell(f"{name}, by concept", aside=aside), *[Cell("")] * 3, *means))
    header = ("Matching", "Found", "Missed", "Extra", "Precision, %", "Recall, %", "F1, %")
    return Table("modes", "Three ways of matching", header, tuple(rows))


def _by_kind(scores: ModeScores) -> dict[str, tuple[Cell, MentionScores]]:
    return {kind: (Cell(kind, kind), own) for kind, own in scores.by_kind.items()}


def _mentions(
    name: str,
    caption: str,
    first: str,
    named: Mapping[str, tuple[Cell, MentionScores]],
    accuracy: Mapping[str, Figure],
) -> Table:
    rows = [
        (
            cell,
            count(scores.tp + scores.fn),
            *_counts(scores),
            *_ratios(scores),
            percent(accuracy[key]) if key in accuracy else Cell(UNDEFINED),
        )
        for key, (cell, scores) in named.items()
    ]
    header = (
        first, "Gold", "Found", "Missed", "Extra", "Precision, %", "Recall, %", "F1, %",
        "Attributes right, %",
    )  # fmt: skip
    return Table(name, f"{caption}, overlapping spans", header, weakest_first(rows, 7), True)


def _tags(metrics: Metrics) -> Table:
    accuracy = metrics.attribute.by_tag
    rows = [
        (
            Cell(words(tag), tag),
            count(recall.denominator),
            count(recall.denominator - recall.numerator),
            percent(recall),
            percent(accuracy[tag]) if tag in accuracy else Cell(UNDEFINED),
        )
        for tag, recall in metrics.mention.overlap.recall_by_tag.items()
    ]
    header = ("Difficulty", "Gold", "Missed", "Recall, %", "Attributes right, %")
    return Table("tags", "By difficulty", header, weakest_first(rows, 3), True)


def _nine(scores: VerdictScores) -> Iterator[Cell]:
    for gold in OUTCOMES:
        for found in OUTCOMES:
            seen = scores.confusion[gold][found]
            right, decided = gold == found, "unknown" not in (gold, found)
            style = "right" if right else "danger" if decided and seen else ""
            yield Cell(str(seen) if seen else "·", style=style)


def _concept(name: str) -> str:
    kind, _, concept = name.partition("/")
    labels = vocabulary().labels
    return next((own[concept] for of, own in labels.items() if of == kind), words(concept))


def _counts(scores: MentionScores) -> tuple[Cell, ...]:
    return (count(scores.tp), count(scores.fn), count(scores.fp))


def _ratios(scores: MentionScores) -> tuple[Cell, ...]:
    return (percent(scores.precision), percent(scores.recall), percent(scores.f1))
