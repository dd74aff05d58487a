"""A table as .csv, whatever it is delimited by; cells keep their line ends."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from abstraction.notes import Note
from abstraction.reading.decoding import table_encoding
from abstraction.reading.errors import ReadError, why
from abstraction.reading.rows import find_columns, missing_columns, row_to_note

if TYPE_CHECKING:
    from _csv import Reader

LONGEST_CELL = 2**31 - 1
"""The csv module's own limit, 128 KiB, is less than a long note."""

DELIMITERS = ",;\t"


def read_csv(path: Path) -> Iterator[Note | ReadError]:
    """The note of every row; a broken row is reported by the line it starts on, the rest read."""
    try:
        with open_table(path) as stream:
            reader = table_reader(stream)
            header = next(reader, [])
            columns = find_columns(header)
            if problem := missing_columns(columns):
                yield ReadError(where=str(path), what=problem)
                return
            for line, row in numbered_rows(reader, header):
                where = f"{path}:{line}"
                if isinstance(row, str):
                    yield ReadError(where=where, what=row)
                else:
                    yield from row_to_note(row, columns, where)
    except OSError as error:
        yield ReadError(where=str(path), what=why(error))
    except csv.Error as error:
        yield ReadError(where=str(path), what=f"has a broken header ({error})")


def open_table(path: Path) -> TextIO:
    """The table as text, its line ends untouched; ``OSError`` when it cannot be opened."""
    with path.open("rb") as stream:
        encoding = table_encoding(stream)
    return path.open(encoding=encoding, errors="replace", newline="")


def table_reader(stream: TextIO) -> Reader:
    """A strict reader with the delimiter that the header has most of: comma, semicolon or tab."""
    csv.field_size_limit(LONGEST_CELL)
    header = stream.readline()
    stream.seek(0)
    return csv.reader(stream, delimiter=max(DELIMITERS, key=header.count), strict=True)


def numbered_rows(reader: Reader, header: list[str]) -> Iterator[tuple[int, dict[str, str] | str]]:
    """Each row's first line and its cells by column name, or what is wrong with the row."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"is no row of a table ({error})"
            continue
        if len(cells) == len(header):
            yield line, dict(zip(header, cells, strict=True))
        elif cells:
            yield line, f"has {len(cells)} cells where the header has {len(header)}"
