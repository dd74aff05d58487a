"""Dates as intervals of days: what a text says about time, never narrower."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from abstraction.notes import Frozen

DateBasis = Literal["explicit", "relative", "section", "note"]
"""Where a date comes from: the text itself, the text relative to the note's date, the column or
heading the thing stands under, or nothing but the note's own date."""


class Days(Frozen):
    """A closed interval of days ``[start, end]``; one day is ``start == end``."""

    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"the interval ends {self.end} before it starts {self.start}")
        return self


class DateInterval(Days):
    """When something was so: ``[start, end]`` in days, and what that rests on.

    "March 2021" is 2021-03-01..2021-03-31.  No day is ever made up.
    """

    basis: DateBasis


class DayCount(Frozen):
    """A duration in days, from at least ``min`` to at most ``max``."""

    min: int = Field(ge=0)
    max: int = Field(ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max < self.min:
            raise ValueError(f"a duration of at least {self.min} days is not at most {self.max}")
        return self


@dataclass(frozen=True, slots=True)
class Window:
    """Days ``[start, end]``, both within; a None end is open."""

    start: dt.date | None = None
    end: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Whether the day lies in the window."""
        return (self.start is None or day >= self.start) and (self.end is None or day <= self.end)


def whole_month(year: int, month: int) -> Days:
    """Every day of the month."""
    return Days(
        start=dt.date(year, month, 1),
        end=dt.date(year, month, calendar.monthrange(year, month)[1]),
    )


def whole_year(year: int) -> Days:
    """Every day of the year."""
    return Days(start=dt.date(year, 1, 1), end=dt.date(year, 12, 31))


def hull(first: Days, second: Days) -> Days:
    """The smallest interval that holds both: what remains when two readings are possible."""
    return Days(start=min(first.start, second.start), end=max(first.end, second.end))


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month ``months`` later (earlier when negative).

    Where that month is shorter, its last day: 31 March minus one month is 28 (29) February.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))
