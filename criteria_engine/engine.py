"""One patient against one protocol: every criterion's verdict, and what they come to."""

from __future__ import annotations

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


def assess(chart: Chart, protocol: Protocol, anchors: Anchors) -> Assessment:
    """The assessment of one chart: the same facts in any order give the same bytes."""
    case = case_of(chart, protocol, anchors)
    criteria = tuple(verdict(criterion, case) for criterion in protocol.criteria)
    return Assessment(
        patient_id=chart.patient_id,
        protocol=protocol.id,
        protocol_version=protocol.version,
        anchors=anchors,
        triage=triage(criteria, protocol.core),
        criteria=criteria,
    )


def case_of(chart: Chart, protocol: Protocol, anchors: Anchors) -> Case:
    """What the protocol's criteria are held against, with the anchors that the chart dates.

    An event known to the day is an anchor like one that is given.
    """
    asked = Case(chart, anchors, protocol.anchors)
    days = {name: one_day(found) for name in protocol.anchors if (found := asked.anchor(name))}
    known: dict[str, Any] = {name: day for name, day in days.items() if day is not None}
    return Case(chart, anchors.model_copy(update=known), protocol.anchors)


def triage(criteria: tuple[CriterionAssessment, ...], core: tuple[str, ...]) -> Triage:
    """Ineligible by any fail that cannot be lifted; potentially eligible when the core passes."""
    if any(one.outcome == "fail" and not one.modifiable for one in criteria):
        return "ineligible"
    passed = {one.id for one in criteria if one.outcome == "pass"}
    return "potentially_eligible" if passed.issuperset(core) else "needs_information"


def verdict(criterion: Criterion, case: Case) -> CriterionAssessment:
    """One criterion's verdict."""
    result = criterion.expression.evaluate(case)
    outcome, basis = _outcome(criterion, result)
    reason = sentence(result.reason)
    if outcome == "pass" and result.truth is Truth.UNKNOWN:
        reason = f"{reason}; presumed, as the protocol allows"
    return CriterionAssessment(
        id=criterion.id,
        kind=criterion.kind,
        outcome=outcome,
        basis=basis,
        reason=reason,
        modifiable=criterion.modifiable,
        action=_action(criterion, outcome, result),
        evidence=tuple(reference(fact) for fact in result.evidence()),
        missing=result.missing if outcome == "unknown" else (),
        trace=result.trace(),
    )


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
    return result.action or (criterion.action if outcome == "fail" else None)


_SILENCE: dict[str, Basis] = {
    "chart": "silent",
    "screening_test": "screening_test",
    "investigator": "judgement",
}
