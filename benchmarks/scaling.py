"""What a longer note costs: time a character and memory from 2 KB to 2 MB.

``python benchmarks/scaling.py`` joins notes of the development corpus to texts of each size and
reads each in a process of its own, so that the memory is that size's alone.  The figure that
matters is the last column: the time a character beside that of the shortest text.
"""

from __future__ import annotations

import itertools
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from abstraction.notes import Note
from abstraction.pipeline import build_pipeline, extract_facts
from abstraction.reading import collect_notes
from nlp_rules import load_rules

CORPUS = Path(__file__).parents[1] / "corpus" / "synthetic" / "dev"
SIZES = (2_000, 20_000, 200_000, 2_000_000)
READ = 4_000_000
"""Characters read at each size: many short texts, a few long ones."""


def main() -> None:
    """Print a line for each size."""
    first = None
    for size in SIZES:
        told = subprocess.run(
            [sys.executable, __file__, str(size)], check=True, capture_output=True, text=True
        )
        found = json.loads(told.stdout)
        first = first or found["microseconds"]
        print(
            f"{size:9,} characters {found['microseconds']:8.2f} us/character"
            f" {found['peak_mb']:8.0f} MB {found['microseconds'] / first:6.2f} x the shortest"
        )


def measure(size: int) -> dict[str, float]:
    """Microseconds a character and peak megabytes of reading texts of ``size`` characters."""
    corpus = "\n\n".join(note.text for note in collect_notes(CORPUS))
    story = "".join(itertools.islice(itertools.cycle([corpus]), 1 + size * 2 // len(corpus)))
    nlp = build_pipeline(load_rules())
    texts = max(1, READ // size // 10 if size < 200_000 else READ // size // 2)
    extract_facts(nlp, _note(story[: SIZES[0]]))
    begun = time.process_time()
    for place in range(texts):
        start = (place * size) % max(1, len(story) - size)
        extract_facts(nlp, _note(story[start : start + size]))
    spent = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"microseconds": 1e6 * spent / (texts * size), "peak_mb": peak}


def _note(text: str) -> Note:
    return Note(note_id="n", patient_id="p", text=text)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))))
    else:
        main()
