"""All, any, none, at least k: one answer from several, with every part kept in the trace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from abstraction.facts import Fact, MeasurementFact
from abstraction.merging.windows import one_day, window_of
from criteria_engine import logic
from criteria_engine.expressions.combining import (
    combined,
    only_silent,
    settles,
    those,
    ways_of_all,
    ways_of_any,
)
from criteria_engine.expressions.node import Account, Case, Node, Parts, Result
from criteria_engine.expressions.ways import Turn, Ways, some, unknown
from criteria_engine.logic import Truth
from criteria_engine.wording import date_text, few, joined, label, value_text

if TYPE_CHECKING:
    from criteria_engine.expressions import Expression


class All(Node):
    """Every part holds.  ``name`` makes it a named arm that also reports its settled parts.

    ``on_one_day`` asks for facts of one day in all parts: without them what holds stays open.
    ``also_told`` shows what the other parts document beside those that settle it.  ``led`` makes
    it silent as long as its first part is, which the others only qualify.
    """

    op: Literal["all"] = "all"
    name: str | None = None
    on_one_day: bool = False
    also_told: bool = False
    led: bool = False
    of: Annotated[tuple[Expression, ...], Field(min_length=1)]

    def evaluate(self, case: Case) -> Result:
        parts = Parts(self.of, case)
        if self.led and parts.at(0).is_silent:
            return combined(
                self, Truth.UNKNOWN, parts, lambda: (parts.at(0),), basis="silent", name=self.name
            )
        settled = settles(parts, Truth.FALSE)
        truth = Truth.FALSE if settled else logic.all_of([part.truth for part in parts])
        if truth is Truth.TRUE and self.on_one_day and not _share_a_day(parts):
            return combined(
                self, Truth.UNKNOWN, parts, lambda: tuple(parts), basis="judgement", name=self.name
            )
        result = combined(
            self,
            truth,
            parts,
            lambda: those(parts, truth),
            basis="documented" if settled else None,
            needs_all=truth is Truth.TRUE,
            name=self.name,
            ways=ways_of_all,
        )
        if not self.also_told:
            return result
        return result.retold(lambda told: _with_the_rest(told, parts))

    def prose(self) -> str:
        return _prose(self.name, "all on one day of" if self.on_one_day else "all of", self.of)


class Any(Node):
    """At least one part holds."""

    op: Literal["any"] = "any"
    of: Annotated[tuple[Expression, ...], Field(min_length=1)]

    def evaluate(self, case: Case) -> Result:
        parts = Parts(self.of, case)
        settled = settles(parts, Truth.TRUE)
        truth = Truth.TRUE if settled else logic.any_of([part.truth for part in parts])
        return combined(
            self,
            truth,
            parts,
            lambda: those(parts, truth),
            basis="documented" if settled else None,
            needs_all=truth is Truth.FALSE,
            ways=ways_of_any,
        )

    def prose(self) -> str:
        return _prose(None, "at least one of", self.of)


class AnyMeasured(Node):
    """At least one part holds, asking only the parts that the chart speaks of.

    For alternative measurements of one thing: what was not measured does not keep the answer
    open, but with nothing measured there is no answer.
    """

    op: Literal["any_measured"] = "any_measured"
    of: Annotated[tuple[Expression, ...], Field(min_length=1)]

    def evaluate(self, case: Case) -> Result:
        parts = Parts(self.of, case)
        settled = settles(parts, Truth.TRUE)
        truth = Truth.TRUE if settled else logic.any_of([part.truth for part in _spoken(parts)])
        return combined(
            self,
            truth,
            parts,
            lambda: those(_spoken(parts), truth),
            basis="documented" if settled else None,
            needs_all=truth is Truth.FALSE,
            ways=_ways_of_measured,
        )

    def prose(self) -> str:
        return _prose(None, "at least one, of those that were measured, of", self.of)


class AtLeast(Node):
    """``count`` or more of the parts hold; each part is a category that counts once.

    With a ``name`` an open answer tells how many are settled, not each open part.
    """

    op: Literal["at_least"] = "at_least"
    name: str | None = None
    count: int = Field(ge=1)
    of: Annotated[tuple[Expression, ...], Field(min_length=1)]

    def evaluate(self, case: Case) -> Result:
        parts = Parts(self.of, case)
        truth = logic.at_least(self.count, (part.truth for part in parts))
        result = combined(
            self,
            truth,
            parts,
            lambda: those(parts, truth),
            ways=lambda parts: _ways_of_count(self.count, parts),
        )
        if self.name is None or truth is not Truth.UNKNOWN:
            return result
        return result.retold(lambda told: told if only_silent(result) else self._named(told, parts))

    def _named(self, told: Account, parts: Sequence[Result]) -> Account:
        """As one question of its own: what is settled and what keeps it open."""
        settled = those(parts, Truth.TRUE)
        reasons = joined((*(part.reason for part in settled), told.reason))
        reason = f"{len(settled)} of {self.count} {self.name} certain: {reasons}"
        return replace(told, reason=reason, topic=self.name or "", decisive=())

    def prose(self) -> str:
        return _prose(self.name, f"at least {self.count} of", self.of)


class Not(Node):
    """The part does not hold."""

    op: Literal["not"] = "not"
    of: Expression

    def evaluate(self, case: Case) -> Result:
        part = self.of.evaluate(case)
        return combined(
            self,
            logic.negate(part.truth),
            (part,),
            lambda: (part,),
            ways=lambda _: Ways(Turn(0, Truth.FALSE), Turn(0, Truth.TRUE)),
        )

    def prose(self) -> str:
        return f"not ({self.of.prose()})"


def _ways_of_measured(parts: Sequence[Result]) -> Ways | None:
    """What settles a question of the parts that were measured."""
    ways = ways_of_any(parts)
    if ways is None:
        return None
    # The first value measured speaks for all; once there are some, each of them must.
    spoken = _spoken(parts)
    open_spoken = {id(part) for part in those(spoken, Truth.UNKNOWN)}
    open_parts = tuple(place for place, part in enumerate(parts) if id(part) in open_spoken)
    count = 1 if all(map(_unmeasured, spoken)) else len(open_parts)
    return Ways(ways.true, some(count, open_parts, Truth.FALSE))


def _ways_of_count(count: int, parts: Sequence[Result]) -> Ways | None:
    truths = [part.truth for part in parts]
    if logic.at_least(count, truths).known:
        return None
    open_parts = unknown(truths)
    certain = truths.count(Truth.TRUE)
    return Ways(
        some(count - certain, open_parts, Truth.TRUE),
        some(certain + len(open_parts) - count + 1, open_parts, Truth.FALSE),
    )


def _with_the_rest(told: Account, parts: Iterable[Result]) -> Account:
    """What is told of a conjunction, with what is so beside the parts that settle it."""
    settling = {id(part) for part in told.decisive}
    others = (part for part in parts if id(part) not in settling)
    noted = tuple(
        fact for part in others if part.truth is not Truth.FALSE for fact in part.facts_for
    )
    if not noted:
        return told
    words = few(_noted_words(fact) for fact in noted)
    return replace(told, reason=joined((told.reason, f"also documented: {words}")), noted=noted)


def _noted_words(fact: Fact) -> str:
    value = f" {value_text(fact)}" if isinstance(fact, MeasurementFact) else ""
    return f"{label(fact)}{value} {date_text(fact)}"


def _share_a_day(parts: Iterable[Result]) -> bool:
    """Whether every part holds by a fact of one and the same known day."""
    days = (
        {fact.date.start for fact in part.evidence() if fact.date and one_day(window_of(fact.date))}
        for part in parts
    )
    return bool(set.intersection(*days))


def _spoken(parts: Sequence[Result]) -> Sequence[Result]:
    """The parts that the chart speaks of; all of them where it speaks of none."""
    return [part for part in parts if not _unmeasured(part)] or parts


def _unmeasured(part: Result) -> bool:
    untold = part.truth is Truth.UNKNOWN and part.basis in ("silent", "screening_test")
    return untold and not part.has_evidence


def _prose(name: str | None, how: str, parts: tuple[Expression, ...]) -> str:
    inner = "; ".join(part.prose() for part in parts)
    return f"{name}: {how} ({inner})" if name else f"{how} ({inner})"
