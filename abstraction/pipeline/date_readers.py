"""From the characters of a date to the days it can mean, one reader a form.

A reader returns None where the characters are no day that exists, or where only the note's own
date, which is not known, could complete them.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from abstraction.dates import Days, add_months, hull, whole_month, whole_year
from nlp_rules.schema import DatesRule, TimeUnit

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_LATEST_SHORT_YEAR = 2069
"""What 69 stands for in a note without a date; 70 is 1970."""
_UNIT_DAYS: dict[TimeUnit, int] = {"day": 1, "week": 7, "month": 30, "year": 365}
_MOST_MONTHS_AGO = 1200


@dataclass(frozen=True, slots=True)
class Setting:
    """What a date is read by besides its characters: words, the note's day, the note's habit.

    ``day_first`` is None where nothing in the note shows whether it writes the day first.
    """

    rules: DatesRule
    note_date: dt.date | None
    day_first: bool | None


Reader = Callable[[re.Match[str], Setting], Days | None]


def split_numeric(printed: str) -> tuple[int, int, str]:
    """The three numbers of "03/02/2025", the last as it is printed."""
    first, second, year = re.split(r"\s?[/.\-]\s?", printed)
    return int(first), int(second), year


def _day(year: int, month: int, day: int) -> Days | None:
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12):
        return None
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    one = dt.date(year, month, day)
    return Days(start=one, end=one)


def _year(printed: str, note_date: dt.date | None) -> int:
    """The printed year; of a two-digit one the latest that is at most one after the note's."""
    digits = re.sub(r"\D", "", printed)
    if len(digits) == 4:
        return int(digits)
    latest = note_date.year + 1 if note_date else _LATEST_SHORT_YEAR
    year = latest - latest % 100 + int(digits)
    return year if year <= latest else year - 100


def _either(a: int, b: int, year: int, day_first: bool | None) -> Days | None:
    """Day and month in the note's order; both readings as one interval where it shows none."""
    as_day_first, as_month_first = _day(year, b, a), _day(year, a, b)
    if as_day_first and as_month_first:
        if day_first is None:
            return hull(as_day_first, as_month_first)
        return as_day_first if day_first else as_month_first
    return as_day_first or as_month_first


def _named_month(match: re.Match[str], setting: Setting) -> int:
    words = (word.lower() for word in re.findall(r"[^\W\d_]+", match[0]))
    return next(setting.rules.months[word] for word in words if word in setting.rules.months)


def _last_year(match: re.Match[str], setting: Setting) -> int:
    return _year(re.findall(r"\d+", match[0])[-1], setting.note_date)


def _iso(match: re.Match[str], setting: Setting) -> Days | None:
    year, month, day = map(int, re.split(r"[-/.]", match["iso"]))
    return _day(year, month, day)


def _numeric(match: re.Match[str], setting: Setting) -> Days | None:
    a, b, year = split_numeric(match["numeric"])
    # Dots stand between day, month and year; nobody writes the month first with them.
    day_first = True if match["separator"] == "." else setting.day_first
    return _either(a, b, _year(year, setting.note_date), day_first)


def _day_slash_month(match: re.Match[str], setting: Setting) -> Days | None:
    """A day without a year: the latest such day not after the note."""
    note_date, day_first = setting.note_date, setting.day_first
    if note_date is None:
        return None
    a, b = (int(number) for number in match["day_slash_month"].split("/"))
    if day_first is None and max(a, b) <= 12:
        return None
    if (day_first and b > 12) or (day_first is False and a > 12):
        return None
    this_year = _either(a, b, note_date.year, day_first)
    if this_year and this_year.start <= note_date:
        return this_year
    return _either(a, b, note_date.year - 1, day_first)


def _day_and_month(match: re.Match[str], setting: Setting) -> Days | None:
    """A day and a named month; without a year the latest such day not after the note."""
    note_date, month = setting.note_date, _named_month(match, setting)
    numbers = re.findall(r"['’]?\s?\d+", match[0])
    day = int(re.sub(r"\D", "", numbers[0]))
    if len(numbers) > 1:
        return _day(_year(numbers[1], note_date), month, day)
    if note_date is None:
        return None
    this_year = _day(note_date.year, month, day)
    if this_year is None or this_year.start > note_date:
        this_year = _day(note_date.year - 1, month, day)
    if match["month_day"] is not None and _may_be_a_year(match, day, note_date):
        as_year = whole_month(_year(f"{day:02}", note_date), month)
        return hull(this_year, as_year) if this_year else as_year
    return this_year


