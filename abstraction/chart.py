"""The chart: one patient's facts over all notes, in one order, and what they come to together.

Pure.  A chart adds nothing to its facts: each episode, event, series and conflict is made of
facts, and points to them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from abstraction.facts import (
    BiopsyFact,
    DiagnosisFact,
    Fact,
    FactBase,
    Kind,
    MeasurementFact,
    TherapyFact,
)
from abstraction.merging.administrations import Administration, administrations_of
from abstraction.merging.biopsies import Biopsy, biopsies_of
from abstraction.merging.conditions import Condition, conditions_of
from abstraction.merging.conflicts import Conflict, conflicts_of
from abstraction.merging.episodes import Episode, episodes_of, joint_episodes_of
from abstraction.merging.series import Series, series_of
from abstraction.statements import when


@dataclass(frozen=True)
class Chart:
    """The facts of one patient, sorted by note and place, identical facts folded into one.

    Build it with ``chart_of`` or ``charts``, which sort and fold.
    """

    patient_id: str
    facts: tuple[Fact, ...] = ()

    def of(self, kind: Kind, concepts: Iterable[str]) -> tuple[Fact, ...]:
        """The facts of this kind about any of the concepts, in chart order."""
        asked = (kind, tuple(concepts))
        if asked not in self._found:
            wanted = set(asked[1])
            places = [place for one in wanted for place in self._places.get((kind, one), ())]
            self._found[asked] = tuple(self.facts[place] for place in sorted(places))
        return self._found[asked]

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
        return episodes_of(self._of_type(TherapyFact))

    @cached_property
    def joint_episodes(self) -> tuple[Episode, ...]:
        """The same, the courses of drugs that are named for each other brought together."""
        return joint_episodes_of(self._of_type(TherapyFact))

    @cached_property
    def administrations(self) -> tuple[Administration, ...]:
        """Single infusions, vaccinations and procedures, by concept and days."""
        return administrations_of(self._of_type(TherapyFact))

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
        return Chart(self.patient_id, tuple(one for one in self.facts if id(one) not in later))

    def later_than(self, day: dt.date) -> tuple[Fact, ...]:
        """The facts that were certainly so only after the day, in chart order."""
        return tuple(
            fact for fact in self.facts if (start := when(fact).start) is not None and start > day
        )

    def _of_type[F: FactBase](self, kind: type[F]) -> tuple[F, ...]:
        return tuple(fact for fact in self.facts if isinstance(fact, kind))

    @cached_property
    def _found(self) -> dict[tuple[Kind, tuple[str, ...]], tuple[Fact, ...]]:
        """What was asked for before: expressions of a protocol ask for the same concepts."""
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
