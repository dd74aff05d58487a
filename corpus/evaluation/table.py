"""The figures as a person reads them on a terminal: a few small tables of words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corpus.evaluation.comparison import Comparison, McNemar
from corpus.evaluation.figures import Figure, Mean
from corpus.evaluation.matching import MODES
from corpus.evaluation.mention_level import MentionScores, ModeScores
from corpus.evaluation.metrics import Metrics

UNDEFINED = "–"

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; the first column holds names, the others figures."""

    title: str
    header: Row
    rows: tuple[Row, ...]


def summary(metrics: Metrics) -> str:
    """What was scored, and what the brackets in the tables are."""
    scope, bootstrap = metrics.scope, metrics.bootstrap
    return (
        f"{scope.notes_scored} of {scope.notes} notes and the verdicts of "
        f"{scope.patients_with_verdicts} of {scope.patients} patients scored: "
        f"{scope.gold_mentions} gold mentions, {scope.predicted_mentions} predicted\n"
        f"[low–high]: {bootstrap.confidence:.0%} interval, bootstrap over patients"
    )


def tables(metrics: Metrics) -> Iterator[Table]:
    """The four levels, the errors by cause and, where there is one, the comparison."""
    if metrics.scope.notes_scored:
        yield _mentions(metrics)
        yield _kinds(metrics.mention.overlap)
        if metrics.mention.overlap.recall_by_tag:
            yield _tags(metrics)
        yield _attributes(metrics)
    if metrics.scope.patients_with_verdicts:
        yield _criteria(metrics)
        yield _patients(metrics)
    if metrics.errors:
        rows = tuple((cause, str(count)) for cause, count in metrics.errors.items())
        yield Table("Errors by cause", ("", "errors"), rows)
    if metrics.comparison:
        yield _differences(metrics.comparison)
        yield _tests(metrics.comparison)


def decimal(value: float | None) -> str:
    """Three decimals, or a dash where there is no value."""
    return UNDEFINED if value is None else f"{value:.3f}"


def with_interval(figure: Figure | Mean) -> str:
    """The value and its interval, which is short and without a space for narrow terminals."""
    if figure.low is None or figure.high is None:
        return decimal(figure.value)
    low, high = (decimal(bound).removeprefix("0") for bound in (figure.low, figure.high))
    return f"{decimal(figure.value)} [{low}–{high}]"


def _mentions(metrics: Metrics) -> Table:
    rows: list[Row] = []
    for mode in MODES:
        scores: ModeScores = getattr(metrics.mention, mode)
        micro, macro = scores.micro, scores.macro
        rows.append((mode, *_counts(micro), *map(with_interval, _ratios(micro))))
        means = (macro.precision, macro.recall, macro.f1)
        rows.append((f"{mode}, concept mean", "", "", "", *map(with_interval, means)))
    header = ("", "found", "missed", "extra", "precision", "recall", "F1")
    return Table("1. Mentions", header, tuple(rows))


def _kinds(scores: ModeScores) -> Table:
    rows = tuple(
        (kind, *_counts(own), *map(with_interval, _ratios(own)))
        for kind, own in scores.by_kind.items()
    )
    header = ("", "found", "missed", "extra", "precision", "recall", "F1")
    return Table("Mentions by kind (overlap)", header, rows)


def _counts(scores: MentionScores) -> Row:
    return (str(scores.tp), str(scores.fn), str(scores.fp))


def _ratios(scores: MentionScores) -> tuple[Figure, Figure, Figure]:
    return (scores.precision, scores.recall, scores.f1)


def _tags(metrics: Metrics) -> Table:
    accuracy = metrics.attribute.by_tag
    rows = tuple(
        (
            tag,
            str(recall.denominator),
            with_interval(recall),
            with_interval(accuracy[tag]) if tag in accuracy else UNDEFINED,
        )
        for tag, recall in metrics.mention.overlap.recall_by_tag.items()
    )
    header = ("", "gold", "recall", "attributes right")
    return Table("Mentions by difficulty (overlap)", header, rows)


def _attributes(metrics: Metrics) -> Table:
    level = metrics.attribute
    rows: list[Row] = [
        ("all", _of(level.micro), with_interval(level.micro), "", "", "", ""),
        ("attribute mean", "", with_interval(level.macro), "", "", "", ""),
    ]
    for name, scores in level.by_attribute.items():
        kappa = decimal(scores.category.agreement.kappa) if scores.category else ""
        seen = scores.outcomes
        off = seen["wrong"] + seen["overlapping"]
        rows.append(
            (
                name,
                _of(scores.accuracy),
                with_interval(scores.accuracy),
                str(off),
                str(seen["missing"]),
                str(seen["invented"]),
                kappa,
            )
        )
    header = ("", "right", "accuracy", "wrong", "missing", "invented", "kappa")
    return Table("2. Attributes of the mentions found", header, tuple(rows))


def _criteria(metrics: Metrics) -> Table:
    level = metrics.criterion
    named = {"all": level.overall, **level.by_criterion}
    rows = tuple(
        (
            name,
            _of(scores.accuracy),
            with_interval(scores.accuracy),
            str(scores.reversed.numerator),
            str(scores.abstained.numerator),
            str(scores.overcalled.numerator),
            str(scores.faults.engine),
            str(scores.faults.extraction),
            decimal(scores.agreement.kappa),
        )
        for name, scores in named.items()
    )
    header = (
        "", "right", "accuracy", "reversed", "abstained", "overcalled",
        "by engine", "by extraction", "kappa",
    )  # fmt: skip
    return Table("3. Criteria", header, rows)


def _patients(metrics: Metrics) -> Table:
    level = metrics.patient
    spread = level.work_saved_by_patient
    rows: list[Row] = [
        ("triage right", _of(level.triage_accuracy), with_interval(level.triage_accuracy)),
        ("criteria decided right, no person needed", _of(level.work_saved),
         with_interval(level.work_saved)),
        ("the same, mean and spread over patients", "",
         f"{decimal(spread.mean)} ± {decimal(spread.standard_deviation)}"
         f" ({decimal(spread.lowest)} to {decimal(spread.highest)})"),
    ]  # fmt: skip
    if metrics.rater == "run":
        alone = metrics.criterion.engine_on_gold_facts
        rows.append(("criteria right on the gold facts", _of(alone), with_interval(alone)))
    return Table("4. Patients", ("", "of all", "share"), tuple(rows))


def _differences(comparison: Comparison) -> Table:
    rows = tuple(
        (
            name,
            decimal(one.this),
            decimal(one.other),
            _signed(one.difference),
            UNDEFINED if one.low is None else f"[{_signed(one.low)}, {_signed(one.high)}]",
        )
        for name, one in comparison.differences.items()
    )
    header = ("", "this", "other", "difference", "95 % interval")
    return Table(f"Comparison on {comparison.notes} notes", header, rows)


def _tests(comparison: Comparison) -> Table:
    tests: dict[str, McNemar] = {
        "gold mentions found": comparison.mentions_found,
        "attributes right": comparison.attributes_right,
        "verdicts right": comparison.verdicts_right,
    }
    rows = tuple(
        (name, str(test.b), str(test.c), decimal(test.statistic), f"{test.p_value:.2g}")
        for name, test in tests.items()
    )
    return Table("McNemar", ("", "this alone", "other alone", "statistic", "p"), rows)


def _of(figure: Figure) -> str:
    return f"{figure.numerator} of {figure.denominator}"


def _signed(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:+.3f}"
