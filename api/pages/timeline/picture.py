"""The timeline of one patient: the rows under each other, the anchors, and what was left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from abstraction.chart import Chart
from abstraction.facts import BiopsyFact
from abstraction.merging.conflicts import Conflict
from api.pages.timeline.axis import Break, Tick, TimeScale, time_scale
from api.pages.timeline.canvas import (
    FOOT,
    HEADING,
    PLOT_LEFT,
    PLOT_RIGHT,
    PLOT_TOP,
    WIDTH,
)
from api.pages.timeline.evidence import ElementIds, disagreement
from api.pages.timeline.limits import drawn_limits
from api.pages.timeline.marks import MOST_MARKS, Span
from api.pages.timeline.panels import Panel, panel
from api.pages.timeline.results import PanelPlan, panel_plan
from api.pages.timeline.rows import (
    MOST_ROWS,
    Conflicts,
    Plan,
    Row,
    biopsy_plans,
    laid_out,
    therapy_plans,
)
from api.pages.timeline.text import TimelineText, timeline_text
from criteria_engine.assessment import Anchors
from criteria_engine.limits_of import AnalyteLimit


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial looks at: its limits on results, and the therapies it asks about, in order."""

    limits: tuple[AnalyteLimit, ...] = ()
    therapies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnchorLine:
    """A day that the trial counts from; its label stands left of the line near the right edge."""

    label: str
    x: float
    label_y: float

    @property
    def label_is_before(self) -> bool:
        """Whether the label stands to the left of the line."""
        return self.x > (PLOT_LEFT + PLOT_RIGHT) / 2


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a group of rows."""

    text: str
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn, on a sheet ``width`` wide and ``height`` high."""

    width: float
    height: float
    scale: TimeScale
    ticks: tuple[Tick, ...]
    breaks: tuple[Break, ...]
    anchors: tuple[AnchorLine, ...]
    later: Span | None
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    panels: tuple[Panel, ...]
    left_out: tuple[str, ...]

    @property
    def top(self) -> float:
        """Where the plot begins."""
        return PLOT_TOP

    @property
    def bottom(self) -> float:
        """Where the plot ends."""
        return self.height - FOOT


@dataclass(frozen=True, slots=True)
class Timeline:
    """A patient's timeline as a picture, where there is anything to draw, and as text."""

    picture: Picture | None
    text: TimelineText


def timeline(chart: Chart, anchors: Anchors, trial: Trial, element_ids: ElementIds) -> Timeline:
    """The timeline of a chart; ``element_ids`` has the highlight of every fact of the chart."""
    conflicts = _conflicts(chart.conflicts, element_ids)
    therapies = therapy_plans(chart, trial.therapies, element_ids, conflicts)
    biopsies = biopsy_plans(chart, element_ids, conflicts)
    panels = _panel_plans(chart, trial, element_ids, conflicts)
    told = [disagreement(one, element_ids) for one in chart.conflicts]
    return Timeline(
        picture=_picture(therapies, biopsies, panels, anchors),
        text=timeline_text(chart, trial.therapies, panels, told, element_ids),
    )


def _picture(
    therapies: Sequence[Plan],
    biopsies: Sequence[Plan],
    panels: Sequence[PanelPlan],
    anchors: Anchors,
) -> Picture | None:
    plans = (*therapies[:MOST_ROWS], *biopsies)
    drawn = [one for one in panels if one.results]
    if not plans and not drawn:
        return None
    anchor_days = [day for _, day in anchors.given()]
    days = [day for one in plans for day in one.days]
    days += [day for one in drawn for day in one.days]
    scale = time_scale([*anchor_days, *days], anchors.screening, PLOT_LEFT, PLOT_RIGHT)
    sheet = _Sheet()
    for heading, group in _groups(plans):
        sheet.lay_rows(heading, [laid_out(one, scale) for one in group])
    sheet.lay_panels("Results that the trial limits", [panel(one, scale) for one in drawn])
    after = scale.end(anchors.screening)
    return Picture(
        width=WIDTH,
        height=sheet.y + FOOT,
        scale=scale,
        ticks=scale.ticks(),
        breaks=scale.breaks,
        anchors=tuple(_anchor_lines(anchors, scale)),
        later=Span(after, scale.right - after) if after < scale.right else None,
        headings=tuple(sheet.headings),
        rows=tuple(sheet.rows),
        panels=tuple(sheet.panels),
        left_out=tuple(_left_out(therapies, biopsies, panels)),
    )


