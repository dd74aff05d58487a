"""BRAT folders: ``folder/<patient_id>/<note_id>.txt`` with the ``.ann`` beside it."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abstraction.exports.brat.annotating import NotWritable, annotate
from abstraction.exports.brat.configuration import annotation_conf
from abstraction.exports.brat.interpreting import interpret
from abstraction.exports.brat.vocabulary import Record, TypeNames, shipped_names
from abstraction.facts import FactBase
from abstraction.notes import Note
from abstraction.reading import ReadError, collect_notes
from abstraction.reading.days import split_name
from abstraction.reading.errors import why
from abstraction.reading.files import SIDECAR, TEXT_SUFFIXES

_ALWAYS = ("kind", "assertion", "temporality", "experiencer")
"""Fields of a run's fact that are written even where they say what is so by default."""


@dataclass(frozen=True, slots=True)
class BratFact:
    """A fact in the gold format, and the file and line that mark it."""

    record: dict[str, Any]
    where: str


@dataclass(frozen=True, slots=True)
class BratNote:
    """A note and its facts in the order of the text; None where it has no ``.ann``: no gold."""

    note: Note
    facts: tuple[BratFact, ...] | None


@dataclass(frozen=True, slots=True)
class BratFolder:
    """The notes of a folder, sorted by patient and note id, and what could not be read of it."""

    notes: tuple[BratNote, ...]
    errors: tuple[ReadError, ...]


def write_brat(notes: Iterable[Note], facts: Iterable[Record | FactBase], folder: Path) -> None:
    """Write every note with its facts, and the ``annotation.conf`` that a BRAT server needs.

    A record is written to the letter; of a run's fact a field that says nothing is left out, and
    ``parse_fact`` gives it back.  Files of these names are replaced.  Raises ``NotWritable`` where
    a fact is none of its note or an id cannot name a file, ``OSError`` where the folder does not
    allow writing; the notes written until then stay.
    """
    names = shipped_names()
    waiting: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for fact in facts:
        record = _as_record(fact)
        waiting[record["patient_id"], record["note_id"]].append(record)
    concepts = {(r["kind"], r["concept"]) for records in waiting.values() for r in records}
    details: dict[str, list[Note]] = defaultdict(list)
    written: set[tuple[str, str]] = set()
    for note in notes:
        key = (note.patient_id, note.note_id)
        if key in written:
            raise NotWritable(f"{note.patient_id}/{note.note_id}: is given twice")
        written.add(key)
        ann = annotate(note.text, waiting.pop(key, ()), names)
        path = folder / _file_name(note.patient_id) / _file_name(note.note_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path.parent / f"{path.name}.txt", note.text)
        _write(path.parent / f"{path.name}.ann", ann)
        if _told_by_name(note) != (note.date, note.type, note.title, note.author):
            details[note.patient_id].append(note)
    for patient_id, note_id in sorted(waiting):
        raise NotWritable(f"{patient_id}/{note_id}: has facts, and there is no such note")
    for patient_id, untold in sorted(details.items()):
        _write(folder / patient_id / SIDECAR, _sidecar(untold))
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "annotation.conf", annotation_conf(names, concepts))


def read_brat(folder: Path) -> BratFolder:
    """The notes and facts of a folder of patients' folders, or of one patient's folder.

    A fact of which any line is wrong is left out and each error names its file and line.
    """
    names = shipped_names()
    collection = collect_notes(folder)
    errors = [*collection.errors, *_without_note(folder)]
    notes = []
    for note in collection:
        path = _beside(folder, note)
        facts, problems = _read_ann(path, note, names) if path.exists() else (None, [])
        notes.append(BratNote(note, facts))
        errors += problems
    return BratFolder(tuple(notes), tuple(errors))


def _read_ann(
    path: Path, note: Note, names: TypeNames
) -> tuple[tuple[BratFact, ...] | None, list[ReadError]]:
    """The facts of one note, None where the file cannot be read at all, and what is wrong."""

    def problem(where: str, what: str) -> ReadError:
        return ReadError(where=where, what=what, patient_id=note.patient_id, note_id=note.note_id)

    try:
        ann = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return None, [problem(str(path), why(error))]
    except UnicodeDecodeError:
        return None, [problem(str(path), "is not UTF-8")]
    reading = interpret(note, ann, names)
    facts = tuple(BratFact(record, f"{path}:{line}") for line, record in reading.records)
    return facts, [problem(f"{path}:{line}", what) for line, what in reading.problems]


def _as_record(fact: Record | FactBase) -> Record:
    if not isinstance(fact, FactBase):
        return fact
    stated = fact.model_dump(mode="json", exclude_defaults=True)
    return stated | {name: getattr(fact, name) for name in _ALWAYS}


def _file_name(name: str) -> str:
    """The id itself.  Raises ``NotWritable`` where no file could bear it or be found again."""
    if name.startswith(".") or name.lower() == "readme" or set(name) & set("/\\\0\n\r"):
        raise NotWritable(f"the id {name!r} cannot be the name of a file")
    return name


def _told_by_name(note: Note) -> tuple[Any, ...]:
    """Date, type, title and author as the file's name alone would give them."""
    day, kind = split_name(note.note_id)
    return (note.date if note.date and note.date.isoformat() == day else None, kind, None, None)


def _sidecar(notes: Iterable[Note]) -> str:
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(["note_id", "date", "type", "title", "author"])
    for note in sorted(notes, key=lambda note: note.note_id):
        rows.writerow([note.note_id, note.date, note.type, note.title, note.author])
    return stream.getvalue()


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def _beside(folder: Path, note: Note) -> Path:
    inside = folder / note.patient_id
    return (inside if inside.is_dir() else folder) / f"{note.note_id}.ann"


def _without_note(folder: Path) -> list[ReadError]:
    """Annotations that lie beside no text."""
    return [
        ReadError(where=str(path), what="has no note beside it, so it is not read")
        for path in sorted([*folder.glob("*.ann"), *folder.glob("*/*.ann")])
        if not path.name.startswith(".")
        and not any(path.with_suffix(suffix).exists() for suffix in TEXT_SUFFIXES)
    ]
