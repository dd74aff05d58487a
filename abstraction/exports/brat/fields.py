"""A record's fields on one line that a person can read and edit: ``dose.number=20 dose.unit=mg``.

Fields inside fields are named by dots.  A value is JSON, or the bare word where a word without
white space is no JSON.  Everything from a ``#`` that stands where a name should is a remark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from abstraction.exports.brat.standoff import Malformed

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KEY = re.compile(r"\s*([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)=")
_WORD = re.compile(r"\S+")
_END = re.compile(r"\s*(?:#.*)?", re.DOTALL)
_DECODER = json.JSONDecoder()


def flat(record: Mapping[str, Any], inside: str = "") -> Iterator[tuple[str, Any]]:
    """Each field's dotted name and value, in the record's order; an empty object is a value."""
    for name, value in record.items():
        path = inside + name
        if isinstance(value, Mapping) and value and all(map(_NAME.fullmatch, value)):
            yield from flat(value, path + ".")
        else:
            yield path, value


def put(record: dict[str, Any], path: str, value: Any) -> None:
    """Set the field of that dotted name.  Raises ``Malformed`` where it has a value already."""
    *parents, last = path.split(".")
    inner = record
    for name in parents:
        inner = inner.setdefault(name, {})
        if not isinstance(inner, dict):
            raise Malformed(f"gives {path} beside a value of {name} as a whole")
    if last in inner:
        raise Malformed(f"gives {path} again")
    inner[last] = value


def write_fields(fields: Iterable[tuple[str, Any]]) -> str:
    """``name=value`` pairs on one line."""
    return " ".join(f"{path}={_spelled(value)}" for path, value in fields)


def are_fields(text: str) -> bool:
    """Whether a line is meant as fields: it starts with a name and an equals sign."""
    return _KEY.match(text) is not None


def read_fields(text: str) -> list[tuple[str, Any]]:
    """The dotted names and values of a line of fields.  Raises ``Malformed``."""
    found: list[tuple[str, Any]] = []
    place = 0
    while not _END.fullmatch(text, place):
        key = _KEY.match(text, place)
        if key is None:
            where = f"after {found[-1][0]}" if found else "at its start"
            raise Malformed(f"holds {where} something that is no name=value")
        value, place = _value(text, key.end(), key[1])
        found.append((key[1], value))
    return found


def _value(text: str, place: int, name: str) -> tuple[Any, int]:
    """The value that starts at ``place`` and where it ends."""
    if text[place : place + 1] in ('"', "[", "{"):
        try:
            value, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            raise Malformed(f"gives {name} a value that is broken JSON") from None
        if text[end : end + 1].strip():
            raise Malformed(f"has no space after the value of {name}")
        return value, end
    word = _WORD.match(text, place)
    if word is None:
        raise Malformed(f"gives {name} no value")
    return _read_word(word[0]), word.end()


def _read_word(word: str) -> Any:
    try:
        return json.loads(word)
    except ValueError:
        return word


def _spelled(value: Any) -> str:
    if isinstance(value, str) and _stands_bare(value):
        return value
    spelled = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return spelled if spelled.isprintable() else json.dumps(value, separators=(",", ":"))


def _stands_bare(text: str) -> bool:
    one_word = text.isprintable() and " " not in text and text[:1] not in ("", '"', "[", "{")
    return one_word and _read_word(text) == text
