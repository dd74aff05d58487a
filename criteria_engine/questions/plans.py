"""What is missing, as a plan: single items, and groups of which so many are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from math import comb
from typing import Any, Literal

from abstraction.notes import Frozen
from criteria_engine.assessment import Basis

_WIDEST = 256
"""How many ways through a plan are compared; beyond it the shortest of each group are kept."""


class Item(Frozen):
    """One document, result or judgement that is missing.

    ``question`` is what it must answer, and ``answer`` how, for the plan to go on.
    """

    topic: str
    concept: str
    why: str
    basis: Basis
    question: str
    answer: bool

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes it the same document wherever it is asked for."""
        return self.topic, self.concept, self.why


class Group(Frozen):
    """``count`` of the parts are needed, those that need least first."""

    count: int
    of: tuple[Plan, ...]


Plan = Item | Group
Group.model_rebuild()


def plan_for(trace: Mapping[str, Any], truth: Literal["true", "false"]) -> Plan | None:
    """What would turn the open node to ``truth``; None where nothing could."""
    ways = trace.get("ways")
    if ways is None:
        return _simplified(Group(count=0, of=tuple(_items(trace, truth))), every=True)
    return _of_way(ways[truth], trace["of"])


def smallest(plan: Plan) -> tuple[Item, ...]:
    """The fewest items that fulfil the plan; of as many, those that need no person's judgement.

    An item that several parts ask for counts once.
    """
    return _ways(plan)[0]


def together(plans: Sequence[Plan]) -> Plan | None:
    """The plan that needs all of the plans; None for none."""
    return _simplified(Group(count=len(plans), of=tuple(plans)), every=True) if plans else None


def _items(trace: Mapping[str, Any], truth: Literal["true", "false"]) -> Iterator[Item]:
    missing = trace["missing"] or [{"concept": trace["op"], "why": trace["reason"]}]
    for gap in missing:
        yield Item(
            topic=trace.get("topic", ""),
            concept=gap["concept"],
            why=gap["why"],
            basis=trace["basis"],
            question=trace["asks"],
            answer=truth == "true",
        )


def _of_way(way: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> Plan | None:
    if "part" in way:
        return plan_for(parts[way["part"]], way["truth"])
    plans = [plan for one in way["of"] if (plan := _of_way(one, parts)) is not None]
    if len(plans) < way["count"] or not plans:
        return None
    return _simplified(Group(count=way["count"], of=tuple(plans)))


def _simplified(group: Group, *, every: bool = False) -> Plan | None:
    """The group without nesting that says nothing, and with what needs least first."""
    count = len(group.of) if every else group.count
    if not group.of:
        return None
    if len(group.of) == 1:
        return group.of[0]
    if count < len(group.of):
        return Group(count=count, of=tuple(sorted(group.of, key=lambda one: _cost(smallest(one)))))
    flat: list[Plan] = []
    for part in group.of:
        nested = isinstance(part, Group) and part.count == len(part.of)
        flat += part.of if nested and isinstance(part, Group) else (part,)
    kept: dict[object, Plan] = {}
    for part in flat:
        kept.setdefault(part.identity if isinstance(part, Item) else part, part)
    parts = tuple(kept.values())
    return parts[0] if len(parts) == 1 else Group(count=len(parts), of=parts)


def _ways(plan: Plan) -> list[tuple[Item, ...]]:
    """The ways through the plan that no other one is part of, the cheapest first."""
    if isinstance(plan, Item):
        return [(plan,)]
    parts = [_ways(part) for part in plan.of]
    if comb(len(parts), plan.count) > _WIDEST:
        parts = sorted(parts, key=lambda ways: _cost(ways[0]))[: plan.count]
    found: dict[tuple[object, ...], tuple[Item, ...]] = {}
    for chosen in combinations(parts, plan.count):
        for way in _product(chosen):
            items = {item.identity: item for part in way for item in part}
            found.setdefault(tuple(sorted(items)), tuple(items.values()))
    ways = sorted(found.values(), key=_cost)
    return _undominated(ways)[:_WIDEST]


def _product(parts: Sequence[list[tuple[Item, ...]]]) -> Iterator[tuple[tuple[Item, ...], ...]]:
    total = 1
    for ways in parts:
        total *= len(ways)
    return product(*(ways if total <= _WIDEST * _WIDEST else ways[:2] for ways in parts))


def _undominated(ways: list[tuple[Item, ...]]) -> list[tuple[Item, ...]]:
    kept: list[tuple[Item, ...]] = []
    sets: list[set[tuple[str, str, str]]] = []
    for way in ways:
        items = {item.identity for item in way}
        if not any(smaller <= items for smaller in sets):
            kept.append(way)
            sets.append(items)
    return kept


def _cost(way: Sequence[Item]) -> tuple[int, int]:
    return len(way), sum(item.basis in ("judgement", "conflicting") for item in way)
