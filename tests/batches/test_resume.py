"""A run that is killed at any moment is taken up, and its files are those of an undisturbed one."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from stub_pipelines import Stub, some_notes

from abstraction.batch import extract_batches
from abstraction.notes import Note
from abstraction.reading import NoteCollection, ReadError
from abstraction.run import RunOptions, record
from abstraction.unfinished import FOLDER, Busy, CannotResume, Unfinished
from abstraction.writing import json_line

PROGRAM = Path(__file__).with_name("cut_off.py")


@pytest.fixture(autouse=True)
def commits_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abstraction.run.COMMIT_SECONDS", 0)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Notes of which some fail, and a line that is no note."""
    path = tmp_path_factory.mktemp("input") / "notes.jsonl"
    notes = [*some_notes(60), Note(patient_id="p4", note_id="x", text="SLE raise")]
    path.write_text("".join(map(json_line, notes)) + "{\n", encoding="utf-8")
    return path


def start(table: Path, out: Path, workers: int, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, PROGRAM, table, out, str(workers), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    said, complaint = process.communicate()
    assert (process.returncode, complaint) == (0, "")
    return said


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


@pytest.fixture(scope="module")
def undisturbed(
    table: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, bytes], str, int]:
    """The files, what is said of them, and how many steps there are to be killed at."""
    out = tmp_path_factory.mktemp("undisturbed")
    said = finish(start(table, out, 0))
    return contents(out), said, int(finish(start(table, out, 0, "--count")))


def test_a_run_killed_at_any_step_is_taken_up_to_the_byte(
    table: Path, undisturbed: tuple[dict[str, bytes], str, int], tmp_path: Path
) -> None:
    files, said, steps = undisturbed
    chosen = random.Random(20)
    # The last steps put the files in their places; each of them is a place to be killed at.
    for step in (
        *chosen.sample(range(1, steps - 8), 4),
        *chosen.sample(range(steps - 8, steps), 3),
    ):
        out = tmp_path / f"at-{step}"
        out.mkdir()
        killed = start(table, out, 0, "--die-at", str(step))
        killed.communicate()
        assert killed.returncode == -signal.SIGKILL
        assert finish(start(table, out, 0, "--resume")) == said
        assert contents(out) == files, f"killed at step {step} of {steps}"


def test_a_run_with_workers_killed_again_and_again_is_taken_up_to_the_byte(
    table: Path, undisturbed: tuple[dict[str, bytes], str, int], tmp_path: Path
) -> None:
    files, said, _ = undisturbed
    chosen = random.Random(30)
    drafted = tmp_path / FOLDER / "notes.jsonl"
    whole = len(files["notes.jsonl"])
    for part in (0.1, 0.4, 0.8):
        running = start(table, tmp_path, 2, "--resume")
        while running.poll() is None and (
            not drafted.exists() or drafted.stat().st_size < part * whole
        ):
            time.sleep(0.001)
        time.sleep(chosen.uniform(0, 0.05))
        workers = children_of(running.pid)
        running.kill()
        running.communicate()
        wait_until_gone(workers)
    assert finish(start(table, tmp_path, 2, "--resume")) == said
    assert contents(tmp_path) == files


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def wait_until_gone(pids: list[int]) -> None:
    """No worker outlives the run that it works for."""
    for _ in range(3000):
        if not any(map(is_running, pids)):
            return
        time.sleep(0.01)
    pytest.fail("worker processes outlive their run")


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def engine(batches: Iterator[Any]) -> Generator[Any, None, None]:
    return extract_batches(batches, Stub())


def interrupted(out: Path, notes: list[Note | ReadError], settings: str = "") -> None:
    """Leave a run in the folder that was cut off after some notes."""

    def cut_off(batches: Iterator[Any]) -> Generator[Any, None, None]:
        for number, facts in enumerate(engine(batches)):
            if number == 3:
                raise KeyboardInterrupt
            yield facts

    options = RunOptions(settings=settings, notes_at_a_time=2)
    with pytest.raises(KeyboardInterrupt):
        record(NoteCollection(notes), cut_off, "v1", out, options)
    assert (out / FOLDER).is_dir()


@pytest.mark.parametrize(
    ("notes", "rules", "settings", "changed"),
    [
        (some_notes(21), "v1", "", "the input"),
        ([*some_notes(20), ReadError(where="x", what="odd")], "v1", "", "the input"),
        (some_notes(20), "v2", "", "the rules"),
        (some_notes(20), "v2", "day_first", "the rules and the options"),
    ],
)
def test_another_input_other_rules_and_other_options_are_refused(
    tmp_path: Path, notes: list[Note | ReadError], rules: str, settings: str, changed: str
) -> None:
    interrupted(tmp_path, [*some_notes(20)])
    before = contents(tmp_path / FOLDER)
    options = RunOptions(settings=settings, resume=True)
    with pytest.raises(CannotResume, match=f"^{changed} changed since the run was cut off$"):
        record(NoteCollection(notes), engine, rules, tmp_path, options)
    assert contents(tmp_path / FOLDER) == before


def test_without_resume_all_starts_anew_and_with_it_what_was_done_is_not_done_again(
    tmp_path: Path,
) -> None:
    counts = {}
    for resume in (False, True):
        out = tmp_path / str(resume)
        out.mkdir()
        interrupted(out, [*some_notes(20)])
        done: list[int] = []
        options = RunOptions(resume=resume)
        record(NoteCollection(some_notes(20)), engine, "v1", out, options, done.append)
        counts[resume] = done[0]
    assert counts == {False: 0, True: 6}
    assert contents(tmp_path / "False") == contents(tmp_path / "True")


def test_resume_with_nothing_to_take_up_is_a_run(tmp_path: Path) -> None:
    summary = record(NoteCollection(some_notes(5)), engine, "v1", tmp_path, RunOptions(resume=True))
    assert summary.notes == 5
    assert not (tmp_path / FOLDER).exists()


def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with Unfinished(tmp_path, ("a",), {}), pytest.raises(Busy):
        record(NoteCollection(some_notes(5)), engine, "v1", tmp_path)


@pytest.mark.parametrize("name", ["facts.jsonl", "progress.sqlite"])
def test_damaged_drafts_are_refused_and_a_new_run_replaces_them(tmp_path: Path, name: str) -> None:
    interrupted(tmp_path, [*some_notes(20)])
    path = tmp_path / FOLDER / name
    path.write_bytes(b"x" * 5)
    with pytest.raises(CannotResume):
        record(NoteCollection(some_notes(20)), engine, "v1", tmp_path, RunOptions(resume=True))
    assert record(NoteCollection(some_notes(20)), engine, "v1", tmp_path).notes == 20
