"""Gold verdicts: one ``assessment.gold.json`` a patient, each entry checked for itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from abstraction.reading import ReadError
from corpus.evaluation.lines import first_problem, strict_json
from corpus.evaluation.records import Verdicts
from criteria_engine.assessment import Anchors, Outcome, Triage
from criteria_engine.protocol import Protocol

ASSESSMENT = "assessment.gold.json"
KEYS = ("patient_id", "protocol", "anchors", "criteria", "triage", "annotated_notes")
"""What the file may tell; a misspelt key would lose what it holds."""

Complaint = tuple[str, str]
"""The word that stands in quotes where something is wrong, and what is wrong there."""


@dataclass(frozen=True, slots=True)
class GoldAssessment:
    """The verdicts, the notes said to be annotated in full, and what is wrong in the file."""

    verdicts: Verdicts | None
    annotated_notes: tuple[str, ...]
    problems: tuple[ReadError, ...]


def read_gold_assessment(
    folder: Path, patient_id: str, protocol: Protocol, note_ids: Collection[str]
) -> GoldAssessment:
    """What the file beside the notes says; nothing where there is no such file."""
    path = folder / ASSESSMENT
    if not path.exists():
        return GoldAssessment(None, (), ())
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = strict_json(text)
    except OSError as error:
        return _nothing(patient_id, str(path), f"cannot be read ({error.strerror})")
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        return _nothing(patient_id, f"{path}:{line}", "is not JSON")
    if not isinstance(data, dict):
        return _nothing(patient_id, f"{path}:1", "is not a JSON object")
    of_keys: list[Complaint] = [
        (name, f"{name!r} is no key of this file; known are {', '.join(KEYS)}")
        for name in data
        if name not in KEYS
    ]
    annotated, of_notes = _annotated(data.get("annotated_notes", []), note_ids)
    criteria, of_criteria = _criteria(data.get("criteria", {}), protocol)
    triage, of_triage = _triage(data.get("triage"))
    anchors, of_anchors = _anchors(data.get("anchors"), patient_id)
    lines = text.splitlines()
    return GoldAssessment(
        Verdicts(str(path), anchors, criteria, triage) if anchors else None,
        annotated,
        tuple(
            ReadError(where=f"{path}:{_line(lines, word)}", what=what, patient_id=patient_id)
            for word, what in (*of_keys, *of_notes, *of_criteria, *of_triage, *of_anchors)
        ),
    )


def _nothing(patient_id: str, where: str, what: str) -> GoldAssessment:
    told = f"{what}; the verdicts of {patient_id!r} are not scored"
    return GoldAssessment(None, (), (ReadError(where=where, what=told, patient_id=patient_id),))


def _annotated(names: object, known: Collection[str]) -> tuple[tuple[str, ...], list[Complaint]]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return (), [("annotated_notes", "annotated_notes: is not a list of note ids")]
    return (
        tuple(name for name in names if name in known),
        [
            (name, f"annotated_notes: there is no note {name!r}")
            for name in names
            if name not in known
        ],
    )


def _criteria(outcomes: object, protocol: Protocol) -> tuple[dict[str, Outcome], list[Complaint]]:
    if not isinstance(outcomes, dict):
        return {}, [("criteria", "criteria: is not an object of ids and outcomes")]
    known = {criterion.id for criterion in protocol.criteria}
    sound: dict[str, Outcome] = {}
    complaints = []
    for name, outcome in sorted(outcomes.items()):
        if name not in known:
            complaints.append((name, f"{name!r} is no criterion of {protocol.id}"))
        elif outcome not in get_args(Outcome):
            complaints.append((name, f"{name}: the outcome is none of {_choice(Outcome)}"))
        else:
            sound[name] = outcome
    return sound, complaints


def _triage(triage: Any) -> tuple[Triage | None, list[Complaint]]:
    if triage is None or triage in get_args(Triage):
        return triage, []
    return None, [("triage", f"triage: is none of {_choice(Triage)}")]


def _anchors(anchors: object, patient_id: str) -> tuple[Anchors | None, list[Complaint]]:
    try:
        return Anchors.model_validate(anchors), []
    except ValidationError as error:
        what = "has no anchors" if anchors is None else f"anchors: {first_problem(error)}"
        lost = f"the verdicts of {patient_id!r} are not scored"
        return None, [("anchors", f"{what}; {lost}")]


def _line(lines: Sequence[str], word: str) -> int:
    """The first line that holds the word in quotes."""
    return next((number for number, text in enumerate(lines, 1) if f'"{word}"' in text), 1)


def _choice(literal: Any) -> str:
    return ", ".join(get_args(literal))
