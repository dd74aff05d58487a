"""What one statement on a therapy tells of the days on it: begun, taken, ended.

Only what is affirmed of the patient counts as exposure.  Plans, refusals and other people's drugs
are none; a denial is kept apart, with the day up to which it speaks.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from abstraction.dates import DayCount, Window
from abstraction.facts import TherapyFact
from abstraction.merging.windows import earlier_by, later_by, one_day, up_to, window_of
from abstraction.statements import Stance, stance, told


@dataclass(frozen=True, slots=True)
class Exposure:
    """The days a fact tells of: when it began, a day on which it was taken, when it ended.

    Each is the window in which that day lies, None where the fact does not speak of it.  An end
    that is only known to have come by the day of the telling has an open start.
    ``is_switch`` tells that another preparation of the drug was taken up to the start, which so
    begins no course.
    """

    fact: TherapyFact
    start: Window | None = None
    use: Window | None = None
    stop: Window | None = None
    is_switch: bool = False

    @property
    def stop_is_dated(self) -> bool:
        """Whether the fact says when it ended, not only that it had."""
        return self.stop is not None and self.stop.start is not None

    @property
    def is_planned_end(self) -> bool:
        """Whether the end lies after the day on which the fact says that it is taken."""
        if self.use is None or self.use.end is None or self.stop is None or self.stop.end is None:
            return False
        return self.stop.end > self.use.end


def exposure(fact: TherapyFact) -> Exposure | None:
    """The days of a course that the fact tells of; None for what is no exposure of the patient.

    A single administration has its own day and no course, so it is none either.
    """
    if stance(fact) is not Stance.AFFIRMED or is_administration(fact):
        return None
    day = told(fact)
    start = window_of(fact.start) if fact.start else None
    stop = window_of(fact.stop) if fact.stop else None
    dated = fact.date is not None and fact.date.basis != "note"
    use = window_of(fact.date) if fact.date is not None and dated else None
    if fact.status == "active":
        use = use or Window(day, day)
    elif fact.status in ("stopped", "held"):
        if fact.status == "held" and stop is None:
            stop, use = use, None
        stop = stop or _after(start, fact.duration_days) or up_to(day)
    elif start is None and stop is None:
        use = use or up_to(day)
    if start is None and fact.stop is not None and fact.duration_days is not None:
        start = earlier_by(window_of(fact.stop), fact.duration_days)
    return Exposure(fact, start, use, stop)


def is_administration(fact: TherapyFact) -> bool:
    """Whether the fact tells of a dose on a day of its own, not of a course."""
    return fact.status is None and fact.start is None and fact.stop is None


def denied_up_to(fact: TherapyFact) -> dt.date | None:
    """The day up to which the fact says that it was never given; None where it does not.

    A denial of days of its own ("none in the last month") says nothing of the time before them.
    """
    ever = fact.date is None or fact.date.basis == "note"
    never = fact.status == "never_given" and stance(fact) is Stance.DENIED
    return told(fact) if never and ever else None


def not_on_it(fact: TherapyFact) -> Window | None:
    """Up to when a fact that only denies the drug now, or of certain days, lets a course end."""
    if stance(fact) is not Stance.DENIED or denied_up_to(fact) is not None:
        return None
    day = fact.date.end if fact.date else told(fact)
    return up_to(day) if day else None


def without_superseded_steps(exposures: Iterable[Exposure]) -> tuple[Exposure, ...]:
    """The exposures in which a dose that only gave way to another one ends no course.

    "40 mg, then 20 from March" tells in one note of a dose that is over and of one that is taken;
    """
    of_note: defaultdict[tuple[str, str], list[Exposure]] = defaultdict(list)
    given = tuple(exposures)
    for one in given:
        of_note[one.fact.note_id, one.fact.concept].append(one)
    return tuple(_in_course(one, of_note[one.fact.note_id, one.fact.concept]) for one in given)


def _in_course(one: Exposure, beside: list[Exposure]) -> Exposure:
    """The exposure without the end or the beginning that a change of dose or brand only seems."""
    if _gave_way(one, beside):
        return replace(one, stop=None, use=one.use or _while(one))
    is_switch = any(
        other.stop is not None and not other.is_planned_end and _takes_over(one, other)
        for other in beside
    )
    return replace(one, is_switch=is_switch)


def _gave_way(step: Exposure, beside: list[Exposure]) -> bool:
    if step.stop is None or step.is_planned_end:
        return False
    if any(_takes_over(other, step) for other in beside):
        return True
    if step.fact.dose is None or step.fact.stop_reason is not None:
        return False
    return any(_follows(other, step) for other in beside)


def _takes_over(other: Exposure, step: Exposure) -> bool:
    """Whether ``other`` begins where the step ends, so that not a day lies between them.

    Of an end without a day that is so where the two are coded as different preparations.
    """
    if other.start is None or (other.stop is not None and not other.is_planned_end):
        return False
    if step.stop_is_dated:
        ended = one_day(step.stop) if step.stop else None
        begun = one_day(other.start)
        return ended is not None and begun is not None and 0 <= (begun - ended).days <= 1
    mine, others = set(step.fact.codes), set(other.fact.codes)
    return bool(mine and others) and mine != others


def _follows(later: Exposure, step: Exposure) -> bool:
    """Whether ``later`` is the next dose of the same course, begun at that end or taken since."""
    if later.fact.dose == step.fact.dose:
        return False
    if later.start is not None and later.start.start is not None and step.stop_is_dated:
        assert step.stop and step.stop.end
        return later.start.start <= step.stop.end + dt.timedelta(days=1)
    goes_on = later.use is not None and later.stop is None
    return goes_on and (later.fact.dose is not None or not step.stop_is_dated)


def _while(step: Exposure) -> Window:
    """Some time up to the end of the step."""
    return up_to(step.stop.end if step.stop else None)


def _after(start: Window | None, duration: DayCount | None) -> Window | None:
    return later_by(start, duration) if start is not None and duration is not None else None