def _may_be_a_year(match: re.Match[str], number: int, note_date: dt.date) -> bool:
    """Whether the number of "Mar 26" can be the note's year, or the one before, and not a day."""
    before = match.string[max(0, match.start() - 4) : match.start()].split()
    recent = number in (note_date.year % 100, note_date.year % 100 - 1)
    return recent and (not before or before[-1].lower() != "on")


def _month_year(match: re.Match[str], setting: Setting) -> Days | None:
    return whole_month(_last_year(match, setting), _named_month(match, setting))


def _bare_month(match: re.Match[str], setting: Setting) -> Days | None:
    """A month without a year: the latest that does not begin after the note."""
    note_date, month = setting.note_date, _named_month(match, setting)
    if note_date is None:
        return None
    return whole_month(note_date.year if month <= note_date.month else note_date.year - 1, month)


def _year_month(match: re.Match[str], setting: Setting) -> Days | None:
    year, month = map(int, re.split(r"[-./]", match["year_month"]))
    return whole_month(year, month)


def _part_of_year(match: re.Match[str], setting: Setting) -> Days | None:
    """A named part of a year; its months are the trial reference's, as ``dates.yaml`` says."""
    year = _last_year(match, setting)
    name = re.split(r"[\s-]+['’]?\d", match[0])[0].strip().lower()
    parts = {part.lower(): months for part, months in setting.rules.parts_of_year.items()}
    first, last = parts[name]
    return Days(start=whole_month(year, first).start, end=whole_month(year, last).end)


def _month_slash_year(match: re.Match[str], setting: Setting) -> Days | None:
    month, year = map(int, re.split(r"\s?/\s?", match["month_slash_year"]))
    return whole_month(year, month)


def _bare_year(match: re.Match[str], setting: Setting) -> Days | None:
    year = int(match["year"])
    if setting.note_date is not None and year > setting.note_date.year + 1:
        return None
    return whole_year(year)


def _ago(match: re.Match[str], setting: Setting) -> Days | None:
    """Half a unit either side of what is said: "3 months ago" is 2.5 to 3.5 months before."""
    note_date = setting.note_date
    if note_date is None:
        return None
    printed = match["count"].lower()
    count = int(printed) if printed.isdigit() else setting.rules.numbers[printed]
    unit = setting.rules.time_units[match["unit"].lower()]
    slack = dt.timedelta(days=_UNIT_DAYS[unit] // 2)
    if unit in ("day", "week"):
        middle = note_date - dt.timedelta(days=count * _UNIT_DAYS[unit])
    else:
        months = count * (12 if unit == "year" else 1)
        if months > _MOST_MONTHS_AGO:
            return None
        middle = add_months(note_date, -months)
    return Days(start=middle - slack, end=min(note_date, middle + slack))


def _last(match: re.Match[str], setting: Setting) -> Days | None:
    """Yesterday, or the last week, month or year: from when it can have begun to yesterday, to
    today, to the year's end."""
    note_date, unit = setting.note_date, match["last_unit"]
    if note_date is None:
        return None
    yesterday = note_date - dt.timedelta(days=1)
    if unit is None:
        return Days(start=yesterday, end=yesterday)
    if unit.lower() == "week":
        return Days(start=note_date - dt.timedelta(days=13), end=yesterday)
    if unit.lower() == "month":
        before = add_months(note_date, -1)
        return Days(start=whole_month(before.year, before.month).start, end=note_date)
    return whole_year(note_date.year - 1)


def _today(match: re.Match[str], setting: Setting) -> Days | None:
    note_date = setting.note_date
    return Days(start=note_date, end=note_date) if note_date is not None else None


READERS: dict[str, Reader] = {
    "iso": _iso,
    "numeric": _numeric,
    "day_month": _day_and_month,
    "month_day": _day_and_month,
    "month_year": _month_year,
    "bare_month": _bare_month,
    "year_month": _year_month,
    "part": _part_of_year,
    "month_slash_year": _month_slash_year,
    "ago": _ago,
    "last": _last,
    "today": _today,
    "year": _bare_year,
    "day_slash_month": _day_slash_month,
}
"""By the form that ``DateGrammar`` finds; each reads the named group of its form."""
