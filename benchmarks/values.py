"""Measurements and dates against a suite of short texts.

``python benchmarks/values.py FILE.jsonl``, each line ``{"text", "note_date", "measurements":
[{"concept", "number", "comparator", "unit"}], "dates": [{"text", "start", "end"}]}``.  Either list
may be missing: what it would hold is then not scored in that row.  So is a key that a measurement
of the suite lacks.  ``low`` and ``high`` tell a range, whose number is null.

A measurement is right when concept, number, comparator and unit are; a date when it lies in the
same words and is the same interval.  Concepts that the pipeline recognises and does not report as
facts count too; a test that was only ordered has no value and does not.

The last line is JSON: precision, recall and F1 of both.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from spacy.language import Language

from abstraction.dates import Days, hull
from abstraction.facts import MeasurementFact
from abstraction.notes import Note
from abstraction.pipeline import build_pipeline
from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.fact_parts import FactParts
from abstraction.pipeline.result_facts import measurement_fact
from nlp_rules import RulePack, load_rules

_SCORED = ("number", "comparator", "unit", "low", "high")
_RELATIVE = 1e-9
"""How far apart two numbers may be and still be the same."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A date: its characters and its days."""

    printed: str
    days: Days


@dataclass(frozen=True, slots=True)
class Counts:
    """What was found rightly, found wrongly, and missed."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    def figures(self) -> dict[str, float | None]:
        """Precision, recall, F1; null where there is nothing to divide by."""
        return {
            "precision": _ratio(self.tp, self.tp + self.fp),
            "recall": _ratio(self.tp, self.tp + self.fn),
            "f1": _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn),
        }


_RANGE_SIGN = re.compile(r"\s*(?:-|–|/|to|until|till|through|and)\s*")


def main(arguments: list[str]) -> int:
    """Print the table and the JSON line; 2 for wrong usage or a file that cannot be read."""
    if len(arguments) != 1:
        print("usage: values.py FILE.jsonl", file=sys.stderr)
        return 2
    try:
        rows = list(_rows(Path(arguments[0])))
    except (OSError, ValueError) as error:
        print(f"values.py: {error}", file=sys.stderr)
        return 2
    rules = load_rules()
    nlp = build_pipeline(rules)
    measured, dated = Counts(), Counts()
    for number, row in enumerate(rows):
        day = dt.date.fromisoformat(row["note_date"]) if row.get("note_date") else None
        note = Note(patient_id="p", note_id=str(number), text=row["text"], date=day)
        facts, dates = read(nlp, rules, note)
        if (expected := row.get("measurements")) is not None:
            measured += _paired(expected, facts, _is_result)
        if (expected := row.get("dates")) is not None:
            dated += _paired(*_as_the_suite_has_it(expected, note.text, dates), _is_date)
    figures = {"measurements": measured.figures(), "dates": dated.figures()}
    print(f"{len(rows)} texts")
    for name, counts in (("measurements", measured), ("dates", dated)):
        print(f"{name:14}{counts.tp:>7} right{counts.fp:>7} wrong{counts.fn:>7} missed")
    print(json.dumps(figures))
    return 0


def read(
    nlp: Language, rules: RulePack, note: Note
) -> tuple[list[MeasurementFact], tuple[DateMention, ...]]:
    """The measurements of ``note``, reported or only recognised, and its dates and periods."""
    doc = nlp.make_doc(note.text)
    doc._.patient_id, doc._.note_id, doc._.note_date = note.patient_id, note.note_id, note.date
    if not len(doc):
        return [], ()
    doc = nlp(doc)
    parts = FactParts.of(doc, rules)
    facts = [
        measurement_fact(parts, r, () if r.target is None else doc._.cues[r.target])
        for r in doc._.measurements
    ]
    told = [fact for fact in facts if fact is not None and fact.assertion != "hypothetical"]
    return told, (*doc._.dates.mentions, *doc._.dates.periods)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a suite; ``ValueError`` names the line that is none."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise ValueError(f'{path}, line {number}: no JSON object with a "text"')
        yield row


def _paired[T](
    expected: Sequence[Mapping[str, Any]],
    found: Sequence[T],
    same: Callable[[Mapping[str, Any], T], bool],
) -> Counts:
    """Each expected row with one that was found, and no found one twice."""
    left = list(found)
    right = 0
    for row in expected:
        match = next((place for place, each in enumerate(left) if same(row, each)), None)
        if match is not None:
            del left[match]
            right += 1
    return Counts(right, len(left), len(expected) - right)


def _as_the_suite_has_it(
    expected: Sequence[Mapping[str, Any]], text: str, dates: Sequence[DateMention]
) -> tuple[Sequence[Mapping[str, Any]], list[_Told]]:
    """The dates found, with "2019-2021" as one where the suite has one, else as its two ends."""
    found = [_Told(text[d.start : d.end], d.days) for d in dates]
    for first, second in pairwise(dates):
        if not _RANGE_SIGN.fullmatch(text, first.end, second.start):
            continue
        whole = _Told(text[first.start : second.end], hull(first.days, second.days))
        if any(_is_date(row, whole) for row in expected):
            ends = [_Told(text[d.start : d.end], d.days) for d in (first, second)]
            found = [*(each for each in found if each not in ends), whole]
    return expected, found


def _is_result(row: Mapping[str, Any], fact: MeasurementFact) -> bool:
    return fact.concept == row["concept"] and all(
        _equal(row[key], getattr(fact.value, key)) for key in _SCORED if key in row
    )


def _is_date(row: Mapping[str, Any], found: _Told) -> bool:
    words, printed = _folded(row["text"]), _folded(found.printed)
    within = words in printed or printed in words
    days = (found.days.start.isoformat(), found.days.end.isoformat())
    return within and days == (row["start"], row["end"])


def _equal(expected: object, found: object) -> bool:
    if isinstance(expected, int | float) and isinstance(found, int | float):
        return math.isclose(expected, found, rel_tol=_RELATIVE)
    return expected == found


def _folded(printed: str) -> str:
    return re.sub(r"\s+", " ", printed).strip().lower()


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
