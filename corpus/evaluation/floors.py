"""Floors under the figures of an evaluation: what must not get worse unnoticed.

A floors file names figures of ``metrics.json`` by their path, what each was when it was committed,
and how far it may fall (or rise, where less is better) before that counts as a loss.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import Field, TypeAdapter, model_validator

from abstraction.notes import Frozen


class Floor(Frozen):
    """What a figure was, and how far it may move for the worse."""

    was: float
    may_fall: float | None = Field(default=None, ge=0)
    may_rise: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if (self.may_fall is None) == (self.may_rise is None):
            raise ValueError("a floor says either may_fall or may_rise")
        return self

    def holds(self, now: float) -> bool:
        """Whether the figure is no worse than it may be."""
        slack = 1e-9
        if self.may_fall is not None:
            return now >= self.was - self.may_fall - slack
        return now <= self.was + (self.may_rise or 0) + slack


_FLOORS = TypeAdapter(dict[str, Floor])


def read_floors(path: Path) -> Mapping[str, Floor]:
    """The floors of the file by figure; ``pydantic.ValidationError`` for a floor that is none."""
    return _FLOORS.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))


def figure(metrics: Mapping[str, Any], path: str) -> float | None:
    """The figure at a dotted path of ``metrics.json``; None where there is none."""
    found: Any = metrics
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, Mapping):
        found = found.get("value")
    return float(found) if isinstance(found, int | float) and math.isfinite(found) else None


def losses(metrics: Mapping[str, Any], floors: Mapping[str, Floor]) -> Iterator[str]:
    """A line for each figure that is worse than its floor allows, or that is gone."""
    for path, floor in floors.items():
        now = figure(metrics, path)
        if now is None:
            yield f"{path}: was {floor.was:.4f} and is no longer there"
        elif not floor.holds(now):
            allowed = floor.may_fall if floor.may_fall is not None else floor.may_rise
            yield f"{path}: was {floor.was:.4f}, is {now:.4f}, may move by {allowed:.4f}"
