"""Dates in text as intervals of days.

Day-first or month-first is settled by what is unambiguous in the same note; otherwise a date such
as 03/02/2025 keeps both readings as one interval.  Two-digit years are the latest that do not lie
after the note.  No day is ever made up.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from abstraction.dates import DateBasis, Days, whole_year
from abstraction.pipeline.date_forms import DAY_SLASH_MONTH, SEPARATED, date_forms, period_forms
from abstraction.pipeline.date_readers import READERS, Setting, latest_day, period, split_numeric
from abstraction.pipeline.screen import Screen
from nlp_rules.schema import DatesRule

_BASES: dict[str, DateBasis] = {
    "today": "note",
    **dict.fromkeys(
        (
            "ago",
            "last",
            "weekday",
            "season",
            "day_before_yesterday",
            "tomorrow",
            "later",
            "day_after",
            "at_age",
            "month_last_year",
        ),
        "relative",
    ),
}
"""Forms whose basis is not the explicit date."""
_GUARDED = frozenset(
    {
        "day_slash_month",
        "year",
        "month_slash_year",
        "month_dot_year",
        "compact",
        "short_year",
        "month_short_year",
        "day_dash_month",
    }
)
"""Forms that digits of another meaning can take."""
_WITHOUT_YEAR = frozenset(
    {"day_month", "month_day", "day_slash_month", "day_dot_month", "day_dash_month"}
)
"""Forms of a day that may leave its year to the date behind it."""
_DATED = frozenset({"numeric", "iso", "day_month", "month_day", "listed_day", "days_of_month"})
"""Forms of a day that can give it."""
_LONGEST_LIST = 10
"""Days of one list before the one that gives their year."""
_YEAR = re.compile(r"\d{4}|['’‘]\s?\d{2}\b|[/.-]\d{1,2}[/.-]\d{2}")
_DAYS_OF_ONE_MONTH = re.compile(
    r"(?:,\s?\d{1,2}(?:st|nd|rd|th)?){0,8},?\s(?:and|&)\s\d{1,2}(?:st|nd|rd|th)?,?\s"
    r"(?P<year>(?:19|20)\d{2})\b"
)
"""What follows the first day of "March 3, 17 and 31, 2019"."""
_RANGE = re.compile(
    rf"(?={DAY_SLASH_MONTH})(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})\s?(?:-|–|~|to|through|thru|until)\s?"
    r"(?P<c>\d{1,2})/(?P<d>\d{1,2})(?![\d/]|[.,]\d|\s?%)"
)
"""Two days without a year that may be the ends of a range: "27/5–10/6"."""
_LIST_OF_DAYS = re.compile(
    rf"{DAY_SLASH_MONTH}(?:(?:,\s?(?:and\s)?|\s?&\s?|\sand\s)\d{{1,2}}/\d{{1,2}}(?![\d/]|[.,]\d)){{2,9}}"
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})")
_LONGEST_RANGE = 31 * 4
_VALUE_BEHIND = re.compile(r"\)?\s?[:=]?\s?[<>≤≥]?\d")
_LARGEST_SCALE = 12
"""Scores of many joints, points or glomeruli aside, which are left to the words beside them."""
_BESIDE = 60
"""Characters beside digits that show whether they are a date."""


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in the text: characters ``[start, end)``, the days it can mean, and its basis.

    ``runs_on`` tells that it is all of its days ("10-14 February"), ``year_left_out`` that the year
    is that of the last such day up to the note.
    """

    start: int
    end: int
    days: Days
    basis: DateBasis
    runs_on: bool = False
    year_left_out: bool = False


