"""How long a drug was taken: "for 6 weeks", "a 3-month course of", "stopped after two years".

A month is as long as one can be, and a year too; what is told only about is half a unit wider.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from abstraction.dates import DateBasis, DateInterval, DayCount, Days, add_months
from abstraction.pipeline.cues import Cue
from abstraction.pipeline.date_forms import count_pattern, words
from nlp_rules.schema import DatesRule, DurationRules, TimeUnit

_BEFORE = 70
"""Characters before a drug in which the length of its course stands."""
_BEHIND = 60
"""Characters between a drug, or a word about it, and the end of such a length."""
_ENDS = frozenset({"stopped", "inefficacy", "intolerance"})
"""Cues behind which "after" says how long it had been taken."""
_WITHOUT = frozenset({"stopped", "held", "never_given", "declined", "negated"})
"""Cues before a drug that make "for" behind it the time without it: "off azathioprine for"."""
_NOT_TAKEN = _ENDS | _WITHOUT
"""Cues behind which "for" is no time on the drug."""
_UNIT_DAYS: dict[TimeUnit, int] = {"day": 1, "week": 7, "fortnight": 14}
_SLACK: dict[TimeUnit, int] = {"day": 0, "week": 3, "fortnight": 3, "month": 15, "year": 182}
"""Half a unit, either side of what is said."""
_SHORTHAND: dict[str, TimeUnit] = {"7": "day", "52": "week", "12": "month"}
_MOST_DAYS = 366 * 60
"""No drug is taken for longer."""
_BASIS: DateBasis = "relative"


@dataclass(frozen=True, slots=True)
class Duration:
    """The length of a course and its characters ``[start, end)``.

    ``slack`` is how many days off a date is that is counted from it; ``until_now`` says that it is
    the time up to the note, ``without`` that it is the time off the drug up to then.
    """

    start: int
    end: int
    days: DayCount
    slack: int
    until_now: bool = False
    without: bool = False

    def end_of(self, begins: Days) -> DateInterval:
        """When a course ended that began then."""
        return DateInterval(
            start=_moved(begins.start, self.days.min - 1 - self.slack),
            end=_moved(begins.end, self.days.max + self.slack),
            basis=_BASIS,
        )

    def start_of(self, ends: Days) -> DateInterval:
        """When a course began that ended then."""
        return DateInterval(
            start=_moved(ends.start, -self.days.max - self.slack),
            end=_moved(ends.end, 1 - self.days.min + self.slack),
            basis=_BASIS,
        )


class DurationReader:
    """Finds the length of a course by the ``durations`` of ``dosing.yaml``."""

    def __init__(self, rules: DurationRules, dates: DatesRule) -> None:
        self._numbers = dates.numbers
        self._units = {**dates.time_units, **rules.short_units}
        units = rf"(?P<unit>{words(self._units)})s?\b\.?"
        about = rf"(?P<about>(?:{'|'.join(dates.about)})\s{{0,2}})?"
        counted = (
            rf"{about}(?:(?P<short>\d{{1,2}})/(?P<short_unit>12|52|7)(?![\d/])"
            rf"|{count_pattern(dates, 'count')}\s{{0,2}}\+?[\s-]{{0,2}}{units})"
        )
        lead = rf"[\s,;:(–-]{{0,3}}(?:(?:{rules.between})[\s,]{{1,2}}){{0,4}}"
        self._for = re.compile(
            rf"{lead}(?:(?:{rules.lasting})\s{{0,2}})(?P<now>(?:the\s)?(?:{rules.recent})\s)?"
            rf"{counted}(?!\s{{0,2}}(?:{rules.not_behind}))",
            re.IGNORECASE,
        )
        self._after = re.compile(
            rf"{lead}(?:{rules.after})\s(?:only\s|just\s)?{counted}(?!\s{{0,2}}(?:{rules.not_behind}))",
            re.IGNORECASE,
        )
        self._bare = re.compile(
            rf"\s?[,(:]\s{{0,2}}{counted}(?=\s{{0,2}}(?:[),;.]|(?:{rules.behind_bare})\b|$))",
            re.IGNORECASE,
        )
        self._before = re.compile(
            rf"(?<![\w/.,-]){counted}(?:['’]?[\s-]{{1,2}}(?:{rules.course})|['’]\s{{1,2}})$",
            re.IGNORECASE,
        )
        self._course_of = re.compile(rules.course_of, re.IGNORECASE)
        self._not_before = re.compile(rf"(?:{rules.not_before})\s{{0,2}}$", re.IGNORECASE)

    def of(
        self,
        text: str,
        place: tuple[int, int],
        told: int,
        cues: Sequence[Cue],
        bounds: tuple[int, int],
    ) -> Duration | None:
        """The length of the course of the drug ``place`` = ``[start, end)``, whose dose and
        frequency are ``told`` up to there; none outside ``bounds``."""
        floor, limit = bounds
        behind = [cue for cue in cues if place[1] <= cue.start and cue.end <= limit]
        ended = [cue.end for cue in cues if cue.category in _ENDS and place[0] <= cue.end <= limit]
        begun = [cue.end for cue in behind if cue.category not in _NOT_TAKEN]
        off = any(cue.category in _WITHOUT and cue.end <= place[0] for cue in cues)
        found = [
            *self._behind(self._for, text, [told, *begun], limit, without=off),
            *self._behind(self._after, text, ended, limit),
            *self._behind(self._bare, text, [told], limit),
            *self._ahead(text, place[0], floor),
        ]
        return found[0] if found else None

    def _behind(
        self,
        pattern: re.Pattern[str],
        text: str,
        places: Sequence[int],
        limit: int,
        *,
        without: bool = False,
    ) -> Iterator[Duration]:
        for place in places:
            match = pattern.match(text, place, min(limit, place + _BEHIND))
            if match and (found := self._read(match)):
                yield replace(found, without=without)

    def _ahead(self, text: str, start: int, floor: int) -> Iterator[Duration]:
        opening = max(floor, start - _BEFORE)
        match = self._before.search(text, opening, start)
        if match and match["short"] and not self._course_of.search(match[0]):
            return  # "VA 6/12 on hydroxychloroquine"
        if match and not self._not_before.search(text, opening, match.start()):
            found = self._read(match)
            if found is not None:
                yield found

    def _read(self, match: re.Match[str]) -> Duration | None:
        if match["short"] is not None:
            counts, unit = (float(match["short"]),) * 2, _SHORTHAND[match["short_unit"]]
        else:
            first = self._number(match["count"])
            last = self._number(match["count_to"]) if match["count_to"] else first
            counts, unit = (min(first, last), max(first, last)), self._unit(match["unit"])
        slack = _SLACK[unit]
        wider = slack if match["about"] else 0
        least, most = _length(counts[0], unit)[0] - wider, _length(counts[1], unit)[1] + wider
        if most > _MOST_DAYS or most < 1:
            return None
        start = match.start("about") if match["about"] else match.start("count")
        if match["short"] is not None and not match["about"]:
            start = match.start("short")
        end = match.end("short_unit") if match["short"] is not None else match.end("unit")
        now = match.groupdict().get("now") is not None
        return Duration(start, end, DayCount(min=max(1, least), max=most), slack, now)

    def _number(self, printed: str) -> float:
        squeezed = " ".join(printed.lower().split())
        return self._numbers.get(squeezed) or float(squeezed)

    def _unit(self, printed: str) -> TimeUnit:
        squeezed = printed.lower().rstrip(".")
        return self._units.get(squeezed) or self._units[squeezed.removesuffix("s")]


def _length(count: float, unit: TimeUnit) -> tuple[int, int]:
    """The fewest and the most days of so many units of the calendar."""
    if unit in _UNIT_DAYS:
        days = round(count * _UNIT_DAYS[unit])
        return days, days
    months = count * (12 if unit == "year" else 1)
    whole, part = int(months), round((months - int(months)) * 30)
    starts = [dt.date(2021 + month // 12, month % 12 + 1, 1) for month in range(48)]
    lengths = [(add_months(start, whole) - start).days for start in starts]
    return min(lengths) + part, max(lengths) + part


def _moved(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days=days)
