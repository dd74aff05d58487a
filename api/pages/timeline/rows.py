"""The rows of the timeline: one a therapy, one an organ whose biopsies are told."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from abstraction.chart import Chart
from abstraction.facts import Kind
from abstraction.merging.administrations import Administration
from abstraction.merging.biopsies import Biopsy
from abstraction.merging.episodes import Episode
from api.pages.timeline import words
from api.pages.timeline.axis import TimeScale
from api.pages.timeline.canvas import LABEL_CHARACTERS, LANE, ROW_PADDING
from api.pages.timeline.evidence import Disagreement, ElementIds, first_target, organ
from api.pages.timeline.extents import DrawnDays, of_course, of_event
from api.pages.timeline.marks import MOST_MARKS, Mark, Sign, in_lanes, placed
from criteria_engine.vocabulary import vocabulary

RowKind = Literal["therapy", "biopsy"]
MOST_ROWS = 40
"""The most therapies that are drawn, those that the trial asks about first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mark that has no place yet: its days and what it is."""

    days: DrawnDays
    mark: Mark

    @property
    def newest(self) -> dt.date:
        """The last day that it is drawn on."""
        return max(self.days.known, default=dt.date.min)


@dataclass(frozen=True, slots=True)
class Plan:
    """A row before its days are laid on an axis."""

    kind: RowKind
    name: str
    entries: tuple[Entry, ...]
    conflicts: tuple[Disagreement, ...] = ()
    is_of_trial: bool = False
    left_out: int = 0

    @property
    def days(self) -> tuple[dt.date, ...]:
        """The days that the axis must reach."""
        return tuple(day for entry in self.entries for day in entry.days.known)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of marks; ``lanes`` tells how high it is."""

    kind: RowKind
    name: str
    marks: tuple[Mark, ...]
    conflicts: tuple[Disagreement, ...]
    is_of_trial: bool
    lanes: int
    y: float = 0.0

    @property
    def height(self) -> float:
        """The height of all its lanes."""
        return self.lanes * LANE + 2 * ROW_PADDING

    @property
    def short_name(self) -> str:
        """As much of the name as fits beside the plot."""
        return words.shortened(self.name, LABEL_CHARACTERS - (3 if self.conflicts else 0))

    def lane_y(self, mark: Mark) -> float:
        """The middle of the mark's lane."""
        return self.y + ROW_PADDING + (mark.lane + 0.5) * LANE


Conflicts = dict[tuple[Kind, str], list[Disagreement]]


def therapy_plans(
    chart: Chart, order: Sequence[str], element_ids: ElementIds, conflicts: Conflicts
) -> tuple[Plan, ...]:
    """A row for each therapy: those of the trial in the trial's order, the others by name."""
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for episode in chart.episodes:
        entries[episode.concept].append(_course(episode, element_ids))
    for given in chart.administrations:
        entries[given.concept].append(_dose(given, element_ids))
    place = {concept: number for number, concept in enumerate(order)}
    concepts = sorted(
        entries, key=lambda one: (place.get(one, len(place)), therapy_name(one).casefold(), one)
    )
    return tuple(
        _plan(
            "therapy",
            therapy_name(concept),
            entries[concept],
            conflicts.get(("therapy", concept), []),
            is_of_trial=concept in order,
        )
        for concept in concepts
    )


def biopsy_plans(chart: Chart, element_ids: ElementIds, conflicts: Conflicts) -> tuple[Plan, ...]:
    """A row for each organ."""
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for biopsy in chart.biopsies:
        entries[biopsy.organ].append(_sample(biopsy, element_ids))
    return tuple(
        _plan("biopsy", organ(name), entries[name], conflicts.get(("biopsy", name), []))
        for name in sorted(entries, reverse=True)
    )


def laid_out(plan: Plan, scale: TimeScale) -> Row:
    """The row with its marks on the axis."""
    marks = in_lanes([placed(entry.mark, entry.days, scale) for entry in plan.entries])
    lanes = 1 + max((mark.lane for mark in marks), default=0)
    return Row(plan.kind, plan.name, marks, plan.conflicts, plan.is_of_trial, lanes)


def by_trial_then_name(order: Sequence[str]) -> Callable[[str], tuple[int, str, str]]:
    """What therapies are sorted by: their place in the trial's order, the others by name."""
    places = {concept: place for place, concept in enumerate(order)}
    return lambda concept: (
        places.get(concept, len(places)), therapy_name(concept).casefold(), concept,
    )  # fmt: skip


def therapy_name(concept: str) -> str:
    """The words for a therapy."""
    return vocabulary().label("therapy", concept)


def _plan(
    kind: RowKind,
    name: str,
    entries: Iterable[Entry],
    conflicts: Sequence[Disagreement],
    *,
    is_of_trial: bool = False,
) -> Plan:
    """The row of the newest entries."""
    newest_last = sorted(entries, key=lambda entry: (entry.newest, entry.mark.target))
    shown = newest_last[-MOST_MARKS:]
    left_out = len(newest_last) - len(shown)
    return Plan(kind, name, tuple(shown), tuple(conflicts), is_of_trial, left_out)


def _course(episode: Episode, element_ids: ElementIds) -> Entry:
    sign: Sign | None = None
    if episode.is_disputed:
        sign = "disputed"
    elif words.is_held(episode):
        sign = "held"
    name = words.course(therapy_name(episode.concept), episode)
    target = first_target(episode.facts, element_ids)
    return Entry(of_course(episode), Mark("course", target, name, sign=sign))


def _dose(given: Administration, element_ids: ElementIds) -> Entry:
    name = words.dose(therapy_name(given.concept), given)
    return Entry(of_event(given.when), Mark("dose", first_target(given.facts, element_ids), name))


def _sample(biopsy: Biopsy, element_ids: ElementIds) -> Entry:
    mark = Mark(
        "biopsy",
        first_target(biopsy.facts, element_ids),
        words.sample(organ(biopsy.organ), biopsy),
        sign="superseded" if biopsy.superseded else None,
        label=words.classes(biopsy) + (", superseded" if biopsy.superseded else ""),
    )
    return Entry(of_event(biopsy.when), mark)
