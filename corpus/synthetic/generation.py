"""Whole corpora: patients invented, notes told, gold written, all from one seed."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from abstraction.writing import replacing
from corpus.synthetic.banks import Bank
from corpus.synthetic.course import Course
from corpus.synthetic.invention import invent
from corpus.synthetic.page import record
from corpus.synthetic.planning import plan
from corpus.synthetic.telling import Told, tell
from corpus.synthetic.verdicts import assessment
from corpus.synthetic.voice import Voice


@dataclass(frozen=True, slots=True)
class InventedChart:
    """One patient: the notes' texts by id, the gold facts in order, the gold assessment."""

    course: Course
    notes: tuple[tuple[str, str], ...]
    facts: tuple[dict[str, Any], ...]
    assessment: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CorpusSummary:
    """How much was written."""

    patients: int
    notes: int
    facts: int


def invent_chart(number: int, seed: int, bank: Bank) -> InventedChart:
    """The chart of the patient with this number: the same for the same bank and seed, always."""
    course = invent(number, seed)
    dice = Random(f"notes {bank.name} {seed} {number}")
    voice = Voice(bank, course, dice)
    told = [tell(voice, assignment) for assignment in plan(course, bank, dice)]
    named = list(zip(_note_ids(told), told, strict=True))
    facts = [
        record(draft, note.text, course.patient_id, note_id, note.day)
        for note_id, note in named
        for draft in note.drafts
    ]
    judged = assessment(course, (one for note in told for one in note.said))
    return InventedChart(
        course=course,
        notes=tuple(sorted((note_id, note.text) for note_id, note in named)),
        facts=tuple(sorted(facts, key=_order)),
        assessment=judged | {"annotated_notes": sorted(note_id for note_id, _ in named)},
    )


def write_corpus(
    patients: int, seed: int, bank: Bank, out: Path, after_each: Callable[[], None] = lambda: None
) -> CorpusSummary:
    """Write the corpus into the folder, a folder a patient, and ``anchors.csv``.

    Raises ``OSError`` where the folder cannot be written to.
    """
    notes = facts = 0
    anchors: list[tuple[str, str, str]] = []
    for number in range(1, patients + 1):
        chart = invent_chart(number, seed, bank)
        _write_chart(chart, out / chart.course.patient_id)
        days = chart.assessment["anchors"]
        anchors.append((chart.course.patient_id, days["screening"], days["leukapheresis"] or ""))
        notes += len(chart.notes)
        facts += len(chart.facts)
        after_each()
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(
        [("patient_id", "screening", "leukapheresis"), *anchors]
    )
    with replacing(out / "anchors.csv") as (stream,):
        stream.write(table.getvalue())
    return CorpusSummary(patients, notes, facts)


def _write_chart(chart: InventedChart, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for note_id, text in chart.notes:
        (folder / f"{note_id}.txt").write_bytes(text.encode("utf-8"))
    with replacing(folder / "facts.gold.jsonl", folder / "assessment.gold.json") as (
        facts,
        verdicts,
    ):
        facts.writelines(json.dumps(fact, ensure_ascii=False) + "\n" for fact in chart.facts)
        verdicts.write(json.dumps(chart.assessment, indent=2) + "\n")


def _note_ids(told: list[Told]) -> Iterator[str]:
    """A day and a type, and a number where two notes would have the same."""
    seen: Counter[str] = Counter()
    for note in told:
        name = f"{note.day.isoformat()}_{note.type}"
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}_{seen[name]}"


def _order(fact: dict[str, Any]) -> tuple[str, int, int, str, str]:
    span = fact["span"]
    return fact["note_id"], span["start"], span["end"], fact["kind"], fact["concept"]
