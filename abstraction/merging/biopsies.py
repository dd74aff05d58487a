"""Biopsies in order: each told in one note or many, and which a newer one has superseded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from abstraction.dates import Window
from abstraction.facts import BiopsyClass, BiopsyFact
from abstraction.merging.events import Event, events
from abstraction.merging.windows import certainly_before, up_to, window_of
from abstraction.statements import Stance, stance, told

Classes = tuple[BiopsyClass, ...]


@dataclass(frozen=True, slots=True)
class Biopsy:
    """One biopsy: ``readings`` holds each set of classes that a note gives it, sorted.

    More than one reading is a disagreement, or a choice that the text leaves.  ``superseded``
    tells that a biopsy of the same organ was certainly taken later.
    """

    organ: Literal["native_kidney", "allograft_kidney"]
    when: Window
    possible: Window
    readings: tuple[Classes, ...]
    facts: tuple[BiopsyFact, ...]
    superseded: bool = False


def biopsies_of(facts: Iterable[BiopsyFact]) -> tuple[Biopsy, ...]:
    """The biopsies of each organ in the order of their days."""
    by_organ: defaultdict[str, list[BiopsyFact]] = defaultdict(list)
    for fact in facts:
        if stance(fact) is Stance.AFFIRMED:
            by_organ[fact.organ].append(fact)
    return tuple(biopsy for organ in sorted(by_organ) for biopsy in _of_one_organ(by_organ[organ]))


def readings_by_note(biopsy: Biopsy) -> tuple[tuple[Classes, tuple[BiopsyFact, ...]], ...]:
    """What each note says of the biopsy's class, with the facts that say it; mute notes left out.

    The phrases of one note are one combined class; a class inferred from a pattern's name is none.
    """
    of_note: defaultdict[str, list[BiopsyFact]] = defaultdict(list)
    for fact in biopsy.facts:
        if fact.class_basis != "inferred" and (fact.classes or fact.readings):
            of_note[fact.note_id].append(fact)
    told: defaultdict[Classes, list[BiopsyFact]] = defaultdict(list)
    for note_id in sorted(of_note):
        for reading in _readings(of_note[note_id]):
            told[reading].extend(of_note[note_id])
    return tuple((reading, tuple(told[reading])) for reading in sorted(told))


def _of_one_organ(facts: list[BiopsyFact]) -> list[Biopsy]:
    """The dated biopsies with what is told of them elsewhere, and those that nobody dates."""
    dated = events((window, fact) for fact in facts if (window := _own_day(fact)))
    retold: defaultdict[Window, list[BiopsyFact]] = defaultdict(list)
    alone: defaultdict[Classes, list[BiopsyFact]] = defaultdict(list)
    for fact in facts:
        if _own_day(fact) is None:
            meant = _meant_by(fact, dated)
            for event in meant:
                retold[event.when].append(fact)
            if not meant:
                alone[fact.classes].append(fact)
    biopsies = [
        _biopsy(event.when, event.possible, event.facts, retold[event.when]) for event in dated
    ]
    for undated in alone.values():
        by = up_to(min((day for fact in undated if (day := told(fact))), default=None))
        biopsies.append(_biopsy(by, by, (), undated))
    return [
        replace(one, superseded=any(certainly_before(one.possible, o.when) for o in biopsies))
        for one in sorted(biopsies, key=lambda one: (str(one.when), one.readings))
    ]


def _meant_by(
    fact: BiopsyFact, dated: tuple[Event[BiopsyFact], ...]
) -> tuple[Event[BiopsyFact], ...]:
    """The dated biopsies that a phrase without a day may speak of.

    The one that its own note dates, where the note gives no class beside that day; else those of
    the same classes that were done by then.
    """
    own = [event for event in dated if any(one.note_id == fact.note_id for one in event.facts)]
    if len(own) == 1 and not any(
        one.classes or one.readings for one in own[0].facts if one.note_id == fact.note_id
    ):
        return (own[0],)
    same = (
        event
        for event in dated
        if not fact.classes or any(one.classes == fact.classes for one in event.facts)
    )
    return tuple(event for event in same if _was_done_by(event, fact))


def _was_done_by(event: Event[BiopsyFact], fact: BiopsyFact) -> bool:
    day = told(fact)
    return day is None or event.when.start is None or event.when.start <= day


def _own_day(fact: BiopsyFact) -> Window | None:
    """The biopsy's own day; None where only the note's is known, by which it was done."""
    return window_of(fact.date) if fact.date and fact.date.basis != "note" else None


def _biopsy(
    when: Window, possible: Window, facts: Iterable[BiopsyFact], retold: Iterable[BiopsyFact]
) -> Biopsy:
    ordered = sorted((*facts, *retold), key=lambda fact: (fact.order(), fact.fact_id))
    biopsy = Biopsy(ordered[0].organ, when, possible, (), tuple(ordered))
    return replace(biopsy, readings=tuple(reading for reading, _ in readings_by_note(biopsy)))


def _readings(facts: list[BiopsyFact]) -> tuple[Classes, ...]:
    """The sets of classes that the phrases of one note leave possible."""
    choices = [fact for fact in facts if fact.readings]
    if choices:
        return tuple(sorted({reading for fact in choices for reading in fact.readings}))
    order = ("I", "II", "III", "IV", "V", "VI")
    named = {one for fact in facts for one in fact.classes}
    return (tuple(one for one in order if one in named),)
