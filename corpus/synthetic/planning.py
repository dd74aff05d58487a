"""Which notes a chart holds, on what days, about what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random

from corpus.synthetic.banks import Bank, Role
from corpus.synthetic.course import Biopsy, Course, Episode, facts_of_life
from corpus.synthetic.telling import Assignment

_SCANNED, _LOCAL = 0.3, 0.8
"""How often a note is a scan, where there are scans, or else in a form of its own country."""


def plan(course: Course, bank: Bank, dice: Random) -> list[Assignment]:
    """The notes to write, oldest first."""
    notes = [_assignment(*wanted, course, bank, dice) for wanted in _wanted(course, dice)]
    return sorted(notes, key=lambda note: (note.day, note.skeleton.id))


_Wanted = tuple[Role, dt.date, "Biopsy | Episode | None", tuple[str, ...]]


def _wanted(course: Course, dice: Random) -> Iterator[_Wanted]:
    often = facts_of_life().data["notes"]
    said_earlier = tuple(topic for topic, _ in course.said_earlier)
    yield "visit", course.visit_day, None, ()
    for number, chance in enumerate(often["earlier"]):
        if dice.random() < chance or (said_earlier and number == 0):
            day = course.screening - dt.timedelta(days=dice.randint(70, 420) + 300 * number)
            yield "earlier", day, None, said_earlier if number == 0 else ()
    for biopsy in course.biopsies:
        if dice.random() < often["pathology"]:
            yield "pathology", biopsy.day + dt.timedelta(days=dice.randint(1, 5)), biopsy, ()
    if dice.random() < often["echo"]:
        yield "echo", course.echo_day, None, ()
    if dice.random() < often["lung"]:
        yield "lung", course.lung_day, None, ()
    if dice.random() < often["labs"]:
        yield "labs", course.panels[-1].day, None, ()
    if dice.random() < often["virology"]:
        yield "virology", course.serology_day, None, ()
    for episode in course.of_states("infusion"):
        if episode.start and dice.random() < often["infusion"]:
            yield "infusion", episode.start.day, episode, ()
    if dice.random() < often["lists"]:
        yield "lists", course.screening - dt.timedelta(days=dice.randint(5, 50)), None, ()
    if dice.random() < often["personal"]:
        yield "personal", course.screening - dt.timedelta(days=dice.randint(10, 60)), None, ()
    if dice.random() < often["phone"] and course.visit_day < course.screening:
        ahead = dice.randint(1, (course.screening - course.visit_day).days)
        yield "phone", course.visit_day + dt.timedelta(days=ahead), None, ()
    if course.leukapheresis and dice.random() < often["washout"]:
        yield "washout", course.leukapheresis - dt.timedelta(days=dice.randint(1, 6)), None, ()


def _assignment(
    role: Role,
    day: dt.date,
    subject: Biopsy | Episode | None,
    addenda: tuple[str, ...],
    course: Course,
    bank: Bank,
    dice: Random,
) -> Assignment:
    fitting = [one for one in bank.skeletons if one.role == role and one.suits(course.locale)]
    local = [one for one in fitting if one.locales]
    scanned = [one for one in fitting if one.ocr]
    if scanned and dice.random() < _SCANNED:
        fitting = scanned
    elif local and dice.random() < _LOCAL:
        fitting = local
    skeleton = dice.choice(fitting)
    return Assignment(skeleton, day, subject, addenda)
