"""BRAT's standoff lines, one annotation a line, and nothing about what they mean.

Offsets are code points, half open, as everywhere in the house.  BRAT corrupts a file whose text
column holds a line end, so a span is written as the fragments between its line ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Fragments = tuple[tuple[int, int], ...]
"""The parts ``[start, end)`` of one text-bound annotation."""

_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Where BRAT, which is written in Python, would break a line."""

_PIECE = re.compile(f"[^{_LINE_ENDS}]+")
_ID = re.compile(r"[A-Z#][0-9]+|\*")
_SPANS = re.compile(r"(\S+) ([0-9]+ [0-9]+(?:;[0-9]+ [0-9]+)*)")
_RELATION = re.compile(r"(\S+) Arg1:(\S+) Arg2:(\S+)")


class Malformed(ValueError):
    """What is wrong with a line; the message quotes nothing that could be a note's text."""


@dataclass(frozen=True, slots=True)
class TextBound:
    """A type on a piece of text; ``text`` is None where the line leaves its column out."""

    id: str
    type: str
    fragments: Fragments
    text: str | None

    def __str__(self) -> str:
        places = ";".join(f"{start} {end}" for start, end in self.fragments)
        return f"{self.id}\t{self.type} {places}\t{self.text or ''}"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property of an annotation; ``value`` is None of a binary one, which is true by standing."""

    id: str
    name: str
    target: str
    value: str | None

    def __str__(self) -> str:
        value = "" if self.value is None else f" {self.value}"
        return f"{self.id}\t{self.name} {self.target}{value}"


@dataclass(frozen=True, slots=True)
class Relation:
    """A named arc between two annotations."""

    id: str
    name: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.id}\t{self.name} Arg1:{self.first} Arg2:{self.second}"


@dataclass(frozen=True, slots=True)
class Remark:
    """Free text about an annotation; of the type ``AnnotatorNotes`` where a person may edit it."""

    id: str
    type: str
    target: str
    text: str

    def __str__(self) -> str:
        return f"{self.id}\t{self.type} {self.target}\t{self.text}"


Line = TextBound | Attribute | Relation | Remark


def fragments_of(text: str, start: int, end: int) -> Fragments:
    """The parts of the span between its line ends; an empty one where it holds nothing else."""
    return tuple(piece.span() for piece in _PIECE.finditer(text, start, end)) or ((start, start),)


def text_column(text: str, fragments: Fragments) -> str:
    """What the fragments hold, joined as BRAT joins them."""
    return " ".join(text[start:end] for start, end in fragments)


def id_of(line: str) -> str:
    """The annotation's id.  Raises ``Malformed`` where the line does not start with one."""
    head, tab, _ = line.partition("\t")
    if not tab or not _ID.fullmatch(head):
        raise Malformed("does not start with an annotation's id and a tab")
    return head


def parse_line(line: str) -> Line:
    """The annotation of a line without its line end.  Raises ``Malformed``."""
    name = id_of(line)
    data, tab, text = line.partition("\t")[2].partition("\t")
    match name[0]:
        case "T":
            return _text_bound(name, data, text if tab else None)
        case "A" | "M":
            return _attribute(name, data)
        case "R":
            return _relation(name, data)
        case "#":
            return _remark(name, data, text)
    raise Malformed("is an event, a normalisation or an equivalence, and none of these is read")


def _text_bound(name: str, data: str, text: str | None) -> TextBound:
    match = _SPANS.fullmatch(data.rstrip())
    if match is None:
        raise Malformed(f"{name} is not followed by a type and offsets (type start end)")
    places = (place.split(" ") for place in match[2].split(";"))
    return TextBound(name, match[1], tuple((int(start), int(end)) for start, end in places), text)


def _attribute(name: str, data: str) -> Attribute:
    parts = data.rstrip().split(" ", 2)
    if len(parts) < 2 or "" in parts:
        raise Malformed(f"{name} is not followed by an attribute, an id and a value")
    return Attribute(name, parts[0], parts[1], parts[2] if len(parts) == 3 else None)


def _relation(name: str, data: str) -> Relation:
    match = _RELATION.fullmatch(data.rstrip())
    if match is None:
        raise Malformed(f"{name} is not followed by a relation, Arg1:id and Arg2:id")
    return Relation(name, match[1], match[2], match[3])


def _remark(name: str, data: str, text: str) -> Remark:
    parts = data.split()
    if len(parts) != 2:
        raise Malformed(f"{name} is not followed by a type and an id")
    return Remark(name, parts[0], parts[1], text)
