"""How the open parts of an answer could settle it: which of them, and with which answers.

A node that is unknown tells it of itself, so that a question about the trace ("what would decide
it") need not know the kinds of nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from criteria_engine.logic import Truth


@dataclass(frozen=True, slots=True)
class Turn:
    """The part of that place must become so."""

    part: int
    truth: Truth

    def trace(self) -> dict[str, Any]:
        """The turn as JSON data."""
        return {"part": self.part, "truth": self.truth.word}


@dataclass(frozen=True, slots=True)
class Some:
    """So many of the ways must come true."""

    count: int
    of: tuple[Way, ...]

    def trace(self) -> dict[str, Any]:
        """The ways as JSON data."""
        return {"count": self.count, "of": [way.trace() for way in self.of]}


Way = Turn | Some

NEVER = Some(1, ())
"""No answer of an open part would do."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What would make an unknown answer true, and what false."""

    true: Way
    false: Way

    def trace(self) -> dict[str, Any]:
        """Both as JSON data."""
        return {"true": self.true.trace(), "false": self.false.trace()}


def every(parts: Sequence[int], truth: Truth) -> Some:
    """All of the parts must become so."""
    return Some(len(parts), tuple(Turn(part, truth) for part in parts))


def some(count: int, parts: Sequence[int], truth: Truth) -> Some:
    """So many of the parts must become so."""
    return Some(count, tuple(Turn(part, truth) for part in parts))


def unknown(truths: Sequence[Truth]) -> tuple[int, ...]:
    """The places of the open parts."""
    return tuple(place for place, truth in enumerate(truths) if not truth.known)
