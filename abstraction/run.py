"""One run: notes in, ``facts.jsonl``, ``notes.jsonl`` and ``ledger.jsonl`` out.

The run knows nothing of language processing: it is handed a function from a note to its facts.
A note on which that function fails is entered in the ledger, by the error's type and place (its
message may quote the note), and the other notes are still worked on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from abstraction.facts import Fact, FactBase
from abstraction.failures import type_and_place
from abstraction.notes import Frozen, Note
from abstraction.quiet import quiet
from abstraction.reading import NoteCollection, ReadError
from abstraction.writing import json_line, replacing

FACTS, NOTES, LEDGER = "facts.jsonl", "notes.jsonl", "ledger.jsonl"

Extractor = Callable[[Note], Sequence[Fact]]


class LedgerEntry(Frozen):
    """What became of one note, or of one thing in the input that is no note.

    A note that was read may still carry an ``error``: no words in it, a date that is none, a
    second text under its id.
    """

    patient_id: str | None = None
    note_id: str | None = None
    status: Literal["read", "failed"]
    rule_pack: str = Field(description="Version of the rules: the hash of their content.")
    characters: int = Field(default=0, ge=0, description="Code points that were looked at.")
    facts: int = Field(default=0, ge=0)
    where: str | None = Field(default=None, description="File, line or row that the error is in.")
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did: notes read, facts written, every error, and every patient of the input.

    A patient none of whose notes could be read is among the patients all the same.  ``unread``
    counts the notes that failed, ``no_notes`` what lay in the input and is no note.
    """

    notes: int
    facts: int
    patients: tuple[str, ...]
    errors: tuple[ReadError, ...]
    unread: int = 0
    no_notes: int = 0


class Ungrounded(ValueError):
    """A fact whose text is not what stands at its place in the note."""


def record_run(
    notes: NoteCollection,
    extract: Extractor,
    rule_pack: str,
    out: Path,
    after_each: Callable[[], None] = lambda: None,
) -> RunSummary:
    """Extract the facts of every note and write the run's three files into the folder ``out``.

    The files are sorted by patient, note and place in the note, and replaced together when all
    are whole.  ``after_each`` is called after each note.  Raises ``OSError`` where ``out`` cannot
    be written to.
    """
    complaints = _by_note(notes.errors)
    failures: list[ReadError] = []
    note_count = fact_count = failed = 0
    with replacing(out / FACTS, out / NOTES, out / LEDGER) as (fact_file, note_file, ledger):
        for note in notes:
            said = complaints.pop((note.patient_id, note.note_id), [])
            facts, failure = _attempt(extract, note)
            remark = failure or _without_words(note)
            if remark is not None:
                failures.append(remark)
                said = [*said, remark]
            failed += failure is not None
            note_count += 1
            fact_count += len(facts)
            note_file.write(json_line(note))
            fact_file.writelines(json_line(fact) for fact in facts)
            entry = LedgerEntry(
                patient_id=note.patient_id,
                note_id=note.note_id,
                status="failed" if failure else "read",
                rule_pack=rule_pack,
                characters=0 if failure else len(note.text),
                facts=len(facts),
                where=said[0].where if said else None,
                error="; ".join(error.what for error in said) or None,
            )
            ledger.write(json_line(entry))
            after_each()
        for told in complaints.values():
            ledger.writelines(json_line(_unread(error, rule_pack)) for error in told)
    unread = failed + sum(note_id is not None for _, note_id in complaints)
    no_notes = sum(len(each) for (_, note_id), each in complaints.items() if note_id is None)
    every = (*notes.errors, *failures)
    return RunSummary(note_count, fact_count, notes.patients(), every, unread, no_notes)


def _by_note(errors: Iterable[ReadError]) -> dict[tuple[str | None, str | None], list[ReadError]]:
    """The errors under the patient and note that they are about, as far as that is known."""
    grouped: dict[tuple[str | None, str | None], list[ReadError]] = {}
    for error in errors:
        grouped.setdefault((error.patient_id, error.note_id), []).append(error)
    return grouped


def _attempt(extract: Extractor, note: Note) -> tuple[list[FactBase], ReadError | None]:
    """The note's facts in order, or none and what happened."""
    try:
        with quiet():
            facts = sorted(extract(note), key=lambda fact: (*fact.order(), fact.fact_id))
            for fact in facts:
                _check_grounding(note, fact)
    except Exception as error:
        return [], ReadError(
            where=f"{note.patient_id}/{note.note_id}",
            what=f"the facts could not be extracted ({type_and_place(error)})",
            patient_id=note.patient_id,
            note_id=note.note_id,
        )
    return list(facts), None


def _without_words(note: Note) -> ReadError | None:
    """The remark on a note that a blank scan may have left: a silent chart it is not."""
    if any(character.isalpha() for character in note.text):
        return None
    return ReadError(
        where=f"{note.patient_id}/{note.note_id}",
        what="the note holds no words",
        patient_id=note.patient_id,
        note_id=note.note_id,
    )


def _check_grounding(note: Note, fact: FactBase) -> None:
    """Raise ``Ungrounded`` unless every span of the fact is the note's own text."""
    if (fact.patient_id, fact.note_id) != (note.patient_id, note.note_id):
        raise Ungrounded(fact.fact_id)
    for span in (fact.span, *fact.evidence):
        if note.text[span.start : span.end] != span.text:
            raise Ungrounded(fact.fact_id)


def _unread(error: ReadError, rule_pack: str) -> LedgerEntry:
    return LedgerEntry(
        patient_id=error.patient_id,
        note_id=error.note_id,
        status="failed",
        rule_pack=rule_pack,
        where=error.where,
        error=error.what,
    )
