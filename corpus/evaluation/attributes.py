"""What of a fact is compared once its mention is found, kind by kind, and how."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from abstraction.facts import Fact, Kind
from corpus.evaluation.records import Mention

Form = Literal["category", "plain", "days"]
How = Literal["equal", "overlapping", "wrong", "missing", "invented"]
"""``missing``: the gold tells it and the prediction does not; ``invented``: the other way round.
``overlapping``, for days alone: not the same interval, but with a day in common."""

RELATIVE_TOLERANCE = 1e-6
NULL = "null"
"""How the absence of a value is written in a confusion table."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A thing that is right or wrong as one, and the dotted paths of the fact that tell it.

    ``only_told`` attributes are scored only where the gold has a value: the basis of a date that
    is null says nothing more than the date.
    """

    name: str
    paths: tuple[str, ...]
    form: Form = "plain"
    only_told: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """One attribute of one pair; ``gold`` and ``predicted`` as a reader would write them."""

    attribute: Attribute
    how: How
    gold: str | None
    predicted: str | None

    @property
    def right(self) -> bool:
        return self.how == "equal"


def _category(*names: str) -> tuple[Attribute, ...]:
    return tuple(Attribute(name, (name,), "category") for name in names)


def _plain(*names: str) -> tuple[Attribute, ...]:
    return tuple(Attribute(name, (name,)) for name in names)


def _interval(name: str) -> tuple[Attribute, ...]:
    days = Attribute(name, (f"{name}.start", f"{name}.end"), "days")
    basis = Attribute(f"{name}_basis", (f"{name}.basis",), "category", only_told=True)
    return (days, basis)


_COMMON = (*_category("assertion", "temporality", "experiencer"), *_interval("date"))

ATTRIBUTES: dict[Kind, tuple[Attribute, ...]] = {
    "diagnosis": (*_COMMON, *_interval("onset"), *_category("resolved", "response")),
    "biopsy": (
        *_COMMON,
        *_category("classes", "class_basis", "activity_letters", "organ", "system"),
        *_plain("activity_index", "chronicity_index"),
    ),
    "therapy": (
        *_COMMON,
        *_category("status", "route", "response", "stop_reason"),
        *_plain("frequency", "daily_dose_mg"),
        Attribute("dose", ("dose.number", "dose.unit")),
        Attribute("duration_days", ("duration_days.min", "duration_days.max")),
        *_interval("start"),
        *_interval("stop"),
    ),
    "measurement": (
        *_COMMON,
        Attribute("number", ("value.number", "value.low", "value.high")),
        Attribute("unit", ("value.unit",)),
        Attribute("unit_basis", ("value.unit_basis",), "category"),
        Attribute(
            "canonical_number",
            ("value.canonical_number", "value.canonical_low", "value.canonical_high"),
        ),
        Attribute("canonical_unit", ("value.canonical_unit",)),
        Attribute("comparator", ("value.comparator",), "category"),
        Attribute("interpretation", ("value.interpretation",), "category"),
        Attribute("reference_range", ("value.reference_low", "value.reference_high")),
    ),
    "demographic": (
        *_COMMON,
        Attribute("value", ("value.number", "value.unit", "value.text")),
    ),
    "status": _COMMON,
    "date": (*_COMMON, Attribute("value", ("value.start", "value.end"), "days")),
}


def judge(gold: Mention, predicted: Mention) -> tuple[Judgement, ...]:
    """Every attribute of the gold's kind that both writers gave, in the order of the table."""
    judgements = []
    for attribute in ATTRIBUTES[gold.fact.kind]:
        paths = [path for path in attribute.paths if gold.covers(path) and predicted.covers(path)]
        expected = [_look(gold.fact, path) for path in paths]
        if not paths or (attribute.only_told and _silent(expected)):
            continue
        found = [_look(predicted.fact, path) for path in paths]
        how = _compare(expected, found, attribute.form)
        judgements.append(
            Judgement(attribute, how, _written(expected, attribute), _written(found, attribute))
        )
    return tuple(judgements)


def _look(fact: Fact, path: str) -> Any:
    """What stands at the path; None where it, or anything on the way to it, is null or empty."""
    value: Any = fact
    for step in path.split("."):
        value = getattr(value, step, None)
    return None if value == () else value


def _compare(expected: Sequence[Any], found: Sequence[Any], form: Form) -> How:
    if all(_same(one, other) for one, other in zip(expected, found, strict=True)):
        return "equal"
    if _silent(found):
        return "missing"
    if _silent(expected):
        return "invented"
    if form == "days" and expected[0] <= found[1] and found[0] <= expected[1]:
        return "overlapping"
    return "wrong"


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=RELATIVE_TOLERANCE)
    return bool(one == other)


def _silent(parts: Sequence[Any]) -> bool:
    return all(part is None for part in parts)


def _written(parts: Sequence[Any], attribute: Attribute) -> str | None:
    if _silent(parts):
        return None
    joint = ".." if attribute.form == "days" else " "
    return joint.join(_word(part) for part in parts if part is not None)


def _word(part: Any) -> str:
    if isinstance(part, bool):
        return str(part).lower()
    if isinstance(part, float):
        return repr(part).removesuffix(".0")
    return "+".join(part) if isinstance(part, tuple) else str(part)
