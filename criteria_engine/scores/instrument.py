"""An instrument: its weighted items as questions of the protocol language, read from its file."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from abstraction.notes import Frozen
from criteria_engine.located import read_yaml

if TYPE_CHECKING:
    from criteria_engine.expressions import Expression
    from criteria_engine.expressions.timing import Timing

WINDOW = "window"
"""What stands in an instrument's file for the window in which a protocol asks for the score."""


class Entry(Frozen):
    """What must be so before any item counts."""

    name: str
    present: Expression


class Item(Frozen):
    """One item: ``points`` when it is ``present``.

    ``doubted_by`` is another explanation: while it holds, the item may be no sign of the disease
    and stays open; with ``doubted_days`` only where it may have been so within so many days of
    each sign of the item.  ``domain`` is where only the highest item counts, in instruments that
    say so.
    """

    id: str
    name: str
    points: int = Field(ge=1)
    groups: Annotated[tuple[str, ...], Field(min_length=1)]
    domain: str | None = None
    present: Expression
    doubted_by: Expression | None = None
    doubted_days: int | None = Field(default=None, ge=0)


class Instrument(Frozen):
    """A score: how its items add up, and the groups of items a protocol can ask about.

    ``total`` is the sum of the items, or of the highest item of each domain.  ``needs_one_of`` is
    a group of which one item must be present at all.  ``doubted_by`` may explain every item.
    ``domains`` names them for a reader.  ``stated_as`` is the measurement concept under which
    notes state a total.
    """

    id: str
    name: str
    total: Literal["sum", "highest_of_domain"]
    stated_as: str
    groups: dict[str, str]
    domains: dict[str, str] = Field(default_factory=dict)
    doubted_by: Expression | None = None
    entry: Entry | None = None
    needs_one_of: str | None = None
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        named = [*(group for item in self.items for group in item.groups)]
        named += [self.needs_one_of] if self.needs_one_of else []
        unknown = sorted(set(named) - set(self.groups))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no group of the instrument")
        if self.total == "highest_of_domain" and any(item.domain is None for item in self.items):
            raise ValueError("every item needs a domain where only the highest of a domain counts")
        return self

    def named(self, names: tuple[str, ...]) -> frozenset[str]:
        """The ids of the items that bear one of the names as their id or their group.

        Raises ``ValueError`` for a name that is neither.
        """
        for name in names:
            if name not in self.groups and name not in {item.id for item in self.items}:
                raise ValueError(f"{name!r} is no item and no group of {self.id}")
        return frozenset(item.id for item in self.items if {item.id, *item.groups} & set(names))


def available_instruments() -> tuple[str, ...]:
    """The names of the instruments that are shipped, sorted."""
    return tuple(
        sorted(
            entry.name.removesuffix(".yaml")
            for entry in files("criteria_engine.scores").iterdir()
            if entry.name.endswith(".yaml")
        )
    )


@cache
def instrument(name: str, window: Timing) -> Instrument:
    """The instrument with its items asked for in the window; ``ValueError`` where there is none."""
    return Instrument.model_validate(_in_window(read_yaml(_text(name)).data, window))


@cache
def instruments_version() -> str:
    """The hash of all instruments that are shipped."""
    content = "\0".join(_text(name) for name in available_instruments())
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _text(name: str) -> str:
    if name not in available_instruments():
        known = ", ".join(available_instruments())
        raise ValueError(f"there is no instrument {name!r}; there are {known}")
    return (files("criteria_engine.scores") / f"{name}.yaml").read_text(encoding="utf-8")


def _in_window(data: Any, window: Timing) -> Any:
    if isinstance(data, dict):
        return {
            key: window if (key, value) == ("within", WINDOW) else _in_window(value, window)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [_in_window(value, window) for value in data]
    return data
