"""From the characters of a date to the days it can mean, one reader a form.

A reader returns None where the characters are no day that exists, or where only the note's own
date, which is not known, could complete them.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from abstraction.dates import Days, add_months, hull, whole_month, whole_year
from nlp_rules.schema import DatesRule, TimeUnit

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_LATEST_SHORT_YEAR = 2069
"""What 69 stands for in a note without a date; 70 is 1970."""
_UNIT_DAYS: dict[TimeUnit, int] = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
_SLACK_DAYS: dict[TimeUnit, int] = {
    "day": 0, "week": 3, "fortnight": 3, "month": 15, "year": 182,
}  # fmt: skip
"""Half of such a unit, either side of what is said."""
_MOST_MONTHS_AGO = 1200
_SHORTHAND: dict[str, TimeUnit] = {"7": "day", "52": "week", "12": "month"}
"""British prescribers write 3/7 for three days, 2/52 for two weeks, 6/12 for six months."""
_WEEKDAYS = 7
_NEIGHBOURS = 150
"""Characters beside "Feb 22" in which "Feb 21" shows that the number is a day."""
_FAR_BACK = 240
"""Days after which a month that is told to come is the next one of its name."""
_REACH_BEFORE = 60
"""Characters before a date in which a word says that it lies ahead."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a date is read by besides its characters: words, the note's day, the note's habit.

    ``day_first`` is None where nothing in the note shows whether it writes the day first.
    ``births`` are the days on which the patient can have been born; ``previous`` are the days of
    the date before this one in the text, ``coming`` those of the one behind it that gives the year
    of both ("3 March and 17 April 2019"), ``going_on`` those of the one before it, from which a
    range goes on ("3 March 2019 to 17 April").
    """

    rules: DatesRule
    note_date: dt.date | None
    day_first: bool | None
    ahead: re.Pattern[str]
    births: Days | None = None
    previous: Days | None = None
    coming: Days | None = None
    going_on: Days | None = None

    @property
    def latest(self) -> dt.date | None:
        """What a date without its year is not after: the note's day, or else the year's end of the
        date before it."""
        if self.note_date is not None or self.previous is None:
            return self.note_date
        return dt.date(self.previous.end.year, 12, 31)


Reader = Callable[[re.Match[str], Setting], Days | None]


def split_numeric(printed: str) -> tuple[int, int, str]:
    """The three numbers of "03/02/2025", the last as it is printed."""
    first, second, year = re.split(r"\s?[/.\-]\s?", printed.strip())
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


def _either(a: int, b: int, year: int, match: re.Match[str], setting: Setting) -> Days | None:
    """Day and month in the note's order; both readings as one interval where it shows none.

    Notes tell of the past: of two readings the one after the note's day is left aside, unless
    words before the date say that it lies ahead.
    """
    as_day_first, as_month_first = _day(year, b, a), _day(year, a, b)
    if not as_day_first or not as_month_first:
        return as_day_first or as_month_first
    if setting.day_first is not None:
        return as_day_first if setting.day_first else as_month_first
    if setting.note_date is not None and not _lies_ahead(match, setting):
        past = [d for d in (as_day_first, as_month_first) if d.start <= setting.note_date]
        if len(past) == 1:
            return past[0]
    return hull(as_day_first, as_month_first)


def _lies_ahead(match: re.Match[str], setting: Setting) -> bool:
    return bool(
        setting.ahead.search(match.string, max(0, match.start() - _REACH_BEFORE), match.start())
    )


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
    if "." in match["numeric"] and _day(_year(year, setting.note_date), b, a):
        # Dots stand between day, month and year; hardly anybody writes the month first with them.
        setting = replace(setting, day_first=True)
    return _either(a, b, _year(year, setting.note_date), match, setting)


def _compact(match: re.Match[str], setting: Setting) -> Days | None:
    digits = match["compact"]
    return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _day_slash_month(match: re.Match[str], setting: Setting) -> Days | None:
    """A day without a year, in either order of its numbers where the note shows none."""
    day_first = setting.day_first
    a, b = (int(number) for number in match["day_slash_month"].split("/"))
    if (day_first and b > 12) or (day_first is False and a > 12):
        return None
    readings = [(b, a)] if day_first else [(a, b)]
    if day_first is None:
        readings = [(b, a), (a, b)]
    found = [days for month, day in readings if (days := _without_year(month, day, setting))]
    return hull(found[0], found[-1]) if found else None


def _day_dash_month(match: re.Match[str], setting: Setting) -> Days | None:
    """ "17-02" or "02-17": in a range the number that stays is the month, else in either order."""
    a, b = (int(number) for number in match["day_dash_month"].split("-"))
    beside = _DASHED.findall(match.string, max(0, match.start() - 12), match.end() + 12)
    firsts, seconds = ({pair[n] for pair in beside} for n in (0, 1))
    day_first = setting.day_first
    if len(beside) > 1 and len(firsts) != len(seconds) and 1 in (len(firsts), len(seconds)):
        day_first = len(seconds) == 1
    orders = [(b, a), (a, b)] if day_first is None else [(b, a) if day_first else (a, b)]
    if max(a, b) > 12:
        orders = [(min(a, b), max(a, b))]
    days = [found for month, day in orders if (found := _without_year(month, day, setting))]
    return hull(days[0], days[-1]) if days else None


_DASHED = re.compile(r"(?<![\d/.,-])(\d\d)-(\d\d)(?![\d/.,-]\d|\d)")


def _without_year(month: int, day: int, setting: Setting) -> Days | None:
    """The day in the year of the date that follows, in the one before where its month is later;
    the first one after the date that a range goes on from; else the latest not after the note."""
    coming, latest = setting.coming, setting.latest
    if setting.going_on is not None:
        first = setting.going_on.start
        return _day(first.year + ((month, day) < (first.month, first.day)), month, day)
    if coming is not None:
        return _day(coming.start.year - (month > coming.end.month), month, day)
    return latest_day(month, day, latest) if latest else None


def latest_day(month: int, day: int, latest: dt.date) -> Days | None:
    """The last such day of a year that is not after ``latest``; leap days may be years ago."""
    for year in range(latest.year, latest.year - 8, -1):
        found = _day(year, month, day)
        if found and found.start <= latest:
            return found
    return None


def _day_and_month(match: re.Match[str], setting: Setting) -> Days | None:
    """A day and a named month; without a year the latest such day not after the note."""
    month = _named_month(match, setting)
    numbers = re.findall(r"['’‘]?\s?\d+", match[0])
    day = int(re.sub(r"\D", "", numbers[0]))
    if len(numbers) > 1:
        return _day(_year(numbers[1], setting.note_date), month, day)
    meant, latest = _without_year(month, day, setting), setting.latest
    told = setting.coming or setting.going_on
    if told is not None or latest is None or match["month_day"] is None:
        return meant
    if _may_be_a_year(match, day, latest):
        as_year = whole_month(_year(f"{day:02}", latest), month)
        return hull(meant, as_year) if meant else as_year
    return meant


def _may_be_a_year(match: re.Match[str], number: int, note_date: dt.date) -> bool:
    """Whether the number of "Mar 26" can be the note's year, or the one before, and not a day."""
    if re.search(r"(?:st|nd|rd|th)\.?$", match[0]):
        return False
    before = match.string[max(0, match.start() - 4) : match.start()].split()
    years = (note_date.year % 100, note_date.year % 100 - 1)
    if number not in years or (before and before[-1].lower() == "on"):
        return False
    near = match.string[max(0, match.start() - _NEIGHBOURS) : match.end() + _NEIGHBOURS]
    month = re.escape(re.sub(r"[^A-Za-z]", "", match[0]))
    beside = re.findall(
        rf"\b{month}\.?\s(\d{{1,2}})\b(?!\d|,?\s*(?:19|20)\d\d)", near, re.IGNORECASE
    )
    return all(int(other) in years for other in beside)


