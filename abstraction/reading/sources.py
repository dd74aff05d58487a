"""Which reader an input belongs to, by what it is and how its name ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from abstraction.notes import Note
from abstraction.reading.delimited import read_csv
from abstraction.reading.errors import ReadError
from abstraction.reading.files import TEXT_SUFFIXES, is_note, read_note, read_sidecar
from abstraction.reading.folders import patient_of, read_folder
from abstraction.reading.jsonl import read_jsonl
from abstraction.reading.parquet import read_parquet

TABLES: Mapping[str, Callable[[Path], Iterator[Note | ReadError]]] = {
    ".csv": read_csv,
    ".jsonl": read_jsonl,
    ".parquet": read_parquet,
}


def read_source(path: Path) -> Iterator[Note | ReadError]:
    """Notes and errors as the input holds them: in its own order, repetitions and all."""
    suffix = path.suffix.lower()
    if not path.exists():
        yield ReadError(where=str(path), what="there is no such file or folder")
    elif path.is_dir():
        yield from read_folder(path)
    elif suffix in TABLES:
        yield from TABLES[suffix](path)
    elif suffix in TEXT_SUFFIXES or is_note(path):
        details, problems = read_sidecar(path.parent)
        yield from problems
        yield from read_note(path, patient_of(path.parent), details.get(path.stem, {}))
    else:
        readable = " ".join([*TEXT_SUFFIXES, *TABLES])
        yield ReadError(where=str(path), what=f"is not a kind of file that is read ({readable})")
