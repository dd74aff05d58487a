"""A part of the text that a fact rests on: its role and its characters ``[start, end)``."""

from __future__ import annotations

from collections.abc import Iterable

from abstraction.facts import Role

Part = tuple[Role, int, int]


def in_order(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Each part once, by its place in the text and then by its role."""
    return tuple(sorted(set(parts), key=lambda part: (part[1], part[2], part[0])))