def _days_of_month(match: re.Match[str], setting: Setting) -> Days | None:
    """The days of "10-14 Feb 2025" or "Feb 10-14, 2025"."""
    day_first = match["first_day"] is not None
    first = int(match["first_day" if day_first else "day_from"])
    last = int(match["last_day" if day_first else "day_to"])
    printed = match["days_year" if day_first else "year_of_days"]
    ending = _in_month(
        last, match["days_month" if day_first else "month_of_days"], printed, setting
    )
    if ending is None or first >= last:
        return None
    return Days(start=ending.start.replace(day=first), end=ending.end) if first else None


def _tomorrow(match: re.Match[str], setting: Setting) -> Days | None:
    if setting.note_date is None or setting.note_date == dt.date.max:
        return None
    day = setting.note_date + dt.timedelta(days=1)
    return Days(start=day, end=day)


def _listed_number(match: re.Match[str], setting: Setting) -> Days | None:
    """One of "16, 17 and 18/05/2022", or the first of "5-7/7/24": days before month and year."""
    if setting.day_first is False:
        return None
    last, month, year = re.split(r"[/.]", match["listed_date"])
    if int(match["listed_number"]) >= int(last):
        return None
    return _day(_year(year, setting.note_date), int(month), int(match["listed_number"]))


def _listed_day(match: re.Match[str], setting: Setting) -> Days | None:
    """One of "7, 14 and 21 March 2022", whose month stands behind the last."""
    day = int(re.sub(r"\D", "", match["listed_day"]))
    return _in_month(day, match["listed_month"], match["listed_year"], setting)


