"""Notes as files: one file a note, its name and the ``notes.csv`` beside it telling the rest."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from abstraction.notes import Note
from abstraction.reading.days import NoDay, parse_day, split_name
from abstraction.reading.decoding import NotText, decode, storable
from abstraction.reading.delimited import numbered_rows, open_table, table_reader
from abstraction.reading.errors import ReadError, why

TEXT_SUFFIXES = (".txt", ".md")
LATER_SUFFIXES = (".doc", ".docx", ".htm", ".html", ".pdf", ".rtf")
"""Notes by their name, in formats that this version does not read."""

SIDECAR = "notes.csv"
_SIDECAR_FIELDS = ("date", "type", "title", "author")

Details = Mapping[str, str]
"""What ``notes.csv`` says of one note, by column; what it leaves empty is not in it."""


def is_note(path: Path) -> bool:
    """Whether this is a note by its name, in a format that is read now or later.

    A README tells about the notes and is none of them.
    """
    suffix, stem = path.suffix.lower(), path.stem.lower()
    return suffix in TEXT_SUFFIXES + LATER_SUFFIXES and stem != "readme" and not path.is_dir()


def read_note(path: Path, patient_id: str, details: Details) -> Iterator[Note | ReadError]:
    """The note of one file, with what its ``notes.csv`` says of it."""
    patient_id, note_id = storable(patient_id), storable(path.stem)

    def problem(what: str) -> ReadError:
        where = str(path)
        return ReadError(where=where, what=what, patient_id=patient_id, note_id=note_id)

    if path.suffix.lower() not in TEXT_SUFFIXES:
        yield problem(f"{path.suffix.lower()[1:]} is a format that is not read yet")
        return
    if path.exists() and not path.is_file():
        yield problem("is not a regular file")
        return
    try:
        text = decode(path.read_bytes())
    except OSError as error:
        yield problem(why(error))
        return
    except NotText as error:
        yield problem(str(error))
        return
    written, kind = split_name(note_id)
    try:
        day = parse_day(details.get("date") or written)
    except NoDay as error:
        day = None
        yield problem(f"{error}; the note is read without a date")
    yield Note(
        patient_id=patient_id,
        note_id=note_id,
        date=day,
        type=details.get("type") or kind,
        title=details.get("title"),
        author=details.get("author"),
        text=text,
    )


def read_sidecar(folder: Path) -> tuple[dict[str, Details], list[ReadError]]:
    """What ``notes.csv`` in the folder says, by note id, and what is wrong with it."""
    path = folder / SIDECAR
    details: dict[str, Details] = {}
    problems: list[ReadError] = []
    where = str(path)
    if not path.exists():
        return details, problems
    try:
        with open_table(path) as stream:
            reader = table_reader(stream)
            header = [name.strip().lower() for name in next(reader, [])]
            if "note_id" not in header:
                return details, [ReadError(where=where, what="has no column note_id")]
            for line, row in numbered_rows(reader, header):
                if isinstance(row, str):
                    problems.append(ReadError(where=f"{where}:{line}", what=row))
                    continue
                said = {name: row[name].strip() for name in _SIDECAR_FIELDS if name in header}
                details[row["note_id"].strip()] = {k: v for k, v in said.items() if v}
    except OSError as error:
        problems.append(ReadError(where=where, what=why(error)))
    except csv.Error as error:
        problems.append(ReadError(where=where, what=f"has a broken header ({error})"))
    return details, problems
