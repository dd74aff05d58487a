"""What a user should know of the notes before trusting what is said of them.

Remarks name notes and days and quote no text; they are no errors, and change no exit code.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from abstraction.notes import Note
    from criteria_engine.assessment import Anchors

MOST_NAMED = 5
"""Notes or patients that one line names."""


def remarks_on(notes: Iterable[Note], anchors: Mapping[str, Anchors] | None = None) -> list[str]:
    """Copies of one text, notes without a date, and notes of days after the patient's screening,
    a line each."""
    copies: defaultdict[tuple[str, bytes], list[str]] = defaultdict(list)
    texts: defaultdict[bytes, set[str]] = defaultdict(set)
    undated: list[str] = []
    late: list[str] = []
    for note in notes:
        name = f"{note.patient_id}/{note.note_id}"
        digest = hashlib.sha256(" ".join(note.text.split()).encode("utf-8", "replace")).digest()
        if note.text.strip():
            copies[note.patient_id, digest].append(name)
            texts[digest].add(note.patient_id)
        if note.date is None:
            undated.append(name)
        elif anchors and note.date > anchors[note.patient_id].screening:
            late.append(name)
    same = [" = ".join(names) for names in copies.values() if len(names) > 1]
    shared: defaultdict[bytes, list[str]] = defaultdict(list)
    for (_, digest), names in copies.items():
        shared[digest].extend(names)
    strangers = [" = ".join(shared[digest]) for digest, who in texts.items() if len(who) > 1]
    lines = (
        ("the same text in several notes of one patient", same),
        ("the same text under several patients", strangers),
        ("notes without a date, so that nothing in them is known to be recent", undated),
        ("notes dated after the screening; what they tell is shown apart", late),
    )
    return [f"{what}: {first_few(found)}" for what, found in lines if found]


def first_few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - MOST_NAMED
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def report_remarks(remarks: Iterable[str]) -> None:
    """One line each on standard error."""
    for remark in remarks:
        click.echo(f"lupus-chart: warning: {remark}", err=True)
