"""Diagnoses over all notes: what is said of each, and when it began or happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from abstraction.dates import Window
from abstraction.facts import DiagnosisFact
from abstraction.merging.events import Event, events
from abstraction.merging.windows import agreed, window_of
from abstraction.statements import Stance, stance


@dataclass(frozen=True, slots=True)
class Condition:
    """One diagnosis of the patient: the facts of each side, its onset and its dated occurrences.

    ``onset`` is what the tellings of it leave possible, None where no note tells it.
    """

    concept: str
    affirmed: tuple[DiagnosisFact, ...]
    denied: tuple[DiagnosisFact, ...]
    possible: tuple[DiagnosisFact, ...]
    onset: Window | None
    occurrences: tuple[Event[DiagnosisFact], ...]

    @property
    def facts(self) -> tuple[DiagnosisFact, ...]:
        """Every fact that speaks of it."""
        return (*self.affirmed, *self.denied, *self.possible)


def conditions_of(facts: Iterable[DiagnosisFact]) -> tuple[Condition, ...]:
    """The diagnoses that the notes affirm, deny or leave possible, by concept."""
    by_concept: defaultdict[str, defaultdict[Stance, list[DiagnosisFact]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for fact in sorted(facts, key=lambda fact: (fact.order(), fact.fact_id)):
        position = stance(fact)
        if position in (Stance.AFFIRMED, Stance.DENIED, Stance.POSSIBLE):
            by_concept[fact.concept][position].append(fact)
    return tuple(_condition(concept, by_concept[concept]) for concept in sorted(by_concept))


def _condition(concept: str, told_of: dict[Stance, list[DiagnosisFact]]) -> Condition:
    affirmed = told_of.get(Stance.AFFIRMED, [])
    onsets = [window_of(fact.onset) for fact in affirmed if fact.onset]
    return Condition(
        concept=concept,
        affirmed=tuple(affirmed),
        denied=tuple(told_of.get(Stance.DENIED, [])),
        possible=tuple(told_of.get(Stance.POSSIBLE, [])),
        onset=agreed(onsets) if onsets else None,
        occurrences=events(
            (window_of(fact.date), fact)
            for fact in affirmed
            if fact.date is not None and fact.date.basis != "note"
        ),
    )
