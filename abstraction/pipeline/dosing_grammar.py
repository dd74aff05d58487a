"""Doses, frequencies, routes and date words of therapies, as they are written on charts.

Pure functions over text and offsets.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from abstraction.facts import Dose, Route, TherapyStatus
from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.divided_doses import Divided, DividedDoses
from abstraction.pipeline.dose_amounts import AMOUNT as _NUMBER
from abstraction.pipeline.dose_amounts import LINK as _LINK
from abstraction.pipeline.dose_amounts import amount
from abstraction.pipeline.dose_steps import Step, StepReader, standings_of
from abstraction.pipeline.durations import Duration
from abstraction.pipeline.parts import Part
from abstraction.pipeline.printed import any_of
from abstraction.pipeline.targets import Target
from nlp_rules.loader import RulePack
from nlp_rules.schema import TherapyRule

_NEAR = 60
"""Characters after a drug in which its dose and frequency stand."""
_BEFORE = 40
"""Characters before a drug, or a date, in which a dose, or a date word, belongs to it."""
_ROUTE_BEFORE, _ROUTE_AFTER, _ROUTE_DIRECTED = 20, 24, 40
_SINGLE_BEFORE = 24
"""Characters before a drug in which it is said to be given once."""
_CLAUSE_END = re.compile(r"[;\n\r]|(?<!\b\w)\.\s")
_STOP = re.compile(r";|(?<!\b\w)\.\s")
_LAST_WORD = re.compile(r"[\w.]*$")
_NO_BARE_DOSE = re.compile(r"(?:19|20)\d\d|0\d*")
"""A year, or a time of the day ("0900")."""
_COUNTED = 15
"""A bare number below this with an "x" behind it is a count and no dose."""
_COUNTS = re.compile(r"\s{0,4}(?:x\b|x(?=\d)|×)", re.IGNORECASE)
_PARTS_BEHIND = 32
"""Characters behind a frequency in which a day's dose is said to be taken in parts."""
_PER_VOLUME = re.compile(r"\s?(?:/|per)\s?(?P<per>\d{1,3}(?:[.,]\d)?)?\s?mL\b", re.IGNORECASE)
_VOLUME = re.compile(r"(?<![\d.,/])(?P<taken>\d{1,2}(?:[.,]\d{1,2})?)\s?mLs?\b", re.IGNORECASE)
_ENDS_IN_COUNT = re.compile(r"\b\d{1,2}\s*$")
_DIRECTIONS = 160
"""Characters of the directions that stand in a sentence of their own behind a strength."""
_DIRECTIONS_END = re.compile(r"(?<!\b\w)\.\s|\n(?!\s{0,12}[a-z])")
_ENDS_DOSE = re.compile(r"\d\s{0,2}(?:[a-zµμ]{1,3}\b)?\s{0,2}(?:po|iv|sc)?\s{0,2}$", re.IGNORECASE)
"""Text that ends with a dose, whose frequency would follow."""

_LAST_BEHIND = 24
"""Characters between a drug of which the last dose is told and its day."""
_ENDS_LAST = re.compile(r"[;,.\d]")

_LETTER = re.compile(r"[^\W\d_]")
_HEADS_LINE = re.compile(r"\s?[-–—:|]\s|\s{2}")
"""Behind a date that heads its line."""

DateRole = Literal["start", "since", "stop", "last", "taken", "on"]
"""What a date says of a course: that it began, that it has gone on since, that it ended, that it
was last given, that the patient last took it, or that it was simply given then."""


@dataclass(frozen=True, slots=True)
class Dosing:
    """What stands beside a drug: the whole mention ``[start, end)`` and its parts.

    ``steps`` are further doses of the same drug; ``standing`` is what the order of the steps makes
    of this one: an earlier dose is ``stopped``, a later one ``planned``.

    ``dose`` is as printed; ``frequency`` counts administrations a day; ``course`` says that the
    course is told as a whole: so many cycles or days; ``single`` that it was given once.
    ``told`` is where the words of the dose end, ``reach`` where those of the drug do; ``duration``
    how long its course is told to have lasted.
    """

    start: int
    end: int
    dose: Dose | None = None
    frequency: float | None = None
    daily_dose_mg: float | None = None
    route: Route | None = None
    course: bool = False
    single: bool = False
    dates: tuple[tuple[DateRole, DateMention], ...] = ()
    parts: tuple[Part, ...] = ()
    steps: tuple[Dosing, ...] = ()
    standing: TherapyStatus | None = None
    told: int = 0
    reach: int = 0
    duration: Duration | None = None


@dataclass(frozen=True, slots=True)
class _Times:
    """A count beside a dose, its characters, and whether it can only be times a day."""

    count: int
    start: int
    end: int
    daily: bool


