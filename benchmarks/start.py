"""How long the command takes to begin: beside importing its libraries, and beside bare Python.

``python benchmarks/start.py`` runs whole processes, in turns, and takes the fastest of each.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "corpus" / "synthetic" / "sample"
REPEATS = 5


def main() -> None:
    """Print the seconds of each, and the two figures that are stated."""
    command = str(Path(sys.executable).with_name("lupus-chart"))
    note = min(SAMPLE.rglob("*.txt"))
    with tempfile.TemporaryDirectory() as out:
        runs = {
            "python": [sys.executable, "-c", ""],
            "libraries": [sys.executable, "-c", "import spacy, medspacy"],
            "help": [command, "--help"],
            "extract": [command, "extract", str(note), "--out", str(Path(out) / "facts")],
        }
        spent: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(REPEATS):
            for name, run in runs.items():
                begun = time.perf_counter()
                subprocess.run(run, check=True, capture_output=True)
                spent[name].append(time.perf_counter() - begun)
    best = {name: min(own) for name, own in spent.items()}
    for name, seconds in best.items():
        print(f"{name:10} {seconds:7.3f} s")
    print(f"extract of one note: {best['extract'] / best['libraries']:.2f} x its libraries")
    print(f"--help: {best['help'] - best['python']:.3f} s beyond Python's own start")


if __name__ == "__main__":
    main()
