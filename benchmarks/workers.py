"""How many notes a second worker processes read, beside this process alone.

The time counts from the first batch of facts to the last, when every pipeline is made.  The share
of this process tells what it takes from the workers.  ``python benchmarks/workers.py [N]``.
"""

from __future__ import annotations

import itertools
import resource
import sys
import time
from functools import partial
from pathlib import Path

from abstraction.batch import Engine, extract_batches, notes_batch
from abstraction.notes import Note
from abstraction.reading import collect_notes
from abstraction.run import NOTES_AT_A_TIME
from abstraction.shipped import ShippedExtractor
from abstraction.workers import worker_engine

SAMPLE = Path(__file__).parents[1] / "corpus" / "synthetic" / "sample"
NOTES = 3000


def main(workers: int) -> None:
    """Print notes a second of one process and of the workers, and the ratio."""
    notes = list(itertools.islice(itertools.cycle(collect_notes(SAMPLE)), NOTES))
    build = ShippedExtractor()
    alone = _per_second(partial(extract_batches, build=build), notes)
    print(f"{'this process':20} {alone:8.1f} notes/s")
    before = resource.getrusage(resource.RUSAGE_SELF)
    crew = _per_second(worker_engine(build, workers, 600), notes)
    after = resource.getrusage(resource.RUSAGE_SELF)
    own = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    print(f"{f'{workers} workers':20} {crew:8.1f} notes/s")
    print(f"{'ratio':20} {crew / alone:8.2f}")
    print(f"{'this process beside':20} {1000 * own / NOTES:8.2f} ms/note")


def _per_second(engine: Engine, notes: list[Note]) -> float:
    batches = map(notes_batch, itertools.batched(notes, NOTES_AT_A_TIME))
    results = engine(batches)
    next(results)
    begun = time.perf_counter()
    seen = sum(1 for _ in results) * NOTES_AT_A_TIME
    return seen / (time.perf_counter() - begun)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
