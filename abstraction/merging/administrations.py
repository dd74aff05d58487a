"""Single administrations: infusions, vaccinations, transplants, each told once or many times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from abstraction.dates import Window
from abstraction.facts import TherapyFact
from abstraction.merging.events import events
from abstraction.merging.exposures import is_administration
from abstraction.merging.windows import up_to, window_of
from abstraction.statements import Stance, stance, told


@dataclass(frozen=True, slots=True)
class Administration:
    """One dose, or one procedure, on a day of ``when``; ``possible`` spans every telling of it."""

    concept: str
    when: Window
    possible: Window
    facts: tuple[TherapyFact, ...]


def administrations_of(facts: Iterable[TherapyFact]) -> tuple[Administration, ...]:
    """The administrations of every therapy, by concept and then by days."""
    by_concept: defaultdict[str, list[tuple[Window, TherapyFact]]] = defaultdict(list)
    for fact in facts:
        if is_administration(fact) and stance(fact) is Stance.AFFIRMED:
            by_concept[fact.concept].append((_when(fact), fact))
    return tuple(
        Administration(concept, event.when, event.possible, event.facts)
        for concept in sorted(by_concept)
        for event in events(by_concept[concept])
    )


def _when(fact: TherapyFact) -> Window:
    """The day of the dose; some day up to the note where none is told of a past one."""
    if fact.date is None or (fact.date.basis == "note" and fact.temporality == "past"):
        return up_to(told(fact))
    return window_of(fact.date)
