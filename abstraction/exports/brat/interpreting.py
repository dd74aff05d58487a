"""From the lines of one note's ``.ann`` to its facts, by this program or by a person.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from abstraction.exports.brat.annotating import EDITABLE, TOLD_BY_PLACE
from abstraction.exports.brat.fields import are_fields, put, read_fields
from abstraction.exports.brat.standoff import (
    Attribute,
    Malformed,
    Relation,
    Remark,
    TextBound,
    fragments_of,
    id_of,
    parse_line,
    text_column,
)
from abstraction.exports.brat.vocabulary import ATTRIBUTES, EVIDENCE, TypeNames, problem_of
from abstraction.notes import Note


@dataclass(frozen=True, slots=True)
class Reading:
    """The records of a ``.ann`` in the order of the text, and what is wrong, each by its line."""

    records: tuple[tuple[int, dict[str, Any]], ...]
    problems: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class _Draft:
    """A text-bound annotation and what later lines say of it."""

    line: int
    mark: TextBound
    spoiled: bool = False
    span: tuple[int, int] | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    evidence: list[_Draft] = field(default_factory=list)


def interpret(note: Note, ann: str, names: TypeNames) -> Reading:
    """The facts that a ``.ann`` marks in the note.

    A fact that a wrong line is about is left out: without that line it would be another fact.
    """
    problems: list[tuple[int, str]] = []
    drafts, others = _parsed(note.text, ann, names, problems)
    for number, other in others:
        try:
            _apply(other, drafts, note.text)
        except Malformed as error:
            problems.append((number, f"{other.id} {error}"))
            target = other.first if isinstance(other, Relation) else other.target
            if target in drafts:
                drafts[target].spoiled = True
    records: list[tuple[int, dict[str, Any]]] = []
    for draft in drafts.values():
        meaning = names.meaning(draft.mark.type)
        if meaning is None or draft.spoiled or any(part.spoiled for part in draft.evidence):
            continue
        try:
            records.append((draft.line, _record(draft, note, *meaning)))
        except Malformed as error:
            problems.append((draft.line, f"{draft.mark.id} {error}"))
    return Reading(tuple(sorted(records, key=_order)), tuple(sorted(problems)))


def _parsed(
    text: str, ann: str, names: TypeNames, problems: list[tuple[int, str]]
) -> tuple[dict[str, _Draft], list[tuple[int, Attribute | Relation | Remark]]]:
    """The text-bound annotations by id, and the lines about them, which may stand before them."""
    drafts: dict[str, _Draft] = {}
    others: list[tuple[int, Attribute | Relation | Remark]] = []
    for number, line in _lines(ann):
        try:
            parsed = parse_line(line)
            if not isinstance(parsed, TextBound):
                others.append((number, parsed))
            elif parsed.id in drafts:
                raise Malformed(f"{parsed.id} stands on line {drafts[parsed.id].line} too")
            else:
                drafts[parsed.id] = _Draft(number, parsed)
                _check_mark(text, parsed, names)
        except Malformed as error:
            problems.append((number, str(error)))
            _spoil(drafts, number, line)
    return drafts, others


def _lines(ann: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(ann.split("\n"), start=1):
        if line.strip():
            yield number, line.removesuffix("\r")


def _spoil(drafts: dict[str, _Draft], number: int, line: str) -> None:
    """Remember an annotation that could not be read, so that nobody asks where it is."""
    try:
        name = id_of(line)
    except Malformed:
        return
    drafts.setdefault(name, _Draft(number, TextBound(name, "", (), None))).spoiled = True


def _check_mark(text: str, mark: TextBound, names: TypeNames) -> None:
    if mark.type not in EVIDENCE and names.meaning(mark.type) is None:
        raise Malformed(
            f"{mark.id} has a type that is no known concept; write kind-concept for a new one"
        )
    if any(not start <= end <= len(text) for start, end in mark.fragments):
        raise Malformed(f"{mark.id} lies outside the note, which has {len(text)} characters")
    if mark.text is not None and not _same(mark.text, text_column(text, mark.fragments)):
        raise Malformed(f"{mark.id} quotes another text than stands at its offsets in the note")


def _same(quoted: str, standing: str) -> bool:
    """White space apart: not every version of BRAT joins fragments by a space."""
    return "".join(quoted.split()) == "".join(standing.split())


def _apply(line: Attribute | Relation | Remark, drafts: dict[str, _Draft], text: str) -> None:
    match line:
        case Attribute():
            draft = _known(line.target, drafts)
            path, value = _attribute_value(line)
            if draft.mark.type in EVIDENCE:
                raise Malformed("is an attribute of evidence, which has none")
            put(draft.fields, path, value)
        case Relation():
            draft, part = _known(line.first, drafts), _known(line.second, drafts)
            joined = draft.mark.type not in EVIDENCE and EVIDENCE.get(part.mark.type) == line.name
            if not joined and not draft.spoiled and not part.spoiled:
                raise Malformed("does not join a fact (Arg1) to evidence of its own name (Arg2)")
            draft.evidence.append(part)
        case Remark() if line.type == EDITABLE and are_fields(line.text):
            draft = _known(line.target, drafts)
            for path, value in read_fields(line.text):
                if path == "span":
                    draft.span = _span(value, draft.mark, text)
                elif draft.mark.type in EVIDENCE:
                    raise Malformed("gives fields to evidence, which has none")
                elif path.partition(".")[0] in TOLD_BY_PLACE:
                    raise Malformed(f"gives {path}, which the annotation itself tells")
                elif path == "evidence" and value != []:
                    raise Malformed("gives evidence, which is marked in the text and joined")
                else:
                    put(draft.fields, path, value)


def _known(name: str, drafts: dict[str, _Draft]) -> _Draft:
    if name not in drafts:
        raise Malformed("is about an annotation that is not there")
    return drafts[name]


def _attribute_value(line: Attribute) -> tuple[str, Any]:
    choice = ATTRIBUTES.get(line.name)
    if choice is None:
        raise Malformed(f"is an attribute that no fact has (there are {', '.join(ATTRIBUTES)})")
    word = "true" if line.value is None else line.value
    if word not in choice.values:
        raise Malformed(f"gives {line.name} a value that is none of {', '.join(choice.values)}")
    return choice.path, choice.values[word]


def _span(value: Any, mark: TextBound, text: str) -> tuple[int, int] | None:
    """The span that a remark gives, as long as nobody has moved the annotation since."""
    match value:
        case [int(start), int(end)] if 0 <= start < end <= len(text):
            return (start, end) if fragments_of(text, start, end) == mark.fragments else None
    raise Malformed("gives a span that is none of the note")


def _record(draft: _Draft, note: Note, kind: str, concept: str) -> dict[str, Any]:
    """The record in the gold format.  Raises ``Malformed`` where it is none."""
    record: dict[str, Any] = {
        "patient_id": note.patient_id,
        "note_id": note.note_id,
        "kind": kind,
        "concept": concept,
        "span": _place(draft, note.text),
        "assertion": "present",
        **draft.fields,
    }
    if draft.evidence:
        parts = [
            {"role": EVIDENCE[part.mark.type], **_place(part, note.text)} for part in draft.evidence
        ]
        put(record, "evidence", parts)
    if problem := problem_of(record):
        raise Malformed(f"is not a fact ({problem})")
    return record


def _place(draft: _Draft, text: str) -> dict[str, Any]:
    """One span from the first fragment's start to the last one's end."""
    start, end = draft.span or _hull(draft.mark.fragments)
    if start == end:
        raise Malformed("marks no text")
    return {"start": start, "end": end, "text": text[start:end]}


def _hull(fragments: Iterable[tuple[int, int]]) -> tuple[int, int]:
    starts, ends = zip(*fragments, strict=True)
    return min(starts), max(ends)


def _order(placed: tuple[int, dict[str, Any]]) -> tuple[int, int, str, str, int]:
    line, record = placed
    span = record["span"]
    return span["start"], span["end"], record["kind"], record["concept"], line
