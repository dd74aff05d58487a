"""The facts and notes of a run as Parquet files, made of its lines of JSON."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from abstraction.batch import FACTS, NOTES, batch_of, fact_row
from abstraction.unfinished import force_to_disk

ROWS_AT_A_TIME = 4096
"""Rows of a row group: what is held in memory while a file is written or read."""


def convert(folder: Path) -> tuple[str, ...]:
    """Write ``facts.parquet`` and ``notes.parquet`` beside the .jsonl files; returns the names."""
    facts = _convert(folder / "facts.jsonl", FACTS, fact_row)
    return facts, _convert(folder / "notes.jsonl", NOTES, str)


class NotFacts(ValueError):
    """The file is not one that ``convert`` writes."""


def read_records(path: Path) -> Iterator[str]:
    """The JSON line of every fact of a ``facts.parquet``.  Raises ``OSError``, ``NotFacts``."""
    try:
        with path.open("rb") as stream, pq.ParquetFile(stream) as table:
            if "record" not in table.schema_arrow.names:
                raise NotFacts
            for batch in table.iter_batches(ROWS_AT_A_TIME, columns=["record"]):
                yield from map(str, batch.column("record").to_pylist())
    except pa.ArrowInvalid:
        raise NotFacts from None


def _convert(lines_path: Path, schema: pa.Schema, row: Callable[[str], str]) -> str:
    path = lines_path.with_suffix(".parquet")
    with (
        lines_path.open(encoding="utf-8", newline="\n") as lines,
        pq.ParquetWriter(path, schema, compression="zstd") as writer,
    ):
        while rows := [row(line.rstrip("\n")) for line in itertools.islice(lines, ROWS_AT_A_TIME)]:
            writer.write_batch(batch_of(rows, schema))
    force_to_disk(path)
    return path.name