def _in_month(day: int, month: str, year: str | None, setting: Setting) -> Days | None:
    number = setting.rules.months[month.lower().rstrip(".")]
    if year is not None:
        return _day(_year(year, setting.note_date), number, day)
    return latest_day(number, day, setting.latest) if setting.latest else None


def _part_of_month(match: re.Match[str], setting: Setting) -> Days | None:
    """Days 1 to 10, 11 to 20 or 21 to the end; their limits are those of ``dates.yaml``."""
    printed, month = match["part_month_year"], _named_month(match, setting)
    name = re.split(r"[\s-]+(?:of\b|the\b|\w+\W*$|\w+[\s,/-]+['’]?\d)", match[0])[0]
    limits = setting.rules.parts_of_month[" ".join(name.lower().split())]
    if printed is None and setting.latest is None:
        return None
    whole = (
        _latest_month(month, setting.latest)
        if printed is None and setting.latest
        else whole_month(_year(printed or "", setting.note_date), month)
    )
    first, last = limits
    return Days(
        start=whole.start.replace(day=first),
        end=whole.end if last > 28 else whole.end.replace(day=last),
    )


def _latest_month(month: int, latest: dt.date) -> Days:
    return whole_month(latest.year if month <= latest.month else latest.year - 1, month)


def _month_of_range(match: re.Match[str], setting: Setting) -> Days | None:
    """The first month of "Nov-Feb 2024", whose year stands behind the second."""
    first = setting.rules.months[match["month_of_range"].lower().rstrip(".")]
    second = setting.rules.months[match["range_month"].lower().rstrip(".")]
    year = _year(match["range_year"], setting.note_date)
    return whole_month(year if first <= second else year - 1, first)


def _month_last_year(match: re.Match[str], setting: Setting) -> Days | None:
    if setting.note_date is None:
        return None
    return whole_month(setting.note_date.year - 1, _named_month(match, setting))


def _month_year(match: re.Match[str], setting: Setting) -> Days | None:
    return whole_month(_last_year(match, setting), _named_month(match, setting))


def _bare_month(match: re.Match[str], setting: Setting) -> Days | None:
    """A month without a year: the latest that does not begin after the note."""
    if setting.note_date is None:
        return None
    found = _latest_month(_named_month(match, setting), setting.note_date)
    return _next_one(found, match, setting)


def _next_one(found: Days, match: re.Match[str], setting: Setting) -> Days:
    """The next such month where words before it say that it comes: "restart in March"."""
    floor = max(0, match.start() - _REACH_BEFORE)
    comes = re.compile(setting.rules.restarts, re.IGNORECASE)
    near = setting.note_date is not None and (setting.note_date - found.end).days < _FAR_BACK
    if near or not comes.search(match.string, floor, match.start()):
        return found
    return whole_month(found.start.year + 1, found.start.month)


def _year_month(match: re.Match[str], setting: Setting) -> Days | None:
    year, month = map(int, re.split(r"[-./]", match["year_month"]))
    return whole_month(year, month)


def _short_year_month(match: re.Match[str], setting: Setting) -> Days | None:
    """ "'17-5": year and month, as they are written in Korea."""
    year, month = re.split(r"[-./]", match["short_year_month"][1:])
    return whole_month(_year(year, setting.note_date), int(month))


