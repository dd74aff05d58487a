"""What is asked of a chart in two places, and what is presumed from the very thing it presumes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pydantic import BaseModel

from abstraction.facts import Kind
from criteria_engine.draft import Draft, DraftCriterion, Placed
from criteria_engine.expressions.boolean import Not
from criteria_engine.expressions.timing import Before
from criteria_engine.linting.check import Told, check
from criteria_engine.vocabulary import vocabulary
from criteria_engine.wording import listed

_ASKED: Mapping[str, Kind] = {
    "drugs": "therapy",
    "therapies": "therapy",
    "diagnoses": "diagnosis",
    "statuses": "status",
}
"""The keys under which an expression lists what makes it hold, and of which kind it is."""

_SHOWN = 3
"""How many shared concepts a warning names."""

_BESIDE = ("aside_for_judgement", "whole", "without", "shown_by")
"""The keys of what only bears on an answer, without being asked for."""


@check("overlapping-exclusions", "warning")
def overlapping_exclusions(draft: Draft) -> Iterator[Told]:
    """The same drug or finding excluded twice at one time: one chart fails two criteria by it."""
    exclusions = [
        (one, _asked(one)) for one in draft.criteria if one.data.get("kind") == "exclusion"
    ]
    for (first, before), (second, after) in combinations(exclusions, 2):
        shared = {
            other.concept: (one, other)
            for other in after
            for one in before
            if (one.kind, one.concept) == (other.kind, other.concept)
            and _overlap(one.window, other.window)
        }
        if shared:
            names = _named([other for _, other in shared.values()])
            place = min((other.place for _, other in shared.values()), key=draft.line)
            says = (
                f"{first.id} and {second.id} both exclude {names} at the same time; take it out of "
                "one, or say under `accepts` why both are meant"
            )
            yield place, says


@check("presumes-itself", "error")
def presumes_itself(draft: Draft) -> Iterator[Told]:
    """An absence presumed only where the thing itself is spoken of: it is never presumed."""
    for one in draft.criteria:
        for root in one.expressions:
            for placed in root.everything():
                yield from _presumed_by_itself(placed)


def _presumed_by_itself(placed: Placed) -> Iterator[Told]:
    part = placed.part
    grounds = {
        name: getattr(part, name)
        for name in type(part).model_fields
        if name.startswith("presumed_absent_with")
    }
    own = {concept for key in (*_ASKED, "positive") for concept in getattr(part, key, None) or ()}
    for name, concepts in grounds.items():
        others = any(set(value) - own for value in grounds.values())
        if concepts and set(concepts) <= own and not others:
            says = (
                f"{name} names nothing but {listed(concepts)}, which it asks about, so that its "
                "absence is never presumed; name what else shows that it was looked at"
            )
            yield (*placed.place, name), says


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: Kind
    concept: str
    window: Any
    place: tuple[str | int, ...]


def _named(asked: list[_Asked]) -> str:
    """The first of the concepts in words, and how many more there are."""
    labels = list(dict.fromkeys(vocabulary().label(one.kind, one.concept) for one in asked))
    more = f"{len(labels) - _SHOWN} more"
    return listed(labels if len(labels) <= _SHOWN + 1 else [*labels[:_SHOWN], more])


def _asked(criterion: DraftCriterion) -> list[_Asked]:
    """The drugs and findings that a criterion asks for, with the window of each."""
    return [found for root in criterion.expressions for found in _asked_below(root, None)]


def _asked_below(placed: Placed, window: Any) -> Iterator[_Asked]:
    part: BaseModel = placed.part
    if isinstance(part, Not):
        return
    window = getattr(part, "within", None) or window
    for key, kind in _ASKED.items():
        names = getattr(part, key, None)
        if window is not None and isinstance(names, tuple):
            yield from (
                _Asked(kind, name, window, (*placed.place, key))
                for name in names
                if isinstance(name, str)
            )
    for one in placed.below():
        if not set(one.place[len(placed.place) :]) & set(_BESIDE):
            yield from _asked_below(one, window)


def _overlap(one: Any, other: Any) -> bool:
    """Whether the two windows certainly share days: both reach back from the same anchor."""
    if one == other:
        return True
    anchors = {"screening" if window == "ever" else _anchor(window) for window in (one, other)}
    return len(anchors) == 1 and None not in anchors


def _anchor(window: Any) -> str | None:
    return window.before if isinstance(window, Before) else None
