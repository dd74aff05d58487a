"""Every note of an input once, in one order, whatever the order it lay in.

Texts are set down in a spool while the input is read (in memory while it is small, then in an
unnamed temporary file) and only an index of a few dozen bytes a note stays, so that an input
larger than memory can be sorted and told of its duplicates before the first note is worked on.
"""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile

from abstraction.notes import Note
from abstraction.reading.errors import ReadError
from abstraction.reading.sources import read_source

IN_MEMORY = 64 << 20
"""Bytes of notes that are kept in memory before the spool becomes a file."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a note lies in the spool, and the digest that settles which of two is kept."""

    text_digest: bytes
    digest: bytes
    offset: int
    length: int

    def precedes(self, other: _Place) -> bool:
        return (self.text_digest, self.digest) < (other.text_digest, other.digest)


class NoteCollection:
    """The notes of one input, sorted by patient and note id, and what could not be read of it.

    Two notes with one id of one patient and the same text are one note.  Where the texts differ
    the one whose SHA-256 sorts first is kept, whichever came first, and ``errors`` says so.
    """

    def __init__(self, items: Iterable[Note | ReadError]) -> None:
        self._spool = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        weakref.finalize(self, self._spool.close)
        self._places: dict[tuple[str, str], _Place] = {}
        self.errors: list[ReadError] = []
        contested: set[tuple[str, str]] = set()
        for item in items:
            if isinstance(item, ReadError):
                self.errors.append(item)
            elif not self._add(item):
                contested.add((item.patient_id, item.note_id))
        self.errors.extend(_two_texts(*key) for key in sorted(contested))

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Note]:
        for key in sorted(self._places):
            place = self._places[key]
            self._spool.seek(place.offset)
            yield Note.model_validate_json(self._spool.read(place.length))

    def patients(self) -> tuple[str, ...]:
        """Every patient of the input, sorted; also one none of whose notes could be read."""
        read = {patient_id for patient_id, _ in self._places}
        unread = {error.patient_id for error in self.errors if error.patient_id is not None}
        return tuple(sorted(read | unread))

    def _add(self, note: Note) -> bool:
        """Set the note down; False when another text already stands under its id."""
        key = (note.patient_id, note.note_id)
        record = note.model_dump_json().encode()
        known = self._places.get(key)
        text_digest = hashlib.sha256(note.text.encode()).digest()
        place = _Place(
            text_digest, hashlib.sha256(record).digest(), self._spool.tell(), len(record)
        )
        if known is None or place.precedes(known):
            self._spool.write(record)
            self._places[key] = place
        return known is None or known.text_digest == text_digest


def collect_notes(path: Path | str) -> NoteCollection:
    """Every note of the input: a folder of charts, a patient's folder, one note, or a table."""
    return NoteCollection(read_source(Path(path)))


def read_notes(path: Path | str) -> Iterator[Note | ReadError]:
    """What could not be read, then every note once, sorted by patient and note id."""
    notes = collect_notes(path)
    yield from notes.errors
    yield from notes


def _two_texts(patient_id: str, note_id: str) -> ReadError:
    return ReadError(
        where=f"{patient_id}/{note_id}",
        what="stands in the input with different texts; one of them is read",
        patient_id=patient_id,
        note_id=note_id,
    )