def _part_of_year(match: re.Match[str], setting: Setting) -> Days | None:
    """A named part of a year; its months are the trial reference's, as ``dates.yaml`` says."""
    year = _last_year(match, setting)
    name = re.split(r"[\s/-]*(?:\b(?:in|of)\s+)?['’‘]?\s?\d+$", match[0])[0].lower()
    parts = {part.lower(): months for part, months in setting.rules.parts_of_year.items()}
    first, last = parts[" ".join(name.split())]
    return Days(start=whole_month(year, first).start, end=whole_month(year, last).end)


def _winter(match: re.Match[str], setting: Setting) -> Days | None:
    """December to February; of one year alone both its winters."""
    first, last = int(match["winter_from"]), match["winter_to"]
    if last is None:
        return Days(start=dt.date(first - 1, 12, 1), end=whole_month(first + 1, 2).end)
    return Days(start=dt.date(first, 12, 1), end=whole_month(first + 1, 2).end)


def _season(match: re.Match[str], setting: Setting) -> Days | None:
    """The latest season of that name that began before the note; "last" is one that is over."""
    if setting.note_date is None:
        return None
    name = (match["season_name"] or match["bare_season"]).lower()
    first, months = setting.rules.seasons[name], 3
    over = (match["season_said"] or "").lower() == "last"
    for year in range(setting.note_date.year, setting.note_date.year - 3, -1):
        start = dt.date(year, first, 1)
        days = Days(start=start, end=add_months(start, months) - dt.timedelta(days=1))
        if (days.end if over else days.start) < setting.note_date:
            return days
    return None


def _decade(match: re.Match[str], setting: Setting) -> Days | None:
    printed = re.sub(r"\D", "", match["ten_years"])
    first = int(printed) if len(printed) == 4 else 1900 + int(printed)
    if setting.note_date is not None and first > setting.note_date.year:
        return None
    part = (match["decade_part"] or "").lower()
    start, end = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}.get(part, (0, 9))
    return Days(start=whole_year(first + start).start, end=whole_year(first + end).end)


def _month_slash_year(match: re.Match[str], setting: Setting) -> Days | None:
    month, year = map(int, re.split(r"\s?/\s?", match["month_slash_year"]))
    return whole_month(year, month)


def _month_dot_year(match: re.Match[str], setting: Setting) -> Days | None:
    month, year = map(int, match["month_dot_year"].split("."))
    return whole_month(year, month)


def _month_short_year(match: re.Match[str], setting: Setting) -> Days | None:
    month, year = match["month_short_year"].split("/")
    return whole_month(_year(year, setting.note_date), int(month))


def _day_dot_month(match: re.Match[str], setting: Setting) -> Days | None:
    day, month = map(int, match["day_dot_month"].split(".")[:2])
    return _without_year(month, day, setting)


_WHOLE_DOTTED = re.compile(
    r"(?<!\d)(?:19|20)\d\d\.(?:0[1-9]|1[0-2])\.(?:0[1-9]|[12]\d|3[01])(?!\d)"
)


def _month_dot_day(match: re.Match[str], setting: Setting) -> Days | None:
    """ "05.28" in a note that writes its days as 2026.05.28; a number in any other."""
    if not _WHOLE_DOTTED.search(match.string):
        return None
    month, day = map(int, match["month_dot_day"].split("."))
    return _without_year(month, day, setting)


def _six_digits(match: re.Match[str], setting: Setting) -> Days | None:
    """Year, month and day as Scandinavians write them: 250317."""
    printed = match["six_digits"]
    return _day(_year(printed[:2], setting.note_date), int(printed[2:4]), int(printed[4:]))


def _bare_year(match: re.Match[str], setting: Setting) -> Days | None:
    year = int(match["year"][:4])
    if setting.note_date is not None and year > setting.note_date.year + 1:
        return None
    return whole_year(year)


def _year_of_range(match: re.Match[str], setting: Setting) -> Days | None:
    """Either year of "2014-17"."""
    printed = match["years"]
    century = match.string[match.start() - 5 : match.start() - 3] if len(printed) == 2 else ""
    year = int(century + printed)
    return Days(start=dt.date(year, 1, 1), end=dt.date(year, 12, 31))


def _short_year(match: re.Match[str], setting: Setting) -> Days | None:
    return whole_year(_year(match["short_year"], setting.note_date))


