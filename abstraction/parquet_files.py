"""The facts and notes of a run as Parquet files, made of its lines of JSON."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from abstraction.batch import FACTS, NOTES, fact_row
from abstraction.notes import Note
from abstraction.unfinished import force_to_disk

ROWS_AT_A_TIME = 4096
"""Rows of a row group: what is held in memory while a file is written or read."""


def convert(folder: Path) -> tuple[str, ...]:
    """Write ``facts.parquet`` and ``notes.parquet`` beside the .jsonl files; returns the names."""
    facts = _convert(folder / "facts.jsonl", FACTS, fact_row)
    return facts, _convert(folder / "notes.jsonl", NOTES, _note_row)


def read_records(path: Path) -> Iterator[str]:
    """The JSON line of every fact of a ``facts.parquet``.

    Raises ``OSError``, and ``ValueError`` where it is no such file.
    """
    with path.open("rb") as stream, pq.ParquetFile(stream) as table:
        for batch in table.iter_batches(ROWS_AT_A_TIME, columns=["record"]):
            yield from batch.column("record").to_pylist()


def _convert(
    lines_path: Path, schema: pa.Schema, row: Callable[[str], dict[str, object]]
) -> str:
    path = lines_path.with_suffix(".parquet")
    with (
        lines_path.open(encoding="utf-8", newline="\n") as lines,
        pq.ParquetWriter(path, schema, compression="zstd") as writer,
    ):
        while rows := [row(line) for line in itertools.islice(lines, ROWS_AT_A_TIME)]:
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
    force_to_disk(path)
    return path.name


def _note_row(line: str) -> dict[str, object]:
    return Note.model_validate(json.loads(line)).model_dump()
