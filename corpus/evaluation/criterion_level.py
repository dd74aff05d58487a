"""Level 3: are the verdicts right, and where not, in which direction and by whose fault?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import get_args

from pydantic import Field

from abstraction.notes import Frozen
from corpus.evaluation.agreement import Agreement, cohen_kappa, confusion
from corpus.evaluation.figures import Counts, Figure, figure, share
from corpus.evaluation.scoring import Verdict, VerdictError
from criteria_engine.assessment import Outcome


class Faults(Frozen):
    """Wrong verdicts by who is to blame."""

    engine: int = Field(description="The engine is wrong on the gold facts too.")
    extraction: int = Field(description="On the gold facts the engine is right.")
    unattributed: int = Field(description="The gold does not tell all facts of the patient.")


class VerdictScores(Frozen):
    """Verdicts against the gold; the table is gold by predicted.

    ``reversed``: pass for fail or fail for pass.  ``abstained``: the gold decides and the run does
    not.  ``overcalled``: the run decides and the gold does not.
    """

    accuracy: Figure
    reversed: Figure
    abstained: Figure
    overcalled: Figure
    confusion: dict[str, dict[str, int]]
    agreement: Agreement
    faults: Faults


class CriterionLevel(Frozen):
    """All verdicts together, each criterion alone, and the engine alone on the gold facts."""

    overall: VerdictScores
    by_criterion: dict[str, VerdictScores]
    engine_on_gold_facts: Figure


def criterion_level(verdicts: Sequence[Verdict], seed: int) -> CriterionLevel:
    """The figures of every verdict that the gold tells."""
    by_criterion: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_criterion[verdict.criterion].append(verdict)
    on_gold_facts = share(
        (verdict.patient_id, verdict.on_gold_facts == verdict.gold)
        for verdict in verdicts
        if verdict.on_gold_facts is not None
    )
    return CriterionLevel(
        overall=_scores(verdicts, seed),
        by_criterion={name: _scores(by_criterion[name], seed) for name in sorted(by_criterion)},
        engine_on_gold_facts=figure(on_gold_facts, seed),
    )


def accuracy_counts(verdicts: Iterable[Verdict]) -> Counts:
    """Right verdicts of all that were scored, by patient."""
    return share((verdict.patient_id, verdict.right) for verdict in verdicts)


def error_counts(verdicts: Iterable[Verdict], error: VerdictError) -> Counts:
    """Verdicts wrong in this way of all that were scored, by patient."""
    return share((verdict.patient_id, verdict.error == error) for verdict in verdicts)


def _scores(verdicts: Sequence[Verdict], seed: int) -> VerdictScores:
    table = confusion(((one.gold, one.predicted) for one in verdicts), get_args(Outcome))
    return VerdictScores(
        accuracy=figure(accuracy_counts(verdicts), seed),
        reversed=figure(error_counts(verdicts, "verdict_reversed"), seed),
        abstained=figure(error_counts(verdicts, "verdict_abstained"), seed),
        overcalled=figure(error_counts(verdicts, "verdict_overcalled"), seed),
        confusion=table,
        agreement=cohen_kappa(table),
        faults=_faults([verdict for verdict in verdicts if not verdict.right]),
    )


def _faults(wrong: Sequence[Verdict]) -> Faults:
    blamed = [verdict.attribution for verdict in wrong]
    return Faults(
        engine=blamed.count("engine"),
        extraction=blamed.count("extraction"),
        unattributed=blamed.count(None),
    )