def _ago(match: re.Match[str], setting: Setting) -> Days | None:
    """Half a unit either side of what is said: "3 months ago" is 2.5 to 3.5 months before."""
    note_date = setting.note_date
    if note_date is None:
        return None
    if match["count_shorthand"] is not None:
        counts = (float(match["count_shorthand"]),) * 2
        unit = _SHORTHAND[match["unit_shorthand"]]
    else:
        counts = _counts(match, "count", setting)
        unit = _unit(match["unit"], setting)
    if max(counts) * (12 if unit == "year" else 1) > _MOST_MONTHS_AGO:
        return None
    earliest = _half_before(back(note_date, max(counts), unit), unit)
    latest = _half_after(back(note_date, min(counts), unit), unit)
    return Days(start=earliest, end=min(note_date, latest))


def _counts(match: re.Match[str], name: str, setting: Setting) -> tuple[float, float]:
    first = _number(match[name], setting)
    second = match[f"{name}_to"]
    return first, _number(second, setting) if second else first


def _number(printed: str, setting: Setting) -> float:
    squeezed = " ".join(printed.lower().split())
    return setting.rules.numbers.get(squeezed) or float(squeezed)


def _unit(printed: str, setting: Setting) -> TimeUnit:
    squeezed = printed.lower().rstrip(".")
    units = setting.rules.time_units
    return units.get(squeezed) or units[squeezed.removesuffix("s")]


def back(day: dt.date, count: float, unit: TimeUnit) -> dt.date:
    """The day ``count`` units before ``day``; months and years by the calendar."""
    if unit in ("day", "week", "fortnight"):
        return day - dt.timedelta(days=round(count * _UNIT_DAYS[unit]))
    months = count * (12 if unit == "year" else 1)
    whole = add_months(day, -int(months))
    return whole - dt.timedelta(days=round((months - int(months)) * _UNIT_DAYS["month"]))


def _half_before(day: dt.date, unit: TimeUnit) -> dt.date:
    return day - dt.timedelta(days=_SLACK_DAYS[unit])


def _half_after(day: dt.date, unit: TimeUnit) -> dt.date:
    return day + dt.timedelta(days=_SLACK_DAYS[unit])


def _later(match: re.Match[str], setting: Setting) -> Days | None:
    """So long after the date before: "two weeks later" is half a unit either side."""
    if setting.previous is None or setting.previous.start != setting.previous.end:
        return None
    anchor, following = setting.previous.start, match["next_unit"]
    if following is not None:
        unit: TimeUnit = "day" if following.lower() == "morning" else _unit(following, setting)
        counts = (1.0, 1.0)
    else:
        unit, counts = _unit(match["later_unit"], setting), _counts(match, "later_count", setting)
    if max(counts) > _MOST_MONTHS_AGO:
        return None
    earliest = _half_before(back(anchor, -min(counts), unit), unit)
    return Days(
        start=max(anchor, earliest), end=_half_after(back(anchor, -max(counts), unit), unit)
    )


def _day_after(match: re.Match[str], setting: Setting) -> Days | None:
    """The day so many days after the operation or infusion whose date stands before."""
    if setting.previous is None or setting.previous.start != setting.previous.end:
        return None
    count = int(match["days_after"] or match["pod"])
    day = setting.previous.start + dt.timedelta(days=count)
    return Days(start=day, end=day)


def _at_age(match: re.Match[str], setting: Setting) -> Days | None:
    """The year of life, or the two years that it can be where only the present age is known."""
    if setting.births is None:
        return None
    years = int(match["age"])
    start = add_months(setting.births.start, 12 * years)
    end = add_months(setting.births.end, 12 * (years + 1)) - dt.timedelta(days=1)
    if setting.note_date is not None and start > setting.note_date:
        return None
    return Days(start=start, end=min(end, setting.note_date or end))


def _weekday(match: re.Match[str], setting: Setting) -> Days | None:
    """The latest such day before the note, unless words say that it lies ahead or comes again."""
    note_date = setting.note_date
    if note_date is None or _lies_ahead(match, setting):
        return None
    wanted = setting.rules.weekdays[match["day_name"].lower()]
    behind = (note_date.weekday() - wanted) % _WEEKDAYS or _WEEKDAYS
    day = note_date - dt.timedelta(days=behind)
    return Days(start=day, end=day)


