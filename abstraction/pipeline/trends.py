"""The further values of an analyte: "1.1 -> 1.4 -> 2.0", "0.9 (was 3.2 in May)", "412, now 150".

A number behind a value is a further value of it only on evidence: an arrow, a word that says so,
a date of its own beside a dated value, or the same unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from abstraction.pipeline.printed import Printed
from abstraction.pipeline.value_grammar import ValueGrammar
from nlp_rules.schema import MeasurementRule, ValueRules

_TO_NEWER = re.compile(r"[\s\u00a0]*(?:-+>|→|=+>|>|—>|»|➔|➜)[\s\u00a0]*")
_TO_OLDER = re.compile(r"[\s\u00a0]*(?:<-+|←|<=+|<(?=\s?\d))[\s\u00a0]*")
_SEPARATOR = re.compile(
    r"\s*(?:[,;]|(?<=\s)[-–]\s|[(\[]|\band\b|\bthen\b|\bto\b|\bbut\b|/)?\s*", re.IGNORECASE
)
_CLOSING = re.compile(r"\s?[)\]]")
_BEFORE_DATE = re.compile(
    r"\s*[(\[]?\s*(?:on|in|at|of|from|since|@|the|by|dated)?\s*", re.IGNORECASE
)
_LISTED = re.compile(
    r"\b(?:\w*-?trend\w*|serial\w*|consecutive|successive|sequential\w*)\b", re.IGNORECASE
)
"""What announces values in a row."""
_OTHER_UNIT = re.compile(
    r"\s?(?:mg\b(?!/)|mcg\b|kg\b|bpm\b|cm\b|ml\b(?!/)|lbs?\b|units?\b|tabs?\b|tablets?\b|/min\b"
    r"|weeks?\b|wks?\b|days?\b|months?\b|years?\b|yrs?\b|hours?\b|hrs?\b|times\b|x\b|doses?\b"
    r"|puffs?\b|g\b(?!/)|st\b|nd\b|rd\b|th\b)",
    re.IGNORECASE,
)
_LONGEST_LEAD = 60
"""Characters of the words between a value and the next one."""


@dataclass(frozen=True, slots=True)
class Further:
    """A further value; ``earlier``: it was so before the one that it follows."""

    printed: Printed
    earlier: bool


class TrendReader:
    """Reads further values by ``values.yaml``."""

    def __init__(self, grammar: ValueGrammar, rules: ValueRules) -> None:
        self._grammar = grammar
        self._older = re.compile(rules.tells_older, re.IGNORECASE)
        self._newer = re.compile(rules.tells_newer, re.IGNORECASE)
        self._first = re.compile(f"{rules.spoiled_after}|{rules.before_treatment}", re.IGNORECASE)
        self._filler = re.compile(rules.trend_filler, re.IGNORECASE)

    def further(
        self,
        text: str,
        first: Printed,
        limit: int,
        rule: MeasurementRule,
        dates: Mapping[int, int],
        *,
        rising: bool = False,
    ) -> Iterator[Further]:
        """The values behind ``first``, before ``limit``; ``rising``: words before it say that it
        went "from" there "to" another."""
        value = first
        listed = bool(_LISTED.search(text, max(0, first.start - _LONGEST_LEAD), first.start))
        while True:
            position, dated = _past_date(text, value.after, limit, dates)
            found = self._next(
                text, position, limit, rule, dates, first, dated=dated, rising=rising, listed=listed
            )
            if found is None:
                return
            yield found
            listed = listed or bool(_LISTED.search(text, value.after, found.printed.start))
            value = found.printed

    def _next(
        self,
        text: str,
        position: int,
        limit: int,
        rule: MeasurementRule,
        dates: Mapping[int, int],
        first: Printed,
        *,
        dated: bool,
        rising: bool,
        listed: bool,
    ) -> Further | None:
        for arrow, earlier in ((_TO_NEWER, False), (_TO_OLDER, True)):
            if match := arrow.match(text, position, limit):
                start, has_date = _past_date(text, match.end(), limit, dates)
                printed = self._grammar.cell(text, start, limit, rule)
                if printed is not None and (printed.is_number or printed.interpretation):
                    return Further(printed, earlier)
                return None
        if aside := self._first.match(text, position, limit):
            position = aside.end()
        match = _SEPARATOR.match(text, position, limit)
        start = match.end() if match else position
        separator = match[0].strip().lower() if match else ""
        older, newer = False, aside is not None
        has_date = False
        floor = start
        while start < min(limit, floor + _LONGEST_LEAD):
            if start in dates:
                start, has_date = dates[start], True
                continue
            if word := self._older.match(text, start, limit):
                older, start = True, word.end()
            elif word := self._newer.match(text, start, limit):
                newer, start = True, word.end()
            elif word := self._filler.match(text, start, limit):
                start = word.end()
            else:
                break
            if word.end() == word.start():
                break
        printed = self._grammar.number_at(text, start, limit, rule)
        if printed is None or _OTHER_UNIT.match(text, printed.end, limit):
            return None
        strange = printed.unit is not None and rule.to_canonical(printed.unit) is None
        if strange and printed.unit != first.unit:
            return None
        _, behind = _past_date(text, printed.after, limit, dates)
        has_date = has_date or behind
        tail = self._older.match(text, printed.after + _blanks(text, printed.after), limit)
        tail_newer = self._newer.match(text, printed.after + _blanks(text, printed.after), limit)
        same_unit = printed.unit is not None and printed.unit == first.unit
        evidence = (
            older
            or newer
            or tail is not None
            or tail_newer is not None
            or (has_date and (dated or separator in ("(", "[", "to")))
            or (rising and separator == "to")
            or (same_unit and (dated or has_date))
            or (listed and separator in (",", "and", "then", "to"))
        )
        apart = bool(separator) or older or newer or (has_date and dated)
        if not evidence or not apart:
            return None
        to_newer = newer or tail_newer is not None or listed or (rising and separator == "to")
        return Further(printed, earlier=older or not to_newer)


def _blanks(text: str, position: int) -> int:
    rest = text[position : position + 3]
    return len(rest) - len(rest.lstrip())


def _past_date(text: str, position: int, limit: int, dates: Mapping[int, int]) -> tuple[int, bool]:
    """Where a date that stands right behind a value ends, and whether one does."""
    lead = _BEFORE_DATE.match(text, position, limit)
    start = lead.end() if lead else position
    if start not in dates:
        return position, False
    end = dates[start]
    close = _CLOSING.match(text, end, limit)
    return (close.end() if close else end), True
