"""A protocol as it is written: read, its options filled in, each of its parts taken by itself.

A part that is wrong does not hide the others, so that everything that is wrong can be told at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from criteria_engine.assessment import CriterionKind
from criteria_engine.expressions import Expression
from criteria_engine.located import Located, YamlError, read_yaml
from criteria_engine.located import Path as Place
from criteria_engine.protocol import Criterion, Option, Protocol, ProtocolError
from criteria_engine.registered import RegisteredText
from criteria_engine.scores.instrument import instruments_version
from criteria_engine.vocabulary import vocabulary

OPTION_PREFIX = "option:"

_EXPRESSION: TypeAdapter[BaseModel] = TypeAdapter(Expression)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that the form of a protocol does not allow: by which check, where, and why."""

    check: str
    place: Place
    says: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A part of a protocol that could be read, and its place in the file."""

    place: Place
    part: BaseModel

    def below(self) -> Iterator[Placed]:
        """The parts that stand directly in this one."""
        for name in type(self.part).model_fields:
            value = getattr(self.part, name)
            if isinstance(value, BaseModel):
                yield Placed((*self.place, name), value)
            elif isinstance(value, tuple):
                yield from (
                    Placed((*self.place, name, index), one)
                    for index, one in enumerate(value)
                    if isinstance(one, BaseModel)
                )

    def everything(self) -> Iterator[Placed]:
        """This part and all parts in it."""
        yield self
        for one in self.below():
            yield from one.everything()


@dataclass(frozen=True, slots=True)
class DraftCriterion:
    """One criterion as written; ``criterion`` is None where something in it is wrong.

    ``expressions`` are then those of its expressions that could be read, the outermost ones.
    """

    place: Place
    data: Mapping[str, Any]
    criterion: Criterion | None
    expressions: tuple[Placed, ...]

    @property
    def id(self) -> str:
        """Its id as far as it has one."""
        return str(self.data.get("id", ""))

    @property
    def claimed(self) -> tuple[tuple[str, CriterionKind, tuple[str, ...]], ...]:
        """Its id, its kind and the sentences that it claims, as far as all three can be read.

        What is no text at all is an empty one, so that the others keep their places.
        """
        pieces, written = self.data.get("registered"), self.data.get("kind")
        kinds: tuple[CriterionKind, ...] = get_args(CriterionKind)
        return tuple(
            (self.id, kind, tuple(_text_or_empty(piece) for piece in pieces))
            for kind in kinds
            if kind == written and isinstance(pieces, list)
        )


@dataclass(frozen=True)
class Draft:
    """A protocol file with chosen readings: what could be read of it, and what is wrong."""

    file: Traversable
    located: Located
    text_name: str
    text: str | None
    chosen: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The protocol's id, or its file's name where it has none."""
        return str(self.located.data.get("id") or self.file.name)

    def line(self, place: Place) -> int:
        """The line of the file on which the place stands."""
        return self.located.line(place)

    def choosing(self, name: str, choice: Any) -> Draft:
        """The same file with another reading of one option."""
        return replace(self, chosen={**self.chosen, name: choice})

    def without_text(self) -> Draft:
        """The same protocol, for questions that its registered text has no part in."""
        return self.beside(self.text_name, "")

    def beside(self, text_name: str, text: str) -> Draft:
        """The same protocol beside another registered text."""
        return replace(self, text_name=text_name, text=text)

    @cached_property
    def registered(self) -> RegisteredText | None:
        """The registered text, for looking up claims; None where there is none."""
        return RegisteredText(self.text) if self.text else None

    @cached_property
    def options(self) -> dict[str, Option]:
        """The options that are sound."""
        return {name: option for name, option in self._options if isinstance(option, Option)}

    @cached_property
    def readings(self) -> dict[str, Any]:
        """The value of each option: the one chosen, else its default."""
        return {
            name: self.chosen.get(name, option.default) for name, option in self.options.items()
        }

    @cached_property
    def resolved(self) -> dict[str, Any]:
        """The file's data with every ``option:NAME`` replaced by that option's value."""
        return {
            key: value if key == "options" else self._resolve(value)
            for key, value in self.located.data.items()
        }

    @cached_property
    def uses_of_options(self) -> tuple[tuple[Place, str], ...]:
        """Where an option is asked for, and which."""
        rest = {key: value for key, value in self.located.data.items() if key != "options"}
        return tuple(
            (place, text.removeprefix(OPTION_PREFIX).strip())
            for place, text in _texts(rest, ())
            if text.startswith(OPTION_PREFIX)
        )

    @cached_property
    def criteria(self) -> tuple[DraftCriterion, ...]:
        """The criteria that are mappings at all, in their order."""
        listed = self.resolved.get("criteria")
        return tuple(
            _criterion(("criteria", index), data)
            for index, data in enumerate(listed if isinstance(listed, list) else ())
            if isinstance(data, dict)
        )

    @cached_property
    def wrong(self) -> tuple[Wrong, ...]:
        """All that the form of a protocol does not allow."""
        unsound = [option for _, option in self._options if isinstance(option, Wrong)]
        unknown = [
            Wrong("unknown-option", place, f"there is no option {name!r}; name one of `options`")
            for place, name in self.uses_of_options
            if name not in self.options and not any(name in one.place for one in unsound)
        ]
        if self.text is None:
            says = f"the file {self.text_name!r} cannot be read; put the registry's text beside it"
            unknown.append(Wrong("no-text-file", ("registered_text",), says))
        untold = {place for place, _ in self.uses_of_options} if unsound or unknown else set()
        return (
            *unsound,
            *unknown,
            *(one for one in self._invalid if self.located.place(one.place) not in untold),
        )

    def protocol(self) -> Protocol:
        """The protocol; only for a draft in which nothing is wrong."""
        return Protocol.model_validate(self._whole())

    @cached_property
    def _options(self) -> tuple[tuple[str, Option | Wrong], ...]:
        written = self.located.data.get("options") or {}
        if not isinstance(written, dict):
            return (("", Wrong("schema", ("options",), "options is a mapping of names")),)
        return tuple(
            (name, one) for name, data in written.items() for one in _option(str(name), data)
        )

    @cached_property
    def _invalid(self) -> tuple[Wrong, ...]:
        try:
            Protocol.model_validate(self._whole())
        except ValidationError as error:
            return tuple(wrongs(error))
        return ()

    def _whole(self) -> dict[str, Any]:
        content = {**self.resolved, "registered_text": self.text or ""}
        version = _content_hash(content, self.readings)
        return {**content, "options": self.options, "version": version}

    def _resolve(self, data: Any) -> Any:
        if isinstance(data, dict):
            return {key: self._resolve(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self._resolve(value) for value in data]
        if isinstance(data, str) and data.startswith(OPTION_PREFIX):
            return self.readings.get(data.removeprefix(OPTION_PREFIX).strip(), data)
        return data


def shipped() -> Traversable:
    """The folder of the protocols that come with the engine."""
    return files("criteria_engine") / "protocols"


def read_draft(file: Traversable, chosen: Mapping[str, Any] | None = None) -> Draft:
    """The draft in the file; ``ProtocolError`` where it is no YAML mapping at all, or where a
    chosen reading is none of its options' choices."""
    try:
        located = read_yaml(file.read_text(encoding="utf-8"))
    except YamlError as error:
        raise ProtocolError(f"{file}:{error.line}: {error.reason}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{file}:1: cannot be read as text") from error
    if not isinstance(located.data, dict):
        raise ProtocolError(f"{file}:1: a protocol is a mapping of keys")
    draft = Draft(file, located, *_registered_text(file, located), dict(chosen or {}))
    _refuse_other_readings(draft)
    return draft


def wrongs(error: ValidationError) -> Iterator[Wrong]:
    """What a validation found, each once.

    An error that only follows from one deeper inside, such as a list left empty, is passed over,
    and so is that a bare word would have done where something else was begun.
    """
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    for detail in details:
        place = detail["loc"]
        follows = any(len(one) > len(place) and one[: len(place)] == place for one in places)
        beside = any(one != place and one[: len(place) - 1] == place[:-1] for one in places)
        is_word = detail["type"] == "literal_error" and str(place[-1]).startswith("literal[")
        if not (follows or (is_word and beside)):
            yield Wrong(_check_of(detail), place, _reason(detail))


def _criterion(place: Place, data: dict[str, Any]) -> DraftCriterion:
    try:
        criterion = Criterion.model_validate(data)
    except ValidationError:
        found = tuple(_sound_expressions((*place, "expression"), data.get("expression")))
        return DraftCriterion(place, data, None, found)
    whole = Placed((*place, "expression"), criterion.expression)
    return DraftCriterion(place, data, criterion, (whole,))


def _sound_expressions(place: Place, data: Any) -> Iterator[Placed]:
    """The outermost expressions of the data that can be read."""
    if isinstance(data, dict) and "op" in data:
        try:
            yield Placed(place, _EXPRESSION.validate_python(data))
            return
        except ValidationError:
            pass
    steps: Iterable[tuple[Any, Any]] = ()
    if isinstance(data, dict):
        steps = data.items()
    elif isinstance(data, list):
        steps = enumerate(data)
    for step, value in steps:
        yield from _sound_expressions((*place, step), value)


def _option(name: str, data: Any) -> list[Option | Wrong]:
    try:
        return [Option.model_validate(data)]
    except ValidationError as error:
        return [replace(one, place=("options", name, *one.place)) for one in wrongs(error)]


def _refuse_other_readings(draft: Draft) -> None:
    for name, value in draft.chosen.items():
        option = draft.options.get(name)
        if option is None:
            where = f"{draft.file}:{draft.line(('options',))}"
            raise ProtocolError(f"{where}: there is no option {name!r}")
        if value not in option.choices:
            where = f"{draft.file}:{draft.line(('options', name))}"
            raise ProtocolError(f"{where}: {value!r} is no choice of the option {name!r}")


def _registered_text(file: Traversable, located: Located) -> tuple[str, str | None]:
    name = located.data.get("registered_text")
    if not isinstance(name, str) or Path(name).name != name:
        line = located.line(("registered_text",))
        raise ProtocolError(f"{file}:{line}: registered_text names a file beside the protocol")
    beside = file.parent / name if isinstance(file, Path) else shipped() / name
    try:
        return str(beside), beside.read_text(encoding="utf-8").rstrip()
    except (OSError, UnicodeDecodeError):
        return name, None


def _text_or_empty(data: Any) -> str:
    return data if isinstance(data, str) else ""


def _texts(data: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text of the data with its place."""
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*place, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _texts(value, (*place, index))


def _content_hash(content: dict[str, Any], readings: dict[str, Any]) -> str:
    text = json.dumps(
        [content, readings, vocabulary().version, instruments_version()],
        sort_keys=True,
        default=str,
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


_ANCHORED = ("before", "after", "earlier_than")
"""The keys of a window that name its anchor."""

_LENGTHS = ("days", "weeks", "months", "years")

_MISSING = {
    "if_silent": "missing-if-silent",
    "registered": "no-registered-text",
    "within": "no-window",
}
"""The check that tells of a missing key, where that is more than a matter of form."""


def _check_of(detail: Any) -> str:
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    match detail["type"]:
        case "missing":
            return _MISSING.get(last, "schema")
        case "too_short" if last == "registered":
            return _MISSING[last]
        case "unknown_concept" | "unknown_set":
            return str(detail["type"]).replace("_", "-")
        case "union_tag_invalid":
            return "unknown-op"
        case "literal_error" if last in _ANCHORED:
            return "anchor-without-day"
        case "value_error" if _is_empty_length(detail["input"]):
            return "empty-window"
    return "schema"


def _is_empty_length(data: Any) -> bool:
    """Whether the data is a window or a length of time without any length."""
    if not isinstance(data, dict) or not data.keys() & {*_LENGTHS, "before"}:
        return False
    return not any(data.get(unit) for unit in _LENGTHS)


def _reason(detail: Any) -> str:
    last = str(detail["loc"][-1]) if detail["loc"] else "the file"
    match detail["type"]:
        case "missing":
            return f"{last!r} is missing; a protocol has to say it"
        case "extra_forbidden":
            return f"{last!r} is no key here; see docs/protocols.md for those there are"
        case "too_short" if last == "registered":
            return "it claims no registered text; quote the sentences that it decides"
        case "unknown_concept" | "unknown_set":
            return str(detail["msg"])
        case "literal_error" if last in _ANCHORED:
            known = detail["ctx"]["expected"]
            return f"nothing gives the anchor {detail['input']!r} a day; name one of {known}"
        case "value_error" if _is_empty_length(detail["input"]):
            return "the window has no length, so that nothing can lie in it; give days or months"
    message = " ".join(detail["msg"].removeprefix("Value error, ").split())
    return f"{last}: {message}"
