"""Small gold corpora and runs, in memory and on disk."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from abstraction.facts import Fact, parse_fact
from abstraction.notes import Note
from abstraction.writing import json_line
from corpus.evaluation import Gold, GoldPatient, Mention, Run, Verdicts
from criteria_engine import Anchors, Assessment, load_protocol
from criteria_engine.assessment import CriterionAssessment, Outcome, Triage

PROTOCOL = load_protocol("NCT07432334")
ANCHORS = Anchors(screening=dt.date(2026, 4, 1), leukapheresis=dt.date(2026, 4, 20))
TEXT = "abcdefghij" * 10

COMMON = ("patient_id", "note_id", "kind", "concept", "span", "assertion")


def record(
    concept: str, start: int, end: int, *, patient: str = "p", note: str = "n", **fields: Any
) -> dict[str, Any]:
    """A gold record on ``TEXT``: the required fields and those given; by default a diagnosis."""
    return {
        "patient_id": patient,
        "note_id": note,
        "kind": "diagnosis",
        "concept": concept,
        "span": {"start": start, "end": end, "text": TEXT[start:end]},
        "assertion": "present",
        **fields,
    }


def fact(data: Mapping[str, Any], fact_id: str = "f") -> Fact:
    source = {"method": "rule", "id": "test", "version": "1"}
    return parse_fact({"fact_id": fact_id, "source": source, **data})


def gold_mention(data: Mapping[str, Any], where: str, tags: tuple[str, ...] = ()) -> Mention:
    given = {*COMMON, *leaves(data)}
    return Mention(fact(data, where), frozenset(given), tags, where)


def leaves(data: Mapping[str, Any], prefix: str = "") -> Iterable[str]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def predicted_mention(data: Mapping[str, Any], where: str = "run:1") -> Mention:
    return Mention(fact(data, where), None, (), where)


def gold_of(
    mentions: Iterable[Mention] = (),
    verdicts: Mapping[str, Verdicts] | None = None,
    patients: Iterable[str] = ("p",),
) -> Gold:
    """A gold whose patients have one annotated note ``n`` each, with ``TEXT``."""
    told = tuple(mentions)
    return Gold(
        PROTOCOL,
        tuple(
            GoldPatient(
                patient_id=patient,
                notes=(Note(patient_id=patient, note_id="n", text=TEXT),),
                scored=("n",),
                mentions=tuple(one for one in told if one.fact.patient_id == patient),
                verdicts=(verdicts or {}).get(patient),
            )
            for patient in patients
        ),
        (),
    )


def run_of(mentions: Iterable[Mention] = (), verdicts: Mapping[str, Verdicts] | None = None) -> Run:
    return Run("run", tuple(mentions), verdicts or {}, frozenset(), ())


def verdicts_of(criteria: Mapping[str, Outcome], triage: Triage | None = None) -> Verdicts:
    return Verdicts("somewhere", ANCHORS, criteria, triage)


NOTES = {
    "p01/2026-03-02_clinic": (
        "Systemic lupus erythematosus since 2015.\nANA 1:640. Platelets 182.\n"
    ),
    "p01/2026-03-09_letter": "Dear colleague, thank you.\n",
    "p02/2026-02-11_ward": "No history of stroke. Prednisone 10 mg daily.\n",
}

FACTS: dict[str, list[dict[str, Any]]] = {
    "p01": [
        {"note_id": "2026-03-02_clinic", "kind": "diagnosis", "concept": "sle",
         "span": {"start": 0, "end": 28, "text": "Systemic lupus erythematosus"},
         "temporality": "current",
         "onset": {"start": "2015-01-01", "end": "2015-12-31", "basis": "explicit"},
         "tags": ["long name"]},
        {"note_id": "2026-03-02_clinic", "kind": "measurement", "concept": "ana",
         "span": {"start": 41, "end": 50, "text": "ANA 1:640"},
         "value": {"number": 640, "unit": "{titer}"}},
    ],
    "p02": [
        {"note_id": "2026-02-11_ward", "kind": "diagnosis", "concept": "stroke",
         "span": {"start": 14, "end": 20, "text": "stroke"}, "assertion": "absent",
         "tags": ["negation"]},
        {"note_id": "2026-02-11_ward", "kind": "therapy", "concept": "prednisone",
         "span": {"start": 22, "end": 38, "text": "Prednisone 10 mg"},
         "status": "active", "dose": {"number": 10, "unit": "mg"}, "stop_reason": None},
    ],
}  # fmt: skip

ASSESSMENTS: dict[str, dict[str, Any]] = {
    patient: {
        "anchors": {"screening": "2026-04-01", "leukapheresis": "2026-04-20"},
        "criteria": {"INC-04": "unknown", "INC-11": "pass", "EXC-12": "unknown"},
        "triage": "needs_information",
        "annotated_notes": annotated,
    }
    for patient, annotated in (("p01", ["2026-03-09_letter"]), ("p02", []))
}


def write_gold(
    root: Path,
    facts: Mapping[str, Iterable[Mapping[str, Any] | str]] = FACTS,
    assessments: Mapping[str, Any] = ASSESSMENTS,
) -> Path:
    """The corpus of ``NOTES`` on disk; a record that is a string is written as it is."""
    for name, text in NOTES.items():
        path = root / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for patient, records in facts.items():
        lines = [
            one
            if isinstance(one, str)
            else json.dumps({"patient_id": patient, "assertion": "present", **one})
            for one in records
        ]
        (root / patient / "facts.gold.jsonl").write_text("".join(f"{line}\n" for line in lines))
    for patient, assessment in assessments.items():
        written = assessment if isinstance(assessment, str) else json.dumps(assessment, indent=1)
        (root / patient / "assessment.gold.json").write_text(written)
    return root


def write_run(folder: Path, facts: Iterable[Fact], verdicts: Mapping[str, Verdicts]) -> Path:
    """A run that says exactly this."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "facts.jsonl").write_text("".join(map(json_line, facts)))
    assessments = (
        Assessment(
            patient_id=patient,
            protocol=PROTOCOL.id,
            protocol_version="1",
            anchors=stated.anchors,
            triage=stated.triage or "needs_information",
            criteria=tuple(
                CriterionAssessment(
                    id=name,
                    kind="inclusion" if name.startswith("INC") else "exclusion",
                    outcome=outcome,
                    basis="documented",
                    reason="",
                )
                for name, outcome in stated.criteria.items()
            ),
        )
        for patient, stated in verdicts.items()
    )
    (folder / "assessments.jsonl").write_text("".join(map(json_line, assessments)))
    return folder
