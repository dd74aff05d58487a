"""Dates in text as intervals of days.

Day-first or month-first is settled by what is unambiguous in the same note; otherwise a date such
as 03/02/2025 keeps both readings as one interval.  Two-digit years are the latest that do not lie
after the note.  No day is ever made up.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from abstraction.dates import DateBasis, Days
from abstraction.pipeline.date_readers import READERS, Setting, split_numeric
from nlp_rules.schema import DatesRule

_SEPARATED = (
    r"(?<![\d/.-])\d{1,2}\s?(?P<separator>[/.\-])\s?\d{1,2}\s?(?P=separator)\s?"
    r"(?:\d{4}|\d{2})(?!\d)"
)
_BASES: dict[str, DateBasis] = {"today": "note", "ago": "relative", "last": "relative"}
"""Forms whose basis is not the explicit date."""
_GUARDED = frozenset({"day_slash_month", "year", "month_slash_year"})
"""Forms that digits of another meaning can take."""


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
        self._forms = _forms(rules)
        self._not_before = tuple(re.compile(p, re.IGNORECASE) for p in rules.not_dates_before)
        self._not_after = tuple(re.compile(p, re.IGNORECASE) for p in rules.not_dates_after)

    def day_first(self, text: str, note_date: dt.date | None) -> bool | None:
        """Whether the note writes the day first, by what is unambiguous in it; None if nothing is.

        A date that is the note's own in exactly one reading settles it too.
        """
        votes: set[bool] = set()
        for match in re.finditer(_SEPARATED, text):
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
        return votes.pop() if len(votes) == 1 else None

    def find(
        self, text: str, note_date: dt.date | None, day_first: bool | None = None
    ) -> Iterator[DateMention]:
        """Every date of ``text`` in order, never overlapping."""
        if day_first is None:
            day_first = self.day_first(text, note_date)
        setting = Setting(self._rules, note_date, day_first)
        for match in self._forms.finditer(text):
            form = next(name for name in READERS if match[name] is not None)
            if form in _GUARDED and self._is_no_date(text, match):
                continue
            days = READERS[form](match, setting)
            if days is not None:
                end = match.start() + len(match[0].rstrip(".,"))
                yield DateMention(match.start(), end, days, _BASES.get(form, "explicit"))

    def _is_no_date(self, text: str, match: re.Match[str]) -> bool:
        before = re.split(r"[\r\n\t|]", text[max(0, match.start() - 30) : match.start()])[-1]
        after = text[match.end() : match.end() + 12]
        return any(p.search(before) for p in self._not_before) or any(
            p.search(after) for p in self._not_after
        )


def _words(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _forms(rules: DatesRule) -> re.Pattern[str]:
    """Every form of a date, each a group named as its reader is in ``READERS``."""
    month = rf"(?:{_words(rules.months)})(?![^\W\d_])\.?"
    bare_month_after = "|".join(rf"(?<=\b{re.escape(word)}\s)" for word in rules.before_bare_month)
    about = "|".join(rules.about)
    year = r"(?:19|20)\d{2}"
    short = r"['’]\s?\d{2}"
    return re.compile(
        rf"""
        (?P<iso>(?<![\d/.-]){year}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?!\d))
      | (?P<numeric>{_SEPARATED})
      | (?P<day_month>
          (?<![\d/.])\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?[\s-]{{0,2}}{month}
          (?:[\s,-]{{0,3}}(?:{year}|{short}|\d{{2}}\b(?!\s*(?:mg|g\b|:|%|/))))?)
      | (?P<month_day>
          \b{month}\s{{0,2}}\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*(?:mg|g\b|mmol))
          (?:,?\s{{0,2}}(?:{year}|{short}))?)
      | (?P<month_year>\b{month}[\s,/-]{{0,3}}(?:of\s)?(?:{year}|{short}))
      | (?P<bare_month>(?:{bare_month_after}){month}(?![\s,-]{{0,3}}\d))
      | (?P<year_month>(?<![\d/.-]){year}[-./](?:0[1-9]|1[0-2])(?![\d]|[-./]\d))
      | (?P<part>\b(?:{_words(rules.parts_of_year)})[\s-]{{0,2}}(?:{year}|{short}))
      | (?P<month_slash_year>
          (?:(?<![\d/.-])|(?<=/(?:19|20)\d\d-))(?:0?[1-9]|1[0-2])\s?/\s?{year}(?![\d/]))
      | (?P<ago>
          \b(?:(?:{about})\s*)?(?P<count>\d{{1,3}}|{_words(rules.numbers)})\s*(?:\+\s*)?
          (?P<unit>{_words(rules.time_units)})s?\.?\s+(?:{_words(rules.ago)})\b)
      | (?P<last>
          \b(?:{_words(rules.last)})\s+(?P<last_unit>week|month|year)\b
        | \b(?:{_words(rules.yesterday)})\b)
      | (?P<today>\b(?:{"|".join(rules.today)})\b)
      | (?P<year>
          (?:(?<![\d/.,$-])|(?<=(?:19|20)\d\d[-–]))\b{year}\b
          (?![/\d]|[-–](?!(?:19|20)\d\d\b)|\.\d|\s*(?:mg|mL|g\b|kcal|ml)))
      | (?P<day_slash_month>(?<![\d/.-])\d{{1,2}}/\d{{1,2}}(?![\d/]|\.\d))
        """,
        re.VERBOSE | re.IGNORECASE,
    )
