"""Dates in text as intervals of days.

Day-first or month-first is settled by what is unambiguous in the same note; otherwise a date such as
03/02/2025 keeps both readings as one interval.  Two-digit years are the latest that do not lie
after the note.  No day is ever made up.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from abstraction.dates import DateBasis, Days, add_months, hull, whole_month, whole_year
from nlp_rules.schema import DatesRule

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_SEPARATED = (
    r"(?<![\d/.-])\d{1,2}\s?(?P<separator>[/.\-])\s?\d{1,2}\s?(?P=separator)\s?(?:\d{4}|\d{2})(?!\d)"
)
_NUMBER_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "couple of": 2, "a couple of": 2,
}  # fmt: skip
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in the text: characters ``[start, end)``, the days it can mean, and its basis."""

    start: int
    end: int
    days: Days
    basis: DateBasis


class DateGrammar:
    """Finds dates by the forms of ``dates.yaml``.  Linear in the text."""

    def __init__(self, rules: DatesRule) -> None:
        self._rules = rules

    @cached_property
    def _forms(self) -> re.Pattern[str]:
        months = "|".join(sorted(map(re.escape, self._rules.months), key=len, reverse=True))
        parts = "|".join(sorted(map(re.escape, self._rules.parts_of_year), key=len, reverse=True))
        words = "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True))
        month = rf"(?:{months})\b\.?"
        year = r"(?:19|20)\d{2}"
        short = r"['’]\s?\d{2}"
        return re.compile(
            rf"""
            (?P<iso>(?<![\d/.-])(?:19|20)\d{{2}}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?!\d))
          | (?P<numeric>{_SEPARATED})
          | (?P<day_month>(?<![\d/.])\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?[\s-]{{0,2}}{month}(?:[\s,-]{{0,3}}(?:{year}|{short}|\d{{2}}\b(?!\s*(?:mg|g\b|:|%|/))))?)
          | (?P<month_day>\b{month}\s{{0,2}}\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*(?:mg|g\b|mmol))(?:,?\s{{0,2}}(?:{year}|{short}))?)
          | (?P<month_year>\b{month}[\s,/-]{{0,3}}(?:of\s)?(?:{year}|{short}))
          | (?P<bare_month>(?:(?<=\bin\s)|(?<=\bsince\s)|(?<=\bfrom\s)|(?<=\buntil\s)|(?<=\btill\s)|(?<=\blast\s)|(?<=\bthrough\s)){month}(?![\s,-]{{0,3}}\d))
          | (?P<year_month>(?<![\d/.-]){year}[-./](?:0[1-9]|1[0-2])(?![\d]|[-./]\d))
          | (?P<part>\b(?:{parts})[\s-]{{0,2}}(?:{year}|{short}))
          | (?P<month_slash_year>(?:(?<![\d/.-])|(?<=/(?:19|20)\d\d-))(?:0?[1-9]|1[0-2])\s?/\s?{year}(?![\d/]))
          | (?P<ago>\b(?:(?:about|approximately|approx\.?|around|~|over|nearly|almost)\s*)?(?P<count>\d{{1,3}}|{words})\s*(?:\+\s*)?(?P<unit>day|week|wk|month|mo|mth|year|yr)s?\.?\s+(?:ago|back|earlier|prior|previously)\b)
          | (?P<last>\blast\s+(?P<last_unit>week|month|year)\b|\byesterday\b)
          | (?P<today>\btoday\b|\bthis\s+(?:morning|afternoon|visit)\b)
          | (?P<year>(?:(?<![\d/.,$-])|(?<=(?:19|20)\d\d[-–]))\b{year}\b(?![/\d]|[-–](?!(?:19|20)\d\d\b)|\.\d|\s*(?:mg|mL|g\b|kcal|ml)))
          | (?P<day_slash_month>(?<![\d/.-])\d{{1,2}}/\d{{1,2}}(?![\d/]|\.\d))
            """,
            re.VERBOSE | re.IGNORECASE,
        )

    @cached_property
    def _not_before(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(p, re.IGNORECASE) for p in self._rules.not_dates_before)

    @cached_property
    def _not_after(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(p, re.IGNORECASE) for p in self._rules.not_dates_after)

    def day_first(self, text: str, note_date: dt.date | None) -> bool | None:
        """Whether the note writes the day first, by what is unambiguous in it; None if nothing is.

        A date that is the note's own in exactly one reading settles it too.
        """
        votes: set[bool] = set()
        for match in re.finditer(_SEPARATED, text):
            a, b, year = _parts(match[0])
            if 12 < a <= 31 and 1 <= b <= 12:
                votes.add(True)
            elif 12 < b <= 31 and 1 <= a <= 12:
                votes.add(False)
            elif note_date and a != b and year[-2:] == f"{note_date:%y}":
                if (a, b) == (note_date.day, note_date.month):
                    votes.add(True)
                elif (b, a) == (note_date.day, note_date.month):
                    votes.add(False)
        return votes.pop() if len(votes) == 1 else None

    def find(
        self, text: str, note_date: dt.date | None, day_first: bool | None = None
    ) -> Iterator[DateMention]:
        """Every date of ``text`` in order, never overlapping."""
        if day_first is None:
            day_first = self.day_first(text, note_date)
        for match in self._forms.finditer(text):
            form = match.lastgroup if match.lastgroup in _READERS else _form(match)
            if form in _GUARDED and self._is_no_date(text, match):
                continue
            days = _READERS[form](match, self._rules, note_date, day_first)
            if days is not None:
                basis: DateBasis = (
                    "note" if form == "today" else "relative" if form in _RELATIVE else "explicit"
                )
                start, end = match.span()
                while text[end - 1] in ".,":
                    end -= 1
                yield DateMention(start, end, days, basis)

    def _is_no_date(self, text: str, match: re.Match[str]) -> bool:
        before, after = text[max(0, match.start() - 30) : match.start()], text[match.end() :][:12]
        return any(p.search(before) for p in self._not_before) or any(
            p.search(after) for p in self._not_after
        )


