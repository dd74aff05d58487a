"""When something must have been so: a window back from an anchor, or ever up to it."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from abstraction.dates import Window
from abstraction.facts import Fact
from abstraction.notes import Frozen
from abstraction.statements import dateless, when
from criteria_engine.assessment import Anchors
from criteria_engine.intervals import back_from, first_day_clear_of, within
from criteria_engine.logic import Truth

AnchorName = Literal["screening", "leukapheresis"]


class Span(Frozen):
    """A length of time in days or in calendar months."""

    days: int = Field(default=0, ge=0)
    months: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if bool(self.days) == bool(self.months):
            raise ValueError("a length of time is given either in days or in months")
        return self

    def back_from(self, day: dt.date) -> Window:
        """The window that ends on ``day``."""
        return back_from(day, days=self.days, months=self.months)

    def first_day_clear_of(self, last: dt.date) -> dt.date:
        """The first day whose window back no longer holds ``last``."""
        return first_day_clear_of(last, days=self.days, months=self.months)

    def __str__(self) -> str:
        number, unit = (self.days, "day") if self.days else (self.months, "month")
        return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


class Before(Span):
    """The days or months that end on an anchor, both ends within."""

    before: AnchorName = "screening"

    def prose(self) -> str:
        """For example "the 30 days before screening"."""
        return f"the {Span.__str__(self)} before {self.before}"


Timing = Before | Literal["ever"]
"""A window back from an anchor, or ``ever``: all that was so up to screening."""


def anchor_day(anchors: Anchors, timing: Timing) -> dt.date | None:
    """The day the window ends on; None when the anchor has no date yet."""
    name = "screening" if timing == "ever" else timing.before
    return anchors.screening if name == "screening" else anchors.leukapheresis


def window_on(day: dt.date, timing: Timing) -> Window:
    """The window that ends on the anchor's day."""
    return Window(None, day) if timing == "ever" else timing.back_from(day)


def timing_prose(timing: Timing) -> str:
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


def is_later(fact: Fact, day: dt.date) -> bool:
    """Whether the fact was certainly so only after the day."""
    start = when(fact).start
    return start is not None and start > day
