"""What a user should know of the notes before trusting what is said of them.

Remarks name notes and days and quote no text; they are no errors, and change no exit code.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from abstraction.notes import Note
    from criteria_engine.assessment import Anchors

MOST_NAMED = 5
"""Notes or patients that one line names."""

_NAMES = "SELECT name FROM texts WHERE {} ORDER BY place"


def remarks_on(notes: Iterable[Note], anchors: Mapping[str, Anchors] | None = None) -> list[str]:
    """Copies of one text, notes without a date, and notes of days after the patient's screening,
    a line each."""
    undated, late = _Named(), _Named()
    # A nameless database goes to a temporary file as it grows.
    with closing(sqlite3.connect("")) as seen:
        seen.execute("CREATE TABLE texts (place INTEGER PRIMARY KEY, digest, patient_id, name)")
        for note in notes:
            name = f"{note.patient_id}/{note.note_id}"
            if note.text.strip():
                words = " ".join(note.text.split()).encode("utf-8", "replace")
                row = (hashlib.sha256(words).digest(), note.patient_id, name)
                seen.execute("INSERT INTO texts VALUES (NULL, ?, ?, ?)", row)
            if note.date is None:
                undated.add(name)
            elif anchors and note.date > anchors[note.patient_id].screening:
                late.add(name)
        same = _copies(seen, ("digest", "patient_id"), "count(*) > 1")
        strangers = _copies(seen, ("digest",), "count(DISTINCT patient_id) > 1")
    lines = (
        ("the same text in several notes of one patient", same),
        ("the same text under several patients", strangers),
        ("notes without a date, so that nothing in them is known to be recent", undated),
        ("notes dated after the screening; what they tell is shown apart", late),
    )
    return [f"{what}: {found.told()}" for what, found in lines if found.count]


class _Named:
    """The first few of many names, and how many there are."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[str] = []

    def add(self, name: str) -> None:
        self.count += 1
        if self.count <= MOST_NAMED:
            self._first.append(name)

    def told(self, separator: str = ", ") -> str:
        return _told(self._first, self.count - len(self._first), separator)


def _copies(seen: sqlite3.Connection, columns: Sequence[str], condition: str) -> _Named:
    """The notes that agree in the columns, a name for each group of them, the earliest first."""
    groups = seen.execute(
        f"SELECT {', '.join(columns)} FROM texts GROUP BY {', '.join(columns)}"
        f" HAVING {condition} ORDER BY min(place)"
    )
    same = " AND ".join(f"{column} = ?" for column in columns)
    found = _Named()
    for group in groups:
        members = _Named()
        if found.count < MOST_NAMED:
            for (name,) in seen.execute(_NAMES.format(same), group):
                members.add(name)
        found.add(members.told(" = "))
    return found


def first_few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    return _told(names[:MOST_NAMED], len(names) - MOST_NAMED)


def _told(names: Sequence[str], more: int, separator: str = ", ") -> str:
    shown = separator.join(names)
    return f"{shown} and {more} more" if more > 0 else shown


def report_remarks(remarks: Iterable[str]) -> None:
    """One line each on standard error."""
    for remark in remarks:
        click.echo(f"lupus-chart: warning: {remark}", err=True)
