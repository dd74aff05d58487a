"""What is presumed where the chart is silent, and shown as presumed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from criteria_engine.expressions.node import Case, Node, Result
from criteria_engine.logic import Truth
from criteria_engine.wording import sentence

if TYPE_CHECKING:
    from criteria_engine.expressions import Expression


class Presumed(Node):
    """The part, presumed to hold where the chart says nothing of it at all.

    Whatever the chart does say decides, or keeps the part open.
    """

    op: Literal["presumed"] = "presumed"
    name: str
    of: Expression

    def evaluate(self, case: Case) -> Result:
        part = self.of.evaluate(case)
        if not part.is_silent:
            return replace(part, op=self.op, asks=self.asked, children=(part,), decisive=(part,))
        return Result(
            op=self.op,
            asks=self.asked,
            truth=Truth.TRUE,
            basis="presumed",
            reason=f"{sentence(self.name)} is not documented and is presumed",
            topic=self.name,
            asides=part.asides,
            children=(part,),
        )

    def prose(self) -> str:
        return f"{self.of.prose()}; {self.name} is presumed where nothing is documented"
