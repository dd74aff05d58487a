"""All, any, none, at least k: one answer from several, with every part kept in the trace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from abstraction.facts import Fact, MeasurementFact
from abstraction.merging.windows import one_day, window_of
from criteria_engine import logic
from criteria_engine.assessment import Basis
from criteria_engine.expressions.node import Case, Node, Result
from criteria_engine.expressions.ways import Turn, Ways, every, some, unknown
from criteria_engine.logic import Truth
from criteria_engine.wording import date_text, few, joined, label, listed, sentence, value_text

if TYPE_CHECKING:
    from criteria_engine.expressions import Expression

OPENNESS: tuple[Basis, ...] = ("conflicting", "judgement", "anchor", "screening_test", "silent")
"""Why something is unknown, the reason that most needs a person first."""


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
        parts = tuple(part.evaluate(case) for part in self.of)
        truth = logic.all_of(part.truth for part in parts)
        if self.led and parts[0].is_silent:
            return combined(self, Truth.UNKNOWN, parts, parts[:1], needs_all=True, name=self.name)
        if truth is Truth.TRUE and self.on_one_day and not _share_a_day(parts):
            return replace(
                combined(self, Truth.UNKNOWN, parts, parts, needs_all=True, name=self.name),
                basis="judgement",
            )
        decisive = tuple(part for part in parts if part.truth is truth)
        result = combined(
            self,
            truth,
            parts,
            decisive,
            needs_all=truth is Truth.TRUE,
            name=self.name,
            ways=ways_of_all(parts),
        )
        return _with_the_rest(result) if self.also_told else result

    def prose(self) -> str:
        return _prose(self.name, "all on one day of" if self.on_one_day else "all of", self.of)


class Any(Node):
    """At least one part holds."""

    op: Literal["any"] = "any"
    of: Annotated[tuple[Expression, ...], Field(min_length=1)]

    def evaluate(self, case: Case) -> Result:
        parts = tuple(part.evaluate(case) for part in self.of)
        truth = logic.any_of(part.truth for part in parts)
        decisive = tuple(part for part in parts if part.truth is truth)
        return combined(
            self,
            truth,
            parts,
            decisive,
            needs_all=truth is Truth.FALSE,
            ways=ways_of_any(parts),
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
        parts = tuple(part.evaluate(case) for part in self.of)
        spoken = tuple(part for part in parts if not _unmeasured(part)) or parts
        truth = logic.any_of(part.truth for part in spoken)
        decisive = tuple(part for part in spoken if part.truth is truth)
        ways = ways_of_any(parts)
        if ways is not None:
            # The first value measured speaks for all; once there are some, each of them must.
            open_parts = tuple(
                i for i, part in enumerate(parts) if any(part is d for d in decisive)
            )
            measured = not all(map(_unmeasured, spoken))
            count = len(open_parts) if measured else 1
            ways = Ways(ways.true, some(count, open_parts, Truth.FALSE))
        return combined(self, truth, parts, decisive, needs_all=truth is Truth.FALSE, ways=ways)

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
        parts = tuple(part.evaluate(case) for part in self.of)
        truth = logic.at_least(self.count, (part.truth for part in parts))
        decisive = tuple(part for part in parts if part.truth is truth)
        result = combined(
            self, truth, parts, decisive, needs_all=True, ways=_ways_of_count(self.count, parts)
        )
        if self.name is None or truth is not Truth.UNKNOWN or _only_silent(result):
            return result
        # As one question of its own it names what is settled and what keeps it open.
        settled = [part for part in parts if part.truth is Truth.TRUE]
        told = joined((*(part.reason for part in settled), result.reason))
        reason = f"{len(settled)} of {self.count} {self.name} certain: {told}"
        return replace(result, reason=reason, topic=self.name, decisive=())

    def prose(self) -> str:
        return _prose(self.name, f"at least {self.count} of", self.of)


class Not(Node):
    """The part does not hold."""

    op: Literal["not"] = "not"
    of: Expression

    def evaluate(self, case: Case) -> Result:
        part = self.of.evaluate(case)
        truth = logic.negate(part.truth)
        ways = None if truth.known else Ways(Turn(0, Truth.FALSE), Turn(0, Truth.TRUE))
        return combined(self, truth, (part,), (part,), needs_all=True, ways=ways)

    def prose(self) -> str:
        return f"not ({self.of.prose()})"


def combined(
    node: Node,
    truth: Truth,
    parts: tuple[Result, ...],
    decisive: tuple[Result, ...],
    *,
    needs_all: bool,
    name: str | None = None,
    ways: Ways | None = None,
) -> Result:
    """The result of a node whose ``decisive`` parts settle it or keep it open.

    ``needs_all`` tells whether the answer rests on all decisive parts together (one presumed part
    makes it presumed) or on any of them.  ``ways`` tells what could still settle it.
    """
    if truth is Truth.UNKNOWN:
        basis = _openness(decisive)
        reason = _open_reason(decisive)
        if name:
            reason = _arm_reason(name, parts)
    else:
        presumed = tuple(part.basis == "presumed" for part in decisive)
        basis = "presumed" if (any if needs_all else all)(presumed) else "documented"
        reason = joined(part.reason for part in decisive)
    missing = (gap for part in decisive if truth is Truth.UNKNOWN for gap in part.missing)
    return Result(
        op=node.op,
        asks=node.asked,
        truth=truth,
        basis=basis,
        reason=reason,
        missing=tuple(dict.fromkeys(missing)),
        action=joined(part.action or "" for part in decisive) or None,
        children=parts,
        decisive=decisive,
        ways=None if truth.known else ways,
    )


def ways_of_all(parts: tuple[Result, ...]) -> Ways | None:
    """What settles a conjunction: every open part true, or one of them false."""
    open_parts = unknown([part.truth for part in parts])
    if not open_parts:
        return None
    return Ways(every(open_parts, Truth.TRUE), some(1, open_parts, Truth.FALSE))


def ways_of_any(parts: tuple[Result, ...]) -> Ways | None:
    """What settles a disjunction: one open part true, or every one of them false."""
    open_parts = unknown([part.truth for part in parts])
    if not open_parts:
        return None
    return Ways(some(1, open_parts, Truth.TRUE), every(open_parts, Truth.FALSE))


def _ways_of_count(count: int, parts: tuple[Result, ...]) -> Ways | None:
    truths = [part.truth for part in parts]
    if logic.at_least(count, truths).known:
        return None
    open_parts = unknown(truths)
    certain = truths.count(Truth.TRUE)
    return Ways(
        some(count - certain, open_parts, Truth.TRUE),
        some(certain + len(open_parts) - count + 1, open_parts, Truth.FALSE),
    )


def _with_the_rest(result: Result) -> Result:
    """The result of a conjunction with what is so beside the parts that settle it."""
    settling = {id(part) for part in result.decisive}
    others = tuple(part for part in result.children if id(part) not in settling)
    noted = tuple(
        fact for part in others if part.truth is not Truth.FALSE for fact in part.facts_for
    )
    if not noted:
        return result
    told = few(_noted_words(fact) for fact in noted)
    return replace(result, reason=joined((result.reason, f"also documented: {told}")), noted=noted)


def _noted_words(fact: Fact) -> str:
    value = f" {value_text(fact)}" if isinstance(fact, MeasurementFact) else ""
    return f"{label(fact)}{value} {date_text(fact)}"


def _share_a_day(parts: tuple[Result, ...]) -> bool:
    """Whether every part holds by a fact of one and the same known day."""
    days = (
        {fact.date.start for fact in part.evidence() if fact.date and one_day(window_of(fact.date))}
        for part in parts
    )
    return bool(set.intersection(*days))


def _unmeasured(part: Result) -> bool:
    spoken_of = part.basis not in ("silent", "screening_test") or part.evidence()
    return part.truth is Truth.UNKNOWN and not spoken_of


def _openness(parts: tuple[Result, ...]) -> Basis:
    present = {part.basis for part in parts}
    return next((basis for basis in OPENNESS if basis in present), "silent")


def _open_reason(parts: tuple[Result, ...]) -> str:
    silent = listed(topic for part in parts for topic in _silent_topics(part))
    spoken = (part.reason for part in parts if not _only_silent(part))
    return joined((*spoken, f"nothing documented on {silent}" if silent else ""))


def _arm_reason(name: str, parts: tuple[Result, ...]) -> str:
    """What is settled of an arm, what is in dispute, and the topics that are merely open."""
    leaves = tuple(leaf for part in parts for leaf in _leaves(part))
    told = (leaf.reason for leaf in leaves if not (leaf.for_a_person or leaf.is_silent))
    topics = listed(leaf.topic for leaf in leaves if leaf.for_a_person or leaf.is_silent)
    return f"{sentence(name)}: {joined((*told, f'open: {topics}' if topics else ''))}"


def _leaves(part: Result) -> tuple[Result, ...]:
    if part.truth.known or not part.decisive:
        return (part,)
    return tuple(leaf for child in part.decisive for leaf in _leaves(child))


def _only_silent(part: Result) -> bool:
    return part.is_silent and not part.noted and all(map(_only_silent, part.decisive))


def _silent_topics(part: Result) -> tuple[str, ...]:
    if not _only_silent(part):
        return ()
    if not part.decisive:
        return (part.topic,)
    return tuple(topic for child in part.decisive for topic in _silent_topics(child))


def _prose(name: str | None, how: str, parts: tuple[Expression, ...]) -> str:
    inner = "; ".join(part.prose() for part in parts)
    return f"{name}: {how} ({inner})" if name else f"{how} ({inner})"