_RELATIVE = frozenset({"ago", "last"})
_GUARDED = frozenset({"numeric", "day_slash_month", "year", "month_slash_year"})


def _form(match: re.Match[str]) -> str:
    return next(name for name in _READERS if match.groupdict().get(name) is not None)


def _day(year: int, month: int, day: int) -> Days | None:
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12):
        return None
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    one = dt.date(year, month, day)
    return Days(start=one, end=one)


def _year(printed: str, note_date: dt.date | None) -> int:
    """The printed year; of a two-digit one the latest that is not after the note's (or 2069)."""
    digits = re.sub(r"\D", "", printed)
    if len(digits) == 4:
        return int(digits)
    latest = note_date.year + 1 if note_date else 2069
    century = latest - latest % 100
    year = century + int(digits)
    return year if year <= latest else year - 100


def _iso(m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None) -> Days | None:
    year, month, day = map(int, re.split(r"[-/.]", m["iso"]))
    return _day(year, month, day)


def _numeric(m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None) -> Days | None:
    a, b, year = _parts(m["numeric"])
    # Dots stand between day, month and year; nobody writes the month first with them.
    return _either(a, b, _year(year, n), True if m["separator"] == "." else f)


def _parts(numeric: str) -> tuple[int, int, str]:
    first, second, year = re.split(r"\s?[/.\-]\s?", numeric)
    return int(first), int(second), year


def _either(a: int, b: int, year: int, day_first: bool | None) -> Days | None:
    as_day_first, as_month_first = _day(year, b, a), _day(year, a, b)
    if as_day_first and as_month_first:
        if day_first is None:
            return hull(as_day_first, as_month_first)
        return as_day_first if day_first else as_month_first
    return as_day_first or as_month_first


def _day_slash_month(
    m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None
) -> Days | None:
    """A day without a year: the latest such day not after the note; none without a note date."""
    if n is None:
        return None
    a, b = (int(x) for x in m["day_slash_month"].split("/"))
    if (f is None and max(a, b) <= 12) or (f and b > 12) or (f is False and a > 12):
        return None
    this_year = _either(a, b, n.year, f)
    if this_year and this_year.start <= n:
        return this_year
    return _either(a, b, n.year - 1, f)


