"""A protocol as data: read, checked to the line, and named by the hash of its content.

A file that is wrong in any place is refused as a whole; nothing is ever scored by half of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from abstraction.notes import Frozen
from criteria_engine.assessment import AnchorName, CriterionKind
from criteria_engine.expressions import Expression
from criteria_engine.expressions.events import Event
from criteria_engine.located import Located, YamlError, read_yaml
from criteria_engine.scores.instrument import instruments_version
from criteria_engine.vocabulary import vocabulary

OPTION_PREFIX = "option:"


class ProtocolError(ValueError):
    """A protocol that is not there or cannot be used: one line with file, line and reason."""


class Option(Frozen):
    """A reading that the registered text leaves open: what it is about, and the choices."""

    says: str
    default: Any
    choices: Annotated[tuple[Any, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _default_is_a_choice(self) -> Self:
        if self.default not in self.choices:
            raise ValueError("the default is none of the choices")
        return self


class Criterion(Frozen):
    """One criterion: what the registered text says, and the expression that decides it.

    The expression of an inclusion criterion is the requirement, that of an exclusion criterion
    the excluded condition.  ``if_silent`` and ``decide_by`` say what a silent chart means and who
    then decides; ``action`` is what lifts a modifiable fail that computes none of its own.
    """

    id: str = Field(pattern=r"^[A-Z]{3}-\d{2}$")
    kind: CriterionKind
    title: str = Field(min_length=1)
    registered: Annotated[tuple[str, ...], Field(min_length=1)]
    core: bool = False
    modifiable: bool = False
    action: str | None = None
    if_silent: Literal["unknown", "presume_pass"]
    decide_by: Literal["chart", "screening_test", "investigator"]
    readings: tuple[str, ...] = ()
    expression: Expression

    @field_validator("registered")
    @classmethod
    def _claims_registered_text(cls, pieces: tuple[str, ...], info: ValidationInfo) -> Any:
        text = (info.context or {}).get("registered_text", "")
        for piece in pieces:
            if piece not in text:
                raise ValueError(f"not in the registered text: {piece!r}")
        return pieces


class Protocol(Frozen):
    """A trial's criteria, with the registered text they claim and the hash of all of it.

    ``anchors`` are those that an event of the chart gives a day where none is given by hand.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    title: str
    source: str
    registered_text: str
    options: dict[str, Option] = Field(default_factory=dict)
    anchors: dict[AnchorName, Event] = Field(default_factory=dict)
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    version: str

    @field_validator("anchors")
    @classmethod
    def _screening_is_given(cls, anchors: dict[AnchorName, Event]) -> dict[AnchorName, Event]:
        if "screening" in anchors:
            raise ValueError("the day of screening is always given")
        return anchors

    @property
    def core(self) -> tuple[str, ...]:
        """The ids of the criteria that must pass for a patient to be potentially eligible."""
        return tuple(criterion.id for criterion in self.criteria if criterion.core)


def available_protocols() -> tuple[str, ...]:
    """The names of the protocols that are shipped, sorted."""
    return tuple(
        sorted(
            entry.name.removesuffix(".yaml")
            for entry in _shipped().iterdir()
            if entry.name.endswith(".yaml")
        )
    )


def load_protocol(name_or_path: str | Path, options: Mapping[str, Any] | None = None) -> Protocol:
    """The protocol of that name, or in that file, with readings chosen by ``options``.

    Raises ``ProtocolError`` with one line when there is no such protocol or it is not sound.
    """
    file = _find(name_or_path)
    try:
        located = read_yaml(file.read_text(encoding="utf-8"))
    except YamlError as error:
        raise ProtocolError(f"{file}:{error.line}: {error.reason}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{file}:1: cannot be read as text") from error
    return _build(file, located, dict(options or {}))


def _shipped() -> Traversable:
    return files("criteria_engine") / "protocols"


def _find(name_or_path: str | Path) -> Traversable:
    path = Path(name_or_path)
    if path.is_file():
        return path
    if str(name_or_path) in available_protocols():
        return _shipped() / f"{name_or_path}.yaml"
    known = ", ".join(available_protocols())
    raise ProtocolError(f"no protocol {str(name_or_path)!r}; available: {known}")


