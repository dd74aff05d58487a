"""Requirements that hang on something: if this then that, and requirements that are waived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import ConfigDict, Field

from criteria_engine import logic
from criteria_engine.expressions.combining import combined, those, ways_of_any
from criteria_engine.expressions.node import Account, Case, Node, Result
from criteria_engine.expressions.ways import Some, Turn, Ways
from criteria_engine.logic import Truth
from criteria_engine.wording import joined

if TYPE_CHECKING:
    from criteria_engine.expressions import Expression


class Conditional(Node):
    """``then`` where the condition holds, ``else`` where it does not; without an ``else`` nothing
    more is asked there.

    An open condition leaves the answer open unless both branches give the same one.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    op: Literal["conditional"] = "conditional"
    condition: Expression = Field(alias="if")
    then: Expression
    otherwise: Expression | None = Field(default=None, alias="else")

    def evaluate(self, case: Case) -> Result:
        # What would lift a fail of the condition is no advice: nothing asks it to be otherwise.
        condition = self.condition.evaluate(case).retold(lambda told: replace(told, action=None))
        then = self.then.evaluate(case)
        otherwise = self.otherwise.evaluate(case) if self.otherwise else None
        parts = (condition, then, *((otherwise,) if otherwise else ()))
        if condition.truth is Truth.UNKNOWN:
            return self._open_condition(condition, then, otherwise, parts)
        branch = then if condition.truth is Truth.TRUE else otherwise
        truth = branch.truth if branch else Truth.TRUE
        decisive = tuple(
            part for part in (condition, branch) if part and (truth.known or part is branch)
        )
        place = 1 if branch is then else 2
        ways = Ways(Turn(place, Truth.TRUE), Turn(place, Truth.FALSE))
        return combined(self, truth, parts, lambda: decisive, ways=lambda _: ways)

    def prose(self) -> str:
        text = f"if ({self.condition.prose()}) then ({self.then.prose()})"
        return f"{text}, else ({self.otherwise.prose()})" if self.otherwise else text

    def _open_condition(
        self,
        condition: Result,
        then: Result,
        otherwise: Result | None,
        parts: tuple[Result, ...],
    ) -> Result:
        truth = logic.agreed((then.truth, otherwise.truth if otherwise else Truth.TRUE))
        branches = (then, otherwise) if otherwise else (then,)
        if truth.known:
            return combined(self, truth, parts, lambda: branches)
        open_parts = tuple(part for part in (condition, *branches) if not part.truth.known)
        result = combined(self, truth, parts, lambda: open_parts, ways=_ways)
        return result.retold(lambda told: _with_the_settled(told, branches))


def _with_the_settled(told: Account, branches: Iterable[Result]) -> Account:
    settled = (part.reason for part in branches if part.truth.known)
    return replace(told, reason=joined((told.reason, *settled)))


def _ways(parts: Sequence[Result]) -> Ways:
    return Ways(*(_way(parts, asked) for asked in (Truth.TRUE, Truth.FALSE)))


def _way(parts: Sequence[Result], asked: Truth) -> Some:
    """How an open condition and its branches come to the answer: by either side, or by both."""
    sides = [_turns(parts, 1, asked), _turns(parts, 2, asked)]
    ways = [
        Some(1 + len(turns), (Turn(0, condition), *turns))
        for condition, turns in zip((Truth.TRUE, Truth.FALSE), sides, strict=True)
        if turns is not None
    ]
    then, otherwise = sides
    if then is not None and otherwise is not None:
        ways.append(Some(len(then) + len(otherwise), (*then, *otherwise)))
    return Some(1, tuple(ways))


def _turns(parts: Sequence[Result], place: int, asked: Truth) -> tuple[Turn, ...] | None:
    """What must turn in the branch for the answer; None where it cannot give it."""
    truth = parts[place].truth if place < len(parts) else Truth.TRUE
    if truth is Truth.UNKNOWN:
        return (Turn(place, asked),)
    return () if truth is asked else None


class Unless(Node):
    """A requirement that need not be met where the waiver holds.

    ``if_silent: not_waived`` presumes that there is no waiver where the chart speaks of none.
    """

    op: Literal["unless"] = "unless"
    of: Expression
    waived_by: Expression
    if_silent: Literal["unknown", "not_waived"] = "unknown"

    def evaluate(self, case: Case) -> Result:
        required = self.of.evaluate(case)
        waiver = self.waived_by.evaluate(case)
        parts = (required, waiver)
        if required.truth is Truth.FALSE and waiver.is_silent and self.if_silent == "not_waived":
            result = combined(self, Truth.FALSE, parts, lambda: (required,), basis="presumed")
            return result.retold(_not_waived)
        truth = logic.any_of(part.truth for part in parts)
        result = combined(
            self,
            truth,
            parts,
            lambda: those(parts, truth),
            needs_all=truth is Truth.FALSE,
            ways=ways_of_any,
        )
        if truth is Truth.TRUE and required.truth is not Truth.TRUE:
            return result.retold(lambda told: replace(told, reason=f"{told.reason}: not required"))
        return result

    def prose(self) -> str:
        return f"{self.of.prose()}, unless {self.waived_by.prose()}"


def _not_waived(told: Account) -> Account:
    reason = joined((told.reason, "no waiver is documented, none is presumed"))
    return replace(told, reason=reason)