def _named_month(m: re.Match[str], r: DatesRule) -> int:
    word = next(w for w in re.findall(r"[^\W\d_]+", m[0]) if w.lower() in r.months)
    return r.months[word.lower()]


def _day_and_month(
    m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None
) -> Days | None:
    month = _named_month(m, r)
    numbers = re.findall(r"['’]?\s?\d+", m[0])
    day = int(re.sub(r"\D", "", numbers[0]))
    if len(numbers) > 1:
        return _day(_year(numbers[1], n), month, day)
    if n is None:
        return None
    this_year = _day(n.year, month, day)
    if this_year and this_year.start <= n:
        return this_year
    return _day(n.year - 1, month, day)


def _month_year(m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None) -> Days | None:
    return whole_month(_year(re.findall(r"\d+", m[0])[-1], n), _named_month(m, r))


def _bare_month(m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None) -> Days | None:
    """A month without a year: the latest that does not begin after the note."""
    if n is None:
        return None
    month = _named_month(m, r)
    return whole_month(n.year if month <= n.month else n.year - 1, month)


def _year_month(m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None) -> Days | None:
    year, month = map(int, re.split(r"[-./]", m["year_month"]))
    return whole_month(year, month)


def _part(m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None) -> Days | None:
    year = _year(re.findall(r"\d+", m[0])[-1], n)
    name = re.split(r"[\s-]+['’]?\d", m[0])[0].strip().lower()
    first, last = next(v for k, v in r.parts_of_year.items() if k.lower() == name)
    return Days(start=whole_month(year, first).start, end=whole_month(year, last).end)


def _month_slash_year(
    m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None
) -> Days | None:
    month, year = map(int, re.split(r"\s?/\s?", m["month_slash_year"]))
    return whole_month(year, month)


def _bare_year(m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None) -> Days | None:
    year = int(m["year"])
    if n is not None and year > n.year + 1:
        return None
    return whole_year(year)


def _ago(m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None) -> Days | None:
    """Half a unit either side of what is said: "3 months ago" is 2.5 to 3.5 months before."""
    if n is None:
        return None
    printed = m["count"].lower()
    count = int(printed) if printed.isdigit() else _NUMBER_WORDS[printed]
    unit = {"wk": "week", "mo": "month", "mth": "month", "yr": "year"}.get(
        m["unit"].lower(), m["unit"].lower()
    )
    slack = dt.timedelta(days=_UNIT_DAYS[unit] // 2)
    if unit in ("month", "year"):
        if count * (12 if unit == "year" else 1) > 1200:
            return None
        middle = add_months(n, -count * (12 if unit == "year" else 1))
    else:
        middle = n - dt.timedelta(days=count * _UNIT_DAYS[unit])
    return Days(start=middle - slack, end=min(n, middle + slack))


def _last(m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None) -> Days | None:
    if n is None:
        return None
    unit = (m["last_unit"] or "day").lower()
    if unit == "day":
        return Days(start=n - dt.timedelta(days=1), end=n - dt.timedelta(days=1))
    if unit == "week":
        return Days(start=n - dt.timedelta(days=13), end=n - dt.timedelta(days=1))
    if unit == "month":
        return Days(start=whole_month(add_months(n, -1).year, add_months(n, -1).month).start, end=n)
    return whole_year(n.year - 1)


def _today(m: re.Match[str], r: DatesRule, n: dt.date | None, f: bool | None) -> Days | None:
    return Days(start=n, end=n) if n is not None else None


_READERS = {
    "iso": _iso,
    "numeric": _numeric,
    "day_month": _day_and_month,
    "month_day": _day_and_month,
    "month_year": _month_year,
    "bare_month": _bare_month,
    "year_month": _year_month,
    "part": _part,
    "month_slash_year": _month_slash_year,
    "ago": _ago,
    "last": _last,
    "today": _today,
    "year": _bare_year,
    "day_slash_month": _day_slash_month,
}