@dataclass(frozen=True, slots=True)
class _Given:
    """A dose as it is printed: its characters, its number and unit, and what divides it.

    ``behind`` is where the frequency may begin; ``number`` is None where no single number is
    printed ("1-1.5 g"); ``times`` is a count before or behind the dose ("2 x 50 mg"); ``apart``:
    other words stand between the drug and it, so that it is no part of the mention.
    """

    number: str | None
    unit: str | None
    start: int
    end: int
    behind: int
    divided: Divided | None = None
    times: _Times | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class _Often:
    """How often a day, milligrams a day, where that is said, and where the dose's words end."""

    frequency: float | None = None
    milligrams: float | None = None
    part: Part | None = None
    told: int = 0
    course: bool = False


class DosingGrammar:
    """Reads dosing by ``dosing.yaml`` and date words by ``dates.yaml``."""

    def __init__(self, rules: RulePack) -> None:
        dosing, dates = rules.dosing, rules.dates
        self._milligrams = {unit.lower(): factor for unit, factor in dosing.dose_units.items()}
        self._ucum = dosing.ucum
        self._counts = dosing.counts
        longest_first = sorted(dosing.dose_units, key=lambda unit: (-len(unit), unit))
        units = "|".join(map(re.escape, longest_first))
        self._dose = re.compile(
            rf"(?P<number>{_NUMBER})(?:{_LINK}(?:-|–|to){_LINK}(?P<upper>{_NUMBER}))?{_LINK}-?"
            rf"(?P<unit>{units})(?![A-Za-z])",
            re.IGNORECASE,
        )
        spelt_out = rf"{self._dose.pattern}(?!{_LINK}\(=?{_LINK}(?:{_NUMBER}){_LINK}m?g\b)"
        self._step_dose = re.compile(spelt_out, re.IGNORECASE)
        self._bare_dose = re.compile(
            rf"(?P<number>{_NUMBER})(?!\w|[%+]|:\d|[.-]\d|-[A-Za-z]{{3}}|{_LINK}%"
            rf"|{_LINK}/\s?(?!(?:d|j|day|die|jour|Tag|dag|(?:24|12|8)\s?h|wk|week|w)\b))"
        )
        self._not_a_dose = re.compile(any_of(dosing.not_doses_after))
        self._frequencies = [
            (entry.per_day, re.compile(_words(entry.words), re.IGNORECASE))
            for entry in dosing.frequencies
        ]
        self._frequencies += [
            (entry.per_day, re.compile(any_of(entry.exact)))
            for entry in dosing.frequencies
            if entry.exact
        ]
        self._routes = [
            (route, re.compile(_words(words), re.IGNORECASE))
            for route, words in dosing.routes.items()
        ]
        any_route = "|".join(pattern.pattern for _, pattern in self._routes)
        self._between = re.compile(
            rf"(?:{_LINK}(?:\([A-Za-z][\w -]{{1,30}}\)|\(|:|=|-|–|,|@|~|≈|(?:{any_route})"
            rf"|\b(?:{any_of(dosing.forms)}|{dosing.changes})\b\.?)){{0,5}}{_LINK}",
            re.IGNORECASE,
        )
        self._dose_before = re.compile(
            rf"(?P<number>{_NUMBER}){_LINK}-?(?P<unit>{units})"
            rf"(?:{_LINK}(?:(?:{any_route})|{any_of(dosing.forms_before)})){{0,3}}{_LINK}$",
            re.IGNORECASE,
        )
        before = rf":?(?:{_LINK}(?:{any_route}|{any_of(dosing.forms_before)})){{0,3}}{_LINK}$"
        self._adjectives = [
            (entry.per_day, re.compile(f"({_words(entry.adjectives)}){before}", re.IGNORECASE))
            for entry in dosing.frequencies
            if entry.adjectives
        ]
        often = [pattern for _, pattern in self._frequencies]
        self._divided = DividedDoses(dosing.divided, self._milligrams, dosing.counts)
        self._daily_drugs = frozenset(dosing.taken_daily)
        self._times_before = re.compile(dosing.times_before, re.IGNORECASE)
        self._times_a_day_before = re.compile(dosing.times_a_day_before, re.IGNORECASE)
        self._times_after = re.compile(dosing.times_after, re.IGNORECASE)
        self._bare_before = re.compile(dosing.bare_before, re.IGNORECASE)
        self._apart = re.compile(dosing.apart)
        self._headed = [
            (entry.per_day, re.compile(rf"({_words(entry.words)})\s?:{_LINK}$", re.IGNORECASE))
            for entry in dosing.frequencies
        ]
        self._at_once = frozenset(dosing.at_once)
        self._in_parts = [
            (entry.parts, re.compile(any_of(entry.words), re.IGNORECASE))
            for entry in dosing.in_parts
        ]
        self._of_next = re.compile(dosing.of_next, re.IGNORECASE)
        self._equals = re.compile(
            rf"{_LINK}(?:[=≈]|i\.?e\.?,?){_LINK}(?P<number>{_NUMBER}){_LINK}(?P<unit>{units})(?![A-Za-z]|{_LINK}/{_LINK}(?:kg|m))",
            re.IGNORECASE,
        )
        self._dose_in_name = re.compile(dosing.dose_in_name)
        self._a_day = re.compile(rf"(?:{dosing.a_day})$", re.IGNORECASE)
        self._directions = re.compile(dosing.directions, re.IGNORECASE)
        self._whole_dose = re.compile(dosing.whole_dose, re.IGNORECASE)
        self._says_total = re.compile(dosing.in_all, re.IGNORECASE)
        self._in_all = re.compile(
            rf"\({_LINK}(?:=|{dosing.in_all})?{_LINK}(?P<number>{_NUMBER}){_LINK}"
            rf"(?P<unit>{units}){_LINK}(?:{dosing.in_all})?{_LINK}\)",
            re.IGNORECASE,
        )
        self._list = re.compile(
            rf"(?P<first>{_NUMBER})(?:\s?[-–]\s?(?:{_NUMBER})){{2,8}}"
            rf"(?:{_LINK}(?P<unit>{units}))?(?![\w/])",
            re.IGNORECASE,
        )
        self._abbreviations = frozenset(rules.sentences.abbreviations)
        self._steps = StepReader(dosing.dose_steps, often)
        self._tablets = re.compile(dosing.tablets, re.IGNORECASE)
        self._course = re.compile(any_of(dosing.courses), re.IGNORECASE)
        self._single = re.compile(any_of(dosing.single), re.IGNORECASE)
        self._frequency_end = re.compile(
            rf"{any_of(dosing.next_item)}|{any_of(dosing.next_therapy)}"
        )
        self._joined = re.compile(rf"\s*(?:{any_of(dosing.between_therapies)})\s*")
        self._date_words: tuple[tuple[DateRole, re.Pattern[str]], ...] = (
            ("last", _just_before(dates.last_given)),
            ("stop", _just_before(dates.until)),
            ("start", _just_before((*dates.since, *dates.first_given))),
        )
        self._to_present = re.compile(dates.to_present, re.IGNORECASE)
        self._last_taken = re.compile(dates.last_taken, re.IGNORECASE)
        self._pause = re.compile(dates.pauses, re.IGNORECASE)
        self._no_stop = re.compile(dates.no_stop, re.IGNORECASE)
        self._may_change = re.compile(dosing.changed_to_unless, re.IGNORECASE)
        self._changed_to = re.compile(dosing.changed_to, re.IGNORECASE)
        self._next_on = re.compile(dosing.next_on, re.IGNORECASE)
        self._next_by = re.compile(dosing.next_by, re.IGNORECASE)
        self._day_of_event = re.compile(dates.day_of_event, re.IGNORECASE)
        self._by_event = re.compile(dates.by_event, re.IGNORECASE)
        self._joined_on = re.compile(
            rf"[^.;:\n\r]{{0,14}}?\s*(?:{any_of(dosing.between_therapies)})\s*(?:\w+\s+)?"
        )
        self._between_two = re.compile(r"\bbetween\s+$", re.IGNORECASE)
        self._from_to = re.compile(rf"^{_LINK}(?:{any_of(dates.between_start_and_stop)}){_LINK}$")

    def read(self, text: str, target: Target, floor: int, limit: int) -> Dosing:
        """The dosing of the drug ``target``; ``[floor, limit)`` is what no other drug claims."""
        start, end = target.start, target.end
        parts: list[Part] = [("mention", start, end)]
        given = self._given(text, target, floor, limit)
        dose: Dose | None = None
        if given is not None:
            if not given.apart:
                start, end = min(start, given.start), max(end, given.end)
            parts.append(("dose", given.start, given.end))
            if given.number is not None:
                dose = self._dose_of(given.number, given.unit)
        behind, reach = self._directed(text, given, end, limit)
        often = self._often(text, target, given, floor, behind, reach)
        if often.part is not None:
            parts.append(often.part)
        past = max(end, given.times.end if given and given.times else end)
        stop = min(limit, past + _NEAR)
        implied = target.term.route if target.term else None
        return Dosing(
            start,
            end,
            dose,
            often.frequency,
            often.milligrams,
            self._route(text, start, end, floor, limit)
            or self._route(text, behind, behind, behind, reach, _ROUTE_DIRECTED)
            or implied,
            course=often.course or self._is_course(text, past, stop),
            single=self._is_single(text, start, past, floor, stop),
            parts=tuple(parts),
            told=often.told,
            reach=reach,
        )

    def _given(self, text: str, target: Target, floor: int, limit: int) -> _Given | None:
        """The dose behind the name, or right before it; a procedure has none."""
        if isinstance(target.rule, TherapyRule) and target.rule.form in ("procedure", "vaccine"):
            return None
        near = min(limit, target.end + _NEAR)
        if named := self._dose_in_name.match(text, target.start, near):
            start, end = named.span("number")
            return _Given(named["number"], None, start, end, end)
        lead = self._between.match(text, target.end, near)
        begin = lead.end() if lead else target.end
        if listed := self._listed(text, begin, near):
            end = begin + len(listed["first"])
            return _Given(listed["first"], listed["unit"], begin, end, listed.end())
        if leading := self._divided.behind_name(text, begin, near):
            divided = leading.divided
            return _Given(leading.number, leading.unit, begin, leading.end, divided.end, divided)
        times = self._times_ahead(text, begin, near)
        at = times.end if times else begin
        printed = self._dose.match(text, at, near) or self._bare(text, at, near, led=bool(times))
        if printed is None:
            before = self._given_before(text, target, floor)
            return before or self._given_apart(text, target, limit)
        unit, end = printed.groupdict().get("unit"), printed.end()
        if self._of_next.fullmatch(text, end, limit):
            return None
        if self._is_range(printed) or self._whole_dose.match(text, end, near):
            return _Given(None, unit, printed.start(), end, end)
        if times is None and target.concept in self._daily_drugs:
            times = self._times_behind(text, end, near)
        divided_so = self._divided.behind_dose(text, end, limit, amount(printed["number"]), unit)
        start = times.start if times and times.start < printed.start() else printed.start()
        behind = max(end, times.end) if times else end
        return _Given(printed["number"], unit, start, end, behind, divided_so, times)

    def _given_before(self, text: str, target: Target, floor: int) -> _Given | None:
        """A dose right before the name, in its line: "10 mg of prednisone"."""
        opening = max(floor, target.start - _BEFORE)
        printed = self._dose_before.search(text, opening, target.start)
        if printed is None:
            bare = self._bare_before.search(text, opening, target.start)
            return bare and _Given(bare["number"], None, *bare.span("number"), target.end)
        gap = text[printed.end("unit") : target.start]
        if "\n" in gap and not gap.strip():
            return None
        start, end = printed.start(), printed.end("unit")
        return _Given(printed["number"], printed["unit"], start, end, target.end)

    def _given_apart(self, text: str, target: Target, limit: int) -> _Given | None:
        """A dose behind some words: "pred by refill history, 10 mg daily"."""
        gap = self._apart.match(text, target.end, min(limit, target.end + _NEAR))
        if gap is None:
            return None
        printed = self._dose.match(text, gap.end(), limit)
        if printed is None or self._is_range(printed) or self._factor(printed["unit"]) is None:
            return None
        end = printed.end()
        if self._of_next.match(text, end, end + _NEAR) or self._whole_dose.match(text, end):
            return None
        near = self._frequency(text, end, min(limit, end + _ROUTE_AFTER))
        if near is None and self._frequency_ahead(text, target.end, printed.start()) is None:
            return None
        return _Given(
            printed["number"], printed["unit"], *printed.span(), printed.end(), apart=True
        )

    def _times_ahead(self, text: str, begin: int, near: int) -> _Times | None:
        if daily := self._times_a_day_before.match(text, begin, near):
            return _Times(int(daily["count"]), daily.start(), daily.end(), daily=True)
        times = self._times_before.match(text, begin, near)
        return _Times(int(times["count"]), *times.span(), daily=False) if times else None

    def _times_behind(self, text: str, end: int, near: int) -> _Times | None:
        times = self._times_after.match(text, end, near)
        return _Times(int(times["count"]), *times.span(), daily=False) if times else None

    def _is_range(self, printed: re.Match[str]) -> bool:
        """Whether no single number is printed: "1-1.5 g"."""
        upper = printed.groupdict().get("upper")
        return upper is not None and amount(upper) > amount(printed["number"])

    def _listed(self, text: str, begin: int, near: int) -> re.Match[str] | None:
        """The doses of a taper in one word: "40-30-20 mg"."""
        listed = self._list.match(text, begin, near)
        if listed is None:
            return None
        sizes = [amount(found) for found in _listed_numbers(listed)]
        falls = all(one > other > 0 for one, other in pairwise(sizes))
        return listed if falls else None

    def _directed(self, text: str, given: _Given | None, end: int, limit: int) -> tuple[int, int]:
        """Where the frequency begins and how far the drug reaches: past the end of its sentence
        where directions follow a strength ("20 mg tablet. Take 3 tablets daily")."""
        if given is None:
            return end, limit
        directions = self._directions.match(text, given.behind, given.behind + _DIRECTIONS)
        if directions is None:
            return given.behind, limit
        end = min(len(text), directions.end() + _DIRECTIONS)
        stop = _DIRECTIONS_END.search(text, directions.end(), end)
        return directions.end(), max(limit, stop.start() if stop else end)

    def _often(
        self, text: str, target: Target, given: _Given | None, floor: int, behind: int, reach: int
    ) -> _Often:
        """How often and how much a day: from what divides the dose, or the frequency beside it."""
        if given is not None and given.divided is not None and given.number is not None:
            return self._often_divided(given, given.divided)
        stop = min(reach, behind + _NEAR)
        tablets = self._tablets.match(text, behind, stop) if given and given.number else None
        found = self._frequency_beside(
            text, target, given, floor, tablets.end() if tablets else behind, stop
        )
        count = self._count(tablets["count"]) if tablets else Fraction(1)
        times = given.times if given else None
        ahead = times is not None and given is not None and times.start < given.end
        if times is not None and (times.daily or target.concept in self._daily_drugs):
            if found is None or found[0] == 1:
                found = times.count, ("frequency", times.start, times.end)
            elif ahead and tablets is None:
                count = Fraction(times.count)
        elif times is not None and found is not None and target.concept in self._at_once:
            count = Fraction(times.count)
        if given is None:
            return _Often(
                found[0] if found else None, None, found[1] if found else None, target.end
            )
        if found is None and given.unit and self._a_day.search(given.unit):
            found = 1.0, ("frequency", given.start, given.end)
        told = max(given.end, times.end if times else 0)
        size = Fraction(amount(given.number)) * count if given.number else None
        unit = given.unit
        until = found[1][1] if found and found[1][1] >= behind else stop
        if volume := self._volume(text, given.end, until):
            size = size and size * volume
        if whole := self._whole(text, behind, until, given, tablets):
            told, size, unit = whole.end(), Fraction(amount(whole["number"])), whole["unit"]
        course = times is not None and found is None
        if found is None:
            return _Often(told=told, course=course)
        daily = self._a_day_of(size, unit, found[0]) if size else None
        parts = self._parts(text, found, stop)
        return _Often(parts or found[0], daily, found[1], told, course)

    def _parts(self, text: str, found: tuple[float, Part], stop: int) -> int | None:
        """In how many parts a day's dose is taken: "2 g daily in two doses"."""
        end = max(found[1][2], min(stop, found[1][2] + _PARTS_BEHIND))
        parts = (parts for parts, words in self._in_parts if words.search(text, found[1][1], end))
        return next(parts, None) if found[0] == 1 else None

    def _often_divided(self, given: _Given, divided: Divided) -> _Often:
        strength = Fraction(amount(given.number or "")) if divided.counted else Fraction(1)
        daily = self._a_day_of(divided.amount * strength, given.unit, 1)
        part: Part = ("frequency", divided.start, divided.end)
        return _Often(divided.frequency, daily, part, divided.end)

    def _frequency_beside(
        self, text: str, target: Target, given: _Given | None, floor: int, start: int, stop: int
    ) -> tuple[float, Part] | None:
        """The frequency right behind, or right before the drug, or else further behind."""
        found = self._frequency(text, start, stop)
        if given is not None and (given.apart or found is None):
            return (
                found
                or self._frequency_ahead(text, target.end, given.start)
                or (self._frequency_before(text, target.start, floor))
            )
        if found is not None and not text[start : found[1][1]].strip(" \t\u00a0(,"):
            return found
        return self._frequency_before(text, target.start, floor) or found

    def _volume(self, text: str, end: int, stop: int) -> Fraction | None:
        """How often a concentration's volume is taken: "200 mg/mL: 3 mL" is three times."""
        printed = _PER_VOLUME.match(text, end)
        taken = _VOLUME.search(text, printed.end(), stop) if printed else None
        if printed is None or taken is None:
            return None
        return Fraction(amount(taken["taken"])) / Fraction(amount(printed["per"] or "1"))

    def _frequency_ahead(self, text: str, start: int, end: int) -> tuple[float, Part] | None:
        """A frequency between a drug and its dose: "weekly, 15 mg"."""
        clause = max(start, text.rfind(";", start, end) + 1, end - _ROUTE_DIRECTED)
        return self._frequency(text, clause, end) if clause < end else None

    def _whole(
        self, text: str, start: int, stop: int, given: _Given, tablets: re.Match[str] | None
    ) -> re.Match[str] | None:
        """What the tablets, or the milligrams a kilogram, come to: "3 tablets (60 mg total)"."""
        rated = "/" in (given.unit or "") and self._factor(given.unit) is None
        by_weight = rated or bool(_PER_VOLUME.match(text, given.end))
        equal = self._equals.match(text, start, min(len(text), start + _NEAR))
        whole = self._in_all.search(text, start, stop) or (equal if by_weight else None)
        if whole is None or self._factor(whole["unit"]) is None:
            return None
        counted = tablets is not None or _ENDS_IN_COUNT.search(text, start, whole.start())
        return whole if counted or by_weight or self._says_total.search(whole[0]) else None

    def date_roles(
        self, text: str, dates: Sequence[DateMention], floor: int
    ) -> list[tuple[DateRole, DateMention]]:
        """What each date says of a course by the words before it, none before ``floor``."""
        found: list[tuple[DateRole, DateMention]] = []
        for number, date in enumerate(dates):
            previous = dates[number - 1] if number else None
            if previous and found and self._spans(text, floor, previous, date):
                found[-1] = ("start", previous)
                found.append(("stop", date))
                continue
            opening = max(floor, date.start - _BEFORE, previous.end if previous else 0)
            opening = max(opening, _own_line(text, opening, date))
            before = text[opening : date.start]
            if self._to_present.match(text, date.end):
                found.append(("since", date))
                continue
            if self._no_stop.search(before) or self._pause.search(before):
                continue
            if self._last_taken.search(before):
                found.append(("taken", date))
                continue
            words = [
                (-match.start(), number, role)
                for number, (role, pattern) in enumerate(self._date_words)
                if (match := pattern.search(before))
            ]
            found.append((min(words)[2] if words else "on", date))
        return found

    def _spans(self, text: str, floor: int, first: DateMention, second: DateMention) -> bool:
        """Whether two dates are the ends of a time: "2015 - 2018", "between May and July"."""
        gap = text[first.end : second.start]
        if not self._from_to.match(gap):
            return False
        return gap.strip().lower() != "and" or bool(
            self._between_two.search(text, floor, first.start)
        )

    def gives_way(self, gap: str) -> bool:
        """Whether what stands between two drugs says that the first was given up for the second."""
        return bool(self._changed_to.search(gap)) and not self._may_change.search(gap)

    def is_of_event(self, text: str, date: DateMention, floor: int) -> bool:
        """Whether a date is the day of something else than the drug: "20 April collection"."""
        if not self._day_of_event.match(text, date.end):
            return False
        return not self._by_event.search(text, max(floor, date.start - _BEFORE), date.start)

    def is_last(self, text: str, dosing: Dosing, date: DateMention, floor: int) -> bool:
        """Whether a date behind a drug is that of its last dose: "last Saphnelo was 3 May"."""
        last = self._date_words[0][1]
        behind = text[dosing.end : date.start]
        near = len(behind) <= _LAST_BEHIND and not _ENDS_LAST.search(behind)
        return near and bool(last.search(text[max(floor, dosing.start - _BEFORE) : dosing.start]))

    def leads_on(self, text: str, date: DateMention, floor: int, following: int) -> str | None:
        """The words that make a date before the drug at ``following`` the day of that drug:
        "switched on 1 May to"; empty where they do not say that it took another's place."""
        if not self._next_by.fullmatch(text, date.end, following):
            return None
        lead = self._next_on.search(text, max(floor, date.start - _BEFORE), date.start)
        return None if lead is None else lead["change"] or ""

    def joins_on(self, gap: str) -> bool:
        """Whether what stands between two drugs makes them one line: "MP 1 g x3 + MMF"."""
        return bool(self._joined_on.fullmatch(gap))

    def joins(self, gap: str) -> bool:
        """Whether what stands between two drugs makes them one list ("HCQ and MMF since")."""
        return bool(self._joined.fullmatch(gap))

    def with_steps(
        self,
        text: str,
        dosing: Dosing,
        limit: int,
        dates: Sequence[DateMention],
        note_date: dt.date | None,
    ) -> Dosing:
        """The dosing with the further doses that stand behind it, before ``limit``."""
        if dosing.dose is None:
            return dosing
        found = list(self._taper(text, dosing))
        if not found:
            start, reach = max(dosing.end, dosing.told), max(limit, dosing.reach)
            found = list(self._steps.read(text, start, reach, dates, self._step_dose, self._bare))
        if not found:
            return dosing
        standings = standings_of(found, note_date)
        ends = [*(step.start for step in found[1:]), max(limit, dosing.reach)]
        steps = tuple(
            self._of_step(text, dosing, step, end, standing)
            for step, end, standing in zip(found, ends, standings[1:], strict=True)
        )
        return replace(dosing, steps=steps, standing=standings[0])

    def _taper(self, text: str, dosing: Dosing) -> Iterator[Step]:
        """The further doses of a taper in one word, all to come."""
        begin = next(start for role, start, _ in dosing.parts if role == "dose")
        listed = self._listed(text, begin, begin + _NEAR)
        if listed is None:
            return
        place = begin
        for number in _listed_numbers(listed):
            place = text.index(number, place)
            if place > begin:
                yield Step(place, place + len(number), number, listed["unit"], then=True)
            place += len(number)

    def _of_step(
        self, text: str, named: Dosing, step: Step, limit: int, standing: TherapyStatus | None
    ) -> Dosing:
        dose = self._dose_of(step.number, step.unit)
        of_course = dose
        if dose.unit is None and named.dose is not None:
            of_course = Dose(number=dose.number, unit=named.dose.unit)
        often = self._often_of_step(text, named, step, of_course.unit, limit)
        parts: list[Part] = [("dose", step.start, step.end)]
        parts += [often.part] if often.part else []
        dates: list[tuple[DateRole, DateMention]] = []
        if step.begins is not None:
            dates.append(("start", step.begins))
            parts.append(("date", step.begins.start, step.begins.end))
        elif step.follows is not None:
            dates.append(("start", step.follows))
        if step.ends is not None:
            dates.append(("stop", step.ends))
            parts.append(("date", step.ends.start, step.ends.end))
        return Dosing(
            step.start,
            step.end,
            dose,
            often.frequency,
            often.milligrams,
            named.route,
            dates=tuple(dates),
            parts=tuple(parts),
            standing=standing,
        )

    def _often_of_step(
        self, text: str, named: Dosing, step: Step, unit: str | None, limit: int
    ) -> _Often:
        """How often and how much a day a further dose is taken; of a drug that is taken daily
        each step is so too."""
        size = amount(step.number)
        divided = self._divided.behind_dose(text, step.end, limit, size, unit)
        if divided is not None:
            given = _Given(step.number, unit, step.start, step.end, step.end)
            return self._often_divided(given, divided)
        stop = min(limit, step.end + _NEAR)
        tablets = self._tablets.match(text, step.end, stop)
        found = self._frequency(text, tablets.end() if tablets else step.end, stop)
        if found is None:
            inherited = 1 if named.frequency == 1 else None
            daily = self._a_day_of(Fraction(size), unit, 1) if inherited else None
            return _Often(inherited, daily)
        count = self._count(tablets["count"]) if tablets else Fraction(1)
        return _Often(found[0], self._a_day_of(Fraction(size) * count, unit, found[0]), found[1])

    def _bare(self, text: str, begin: int, near: int, *, led: bool = False) -> re.Match[str] | None:
        """A number without a unit right after the name ("pred 10"), or where a step is told;
        never a year, a time, a date, a count or a duration.  ``led``: a count stands before it."""
        match = self._bare_dose.match(text, begin, near)
        if match is None or _NO_BARE_DOSE.fullmatch(match["number"]):
            return None
        if self._not_a_dose.match(text[match.end() : match.end() + 24]):
            return None
        if amount(match["number"]) < _COUNTED and _COUNTS.match(text, match.end()):
            return None
        between = text[begin - 1 : begin]
        return match if led or between in (*" \u00a0(:-~→>\t", "") else None

    def _dose_of(self, number: str, unit: str | None) -> Dose:
        """The printed number and unit; the unit in UCUM where ``dosing.yaml`` gives it."""
        if not unit:
            return Dose(number=float(amount(number)))
        squeezed = re.sub(r"\s", "", unit).lower()
        return Dose(number=float(amount(number)), unit=self._ucum.get(squeezed, squeezed))

    def _count(self, printed: str) -> Fraction:
        squeezed = " ".join(printed.lower().split())
        return Fraction(self._counts.get(squeezed) or float(printed)).limit_denominator(400)

    def _factor(self, unit: str | None) -> Fraction | None:
        """Milligrams in one unit; None where it does not tell the amount of drug."""
        factor = self._milligrams.get(" ".join(unit.lower().split())) if unit else None
        return None if factor is None else Fraction(str(factor))

    def _a_day_of(self, size: Fraction, unit: str | None, frequency: float) -> float | None:
        """Milligrams a day; None where the unit does not tell the amount of drug."""
        factor = self._factor(unit)
        if factor is None:
            return None
        return round(float(size * factor * Fraction(frequency).limit_denominator(400)), 6)

    def _frequency_before(self, text: str, start: int, floor: int) -> tuple[float, Part] | None:
        """A frequency before the drug ("weekly methotrexate") that is not the one of a drug, or
        of a dose, before that."""
        opening = max(floor, start - _BEFORE)
        headed = text[opening:start].rstrip().endswith(":")
        found = [
            (match.start(1), match.end(1), per_day)
            for per_day, pattern in (self._headed if headed else self._adjectives)
            if (match := pattern.search(text, opening, start))
        ]
        if not found:
            return None
        first, last, per_day = min(found)
        lead = text[opening:first]
        behind_drug = not lead.strip() and text[max(0, opening - 1) : opening].isalnum()
        if behind_drug or _ENDS_DOSE.search(lead):
            return None
        return per_day, ("frequency", first, last)

    def _frequency(self, text: str, start: int, limit: int) -> tuple[float, Part] | None:
        """The first frequency before the next clause: administrations a day, and its place."""
        end = self._clause_end(text, start, limit)
        found = [
            (match.start(), -match.end(), per_day)
            for per_day, pattern in self._frequencies
            if (match := pattern.search(text, start, end))
        ]
        if not found:
            return None
        first, last, per_day = min(found)
        return per_day, ("frequency", first, -last)

    def _clause_end(self, text: str, start: int, limit: int) -> int:
        """Where the next clause or drug begins; a full stop of an abbreviation ends none."""
        for stop in _STOP.finditer(text, start, limit):
            if not self._is_abbreviation(text, stop):
                limit = stop.start()
                break
        item = self._frequency_end.search(text, start, limit)
        return item.start() if item else limit

    def _is_abbreviation(self, text: str, stop: re.Match[str]) -> bool:
        """Whether the full stop belongs to a word that is cut short ("tab. daily", "mg. daily")."""
        word = _LAST_WORD.search(text, max(0, stop.start() - 12), stop.start())
        before = word[0].lower() if word else ""
        runs_on = text[stop.end() : stop.end() + 1].islower()
        cut = before in self._abbreviations or (runs_on and before in self._milligrams)
        return stop[0] != ";" and cut

    def _route(
        self, text: str, start: int, end: int, floor: int, limit: int, after: int = _ROUTE_AFTER
    ) -> Route | None:
        """The route that stands nearest to the mention ``[start, end)``, in its own clause; of two
        as near the one behind it."""
        window = (max(floor, start - _ROUTE_BEFORE), min(limit, end + after))
        found = [
            (max(start - match.end(), match.start() - end, 0), match.end() <= start, route)
            for route, pattern in self._routes
            for match in pattern.finditer(text, *window)
            if not re.search(
                r"[;\n\r.,(]\s*" if match.end() <= start else r"[;\n\r.]\s",
                text[min(match.end(), end) : max(match.start(), start)],
            )
        ]
        return min(found)[2] if found else None

    def _is_course(self, text: str, start: int, limit: int) -> bool:
        stop = _CLAUSE_END.search(text, start, limit)
        return bool(self._course.search(text, start, stop.start() if stop else limit))

    def _is_single(self, text: str, start: int, end: int, floor: int, limit: int) -> bool:
        """Whether words in the clause of a mention say that it was given once."""
        stop = _CLAUSE_END.search(text, end, limit)
        if self._single.search(text, end, stop.start() if stop else limit):
            return True
        before = text[max(floor, start - _SINGLE_BEFORE) : start]
        return bool(self._single.search(_CLAUSE_END.split(before)[-1]))


