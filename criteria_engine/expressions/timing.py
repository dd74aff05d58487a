"""When something must have been so: a window before, after or since an anchor, or ever.

An anchor is a day that is given, or an event of the chart (``events.py``).  An event may be known
only as an interval of days; then a window has days that it certainly holds, and days that it may.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from abstraction.dates import Window, add_months
from abstraction.facts import Fact
from abstraction.notes import Frozen
from abstraction.statements import Telling, dateless, when
from criteria_engine.assessment import AnchorName, Anchors, Missing
from criteria_engine.expressions.events import Event
from criteria_engine.intervals import back_from, first_day_clear_of, within
from criteria_engine.logic import Truth

if TYPE_CHECKING:
    from criteria_engine.expressions.node import Case


class Span(Frozen):
    """A length of time in days, weeks, calendar months or years.

    Weeks are counted as days and years as months, so that ``days`` and ``months`` alone are the
    length; ``weeks`` and ``years`` only keep how it was written.
    """

    days: int = Field(default=0, ge=0)
    months: int = Field(default=0, ge=0)
    weeks: int = Field(default=0, ge=0)
    years: int = Field(default=0, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _counted(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        counted = dict(data)
        for unit, (length, size) in _LARGER.items():
            number = data.get(unit)
            if isinstance(number, int) and number > 0 and not data.get(length):
                counted[length] = number * size
        return counted

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        for unit, (length, size) in _LARGER.items():
            if (number := getattr(self, unit)) and getattr(self, length) != number * size:
                raise ValueError("a length of time is given in one unit")
        if bool(self.days) == bool(self.months) and not self._may_be_empty:
            raise ValueError("a length of time is given either in days or in months")
        return self

    @property
    def _may_be_empty(self) -> bool:
        return False

    def back_from(self, day: dt.date) -> Window:
        """The window that ends on ``day``."""
        return back_from(day, days=self.days, months=self.months)

    def on_from(self, day: dt.date) -> dt.date:
        """The day so much later."""
        return add_months(day, self.months) + dt.timedelta(days=self.days)

    def first_day_clear_of(self, last: dt.date) -> dt.date:
        """The first day whose window back no longer holds ``last``."""
        return first_day_clear_of(last, days=self.days, months=self.months)

    def __str__(self) -> str:
        units = (("week", self.weeks), ("year", self.years), ("day", self.days))
        unit, number = next((one for one in units if one[1]), ("month", self.months))
        return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


_LARGER = {"weeks": ("days", 7), "years": ("months", 12)}
"""The units that are counted in smaller ones, and how many of these they are."""


class Before(Span):
    """The days or months that end on an anchor, both ends within."""

    before: AnchorName = "screening"

    def prose(self) -> str:
        """For example "the 30 days before screening"."""
        return f"the {Span.__str__(self)} before {anchor_words(self.before)}"


class EarlierThan(Span):
    """Everything up to a length of time before an anchor, that last day within."""

    earlier_than: AnchorName

    def prose(self) -> str:
        """For example "the time up to 6 months before screening"."""
        return f"the time up to {Span.__str__(self)} before {anchor_words(self.earlier_than)}"


class After(Span):
    """The days from an anchor on, so long or, without a length, without end; both ends within."""

    after: AnchorName

    def prose(self) -> str:
        """For example "the 3 months after first dose"."""
        length = f"{Span.__str__(self)} after " if self.days or self.months else "time from "
        return f"the {length}{anchor_words(self.after)}{'' if self.days or self.months else ' on'}"

    @property
    def _may_be_empty(self) -> bool:
        return True


class Since(Frozen):
    """The days from an event of the chart up to screening, both ends within."""

    since: Event

    def prose(self) -> str:
        """For example "the time from the latest kidney biopsy to screening"."""
        return f"the time from {self.since.prose()} to screening"


Timing = Before | Literal["ever"]
"""A window back from an anchor, or ``ever``: all that was so up to screening."""


def _form(timing: Any) -> str:
    """Which form of a window is written, by the key that only this form has."""
    if isinstance(timing, dict):
        return next((key for key in ("since", "after", "earlier_than") if key in timing), "before")
    match timing:
        case Before():
            return "before"
        case EarlierThan():
            return "earlier_than"
        case After():
            return "after"
        case Since():
            return "since"
    return "ever"


@lru_cache(maxsize=1024)
def _shared[T](timing: T) -> T:
    """The first window that was equal: a case works out the days of each window once."""
    return timing


AnyTiming = Annotated[
    Annotated[Before, Tag("before")]
    | Annotated[EarlierThan, Tag("earlier_than")]
    | Annotated[After, Tag("after")]
    | Annotated[Since, Tag("since")]
    | Annotated[Literal["ever"], Tag("ever")],
    Discriminator(_form),
    AfterValidator(_shared),
]
"""Every window that an expression about single facts may ask for."""


@dataclass(frozen=True, slots=True)
class Period:
    """A window whose ends may be open questions: days it certainly holds, days it may hold.

    ``certain`` is None where no day is certain.  With ``takes_dateless`` a fact counts even where
    neither it nor its note bears a date: the chart itself is what was known at screening.
    """

    certain: Window | None
    possible: Window
    takes_dateless: bool = False

    def holds(self, when: Window) -> Truth:
        """Whether something that was so on one day of ``when`` was so in the window."""
        if self.certain is self.possible:
            return within(when, self.possible)
        if self.certain is not None and within(when, self.certain) is Truth.TRUE:
            return Truth.TRUE
        return Truth.FALSE if within(when, self.possible) is Truth.FALSE else Truth.UNKNOWN

    def counts(self, telling: Telling[Any]) -> Truth:
        """Whether the fact was so inside the window."""
        if self.takes_dateless and dateless(telling.fact):
            return Truth.TRUE
        return self.holds(telling.when)

    def up_to_its_end(self) -> Period:
        """The same without a beginning."""
        if self.possible.start is None:
            return self
        certain = Window(None, self.certain.end) if self.certain else None
        return Period(certain, Window(None, self.possible.end), takes_dateless=True)


def period(case: Case, timing: AnyTiming) -> Period | None:
    """The days of the window; None while its anchor has no day."""
    asked = id(timing)
    if asked not in case.periods:
        case.periods[asked] = _period(case, timing)
    return case.periods[asked]


def _period(case: Case, timing: AnyTiming) -> Period | None:
    if isinstance(timing, Since):
        return _since(timing.since.days(case.chart, case.anchors.screening), case.anchors.screening)
    if timing == "ever":
        whole = Window(None, case.anchors.screening)
        return Period(whole, whole, takes_dateless=True)
    anchor = case.anchor(anchor_name(timing))
    if anchor is None:
        return None
    first = _window_from(anchor.start, timing) if anchor.start else None
    last = _window_from(anchor.end, timing) if anchor.end else None
    return _between(first, last)


def _window_from(day: dt.date, timing: Before | EarlierThan | After) -> Window:
    """The window where the anchor is the day."""
    match timing:
        case Before():
            return timing.back_from(day)
        case EarlierThan():
            return Window(None, timing.back_from(day).start)
        case After():
            return Window(day, timing.on_from(day) if timing.days or timing.months else None)


def _between(first: Window | None, last: Window | None) -> Period:
    """The period of an anchor that lies between two days, an unknown one being None."""
    start = first.start if first else None
    end = last.end if last else None
    possible = Window(start, end)
    if first == last:
        return Period(possible, possible)
    certain = _ordered(last.start, first.end) if first and last else None
    return Period(certain, possible)


def _since(event: Window | None, day: dt.date) -> Period | None:
    if event is None:
        return None
    certain = _ordered(event.end, day) if event.end else None
    return Period(certain, Window(event.start, day))


def _ordered(start: dt.date | None, end: dt.date | None) -> Window | None:
    return None if start and end and end < start else Window(start, end)


def anchor_name(timing: AnyTiming) -> AnchorName:
    """The anchor that the window hangs on."""
    match timing:
        case Before():
            return timing.before
        case EarlierThan():
            return timing.earlier_than
        case After():
            return timing.after
    return "screening"


def anchor_words(name: AnchorName) -> str:
    """The anchor as a sentence names it."""
    return name.replace("_", " ")


def missing_anchor(timing: AnyTiming) -> Missing:
    """What would give the window its days."""
    if isinstance(timing, Since):
        return Missing(concept=timing.since.concept, why=f"the day of {timing.since.prose()}")
    return Missing(concept=anchor_name(timing), why="the date the window is counted from")


def anchor_day(anchors: Anchors, timing: AnyTiming) -> dt.date | None:
    """The given day that the window hangs on; None when the anchor has no date yet."""
    return None if isinstance(timing, Since) else anchors.day(anchor_name(timing))


def window_on(day: dt.date, timing: Timing) -> Window:
    """The window that ends on the anchor's day."""
    return Window(None, day) if timing == "ever" else timing.back_from(day)


def timing_prose(timing: AnyTiming) -> str:
    """For example "in the 30 days before screening" or "at any time up to screening"."""
    return "at any time up to screening" if timing == "ever" else f"in {timing.prose()}"


def counts(fact: Fact, window: Window) -> Truth:
    """Whether the fact was so inside the window.

    In an open window a fact counts even where neither it nor its note bears a date: the chart
    itself is what was known at screening.
    """
    if window.start is None and dateless(fact):
        return Truth.TRUE
    return within(when(fact), window)


def is_later(fact: Fact, day: dt.date | None) -> bool:
    """Whether the fact was certainly so only after the day."""
    start = when(fact).start
    return day is not None and start is not None and start > day
