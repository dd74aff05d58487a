"""Doses, frequencies, routes and date words of therapies, as they are written on charts.

Pure functions over text and offsets.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from abstraction.facts import Dose, Route, TherapyStatus
from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.dose_steps import Step, StepReader, standings_of
from abstraction.pipeline.parts import Part
from abstraction.pipeline.printed import any_of, decimal
from abstraction.pipeline.targets import Target
from nlp_rules.loader import RulePack

_NUMBER = r"\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?|\.\d+"
_LINK = r"[\s\u00a0\u2009\u202f]{0,4}"
_NEAR = 60
"""Characters after a drug in which its dose and frequency stand."""
_BEFORE = 40
"""Characters before a drug, or a date, in which a dose, or a date word, belongs to it."""
_ROUTE_BEFORE, _ROUTE_AFTER = 16, 24
_SINGLE_BEFORE = 24
"""Characters before a drug in which it is said to be given once."""
_CLAUSE_END = re.compile(r"[;\n\r]|(?<!\b\w)\.\s")
_YEAR = re.compile(r"(?:19|20)\d\d")

DateRole = Literal["start", "since", "stop", "last", "on"]
"""What a date says of a course: that it began, that it has gone on since, that it ended, that it
was last given or simply given then."""


@dataclass(frozen=True, slots=True)
class Dosing:
    """What stands beside a drug: the whole mention ``[start, end)`` and its parts.

    ``steps`` are further doses of the same drug; ``standing`` is what the order of the steps makes
    of this one: an earlier dose is ``stopped``, a later one ``planned``.

    ``dose`` is as printed; ``frequency`` counts administrations a day; ``course`` says that the
    course is told as a whole: so many cycles or days; ``single`` that it was given once.
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
        self._bare_dose = re.compile(
            rf"(?P<number>{_NUMBER})(?!\w|[%+]|:\d|[.-]\d|-[A-Za-z]{{3}}|{_LINK}%|{_LINK}x\b"
            rf"|{_LINK}/\s?(?!(?:d|j|day|die|jour|Tag|dag|24|12|8|wk|week|w)\b))"
        )
        self._not_a_dose = re.compile(any_of(dosing.not_doses_after))
        self._frequencies = [
            (entry.per_day, re.compile(_words(entry.words), re.IGNORECASE))
            for entry in dosing.frequencies
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
            rf"(?P<number>{_NUMBER}){_LINK}(?P<unit>{units})"
            rf"(?:{_LINK}(?:(?:{any_route})|{any_of(dosing.forms_before)})){{0,3}}{_LINK}$",
            re.IGNORECASE,
        )
        often = [pattern for _, pattern in self._frequencies]
        self._steps = StepReader(dosing.dose_steps, often)
        self._tablets = re.compile(dosing.tablets, re.IGNORECASE)
        self._course = re.compile(any_of(dosing.courses), re.IGNORECASE)
        self._single = re.compile(any_of(dosing.single), re.IGNORECASE)
        self._frequency_end = re.compile(
            rf"{_CLAUSE_END.pattern}|,\s(?=[A-Za-z]+\s+\d)|{any_of(dosing.next_therapy)}"
        )
        self._joined = re.compile(rf"\s*(?:{any_of(dosing.between_therapies)})\s*")
        self._date_words: tuple[tuple[DateRole, re.Pattern[str]], ...] = (
            ("last", _just_before(dates.last_given)),
            ("stop", _just_before(dates.until)),
            ("start", _just_before(dates.since)),
        )
        self._to_present = re.compile(dates.to_present, re.IGNORECASE)
        self._no_stop = re.compile(dates.no_stop, re.IGNORECASE)
        self._may_change = re.compile(dosing.changed_to_unless, re.IGNORECASE)
        self._changed_to = re.compile(dosing.changed_to, re.IGNORECASE)
        self._joined_on = re.compile(
            rf"[^.;:\n\r]{{0,14}}?\s*(?:{any_of(dosing.between_therapies)})\s*(?:\w+\s+)?"
        )
        self._between_two = re.compile(r"\bbetween\s+$", re.IGNORECASE)
        self._from_to = re.compile(rf"^{_LINK}(?:{any_of(dates.between_start_and_stop)}){_LINK}$")

    def read(self, text: str, target: Target, floor: int, limit: int) -> Dosing:
        """The dosing of the drug ``target``; ``[floor, limit)`` is what no other drug claims."""
        parts: list[Part] = [("mention", target.start, target.end)]
        start, end = target.start, target.end
        near = min(limit, target.end + _NEAR)
        dose: Dose | None = None
        lead = self._between.match(text, target.end, near)
        begin = lead.end() if lead else target.end
        printed = self._dose.match(text, begin, near) or self._bare(text, begin, near)
        if printed is not None:
            dose, end = self._as_dose(printed), printed.end()
            parts.append(("dose", printed.start(), printed.end()))
        elif before := self._dose_before.search(text, max(floor, start - _BEFORE), start):
            dose, start = self._as_dose(before), before.start()
            parts.append(("dose", before.start(), before.end("unit")))
        tablets = self._tablets.match(text, end, near) if dose is not None else None
        stop = min(limit, end + _NEAR)
        often = self._frequency(text, tablets.end() if tablets else end, stop)
        if often is not None:
            parts.append(often[1])
        frequency = often[0] if often else None
        count = self._count(tablets["count"]) if tablets else 1
        implied = target.term.route if target.term else None
        return Dosing(
            start,
            end,
            dose,
            frequency,
            self._daily(dose, frequency, count),
            self._route(text, start, end, floor, limit) or implied,
            course=self._is_course(text, end, stop),
            single=self._is_single(text, start, end, floor, stop),
            parts=tuple(parts),
        )

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
            before = text[opening : date.start]
            if self._to_present.match(text, date.end):
                found.append(("since", date))
                continue
            if self._no_stop.search(before):
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
        found = list(self._steps.read(text, dosing.end, limit, dates, self._dose, self._bare_dose))
        if not found:
            return dosing
        standings = standings_of(found, note_date)
        ends = [*(step.start for step in found[1:]), limit]
        steps = tuple(
            self._of_step(text, dosing, step, end, standing)
            for step, end, standing in zip(found, ends, standings[1:], strict=True)
        )
        return replace(dosing, steps=steps, standing=standings[0])

    def _of_step(
        self, text: str, named: Dosing, step: Step, limit: int, standing: TherapyStatus | None
    ) -> Dosing:
        dose = self._dose_of(step.number, step.unit)
        of_course = dose
        if dose.unit is None and named.dose is not None:
            of_course = Dose(number=dose.number, unit=named.dose.unit)
        stop = min(limit, step.end + _NEAR)
        often = self._frequency(text, step.end, stop)
        frequency = often[0] if often else None
        parts: list[Part] = [("dose", step.start, step.end)]
        parts += [often[1]] if often else []
        dates: list[tuple[DateRole, DateMention]] = []
        if step.begins is not None and not (step.yearless and standing == "planned"):
            dates.append(("start", step.begins))
            parts.append(("date", step.begins.start, step.begins.end))
        if step.ends is not None:
            dates.append(("stop", step.ends))
            parts.append(("date", step.ends.start, step.ends.end))
        return Dosing(
            step.start,
            step.end,
            dose,
            frequency,
            self._daily(of_course, frequency, 1),
            named.route,
            dates=tuple(dates),
            parts=tuple(parts),
            standing=standing,
        )

    def _bare(self, text: str, begin: int, near: int) -> re.Match[str] | None:
        """A number without a unit right after the name ("pred 10"); never a year or a date."""
        match = self._bare_dose.match(text, begin, near)
        if match is None or _YEAR.fullmatch(match["number"]):
            return None
        if self._not_a_dose.match(text[match.end() : match.end() + 12]):
            return None
        between = text[begin - 1 : begin]
        return match if between in (" ", "\u00a0", "", "(", ":", "-", "~", "→", ">") else None

    def _as_dose(self, printed: re.Match[str]) -> Dose:
        return self._dose_of(printed["number"], printed.groupdict().get("unit"))

    def _dose_of(self, number: str, unit: str | None) -> Dose:
        """The printed number and unit; the unit in UCUM where ``dosing.yaml`` gives it."""
        if not unit:
            return Dose(number=float(decimal(number)))
        squeezed = re.sub(r"\s", "", unit).lower()
        return Dose(number=float(decimal(number)), unit=self._ucum.get(squeezed, squeezed))

    def _count(self, printed: str) -> float:
        squeezed = " ".join(printed.lower().split())
        return self._counts[squeezed] if squeezed in self._counts else float(printed)

    def _frequency(self, text: str, start: int, limit: int) -> tuple[float, Part] | None:
        """The first frequency before the next clause: administrations a day, and its place."""
        stop = self._frequency_end.search(text, start, limit)
        end = stop.start() if stop else limit
        found = [
            (match.start(), -match.end(), per_day)
            for per_day, pattern in self._frequencies
            if (match := pattern.search(text, start, end))
        ]
        if not found:
            return None
        first, last, per_day = min(found)
        return per_day, ("frequency", first, -last)

    def _route(self, text: str, start: int, end: int, floor: int, limit: int) -> Route | None:
        """The route that stands nearest to the mention ``[start, end)``, in its own clause."""
        window = (max(floor, start - _ROUTE_BEFORE), min(limit, end + _ROUTE_AFTER))
        found = [
            (abs(match.start() - start), route)
            for route, pattern in self._routes
            for match in pattern.finditer(text, *window)
            if not re.search(
                r"[;\n\r.,(]\s*" if match.end() <= start else r"[;\n\r.]\s",
                text[min(match.end(), end) : max(match.start(), start)],
            )
        ]
        return min(found)[1] if found else None

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

    def _daily(self, dose: Dose | None, frequency: float | None, count: float) -> float | None:
        """Milligrams a day; None where the unit does not tell the amount of drug."""
        if dose is None or frequency is None or dose.unit is None:
            return None
        factor = self._milligrams.get(dose.unit.lower())
        if factor is None:
            return None
        exact = Decimal(str(dose.number)) * Decimal(str(factor)) * Decimal(str(count))
        return round(float(Fraction(exact) * Fraction(frequency).limit_denominator(400)), 6)


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
