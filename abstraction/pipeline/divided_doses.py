"""Doses that are not the same at each time: "10 mg mane 5 mg nocte", "2-0-1", "400 mg Mon-Fri,
200 mg at weekends", "200 mg and 400 mg on alternate days".

Each comes to how often something is taken a day and how much of it, on average, in a day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from abstraction.pipeline.dose_amounts import AMOUNT, LINK, amount
from abstraction.pipeline.printed import any_of
from nlp_rules.schema import DividedDoseRules

_PLACE = r"(?:\d{1,4}(?:[.,]\d{1,2})?|\d?[½¼¾])"
_DASH = r"\s?[-–+]\s?"
_TABLETS_AT_A_TIME = 10
"""More than so many at a time are milligrams and no tablets."""
_DAYS_A_MONTH = 4
"""Numbers up to this in each place are a pattern of the day also without a zero."""


@dataclass(frozen=True, slots=True)
class Divided:
    """What a divided dose comes to; characters ``[start, end)`` are all its words.

    ``amount`` is what is taken in a day, in the unit of the dose, or in tablets where ``counted``.
    """

    start: int
    end: int
    frequency: float
    amount: Fraction
    counted: bool = False


@dataclass(frozen=True, slots=True)
class LeadingAmounts:
    """Amounts right behind the name that share a unit: the first is the dose."""

    number: str
    unit: str | None
    end: int
    divided: Divided


@dataclass(frozen=True, slots=True)
class _Share:
    """A part of the day or of the week, and where its word ends; ``times``: how often a day."""

    slot: int
    of: str
    times: Fraction | None
    end: int


class DividedDoses:
    """Finds divided doses by ``dosing.yaml``."""

    def __init__(
        self,
        rules: DividedDoseRules,
        milligrams: Mapping[str, float | None],
        counts: Mapping[str, float],
    ) -> None:
        self._counts, self._milligrams = counts, milligrams
        units = "|".join(re.escape(unit) for unit in sorted(milligrams, key=len, reverse=True))
        self._slots = [
            (share.of, share.times, re.compile(rf"(?:{any_of(share.words)})", re.IGNORECASE))
            for share in rules.shares
        ]
        fillers = any_of(rules.gap)
        self._gap = re.compile(rf"(?:{LINK}(?:{fillers})){{0,4}}{LINK}", re.IGNORECASE)
        self._between = re.compile(rf"{LINK}(?:{any_of(rules.between)})?{LINK}", re.IGNORECASE)
        self._amount = re.compile(
            rf"(?<![\d.,])(?P<number>{AMOUNT})(?![\d/])(?:{LINK}(?P<unit>{units})(?![A-Za-z/]))?",
            re.IGNORECASE,
        )
        self._lead = re.compile(rf"{LINK}(?:[-–:,=(]|{any_of(rules.lead)})*{LINK}", re.IGNORECASE)
        words = "|".join(re.escape(word) for word in sorted(counts, key=len, reverse=True))
        self._count = re.compile(
            rf"(?<![\d.,/])(?P<count>{words}|\d{{1,2}}(?:[.,]5)?)(?![\w/]|[.,]\d)", re.IGNORECASE
        )
        scheme = rf"(?<![\w.,/-]){_PLACE}(?:{_DASH}{_PLACE}){{2,3}}(?![\w/½]|[.,]\d|-\d)"
        self._scheme = re.compile(scheme)
        self._unit = re.compile(rf"{LINK}(?P<unit>{units})(?![A-Za-z])", re.IGNORECASE)
        self._in_turn = re.compile(
            rf"{LINK}(?:{any_of(rules.in_turn)}){LINK}(?P<second>{AMOUNT})"
            rf"(?:{LINK}(?P<unit>{units})(?![A-Za-z]))?",
            re.IGNORECASE,
        )
        self._says_so = re.compile(any_of(rules.says_in_turn), re.IGNORECASE)
        self._number = re.compile(rf"(?P<number>{AMOUNT})")

    def behind_name(self, text: str, start: int, limit: int) -> LeadingAmounts | None:
        """Amounts that share a unit: "10-0-5 mg", "400/200 mg alternate days"."""
        if scheme := self._scheme.match(text, start, limit):
            unit = self._unit.match(text, scheme.end(), limit)
            places = _places(scheme[0])
            if places is None or (unit is None and max(places) <= _TABLETS_AT_A_TIME):
                return None
            taken = [place for place in places if place]
            end = unit.end() if unit else scheme.end()
            divided = Divided(start, end, len(taken), sum(taken, Fraction()))
            return LeadingAmounts(_number(taken[0]), unit["unit"] if unit else None, end, divided)
        first = self._number.match(text, start, limit)
        turn = self._turn(text, first.end(), limit, amount(first["number"])) if first else None
        if first is None or turn is None:
            return None
        unit = self._unit.search(text, first.end(), turn.end)
        end = unit.end() if unit else first.end()
        return LeadingAmounts(first["number"], unit["unit"] if unit else None, end, turn)

    def behind_dose(
        self, text: str, end: int, limit: int, number: Decimal, unit: str | None
    ) -> Divided | None:
        """What stands behind a dose that ends at ``end``: other amounts, or tablets at a time."""
        turn = self._turn(text, end, limit, number, unit)
        return (
            turn
            or self._amounts(text, end, limit, number, unit)
            or self._tablets(text, end, limit)
            or self._pattern(text, end, limit)
        )

    def _turn(
        self, text: str, end: int, limit: int, first: Decimal, unit: str | None = None
    ) -> Divided | None:
        """A second amount that is taken every other time."""
        opening = self._share(text, self._past_gap(text, end, limit), limit)
        begin = opening.end if opening and opening.of == "alternate" else end
        found = self._in_turn.match(text, begin, limit) or self._in_turn.match(
            text, self._past_gap(text, end, limit), limit
        )
        if found is None:
            return None
        close = self._gap.match(text, found.end(), limit)
        share = self._share(text, close.end() if close else found.end(), limit)
        alternate = share is not None and share.of == "alternate"
        if not alternate and not self._says_so.search(found[0]):
            return None
        mean = (Fraction(first) + self._in(found["second"], found["unit"], unit)) / 2
        return Divided(end, share.end if share and alternate else found.end(), 1.0, mean)

    def _in(self, number: str, unit: str | None, wanted: str | None) -> Fraction:
        """An amount in the unit of the first one, where both tell milligrams."""
        factors = [self._milligrams.get(one.lower()) for one in (unit, wanted) if one]
        size = Fraction(amount(number))
        if len(factors) < 2 or factors[0] is None or factors[1] is None:
            return size
        return size * Fraction(str(factors[0])) / Fraction(str(factors[1]))

    def _amounts(
        self, text: str, end: int, limit: int, first: Decimal, unit: str | None
    ) -> Divided | None:
        opening = self._share(text, self._past_gap(text, end, limit), limit)
        if opening is None:
            return None
        pairs, place = [(Fraction(first), opening)], opening.end
        while (joint := self._between.match(text, place, limit)) is not None:
            found = self._amount.match(text, joint.end(), limit)
            share = found and self._share(text, self._past_gap(text, found.end(), limit), limit)
            if not found or not share:
                break
            pairs.append((self._in(found["number"], found["unit"], unit), share))
            place = share.end
        return _total(end, pairs, counted=False)

    def _tablets(self, text: str, end: int, limit: int) -> Divided | None:
        lead = self._lead.match(text, end, limit)
        place = lead.end() if lead else end
        pairs: list[tuple[Fraction, _Share]] = []
        while found := self._count.match(text, place, limit):
            share = self._share(text, self._past_gap(text, found.end(), limit), limit)
            if share is None:
                break
            pairs.append((self._counted(found["count"]), share))
            joint = self._between.match(text, share.end, limit)
            place = joint.end() if joint else share.end
        return _total(end, pairs, counted=True)

    def _pattern(self, text: str, end: int, limit: int) -> Divided | None:
        """Tablets in the pattern morning-noon-night: "2-0-1"."""
        lead = self._lead.match(text, end, limit)
        scheme = self._scheme.match(text, lead.end() if lead else end, limit)
        places = _places(scheme[0]) if scheme else None
        if scheme is None or places is None or max(places) > _TABLETS_AT_A_TIME:
            return None
        times = sum(1 for place in places if place)
        return Divided(scheme.start(), scheme.end(), times, sum(places, Fraction()), counted=True)

    def _past_gap(self, text: str, place: int, limit: int) -> int:
        gap = self._gap.match(text, place, limit)
        return gap.end() if gap else place

    def _share(self, text: str, place: int, limit: int) -> _Share | None:
        """The longest word at ``place`` that names a part of the day or the week."""
        found = [
            _Share(slot, of, times, word.end())
            for slot, (of, times, words) in enumerate(self._slots)
            if (word := words.match(text, place, limit)) is not None
            and not text[word.end() : word.end() + 1].isalpha()
        ]
        return max(found, key=lambda share: share.end, default=None)

    def _counted(self, printed: str) -> Fraction:
        squeezed = " ".join(printed.lower().split())
        if squeezed in self._counts:
            return Fraction(self._counts[squeezed]).limit_denominator(400)
        return Fraction(squeezed.replace(",", "."))


def _total(start: int, pairs: list[tuple[Fraction, _Share]], *, counted: bool) -> Divided | None:
    """Amounts that together make the day or the week; None where they do not."""
    if len(pairs) < 2 or len({share.of for _, share in pairs}) > 1:
        return None
    if any(one.slot == other.slot for (_, one), (_, other) in pairwise(pairs)):
        return None
    told = sum((share.times for _, share in pairs if share.times is not None), Fraction())
    rest = [share for _, share in pairs if share.times is None]
    if len(rest) > 1 or (rest and told >= 1):
        return None
    shares = [(size, 1 - told if share.times is None else share.times) for size, share in pairs]
    amounts = sum((size * times for size, times in shares), Fraction())
    often = sum((times for _, times in shares), Fraction())
    return Divided(start, pairs[-1][1].end, float(often), amounts, counted=counted)


def _places(scheme: str) -> list[Fraction] | None:
    """The numbers of a pattern of the day; None for what looks like a date or a range."""
    printed = [place for place in re.split(r"[-–+]", re.sub(r"\s", "", scheme)) if place]
    places = [Fraction(amount(place)) for place in printed]
    if not any(places) or (0 not in places and max(places) > _DAYS_A_MONTH):
        return None
    return places


def _number(size: Fraction) -> str:
    return str(float(size)) if size.denominator > 1 else str(size.numerator)
