"""What the engine says of one patient: the public contract's assessment, as frozen records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, get_args

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


AnchorName = Literal[
    "screening",
    "leukapheresis",
    "consent",
    "first_dose",
    "start_of_induction",
    "qualifying_biopsy",
]


def _is_none(value: object) -> bool:
    return value is None


class Anchors(Frozen):
    """The days that a trial's windows are counted from, as far as they are given.

    Most trials need the first two; the others stand in a record only where they have a day.
    """

    screening: dt.date
    leukapheresis: dt.date | None = None
    consent: dt.date | None = Field(default=None, exclude_if=_is_none)
    first_dose: dt.date | None = Field(default=None, exclude_if=_is_none)
    start_of_induction: dt.date | None = Field(default=None, exclude_if=_is_none)
    qualifying_biopsy: dt.date | None = Field(default=None, exclude_if=_is_none)

    def day(self, name: AnchorName) -> dt.date | None:
        """The day of the anchor; None while it has none."""
        day: dt.date | None = getattr(self, name)
        return day

    def given(self) -> tuple[tuple[AnchorName, dt.date], ...]:
        """The anchors that have a day, screening first."""
        days = ((name, self.day(name)) for name in get_args(AnchorName))
        return tuple((name, day) for name, day in days if day is not None)


class Assessment(Frozen):
    """One patient against one protocol."""

    patient_id: str
    protocol: str
    protocol_version: str
    anchors: Anchors
    triage: Triage
    criteria: tuple[CriterionAssessment, ...]
