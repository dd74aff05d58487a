"""What is compared: mentions and verdicts, of a gold corpus and of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from abstraction.facts import Fact
from abstraction.notes import Note
from abstraction.reading import ReadError
from criteria_engine.assessment import Anchors, Outcome, Triage
from criteria_engine.protocol import Protocol

NoteKey = tuple[str, str]
"""Patient id and note id."""

Rater = Literal["run", "annotator"]
"""Who is held against the gold: a run of the software, or a second person's gold."""


@dataclass(frozen=True)
class Mention:
    """One fact, what of it was written down, and where.

    ``given`` holds the dotted paths that the writer gave ("assertion", "value.number"); a null
    that was given is among them.  ``None`` is a fact all of whose fields count.  ``where`` is the
    file and line.
    """

    fact: Fact
    given: frozenset[str] | None
    tags: tuple[str, ...]
    where: str

    @property
    def note(self) -> NoteKey:
        return (self.fact.patient_id, self.fact.note_id)

    def covers(self, path: str) -> bool:
        """Whether the writer gave this field, or gave a null for what would hold it."""
        return self.given is None or not self.given.isdisjoint(_holders(path))

    @cached_property
    def order(self) -> tuple[object, ...]:
        """Sort key by place and content: two mentions of one key are interchangeable."""
        content = self.fact.model_dump_json(exclude={"fact_id"})
        return (*self.fact.order(), content, sorted(self.given or ()), self.tags)


@cache
def _holders(path: str) -> tuple[str, ...]:
    """The path and everything that holds it: "value.number" is in "value"."""
    steps = path.split(".")
    return tuple(".".join(steps[:depth]) for depth in range(1, len(steps) + 1))


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The outcomes of one patient's criteria, as far as they are given, and what they come to.

    ``where`` is the file, with the line where it holds several patients.
    """

    where: str
    anchors: Anchors
    criteria: Mapping[str, Outcome]
    triage: Triage | None


@dataclass(frozen=True, slots=True)
class GoldPatient:
    """One patient's notes and gold; ``scored`` names the notes whose gold is whole."""

    patient_id: str
    notes: tuple[Note, ...]
    scored: tuple[str, ...]
    mentions: tuple[Mention, ...]
    verdicts: Verdicts | None

    @property
    def whole(self) -> bool:
        """Whether the gold tells the facts of every note."""
        return len(self.scored) == len(self.notes) > 0


@dataclass(frozen=True, slots=True)
class Gold:
    """A gold corpus: patients sorted by id, the protocol of their verdicts, what was unfit."""

    protocol: Protocol
    patients: tuple[GoldPatient, ...]
    problems: tuple[ReadError, ...]

    @property
    def texts(self) -> dict[NoteKey, str]:
        """The text of every note."""
        return {
            (patient.patient_id, note.note_id): note.text
            for patient in self.patients
            for note in patient.notes
        }

    @property
    def scored_notes(self) -> frozenset[NoteKey]:
        """The notes whose gold is whole."""
        return frozenset((one.patient_id, note) for one in self.patients for note in one.scored)

    @property
    def verdicts(self) -> dict[str, Verdicts]:
        """The verdicts of each patient who has some."""
        return {one.patient_id: one.verdicts for one in self.patients if one.verdicts}

    @property
    def holds_anything(self) -> bool:
        """Whether there is a note or a verdict to score."""
        return any(one.scored or one.verdicts for one in self.patients)


@dataclass(frozen=True, slots=True)
class Run:
    """What is held against a gold: its mentions and verdicts on the gold's notes and patients.

    ``unfit`` names the notes whose predictions cannot be trusted; they are not scored.
    """

    rater: Rater
    mentions: tuple[Mention, ...]
    verdicts: Mapping[str, Verdicts]
    unfit: frozenset[NoteKey]
    problems: tuple[ReadError, ...]
