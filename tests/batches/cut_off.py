"""A run in a process of its own, that may kill itself at the n-th thing it makes lasting.

``python cut_off.py NOTES.jsonl OUT WORKERS [--resume] [--die-at N]``; with ``--count`` it prints
how many such things there are.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stub_pipelines import Stub

from abstraction import run, unfinished
from abstraction.batch import extract_batches
from abstraction.reading import collect_notes
from abstraction.run import RunOptions, record
from abstraction.workers import worker_engine


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("notes", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("workers", type=int)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--die-at", type=int)
    parser.add_argument("--count", action="store_true")
    given = parser.parse_args()

    steps = 0

    def counted(step: Callable[..., Any]) -> Callable[..., Any]:
        """Dies before the step, or between it and the next."""

        def do(*arguments: Any, **options: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == given.die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*arguments, **options)

        return do

    os.fsync, os.replace = counted(os.fsync), counted(os.replace)
    Path.unlink, shutil.rmtree = counted(Path.unlink), counted(shutil.rmtree)  # type: ignore[method-assign]
    unfinished.Unfinished.commit = counted(unfinished.Unfinished.commit)  # type: ignore[method-assign]
    unfinished.Unfinished.append = counted(unfinished.Unfinished.append)  # type: ignore[method-assign]

    if given.workers:
        engine = worker_engine(Stub(seconds=0.01), given.workers, None)
    else:
        engine = lambda batches: extract_batches(batches, Stub())  # noqa: E731
    run.COMMIT_SECONDS = 0
    options = RunOptions(resume=given.resume, notes_at_a_time=3)
    summary = record(collect_notes(given.notes), engine, "v1", given.out, options)
    if given.count:
        print(steps)
    else:
        print(summary.notes, summary.facts, summary.unread, len(summary.errors))


if __name__ == "__main__":
    sys.exit(main())
