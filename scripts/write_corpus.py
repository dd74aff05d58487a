"""Writes a committed corpus anew: ``corpus/synthetic/dev`` or ``corpus/synthetic/test``.

``make corpora`` runs it for both after a change of the generator or of a phrase bank; a test fails
when the committed files are not what this would write.
"""

from __future__ import annotations

import sys

from corpus.synthetic.banks import BANKS, load_bank
from corpus.synthetic.generation import write_corpus

PATIENTS = 60
SEEDS = {"dev": 2026, "test": 7432334}


def main() -> None:
    (name,) = sys.argv[1:]
    folder = BANKS.parent / name
    folder.mkdir(exist_ok=True)
    written = write_corpus(PATIENTS, SEEDS[name], load_bank(BANKS / name), folder)
    sys.stdout.write(f"{written.patients} patients, {written.notes} notes: {folder.name}\n")


if __name__ == "__main__":
    main()
