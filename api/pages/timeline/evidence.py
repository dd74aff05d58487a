"""From the records of a chart to the elements of the page that their facts are highlighted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from abstraction.facts import Fact
from abstraction.merging.conflicts import Conflict
from api.pages.fact_details import words
from api.pages.timeline import words as in_words
from criteria_engine.vocabulary import vocabulary

ElementIds = Mapping[str, str]
"""The id of the element that highlights a fact, by the fact's id."""
_MOST_LINKS = 12


@dataclass(frozen=True, slots=True)
class Evidence:
    """A link to a fact's highlight."""

    target: str
    text: str


@dataclass(frozen=True, slots=True)
class EvidenceList:
    """Links to the first facts of a record; ``more`` of them are not linked, to keep it short."""

    links: tuple[Evidence, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A conflict of the notes: what it is about, and each side with its evidence."""

    concept: str
    about: str
    name: str
    sides: tuple[tuple[Evidence, ...], ...]

    @property
    def target(self) -> str:
        """The first fact of the first side."""
        return self.sides[0][0].target


def evidence(facts: Sequence[Fact], element_ids: ElementIds) -> EvidenceList:
    """A link to each fact, named by its words and its note's day."""
    shown = facts[:_MOST_LINKS]
    links = tuple(Evidence(element_ids[one.fact_id], in_words.quoted(one)) for one in shown)
    return EvidenceList(links, len(facts) - len(shown))


def first_target(facts: Sequence[Fact], element_ids: ElementIds) -> str:
    """The highlight of the first of the facts."""
    return element_ids[facts[0].fact_id]


def disagreement(conflict: Conflict, element_ids: ElementIds) -> Disagreement:
    """The sides of a conflict, each with its facts."""
    concept = vocabulary().label(conflict.kind, conflict.concept)
    about = in_words.conflict_about(conflict)
    return Disagreement(
        concept=concept,
        about=about,
        name=f"Conflict on {concept}: {about}. {in_words.sides(conflict)}",
        sides=tuple(
            tuple(Evidence(element_ids[fact.fact_id], in_words.quoted(fact)) for fact in side)
            for side in conflict.sides
        ),
    )


def organ(name: str) -> str:
    """The row of a biopsy: its organ."""
    return f"{words(name)} biopsy"
