"""The chart: one patient's facts over all notes, in one order, and what they come to together.

Pure.  A chart adds nothing to its facts: each episode, event, series and conflict is made of
facts, and points to them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from abstraction.facts import (
    BiopsyFact,
    DateFact,
    DemographicFact,
    DiagnosisFact,
    Fact,
    FactBase,
    Kind,
    MeasurementFact,
    StatusFact,
    TherapyFact,
)
from abstraction.merging.administrations import Administration, administrations_of, doses_of
from abstraction.merging.biopsies import Biopsy, biopsies_of
from abstraction.merging.conditions import Condition, conditions_of
from abstraction.merging.conflicts import Conflict, conflicts_of
from abstraction.merging.episodes import Episode, courses_of, episodes_of, joint_episodes_of
from abstraction.merging.series import Series, series_of
from abstraction.statements import Telling, telling, when

_Asked = tuple[str, tuple[int, ...]]
"""A therapy and, by their identity, the facts that are asked."""


class _Known:
    """What was worked out of the facts before, for every part of the chart that holds them."""

    def __init__(self) -> None:
        self._courses: dict[_Asked, tuple[Episode, ...]] = {}
        self._doses: dict[_Asked, tuple[Administration, ...]] = {}

    def __reduce__(self) -> tuple[type[_Known], tuple[()]]:
        """Nothing of it is copied: an identity means nothing in another process."""
        return _Known, ()

    def courses(self, concept: str, facts: Sequence[TherapyFact]) -> tuple[Episode, ...]:
        """The courses of one treatment that the facts tell of."""
        asked = (concept, tuple(map(id, facts)))
        known = self._courses.get(asked)
        if known is None:
            known = self._courses[asked] = courses_of(concept, facts)
        return known

    def doses(self, concept: str, facts: Sequence[TherapyFact]) -> tuple[Administration, ...]:
        """The single administrations of one therapy that the facts tell of."""
        asked = (concept, tuple(map(id, facts)))
        known = self._doses.get(asked)
        if known is None:
            known = self._doses[asked] = doses_of(concept, facts)
        return known


@dataclass(frozen=True)
class Chart:
    """The facts of one patient, sorted by note and place, identical facts folded into one.

    Build it with ``chart_of`` or ``charts``, which sort and fold.
    """

    patient_id: str
    facts: tuple[Fact, ...] = ()
    _known: _Known = field(default_factory=_Known, repr=False, compare=False)

    def of(self, kind: Kind, concepts: Iterable[str]) -> tuple[Fact, ...]:
        """The facts of this kind about any of the concepts, in chart order."""
        return tuple([one.fact for one in self._told_of(_TYPES[kind], tuple(concepts))])

    def tellings[F: FactBase](
        self, kind: type[F], concepts: tuple[str, ...]
    ) -> tuple[Telling[F], ...]:
        """The facts of this type about any of the concepts, with their stance and their days."""
        return cast("tuple[Telling[F], ...]", self._told_of(kind, concepts))

    def _told_of(self, kind: type[FactBase], concepts: tuple[str, ...]) -> tuple[Telling[Any], ...]:
        asked = (kind, concepts)
        found = self._found.get(asked)
        if found is None:
            places = self._places.get(kind, {})
            spoken = [concept for concept in concepts if concept in places]
            if len(concepts) == 1:
                told = [
                    telling(place, self.facts[place]) for one in spoken for place in places[one]
                ]
            else:
                told = [telling for one in spoken for telling in self._told_of(kind, (one,))]
            found = self._found[asked] = tuple(sorted(told) if len(spoken) > 1 else told)
        return found

    def courses_in(self, tellings: Iterable[Telling[TherapyFact]]) -> tuple[Episode, ...]:
        """The courses that these of its facts tell of, as if they were all the chart has."""
        return episodes_of(tellings, self._known.courses)

    def doses_in(self, tellings: Iterable[Telling[TherapyFact]]) -> tuple[Administration, ...]:
        """The single administrations that these of its facts tell of."""
        return administrations_of(tellings, self._known.doses)

    def only(self, facts: Iterable[Fact]) -> Chart:
        """The chart of these of its facts alone, in their order."""
        return Chart(self.patient_id, tuple(facts), self._known)

    def concepts(self, kind: Kind) -> tuple[str, ...]:
        """The concepts of this kind that the chart speaks of, sorted."""
        return tuple(sorted(self._places.get(_TYPES[kind], ())))

    @cached_property
    def last_note_date(self) -> dt.date | None:
        """The day of the newest dated note that a fact stands in; None when no note is dated."""
        return max((fact.note_date for fact in self.facts if fact.note_date), default=None)

    def last_date(self, kind: Kind, concepts: Iterable[str]) -> dt.date | None:
        """The last day on which a dated fact about the concepts may have been so."""
        return max((fact.date.end for fact in self.of(kind, concepts) if fact.date), default=None)

    @cached_property
    def episodes(self) -> tuple[Episode, ...]:
        """The courses of every therapy, by concept and days."""
        return self.courses_in(self._therapies)

    @cached_property
    def joint_episodes(self) -> tuple[Episode, ...]:
        """The same, the courses of drugs that are named for each other brought together."""
        return joint_episodes_of(self._therapies, self._known.courses)

    @cached_property
    def administrations(self) -> tuple[Administration, ...]:
        """Single infusions, vaccinations and procedures, by concept and days."""
        return self.doses_in(self._therapies)

    @cached_property
    def biopsies(self) -> tuple[Biopsy, ...]:
        """The kidney biopsies in the order of their days."""
        return biopsies_of(self._of_type(BiopsyFact))

    @cached_property
    def series(self) -> tuple[Series, ...]:
        """The results of every analyte in the order of their days."""
        return series_of(self._of_type(MeasurementFact))

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """The diagnoses that the notes speak of."""
        return conditions_of(self._of_type(DiagnosisFact))

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Where the notes disagree, with both sides."""
        return conflicts_of(self.facts, self.episodes, self.biopsies)

    def up_to(self, day: dt.date) -> Chart:
        """The chart without the facts that were certainly so only after the day."""
        later = set(map(id, self.later_than(day)))
        return self.only(one for one in self.facts if id(one) not in later)

    def later_than(self, day: dt.date) -> tuple[Fact, ...]:
        """The facts that were certainly so only after the day, in chart order."""
        return tuple(
            fact for fact in self.facts if (start := when(fact).start) is not None and start > day
        )

    @cached_property
    def _therapies(self) -> tuple[Telling[TherapyFact], ...]:
        return self._told_of(TherapyFact, tuple(self._places.get(TherapyFact, ())))

    def _of_type[F: FactBase](self, kind: type[F]) -> tuple[F, ...]:
        return tuple(fact for fact in self.facts if isinstance(fact, kind))

    @cached_property
    def _found(self) -> dict[tuple[type[FactBase], tuple[str, ...]], tuple[Telling[Any], ...]]:
        """What was asked for before: expressions of a protocol ask for the same concepts."""
        return {}

    @cached_property
    def _places(self) -> dict[type[FactBase], dict[str, list[int]]]:
        """Where the facts of each type stand, by concept."""
        places: dict[type[FactBase], dict[str, list[int]]] = {}
        for place, fact in enumerate(self.facts):
            of_type = places.setdefault(type(fact), {})
            of_type.setdefault(fact.concept, []).append(place)
        return places


