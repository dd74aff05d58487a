"""The limits that a protocol sets on measured values, read out of its expressions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from criteria_engine.expressions.boolean import Not
from criteria_engine.expressions.conditionals import Conditional
from criteria_engine.expressions.limits import Bounds, Limit
from criteria_engine.expressions.measurements import Measurement
from criteria_engine.expressions.node import Node
from criteria_engine.expressions.responses import Refractory
from criteria_engine.intervals import Comparison, exactly
from criteria_engine.protocol import Protocol
from criteria_engine.quantities import Quantity, convert

_SIGNS: dict[Comparison, str] = {"at_least": "≥", "at_most": "≤", "above": ">", "below": "<"}


@dataclass(frozen=True, slots=True)
class AnalyteLimit:
    """A criterion's limit on one analyte: ``printed`` holds it in each unit it is printed in.

    ``is_required`` tells that the value must stand so to the limit for the criterion to pass, as
    far as this limit goes; else that it must not.
    """

    criterion: str
    concept: str
    comparison: Comparison
    printed: tuple[Limit, ...]
    is_required: bool = True

    def __str__(self) -> str:
        limits = " or ".join(str(limit) for limit in self.printed)
        return f"{self.criterion} {'' if self.is_required else 'not '}{self.sign} {limits}"

    @property
    def sign(self) -> str:
        """The comparison as print shows it."""
        return _SIGNS[self.comparison]

    def values_in(self, unit: str | None) -> tuple[float, ...]:
        """The limit's numbers in the unit, each once: the one printed in it, else the converted."""
        plain = [limit for limit in self.printed if limit.value is not None]
        own = [limit for limit in plain if limit.unit == unit]
        found = (_value_in(limit, unit) for limit in own or plain)
        return tuple(dict.fromkeys(number for number in found if number is not None))

    @property
    def upper_references(self) -> tuple[tuple[float, Bounds | None], ...]:
        """How many times the upper reference limit, and what that lies between unprinted."""
        return tuple(
            (limit.upper_reference, limit.if_not_printed)
            for limit in self.printed
            if limit.upper_reference is not None
        )


def limits_of(protocol: Protocol) -> tuple[AnalyteLimit, ...]:
    """Every limit on a measured value, in the order of the protocol, each once."""
    found = (
        AnalyteLimit(criterion.id, node.concept, comparison, limits, is_required=holds)
        for criterion in protocol.criteria
        for node, holds in _measurements(criterion.expression, criterion.kind == "inclusion")
        for comparison, limits in _limits(node)
    )
    return tuple(dict.fromkeys(found))


def _measurements(node: Node, holds: bool) -> Iterator[tuple[Measurement, bool]]:
    """The measurements below the node, each with whether it must hold.

    What would only show a state beside a clinician's statement is no limit that must hold.
    """
    if isinstance(node, Refractory):
        return
    if isinstance(node, Measurement):
        yield node, holds
    for child in _children(node):
        yield from _measurements(child, holds is not isinstance(node, Not))


def _children(node: Node) -> Iterator[Node]:
    """The expressions that the node asks for; what only a condition asks sets no limit."""
    for name in type(node).model_fields:
        if isinstance(node, Conditional) and name == "condition":
            continue
        value = getattr(node, name)
        parts = value if isinstance(value, tuple) else (value,)
        yield from (part for part in parts if isinstance(part, Node))


def _limits(node: Measurement) -> Iterator[tuple[Comparison, tuple[Limit, ...]]]:
    given: tuple[tuple[Comparison, tuple[Limit, ...] | None], ...] = (
        ("at_least", node.at_least),
        ("above", node.above),
        ("at_most", node.at_most),
        ("below", node.below),
    )
    return ((comparison, limits) for comparison, limits in given if limits)


def _value_in(limit: Limit, unit: str | None) -> float | None:
    assert limit.value is not None
    extent = convert(Quantity(exactly(limit.value), limit.unit), unit)
    return extent.low if extent else None
