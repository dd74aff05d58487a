"""Single administrations: infusions, vaccinations, transplants, each told once or many times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from abstraction.dates import Window
from abstraction.facts import TherapyFact
from abstraction.merging.events import events
from abstraction.merging.exposures import is_administration
from abstraction.merging.windows import up_to, window_of
from abstraction.statements import Stance, Telling, told


@dataclass(frozen=True, slots=True)
class Administration:
    """One dose, or one procedure, on a day of ``when``; ``possible`` spans every telling of it."""

    concept: str
    when: Window
    possible: Window
    facts: tuple[TherapyFact, ...]


Doses = Callable[[str, Sequence[TherapyFact]], tuple[Administration, ...]]


def administrations_of(
    tellings: Iterable[Telling[TherapyFact]], doses: Doses | None = None
) -> tuple[Administration, ...]:
    """The administrations of every therapy, by concept and then by days.

    ``doses`` makes those of one therapy: ``doses_of``, or one that remembers.
    """
    by_concept: defaultdict[str, list[TherapyFact]] = defaultdict(list)
    for one in tellings:
        if one.stance is Stance.AFFIRMED and is_administration(one.fact):
            by_concept[one.fact.concept].append(one.fact)
    of_one = doses or doses_of
    return tuple(
        dose for concept in sorted(by_concept) for dose in of_one(concept, by_concept[concept])
    )


def doses_of(concept: str, facts: Sequence[TherapyFact]) -> tuple[Administration, ...]:
    """The administrations of one therapy, from the facts that affirm one."""
    return tuple(
        Administration(concept, event.when, event.possible, event.facts)
        for event in events((_when(fact), fact) for fact in facts)
    )


def _when(fact: TherapyFact) -> Window:
    """The day of the dose; some day up to the note where none is told of a past one."""
    if fact.date is None or (fact.date.basis == "note" and fact.temporality == "past"):
        return up_to(told(fact))
    return window_of(fact.date)
