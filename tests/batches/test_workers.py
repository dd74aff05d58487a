"""Worker processes: the same bytes for any number of them, and what they do to a note that hangs
or kills its process."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from stub_pipelines import SECRET, DiesAtStart, Stub, Unbuildable, some_notes

from abstraction.batch import FACTS, Engine, EngineFailed, extract_batch, notes_batch
from abstraction.notes import Note
from abstraction.reading import NoteCollection
from abstraction.run import RunOptions, record, record_run
from abstraction.workers import worker_engine


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def run(notes: list[Note], out: Path, engine: Engine, at_a_time: int = 4) -> dict[str, bytes]:
    out.mkdir()
    options = RunOptions(notes_at_a_time=at_a_time)
    record(NoteCollection(notes), engine, "v1", out, options)
    return contents(out)


def here(notes: list[Note], out: Path) -> dict[str, bytes]:
    """The files as this process alone makes them."""
    out.mkdir()
    record_run(NoteCollection(notes), Stub()(), "v1", out)
    return contents(out)


def ledger(files: dict[str, bytes]) -> dict[str, dict[str, object]]:
    entries = [json.loads(line) for line in files["ledger.jsonl"].splitlines()]
    return {entry["note_id"]: entry for entry in entries}


def test_any_number_of_workers_writes_the_same_bytes(tmp_path: Path) -> None:
    notes = some_notes(50)
    alone = here(notes, tmp_path / "alone")
    assert sorted(alone) == ["facts.jsonl", "ledger.jsonl", "notes.jsonl"]
    for workers, at_a_time in ((1, 50), (2, 3), (3, 1)):
        out = tmp_path / f"{workers}"
        assert run(notes, out, worker_engine(Stub(), workers, None), at_a_time) == alone


def test_a_note_that_hangs_dies_or_fails_stops_no_other(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    troubles = ("hang", "die always", "raise", "hang", "fine")
    strange = [
        Note(patient_id="p3", note_id=f"x{number}", text=f"{SECRET} SLE {word}")
        for number, word in enumerate(troubles)
    ]
    files = run([*some_notes(30), *strange], tmp_path / "out", worker_engine(Stub(), 2, 3.0))
    entries = ledger(files)
    errors = {
        name: entry["error"] and re.sub(r"py:\d+", "py", str(entry["error"]))
        for name, entry in entries.items()
        if name.startswith("x")
    }
    assert errors == {
        "x0": "the note took longer than 3 s (--note-timeout)",
        "x1": "the worker process died of the note (SIGKILL)",
        "x2": "the facts could not be extracted (KeyError at attempt.py)",
        "x3": "the note took longer than 3 s (--note-timeout)",
        "x4": None,
    }
    assert {name for name, entry in entries.items() if entry["status"] == "failed"} == {
        "x0", "x1", "x2", "x3",
    }  # fmt: skip
    others = here([*some_notes(30), strange[4]], tmp_path / "others")
    assert files["facts.jsonl"] == others["facts.jsonl"]
    said = capfd.readouterr()
    assert SECRET not in files["ledger.jsonl"].decode() + said.out + said.err


def test_a_worker_that_is_ended_from_outside_costs_no_note(tmp_path: Path) -> None:
    notes = [*some_notes(20), Note(patient_id="p3", note_id="x", text="SLE die once")]
    engine = worker_engine(Stub(seen=tmp_path / "seen"), 2, None)
    files = run(notes, tmp_path / "out", engine)
    assert (tmp_path / "seen").exists()
    assert files == here(notes, tmp_path / "alone")


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            Unbuildable(),
            r"a worker process could not make its pipeline \(KeyError at workers.py:\d+",
        ),
        (DiesAtStart(), r"a worker process ended while it started \(SIGKILL\)"),
    ],
)
def test_a_pipeline_that_cannot_be_made_is_one_line(
    tmp_path: Path, build: Unbuildable | DiesAtStart, message: str
) -> None:
    with pytest.raises(EngineFailed, match=message) as caught:
        run(some_notes(3), tmp_path / "out", worker_engine(build, 2, None))
    assert SECRET not in str(caught.value)
    assert contents(tmp_path / "out") == {}


def test_a_batch_of_notes_gives_a_batch_of_facts_with_what_tables_are_asked_for() -> None:
    notes = [
        Note(patient_id="p", note_id="a", text="SLE, SLE"),
        Note(patient_id="p", note_id="b", text="raise"),
    ]
    found = extract_batch(notes_batch(notes), Stub()())
    assert found.schema.names == [*FACTS.names, "error"]
    rows = found.to_pylist()
    assert [(row["note_id"], row["concept"], row["start"], row["text"]) for row in rows] == [
        ("a", "sle", 0, "SLE"),
        ("a", "sle", 5, "SLE"),
        ("b", None, None, None),
    ]
    assert [json.loads(row["record"])["fact_id"] for row in rows[:2]] == ["a-0", "a-5"]
    assert [row["error"] is None for row in rows] == [True, True, False]
