"""One answer from several: what the parts settle together, and what they leave open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from criteria_engine.assessment import Basis
from criteria_engine.expressions.node import Account, Node, Result
from criteria_engine.expressions.ways import Ways, every, some, unknown
from criteria_engine.logic import Truth
from criteria_engine.wording import joined, listed, sentence

OPENNESS: tuple[Basis, ...] = ("conflicting", "judgement", "anchor", "screening_test", "silent")
"""Why something is unknown, the reason that most needs a person first."""


def combined(
    node: Node,
    truth: Truth,
    parts: Sequence[Result],
    decisive: Callable[[], tuple[Result, ...]],
    *,
    basis: Basis | None = None,
    needs_all: bool = True,
    name: str | None = None,
    ways: Callable[[Sequence[Result]], Ways | None] | None = None,
) -> Result:
    """The result of a node whose ``decisive`` parts settle it or keep it open.

    Where no ``basis`` is given it is that of the decisive parts, and ``needs_all`` tells whether
    the answer rests on all of them together (one presumed part makes it presumed) or on any of
    them.  ``ways`` tells what could still settle it.
    """

    def told() -> Account:
        settling = decisive()
        if truth is not Truth.UNKNOWN:
            reason = joined(part.reason for part in settling)
        elif name:
            reason = _arm_reason(name, parts)
        else:
            reason = _open_reason(settling)
        missing = (gap for part in settling if not truth.known for gap in part.missing)
        return Account(
            op=node.op,
            asks=node.asked,
            reason=reason,
            missing=tuple(dict.fromkeys(missing)),
            action=joined(part.told.action or "" for part in settling) or None,
            decisive=settling,
            ways=None if truth.known or ways is None else ways(parts),
        )

    return Result(truth, basis or _basis(truth, decisive(), needs_all), told, children=parts)


def those(parts: Iterable[Result], truth: Truth) -> tuple[Result, ...]:
    """The parts of that truth."""
    return tuple([part for part in parts if part.truth is truth])


def settles(parts: Iterable[Result], truth: Truth) -> bool:
    """Whether one documented part makes it so, whatever the parts after it may say."""
    return any(part.truth is truth and part.basis != "presumed" for part in parts)


def _basis(truth: Truth, decisive: tuple[Result, ...], needs_all: bool) -> Basis:
    if truth is Truth.UNKNOWN:
        present = {part.basis for part in decisive}
        return next((basis for basis in OPENNESS if basis in present), "silent")
    presumed = [part.basis == "presumed" for part in decisive]
    return "presumed" if (any if needs_all else all)(presumed) else "documented"


def ways_of_all(parts: Sequence[Result]) -> Ways | None:
    """What settles a conjunction: every open part true, or one of them false."""
    open_parts = unknown([part.truth for part in parts])
    if not open_parts:
        return None
    return Ways(every(open_parts, Truth.TRUE), some(1, open_parts, Truth.FALSE))


def ways_of_any(parts: Sequence[Result]) -> Ways | None:
    """What settles a disjunction: one open part true, or every one of them false."""
    open_parts = unknown([part.truth for part in parts])
    if not open_parts:
        return None
    return Ways(some(1, open_parts, Truth.TRUE), every(open_parts, Truth.FALSE))


def _open_reason(parts: tuple[Result, ...]) -> str:
    silent = listed(topic for part in parts for topic in _silent_topics(part))
    spoken = (part.reason for part in parts if not only_silent(part))
    return joined((*spoken, f"nothing documented on {silent}" if silent else ""))


def _arm_reason(name: str, parts: Iterable[Result]) -> str:
    """What is settled of an arm, what is in dispute, and the topics that are merely open."""
    leaves = tuple(leaf for part in parts for leaf in _leaves(part))
    merely_open = tuple(leaf.told.for_a_person or leaf.is_silent for leaf in leaves)
    told = (leaf.reason for leaf, is_open in zip(leaves, merely_open, strict=True) if not is_open)
    topics = listed(
        leaf.told.topic for leaf, is_open in zip(leaves, merely_open, strict=True) if is_open
    )
    return f"{sentence(name)}: {joined((*told, f'open: {topics}' if topics else ''))}"


def _leaves(part: Result) -> tuple[Result, ...]:
    if part.truth.known or not part.decisive:
        return (part,)
    return tuple(leaf for child in part.decisive for leaf in _leaves(child))


def only_silent(part: Result) -> bool:
    """Whether the part is open for nothing but that the chart is silent on all of it."""
    if not part.is_silent:
        return False
    return not part.told.noted and all(map(only_silent, part.decisive))


def _silent_topics(part: Result) -> tuple[str, ...]:
    if not only_silent(part):
        return ()
    if not part.decisive:
        return (part.told.topic,)
    return tuple(topic for child in part.decisive for topic in _silent_topics(child))
