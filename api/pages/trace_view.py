"""The engine's trace as an outline a reader can follow from the question to the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_SHOWN = frozenset({"op", "asks", "truth", "basis", "reason", "topic", "action", "ways"})
_SHOWN |= {"for", "against", "aside", "missing", "of", "settled_by"}
_NAME_LENGTH = 72


class TraceFact(NamedTuple):
    """A fact that a node names; ``element_id`` is null when it is not in this run."""

    quote: str
    element_id: str | None
    why: str


class TraceNode(NamedTuple):
    """One question, its answer, the facts on either side and beside it, and its parts.

    ``name`` is the question in a few words, ``asks`` the whole of it where that says more;
    ``reason`` and ``facts`` are its own, without what its parts tell.  ``children`` are the parts
    that settle it or keep it open, ``others`` those that make no difference.
    """

    name: str
    asks: str
    truth: str
    reason: str
    notices: tuple[str, ...]
    facts: tuple[tuple[str, tuple[TraceFact, ...]], ...]
    children: tuple[TraceNode, ...]
    others: tuple[TraceNode, ...]


def outline(node: Mapping[str, Any], element_ids: Mapping[str, str]) -> TraceNode:
    """The outline of a trace node and all below it.

    ``element_ids`` maps a fact id to its element.  Entries of a trace that are not known here are
    shown as they are, so that no part of a decision is ever hidden.
    """
    parts = tuple(node.get("of", ()))
    settling = set(node.get("settled_by", ())) or set(range(len(parts)))
    told = [(place in settling, outline(part, element_ids)) for place, part in enumerate(parts)]
    asks = str(node.get("asks") or node.get("op") or "")
    name = _name(node, asks)
    return TraceNode(
        name=name,
        asks=asks if name != asks and not parts else "",
        truth=str(node.get("truth") or ""),
        reason=_own_reason(node),
        notices=(
            *(f"missing {each['concept']}: {each['why']}" for each in _own(node, "missing")),
            *([f"action: {node['action']}"] if _own_action(node) else []),
            *(f"{key}: {value}" for key, value in node.items() if key not in _SHOWN),
        ),
        facts=tuple(
            (word, tuple(_fact(each, element_ids) for each in references))
            for word, side in _SIDES
            if (references := _own(node, side))
        ),
        children=tuple(child for decisive, child in told if decisive),
        others=tuple(child for decisive, child in told if not decisive),
    )


_SIDES = (("For", "for"), ("Against", "against"), ("Aside", "aside"))


def _name(node: Mapping[str, Any], asks: str) -> str:
    """What the node is about: its topic, or the first words of its question."""
    if node.get("topic"):
        return str(node["topic"])
    head = asks.split(" (", 1)[0] if node.get("of") else asks
    plain = " ".join(head.split())
    if len(plain) <= _NAME_LENGTH:
        return plain
    return f"{plain[:_NAME_LENGTH].rsplit(' ', 1)[0]} …"


def _own_reason(node: Mapping[str, Any]) -> str:
    """The pieces of the reason that no part gives."""
    below = " ; ".join(str(one.get("reason") or "") for one in _below(node)).casefold()
    reason = str(node.get("reason") or "")
    if not below:
        return reason
    return "; ".join(piece for piece in reason.split("; ") if piece.casefold() not in below)


def _own(node: Mapping[str, Any], side: str) -> list[Mapping[str, Any]]:
    """The facts or gaps of the node that none of its parts bears on the same side."""
    below = [one for part in _below(node) for one in part.get(side, ())]
    return [one for one in node.get(side, ()) if one not in below]


def _own_action(node: Mapping[str, Any]) -> bool:
    return bool(node.get("action")) and not any(one.get("action") for one in _below(node))


def _below(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in node.get("of", ()):
        yield part
        yield from _below(part)


def _fact(reference: Mapping[str, Any], element_ids: Mapping[str, str]) -> TraceFact:
    return TraceFact(
        quote=str(reference["text"]),
        element_id=element_ids.get(reference["fact_id"]),
        why=str(reference.get("why", "")),
    )
