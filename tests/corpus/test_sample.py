"""The committed sample is sound: its gold points at the notes and agrees with itself."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from abstraction.facts import FactBase, parse_fact
from criteria_engine.assessment import Anchors

SAMPLE = Path(__file__).resolve().parents[2] / "corpus" / "synthetic" / "sample"
PATIENTS = sorted(folder.name for folder in SAMPLE.iterdir() if folder.is_dir())
CRITERIA = [f"INC-{n:02d}" for n in range(1, 15)] + [f"EXC-{n:02d}" for n in range(1, 18)]
CORE = CRITERIA[:5]
MODIFIABLE = {"EXC-07", "EXC-08", "EXC-09"}
REQUIRED = {"patient_id", "note_id", "kind", "concept", "span", "assertion"}
UNWRITTEN = {"fact_id": "gold", "source": {"method": "human", "id": "sample", "version": "1"}}

every_patient = pytest.mark.parametrize("patient", PATIENTS)


def notes(patient: str) -> dict[str, str]:
    """Note id to text, decoded as the contract says: UTF-8, newlines untouched."""
    return {
        path.stem: path.read_bytes().decode("utf-8")
        for path in sorted((SAMPLE / patient).glob("*.txt"))
    }


def gold(patient: str) -> list[dict[str, Any]]:
    lines = (SAMPLE / patient / "facts.gold.jsonl").read_bytes().decode("utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def facts(patient: str) -> list[FactBase]:
    return [parse_fact(UNWRITTEN | record) for record in gold(patient)]


def assessment(patient: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((SAMPLE / patient / "assessment.gold.json").read_bytes())
    return data


def triage(criteria: dict[str, str]) -> str:
    """The contract's rule (section 5)."""
    failed = {criterion for criterion, outcome in criteria.items() if outcome == "fail"}
    if failed - MODIFIABLE:
        return "ineligible"
    if all(criteria.get(criterion) == "pass" for criterion in CORE):
        return "potentially_eligible"
    return "needs_information"


def test_there_are_enough_patients_of_every_triage() -> None:
    outcomes = [assessment(patient)["triage"] for patient in PATIENTS]
    assert len(PATIENTS) >= 8
    assert outcomes.count("potentially_eligible") >= 2
    assert outcomes.count("ineligible") >= 3
    assert outcomes.count("needs_information") >= 3


@every_patient
def test_a_patient_has_two_to_five_dated_notes(patient: str) -> None:
    names = list(notes(patient))
    assert 2 <= len(names) <= 5
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}_[a-z_]+", name) for name in names)


@every_patient
def test_every_record_is_a_fact(patient: str) -> None:
    for record, fact in zip(gold(patient), facts(patient), strict=True):
        assert record.keys() >= REQUIRED
        assert fact.patient_id == patient


@every_patient
def test_every_span_equals_its_text(patient: str) -> None:
    texts = notes(patient)
    for fact in facts(patient):
        for span in (fact.span, *fact.evidence):
            assert texts[fact.note_id][span.start : span.end] == span.text
        assert fact.span.text == fact.span.text.strip()


@every_patient
def test_facts_are_in_order_and_told_once(patient: str) -> None:
    keys = [fact.order() for fact in facts(patient)]
    assert keys == sorted(set(keys))


@every_patient
def test_the_triage_follows_from_the_criteria(patient: str) -> None:
    stated = assessment(patient)
    criteria = stated["criteria"]
    assert list(criteria) == [known for known in CRITERIA if known in criteria]
    assert set(criteria.values()) <= {"pass", "fail", "unknown"}
    assert stated["triage"] == triage(criteria)


def test_the_anchors_file_says_what_the_assessments_say() -> None:
    with (SAMPLE / "anchors.csv").open(encoding="utf-8", newline="") as handle:
        rows = {row["patient_id"]: row for row in csv.DictReader(handle)}
    assert sorted(rows) == PATIENTS
    for patient, row in rows.items():
        written = {"screening": row["screening"], "leukapheresis": row["leukapheresis"] or None}
        assert Anchors.model_validate(written) == Anchors.model_validate(
            assessment(patient)["anchors"]
        )


def test_the_texts_hold_what_breaks_offsets() -> None:
    together = "".join(text for patient in PATIENTS for text in notes(patient).values())
    for trouble in ("\r\n", "\u00a0", "\u2009", "µ", "é"):
        assert trouble in together
