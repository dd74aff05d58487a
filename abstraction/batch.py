"""Many notes at once: from an Arrow record batch of notes to an Arrow record batch of facts.

``extract_batch`` is the one function that every engine runs: this process, worker processes, and
Spark's ``mapInArrow``.  ``Engine`` is the shape that they share.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.json

from abstraction.attempt import Extractor, attempt
from abstraction.notes import Note

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
"""A row a fact: what tables are asked for, and in ``record`` the whole fact as JSON."""

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
    return batch_of((note.model_dump_json() for note in notes), NOTES)


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
    rows: list[str] = []
    for number, fields in enumerate(batch.to_pylist()):
        note = Note.model_validate(fields)
        error = (given_up or {}).get(number)
        if error is None:
            starting(number)
            facts, error = attempt(extract, note)
            rows.extend(fact_row(fact.model_dump_json()) for fact in facts)
        if error is not None:
            ids = {"patient_id": note.patient_id, "note_id": note.note_id}
            rows.append(json.dumps({**ids, "error": error}))
    return batch_of(rows, RESULTS)


def extract_batches(
    batches: Iterable[pa.RecordBatch], build: BuildExtractor
) -> Generator[pa.RecordBatch, None, None]:
    """The engine of this process alone; the extractor is made when the first batch is asked for."""
    extract = build()
    for batch in batches:
        yield extract_batch(batch, extract)


def batch_of(rows: Iterable[str], schema: pa.Schema) -> pa.RecordBatch:
    """The rows, a JSON object each, as a batch; what an object does not name is null there.

    By way of JSON: Arrow loads pandas, in seconds, to look at objects of Python's.
    """
    data = "\n".join(rows).encode()
    if not data:
        return pa.RecordBatch.from_arrays(
            [pa.nulls(0, each) for each in schema.types], schema=schema
        )
    table = pyarrow.json.read_json(
        pa.BufferReader(data),
        pyarrow.json.ReadOptions(use_threads=False, block_size=len(data) + 1),
        pyarrow.json.ParseOptions(explicit_schema=_as_json_has_it(schema)),
    )
    (batch,) = table.cast(schema).combine_chunks().to_batches()
    return batch


def _as_json_has_it(schema: pa.Schema) -> pa.Schema:
    """The schema with text for days, which JSON has no type for."""
    return pa.schema(
        [(field.name, pa.string() if field.type == pa.date32() else field.type) for field in schema]
    )


def fact_row(record: str) -> str:
    """The row of ``FACTS``, as a JSON object, of a fact's JSON."""
    fact: dict[str, Any] = json.loads(record)
    span, date, value = fact["span"], fact["date"] or {}, fact.get("value") or {}
    return json.dumps(
        {
            **{name: fact[name] for name in FACTS.names if name in fact},
            **{name: span[name] for name in ("start", "end", "text")},
            **{f"date_{name}": date.get(name) for name in ("start", "end", "basis")},
            **{name: value.get(name) for name in _VALUE},
            "record": record,
        }
    )
