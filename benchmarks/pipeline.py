"""How fast notes become facts, beside the field's own tools in the same run.

``python benchmarks/pipeline.py [NOTES]`` takes any input of the command and the notes of the
development corpus, which are dense with facts.  All contestants look for the same terms: the
plain ones of the rules.  Each repeat runs every contestant once, so that a busy moment of the
machine touches all; the slow ones read the first notes only, for notes a second do not depend on
how many.  What is written are ratios: how many times the notes a second of the reference, the
median of the repeats, with the lowest and the highest.

``benchmarks/results.json`` holds, by set of notes, ``{"ratio": {REFERENCE: median}, "spread":
{REFERENCE: [lowest, highest]}, "notes_per_second": {CONTESTANT: best}}``; ``docs/speed.md`` the
same as a table and a plot.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import references

from abstraction.notes import Note
from abstraction.pipeline import build_pipeline, extract_facts
from abstraction.reading import collect_notes
from nlp_rules import RulePack, load_rules

HERE = Path(__file__).parent
DENSE = HERE.parent / "corpus" / "synthetic" / "dev"
RESULTS = HERE / "results.json"
REPEATS = 5
SHARE = {"medspacy_stock": 20, "medspacy_tuned": 80}
"""How many of the notes a slow contestant reads."""


@dataclass(frozen=True)
class Standing:
    """One reference against ours: how many times its notes a second we read."""

    ratio: float
    lowest: float
    highest: float


def main(source: Path | None) -> None:
    """Measure, print, and write the results."""
    rules = load_rules()
    sets = {} if source is None else {source.stem.split("_")[0]: list(collect_notes(source))}
    sets["dense"] = list(collect_notes(DENSE))
    readers = _contestants(rules)
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for name, notes in sets.items():
        rates = _rates(readers, notes, rules)
        results[name] = _told(rates)
        _print(name, notes, rates)
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def literal_terms(rules: RulePack) -> tuple[str, ...]:
    """The plain terms of all concepts, in lower case, each once."""
    groups = (
        rules.diagnoses.diagnoses,
        rules.therapies.therapies,
        rules.measurements.measurements,
        rules.statuses.statuses,
    )
    concepts = [concept for group in groups for concept in group]
    return tuple(sorted({term.text.lower() for concept in concepts for term in concept.terms}))


def _contestants(rules: RulePack) -> Mapping[str, references.Reads]:
    terms = literal_terms(rules)
    return {
        "tokenizer": references.bare_tokenizer(),
        "medspacy_tuned": references.medspacy_tuned(terms),
        "medspacy_stock": references.medspacy_as_shipped(terms),
        "edsnlp_own": references.edsnlp_with_its_tokenizer(terms),
        "edsnlp_english": references.edsnlp_with_spacys(terms),
        "scan": references.one_scan(terms),
    }


def _rates(
    readers: Mapping[str, references.Reads], notes: Sequence[Note], rules: RulePack
) -> dict[str, list[float]]:
    """Notes a second of everyone in every repeat; ours under ``ours``, and under ``edsnlp`` the
    better of its two tokenizers."""
    nlp = build_pipeline(rules)
    rates: dict[str, list[float]] = {name: [] for name in ("ours", *readers)}
    for _ in range(REPEATS):
        begun = time.process_time()
        for note in notes:
            extract_facts(nlp, note)
        rates["ours"].append(len(notes) / (time.process_time() - begun))
        for name, read in readers.items():
            own = notes[: SHARE.get(name, len(notes))]
            begun = time.process_time()
            for note in own:
                read(note.text)
            rates[name].append(len(own) / (time.process_time() - begun))
    rates["edsnlp"] = list(map(max, rates["edsnlp_own"], rates["edsnlp_english"]))
    return rates


def _told(rates: Mapping[str, Sequence[float]]) -> dict[str, dict[str, object]]:
    standings = {name: _standing(rates["ours"], own) for name, own in rates.items()}
    del standings["ours"]
    return {
        "ratio": {name: round(one.ratio, 3) for name, one in standings.items()},
        "spread": {
            name: [round(one.lowest, 3), round(one.highest, 3)] for name, one in standings.items()
        },
        "notes_per_second": {name: round(max(own), 1) for name, own in rates.items()},
    }


def _standing(ours: Sequence[float], reference: Sequence[float]) -> Standing:
    ratios = [mine / its for mine, its in zip(ours, reference, strict=True)]
    return Standing(statistics.median(ratios), min(ratios), max(ratios))


def _print(name: str, notes: Sequence[Note], rates: Mapping[str, Sequence[float]]) -> None:
    characters = sum(len(note.text) for note in notes)
    print(f"{name}: {len(notes)} notes of {characters / len(notes):,.0f} characters")
    for who, own in rates.items():
        one = _standing(rates["ours"], own)
        told = f"{max(own):10.1f} notes/s"
        if who != "ours":
            told += f"   ours: {one.ratio:.3f} x ({one.lowest:.3f} to {one.highest:.3f})"
        print(f"  {who:16}{told}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
