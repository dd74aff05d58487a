"""The engine of Spark writes the bytes that this process alone does."""

from __future__ import annotations

from pathlib import Path

import pytest
from stub_pipelines import SECRET, Stub, some_notes

from abstraction.notes import Note
from abstraction.reading import NoteCollection
from abstraction.run import RunOptions, record, record_run
from abstraction.spark import spark_engine
from abstraction.workers import worker_engine


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def test_spark_workers_and_one_process_write_the_same_bytes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    notes = [
        *some_notes(40),
        Note(patient_id="p3", note_id="x1", text=f"{SECRET} SLE raise"),
        Note(patient_id="p3", note_id="x2", text=f"{SECRET} SLE hang"),
    ]
    options = RunOptions(notes_at_a_time=8)
    seen = []
    for engine in (spark_engine(Stub(), 2, 4.0), worker_engine(Stub(), 2, 4.0)):
        out = tmp_path / f"{len(seen)}"
        out.mkdir()
        summary = record(NoteCollection(notes), engine, "v1", out, options)
        assert (summary.notes, summary.unread) == (42, 2)
        seen.append(contents(out))
    assert seen[0] == seen[1]
    alone = tmp_path / "alone"
    alone.mkdir()
    record_run(NoteCollection(notes[:41]), Stub()(), "v1", alone)
    assert seen[0]["facts.jsonl"] == contents(alone)["facts.jsonl"]
    assert capfd.readouterr() == ("", "")