def _own_line(text: str, opening: int, date: DateMention) -> int:
    """Where the line begins that a date heads ("2022 - tacrolimus added"): what stands above it
    says nothing of the date."""
    top = text.rfind("\n", opening, date.start) + 1
    heads = top and not _LETTER.search(text, top, date.start) and _HEADS_LINE.match(text, date.end)
    return top if heads else 0


def _listed_numbers(listed: re.Match[str]) -> list[str]:
    """The numbers of a taper in one word, in their order."""
    last = listed.start("unit") if listed["unit"] else listed.end()
    return re.findall(_NUMBER, listed.string[listed.start() : last])


def _just_before(words: Sequence[str]) -> re.Pattern[str]:
    """Any of the words, with at most two others behind it."""
    return re.compile(rf"(?:{_words(words)})\W*(?:\w+\W+){{0,2}}$", re.IGNORECASE)


def _words(words: Sequence[str]) -> str:
    """Any of the words, the longest first, whole and with any white space between; what several
    begin with stands once, for there are thousands and a note is searched for all of them."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for letter in r"\b" if word[0].isalnum() else "(?:)", *_letters(word):
            node = node.setdefault(letter, {})
        node[""] = _closing(word[-1])
    return _branches(root)


def _closing(last: str) -> str:
    """What may not follow a word that ends with this sign."""
    if last.isalpha():
        return r"(?![A-Za-z])"
    return r"(?!\w)" if last.isalnum() else ""


def _letters(word: str) -> Iterator[str]:
    for number, part in enumerate(word.split()):
        if number:
            yield r"\s+"
        yield from (re.escape(letter.lower()) for letter in part)


def _branches(node: dict[str, Any]) -> str:
    longer = [letter + _branches(rest) for letter, rest in node.items() if letter]
    found = [*longer, node[""]] if "" in node else longer
    return found[0] if len(found) == 1 else f"(?:{'|'.join(found)})"
