"""What a run wrote, read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from abstraction.facts import Fact, parse_fact
from abstraction.run import LEDGER


class BrokenRecord(ValueError):
    """A recorded file cannot be trusted; the message says where and what, and quotes no note."""


def read_facts(path: Path) -> list[Fact]:
    """Every fact of a ``facts.jsonl`` or ``facts.parquet``, in its order.

    A single bad line makes the whole file unfit: a verdict without that fact could be wrong.
    Raises ``BrokenRecord``.
    """
    return list(_facts(path))


def recorded_patients(facts_path: Path) -> tuple[str, ...]:
    """The patients of the ledger beside the facts, sorted: those without any fact among them.

    None where there is no ledger.  Raises ``BrokenRecord`` where its lines are not a ledger's.
    """
    path = facts_path.with_name(LEDGER)
    patients = set()
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    patients.add(json.loads(line)["patient_id"])
                except (ValueError, TypeError, KeyError):
                    raise BrokenRecord(f"{path}:{number}: is not a line of a ledger") from None
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise BrokenRecord(f"{path}: cannot be read ({error.strerror})") from None
    return tuple(sorted(patients - {None}))


def _facts(path: Path) -> Iterator[Fact]:
    records = _rows(path) if path.suffix.lower() == ".parquet" else _lines(path)
    try:
        for where, record in records:
            try:
                yield parse_fact(record)
            except ValidationError as error:
                what = _first_problem(error)
                raise BrokenRecord(f"{where}: is not a fact ({what})") from None
    except OSError as error:
        raise BrokenRecord(f"{path}: cannot be read ({error.strerror})") from None


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield f"{path}:{number}", line


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    from abstraction.parquet_files import NotFacts, read_records

    try:
        for number, record in enumerate(read_records(path), start=1):
            yield f"{path}: row {number}", record
    except NotFacts:
        raise BrokenRecord(f"{path}: is not a Parquet file of facts, or a broken one") from None


def _first_problem(error: ValidationError) -> str:
    """Field and reason; never the value, which may be a note's text."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    if first["type"] == "union_tag_invalid":
        return "kind: is none that a fact has"
    field = ".".join(str(part) for part in first["loc"])
    return f"{field}: {first['msg']}" if field else first["msg"]
