"""The chart: one patient's facts over all notes, in one order, and what they come to together.

Pure.  A chart adds nothing to its facts: each episode, event, series and conflict is made of
facts, and points to them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from abstraction.facts import (
    BiopsyFact,
    DiagnosisFact,
    Fact,
    FactBase,
    Kind,
    MeasurementFact,
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
        self._tellings: dict[int, Telling[FactBase]] = {}
        self._courses: dict[_Asked, tuple[Episode, ...]] = {}
        self._doses: dict[_Asked, tuple[Administration, ...]] = {}

    def __reduce__(self) -> tuple[type[_Known], tuple[()]]:
        """Nothing of it is copied: an identity means nothing in another process."""
        return _Known, ()

    def telling[F: FactBase](self, fact: F) -> Telling[F]:
        """The fact with its stance and its days."""
        known = self._tellings.get(id(fact))
        if known is None:
            known = self._tellings[id(fact)] = telling(fact)
        return cast("Telling[F]", known)

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
        asked = (kind, tuple(concepts))
        found = self._found.get(asked)
        if found is None:
            places = self._places
            wanted = sorted(
                place
                for one in set(asked[1])
                if (kind, one) in places
                for place in places[kind, one]
            )
            found = self._found[asked] = tuple([self.facts[place] for place in wanted])
        return found

    def tellings[F: FactBase](
        self, kind: type[F], concepts: tuple[str, ...]
    ) -> tuple[Telling[F], ...]:
        """The facts of this type about any of the concepts, with their stance and their days."""
        asked = (kind, concepts)
        found = self._told.get(asked)
        if found is None:
            facts = self.of(kind.model_fields["kind"].default, concepts)
            told = [self._known.telling(fact) for fact in facts if isinstance(fact, kind)]
            found = self._told[asked] = tuple(told)
        return found

    def only(self, facts: Iterable[Fact]) -> Chart:
        """The chart of these of its facts alone, in their order."""
        return Chart(self.patient_id, tuple(facts), self._known)

    def concepts(self, kind: Kind) -> tuple[str, ...]:
        """The concepts of this kind that the chart speaks of, sorted."""
        return tuple(sorted(concept for known, concept in self._places if known == kind))

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
        return episodes_of(self._therapies, self._known.courses)

    @cached_property
    def joint_episodes(self) -> tuple[Episode, ...]:
        """The same, the courses of drugs that are named for each other brought together."""
        return joint_episodes_of(self._therapies, self._known.courses)

    @cached_property
    def administrations(self) -> tuple[Administration, ...]:
        """Single infusions, vaccinations and procedures, by concept and days."""
        return administrations_of(self._therapies, self._known.doses)

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
        return tuple([self._known.telling(fact) for fact in self._of_type(TherapyFact)])

    def _of_type[F: FactBase](self, kind: type[F]) -> tuple[F, ...]:
        return tuple(fact for fact in self.facts if isinstance(fact, kind))

    @cached_property
    def _found(self) -> dict[tuple[Kind, tuple[str, ...]], tuple[Fact, ...]]:
        """What was asked for before: expressions of a protocol ask for the same concepts."""
        return {}

    @cached_property
    def _told(self) -> dict[tuple[type[FactBase], tuple[str, ...]], tuple[Telling[Any], ...]]:
        """The same of what was asked for by type."""
        return {}

    @cached_property
    def _places(self) -> dict[tuple[Kind, str], list[int]]:
        places: dict[tuple[Kind, str], list[int]] = defaultdict(list)
        for place, fact in enumerate(self.facts):
            places[fact.kind, fact.concept].append(place)
        return dict(places)


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
