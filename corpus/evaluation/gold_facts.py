"""Gold facts: each record checked against the fact models, the notes and the vocabulary.

Only a few fields are required.  The others get a placeholder, so that the record is a fact like
any other, and ``Mention.given`` remembers which ones the annotator wrote.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from abstraction.facts import parse_fact
from abstraction.notes import Note
from abstraction.reading import ReadError, collect_notes
from corpus.evaluation.lines import Line, first_problem, json_lines
from corpus.evaluation.records import Mention
from criteria_engine.vocabulary import vocabulary

FACTS = "facts.gold.jsonl"
REQUIRED = ("patient_id", "note_id", "kind", "concept", "span", "assertion")

_INTERVALS = ("date", "onset", "start", "stop")
_SOURCE = {"method": "human", "id": "gold", "version": "1"}


class Broken(ValueError):
    """What is wrong with a gold record; the message quotes no note."""


@dataclass(frozen=True, slots=True)
class GoldFacts:
    """The sound mentions of one patient, and the notes that a broken record is or may be about.

    ``annotated`` names notes that were gone through even where they hold no fact; ``where`` is
    the file, or the folder of the files.
    """

    where: str
    mentions: tuple[Mention, ...] = ()
    broken_notes: frozenset[str] = frozenset()
    annotated: frozenset[str] = frozenset()
    problems: tuple[ReadError, ...] = ()


@dataclass(frozen=True, slots=True)
class Marked:
    """The notes of a corpus by patient and note id, and the gold facts of every patient."""

    notes: Mapping[str, Mapping[str, Note]]
    facts: Mapping[str, GoldFacts]
    problems: tuple[ReadError, ...]


def is_gold(path: Path) -> bool:
    """Whether the folder holds gold facts, its own or those of patients in it."""
    return (path / FACTS).is_file() or any(path.glob(f"*/{FACTS}"))


def read_marked(path: Path) -> Marked:
    """The notes of the folder, and what ``facts.gold.jsonl`` beside them says."""
    collection = collect_notes(path)
    notes: dict[str, dict[str, Note]] = {one: {} for one in collection.patients()}
    for note in collection:
        notes[note.patient_id][note.note_id] = note
    facts = {one: _read(folder_of(path, one) / FACTS, one, own) for one, own in notes.items()}
    return Marked(notes, facts, tuple(collection.errors))


def folder_of(path: Path, patient_id: str) -> Path:
    """The patient's folder: the one named so, or the corpus itself where it is one patient's."""
    inside = path / patient_id
    return inside if inside.is_dir() else path


def _read(path: Path, patient_id: str, notes: Mapping[str, Note]) -> GoldFacts:
    if not path.exists():
        return GoldFacts(str(path))
    try:
        return check_records(json_lines(path), str(path), patient_id, notes)
    except OSError as error:
        what = f"cannot be read ({error.strerror}); no note of {patient_id!r} is scored"
        problem = ReadError(where=str(path), what=what, patient_id=patient_id)
        return GoldFacts(str(path), broken_notes=frozenset(notes), problems=(problem,))


def check_records(
    lines: Iterable[Line], where: str, patient_id: str, notes: Mapping[str, Note]
) -> GoldFacts:
    """The records of one patient that are sound, and one problem for each that is not."""
    mentions: list[Mention] = []
    problems: list[ReadError] = []
    broken: set[str] = set()
    told: dict[str, str] = {}
    for line in lines:
        try:
            mention = _mention(line, patient_id, notes)
            first = told.setdefault(json.dumps(line.data, sort_keys=True), line.where)
            if first != line.where:
                raise Broken(f"says again what {first.rpartition('/')[2]} says")
            mentions.append(mention)
        except Broken as error:
            about, consequence = _consequence(line.note_id, patient_id, notes)
            broken.update(about)
            problems.append(
                ReadError(
                    where=line.where,
                    what=f"{error}; {consequence}",
                    patient_id=patient_id,
                    note_id=line.note_id,
                )
            )
    return GoldFacts(
        where, tuple(mentions), broken_notes=frozenset(broken), problems=tuple(problems)
    )


def _consequence(
    note_id: str | None, patient_id: str, notes: Mapping[str, Note]
) -> tuple[Iterable[str], str]:
    """The notes that the record leaves without whole gold, and the words for it."""
    if note_id is None:
        return notes, f"it may be about any note, so no note of {patient_id!r} is scored"
    if note_id in notes:
        return (note_id,), f"the note {note_id!r} is not scored"
    return (), "the record is not scored"


def _mention(line: Line, patient_id: str, notes: Mapping[str, Note]) -> Mention:
    """The record as a mention.  Raises ``Broken``."""
    if line.data is None:
        raise Broken("is not a JSON object")
    data = dict(line.data)
    lacking = [name for name in REQUIRED if name not in data]
    if lacking:
        raise Broken(f"lacks {', '.join(lacking)}")
    if data["patient_id"] != patient_id:
        raise Broken(f"is about another patient than {patient_id!r}, whose folder it lies in")
    if line.note_id is None:
        raise Broken("note_id: is not a word")
    note = notes.get(line.note_id)
    if note is None:
        raise Broken(f"is about a note that {patient_id!r} does not have: {line.note_id!r}")
    tags = data.pop("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise Broken("tags: is not a list of words")
    try:
        fact = parse_fact(_completed(data, note, line.where))
    except ValidationError as error:
        raise Broken(f"is not a fact ({first_problem(error)})") from None
    if fact.concept not in vocabulary().labels.get(fact.kind, {fact.concept: ""}):
        raise Broken(f"concept: {fact.concept!r} is no {fact.kind} that is known")
    if note.text[fact.span.start : fact.span.end] != fact.span.text:
        raise Broken("span: its text is not what stands there in the note")
    return Mention(fact, frozenset(_leaves(data)), tuple(sorted(set(tags))), line.where)


def _completed(data: dict[str, Any], note: Note, where: str) -> dict[str, Any]:
    """The record with a placeholder for each field that a fact needs and gold may leave out."""
    line = where.rpartition(":")[2]
    completed = {
        "fact_id": f"gold:{note.note_id}:{line}",
        "source": _SOURCE,
        "note_date": note.date,
        **data,
    }
    for name in _INTERVALS:
        if isinstance(data.get(name), dict):
            completed[name] = {"basis": "explicit", **data[name]}
    return completed


def _leaves(data: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The dotted path of everything that is given, down to what holds no further names."""
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"
