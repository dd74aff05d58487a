"""From the facts of one note to the lines of its ``.ann``.  Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from abstraction.exports.brat.fields import flat, write_fields
from abstraction.exports.brat.standoff import (
    Attribute,
    Line,
    Relation,
    Remark,
    TextBound,
    fragments_of,
    text_column,
)
from abstraction.exports.brat.vocabulary import CHOICES, Record, TypeNames, problem_of

TOLD_BY_PLACE = frozenset({"patient_id", "note_id", "kind", "concept", "span"})
"""Fields that the file, the type and the offsets tell."""

EDITABLE = "AnnotatorNotes"
"""The type of remark that a BRAT server lets a person edit."""


class NotWritable(ValueError):
    """A note or fact that a BRAT folder cannot hold; the message says which and why."""


def annotate(text: str, records: Iterable[Record], names: TypeNames) -> str:
    """The ``.ann`` of a note's facts, the same for whatever order they come in.

    "" for no facts.  Raises ``NotWritable`` where a record is no fact of this text.
    """
    sheet = _Sheet(text, names)
    for record in sorted(records, key=_order):
        _check(text, record)
        sheet.add_fact(record)
    return "".join(f"{line}\n" for line in sheet.lines)


class _Sheet:
    """The lines so far, their numbering, and the evidence that several facts may share."""

    def __init__(self, text: str, names: TypeNames) -> None:
        self.lines: list[Line] = []
        self._text = text
        self._names = names
        self._numbers: Counter[str] = Counter()
        self._evidence: dict[tuple[str, int, int], str] = {}

    def add_fact(self, record: Record) -> None:
        fact, unshown = self._mark(
            self._names.of(record["kind"], record["concept"]), record["span"]
        )
        parts = record.get("evidence") or ()
        said = {
            name: value
            for name, value in record.items()
            if name not in TOLD_BY_PLACE and not (name == "evidence" and parts)
        }
        told = unshown
        for path, value in flat(said):
            word = CHOICES[path].word(value) if path in CHOICES else None
            if word is None:
                told.append((path, value))
            else:
                self.lines.append(Attribute(self._next("A"), CHOICES[path].name, fact, word))
        self._remark(fact, told)
        for part in parts:
            evidence = self._evidence_of(part)
            self.lines.append(Relation(self._next("R"), part["role"], fact, evidence))

    def _evidence_of(self, part: Mapping[str, Any]) -> str:
        key = (part["role"], part["start"], part["end"])
        if key not in self._evidence:
            self._evidence[key], unshown = self._mark(f"evidence_{part['role']}", part)
            self._remark(self._evidence[key], unshown)
        return self._evidence[key]

    def _mark(self, name: str, span: Mapping[str, Any]) -> tuple[str, list[tuple[str, Any]]]:
        """The id of a new text-bound annotation, and its span where the fragments lose it."""
        start, end = span["start"], span["end"]
        parts = fragments_of(self._text, start, end)
        shown = text_column(self._text, parts)
        mark = TextBound(self._next("T"), name, parts, shown)
        self.lines.append(mark)
        whole = (parts[0][0], parts[-1][1]) == (start, end)
        return mark.id, [] if whole else [("span", [start, end])]

    def _remark(self, target: str, fields: list[tuple[str, Any]]) -> None:
        if fields:
            self.lines.append(Remark(self._next("#"), EDITABLE, target, write_fields(fields)))

    def _next(self, prefix: str) -> str:
        self._numbers[prefix] += 1
        return f"{prefix}{self._numbers[prefix]}"


def _order(record: Record) -> tuple[int, int, str, str, str]:
    span = record["span"]
    content = json.dumps(record, sort_keys=True)
    return span["start"], span["end"], record["kind"], record["concept"], content


def _check(text: str, record: Record) -> None:
    """Raise ``NotWritable`` unless the record is a fact, or part of one, that this text holds."""
    span = record["span"]
    where = f"{record['patient_id']}/{record['note_id']} {span['start']}..{span['end']}"
    if problem := problem_of(record):
        raise NotWritable(f"{where}: is not a fact ({problem})")
    for each in (span, *(record.get("evidence") or ())):
        if text[each["start"] : each["end"]] != each["text"]:
            raise NotWritable(f"{where}: its text is not what stands in the note there")
