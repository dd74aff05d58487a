"""One patient against one protocol: every criterion's verdict, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from abstraction.chart import Chart
from abstraction.merging.windows import one_day
from criteria_engine.assessment import (
    Anchors,
    Assessment,
    Basis,
    CriterionAssessment,
    Outcome,
    Triage,
)
from criteria_engine.expressions import Case, Result
from criteria_engine.expressions.node import reference
from criteria_engine.logic import Truth
from criteria_engine.protocol import Criterion, Protocol
from criteria_engine.wording import sentence


@dataclass(frozen=True, slots=True)
class Judged:
    """One criterion's outcome and what it rests on, with the answer that explains it."""

    criterion: Criterion
    outcome: Outcome
    basis: Basis
    answer: Result

    @property
    def id(self) -> str:
        """The id of the criterion."""
        return self.criterion.id

    @property
    def modifiable(self) -> bool:
        """Whether a fail can be lifted."""
        return self.criterion.modifiable

    def explained(self) -> CriterionAssessment:
        """The same with its reason, its evidence and its whole trace."""
        criterion, outcome, result = self.criterion, self.outcome, self.answer
        reason = sentence(result.reason)
        if outcome == "pass" and result.truth is Truth.UNKNOWN:
            reason = f"{reason}; presumed, as the protocol allows"
        return CriterionAssessment(
            id=criterion.id,
            kind=criterion.kind,
            outcome=outcome,
            basis=self.basis,
            reason=reason,
            modifiable=criterion.modifiable,
            action=_action(criterion, outcome, result),
            evidence=tuple(reference(fact) for fact in result.evidence()),
            missing=result.missing if outcome == "unknown" else (),
            trace=result.trace(),
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """One patient against one protocol: the outcome of every criterion, not yet explained."""

    chart: Chart
    protocol: Protocol
    anchors: Anchors
    triage: Triage
    criteria: tuple[Judged, ...]


def judge(chart: Chart, protocol: Protocol, anchors: Anchors) -> Judgement:
    """The outcome and basis of every criterion, and the triage they come to.

    Nothing is put into words, and no part is asked whose answer another one makes certain:
    ``explain`` does both.
    """
    case = case_of(chart, protocol, anchors)
    criteria = tuple([judged(criterion, case) for criterion in protocol.criteria])
    return Judgement(chart, protocol, anchors, triage(criteria, protocol.core), criteria)


def explain(judgement: Judgement) -> Assessment:
    """The judgement with the reason, the evidence and the trace of every criterion."""
    return Assessment(
        patient_id=judgement.chart.patient_id,
        protocol=judgement.protocol.id,
        protocol_version=judgement.protocol.version,
        anchors=judgement.anchors,
        triage=judgement.triage,
        criteria=tuple([one.explained() for one in judgement.criteria]),
    )


def assess(chart: Chart, protocol: Protocol, anchors: Anchors) -> Assessment:
    """The assessment of one chart: the same facts in any order give the same bytes."""
    return explain(judge(chart, protocol, anchors))


def case_of(chart: Chart, protocol: Protocol, anchors: Anchors) -> Case:
    """What the protocol's criteria are held against, with the anchors that the chart dates.

    An event known to the day is an anchor like one that is given.
    """
    asked = Case(chart, anchors, protocol.anchors)
    days = {name: one_day(found) for name in protocol.anchors if (found := asked.anchor(name))}
    known: dict[str, Any] = {name: day for name, day in days.items() if day is not None}
    return Case(chart, anchors.model_copy(update=known), protocol.anchors)


def triage(criteria: tuple[Judged, ...], core: tuple[str, ...]) -> Triage:
    """Ineligible by any fail that cannot be lifted; potentially eligible when the core passes."""
    if any(one.outcome == "fail" and not one.modifiable for one in criteria):
        return "ineligible"
    passed = {one.id for one in criteria if one.outcome == "pass"}
    return "potentially_eligible" if passed.issuperset(core) else "needs_information"


def verdict(criterion: Criterion, case: Case) -> CriterionAssessment:
    """One criterion's verdict."""
    return judged(criterion, case).explained()


def judged(criterion: Criterion, case: Case) -> Judged:
    """One criterion's outcome."""
    result = criterion.expression.evaluate(case)
    outcome, basis = _outcome(criterion, result)
    return Judged(criterion, outcome, basis, result)


def _outcome(criterion: Criterion, result: Result) -> tuple[Outcome, Basis]:
    """What the expression's truth means for the patient."""
    if result.truth is Truth.UNKNOWN:
        if result.basis != "silent":
            return "unknown", result.basis
        if criterion.if_silent == "presume_pass":
            return "pass", "presumed"
        return "unknown", _SILENCE[criterion.decide_by]
    passes = (result.truth is Truth.TRUE) == (criterion.kind == "inclusion")
    return ("pass" if passes else "fail"), result.basis


def _action(criterion: Criterion, outcome: Outcome, result: Result) -> str | None:
    if outcome == "pass":
        return None
    return result.told.action or (criterion.action if outcome == "fail" else None)


_SILENCE: dict[str, Basis] = {
    "chart": "silent",
    "screening_test": "screening_test",
    "investigator": "judgement",
}
