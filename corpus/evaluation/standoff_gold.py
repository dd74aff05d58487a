"""Gold facts that were marked in BRAT: a ``.ann`` file beside each note that was gone through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from abstraction.exports.brat import BratNote, read_brat
from abstraction.notes import Note
from abstraction.reading import ReadError
from corpus.evaluation.gold_facts import GoldFacts, Marked, check_records, folder_of
from corpus.evaluation.lines import Line

SUFFIX = ".ann"


def is_standoff(path: Path) -> bool:
    """Whether the folder, or a patient's folder in it, holds BRAT annotations."""
    return any(path.glob(f"*{SUFFIX}")) or any(path.glob(f"*/*{SUFFIX}"))


def read_standoff(path: Path) -> Marked:
    """The notes of a BRAT folder and their facts; an empty ``.ann`` is a note that holds none."""
    brat = read_brat(path)
    by_patient: dict[str, list[BratNote]] = {}
    for one in brat.notes:
        by_patient.setdefault(one.note.patient_id, []).append(one)
    broken = [error for error in brat.errors if _is_annotation(error)]
    notes = {
        patient_id: {one.note.note_id: one.note for one in own}
        for patient_id, own in by_patient.items()
    }
    facts = {
        patient_id: _facts(str(folder_of(path, patient_id)), own, notes[patient_id], broken)
        for patient_id, own in by_patient.items()
    }
    return Marked(notes, facts, tuple(error for error in brat.errors if error not in broken))


def _facts(
    where: str, marked: Iterable[BratNote], notes: dict[str, Note], broken: Iterable[ReadError]
) -> GoldFacts:
    annotated = [one for one in marked if one.facts is not None]
    patient_id = next(iter(notes.values())).patient_id
    lines = (
        Line(fact.where, fact.record, patient_id, one.note.note_id)
        for one in annotated
        for fact in one.facts or ()
    )
    checked = check_records(lines, where, patient_id, notes)
    own = [error for error in broken if error.patient_id == patient_id]
    torn = {error.note_id for error in own if error.note_id is not None}
    told = tuple(
        error.model_copy(update={"what": f"{error.what}; the note {error.note_id!r} is not scored"})
        for error in own
    )
    return replace(
        checked,
        annotated=frozenset(one.note.note_id for one in annotated),
        broken_notes=checked.broken_notes | torn,
        problems=(*told, *checked.problems),
    )


def _is_annotation(error: ReadError) -> bool:
    """Whether it is about a line of an annotation file, and so of one note."""
    return error.note_id is not None and f"{SUFFIX}:" in error.where