class DateGrammar:
    """Finds dates by the forms of ``dates.yaml``.  Linear in the text.

    ``day_first`` is how notes write day and month that do not show it themselves; None keeps both
    readings.
    """

    def __init__(self, rules: DatesRule, day_first: bool | None = None) -> None:
        self._rules = rules
        self._day_first = day_first
        self._forms = date_forms(rules)
        self._periods = period_forms(rules)
        self._ahead = re.compile(rules.ahead, re.IGNORECASE)
        self._birth_before = re.compile(rules.birth_before, re.IGNORECASE)
        self._no_period = re.compile(rules.no_period_before, re.IGNORECASE)
        self._joint = re.compile(rules.between_listed_days, re.IGNORECASE)
        self._leads_day = re.compile(rules.leads_day_slash_month, re.IGNORECASE)
        self._not_before = tuple(re.compile(p, re.IGNORECASE) for p in rules.not_dates_before)
        self._not_after = tuple(re.compile(p, re.IGNORECASE) for p in rules.not_dates_after)
        figures = (SEPARATED, DAY_SLASH_MONTH)
        self._in_figures = Screen({"figures": [re.compile(pattern) for pattern in figures]})

    def day_first(self, text: str, note_date: dt.date | None) -> bool | None:
        """Whether the note writes the day first, by what is unambiguous in it, else by the
        grammar's own setting.

        A date that is the note's own in exactly one reading settles it too.  Where no date with a
        year does, days without one are asked, and then those that only one order keeps from lying
        after the note.
        """
        votes: set[bool] = set()
        if not any(self._in_figures.live(text).values()):
            return self._day_first
        for match in re.finditer(SEPARATED, text):
            a, b, year = split_numeric(match[0])
            if 12 < a <= 31 and 1 <= b <= 12:
                votes.add(True)
            elif 12 < b <= 31 and 1 <= a <= 12:
                votes.add(False)
            elif note_date and a != b and year[-2:] == f"{note_date:%y}":
                if (a, b) == (note_date.day, note_date.month):
                    votes.add(True)
                elif (b, a) == (note_date.day, note_date.month):
                    votes.add(False)
        votes = votes or set(self._votes_of_short_dates(text, note_date))
        votes = votes or set(self._votes_of_the_past(text, note_date))
        return votes.pop() if len(votes) == 1 else self._day_first

    def _votes_of_the_past(self, text: str, note_date: dt.date | None) -> Iterator[bool]:
        """The order of dates that in the other one would lie after the note."""
        if note_date is None:
            return
        plain = Setting(self._rules, note_date, None, self._ahead)
        for match in re.finditer(SEPARATED, text):
            a, b, _ = split_numeric(match[0])
            floor = max(0, match.start() - _BESIDE)
            if a == b or max(a, b) > 12 or self._ahead.search(text, floor, match.start()):
                continue
            either = [replace(plain, day_first=order) for order in (True, False)]
            form = self._forms.match(text, match.start())
            if form is None or form["numeric"] is None:
                continue
            days = [READERS["numeric"](form, each) for each in either]
            if len(days) == 2 and all(days):
                past = [day is not None and day.start <= note_date for day in days]
                if past[0] != past[1]:
                    yield past[0]

    def _votes_of_short_dates(self, text: str, note_date: dt.date | None) -> Iterator[bool]:
        yield from (order for _, order in self._ranges(text) if order is not None)
        for match in re.finditer(DAY_SLASH_MONTH, text):
            a, b = (int(number) for number in match[0].split("/"))
            if note_date and a != b and note_date.day <= 12:
                if (a, b) == (note_date.day, note_date.month):
                    yield True
                elif (b, a) == (note_date.day, note_date.month):
                    yield False
            day_first = 12 < a <= 31 and 1 <= b <= 12
            if (day_first or (12 < b <= 31 and 1 <= a <= 12)) and self._is_day(
                text, match, note_date, day_first
            ):
                yield day_first

    def _ranges(self, text: str) -> Iterator[tuple[re.Match[str], bool | None]]:
        """The pairs of days such as "27/5–10/6" that are no fractions, each with the order that it
        shows: the number that stays is the month."""
        for match in _RANGE.finditer(text):
            a, b, c, d = (int(match[name]) for name in "abcd")
            if {f"{a}/{b}", f"{c}/{d}"} & set(self._rules.no_range_of_days):
                continue
            improper = a > b or c > d
            first = _is_range_of_days((a, b), (c, d))
            last = _is_range_of_days((b, a), (d, c))
            if a == c and b < d and last:
                yield match, False
            elif improper and b == d and first:
                yield match, True
            elif improper and (first or last):
                yield match, None

    def find(
        self,
        text: str,
        note_date: dt.date | None,
        day_first: bool | None = None,
        births: Days | None = None,
    ) -> Iterator[DateMention]:
        """Every date of ``text`` in order, never overlapping; dates of birth are none."""
        if day_first is None:
            day_first = self.day_first(text, note_date)
        setting = Setting(self._rules, note_date, day_first, self._ahead, births)
        ranges: set[int] = set()
        if any(self._in_figures.live(text).values()):
            ranges |= {m.start(name) for m, _ in self._ranges(text) for name in ("a", "c")}
            ranges |= set(_listed_days(text))
        last: DateMention | None = None
        for match in self._forms.finditer(text):
            form = next(name for name in READERS if match[name] is not None)
            if form in _GUARDED and self._is_no_date(text, match):
                continue
            coming = self._year_to_come(text, match, form, setting)
            going_on = None if coming else self._year_going_on(text, match, form, last)
            beside = coming or going_on
            if form == "month_short_year" and not self._leads(text, match):
                continue
            if form == "day_slash_month" and not (
                beside or match.start() in ranges or self._is_day(text, match, note_date, day_first)
            ):
                continue
            if self._birth_before.search(text, max(0, match.start() - _BESIDE), match.start()):
                continue
            days = READERS[form](match, replace(setting, coming=coming, going_on=going_on))
            if days is not None:
                end = match.start() + len(match[0].rstrip(".,"))
                basis = _BASES.get(form, "explicit")
                if (basis == "explicit" or form == "later") and days.start == days.end:
                    setting = replace(setting, previous=days)
                last = DateMention(
                    match.start(),
                    end,
                    days,
                    basis,
                    runs_on=form == "days_of_month",
                    year_left_out=_lacks_year(match, form) and beside is None,
                )
                yield last

    def periods(self, text: str, note_date: dt.date | None) -> Iterator[DateMention]:
        """Times that end with the note ("for the past two years"), in order."""
        setting = Setting(self._rules, note_date, None, self._ahead)
        for match in self._periods.finditer(text):
            floor = max(0, match.start() - _BESIDE)
            if self._no_period.search(text, floor, match.start()):
                continue
            days = period(match, setting)
            if days is not None:
                yield DateMention(match.start(), match.end(), days, "relative")

    def _is_no_date(self, text: str, match: re.Match[str]) -> bool:
        before = re.split(r"[\r\n\t|]", text[max(0, match.start() - 30) : match.start()])[-1]
        after = text[match.end() : match.end() + 24]
        return any(p.search(before) for p in self._not_before) or any(
            p.search(after) for p in self._not_after
        )

    def _is_day(
        self, text: str, match: re.Match[str], note_date: dt.date | None, day_first: bool | None
    ) -> bool:
        """Whether "12/28" is a day and no fraction: a word leads to it, or it is recent."""
        if self._is_no_date(text, match):
            return False
        if self._leads(text, match):
            return True
        a, b = (int(number) for number in match[0].split("/"))
        a_value_follows = bool(_VALUE_BEHIND.match(text, match.end()))
        if match[0] in self._rules.idioms:
            return False
        recent = self._rules.recent_days
        if _is_fraction(a, b) and not a_value_follows:
            recent = self._rules.recent_fraction_days if day_first is not None else 0
        if note_date is None:
            return a_value_follows
        orders = [(b, a), (a, b)] if day_first is None else [(b, a) if day_first else (a, b)]
        days = [latest_day(month, day, note_date) for month, day in orders]
        return any((note_date - found.start).days <= recent for found in days if found)

    def _year_to_come(
        self, text: str, match: re.Match[str], form: str, setting: Setting
    ) -> Days | None:
        """The date behind a day without a year that gives the year of both, in a list or range.

        A fraction with nothing but a comma behind it is no part of one.
        """
        if form == "month_day" and (days := _DAYS_OF_ONE_MONTH.match(text, match.end())):
            return whole_year(int(days["year"]))
        for step in range(_LONGEST_LIST):
            if not _lacks_year(match, form):
                return READERS[form](match, setting) if step and form in _DATED else None
            joint = self._joint.match(text, match.end())
            if joint is None or (step == 0 and self._may_be_a_fraction(text, match, form, joint)):
                return None
            following = self._forms.match(text, joint.end())
            if following is None:
                return None
            match, form = following, next(n for n in READERS if following[n] is not None)
        return None

    def _year_going_on(
        self, text: str, match: re.Match[str], form: str, last: DateMention | None
    ) -> Days | None:
        """The date right before a day without a year, where the two are the ends of a range."""
        if last is None or last.year_left_out or not _lacks_year(match, form):
            return None
        if last.basis != "explicit" or last.days.start != last.days.end:
            return None
        joint = self._joint.fullmatch(text, last.end, match.start())
        return last.days if joint and joint[0].strip() not in (",", ";", "/", "&") else None

    def _may_be_a_fraction(
        self, text: str, match: re.Match[str], form: str, joint: re.Match[str]
    ) -> bool:
        if form != "day_slash_month" or self._leads(text, match):
            return False
        a, b = (int(number) for number in match[0].split("/"))
        return _is_fraction(a, b) and joint[0].strip() in (",", ";")

    def _leads(self, text: str, match: re.Match[str]) -> bool:
        """Whether the words before digits say that a day follows."""
        return bool(self._leads_day.search(text[max(0, match.start() - _BESIDE) : match.start()]))