def _weekday_and_day(match: re.Match[str], setting: Setting) -> Days | None:
    """ "Monday 24th": the latest such day of a month up to the note."""
    note_date = setting.note_date
    if note_date is None or _lies_ahead(match, setting):
        return None
    number = int(match["day_of_weekday"])
    month = note_date.replace(day=1)
    if number > note_date.day:
        month = (month - dt.timedelta(days=1)).replace(day=1)
    return _day(month.year, month.month, number)


def _last(match: re.Match[str], setting: Setting) -> Days | None:
    """Yesterday, or a week, month or year of the calendar: the one before the note's, or its own
    ("this week") to its end, or to the note ("earlier this week")."""
    note_date, unit = setting.note_date, match["last_unit"]
    if note_date is None:
        return None
    if unit is None:
        yesterday = note_date - dt.timedelta(days=1)
        return Days(start=yesterday, end=yesterday)
    which, unit = " ".join(match["which"].lower().split()), unit.lower()
    day = note_date
    if which == "last":
        day = back(note_date.replace(day=1), 1, _unit(unit, setting))
        if unit == "week":
            day = note_date - dt.timedelta(days=_WEEKDAYS)
    if unit == "week":
        monday = day - dt.timedelta(days=day.weekday())
        whole = Days(start=monday, end=monday + dt.timedelta(days=_WEEKDAYS - 1))
    else:
        whole = whole_month(day.year, day.month) if unit == "month" else whole_year(day.year)
    return Days(start=whole.start, end=note_date) if which == "earlier this" else whole


def _day_before_yesterday(match: re.Match[str], setting: Setting) -> Days | None:
    if setting.note_date is None:
        return None
    day = setting.note_date - dt.timedelta(days=2)
    return Days(start=day, end=day)


def _today(match: re.Match[str], setting: Setting) -> Days | None:
    note_date = setting.note_date
    return Days(start=note_date, end=note_date) if note_date is not None else None


def period(match: re.Match[str], setting: Setting) -> Days | None:
    """The days from so long before the note until the note."""
    note_date = setting.note_date
    if note_date is None:
        return None
    if match["shorthand"] is not None:
        count, unit = float(match["shorthand"]), _SHORTHAND[match["shorthand_unit"]]
    elif match["lasting"] is not None:
        count = max(_counts(match, "lasting", setting))
        unit = _unit(match["lasting_unit"], setting)
    elif match["window_unit"] is not None:
        count = max(_counts(match, "window", setting))
        unit = _unit(match["window_unit"], setting)
    elif match["within_unit"] is not None:
        count = max(_counts(match, "within", setting))
        unit = _unit(match["within_unit"], setting)
    else:
        counted = match["recent"] is not None
        count = max(_counts(match, "recent", setting)) if counted else 1.0
        unit = _unit(match["recent_unit"], setting)
    if count * (12 if unit == "year" else 1) > _MOST_MONTHS_AGO:
        return None
    return Days(start=back(note_date, count, unit), end=note_date)


READERS: dict[str, Reader] = {
    "iso": _iso,
    "compact": _compact,
    "numeric": _numeric,
    "days_of_month": _days_of_month,
    "listed_number": _listed_number,
    "listed_day": _listed_day,
    "day_month": _day_and_month,
    "month_day": _day_and_month,
    "part_of_month": _part_of_month,
    "month_of_range": _month_of_range,
    "month_year": _month_year,
    "month_last_year": _month_last_year,
    "bare_month": _bare_month,
    "year_month": _year_month,
    "short_year_month": _short_year_month,
    "winter": _winter,
    "decade": _decade,
    "part": _part_of_year,
    "season": _season,
    "month_slash_year": _month_slash_year,
    "month_dot_year": _month_dot_year,
    "month_short_year": _month_short_year,
    "day_dot_month": _day_dot_month,
    "month_dot_day": _month_dot_day,
    "day_dash_month": _day_dash_month,
    "six_digits": _six_digits,
    "day_before_yesterday": _day_before_yesterday,
    "ago": _ago,
    "later": _later,
    "day_after": _day_after,
    "at_age": _at_age,
    "last": _last,
    "weekday": _weekday,
    "weekday_and_day": _weekday_and_day,
    "tomorrow": _tomorrow,
    "today": _today,
    "years": _year_of_range,
    "year": _bare_year,
    "short_year": _short_year,
    "day_slash_month": _day_slash_month,
}
"""By the form that ``DateGrammar`` finds; each reads the named group of its form."""
