"""The facts of a run, line by line: a broken one costs its note, never the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from abstraction.facts import Fact, parse_fact
from abstraction.reading import ReadError
from abstraction.run import LEDGER
from corpus.evaluation.lines import Line, first_problem, json_lines
from corpus.evaluation.records import Gold, Mention, NoteKey


@dataclass(frozen=True, slots=True)
class Predictions:
    """The run's sound mentions of the gold's notes, and what is unfit.

    ``unfit`` notes are not scored; of ``doubtful`` patients a fact may be lacking, so that the
    engine must not decide on them.
    """

    mentions: tuple[Mention, ...]
    unfit: frozenset[NoteKey]
    doubtful: frozenset[str]
    problems: tuple[ReadError, ...]


def read_predictions(path: Path, gold: Gold) -> Predictions:
    """The facts of a ``facts.jsonl``.  Raises ``OSError`` where it cannot be read."""
    texts = gold.texts
    patients = frozenset(patient.patient_id for patient in gold.patients)
    mentions: list[Mention] = []
    unfit: set[NoteKey] = set()
    doubtful: set[str] = set()
    problems: dict[tuple[str | None, ...], ReadError] = {}
    for line in json_lines(path):
        if stranger := _stranger(line, patients, texts):
            problems.setdefault((line.patient_id, stranger.note_id), stranger)
            continue
        fact = _fact(line)
        if isinstance(fact, str):
            notes = _may_be_about(line, texts)
            unfit.update(notes)
            doubtful.update([line.patient_id] if line.patient_id else patients)
            problems[line.where,] = _problem(line, f"{fact}; {_consequence(line)}")
        elif (
            texts[fact.patient_id, fact.note_id][fact.span.start : fact.span.end] != fact.span.text
        ):
            key = (fact.patient_id, fact.note_id)
            unfit.add(key)
            doubtful.add(fact.patient_id)
            what = f"the span's text is not what stands there in the note; {_consequence(line)}"
            problems.setdefault(("span", *key), _problem(line, what))
        else:
            mentions.append(Mention(fact, None, (), line.where))
    return Predictions(
        tuple(mentions), frozenset(unfit), frozenset(doubtful), tuple(problems.values())
    )


def notes_not_read(folder: Path, gold: Gold) -> list[ReadError]:
    """The scored notes that the ledger beside the facts says were not read, or does not know.

    Their gold facts count as missed.  Nothing where there is no ledger.
    """
    path = folder / LEDGER
    if not path.exists():
        return []
    read: set[NoteKey] = set()
    failed: dict[NoteKey, str] = {}
    problems = []
    for line in json_lines(path):
        key = (line.patient_id or "", line.note_id or "")
        if line.data is None or "status" not in line.data:
            problems.append(_problem(line, "is not a line of a ledger"))
        elif line.data["status"] == "read":
            read.add(key)
        else:
            failed[key] = line.where
    return problems + [
        ReadError(
            where=failed.get(key, str(path)),
            what=f"the run did not read the note {key[1]!r} of {key[0]!r}, "
            "so its gold facts count as missed",
            patient_id=key[0],
            note_id=key[1],
        )
        for key in sorted(gold.scored_notes - read)
    ]


def patients_not_listed(folder: Path, gold: Gold) -> set[str]:
    """The gold's patients of whom the ledger does not name a single note: others, perhaps, of the
    same id.  None where there is no ledger."""
    path = folder / LEDGER
    if not path.exists():
        return set()
    listed = {(line.patient_id, line.note_id) for line in json_lines(path)}
    return {
        patient.patient_id
        for patient in gold.patients
        if patient.notes
        and not any((one.patient_id, one.note_id) in listed for one in patient.notes)
    }


def _stranger(
    line: Line, patients: frozenset[str], texts: Mapping[NoteKey, str]
) -> ReadError | None:
    """The problem of a line about a patient or a note that the gold does not have."""
    if line.patient_id is None or line.note_id is None:
        return None
    if line.patient_id not in patients:
        what = f"the gold has no patient {line.patient_id!r}; what the run says is not scored"
        return ReadError(where=line.where, what=what, patient_id=line.patient_id)
    if (line.patient_id, line.note_id) in texts:
        return None
    return _problem(
        line,
        f"the gold has no note {line.note_id!r} of {line.patient_id!r}; "
        "what the run says of it is not scored",
    )


def _fact(line: Line) -> Fact | str:
    """The fact of the line, or why it is none."""
    if line.data is None:
        return "is not a JSON object"
    try:
        return parse_fact(line.data)
    except ValidationError as error:
        return f"is not a fact ({first_problem(error)})"


def _may_be_about(line: Line, texts: Mapping[NoteKey, str]) -> list[NoteKey]:
    """The notes that a broken line is about; none where it names no patient."""
    if line.note_id is not None and line.patient_id is not None:
        return [(line.patient_id, line.note_id)]
    return [key for key in texts if key[0] == line.patient_id]


def _consequence(line: Line) -> str:
    if line.patient_id is None:
        return "if it was a fact, it counts as not found"
    if line.note_id is None:
        return f"no note of {line.patient_id!r} is scored"
    return f"the note {line.note_id!r} is not scored"


def _problem(line: Line, what: str) -> ReadError:
    return ReadError(where=line.where, what=what, patient_id=line.patient_id, note_id=line.note_id)
