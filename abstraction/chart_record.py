"""A chart as a record: what the facts come to, each part by the ids of the facts it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from abstraction.chart import Chart
from abstraction.dates import Days, Window
from abstraction.facts import BiopsyClass, Fact, Kind, Response, StopReason, Value
from abstraction.merging.conflicts import ConflictKind
from abstraction.notes import Frozen

FactIds = tuple[str, ...]


class OpenDays(Frozen):
    """Days from ``start`` to ``end``, both within; null is an end that no note tells."""

    start: dt.date | None
    end: dt.date | None


class EpisodeRecord(Frozen):
    """One course of a therapy: when it may have begun and ended, and the days that are certain."""

    concept: str
    start: OpenDays
    stop: OpenDays
    certain: Days | None = Field(
        description="The certain days where they are one stretch; null where none is, or several."
    )
    certain_days: tuple[Days, ...] = Field(
        description="All certain days; of infusions only those that single notes tell of."
    )
    told: tuple[Days, ...] = Field(description="The certain days that single notes tell of.")
    ended: bool
    resumed: bool = Field(description="Taken after an end, and no note tells of a new beginning.")
    disputed: bool = Field(description="A later note has the drug ended before these days.")
    stop_reasons: tuple[StopReason, ...]
    responses: tuple[Response, ...]
    plans: FactIds = Field(
        description="Plans told when it may have begun, where no note tells its beginning."
    )
    facts: FactIds


class AdministrationRecord(Frozen):
    """One dose or procedure; ``possible`` spans every telling of it."""

    concept: str
    when: OpenDays
    possible: OpenDays
    facts: FactIds


class BiopsyRecord(Frozen):
    """One biopsy and each set of classes that a note gives it."""

    organ: Literal["native_kidney", "allograft_kidney"]
    when: OpenDays
    readings: tuple[tuple[BiopsyClass, ...], ...]
    superseded: bool
    facts: FactIds


class PointRecord(Frozen):
    """One result of a series."""

    when: OpenDays
    value: Value
    facts: FactIds


class SeriesRecord(Frozen):
    """The results of one analyte in the order of their days."""

    concept: str
    points: tuple[PointRecord, ...]


class ConditionRecord(Frozen):
    """A diagnosis by what is said of it."""

    concept: str
    onset: OpenDays | None
    occurrences: tuple[OpenDays, ...]
    affirmed: FactIds
    denied: FactIds
    possible: FactIds


class ConflictRecord(Frozen):
    """A disagreement: the facts of each side."""

    about: ConflictKind
    kind: Kind
    concept: str
    sides: tuple[FactIds, ...]


class ChartRecord(Frozen):
    """One patient's facts brought together, as far as they were so up to ``as_of``.

    ``later`` are the facts that were certainly so only after it.
    """

    patient_id: str
    as_of: dt.date
    episodes: tuple[EpisodeRecord, ...]
    administrations: tuple[AdministrationRecord, ...]
    biopsies: tuple[BiopsyRecord, ...]
    series: tuple[SeriesRecord, ...]
    conditions: tuple[ConditionRecord, ...]
    conflicts: tuple[ConflictRecord, ...]
    later: FactIds


def chart_record(chart: Chart, as_of: dt.date) -> ChartRecord:
    """The chart as it was known of the days up to ``as_of``."""
    known = chart.up_to(as_of)
    return ChartRecord(
        patient_id=chart.patient_id,
        as_of=as_of,
        episodes=tuple(
            EpisodeRecord(
                concept=one.concept,
                start=_days(one.start),
                stop=_days(one.stop),
                certain=one.certain,
                certain_days=one.certain_days,
                told=one.told,
                ended=one.is_ended,
                resumed=one.is_resumed,
                disputed=one.is_disputed,
                stop_reasons=one.stop_reasons,
                responses=one.responses,
                plans=_ids(one.plans),
                facts=_ids(one.facts),
            )
            for one in known.episodes
        ),
        administrations=tuple(
            AdministrationRecord(
                concept=one.concept,
                when=_days(one.when),
                possible=_days(one.possible),
                facts=_ids(one.facts),
            )
            for one in known.administrations
        ),
        biopsies=tuple(
            BiopsyRecord(
                organ=one.organ,
                when=_days(one.when),
                readings=one.readings,
                superseded=one.superseded,
                facts=_ids(one.facts),
            )
            for one in known.biopsies
        ),
        series=tuple(
            SeriesRecord(
                concept=one.concept,
                points=tuple(
                    PointRecord(when=_days(point.when), value=point.value, facts=_ids(point.facts))
                    for point in one.points
                ),
            )
            for one in known.series
        ),
        conditions=tuple(
            ConditionRecord(
                concept=one.concept,
                onset=_days(one.onset) if one.onset else None,
                occurrences=tuple(_days(event.when) for event in one.occurrences),
                affirmed=_ids(one.affirmed),
                denied=_ids(one.denied),
                possible=_ids(one.possible),
            )
            for one in known.conditions
        ),
        conflicts=tuple(
            ConflictRecord(
                about=one.about,
                kind=one.kind,
                concept=one.concept,
                sides=tuple(_ids(side) for side in one.sides),
            )
            for one in known.conflicts
        ),
        later=_ids(chart.later_than(as_of)),
    )


def _days(window: Window) -> OpenDays:
    return OpenDays(start=window.start, end=window.end)


def _ids(facts: Iterable[Fact]) -> FactIds:
    return tuple(fact.fact_id for fact in facts)