def _groups(plans: Sequence[Plan]) -> tuple[tuple[str, list[Plan]], ...]:
    """The rows under their headings."""
    therapies = [one for one in plans if one.kind == "therapy"]
    asked = [one for one in therapies if one.is_of_trial]
    return (
        ("Therapies that the trial asks about", asked),
        (
            "Other therapies" if asked else "Therapies",
            [one for one in therapies if not one.is_of_trial],
        ),
        ("Kidney biopsies", [one for one in plans if one.kind == "biopsy"]),
    )


@dataclass(slots=True)
class _Sheet:
    """Rows and panels as they are laid under each other."""

    y: float = PLOT_TOP
    headings: list[Heading] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)

    def lay_rows(self, heading: str, rows: Sequence[Row]) -> None:
        self._head(heading, bool(rows))
        for row in rows:
            self.rows.append(replace(row, y=self.y))
            self.y += row.height

    def lay_panels(self, heading: str, panels: Sequence[Panel]) -> None:
        self._head(heading, bool(panels))
        for one in panels:
            self.panels.append(replace(one, y=self.y))
            self.y += one.height

    def _head(self, text: str, is_used: bool) -> None:
        if is_used:
            self.headings.append(Heading(text, self.y + HEADING - 6))
            self.y += HEADING


def _anchor_lines(anchors: Anchors, scale: TimeScale) -> list[AnchorLine]:
    """The anchors, their labels stacked so that no line crosses a label."""
    placed = [
        AnchorLine(
            f"{name.replace('_', ' ').capitalize()} {day.isoformat()}", scale.begin(day), 0.0
        )
        for name, day in anchors.given()
    ]
    placed.sort(key=lambda one: -one.x if one.label_is_before else one.x)
    return [replace(one, label_y=12.0 + 13.0 * place) for place, one in enumerate(placed)]


def _panel_plans(
    chart: Chart, trial: Trial, element_ids: ElementIds, conflicts: Conflicts
) -> list[PanelPlan]:
    """A panel for each analyte that the trial limits and the chart knows, in the trial's order."""
    limits: defaultdict[str, list[AnalyteLimit]] = defaultdict(list)
    for limit in trial.limits:
        limits[limit.concept].append(limit)
    series = {one.concept: one for one in chart.series}
    return [
        panel_plan(
            series[concept],
            limits[concept],
            element_ids,
            conflicts.get(("measurement", concept), []),
        )
        for concept in limits
        if concept in series
    ]


def _conflicts(conflicts: Sequence[Conflict], element_ids: ElementIds) -> Conflicts:
    """The disagreements by the row they belong to: a concept, or the organ of a biopsy."""
    found: Conflicts = {}
    for one in conflicts:
        fact = next(fact for side in one.sides for fact in side)
        row = fact.organ if isinstance(fact, BiopsyFact) else one.concept
        found.setdefault((one.kind, row), []).append(disagreement(one, element_ids))
    return found


def _left_out(
    therapies: Sequence[Plan], biopsies: Sequence[Plan], panels: Sequence[PanelPlan]
) -> list[str]:
    """What is not drawn, and why; all of it stands in the text."""
    told = []
    if hidden := therapies[MOST_ROWS:]:
        told.append(
            f"{len(hidden)} therapies after the first {MOST_ROWS}: "
            f"{', '.join(plan.name for plan in hidden)}"
        )
    told += [
        f"{plan.left_out} older marks of {plan.name}"
        for plan in (*therapies[:MOST_ROWS], *biopsies)
        if plan.left_out
    ]
    for plan in panels:
        reasons: defaultdict[str, int] = defaultdict(int)
        for _, why in plan.unplotted:
            reasons[why] += 1
        name = plan.name
        told += [f"{_results(count)} of {name} ({why})" for why, count in sorted(reasons.items())]
        if (dots := len(plan.results) - MOST_MARKS) > 0:
            told.append(f"the points of {_results(dots, 'older ')} of {name}")
        told += [
            f"the limit {limit} of {name} (no number in the unit of the results)"
            for limit in plan.limits
            if plan.results and not drawn_limits(limit, plan)
        ]
    return told


def _results(number: int, which: str = "") -> str:
    return f"{number} {which}result{'' if number == 1 else 's'}"
