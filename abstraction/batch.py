"""Many notes at once: from an Arrow record batch of notes to an Arrow record batch of facts.

``extract_batch`` is the one function that every engine runs: this process, worker processes, and
Spark's ``mapInArrow``.  ``Engine`` is the shape that they share.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from abstraction.attempt import Extractor, attempt
from abstraction.notes import Note
from abstraction.writing import json_line

NOTES = pa.schema(
    [
        ("patient_id", pa.string()),
        ("note_id", pa.string()),
        ("date", pa.date32()),
        ("type", pa.string()),
        ("title", pa.string()),
        ("author", pa.string()),
        ("text", pa.string()),
    ]
)
"""A row a note."""

FACTS = pa.schema(
    [
        ("patient_id", pa.string()),
        ("note_id", pa.string()),
        ("fact_id", pa.string()),
        ("kind", pa.string()),
        ("concept", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("text", pa.string()),
        ("assertion", pa.string()),
        ("temporality", pa.string()),
        ("experiencer", pa.string()),
        ("section", pa.string()),
        ("date_start", pa.date32()),
        ("date_end", pa.date32()),
        ("date_basis", pa.string()),
        ("number", pa.float64()),
        ("comparator", pa.string()),
        ("unit", pa.string()),
        ("canonical_number", pa.float64()),
        ("canonical_unit", pa.string()),
        ("interpretation", pa.string()),
        ("record", pa.string()),
    ]
)
"""A row a fact: what tables are asked for, and in ``record`` the whole fact as its JSON line."""

RESULTS = FACTS.append(pa.field("error", pa.string()))
"""``FACTS``, and a row for each note that failed: its ids and ``error``, all else null."""

Engine = Callable[[Iterator[pa.RecordBatch]], Generator[pa.RecordBatch, None, None]]
"""From batches of ``NOTES`` to batches of ``RESULTS``, one for one, in their order.

Batches are taken as they are needed, a bounded number ahead.  Raises ``EngineFailed``.
"""

BuildExtractor = Callable[[], Extractor]
"""Makes an extractor inside a worker process: picklable, and equal to others that make the same."""

_VALUE = ("number", "comparator", "unit", "canonical_number", "canonical_unit", "interpretation")


class EngineFailed(RuntimeError):
    """The notes cannot be worked on at all; the message is one line and quotes no note."""


def notes_batch(notes: Sequence[Note]) -> pa.RecordBatch:
    """The notes as a batch of ``NOTES``, a row a note."""
    return pa.RecordBatch.from_pylist([note.model_dump() for note in notes], schema=NOTES)


def extract_batch(
    batch: pa.RecordBatch,
    extract: Extractor,
    starting: Callable[[int], None] = lambda row: None,
    given_up: Mapping[int, str] | None = None,
) -> pa.RecordBatch:
    """The facts of a batch of ``NOTES``, as a batch of ``RESULTS`` in the order of the notes.

    ``starting`` is told each row before it is worked on.  Rows in ``given_up`` are not worked on:
    they fail with the reason that stands there.
    """
    rows: list[dict[str, object]] = []
    for number, fields in enumerate(batch.to_pylist()):
        note = Note.model_validate(fields)
        error = (given_up or {}).get(number)
        if error is None:
            starting(number)
            facts, error = attempt(extract, note)
            rows.extend(fact_row(json_line(fact)) for fact in facts)
        if error is not None:
            ids = {"patient_id": note.patient_id, "note_id": note.note_id}
            rows.append({**ids, "error": error})
    return pa.RecordBatch.from_pylist(rows, schema=RESULTS)


def extract_batches(
    batches: Iterable[pa.RecordBatch], extract: Extractor
) -> Generator[pa.RecordBatch, None, None]:
    """The engine of this process alone."""
    return (extract_batch(batch, extract) for batch in batches)


def fact_row(record: str) -> dict[str, object]:
    """The row of ``FACTS`` of a fact's JSON line."""
    fact: dict[str, Any] = json.loads(record)
    span, date, value = fact["span"], fact["date"] or {}, fact.get("value") or {}
    return {
        **{name: fact[name] for name in FACTS.names if name in fact},
        **{name: span[name] for name in ("start", "end", "text")},
        **{f"date_{name}": dt.date.fromisoformat(date[name]) for name in ("start", "end") if date},
        "date_basis": date.get("basis"),
        **{name: value.get(name) for name in _VALUE},
        "record": record.rstrip("\n"),
    }
