"""A gold corpus: the notes, what a careful reader found in them, and what is unfit to score."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from abstraction.reading import ReadError
from abstraction.reading.errors import why
from corpus.evaluation.gold_facts import GoldFacts, folder_of, is_gold, read_marked
from corpus.evaluation.gold_verdicts import ASSESSMENT, GoldAssessment, read_gold_assessment
from corpus.evaluation.records import Gold, GoldPatient
from corpus.evaluation.standoff_gold import is_standoff, read_standoff
from criteria_engine.protocol import Protocol


def read_gold(path: Path, protocol: Protocol) -> Gold:
    """The corpus in the folder, or the one patient whose folder it is.

    The facts stand in ``facts.gold.jsonl`` or, in a folder without any, in BRAT's ``.ann`` files.
    Nothing raises: what is broken is a problem of the ``Gold`` with its file and line, and only
    the notes or verdicts that it touches are left out.
    """
    try:
        if path.exists() and not path.is_dir():
            return _nothing(protocol, path, "is a file, and a gold corpus is a folder")
        return _read(path, protocol)
    except OSError as error:
        return _nothing(protocol, path, why(error))


def _nothing(protocol: Protocol, path: Path, what: str) -> Gold:
    return Gold(protocol, (), (ReadError(where=str(path), what=what),))


def _read(path: Path, protocol: Protocol) -> Gold:
    marked = read_standoff(path) if is_standoff(path) and not is_gold(path) else read_marked(path)
    patients: list[GoldPatient] = []
    problems = list(marked.problems)
    for patient_id, notes in marked.notes.items():
        folder = folder_of(path, patient_id)
        assessment = read_gold_assessment(folder, patient_id, protocol, notes)
        facts = marked.facts[patient_id]
        scored, silent = _scored(notes, facts, assessment)
        patients.append(
            GoldPatient(
                patient_id=patient_id,
                notes=tuple(notes.values()),
                scored=scored,
                mentions=tuple(sorted(facts.mentions, key=lambda mention: mention.order)),
                verdicts=assessment.verdicts,
            )
        )
        problems += [*facts.problems, *assessment.problems]
        problems += [_silence(facts.where, patient_id, note_id) for note_id in silent]
    problems.extend(_without_assessment(path, patients))
    return Gold(protocol, tuple(patients), tuple(problems))


def _scored(
    notes: Iterable[str], facts: GoldFacts, assessment: GoldAssessment
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The notes whose gold is whole, and those of which it is silent."""
    told = {
        *(mention.fact.note_id for mention in facts.mentions),
        *facts.annotated,
        *assessment.annotated_notes,
    }
    sound = [note_id for note_id in notes if note_id not in facts.broken_notes]
    return (
        tuple(note_id for note_id in sound if note_id in told),
        tuple(note_id for note_id in sound if note_id not in told),
    )


def _silence(where: str, patient_id: str, note_id: str) -> ReadError:
    return ReadError(
        where=where,
        what=f"no gold for this note: {note_id!r}; list it in annotated_notes if it holds no fact",
        patient_id=patient_id,
        note_id=note_id,
    )


def _without_assessment(path: Path, patients: Iterable[GoldPatient]) -> list[ReadError]:
    """Patients without the file where others have one; a corpus of facts alone has none."""
    files = {one.patient_id: folder_of(path, one.patient_id) / ASSESSMENT for one in patients}
    if not any(file.exists() for file in files.values()):
        return []
    return [
        ReadError(
            where=str(file),
            what=f"there is no such file; the verdicts of {patient_id!r} are not scored",
            patient_id=patient_id,
        )
        for patient_id, file in files.items()
        if not file.exists()
    ]
