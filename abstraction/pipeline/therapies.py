"""Doses, frequencies, routes and dates of therapies, as they are written on charts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.facts import Dose, Role, Route
from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.targets import Sentences, Target
from abstraction.pipeline.value_grammar import decimal
from nlp_rules.loader import RulePack

if not Doc.has_extension("therapies"):
    Doc.set_extension("therapies", default=None)

_NUMBER = r"\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?|\.\d+"
_LINK = r"[\s\u00a0\u2009\u202f]*"
_COUNTS = {
    "half": 0.5, "one": 1, "two": 2, "three": 3, "four": 4,
    **{str(n): n for n in range(10)},
}  # fmt: skip
_NEAR = 60
"""Characters after a drug in which its dose and frequency stand."""

Part = tuple[Role, int, int]
DateRole = Literal["start", "stop", "on"]


@dataclass(frozen=True, slots=True)
class Dosing:
    """What stands beside a drug: the whole mention ``[start, end)`` and its parts."""

    start: int
    end: int
    dose: Dose | None = None
    frequency: float | None = None
    daily_dose_mg: float | None = None
    route: Route | None = None
    course: bool = False
    """Told as a whole: so many cycles or days."""
    dates: tuple[tuple[DateRole, DateMention], ...] = ()
    parts: tuple[Part, ...] = ()


def _words(words: Sequence[str]) -> str:
    ordered = sorted(words, key=lambda w: (-len(w), w))
    return "|".join(
        (r"\b" if w[0].isalnum() else "") + r"\s+".join(map(re.escape, w.split()))
        + (r"(?![A-Za-z])" if w[-1].isalpha() else r"(?!\w)" if w[-1].isalnum() else "")
        for w in ordered
    )  # fmt: skip


class DosingGrammar:
    """Reads dosing by ``dosing.yaml`` and date words by ``dates.yaml``."""

    def __init__(self, rules: RulePack) -> None:
        dosing = rules.dosing
        self._milligrams = {unit.lower(): factor for unit, factor in dosing.dose_units.items()}
        units = "|".join(
            re.escape(u) for u in sorted(dosing.dose_units, key=lambda u: (-len(u), u))
        )
        self._dose = re.compile(
            rf"(?P<number>{_NUMBER})(?:{_LINK}(?:-|–|to){_LINK}(?P<upper>{_NUMBER}))?{_LINK}-?"
            rf"(?P<unit>{units})(?![A-Za-z])",
            re.IGNORECASE,
        )
        self._bare_dose = re.compile(rf"(?P<number>{_NUMBER})(?![\w/%:]|[.-]\d|{_LINK}(?:%|x\b|/))")
        self._frequencies: list[tuple[float, re.Pattern[str]]] = [
            (entry.per_day, re.compile(_words(entry.words), re.IGNORECASE))
            for entry in dosing.frequencies
        ]
        self._routes: list[tuple[Route, re.Pattern[str]]] = [
            (route, re.compile(_words(words), re.IGNORECASE))
            for route, words in dosing.routes.items()
        ]
        any_route = "|".join(p.pattern for _, p in self._routes)
        forms = r"tabs?|tablets?|caps?|capsules?|inj(?:ection)?|infusion|pulse[sd]?|dose|at|of|was|is"
        self._between = re.compile(
            rf"(?:{_LINK}(?:\(|:|=|-|–|,|@|(?:{any_route})|\b(?:{forms})\b\.?)){{0,5}}{_LINK}",
            re.IGNORECASE,
        )
        self._dose_before = re.compile(
            rf"(?P<number>{_NUMBER}){_LINK}(?P<unit>{units})"
            rf"(?:{_LINK}(?:(?:{any_route})|of|tablets?|daily|pulse|\bdose\b)){{0,3}}{_LINK}$",
            re.IGNORECASE,
        )
        self._tablets = re.compile(dosing.tablets, re.IGNORECASE)
        self._course = re.compile("|".join(dosing.courses) or r"(?!)", re.IGNORECASE)
        dates = rules.dates
        self._date_words: tuple[tuple[DateRole, re.Pattern[str]], ...] = (
            ("stop", re.compile(rf"(?:{_words(dates.until)})\W*(?:\w+\W+){{0,2}}$", re.IGNORECASE)),
            ("start", re.compile(rf"(?:{_words(dates.since)})\W*(?:\w+\W+){{0,2}}$", re.IGNORECASE)),
        )  # fmt: skip
        self._span_of_dates = re.compile(rf"^{_LINK}(?:-|–|—|to|until|till|through|→){_LINK}$")

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
        elif before := self._dose_before.search(text, max(floor, target.start - 40), target.start):
            dose, start = self._as_dose(before), before.start()
            parts.append(("dose", before.start(), before.end("unit")))
        count = self._tablets.match(text, end, near) if dose is not None else None
        frequency = self._frequency(
            text, count.end() if count else end, min(limit, end + _NEAR), parts
        )
        route = self._route(text, start, end, floor, limit) or (
            target.term.route if target.term else None
        )
        return Dosing(
            start, end, dose, frequency,
            self._daily(dose, frequency, _COUNTS[count["count"].lower()] if count else 1),
            route, course=self._is_course(text, end, limit), parts=tuple(parts),
        )  # fmt: skip

    def _is_course(self, text: str, end: int, limit: int) -> bool:
        stop = re.compile(r"[;\n\r]|\.\s").search(text, end, min(limit, end + _NEAR))
        return bool(self._course.search(text, end, stop.start() if stop else min(limit, end + _NEAR)))

    def _bare(self, text: str, begin: int, near: int) -> re.Match[str] | None:
        """A number without a unit right after the name ("pred 10"); never a year or a date."""
        match = self._bare_dose.match(text, begin, near)
        if match is None or re.fullmatch(r"(?:19|20)\d\d", match["number"]):
            return None
        after = text[match.end() : match.end() + 12]
        if re.match(r"\s*(?:days?|weeks?|months?|years?|yrs?|wks?|cycles?|courses?|doses?|pulses?|infusions?|times|h\b|hours?|[A-Z][a-z]{2,8}\s+\d{2,4})", after):
            return None
        between = text[begin - 1 : begin]
        return match if between in (" ", "\u00a0", "", "(", ":", "-") else None

    def _as_dose(self, printed: re.Match[str]) -> Dose:
        unit = printed.groupdict().get("unit")
        return Dose(number=float(decimal(printed["number"])), unit=_ucum(unit) if unit else None)

    def _frequency(self, text: str, start: int, limit: int, parts: list[Part]) -> float | None:
        """The first frequency after the dose, before the next clause."""
        stop = re.compile(r"[;\n\r]|\.\s|,\s(?=[A-Za-z]+\s+\d)|\band\b").search(text, start, limit)
        end = stop.start() if stop else limit
        found = [
            (match.start(), -match.end(), per_day)
            for per_day, pattern in self._frequencies
            if (match := pattern.search(text, start, end))
        ]
        if not found:
            return None
        first, last, per_day = min(found)
        parts.append(("frequency", first, -last))
        return per_day

    def _route(self, text: str, start: int, end: int, floor: int, limit: int) -> Route | None:
        window = (max(floor, start - 16), min(limit, end + 24))
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

    def _daily(self, dose: Dose | None, frequency: float | None, count: float) -> float | None:
        if dose is None or frequency is None or dose.unit is None:
            return None
        factor = self._milligrams.get(dose.unit.lower())
        if factor is None:
            return None
        exact = Decimal(str(dose.number)) * Decimal(str(factor)) * Decimal(str(count))
        return round(float(Fraction(exact) * Fraction(frequency).limit_denominator(400)), 6)

    def date_roles(
        self, text: str, dates: Sequence[DateMention], floor: int
    ) -> list[tuple[DateRole, DateMention]]:
        """What each date says of a course: that it began, ended, or was given on it."""
        found: list[tuple[DateRole, DateMention]] = []
        for number, date in enumerate(dates):
            previous = dates[number - 1] if number else None
            if previous and self._span_of_dates.match(text[previous.end : date.start]):
                found[-1] = ("start", previous)
                found.append(("stop", date))
                continue
            before = text[max(floor, date.start - 40, previous.end if previous else 0) : date.start]
            role = next((r for r, p in self._date_words if p.search(before)), "on")
            found.append((role, date))
        return found


def _ucum(printed: str) -> str:
    """The UCUM unit of a printed dose unit: grams and micrograms in their usual clinical dress."""
    squeezed = re.sub(r"\s", "", printed).lower()
    return {
        "gm": "g", "gms": "g", "gram": "g", "grams": "g", "gr": "g", "g": "g",
        "mcg": "ug", "µg": "ug", "μg": "ug", "ug": "ug", "microgram": "ug", "micrograms": "ug",
        "mgs": "mg", "milligram": "mg", "milligrams": "mg", "mg": "mg",
        "ml": "mL", "iu": "[IU]", "units": "[IU]", "unit": "[IU]", "mg/m²": "mg/m2",
    }.get(squeezed, squeezed)  # fmt: skip


@Language.factory(
    "lupus_therapies",
    requires=["doc._.targets", "doc._.dates"],
    assigns=["doc._.therapies"],
    default_config={"rules": SHIPPED},
)
class TherapyReader:
    """Writes ``doc._.therapies``: for each mention of a therapy its dosing and dates."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        self._grammar = DosingGrammar(rule_pack(rules))

    def __call__(self, doc: Doc) -> Doc:
        text, targets = doc.text, doc._.targets
        sentences = Sentences.of(doc)
        drugs = [i for i, t in enumerate(targets) if t.kind == "therapy"]
        found: list[Dosing | None] = [None] * len(targets)
        for place, number in enumerate(drugs):
            target = targets[number]
            floor, limit = sentences.bounds(target.sentence)
            if place and targets[drugs[place - 1]].sentence == target.sentence:
                floor = max(floor, targets[drugs[place - 1]].end)
            if place + 1 < len(drugs) and targets[drugs[place + 1]].sentence == target.sentence:
                limit = min(limit, max(target.end, targets[drugs[place + 1]].start))
            found[number] = self._grammar.read(text, target, floor, limit)
        self._date(doc, text, sentences, found)
        doc._.therapies = tuple(found)
        return doc

    def _date(
        self, doc: Doc, text: str, sentences: Sentences, found: list[Dosing | None]
    ) -> None:
        """Gives each date of a sentence to the drug before it, or else to the one after it; a
        measurement that stands nearer keeps its own."""
        by_sentence: dict[int, list[int]] = {}
        for number, dosing in enumerate(found):
            if dosing is not None:
                by_sentence.setdefault(doc._.targets[number].sentence, []).append(number)
        for sentence, numbers in by_sentence.items():
            start, end = sentences.bounds(sentence)
            dates = doc._.dates.within(start, end)
            for role, date in self._grammar.date_roles(text, dates, start):
                for number in self._owners(doc._.targets, text, found, numbers, date):
                    dosing = found[number]
                    assert dosing is not None
                    found[number] = _dated(dosing, role, date)

    def _owners(
        self, targets: Sequence[Target], text: str, found: list[Dosing | None],
        numbers: list[int], date: DateMention,
    ) -> list[int]:  # fmt: skip
        """The drugs that a date belongs to: the nearest before it with those joined to it by "and"
        or commas; if there is none before it, the first after it."""
        before = [n for n in numbers if targets[n].start < date.start]
        if not before:
            return [min(numbers, key=lambda n: targets[n].start)]
        last = max(before, key=lambda n: targets[n].start)
        if any(
            t.kind in ("measurement", "biopsy") and t.start < date.start
            for t in targets[last + 1 : bisect_left(targets, date.start, key=lambda t: t.start)]
        ):
            return []
        owners = [last]
        for number in sorted(before, key=lambda n: -targets[n].start)[1:]:
            gap = text[_end(found[number], targets[number]) : targets[owners[-1]].start]
            if not re.fullmatch(r"\s*(?:,|and|&|\+|/|,\s*and|with)\s*", gap):
                break
            owners.append(number)
        return owners


def _end(dosing: Dosing | None, target: Target) -> int:
    return dosing.end if dosing is not None else target.end


def _dated(dosing: Dosing, role: DateRole, date: DateMention) -> Dosing:
    return replace(
        dosing,
        dates=(*dosing.dates, (role, date)),
        parts=(*dosing.parts, ("date", date.start, date.end)),
    )
