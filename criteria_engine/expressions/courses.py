"""What one statement on a treatment tells of the days on which doses were given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from abstraction.dates import Window
from abstraction.facts import Route, TherapyFact
from abstraction.statements import Stance, stance, told
from criteria_engine import logic
from criteria_engine.intervals import within
from criteria_engine.logic import Truth
from criteria_engine.quantities import number_text, quantity_text
from criteria_engine.wording import label, sentence


@dataclass(frozen=True, slots=True)
class Course:
    """One statement on a drug, as days of doses.

    ``ended`` says that the drug was stopped, held or is past; ``bygone`` is a dose on a day of its
    own, which tells of no other.
    """

    fact: TherapyFact
    affirmed: bool
    denied: bool
    ended: bool
    bygone: bool
    current: bool
    doses: tuple[Window, ...]
    why: str = ""

    def given_in(self, window: Window) -> Truth:
        """Whether a dose was given inside the window; false also when nothing says so."""
        if not self.affirmed:
            return Truth.FALSE
        return logic.any_of(within(dose, window) for dose in self.doses)

    def clears(self, window: Window) -> bool:
        """Whether a note of the window or later says that it was stopped or not given."""
        day = told(self.fact)
        if day is None or window.start is None or day < window.start:
            return False
        if self.denied:
            return True
        over = self.affirmed and (self.ended or self.bygone)
        return over and self.given_in(window) is Truth.FALSE

    def may_reach(self, window: Window, courses: list[Course], wider: Sequence[str] = ()) -> bool:
        """Whether a dose inside the window remains possible in spite of later statements, also on
        ``wider`` treatments."""
        if self.why == Stance.PLANNED.value:
            return self.given_in_plan(window)
        if not self.affirmed:
            return self.why == Stance.POSSIBLE.value and not ended_since(self, courses, wider)
        if self.given_in(window) is Truth.UNKNOWN:
            return not ended_since(self, courses, wider)
        return self.current and not ended_since(self, courses, wider)

    def given_in_plan(self, window: Window) -> bool:
        """Whether a dose is planned for days that touch the window; a plan without a day is not."""
        day = self.fact.start or self.fact.date
        if day is None or day.basis == "note":
            return False
        return within(Window(day.start, day.end), window) is not Truth.FALSE

    def told_after(self, dose: Course) -> bool:
        """Whether this was told on or after the last day the other speaks of."""
        day, last = told(self.fact), dose.last_possible
        return day is not None and last is not None and day >= last

    def stands_against(self, truth: Truth) -> bool:
        """Whether it speaks against a dose in the window."""
        return self.denied or truth is Truth.FALSE

    @property
    def last_possible(self) -> dt.date | None:
        """The last day on which a dose of this statement may have been given."""
        return max((dose.end for dose in self.doses if dose.end), default=None)

    def text(self, day: dt.date | None, anchor: str) -> str:
        """The statement in words, with its distance to the anchor."""
        name = sentence(label(self.fact))
        dose = self.fact.dose
        if dose is not None:
            name += f" {quantity_text(number_text(dose.number), dose.unit)}"
        if self.denied:
            return f"{name} not given according to a note of {told(self.fact) or 'unknown date'}"
        if self.why:
            return f"{name} {self.why}"
        last = self.last_possible
        if last is None and self.ended:
            return f"{name} past according to a note of {told(self.fact) or 'unknown date'}"
        if last is None:
            return f"{name} at an unknown time"
        first = self.doses[-1].start
        when = f"on {last}" if first == last else f"up to {last}"
        if self.current:
            when = f"taken as of {last}"
        if day is None or last > day:
            return f"{name} {when}"
        days = (day - last).days
        return f"{name} {when}, {days} {'day' if days == 1 else 'days'} before {anchor}"


def latest_first(courses: Sequence[Course]) -> list[Course]:
    """Of each drug what was told last, the latest drug first; then the earlier statements.

    What a reader asks first is how each drug stands now.
    """
    ordered = sorted(courses, key=_telling_days, reverse=True)
    newest = {one.fact.concept: one for one in reversed(ordered)}
    return [
        *(one for one in ordered if newest[one.fact.concept] is one),
        *(one for one in ordered if newest[one.fact.concept] is not one),
    ]


def _telling_days(one: Course) -> tuple[dt.date, dt.date]:
    return told(one.fact) or dt.date.min, one.last_possible or dt.date.min


def course(fact: TherapyFact, *, taken_daily: bool, not_by_route: tuple[Route, ...]) -> Course:
    """The fact as days of doses.

    ``taken_daily`` makes a current medication list a dose on its day; a fact of a route in
    ``not_by_route`` gives no dose.
    """
    position = stance(fact)
    local = fact.route in not_by_route
    affirmed = position is Stance.AFFIRMED and not local
    taken = fact.status == "active" or (fact.status is None and fact.frequency is not None)
    current = affirmed and taken and fact.temporality == "current" and fact.stop is None
    daily = taken_daily or fact.route == "oral" or (fact.frequency or 0) >= 1
    ended = fact.status in ("stopped", "held") or fact.stop is not None
    ended = ended or fact.temporality == "past"
    return Course(
        fact=fact,
        affirmed=affirmed,
        denied=position is Stance.DENIED,
        ended=ended and not current,
        bygone=not current and fact.date is not None,
        current=current,
        doses=_doses(fact, current=current, daily=daily),
        why="not systemic" if local else "" if affirmed else position.value,
    )


def _doses(fact: TherapyFact, *, current: bool, daily: bool) -> tuple[Window, ...]:
    """The days of doses that the fact speaks of, the last one last."""
    start = Window(fact.start.start, fact.start.end) if fact.start else None
    if fact.stop is not None:
        last = Window(fact.stop.start, fact.stop.end)
    elif current:
        as_of = told(fact)
        # Who is on a drug that is not taken daily had the last dose at some time up to the note.
        last = Window(as_of if daily else None, as_of)
    elif fact.status in ("stopped", "held"):
        # Stopped by the note's day; that note is what the window asks for.
        last = None
    elif fact.date is not None:
        by_then = fact.date.basis == "note" and fact.temporality == "past"
        last = None if by_then else Window(fact.date.start, fact.date.end)
    elif fact.temporality == "past":
        last = None
    else:
        last = Window(None, fact.note_date)
    return tuple(dose for dose in (start, last) if dose is not None)


def ended_since(one: Course, courses: list[Course], wider: Sequence[str] = ()) -> bool:
    """Whether a later note says that the same drug ended or was not given.

    Of ``wider`` treatments, which the drug is one of, a hold or an end of a day since then counts
    ("all immunosuppression held since Monday"); what else is said of them may be of others.
    """
    day = told(one.fact)
    return any(
        _ends(other, one, wider)
        and day is not None
        and (later := told(other.fact)) is not None
        and later > day
        for other in courses
    )


def _ends(other: Course, one: Course, wider: Sequence[str]) -> bool:
    if other.fact.concept == one.fact.concept:
        return other.ended or other.denied
    if other.fact.concept not in wider or not (other.affirmed and other.ended):
        return False
    day, stop = told(one.fact), other.fact.stop
    since = stop is not None and day is not None and stop.end >= day
    return since or (stop is None and other.fact.status == "held")
