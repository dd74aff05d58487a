"""The timeline told in words: everything that is drawn, and what could not be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abstraction.chart import Chart
from abstraction.merging.administrations import Administration
from abstraction.merging.biopsies import Biopsy
from abstraction.merging.episodes import Episode
from abstraction.merging.series import Point
from api.pages.timeline import words
from api.pages.timeline.evidence import (
    Disagreement,
    ElementIds,
    Evidence,
    EvidenceList,
    evidence,
    first_target,
    organ,
)
from api.pages.timeline.limits import limit_words
from api.pages.timeline.results import PanelPlan
from api.pages.timeline.rows import by_trial_then_name, therapy_name
from criteria_engine.wording import listed


@dataclass(frozen=True, slots=True)
class TherapyLine:
    """One course or administration."""

    name: str
    start: str
    stop: str
    certain: str
    reason: str
    response: str
    evidence: EvidenceList


@dataclass(frozen=True, slots=True)
class BiopsyLine:
    """One biopsy."""

    name: str
    when: str
    classes: str
    superseded: bool
    evidence: EvidenceList


@dataclass(frozen=True, slots=True)
class ResultText:
    """One result; ``why`` tells why it is not drawn."""

    link: Evidence
    why: str = ""


@dataclass(frozen=True, slots=True)
class AnalyteLine:
    """The results of one analyte, in the order of their days."""

    name: str
    unit: str
    limits: tuple[str, ...]
    results: tuple[ResultText, ...]


@dataclass(frozen=True, slots=True)
class TimelineText:
    """All of it, in tables."""

    therapies: tuple[TherapyLine, ...]
    biopsies: tuple[BiopsyLine, ...]
    analytes: tuple[AnalyteLine, ...]
    conflicts: tuple[Disagreement, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.therapies or self.biopsies or self.analytes or self.conflicts)


def timeline_text(
    chart: Chart,
    order: Sequence[str],
    plans: Sequence[PanelPlan],
    conflicts: Sequence[Disagreement],
    element_ids: ElementIds,
) -> TimelineText:
    """The words for what a chart holds, the therapies in the order of the picture's rows."""
    courses = [(one.concept, _course(one, element_ids)) for one in chart.episodes]
    courses += [(one.concept, _dose(one, element_ids)) for one in chart.administrations]
    place = by_trial_then_name(order)
    return TimelineText(
        therapies=tuple(line for _, line in sorted(courses, key=lambda one: place(one[0]))),
        biopsies=tuple(_sample(one, element_ids) for one in chart.biopsies),
        analytes=tuple(_analyte(plan, element_ids) for plan in plans),
        conflicts=tuple(conflicts),
    )


def _course(episode: Episode, element_ids: ElementIds) -> TherapyLine:
    return TherapyLine(
        name=therapy_name(episode.concept),
        start=words.beginning(episode),
        stop=words.ending(episode),
        certain=words.certain_days(episode),
        reason=words.reasons(episode),
        response=listed(episode.responses),
        evidence=evidence(episode.facts, element_ids),
    )


def _dose(given: Administration, element_ids: ElementIds) -> TherapyLine:
    when = words.window(given.when)
    return TherapyLine(
        name=therapy_name(given.concept),
        start=when,
        stop="single administration",
        certain=when if given.when.start and given.when.start == given.when.end else "none",
        reason="",
        response="",
        evidence=evidence(given.facts, element_ids),
    )


def _sample(biopsy: Biopsy, element_ids: ElementIds) -> BiopsyLine:
    return BiopsyLine(
        name=organ(biopsy.organ),
        when=words.window(biopsy.when),
        classes=words.classes(biopsy),
        superseded=biopsy.superseded,
        evidence=evidence(biopsy.facts, element_ids),
    )


def _analyte(plan: PanelPlan, element_ids: ElementIds) -> AnalyteLine:
    why = {id(point): reason for point, reason in plan.unplotted}
    return AnalyteLine(
        name=plan.name,
        unit=words.unit_words(plan.unit),
        limits=tuple(dict.fromkeys(limit_words(limit, plan.unit) for limit in plan.limits)),
        results=tuple(
            ResultText(_result(point, element_ids), why.get(id(point), "")) for point in plan.points
        ),
    )


def _result(point: Point, element_ids: ElementIds) -> Evidence:
    told = f"{words.window(point.when)}: {words.as_told(point.value)}"
    return Evidence(first_target(point.facts, element_ids), told)
