"""Files of one JSON object a line, read so that a broken line costs only itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

_IDS = {
    name: re.compile(rf'"{name}"\s*:\s*("(?:[^"\\]|\\.)*")') for name in ("patient_id", "note_id")
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: where it stands and its object; ``data`` is None where it is no JSON object.

    ``patient_id`` and ``note_id`` are what the line says, read even from one that is torn.
    """

    where: str
    data: dict[str, Any] | None
    patient_id: str | None
    note_id: str | None


def json_lines(path: Path) -> Iterator[Line]:
    """Every line of the file that is not empty.  Raises ``OSError`` where it cannot be read."""
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            if raw.strip():
                yield _line(f"{path}:{number}", raw)


def strict_json(text: str | bytes) -> Any:
    """The decoded JSON; ``ValueError`` for what is none, NaN and the infinities among it."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def first_problem(error: ValidationError) -> str:
    """Field and reason of the first error; never the value, which may be a note's text."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    if first["type"] == "union_tag_invalid":
        return "kind: is none that a fact has"
    field = ".".join(str(part) for part in first["loc"])
    return f"{field}: {first['msg']}" if field else first["msg"]


def _line(where: str, raw: bytes) -> Line:
    try:
        data = strict_json(raw)
    except ValueError:
        data = None
    if isinstance(data, dict):
        return Line(where, data, _text(data.get("patient_id")), _text(data.get("note_id")))
    return Line(where, None, _torn(raw, "patient_id"), _torn(raw, "note_id"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _torn(raw: bytes, name: str) -> str | None:
    """The id that stands in a line which is no whole object."""
    found = _IDS[name].search(raw.decode("utf-8", errors="replace"))
    try:
        return _text(json.loads(found[1])) if found else None
    except ValueError:
        return None


def _refuse(_: str) -> NoReturn:
    raise ValueError("is no number of JSON")
