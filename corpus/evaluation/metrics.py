"""``metrics.json``: every figure of an evaluation, and no word of a note."""

from __future__ import annotations

from pydantic import Field

from abstraction.notes import Frozen
from abstraction.reading import ReadError
from corpus.evaluation.attribute_level import AttributeLevel
from corpus.evaluation.comparison import Comparison
from corpus.evaluation.criterion_level import CriterionLevel
from corpus.evaluation.mention_level import MentionLevel
from corpus.evaluation.patient_level import PatientLevel
from corpus.evaluation.records import Rater

FILE = "metrics.json"


class Scope(Frozen):
    """What was scored, of what there is."""

    patients: int
    patients_with_verdicts: int = Field(description="Patients whose verdicts were scored.")
    notes: int
    notes_scored: int
    gold_mentions: int = Field(description="In the scored notes.")
    predicted_mentions: int = Field(description="In the scored notes.")


class Bootstrap(Frozen):
    """How the intervals were made: percentile bootstrap over patients."""

    resamples: int
    confidence: float
    seed: int


class Metrics(Frozen):
    """The figures of one evaluation.

    ``errors`` counts the errors by cause; ``problems`` names what could not be scored.
    """

    protocol: str
    protocol_version: str
    rater: Rater
    bootstrap: Bootstrap
    scope: Scope
    mention: MentionLevel
    attribute: AttributeLevel
    criterion: CriterionLevel
    patient: PatientLevel
    errors: dict[str, int]
    comparison: Comparison | None
    problems: tuple[ReadError, ...]


def to_json(metrics: Metrics) -> str:
    """The content of ``metrics.json``."""
    return metrics.model_dump_json(indent=2) + "\n"