def _listed_days(text: str) -> Iterator[int]:
    """Where the days of lists such as "11/9, 11/10, 11/11" begin: one number stays, the other one
    rises, and where that is the first, day by day."""
    for found in _LIST_OF_DAYS.finditer(text):
        places = list(_SLASHED.finditer(text, *found.span()))
        pairs = [(int(place[1]), int(place[2])) for place in places]
        steps = [(c - a, d - b) for (a, b), (c, d) in pairwise(pairs)]
        real = all(0 < min(pair) <= 12 and max(pair) <= 31 for pair in pairs)
        if real and (all(a == 0 < b for a, b in steps) or all((a, b) == (1, 0) for a, b in steps)):
            yield from (place.start() for place in places)


def _is_range_of_days(first: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether day and month of both are ones of the calendar, the second not long after."""
    (day, month), (to_day, to_month) = first, last
    if not (0 < day <= 31 and 0 < month <= 12 and 0 < to_day <= 31 and 0 < to_month <= 12):
        return False
    days = (to_month - month) % 12 * 31 + to_day - day
    return 0 < days <= _LONGEST_RANGE


def _lacks_year(match: re.Match[str], form: str) -> bool:
    """Whether a day is printed without its year."""
    return form in _WITHOUT_YEAR and not _YEAR.search(match[0])


def _is_fraction(numerator: int, denominator: int) -> bool:
    """Whether "4/5" reads more likely as so many of so many than as a day."""
    return numerator <= denominator <= _LARGEST_SCALE
