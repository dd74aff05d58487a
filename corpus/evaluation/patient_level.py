"""Level 4: is each patient's triage right, and how much of a reader's work is done?"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import get_args

from pydantic import Field

from abstraction.notes import Frozen
from corpus.evaluation.agreement import Agreement, cohen_kappa, confusion
from corpus.evaluation.figures import Counts, Figure, figure, share
from corpus.evaluation.scoring import TriageVerdict, Verdict
from criteria_engine.assessment import Triage


class Spread(Frozen):
    """A share over patients, each patient as heavy as any other."""

    patients: int
    mean: float | None
    standard_deviation: float | None = Field(description="Of the sample; null below two patients.")
    lowest: float | None
    highest: float | None


class PatientLevel(Frozen):
    """Triage (the table is gold by predicted) and the work that is saved.

    ``work_saved`` is the share of all scored criteria that the run decided, pass or fail, and
    decided right.
    """

    triage_accuracy: Figure
    triage_confusion: dict[str, dict[str, int]]
    triage_agreement: Agreement
    work_saved: Figure
    work_saved_by_patient: Spread


def patient_level(
    triages: Sequence[TriageVerdict], verdicts: Sequence[Verdict], seed: int
) -> PatientLevel:
    """The figures of every patient whose triage or verdicts the gold tells."""
    table = confusion(((one.gold, one.predicted) for one in triages), get_args(Triage))
    saved = work_saved_counts(verdicts)
    return PatientLevel(
        triage_accuracy=figure(triage_counts(triages), seed),
        triage_confusion=table,
        triage_agreement=cohen_kappa(table),
        work_saved=figure(saved, seed),
        work_saved_by_patient=_spread([right / scored for right, scored in saved.values()]),
    )


def triage_counts(triages: Iterable[TriageVerdict]) -> Counts:
    """Whether each patient's triage is right."""
    return share((one.patient_id, one.gold == one.predicted) for one in triages)


def work_saved_counts(verdicts: Iterable[Verdict]) -> Counts:
    """Criteria decided right of all that were scored, by patient."""
    return share((one.patient_id, one.right and one.predicted != "unknown") for one in verdicts)


def _spread(shares: Sequence[float]) -> Spread:
    return Spread(
        patients=len(shares),
        mean=statistics.fmean(shares) if shares else None,
        standard_deviation=statistics.stdev(shares) if len(shares) > 1 else None,
        lowest=min(shares, default=None),
        highest=max(shares, default=None),
    )
