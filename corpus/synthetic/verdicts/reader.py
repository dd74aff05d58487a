"""The chart as it was told, and the questions that several criteria ask of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from abstraction.dates import add_months
from corpus.synthetic.banks import topics
from corpus.synthetic.course import Biopsy, Course, Episode
from corpus.synthetic.statements import Result
from corpus.synthetic.telling import Said

Outcome = Literal["pass", "fail", "unknown"]

LABORATORY_DAYS = 30
"""How old a laboratory value may be at screening (contract, section 8)."""


class Reader:
    """One chart: what was said until the screening, and after it."""

    def __init__(self, course: Course, said: tuple[Said, ...]) -> None:
        self.course = course
        self.screening = course.screening
        self.said = tuple(one for one in said if one.day <= course.screening)
        self.after = tuple(one for one in said if one.day > course.screening)

    @property
    def month_ago(self) -> dt.date:
        """The first day on which a laboratory value counts."""
        return self.screening - dt.timedelta(days=LABORATORY_DAYS)

    def topics(self, since: dt.date | None = None) -> set[str]:
        """The topics said, ever or since a day."""
        return {one.topic for one in self.said if since is None or one.day >= since}

    def stated(self, criterion: str, since: dt.date | None = None) -> Outcome:
        """By the statements that settle it; two that disagree leave it open."""
        settled = {
            topics()[topic].settles[criterion]
            for topic in self.topics(since)
            if criterion in topics()[topic].settles
        }
        return settled.pop() if len(settled) == 1 else "unknown"

    def results(self, analyte: str, *, with_unit: bool = False) -> list[Result]:
        """Every result of the analyte that was told, of any day."""
        return [
            one.subject
            for one in self.said
            if isinstance(one.subject, Result)
            and one.subject.analyte == analyte
            and (one.subject.with_unit or not with_unit)
        ]

    def newest(self, analyte: str) -> list[Result]:
        """The results of the newest day within the laboratory's window, however often told."""
        recent = [
            result
            for result in self.results(analyte)
            if self.month_ago <= result.day <= self.screening
        ]
        last = max((result.day for result in recent), default=None)
        return [result for result in recent if result.day == last]

    def number(self, analyte: str) -> float | None:
        """The newest value in the canonical unit; None where there is none."""
        found = self.newest(analyte)
        return found[0].printed.canonical if found else None

    def without_unit(self, *analytes: str) -> bool:
        """Whether a newest value was told without its unit only: two readers could differ."""
        newest = (self.newest(analyte) for analyte in analytes)
        return any(found and not any(one.with_unit for one in found) for found in newest)

    def tests(self, months: int) -> Mapping[str, str]:
        """Qualitative results of the last months, by test."""
        first = add_months(self.screening, -months)
        return {
            one.subject[0]: one.subject[1]
            for one in self.said
            if one.topic == "serology_item" and one.subject[2] >= first
        }

    def episodes(self, *told_as: str) -> list[tuple[Episode, frozenset[str]]]:
        """The episodes told under these topics, and which slots were printed of them."""
        return [
            (one.subject, one.printed)
            for one in self.said
            if isinstance(one.subject, Episode) and one.topic in told_as
        ]

    def biopsies(self) -> list[Biopsy]:
        """The biopsies told, however often."""
        return [one.subject for one in self.said if isinstance(one.subject, Biopsy)]
