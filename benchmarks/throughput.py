"""How many notes a second the pipeline reads, beside what the machine's bare tokenizer does.

Both run over the same notes in the same process, so their ratio says more than either number:
it does not change with the machine.  ``python benchmarks/throughput.py [INPUT]`` takes any input
of the command; without one, the shipped sample is read over and over.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import spacy

from abstraction.notes import Note
from abstraction.pipeline import build_pipeline, extract_facts
from abstraction.reading import collect_notes
from nlp_rules import load_rules

SAMPLE = Path(__file__).parents[1] / "corpus" / "synthetic" / "sample"
NOTES = 300
REPETITIONS = 3


def main(source: Path) -> None:
    """Print notes and characters a second of both, and the ratio."""
    notes = list(itertools.islice(itertools.cycle(collect_notes(source)), NOTES))
    tokenizer = spacy.blank("en")
    nlp = build_pipeline(load_rules())

    bare = _best(lambda note: tokenizer(note.text), notes)
    ours = _best(lambda note: extract_facts(nlp, note), notes)
    characters = sum(len(note.text) for note in notes)
    for name, seconds in (("tokenizer alone", bare), ("notes to facts", ours)):
        per_second = f"{NOTES / seconds:8.1f} notes/s {characters / seconds:12,.0f} characters/s"
        print(f"{name:16} {per_second}")
    print(f"{'ratio':16} {ours / bare:8.1f}")


def _best(work: Callable[[Note], object], notes: Sequence[Note]) -> float:
    """Seconds of the fastest of a few passes: the one that the machine disturbed least."""
    return min(_seconds(work, notes) for _ in range(REPETITIONS))


def _seconds(work: Callable[[Note], object], notes: Sequence[Note]) -> float:
    begun = time.perf_counter()
    for note in notes:
        work(note)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
