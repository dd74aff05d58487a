"""What would decide it: the smallest sets of missing items that can change a patient's triage.

Read off the trace of an assessment alone; nothing is scored again.
"""

from __future__ import annotations

from collections.abc import Collection

from abstraction.notes import Frozen
from criteria_engine.assessment import Anchors, Assessment, CriterionAssessment, Triage
from criteria_engine.questions.plans import Item, Plan, plan_for, smallest, together


class Settling(Frozen):
    """What would settle one open criterion in one direction, and the fewest items that do."""

    criterion: str
    plan: Plan
    smallest: tuple[Item, ...]


class Obstacle(Frozen):
    """A criterion that is decided against the patient."""

    criterion: str
    reason: str
    action: str | None = None


class Decision(Frozen):
    """What stands between a patient and another triage.

    ``ineligible_by`` no missing item lifts; ``blocked_by`` are core criteria that fail for now.
    Where neither is there, everything of ``to_pass`` together makes the patient potentially
    eligible, with ``to_pass_smallest`` the fewest items for it.  Each of ``to_exclude`` alone
    would make the patient ineligible, those that need least first.
    """

    patient_id: str
    protocol: str
    anchors: Anchors
    triage: Triage
    ineligible_by: tuple[Obstacle, ...]
    blocked_by: tuple[Obstacle, ...]
    to_pass: tuple[Settling, ...]
    to_pass_smallest: tuple[Item, ...]
    to_exclude: tuple[Settling, ...]


def decide(assessment: Assessment, core: Collection[str]) -> Decision:
    """What would change the triage; ``core`` are the criteria that must pass."""
    failed = [one for one in assessment.criteria if one.outcome == "fail"]
    hard = [one for one in failed if not one.modifiable]
    unknown = [one for one in assessment.criteria if one.outcome == "unknown"]
    passing = [] if hard else [_settling(one, passes=True) for one in unknown if one.id in core]
    excluding = [] if hard else [_settling(one, passes=False) for one in unknown]
    modifiable = {one.id for one in assessment.criteria if one.modifiable}
    to_pass = tuple(one for one in passing if one)
    whole = together([one.plan for one in to_pass])
    return Decision(
        patient_id=assessment.patient_id,
        protocol=assessment.protocol,
        anchors=assessment.anchors,
        triage=assessment.triage,
        ineligible_by=tuple(_obstacle(one) for one in hard),
        blocked_by=tuple(_obstacle(one) for one in failed if one.modifiable and one.id in core),
        to_pass=to_pass,
        to_pass_smallest=smallest(whole) if whole else (),
        to_exclude=tuple(
            sorted(
                (one for one in excluding if one and one.criterion not in modifiable),
                key=lambda one: len(one.smallest),
            )
        ),
    )


def _settling(criterion: CriterionAssessment, *, passes: bool) -> Settling | None:
    holds = passes == (criterion.kind == "inclusion")
    plan = plan_for(criterion.trace, "true" if holds else "false")
    if plan is None:
        return None
    return Settling(criterion=criterion.id, plan=plan, smallest=smallest(plan))


def _obstacle(criterion: CriterionAssessment) -> Obstacle:
    return Obstacle(criterion=criterion.id, reason=criterion.reason, action=criterion.action)
