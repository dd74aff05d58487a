"""Gold records in the making: which kind a concept has, and what a mark's ``key=value`` means."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, get_args

from abstraction import facts
from criteria_engine.vocabulary import vocabulary

_EXTRA = {"age": "demographic", "sex": "demographic", "birth_date": "demographic"}

KIND_OF: Mapping[str, str] = {
    concept: kind for kind, concepts in vocabulary().labels.items() for concept in concepts
} | _EXTRA
"""The kind of every concept that a mark may name."""

_CHOICES = {
    "assertion": get_args(facts.Assertion),
    "temporality": get_args(facts.Temporality),
    "experiencer": get_args(facts.Experiencer),
    "status": get_args(facts.TherapyStatus),
    "response": get_args(facts.Response),
    "stop_reason": get_args(facts.StopReason),
    "route": get_args(facts.Route),
    "interpretation": get_args(facts.Interpretation),
    "organ": ("native_kidney", "allograft_kidney"),
    "system": ("isn_rps", "who"),
    "resolved": ("true", "false"),
}
_INTERVALS = ("date", "onset", "start", "stop")
_PLACE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class BadField(ValueError):
    """A mark names a field that no fact has, or a value that the field does not take."""


def field_values(written: Mapping[str, str]) -> dict[str, Any]:
    """The gold fields that a mark or a phrase states.  ``date=note`` stays the word "note"."""
    return {name: _value(name, value) for name, value in written.items()}


def interval(start: dt.date, end: dt.date, basis: Any = "explicit") -> dict[str, Any]:
    """A date interval as the gold writes it."""
    return {"start": start.isoformat(), "end": end.isoformat(), "basis": basis}


def _value(name: str, value: str) -> Any:
    if value in ("null", "None"):
        return None
    if name in _INTERVALS:
        return "note" if value == "note" else _interval(name, value)
    if name not in _CHOICES:
        raise BadField(f"no fact has a field {name!r} that a mark can set")
    if value.lower() not in _CHOICES[name]:
        raise BadField(f"{name} cannot be {value!r}")
    return value.lower() == "true" if name == "resolved" else value


def _interval(name: str, value: str) -> dict[str, Any]:
    place = _PLACE.fullmatch(value)
    if not place:
        raise BadField(f"{name}={value}: write YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (int(part) if part else None for part in place.groups())
    assert year is not None
    last = calendar.monthrange(year, month or 12)[1]
    return interval(dt.date(year, month or 1, day or 1), dt.date(year, month or 12, day or last))
