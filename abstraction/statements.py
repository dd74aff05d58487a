"""What a fact says and when it was so, in the terms the expressions reason with.

A possible, conditional, planned or somebody else's fact never decides; it is shown aside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from abstraction.dates import Window
from abstraction.facts import FactBase, TherapyFact


class Stance(StrEnum):
    """How a fact stands to what it is about."""

    AFFIRMED = "affirmed"
    DENIED = "denied"
    POSSIBLE = "only possible"
    PLANNED = "planned or conditional on the future"
    DECLINED = "offered and declined"
    NOT_THE_PATIENT = "about another person"


def stance(fact: FactBase) -> Stance:
    """How the fact stands to its concept, by assertion, experiencer and treatment status."""
    if fact.experiencer != "patient" or fact.assertion == "other_person":
        return Stance.NOT_THE_PATIENT
    status = fact.status if isinstance(fact, TherapyFact) else None
    if fact.assertion == "hypothetical" or fact.temporality == "planned" or status == "planned":
        return Stance.PLANNED
    if fact.assertion in ("possible", "conditional"):
        return Stance.POSSIBLE
    if status == "declined":
        return Stance.DECLINED
    if fact.assertion == "absent" or status == "never_given":
        return Stance.DENIED
    return Stance.AFFIRMED


def when(fact: FactBase) -> Window:
    """The days on which the fact may have been so.

    A course of treatment runs from its start to its stop, or to the note.  A fact without any
    date was so at some time up to the note that tells it; a denial without one speaks of the
    note's own day.
    """
    return _when(fact, stance(fact))


def _when(fact: FactBase, position: Stance) -> Window:
    if fact.date is not None:
        return Window(fact.date.start, fact.date.end)
    if isinstance(fact, TherapyFact) and (fact.start or fact.stop):
        return Window(
            fact.start.start if fact.start else None,
            fact.stop.end if fact.stop else fact.note_date,
        )
    if position is Stance.DENIED:
        return Window(fact.note_date, fact.note_date)
    return Window(None, fact.note_date)


class Telling[F: FactBase](NamedTuple):
    """A fact of a chart: its place there, how it stands to what it is about, and when it was so.

    Tellings of one chart sort by their places.
    """

    place: int
    fact: F
    stance: Stance
    when: Window

    def is_later_than(self, day: dt.date | None) -> bool:
        """Whether it was certainly so only after the day."""
        start = self.when.start
        return day is not None and start is not None and start > day


def telling[F: FactBase](place: int, fact: F) -> Telling[F]:
    """The fact that stands at the place, with its stance and its days."""
    position = stance(fact)
    return Telling(place, fact, position, _when(fact, position))


def each_once[F: FactBase](facts: Iterable[F]) -> tuple[F, ...]:
    """The facts of a chart in their order, each once."""
    return tuple({id(fact): fact for fact in facts}.values())


def told(fact: FactBase) -> dt.date | None:
    """The day of the telling: the note's, else the last day the fact itself speaks of."""
    return fact.note_date or (fact.date.end if fact.date else None)


def dateless(fact: FactBase) -> bool:
    """Whether neither the fact nor its note bears any date."""
    return fact.date is None and fact.note_date is None
