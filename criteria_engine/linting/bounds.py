"""Bounds that leave nothing between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pydantic import BaseModel

from criteria_engine.draft import Draft, Placed
from criteria_engine.expressions.boolean import All
from criteria_engine.expressions.limits import Bounds, Limit
from criteria_engine.intervals import exactly
from criteria_engine.linting.check import Told, check
from criteria_engine.quantities import Quantity, convert, number_text

_LOWER, _UPPER = ("at_least", "above"), ("at_most", "below")


@check("contradictory-bounds", "error")
def contradictory_bounds(draft: Draft) -> Iterator[Told]:
    """A lower bound above the upper one: nothing could ever hold."""
    for one in draft.criteria:
        for root in one.expressions:
            for placed in root.everything():
                yield from _own_bounds(placed)
                if isinstance(placed.part, All):
                    yield from _bounds_of_parts(placed)


def _own_bounds(placed: Placed) -> Iterator[Told]:
    part = placed.part
    if isinstance(part, Bounds) and part.low > part.high:
        low, high = number_text(part.low), number_text(part.high)
        yield placed.place, f"low {low} is above high {high}; turn them round"
    for bound in _crossing(_bounds(part, _LOWER), _bounds(part, _UPPER)):
        yield (*placed.place, bound.key), f"{bound.says}, so that nothing can hold; mend either"


def _bounds_of_parts(placed: Placed) -> Iterator[Told]:
    """Parts of one ``all`` that ask the same with bounds that exclude each other."""
    for (_, first), (index, second) in combinations(enumerate(placed.part.of), 2):  # type: ignore[attr-defined]
        if type(first) is not type(second) or _question(first) != _question(second):
            continue
        crossing = (
            *_crossing(_bounds(first, _LOWER), _bounds(second, _UPPER)),
            *_crossing(_bounds(second, _LOWER), _bounds(first, _UPPER)),
        )
        for bound in crossing[:1]:
            says = f"{bound.says} in a part beside it, so that both can never hold; mend either"
            yield (*placed.place, "of", index), says


@dataclass(frozen=True, slots=True)
class _Bound:
    key: str
    number: float
    unit: str | None

    def words(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.key} {number_text(self.number)}{unit}"


@dataclass(frozen=True, slots=True)
class _Crossing:
    key: str
    says: str


def _crossing(lower: list[_Bound], upper: list[_Bound]) -> list[_Crossing]:
    """The first pair of bounds with nothing between them, in a unit that both can be told in."""
    for low in lower:
        for high in upper:
            extent = convert(Quantity(exactly(low.number), low.unit), high.unit)
            if extent is None:
                continue
            touching = extent.low == high.number
            open_end = low.key == "above" or high.key == "below"
            if extent.low > high.number or (touching and open_end):
                return [_Crossing(low.key, f"{low.words()} excludes {high.words()}")]
    return []


def _bounds(part: BaseModel, keys: tuple[str, ...]) -> list[_Bound]:
    """The part's bounds of these keys: a plain number, or a limit in one or several units."""
    found: list[_Bound] = []
    for key in keys:
        value: Any = getattr(part, key, None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            found.append(_Bound(key, float(value), None))
        for limit in value if isinstance(value, tuple) else (value,):
            if isinstance(limit, Limit) and limit.value is not None:
                found.append(_Bound(key, limit.value, limit.unit))
    return found


def _question(part: BaseModel) -> dict[str, Any]:
    """What the part asks, its bounds aside."""
    return part.model_dump(exclude={*_LOWER, *_UPPER, "name"})
