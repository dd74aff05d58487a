"""Lists opened with "e.g.": examples of a whole that may also be denied at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from criteria_engine import logic
from criteria_engine.expressions.combining import combined
from criteria_engine.expressions.findings import Finding
from criteria_engine.expressions.node import Account, Case, Node, Result
from criteria_engine.expressions.ways import NEVER, Some, Turn, Ways, some, unknown
from criteria_engine.logic import Truth
from criteria_engine.wording import joined, listed

if TYPE_CHECKING:
    from criteria_engine.expressions import Expression


class Examples(Node):
    """A whole of which the ``parts`` are examples.

    Any part that holds makes it hold.  It is ruled out by a denial of the ``whole``, or by the
    denial of every part; parts in ``presumed`` may stay unmentioned once all others are denied,
    and with ``one_denial_suffices`` all others once one is.  What ``aside_for_judgement`` finds
    keeps it open for a person.
    """

    op: Literal["examples"] = "examples"
    parts: Annotated[tuple[Expression, ...], Field(min_length=1)]
    presumed: tuple[Expression, ...] = ()
    whole: Finding | None = None
    one_denial_suffices: bool = False
    aside_for_judgement: tuple[Expression, ...] = ()

    def evaluate(self, case: Case) -> Result:
        named = tuple([part.evaluate(case) for part in (*self.parts, *self.presumed)])
        parts, presumed = named[: len(self.parts)], named[len(self.parts) :]
        if self.one_denial_suffices and any(part.truth is Truth.FALSE for part in parts):
            presumed += tuple(part for part in parts if part.is_silent)
            parts = tuple(part for part in parts if not part.is_silent)
        whole = (self.whole.evaluate(case),) if self.whole else ()
        others = tuple(part.evaluate(case) for part in self.aside_for_judgement)
        results = (*named, *whole, *others)
        truth, decisive, assumed = _weigh(parts, presumed, whole, others)
        result = combined(
            self,
            truth,
            results,
            lambda: decisive,
            basis="presumed" if assumed else None,
            needs_all=truth is Truth.FALSE,
            ways=self._ways,
        )
        return result.retold(lambda told: _presuming(told, assumed)) if assumed else result

    def _ways(self, results: Sequence[Result]) -> Ways:
        """One part true; or all that is spoken of denied, and with it the whole or its parts."""
        open_places = unknown([result.truth for result in results])
        spoken = [place for place in open_places if not results[place].is_silent]
        silent = [place for place in open_places if place < len(self.parts)]
        silent = [place for place in silent if place not in spoken]
        named = len(self.parts) + len(self.presumed)
        turns: list[Some | Turn] = [Turn(place, Truth.FALSE) for place in spoken]
        if silent:
            count = 1 if self.one_denial_suffices else len(silent)
            parts = some(count, silent, Truth.FALSE)
            whole = results[named].truth if self.whole else Truth.TRUE
            if whole is Truth.UNKNOWN and named not in spoken:
                turns.append(Some(1, (Turn(named, Truth.FALSE), parts)))
            elif whole is not Truth.FALSE and named not in spoken:
                turns.append(parts)
        # What a person is to judge may be judged to be the whole; a silent whole is denied only.
        holding = [place for place in open_places if place < named or place in spoken]
        denied = Some(len(turns), tuple(turns))
        if any(result.truth is Truth.TRUE for result in results[named:]):
            denied = NEVER
        return Ways(some(1, holding, Truth.TRUE), denied)

    def prose(self) -> str:
        inner = "; ".join(part.prose() for part in (*self.parts, *self.presumed))
        return f"any of these or the like ({inner})"


def _presuming(told: Account, assumed: Iterable[Result]) -> Account:
    topics = listed(_topic(part) for part in assumed)
    reason = joined((told.reason, f"{topics} not mentioned, presumed absent"))
    return replace(told, reason=reason)


def _topic(part: Result) -> str:
    """What the part is about: of several questions about one thing, what the first asks."""
    return part.told.topic or (_topic(part.children[0]) if part.children else "")


def _weigh(
    parts: tuple[Result, ...],
    presumed: tuple[Result, ...],
    whole: tuple[Result, ...],
    others: tuple[Result, ...],
) -> tuple[Truth, tuple[Result, ...], tuple[Result, ...]]:
    """The truth, the results it rests on, and the silent parts it presumes absent."""
    named = (*parts, *presumed)
    holding = tuple(part for part in named if part.truth is Truth.TRUE)
    if holding:
        return Truth.TRUE, holding, ()
    spoken_open = tuple(
        part
        for part in (*named, *whole, *others)
        if part.truth is not Truth.FALSE and not part.is_silent
    )
    if spoken_open:
        return Truth.UNKNOWN, spoken_open, ()
    if any(part.truth is Truth.FALSE for part in whole):
        return Truth.FALSE, tuple(part for part in (*whole, *named) if part.truth.known), ()
    if logic.any_of(part.truth for part in parts) is Truth.FALSE:
        silent = tuple(part for part in presumed if part.is_silent)
        return Truth.FALSE, tuple(part for part in named if part.truth.known), silent
    return Truth.UNKNOWN, tuple(part for part in parts if not part.truth.known), ()
