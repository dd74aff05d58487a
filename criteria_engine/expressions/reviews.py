"""What a person decides, with everything the chart has on it laid beside the question."""

from __future__ import annotations

from typing import Literal

from abstraction.facts import Fact
from abstraction.statements import Stance, stance
from criteria_engine.assessment import Basis, Missing
from criteria_engine.expressions.node import Account, Aside, Case, Node, Result
from criteria_engine.expressions.timing import is_later
from criteria_engine.logic import Truth
from criteria_engine.vocabulary import Diagnoses, Measurements, Statuses, Therapies


class Review(Node):
    """A question that facts alone do not settle.

    It is never true and never false.  ``basis`` says who or what settles it where the chart
    speaks of it; ``basis_if_silent`` where it does not.  ``settled_by`` is the measurement that
    would, where there is one; else the first concept it looks at is named.
    """

    op: Literal["review"] = "review"
    name: str
    needs: str
    settled_by: Measurements = ()
    basis: Basis = "judgement"
    basis_if_silent: Basis = "silent"
    diagnoses: Diagnoses = ()
    measurements: Measurements = ()
    therapies: Therapies = ()
    statuses: Statuses = ()
    biopsies: bool = False

    def evaluate(self, case: Case) -> Result:
        facts: list[Fact] = []
        asides: list[Aside] = []
        for fact in self._facts(case):
            why = _does_not_count(fact, case)
            if why is None:
                facts.append(fact)
            else:
                asides.append(Aside(fact, why))
        return Result(
            Truth.UNKNOWN,
            self.basis if facts else self.basis_if_silent,
            lambda: self._told(len(facts), asides),
            facts_for=tuple(fact for fact in facts if stance(fact) is Stance.AFFIRMED),
            facts_against=tuple(fact for fact in facts if stance(fact) is not Stance.AFFIRMED),
        )

    def prose(self) -> str:
        return f"{self.name}, decided by {self.needs}"

    def _told(self, found: int, asides: list[Aside]) -> Account:
        told = "nothing documented" if not found else f"{found} statement{'s'[: found > 1]} found"
        return Account(
            op=self.op,
            asks=self.asked,
            reason=f"{self.name}: {told}, needs {self.needs}",
            topic=self.name,
            for_a_person=True,
            asides=asides,
            missing=(Missing(concept=self._concept(), why=f"needs {self.needs}"),),
        )

    def _facts(self, case: Case) -> tuple[Fact, ...]:
        return (
            *case.chart.of("diagnosis", self.diagnoses),
            *case.chart.of("measurement", self.measurements),
            *case.chart.of("therapy", self.therapies),
            *case.chart.of("status", self.statuses),
            *case.chart.of("biopsy", ("kidney_biopsy",) if self.biopsies else ()),
        )

    def _concept(self) -> str:
        named = (
            *self.settled_by,
            *self.diagnoses,
            *self.measurements,
            *self.therapies,
            *self.statuses,
            *(("kidney_biopsy",) if self.biopsies else ()),
        )
        return named[0] if named else self.name.replace(" ", "_")


def _does_not_count(fact: Fact, case: Case) -> str | None:
    position = stance(fact)
    if position is Stance.NOT_THE_PATIENT:
        return position.value
    if is_later(fact, case.anchors.screening):
        return f"dated after {case.anchors.screening}"
    return None
