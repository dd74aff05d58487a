"""The report of an evaluation: figures, plots, and every error beside the words it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from markupsafe import Markup

from api.pages.evaluation_cells import confusion, hundredths, interval
from api.pages.evaluation_errors import browser_data
from api.pages.evaluation_tables import (
    OUTCOMES,
    attribute_confusions,
    attribute_table,
    comparison_tables,
    criterion_confusions,
    criterion_table,
    mention_tables,
)
from api.pages.fact_details import words
from api.pages.report import Provenance
from api.pages.self_contained import content_security_policy
from api.pages.templating import static, templates
from api.pages.visible import visible
from corpus.evaluation import Evaluation, Metrics
from corpus.evaluation.figures import Figure
from corpus.evaluation.plots import OUTCOMES as OUTCOME_COLOURS
from corpus.evaluation.plots import Plots, plots
from criteria_engine.assessment import Assessment

_FIRST = ("verdict_reversed", "verdict_overcalled", "verdict_abstained", "wrong_triage",
          "missed", "extra", "wrong_concept", "wrong_boundary")  # fmt: skip
_MEANINGS = {
    "verdict_reversed": "the run says the opposite of the gold",
    "verdict_overcalled": "the run decides what the gold leaves open",
    "verdict_abstained": "the run leaves open what the gold decides",
    "wrong_triage": "what the patient's verdicts come to is another thing",
    "missed": "the gold marks it, the run does not",
    "extra": "the run marks it, the gold does not",
    "wrong_concept": "found, and taken for something else",
    "wrong_boundary": "found, with other first or last characters",
}


class Sentence(NamedTuple):
    """A plain statement: how many of so many, what it says, and the share with its interval."""

    number: int
    of: int
    says: str
    share: str


class Cause(NamedTuple):
    """A cause of errors, how many there are, and what it means."""

    name: str
    words: str
    number: int
    meaning: str


def render_evaluation_report(
    evaluation: Evaluation,
    by_run: Iterable[Assessment],
    by_gold: Iterable[Assessment],
    *,
    corpus: str,
    provenance: Provenance,
) -> str:
    """The whole report as one HTML document, the same bytes for the same evaluation.

    ``by_run`` are the assessments whose verdicts were scored, ``by_gold`` what the engine makes
    of the gold facts; a wrong verdict that neither explains is shown without its reason.
    ``corpus`` is the name of the gold corpus.
    """
    metrics = evaluation.metrics
    titles = {one.id: one.title for one in evaluation.gold.protocol.criteria}
    style = static("base.css", "evaluation.css")
    script = static("evaluation.js")
    return (
        templates()
        .get_template("evaluation.html.j2")
        .render(
            csp=content_security_policy(style, script),
            style=Markup(style),
            script=Markup(script),
            corpus=corpus,
            provenance=provenance,
            rater={"run": "run", "annotator": "second annotator"}[metrics.rater],
            metrics=metrics,
            danger=_danger(metrics),
            levels=tuple(_levels(metrics)),
            plots=_inline(plots(metrics, titles)),
            outcome_colours=OUTCOME_COLOURS,
            outcomes=OUTCOMES,
            mention_tables=tuple(mention_tables(metrics)),
            attribute_table=attribute_table(metrics),
            attribute_confusions=tuple(attribute_confusions(metrics)),
            criterion_table=criterion_table(metrics.criterion, titles),
            criterion_confusions=criterion_confusions(metrics.criterion),
            triage=confusion(
                "triage",
                "Triage",
                metrics.patient.triage_confusion,
                metrics.patient.triage_agreement,
            ),
            comparison=tuple(comparison_tables(metrics.comparison)) if metrics.comparison else (),
            causes=_causes(metrics),
            data=browser_data(evaluation, by_run, by_gold),
        )
    )


def _danger(metrics: Metrics) -> tuple[Sentence, ...]:
    """The reversed verdicts, all of them and by direction."""
    overall = metrics.criterion.overall
    table, total = overall.confusion, overall.accuracy.denominator
    let_in, kept_out = table["fail"]["pass"], table["pass"]["fail"]
    return (
        _sentence(overall.reversed, "verdicts say the opposite of the gold"),
        Sentence(let_in, total, "pass where the gold fails: a patient might be let in", ""),
        Sentence(kept_out, total, "fail where the gold passes: a patient might be kept out", ""),
    )


def _levels(metrics: Metrics) -> Iterator[tuple[str, str, tuple[Sentence, ...]]]:
    """Each level's anchor, heading and sentences."""
    overlap, criterion, patient = metrics.mention.overlap.micro, metrics.criterion, metrics.patient
    yield (
        "mentions",
        "Is it found?",
        (
            _sentence(overlap.recall, "things that the gold marks were found"),
            _sentence(overlap.precision, "things that were marked are in the gold"),
        ),
    )
    yield (
        "attributes",
        "Is what is said of it right?",
        (
            _sentence(
                metrics.attribute.micro, "details of the mentions found are right (dates, doses, …)"
            ),
        ),
    )
    yield (
        "criteria",
        "Are the verdicts right?",
        (
            _sentence(criterion.overall.accuracy, "verdicts are the gold's"),
            _sentence(criterion.overall.abstained, "are left open though the gold decides"),
            _sentence(criterion.overall.overcalled, "are decided though the gold leaves them open"),
        ),
    )
    yield (
        "patients",
        "What does it come to?",
        (
            _sentence(patient.triage_accuracy, "patients get the triage that the gold gives"),
            _sentence(patient.work_saved, "criteria are decided, and rightly, with nobody looking"),
        ),
    )


def _sentence(figure: Figure, says: str) -> Sentence:
    bounds = interval(figure)
    share = f"{hundredths(figure.value)} %" if figure.value is not None else ""
    return Sentence(
        figure.numerator,
        figure.denominator,
        says,
        f"{share}, 95 % interval {bounds}" if bounds else share,
    )


def _causes(metrics: Metrics) -> tuple[Cause, ...]:
    """Verdicts first, then mentions, then the attributes, those with most errors first."""
    rank = {cause: place for place, cause in enumerate(_FIRST)}
    ordered = sorted(
        metrics.errors.items(), key=lambda one: (rank.get(one[0], len(rank)), -one[1], one[0])
    )
    return tuple(
        Cause(cause, words(cause).capitalize(), count, _MEANINGS.get(cause, ""))
        for cause, count in ordered
    )


def _inline(drawn: Plots) -> dict[str, object]:
    """The drawings as markup, which they are: they were drawn here and hold nothing else."""

    def markup(svg: str | None) -> Markup:
        return Markup(visible(svg or ""))

    return {
        "concepts": {kind: markup(svg) for kind, svg in drawn.concepts.items()},
        "tags": markup(drawn.tags),
        "attributes": markup(drawn.attributes),
        "criteria": markup(drawn.criteria),
    }