_TYPES: Mapping[Kind, type[FactBase]] = {
    "diagnosis": DiagnosisFact,
    "biopsy": BiopsyFact,
    "therapy": TherapyFact,
    "measurement": MeasurementFact,
    "demographic": DemographicFact,
    "status": StatusFact,
    "date": DateFact,
}


def chart_of(patient_id: str, facts: Iterable[Fact]) -> Chart:
    """The chart of one patient.

    Raises ``ValueError`` when a fact belongs to somebody else.
    """
    own = tuple(facts)
    if any(fact.patient_id != patient_id for fact in own):
        raise ValueError(f"the chart of {patient_id} was given a fact of another patient")
    told_once = {fact.model_dump_json(): fact for fact in own}
    ordered = sorted(told_once.items(), key=lambda item: (item[1].order(), item[0]))
    return Chart(patient_id, tuple(fact for _, fact in ordered))


def charts(facts: Iterable[Fact], patient_ids: Iterable[str] = ()) -> tuple[Chart, ...]:
    """A chart for each patient of the facts and of ``patient_ids``, sorted by patient id.

    ``patient_ids`` names patients who must have a chart even where no fact was found.
    """
    by_patient: dict[str, list[Fact]] = {patient_id: [] for patient_id in patient_ids}
    for fact in facts:
        by_patient.setdefault(fact.patient_id, []).append(fact)
    return tuple(chart_of(patient_id, by_patient[patient_id]) for patient_id in sorted(by_patient))
