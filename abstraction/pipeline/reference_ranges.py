"""What laboratories print beside a value: a flag, and the range of the healthy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from abstraction.facts import Interpretation
from abstraction.pipeline.printed import LINK, NUMBER, any_of, decimal, leading
from nlp_rules.schema import ValueRules

Bounds = tuple[Decimal | None, Decimal | None]
"""Low and high end of a range, in the unit of the value beside it; null where not printed."""


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}-\d{1,2}-\d{2,4}")


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag: characters ``[start, end)``; ``says`` is null for an asterisk."""

    start: int
    end: int
    says: Interpretation | None


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """A printed range: characters ``[start, end)``, its bounds, and where its lead-in begins."""

    lead: int
    start: int
    end: int
    bounds: Bounds


class ReferenceGrammar:
    """Reads flags and reference ranges by ``values.yaml``."""

    def __init__(self, values: ValueRules) -> None:
        flags = {name: sorted(f, key=len, reverse=True) for name, f in values.flags.items()}
        high = "|".join(map(re.escape, flags.get("high", ())))
        low = "|".join(map(re.escape, flags.get("low", ())))
        self._flag = re.compile(
            rf"{LINK}(?:[(\[]{LINK}(?:(?P<high1>{high})|(?P<low1>{low})|\*+){LINK}[)\]]"
            rf"|(?:(?P<high2>{high})|(?P<low2>{low})|\*+)(?![A-Za-z]))"
        )
        self._flag_ahead = re.compile(
            rf"(?<=\s)(?P<flag>(?P<high1>{high})|(?P<low1>{low})|\*+)(?=[ \t]+[<>≤≥]?[ \t]?\d)"
        )
        self._flag_inside = re.compile(rf"[(\[]\s*(?:(?P<high1>{high})|(?P<low1>{low}))[,;\s]")
        label = rf"(?:(?:{any_of(values.reference_labels)})[\s:.=]*)"
        self._range = re.compile(
            rf"{LINK},?{LINK}(?:[(\[{{]\s*(?:[HL*]{{1,2}}[,;\s]+)?(?:{label}){{0,2}}"
            rf"{_bounds_pattern(values, 1)}[^()\[\]\n]{{0,14}}[)\]}}]"
            rf"|(?:{label}){{1,2}}{_bounds_pattern(values, 2)})",
            re.IGNORECASE,
        )
        self._whole_range = re.compile(
            rf"\s*[(\[]?(?:{label})?{_bounds_pattern(values, 1)}"
            r"(?:[^\d\n]{0,20}|\s?(?:[^\s\d.,]|10\D)[^\n]{0,22})$",
            re.IGNORECASE,
        )

    def flag_at(self, text: str, position: int, limit: int) -> Flag | None:
        """The flag that stands at ``position``, space aside."""
        match = self._flag.match(text, position, limit)
        if match is None:
            return None
        return Flag(match.start() + leading(match[0]), match.end(), _flagged(match))

    def flag_before(self, text: str, position: int, start: int, limit: int) -> Flag | None:
        """The flag between an analyte that ends at ``start`` and its number: "C3 L 71"."""
        if text[start:position].strip():
            return None
        match = self._flag_ahead.match(text, position, limit)
        return Flag(match.start("flag"), match.end("flag"), _flagged(match)) if match else None

    def flag(self, text: str, start: int, end: int) -> Interpretation | None:
        """What the characters ``[start, end)`` say, if they are a flag ("H", "L") and no more."""
        found = self.flag_at(text, start, end)
        return found.says if found and not text[found.end : end].strip() else None

    def range_at(self, text: str, position: int, limit: int) -> ReferenceRange | None:
        """The range that stands at ``position``, bracketed or labelled."""
        match = self._range.match(text, position, limit)
        if match is None or _DATE.search(match[0]):
            return None
        low, high = _bounds(match)
        if low is not None and high is not None and low > high:
            return None
        start = match.start() + leading(match[0])
        return ReferenceRange(match.start(), start, match.end(), _bounds(match))

    def flag_within(self, text: str, reference: ReferenceRange) -> Flag | None:
        """The flag that opens a bracketed range: "(L, 0.9-1.8)"."""
        match = self._flag_inside.search(text, reference.lead, reference.end)
        return Flag(*match.span(), _flagged(match)) if match else None

    def bounds(self, text: str, start: int, end: int) -> Bounds | None:
        """The bounds of the range that the characters ``[start, end)`` are."""
        match = self._whole_range.match(text[start:end])
        return _bounds(match) if match else None


def _bounds_pattern(values: ValueRules, number: int) -> str:
    """Both bounds of a range, or the one that is printed, in groups numbered apart."""
    at_most, at_least = any_of(values.at_most), any_of(values.at_least)
    return (
        rf"(?:(?P<low{number}>{NUMBER}){LINK}(?:{any_of(values.range_signs)}){LINK}"
        rf"(?P<high{number}>{NUMBER})"
        rf"|(?:{at_most}){LINK}(?P<below{number}>{NUMBER})"
        rf"|(?:{at_least}){LINK}(?P<above{number}>{NUMBER}))"
    )


def _bounds(match: re.Match[str]) -> Bounds:
    found = {name.rstrip("12"): value for name, value in match.groupdict().items() if value}
    low, high = found.get("low", found.get("above")), found.get("high", found.get("below"))
    return decimal(low) if low else None, decimal(high) if high else None


def _flagged(match: re.Match[str]) -> Interpretation | None:
    """High or low by the flag's group; an asterisk says neither."""
    found = {name[:-1] for name, value in match.groupdict().items() if value}
    return "high" if "high" in found else "low" if "low" in found else None
