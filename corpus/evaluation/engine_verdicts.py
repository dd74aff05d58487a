"""The engine's verdicts on facts, with each patient's own days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from abstraction.chart import charts
from abstraction.facts import Fact
from criteria_engine import Anchors, Assessment, Protocol, assess
from criteria_engine.assessment import Outcome


def assess_patients(
    facts: Iterable[Fact], anchors: Mapping[str, Anchors], protocol: Protocol
) -> list[Assessment]:
    """The assessment of every patient who has anchors, sorted; one without facts among them."""
    own = (fact for fact in facts if fact.patient_id in anchors)
    return [assess(chart, protocol, anchors[chart.patient_id]) for chart in charts(own, anchors)]


def outcomes(assessment: Assessment) -> dict[str, Outcome]:
    """The outcome of each criterion."""
    return {criterion.id: criterion.outcome for criterion in assessment.criteria}
