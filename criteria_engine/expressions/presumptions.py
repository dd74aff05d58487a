"""What is presumed where the chart is silent, and shown as presumed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from criteria_engine.expressions.node import Account, Case, Node, Result
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
            return Result(
                part.truth,
                part.basis,
                lambda: replace(part.told, op=self.op, asks=self.asked, decisive=(part,)),
                part.facts_for,
                part.facts_against,
                children=(part,),
            )
        return Result(
            Truth.TRUE,
            "presumed",
            lambda: Account(
                op=self.op,
                asks=self.asked,
                reason=f"{sentence(self.name)} is not documented and is presumed",
                topic=self.name,
                asides=part.asides,
            ),
            children=(part,),
        )

    def prose(self) -> str:
        return f"{self.of.prose()}; {self.name} is presumed where nothing is documented"
