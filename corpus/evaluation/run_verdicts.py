"""The verdicts of a run: read, and kept where they answer the same question as the gold's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from abstraction.reading import ReadError
from corpus.evaluation.engine_verdicts import outcomes
from corpus.evaluation.lines import Line, first_problem, json_lines
from corpus.evaluation.records import Gold, Verdicts
from criteria_engine.assessment import Assessment

ASSESSMENTS = "assessments.jsonl"

Read = tuple[dict[str, Verdicts], list[ReadError]]


def read_verdicts(path: Path, gold: Gold) -> Read:
    """The verdicts of an ``assessments.jsonl`` that can be scored, and why others cannot.

    Raises ``OSError`` where the file cannot be read.
    """
    verdicts: dict[str, Verdicts] = {}
    problems: list[ReadError] = []
    told: set[str] = set()
    for line in json_lines(path):
        try:
            assessment = _assessment(line, gold, told)
        except ValueError as error:
            verdicts.pop(line.patient_id or "", None)
            problems.append(
                ReadError(where=line.where, what=str(error), patient_id=line.patient_id)
            )
        else:
            verdicts[assessment.patient_id] = Verdicts(
                line.where, assessment.anchors, outcomes(assessment), assessment.triage
            )
        told.add(line.patient_id or "")
    kept, others = comparable(verdicts, gold)
    return kept, [*problems, *others, *_lacking(path, kept, told, gold)]


def comparable(verdicts: Mapping[str, Verdicts], gold: Gold) -> Read:
    """The verdicts on the gold's patients that count from the gold's days."""
    known = {patient.patient_id for patient in gold.patients}
    kept: dict[str, Verdicts] = {}
    problems: list[ReadError] = []
    for patient_id, stated in verdicts.items():
        expected = gold.verdicts.get(patient_id)
        if patient_id not in known:
            what = f"the gold has no patient {patient_id!r}; the verdicts are not scored"
        elif expected is not None and stated.anchors != expected.anchors:
            what = f"other anchors than in {expected.where}; the verdicts are not scored"
        else:
            kept[patient_id] = stated
            continue
        problems.append(ReadError(where=stated.where, what=what, patient_id=patient_id))
    return kept, problems


def _assessment(line: Line, gold: Gold, told: set[str]) -> Assessment:
    """The line's assessment.  Raises ``ValueError`` with what makes it unfit."""
    if line.data is None:
        raise ValueError("is not a JSON object")
    try:
        assessment = Assessment.model_validate(line.data)
    except ValidationError as error:
        raise ValueError(f"is not an assessment ({first_problem(error)})") from None
    if assessment.patient_id in told:
        raise ValueError(
            f"names patient {assessment.patient_id!r} a second time; neither is scored"
        )
    if assessment.protocol != gold.protocol.id:
        raise ValueError(
            f"is about the protocol {assessment.protocol!r} and not {gold.protocol.id}; "
            "the verdicts are not scored"
        )
    return assessment


def _lacking(
    path: Path, kept: Mapping[str, Verdicts], told: set[str], gold: Gold
) -> list[ReadError]:
    """A problem for each patient, or some of a patient's criteria, on whom the run is silent."""
    problems = []
    for patient_id, expected in gold.verdicts.items():
        if patient_id not in kept:
            if patient_id not in told:
                what = f"has no verdicts on {patient_id!r}, so none are scored"
                problems.append(ReadError(where=str(path), what=what, patient_id=patient_id))
            continue
        absent = sorted(expected.criteria.keys() - kept[patient_id].criteria.keys())
        if absent:
            what = f"has no verdict on {', '.join(absent)}, so it is not scored"
            where = kept[patient_id].where
            problems.append(ReadError(where=where, what=what, patient_id=patient_id))
    return problems
