"""Windows: the day that each is counted from."""

from __future__ import annotations

from collections.abc import Iterator

from criteria_engine.draft import Draft, Placed
from criteria_engine.expressions.timing import Span
from criteria_engine.linting.check import Told, check

_ANCHORED = ("before", "after", "earlier_than")
"""The keys of a window that name its anchor."""


@check("window-without-anchor", "warning")
def window_without_anchor(draft: Draft) -> Iterator[Told]:
    """A window that leaves its anchor to be guessed; it is taken to end on screening."""
    for placed, anchor in _windows(draft):
        if not placed.part.model_fields_set & set(_ANCHORED):
            says = f"the window names no anchor; write `before: {anchor}` if that is meant"
            yield placed.place, says


@check("unused-anchor", "warning")
def unused_anchor(draft: Draft) -> Iterator[Told]:
    """An anchor with an event of its own that no window is counted from."""
    used = {anchor for _, anchor in _windows(draft)}
    for name in _events(draft):
        if name not in used:
            says = f"no window is counted from the anchor {name!r}; use it or drop it"
            yield ("anchors", name), says


def _windows(draft: Draft) -> Iterator[tuple[Placed, str]]:
    for one in draft.criteria:
        for root in one.expressions:
            for placed in root.everything():
                names = (getattr(placed.part, key, None) for key in _ANCHORED)
                anchor = next((name for name in names if isinstance(name, str)), None)
                if isinstance(placed.part, Span) and anchor is not None:
                    yield placed, anchor


def _events(draft: Draft) -> tuple[str, ...]:
    """The anchors that the protocol finds in the chart."""
    anchors = draft.resolved.get("anchors")
    return tuple(anchors) if isinstance(anchors, dict) else ()
