"""A folder of charts, or one patient's folder.

Where a folder holds folders with notes it is a folder of charts, one patient a folder; where it
holds notes itself it is one patient.  Where it holds both, the charts are read and each stray note
is reported: it belongs to no patient whom anyone could name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from abstraction.notes import Note
from abstraction.reading.decoding import storable
from abstraction.reading.errors import ReadError, why
from abstraction.reading.files import SIDECAR, TEXT_SUFFIXES, is_note, read_note, read_sidecar

BESIDE_THE_NOTES = frozenset(
    {SIDECAR, "anchors.csv", "facts.gold.jsonl", "assessment.gold.json", "thumbs.db", "desktop.ini"}
)
"""Files of a corpus, and of desktops, that are no notes and are passed over without a word."""

_ANNOTATION_SUFFIXES = frozenset({".ann", ".conf"})
_READABLE = " or ".join(TEXT_SUFFIXES)


def read_folder(folder: Path) -> Iterator[Note | ReadError]:
    """Every note in the folder or in the folders inside it, patient by patient."""
    try:
        inside = _listing(folder)
    except OSError as error:
        yield _complaint(folder, why(error))
        return
    if any(path.is_dir() and _holds_notes(path) for path in inside):
        yield from _read_charts(inside)
    elif any(is_note(path) for path in inside):
        yield from _read_patient(folder, patient_of(folder), inside)
    else:
        yield _complaint(folder, f"holds no notes ({_READABLE}), nor folders of notes")


def patient_of(folder: Path) -> str:
    """The patient whom a folder of notes is named after."""
    return folder.resolve().name or "patient"


def _read_charts(inside: list[Path]) -> Iterator[Note | ReadError]:
    for path in inside:
        if not path.is_dir():
            if is_note(path):
                yield _complaint(path, "lies beside the patients' folders, so it has no patient")
            else:
                yield from _unless_known(path)
            continue
        try:
            notes = _listing(path)
        except OSError as error:
            yield _complaint(path, why(error))
            continue
        if any(is_note(note) for note in notes):
            yield from _read_patient(path, path.name, notes)
        else:
            # The folder names a patient, of whom then nothing is known.
            yield ReadError(
                where=str(path), what="is a folder without notes", patient_id=storable(path.name)
            )


def _read_patient(folder: Path, patient_id: str, inside: list[Path]) -> Iterator[Note | ReadError]:
    details, problems = read_sidecar(folder)
    yield from problems
    notes = [path for path in inside if is_note(path)]
    for path in inside:
        if path in notes:
            yield from read_note(path, patient_id, details.get(path.stem, {}))
        elif path.is_dir():
            yield _complaint(path, "is a folder inside a patient's folder, so it is not read")
        else:
            yield from _unless_known(path)
    for note_id in sorted(details.keys() - {path.stem for path in notes}):
        yield _complaint(folder / SIDECAR, f"names {note_id!r}, and there is no such note here")


def _listing(folder: Path) -> list[Path]:
    """What lies in the folder, hidden files apart, in the same order on every machine."""
    visible = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(visible, key=lambda path: path.name)


def _holds_notes(folder: Path) -> bool:
    try:
        return any(is_note(path) for path in _listing(folder))
    except OSError:
        return False


def _unless_known(path: Path) -> Iterator[ReadError]:
    known = path.name.lower() in BESIDE_THE_NOTES or path.stem.lower() == "readme"
    if not known and path.suffix.lower() not in _ANNOTATION_SUFFIXES:
        yield _complaint(path, f"is not a note ({_READABLE})")


def _complaint(path: Path, what: str) -> ReadError:
    return ReadError(where=str(path), what=what)
