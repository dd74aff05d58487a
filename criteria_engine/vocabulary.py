"""The words a protocol may use: concepts with their labels, and named sets of concepts.

Both are data beside this file, ``concepts.yaml`` and ``value_sets.yaml``; ``upper_limits.yaml``
bounds the upper limits of tests that reports print without one, ``normal_ranges.yaml`` what a
result that is called normal can be.  A protocol that names
a concept or a set which is not there is refused, because a misspelt concept would be silent for
ever and never decide.
"""

from __future__ import annotations

import difflib
import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from abstraction.facts import Kind
from criteria_engine.located import read_yaml

SET_PREFIX = "set:"


@dataclass(frozen=True)
class Vocabulary:
    """Concepts by kind with a label each, and value sets of concepts of one kind.

    ``upper_limits``: lowest and highest upper limit of a test, in its canonical unit.
    ``normal_ranges``: lowest and highest number that is called normal, and the unit; an open end is
    infinite.
    """

    labels: Mapping[Kind, Mapping[str, str]]
    value_sets: Mapping[str, tuple[str, ...]]
    upper_limits: Mapping[str, tuple[float, float]]
    normal_ranges: Mapping[str, tuple[float, float, str]]
    version: str

    def label(self, kind: Kind, concept: str) -> str:
        """The words for a concept in a sentence; the concept itself where it is not listed."""
        return self.labels.get(kind, {}).get(concept) or concept.replace("_", " ")


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that is shipped with the engine."""
    folder = files("criteria_engine")
    concepts_text = (folder / "concepts.yaml").read_text(encoding="utf-8")
    sets_text = (folder / "value_sets.yaml").read_text(encoding="utf-8")
    limits_text = (folder / "upper_limits.yaml").read_text(encoding="utf-8")
    normal_text = (folder / "normal_ranges.yaml").read_text(encoding="utf-8")
    concepts = cast("dict[Kind, dict[str, str | None]]", read_yaml(concepts_text).data)
    value_sets = cast("dict[str, list[str]]", read_yaml(sets_text).data)
    limits = cast("dict[str, dict[str, float]]", read_yaml(limits_text).data)
    normal = cast("dict[str, dict[str, Any]]", read_yaml(normal_text).data)
    return Vocabulary(
        labels={
            kind: {concept: label or concept.replace("_", " ") for concept, label in known.items()}
            for kind, known in concepts.items()
        },
        value_sets={name: tuple(members) for name, members in value_sets.items()},
        upper_limits={name: (each["low"], each["high"]) for name, each in limits.items()},
        normal_ranges={
            name: (each.get("low", -math.inf), each.get("high", math.inf), each["unit"])
            for name, each in normal.items()
        },
        version=hashlib.sha256(
            "\0".join((concepts_text, sets_text, limits_text, normal_text)).encode()
        ).hexdigest()[:16],
    )


def _known(kind: Kind) -> Callable[[str], str]:
    def check(concept: str) -> str:
        known = vocabulary().labels[kind]
        if concept not in known:
            raise PydanticCustomError(
                "unknown_concept",
                "{concept} is no {kind} concept of concepts.yaml{meant}",
                {"concept": repr(concept), "kind": kind, "meant": _meant(concept, known)},
            )
        return concept

    return check


def _meant(name: str, known: Iterable[str]) -> str:
    """The known name that is spelt most like it, as a question, where there is one."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; is {close[0]!r} meant?" if close else ""


def expanded(names: Iterable[str]) -> tuple[str, ...]:
    """The concepts of a list in which ``set:NAME`` stands for the members of a value set."""
    return cast("tuple[str, ...]", _expand(list(names)))


def _expand(names: Any) -> Any:
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        return names
    expanded: dict[str, None] = {}
    for name in names:
        if name.startswith(SET_PREFIX):
            set_name = name.removeprefix(SET_PREFIX).strip()
            if set_name not in vocabulary().value_sets:
                raise PydanticCustomError(
                    "unknown_set",
                    "{name} is no set of value_sets.yaml{meant}",
                    {"name": repr(set_name), "meant": _meant(set_name, vocabulary().value_sets)},
                )
            expanded.update(dict.fromkeys(vocabulary().value_sets[set_name]))
        else:
            expanded[name] = None
    return tuple(expanded)


DiagnosisConcept = Annotated[str, AfterValidator(_known("diagnosis"))]
MeasurementConcept = Annotated[str, AfterValidator(_known("measurement"))]
TherapyConcept = Annotated[str, AfterValidator(_known("therapy"))]
StatusConcept = Annotated[str, AfterValidator(_known("status"))]

Diagnoses = Annotated[tuple[DiagnosisConcept, ...], BeforeValidator(_expand)]
Measurements = Annotated[tuple[MeasurementConcept, ...], BeforeValidator(_expand)]
Therapies = Annotated[tuple[TherapyConcept, ...], BeforeValidator(_expand)]
Statuses = Annotated[tuple[StatusConcept, ...], BeforeValidator(_expand)]
