"""A table of notes, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from abstraction.notes import Note
from abstraction.reading.decoding import decode_line
from abstraction.reading.errors import ReadError, why
from abstraction.reading.rows import find_columns, missing_columns, row_to_note


def read_jsonl(path: Path) -> Iterator[Note | ReadError]:
    """The note of every line; a broken line is reported by its number and the rest still read.

    A line ends at a line feed and nowhere else: U+2028 inside a text is part of the text.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if line.strip():
                    yield from _read_line(line, f"{path}:{number}")
    except OSError as error:
        yield ReadError(where=str(path), what=why(error))


def _read_line(line: bytes, where: str) -> Iterator[Note | ReadError]:
    try:
        row = json.loads(decode_line(line))
    except json.JSONDecodeError as error:
        yield ReadError(where=where, what=f"is not JSON ({error.msg}, column {error.colno})")
        return
    except (ValueError, RecursionError):
        yield ReadError(where=where, what="is not JSON that can be read")
        return
    if not isinstance(row, dict):
        yield ReadError(where=where, what="is not a JSON object")
        return
    columns = find_columns(row)
    if problem := missing_columns(columns):
        yield ReadError(where=where, what=problem)
        return
    yield from row_to_note(row, columns, where)
