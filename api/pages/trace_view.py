"""The engine's trace as an outline a reader can follow from the question to the facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

_SHOWN = frozenset({"op", "asks", "truth", "basis", "reason", "topic", "action", "ways"})
_SHOWN |= {"for", "against", "aside", "missing", "of"}


class TraceFact(NamedTuple):
    """A fact that a node names; ``element_id`` is null when it is not in this run."""

    quote: str
    element_id: str | None
    why: str


class TraceNode(NamedTuple):
    """One question, its answer, the facts on either side and beside it, and its parts."""

    asks: str
    truth: str
    reason: str
    notices: tuple[str, ...]
    facts: tuple[tuple[str, tuple[TraceFact, ...]], ...]
    children: tuple[TraceNode, ...]


def outline(node: Mapping[str, Any], element_ids: Mapping[str, str]) -> TraceNode:
    """The outline of a trace node and all below it.

    ``element_ids`` maps a fact id to its element.  Entries of a trace that are not known here are
    shown as they are, so that no part of a decision is ever hidden.
    """
    sides = (
        ("For", node.get("for", ())),
        ("Against", node.get("against", ())),
        ("Aside", node.get("aside", ())),
    )
    return TraceNode(
        asks=str(node.get("asks") or node.get("op") or ""),
        truth=str(node.get("truth") or ""),
        reason=str(node.get("reason") or ""),
        notices=(
            *(f"missing {each['concept']}: {each['why']}" for each in node.get("missing", ())),
            *([f"action: {node['action']}"] if node.get("action") else []),
            *(f"{key}: {value}" for key, value in node.items() if key not in _SHOWN),
        ),
        facts=tuple(
            (side, tuple(_fact(each, element_ids) for each in references))
            for side, references in sides
            if references
        ),
        children=tuple(outline(child, element_ids) for child in node.get("of", ())),
    )


def _fact(reference: Mapping[str, Any], element_ids: Mapping[str, str]) -> TraceFact:
    return TraceFact(
        quote=str(reference["text"]),
        element_id=element_ids.get(reference["fact_id"]),
        why=str(reference.get("why", "")),
    )
