"""Every note of an input once, in one order, whatever the order it lay in.

Texts are set down in a spool while the input is read, and where they lie in an index; both stay in
memory while they are small, then go to unnamed temporary files, so that an input larger than
memory can be sorted and told of its duplicates before the first note is worked on.
"""

from __future__ import annotations

import hashlib
import sqlite3
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

_INDEX = """
CREATE TABLE places (
    patient_id TEXT, note_id TEXT, text_digest BLOB, digest BLOB, offset INTEGER, length INTEGER,
    PRIMARY KEY (patient_id, note_id)
) WITHOUT ROWID
"""
_IN_ORDER = "ORDER BY patient_id, note_id"


class NoRoom(OSError):
    """The notes could not be set down while they were read; the message says why."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a note lies in the spool, and the digests that settle which of two is kept."""

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
    Raises ``NoRoom``.
    """

    def __init__(self, items: Iterable[Note | ReadError]) -> None:
        self._spool = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        # A nameless database is a temporary one: SQLite moves it to a file as it grows.
        self._index = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._spool.close)
        weakref.finalize(self, self._index.close)
        self.errors: list[ReadError] = []
        try:
            contested = self._set_down(items)
        except sqlite3.OperationalError as error:
            raise NoRoom(str(error)) from None
        except OSError as error:
            raise NoRoom(error.strerror or type(error).__name__) from None
        self.errors.extend(_two_texts(*key) for key in sorted(contested))

    def __len__(self) -> int:
        count: int = self._index.execute("SELECT count(*) FROM places").fetchone()[0]
        return count

    def __iter__(self) -> Iterator[Note]:
        return self.after(0)

    def __contains__(self, key: tuple[str, str]) -> bool:
        """Whether there is a note of that patient and note id."""
        return self._place(*key) is not None

    def after(self, count: int) -> Iterator[Note]:
        """The notes in their order without the first ``count``."""
        places = self._index.execute(
            f"SELECT offset, length FROM places {_IN_ORDER} LIMIT -1 OFFSET ?", (count,)
        )
        for offset, length in places:
            self._spool.seek(offset)
            yield Note.model_validate_json(self._spool.read(length))

    def patients(self) -> tuple[str, ...]:
        """Every patient of the input, sorted; also one none of whose notes could be read."""
        read = {row[0] for row in self._index.execute("SELECT DISTINCT patient_id FROM places")}
        unread = {error.patient_id for error in self.errors if error.patient_id is not None}
        return tuple(sorted(read | unread))

    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of every note and of all that could not be read."""
        sha = hashlib.sha256()
        for (digest,) in self._index.execute(f"SELECT digest FROM places {_IN_ORDER}"):
            sha.update(digest)
        for error in self.errors:
            sha.update(error.model_dump_json().encode())
        return sha.hexdigest()

    def _set_down(self, items: Iterable[Note | ReadError]) -> set[tuple[str, str]]:
        """Keep every item; the patients and ids under which there were several texts."""
        contested: set[tuple[str, str]] = set()
        self._index.execute("PRAGMA journal_mode = OFF")
        self._index.execute(_INDEX)
        self._index.execute("BEGIN")
        for item in items:
            if isinstance(item, ReadError):
                self.errors.append(item)
            elif not self._add(item):
                contested.add((item.patient_id, item.note_id))
        self._index.execute("COMMIT")
        return contested

    def _add(self, note: Note) -> bool:
        """Set the note down; False when another text already stands under its id."""
        record = note.model_dump_json().encode()
        known = self._place(note.patient_id, note.note_id)
        text_digest = hashlib.sha256(note.text.encode()).digest()
        digest = hashlib.sha256(record).digest()
        place = _Place(text_digest, digest, self._spool.tell(), len(record))
        if known is None or place.precedes(known):
            self._spool.write(record)
            self._index.execute(
                "INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?)",
                (note.patient_id, note.note_id, text_digest, digest, place.offset, place.length),
            )
        return known is None or known.text_digest == text_digest

    def _place(self, patient_id: str, note_id: str) -> _Place | None:
        row = self._index.execute(
            "SELECT text_digest, digest, offset, length FROM places"
            " WHERE patient_id = ? AND note_id = ?",
            (patient_id, note_id),
        ).fetchone()
        return row and _Place(*row)


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
