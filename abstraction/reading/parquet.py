"""A table of notes as .parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from abstraction.notes import Note
from abstraction.reading.errors import ReadError, why
from abstraction.reading.rows import find_columns, missing_columns, row_to_note

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_AT_A_TIME = 1024
PAGE_BUFFER = 1 << 20
"""Bytes of a column read at a time; without it a row group of a million notes is read whole."""


def read_parquet(path: Path) -> Iterator[Note | ReadError]:
    """The note of every row, a batch at a time; only the columns of a note are loaded."""
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as stream, pq.ParquetFile(stream, buffer_size=PAGE_BUFFER) as table:
            columns = find_columns(table.schema_arrow.names)
            if problem := missing_columns(columns):
                yield ReadError(where=str(path), what=problem)
                return
            number = 0
            for batch in table.iter_batches(ROWS_AT_A_TIME, columns=sorted(columns.values())):
                for row in _microseconds(batch).to_pylist():
                    number += 1
                    yield from row_to_note(row, columns, f"{path}: row {number}")
    except OSError as error:
        yield ReadError(where=str(path), what=why(error))
    except ValueError:
        # Arrow's own errors are ValueErrors too; their messages may quote a cell, so none is shown.
        yield ReadError(where=str(path), what="is not a Parquet file, or a broken one")


def _microseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Time stamps in microseconds, the finest that Python's own dates hold."""
    import pyarrow as pa

    for index, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            whole = batch.column(index).cast(pa.timestamp("us", tz=field.type.tz), safe=False)
            batch = batch.set_column(index, field.name, whole)
    return batch
