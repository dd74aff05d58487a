"""What a score may come to while some of its items are unknown: the least and the most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from criteria_engine import logic
from criteria_engine.logic import Truth
from criteria_engine.scores.instrument import Instrument, Item


@dataclass(frozen=True, slots=True)
class Total:
    """Points from ``least``, by the items that are present, to ``most``, with the open ones."""

    least: int
    most: int

    def reaches(self, points: int) -> Truth:
        """Whether the total is so many points or more, whatever the open items are."""
        if self.least >= points:
            return Truth.TRUE
        return Truth.FALSE if self.most < points else Truth.UNKNOWN

    def stays_at_most(self, points: int) -> Truth:
        """Whether the total is so many points or fewer, whatever the open items are."""
        return logic.negate(self.reaches(points + 1))

    def __str__(self) -> str:
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


def total(instrument: Instrument, answered: Iterable[tuple[Item, Truth]]) -> Total:
    """The total of the items, each with whether it is present."""
    answers = tuple(answered)
    present = [item for item, truth in answers if truth is Truth.TRUE]
    possible = [item for item, truth in answers if truth is not Truth.FALSE]
    return Total(_points(instrument, present), _points(instrument, possible))


def counted(instrument: Instrument, present: Iterable[Item]) -> tuple[Item, ...]:
    """The items whose points add up: all, or the highest of each domain, in their order."""
    if instrument.total == "sum":
        return tuple(present)
    highest: dict[str | None, Item] = {}
    for item in present:
        before = highest.get(item.domain)
        if before is None or item.points > before.points:
            highest[item.domain] = item
    return tuple(highest.values())


def _points(instrument: Instrument, items: list[Item]) -> int:
    return sum(item.points for item in counted(instrument, items))