def _build(file: Traversable, located: Located, chosen: dict[str, Any]) -> Protocol:
    data = located.data
    if not isinstance(data, dict):
        raise ProtocolError(f"{file}:1: a protocol is a mapping of keys")
    text = _registered_text(file, located)
    readings = _readings(file, located, chosen)
    resolved = {
        key: value
        if key == "options"
        else _resolve(value, (key,), readings, file=file, located=located)
        for key, value in data.items()
    }
    version = _content_hash({**resolved, "registered_text": text}, readings)
    try:
        protocol = Protocol.model_validate(
            {**resolved, "registered_text": text, "version": version},
            context={"registered_text": text},
        )
    except ValidationError as error:
        raise ProtocolError(_first(error, file, located)) from error
    _refuse_repeated_ids(protocol, file, located)
    return protocol


def _registered_text(file: Traversable, located: Located) -> str:
    name = located.data.get("registered_text")
    line = located.line(("registered_text",))
    if not isinstance(name, str) or Path(name).name != name:
        raise ProtocolError(f"{file}:{line}: registered_text names a file beside the protocol")
    beside = file.parent / name if isinstance(file, Path) else _shipped() / name
    try:
        return beside.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{file}:{line}: the file {name!r} cannot be read") from error


def _readings(file: Traversable, located: Located, chosen: dict[str, Any]) -> dict[str, Any]:
    """The value of each option: the one chosen, else its default."""
    options = located.data.get("options") or {}
    line = located.line(("options",))
    if not isinstance(options, dict):
        raise ProtocolError(f"{file}:{line}: options is a mapping of names")
    unknown = sorted(set(chosen) - set(options))
    if unknown:
        raise ProtocolError(f"{file}:{line}: there is no option {unknown[0]!r}")
    readings: dict[str, Any] = {}
    for name, option in options.items():
        try:
            parsed = Option.model_validate(option)
        except ValidationError as error:
            place = ("options", name, *error.errors()[0]["loc"])
            reason = _reason(error.errors()[0])
            raise ProtocolError(f"{file}:{located.line(place)}: {reason}") from error
        value = chosen.get(name, parsed.default)
        if value not in parsed.choices:
            line = located.line(("options", name))
            raise ProtocolError(f"{file}:{line}: {value!r} is no choice of the option {name!r}")
        readings[name] = value
    return readings


def _resolve(
    data: Any,
    place: tuple[str | int, ...],
    readings: dict[str, Any],
    *,
    file: Traversable,
    located: Located,
) -> Any:
    """The data with every ``option:NAME`` replaced by that option's value."""
    if isinstance(data, dict):
        return {
            key: _resolve(value, (*place, key), readings, file=file, located=located)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [
            _resolve(value, (*place, index), readings, file=file, located=located)
            for index, value in enumerate(data)
        ]
    if isinstance(data, str) and data.startswith(OPTION_PREFIX):
        name = data.removeprefix(OPTION_PREFIX).strip()
        if name not in readings:
            raise ProtocolError(f"{file}:{located.line(place)}: there is no option {name!r}")
        return readings[name]
    return data


def _content_hash(resolved: dict[str, Any], readings: dict[str, Any]) -> str:
    content = json.dumps(
        [resolved, readings, vocabulary().version, instruments_version()],
        sort_keys=True,
        default=str,
        ensure_ascii=False,
    )
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _first(error: ValidationError, file: Traversable, located: Located) -> str:
    """The error that stands highest in the file, as one line.

    An error that only follows from one deeper inside, such as a list left empty, is passed over.
    """
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    own = [
        detail
        for detail in details
        if not any(
            len(place) > len(detail["loc"]) and place[: len(detail["loc"])] == detail["loc"]
            for place in places
        )
    ]
    told = [(located.line(detail["loc"]), detail) for detail in own]
    # Where a choice of forms failed, the form that says most comes before the bare word.
    line, detail = min(
        told, key=lambda one: (one[0], one[1]["type"] == "literal_error", str(one[1]["loc"]))
    )
    return f"{file}:{line}: {_reason(detail)}"


def _reason(detail: Any) -> str:
    where = ".".join(str(step) for step in detail["loc"])
    message = " ".join(detail["msg"].removeprefix("Value error, ").split())
    return f"{where}: {message}" if where else message


def _refuse_repeated_ids(protocol: Protocol, file: Traversable, located: Located) -> None:
    seen: set[str] = set()
    for index, criterion in enumerate(protocol.criteria):
        if criterion.id in seen:
            line = located.line(("criteria", index, "id"))
            raise ProtocolError(f"{file}:{line}: the criterion {criterion.id} stands here twice")
        seen.add(criterion.id)
