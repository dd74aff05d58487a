"""What BRAT's types and attributes mean, derived from the fact models and the rules' concepts.

A type is a concept, or ``kind-concept`` where the concept alone does not tell the kind.  Every
enumeration of a fact and of its value is an attribute of its own name.
"""

from __future__ import annotations

import json
import types
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError

from abstraction.facts import FACT, Fact, FactBase, Kind, Role
from nlp_rules import load_rules

Record = Mapping[str, Any]
"""A fact in the gold format: ``patient_id note_id kind concept span assertion`` and whatever else
is known of it; a field that is not given is not scored, a null is."""

MODELS: Mapping[Kind, type[FactBase]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model
    for model in get_args(get_args(Fact)[0])
}
EVIDENCE: Mapping[str, str] = {f"evidence_{role}": role for role in get_args(Role)}
"""Each type of evidence and the role it stands for."""

_OF_THE_CORPUS = ("tags",)
"""What a gold record may carry that no fact has."""

_UNSAID: Record = {
    "fact_id": "-",
    "note_date": None,
    "source": {"method": "human", "id": "-", "version": "-"},
}

_WORDS: Mapping[Any, str] = {
    None: "null", True: "true", False: "false",
    "<": "below", "<=": "at_most", ">": "above", ">=": "at_least",
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A field that is an enumeration: its dotted name, and what each word of it stands for."""

    path: str
    values: Mapping[str, Any]
    kinds: tuple[Kind, ...]

    @property
    def name(self) -> str:
        """The attribute's name: the last part of the field's."""
        return self.path.rpartition(".")[2]

    def word(self, value: Any) -> str | None:
        """The word for the value, as JSON gives it; None where it is none of the enumeration's."""
        return next((word for word, meant in self.values.items() if meant == value), None)


def _choices() -> dict[str, Choice]:
    """Every enumeration of the fact models, by its dotted name."""
    values: dict[str, tuple[Any, ...]] = {}
    kinds: dict[str, list[Kind]] = {}
    for kind, model in MODELS.items():
        for path, found in _enumerations(model).items():
            values[path] = found
            kinds.setdefault(path, []).append(kind)
    return {
        path: Choice(path, {_WORDS.get(v, v): v for v in found}, tuple(kinds[path]))
        for path, found in values.items()
    }


def _enumerations(model: type[BaseModel], inside: str = "") -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for name, field in model.model_fields.items():
        annotation: Any = field.annotation
        if name == "value" and isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found |= _enumerations(annotation, "value.")
        elif name != "kind" and (values := _values(annotation)):
            found[inside + name] = values
    return found


def _values(annotation: Any) -> tuple[Any, ...]:
    """The values of an enumeration, null among them where it may be null; () of anything else."""
    if annotation is bool:
        return (True, False)
    if annotation is types.NoneType:
        return (None,)
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [_values(part) for part in get_args(annotation)]
        return tuple(value for part in parts for value in part) if all(parts) else ()
    return ()


CHOICES: Mapping[str, Choice] = _choices()
ATTRIBUTES: Mapping[str, Choice] = {choice.name: choice for choice in CHOICES.values()}


@dataclass(frozen=True)
class TypeNames:
    """The types that facts are marked with; ``kinds`` has each concept that tells its kind."""

    kinds: Mapping[str, Kind]

    def of(self, kind: Kind, concept: str) -> str:
        """The type of a concept of a kind."""
        return concept if self.kinds.get(concept) == kind else f"{kind}-{concept}"

    def meaning(self, name: str) -> tuple[Kind, str] | None:
        """Kind and concept of a type; None where it stands for neither."""
        kind, dash, concept = name.partition("-")
        if dash:
            return (cast(Kind, kind), concept) if kind in MODELS else None
        return (self.kinds[name], name) if name in self.kinds else None


@cache
def shipped_names() -> TypeNames:
    """The types by the concepts of the rules that are installed with the program."""
    concepts = load_rules().concepts
    told = Counter(name for names in concepts.values() for name in names)
    return TypeNames(
        {
            name: cast(Kind, kind)
            for kind, names in concepts.items()
            for name in names
            if told[name] == 1
        }
    )


def problem_of(record: Record) -> str | None:
    """Why a gold record cannot be (part of) a fact: field and reason, never the value."""
    stated = {**_UNSAID, **{k: v for k, v in record.items() if k not in _OF_THE_CORPUS}}
    try:
        FACT.validate_json(json.dumps(stated), strict=True)
    except ValidationError as error:
        for each in error.errors(include_input=False, include_url=False, include_context=False):
            # Behind the kind a single step is a field of the fact itself, which gold may leave out.
            if each["type"] != "missing" or len(each["loc"]) > 2:
                field = ".".join(str(part) for part in each["loc"][1:])
                return f"{field}: {each['msg']}" if field else each["msg"]
    return None
