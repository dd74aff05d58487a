"""One row of any table as a note: the columns' names, in the contract's words or in OMOP's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from abstraction.notes import Note
from abstraction.reading.days import NoDay, parse_day
from abstraction.reading.decoding import decode_line, storable
from abstraction.reading.errors import ReadError

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "patient_id": ("patient_id", "person_id"),
    "note_id": ("note_id",),
    "date": ("date", "note_date"),
    "type": ("type",),
    "title": ("title", "note_title"),
    "author": ("author",),
    "text": ("text", "note_text"),
}
"""Each field of a note and the columns it may stand in, the first that is there counts."""

REQUIRED = ("patient_id", "note_id", "text")


def find_columns(names: Iterable[str]) -> dict[str, str]:
    """Which column of the table holds each field, ignoring case and outer white space."""
    present = {name.strip().lower(): name for name in reversed(list(names))}
    return {
        field: present[alias]
        for field, aliases in COLUMNS.items()
        if (alias := next((a for a in aliases if a in present), None))
    }


def missing_columns(columns: Mapping[str, str]) -> str | None:
    """A line that names the required columns a table lacks; None when it has them all."""
    lacking = [" or ".join(COLUMNS[field]) for field in REQUIRED if field not in columns]
    if not lacking:
        return None
    return f"has no column {', '.join(lacking)} (a table of notes has patient_id, note_id, text)"


def row_to_note(
    row: Mapping[str, object], columns: Mapping[str, str], where: str
) -> Iterator[Note | ReadError]:
    """The note of a row, or what is wrong with it.  A date that is none costs only the date."""
    fields = {field: row.get(column) for field, column in columns.items()}
    patient_id, note_id = _identifier(fields.get("patient_id")), _identifier(fields.get("note_id"))
    text = _text(fields.get("text"))
    if patient_id is None or note_id is None or text is None:
        found = {"patient_id": patient_id, "note_id": note_id, "text": text}
        empty = ", ".join(COLUMNS[name][0] for name, value in found.items() if value is None)
        yield ReadError(where=where, what=f"has no {empty}", patient_id=patient_id, note_id=note_id)
        return
    try:
        day = parse_day(fields.get("date"))
    except NoDay as problem:
        day = None
        yield ReadError(
            where=where,
            what=f"{problem}; the note is read without a date",
            patient_id=patient_id,
            note_id=note_id,
        )
    yield Note(
        patient_id=patient_id,
        note_id=note_id,
        date=day,
        type=_text(fields.get("type")) or None,
        title=_text(fields.get("title")) or None,
        author=_text(fields.get("author")) or None,
        text=text,
    )


def _identifier(value: object) -> str | None:
    """An id as text: OMOP's are whole numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return storable(str(value).strip()) or None


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return decode_line(value)
    return storable(value) if isinstance(value, str) else None
