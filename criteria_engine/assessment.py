"""What the engine says of one patient: the public contract's assessment, as frozen records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from abstraction.notes import Frozen

Outcome = Literal["pass", "fail", "unknown"]
"""``pass`` never blocks the patient and ``fail`` does, for inclusion and exclusion alike."""
Basis = Literal[
    "documented", "presumed", "silent", "conflicting", "judgement", "screening_test", "anchor"
]
CriterionKind = Literal["inclusion", "exclusion"]
Triage = Literal["ineligible", "potentially_eligible", "needs_information"]


@dataclass(frozen=True, slots=True)
class EvidenceReference:
    """The characters of a note that a verdict rests on."""

    fact_id: str
    note_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What document, test or date would settle an unknown."""

    concept: str
    why: str


class CriterionAssessment(Frozen):
    """One criterion's verdict, its reason in a sentence, its evidence and its whole trace.

    ``evidence`` holds what decided; ``trace`` is the expression tree, each node with its truth
    and with the facts for and against it.
    """

    id: str
    kind: CriterionKind
    outcome: Outcome
    basis: Basis
    reason: str
    decided_by: Literal["engine", "human"] = "engine"
    modifiable: bool = False
    action: str | None = None
    evidence: tuple[EvidenceReference, ...] = ()
    missing: tuple[Missing, ...] = ()
    trace: dict[str, Any] = Field(default_factory=dict)


class Anchors(Frozen):
    """The days that a trial's windows are counted from."""

    screening: dt.date
    leukapheresis: dt.date | None = None


class Assessment(Frozen):
    """One patient against one protocol."""

    patient_id: str
    protocol: str
    protocol_version: str
    anchors: Anchors
    triage: Triage
    criteria: tuple[CriterionAssessment, ...]
