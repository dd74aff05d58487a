"""The value beside an analyte: number, comparator, unit, flag, range, or a word that says how it is.

Pure functions over text and offsets.  Nothing is filled in: a unit that is not printed stays null
unless a single one is possible, and then it is marked as inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from abstraction.facts import Comparator, Interpretation, Reading, Role, Value
from nlp_rules.loader import RulePack
from nlp_rules.schema import MeasurementRule

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])|\d+[.,]\d+|\d+|\.\d+)"
_LINK = r"[ \t\u00a0\u2009\u202f]*"
_SPACE = r"\s*"

Part = tuple[Role, int, int]
"""A part of the text a value rests on: its role and characters ``[start, end)``."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A value as it is printed: characters ``[start, end)`` and what stands in them.

    ``end`` is past number and unit; flags and ranges lie beyond it and are in ``parts`` alone.
    """

    start: int
    end: int
    number: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    comparator: Comparator | None = None
    unit: str | None = None
    interpretation: Interpretation | None = None
    reference_low: Decimal | None = None
    reference_high: Decimal | None = None
    parts: tuple[Part, ...] = ()
    after: int = field(default=0)
    """One past everything that belongs to it, flags and range included."""

    @property
    def is_number(self) -> bool:
        return self.number is not None or self.low is not None


def decimal(printed: str) -> Decimal:
    """The number as printed: a comma before exactly three digits groups thousands, else it is a
    decimal comma ("1,850" is 1850, "3,2" is 3.2, "0,850" is 0.85)."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", printed):
        return Decimal(printed.replace(",", ""))
    return Decimal(printed.replace(",", "."))


def _alternatives(patterns: Iterable[str]) -> str:
    return "|".join(f"(?:{p})" for p in patterns)


class ValueGrammar:
    """Reads values by ``values.yaml``, ``units.yaml`` and the interpretation words."""

    def __init__(self, rules: RulePack) -> None:
        values = rules.values
        self._exact_units: dict[str, str] = {}
        folded: dict[str, set[str]] = {}
        for unit in rules.units.units:
            for printed in unit.printed:
                self._exact_units.setdefault(_squeeze(printed), unit.ucum)
                folded.setdefault(_squeeze(printed).lower(), set()).add(unit.ucum)
        self._folded_units = {k: min(v) for k, v in folded.items() if len(v) == 1}
        self._ambiguous_units = {k: v for k, v in folded.items() if len(v) > 1}
        self._longest_unit = 2 * max(map(len, self._exact_units))
        words: dict[str, Interpretation] = {}
        for entry in rules.measurements.interpretations:
            for word in entry.words:
                words.setdefault(word.lower(), entry.interpretation)
        self._words = words
        named = sorted(words, key=lambda w: (-len(w), w))
        self._word = re.compile(
            "(?P<word>" + "|".join(_word_pattern(w) for w in named) + ")", re.IGNORECASE
        )
        self._word_before = re.compile(
            r"(?:^|[\s(,:;/])(?P<word>"
            + "|".join(_word_pattern(w) for w in named if w[0].isalpha())
            + ")"
            + values.between_adjective_and_analyte
            + r"\s*(?:anti\W?)?$",
            re.IGNORECASE,
        )
        self._filler = re.compile(
            rf"\b(?:{_alternatives(values.fillers)})(?![\w%])|[=:~*\s(\[]|->|→|[-–—](?=\s)|(?<=\s)[-–—]",
            re.IGNORECASE,
        )
        self._comparator = re.compile(
            "|".join(
                f"(?P<c{i}>{_alternatives(patterns)})"
                for i, (_, patterns) in enumerate(self._comparators(values.comparators))
            )
            or r"(?!)",
            re.IGNORECASE,
        )
        self._comparator_names = [n for n, _ in self._comparators(values.comparators)]
        self._number = re.compile(_NUMBER)
        self._earlier = re.compile(values.earlier, re.IGNORECASE)
        self._score_items = re.compile(values.score_items, re.IGNORECASE)
        self._predicted = re.compile(_alternatives(values.predicted_headings), re.IGNORECASE)
        self._range = re.compile(rf"({_NUMBER}){_LINK}%?{_LINK}(?:-|–|—|to){_LINK}({_NUMBER})")
        self._titer = re.compile(rf"(?<![\d.])1{_LINK}[:/]{_LINK}(\d{{1,6}}(?:,\d{{3}})?)(?![\d.])")
        flags = {name: sorted(f, key=len, reverse=True) for name, f in values.flags.items()}
        high = "|".join(map(re.escape, flags.get("high", ())))
        low = "|".join(map(re.escape, flags.get("low", ())))
        self._flag = re.compile(
            rf"{_LINK}(?:[(\[]{_LINK}(?:(?P<high1>{high})|(?P<low1>{low})|\*+){_LINK}[)\]]"
            rf"|(?:(?P<high2>{high})|(?P<low2>{low})|\*+)(?![A-Za-z]))"
        )
        self._flag_inside = re.compile(rf"[(\[]\s*(?:(?P<high1>{high})|(?P<low1>{low}))[,;\s]")
        label = rf"(?:(?:{_alternatives(values.reference_labels)})[\s:.=]*)"
        self._reference = re.compile(
            rf"{_LINK},?{_LINK}(?:[(\[{{]{_SPACE}(?:[HL*]{{1,2}}[,;\s]+)?(?:{label}){{0,2}}"
            rf"{_bounds_pattern(1)}[^()\[\]\n]{{0,14}}[)\]}}]|(?:{label}){{1,2}}{_bounds_pattern(2)})",
            re.IGNORECASE,
        )
        self._whole_reference = re.compile(
            rf"\s*[(\[]?(?:{label})?{_bounds_pattern(1)}[^\d\n]{{0,20}}$",
            re.IGNORECASE,
        )

    @staticmethod
    def _comparators(
        given: dict[str, tuple[str, ...]],
    ) -> list[tuple[Comparator, tuple[str, ...]]]:
        order: tuple[Comparator, ...] = ("<=", ">=", "<", ">")
        return [(name, given[name]) for name in order if name in given]

    # ---- reading forwards ------------------------------------------------------------------------

    def read(self, text: str, start: int, limit: int, rule: MeasurementRule) -> Printed | None:
        """The value that follows an analyte ending at ``start``, before ``limit``; None if none."""
        position, parts = start, list[Part]()
        interpretation: Interpretation | None = None
        reference: re.Match[str] | None = None
        first = -1
        fillers = 0
        while position < limit:
            value = self._value_at(text, position, limit, rule, glued=position == start)
            if value is not None and interpretation and _is_year(value):
                break
            if value is not None:
                if interpretation and value.interpretation is None:
                    value = _with(value, interpretation=interpretation)
                return self._finish(text, value, limit, first, tuple(parts), reference)
            sign = text[position]
            if interpretation and sign in ",;" and not self._titer.match(text, position + 2):
                break
            early = self._reference.match(text, position, limit)
            if early and reference is None and interpretation is None:
                reference, position = early, early.end()
                parts.append(("range", early.start() + _blank(early[0]), early.end()))
                continue
            word = self._word_at(text, position, limit)
            if word is not None:
                if interpretation is None:
                    interpretation, first = self._words[_squash(word[0])], word.start()
                    parts.append(("value", word.start(), word.end()))
                position = word.end()
                continue
            filler = self._filler.match(text, position, limit)
            if filler is None or filler.end() == position or fillers > 16:
                break
            fillers += 1
            position = filler.end()
        if interpretation is None:
            return None
        end = parts[-1][2] if parts[-1][0] == "value" else parts[0][2]
        printed = Printed(first, end, interpretation=interpretation, parts=tuple(parts), after=end)
        return self._finish(text, printed, limit, first, (), reference)

    def _word_at(self, text: str, position: int, limit: int) -> re.Match[str] | None:
        if 0 < position < len(text) and text[position].isalnum() and text[position - 1].isalnum():
            return None
        return self._word.match(text, position, limit)

    def _words_in(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        """Interpretation words set apart by a comma inside a bracket: "(0.75-1.65, low)"."""
        for comma in re.compile(r"[,;]\s*").finditer(text, start, end):
            word = self._word.match(text, comma.end(), end)
            if word is not None:
                yield word

    def earlier(self, text: str, position: int, limit: int, rule: MeasurementRule) -> Printed | None:
        """The earlier value told right after another (", was 2900 mg/g")."""
        lead = self._earlier.match(text, position, limit)
        if lead is None:
            return None
        value = self._value_at(text, lead.end(), limit, rule)
        return self._finish(text, value, limit, -1, (), None) if value else None

    def score_items(self, text: str, position: int, limit: int) -> int | None:
        """Where the items of a score end that open right after its total; None if none open."""
        opening = self._score_items.match(text, position, limit)
        if opening is None:
            return None
        close = text.find(")" if "(" in opening[0] else "]", opening.end(), limit)
        return close if close >= 0 and opening[0].strip()[:1] in "([" else limit

    def predicted(self, heading: str) -> bool:
        """Whether a column heading says that its values are percentages of the predicted."""
        return bool(self._predicted.search(heading))

    def _value_at(
        self, text: str, position: int, limit: int, rule: MeasurementRule, *, glued: bool = False
    ) -> Printed | None:
        """A number, range or titre at ``position``; ``glued``: it may touch the word before."""
        comparator: Comparator | None = None
        begin = position
        sign = self._comparator.match(text, position, limit)
        if sign is not None and sign.lastgroup is not None:
            comparator = self._comparator_names[int(sign.lastgroup[1:])]
            position = sign.end()
            while position < limit and text[position] in " \t\u00a0\u2009\u202f":
                position += 1
        if position >= limit or not (text[position].isdigit() or text[position] == "."):
            return None
        touches = position > 0 and (text[position - 1].isalnum() or text[position - 1] in ".,")
        if touches and not sign and not glued:
            return None
        if rule.value in ("titer", "presence") and (t := self._titer.match(text, position, limit)):
            return Printed(
                begin, t.end(), number=decimal(t[1]), comparator=comparator, unit="{titer}",
                parts=(("value", begin, t.end()),), after=t.end(),
            )  # fmt: skip
        if span := self._range.match(text, position, limit):
            low, high = decimal(span[1]), decimal(span[2])
            if low <= high and not re.match(r"[-/.]\d", text[span.end() : span.end() + 2]):
                unit, end = self._unit_at(text, span.end(), limit, rule)
                return Printed(
                    begin, end, low=low, high=high, comparator=comparator, unit=unit,
                    parts=_parts(text, begin, span.end(), end), after=end,
                )  # fmt: skip
        number = self._number.match(text, position, limit)
        if number is None or self._is_something_else(text, number, limit):
            return None
        unit, end = self._unit_at(text, number.end(), limit, rule)
        return Printed(
            begin, end, number=decimal(number[0]), comparator=comparator, unit=unit,
            parts=_parts(text, begin, number.end(), end), after=end,
        )  # fmt: skip

    @staticmethod
    def _is_something_else(text: str, number: re.Match[str], limit: int) -> bool:
        """A date, a time, a titre of another test, or the start of a word."""
        after = text[number.end() : min(limit + 6, number.end() + 12)]
        return bool(
            re.match(r"[/.-]\d{1,2}[/.-]\d{2}|:\d{2}\b|[-/]\d{4}\b|\s*(?:st|nd|rd|th)\b", after)
            or re.match(r"\s*(?:days?|weeks?|months?|years?|yrs?|wks?|hours?|hrs?|times)\b", after)
            or re.match(r"[-/](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", after, re.I)
            or re.match(r"\s(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b", after, re.I)
        )  # fmt: skip

    def _unit_at(
        self, text: str, position: int, limit: int, rule: MeasurementRule
    ) -> tuple[str | None, int]:
        """The longest unit printed at ``position``, in UCUM, and where it ends."""
        start = position + _blank(text[position : min(limit, position + 4)])
        line = re.compile(r"[^\r\n]*").match(text, start, min(limit, start + self._longest_unit))
        printed = line[0] if line else ""
        for length in range(len(printed), 0, -1):
            following = text[start + length : start + length + 1]
            if printed[length - 1].isspace() or (following.isalnum() and printed[length - 1].isalnum()):
                continue
            ucum = self._ucum(_squeeze(printed[:length]), rule)
            if ucum is not None:
                return ucum, start + length
        return None, position

    def _ucum(self, printed: str, rule: MeasurementRule) -> str | None:
        """The UCUM unit of a spelling; of one that stands for several, the one the analyte has."""
        if (short := rule.shorthand.get(printed)) is not None:
            return short
        ucum = self._exact_units.get(printed) or self._folded_units.get(printed.lower())
        if ucum is None:
            fitting = [u for u in self._ambiguous_units.get(printed.lower(), ()) if _accepts(rule, u)]
            ucum = fitting[0] if len(fitting) == 1 else None
        if ucum is not None and len(printed) == 1 and not _accepts(rule, ucum):
            return None
        return ucum

    def _finish(
        self, text: str, value: Printed, limit: int, first: int, parts: tuple[Part, ...],
        reference: re.Match[str] | None,
    ) -> Printed:  # fmt: skip
        """Adds what follows the value: flag, interpretation in brackets, reference range."""
        position, interpretation = value.end, value.interpretation
        found = [*parts, *value.parts]
        for _ in range(2):
            flag = self._flag.match(text, position, limit)
            if flag and value.is_number:
                interpretation = interpretation or _flagged(flag)
                found.append(("range", flag.start() + _blank(flag[0]), flag.end()))
                position = flag.end()
            if reference is None and (reference := self._reference.match(text, position, limit)):
                found.append(("range", reference.start() + _blank(reference[0]), reference.end()))
                position = reference.end()
        low, high = _bounds(reference)
        if reference is not None and interpretation is None and value.is_number:
            inside = next(self._words_in(text, reference.start(), reference.end()), None)
            flagged = self._flag_inside.search(text, reference.start(), reference.end())
            if inside is not None:
                interpretation = self._words[_squash(inside[0])]
            elif flagged is not None:
                interpretation = _flagged(flagged)
        trailing = re.compile(r"[\s,(\[–-]{0,3}").match(text, position, limit)
        if value.is_number and interpretation is None and trailing is not None:
            word = self._word_at(text, trailing.end(), limit)
            if word is not None and text[trailing.start() : trailing.end()].strip() in ("", "(", "["):
                interpretation = self._words[_squash(word[0])]
                found.append(("value", word.start(), word.end()))
                position = word.end()
        return _with(
            value,
            start=value.start if first < 0 else min(first, value.start),
            interpretation=interpretation,
            reference_low=low,
            reference_high=high,
            parts=tuple(sorted(set(found), key=lambda p: (p[1], p[2], p[0]))),
            after=max(position, value.end),
        )

    def percent_beside(self, text: str, value: Printed, limit: int) -> Printed:
        """Of "2.1 L (58 %)" the 58 %: the per-cent value right after an absolute one."""
        beside = re.compile(rf"[^\d\n;.]{{0,12}}?({_NUMBER}){_LINK}%").match(text, value.end, limit)
        if beside is None or value.unit == "%":
            return value
        end = beside.end()
        return _with(
            value, number=decimal(beside[1]), low=None, high=None, unit="%", end=end,
            parts=(*value.parts, ("value", beside.start(1), beside.end(1)), ("unit", end - 1, end)),
            after=end,
        )  # fmt: skip

    # ---- reading backwards -----------------------------------------------------------------------

    def word_before(self, text: str, start: int, floor: int) -> tuple[Interpretation, int, int] | None:
        """The interpretation in front of an analyte ("low C3"), with its characters."""
        match = self._word_before.search(text, max(floor, start - 40), start)
        if match is None:
            return None
        return self._words[_squash(match["word"])], match.start("word"), match.end("word")

    def unit(self, text: str, start: int, end: int, rule: MeasurementRule) -> str | None:
        """The unit that the characters ``[start, end)`` are, brackets aside."""
        while start < end and text[start] in " ([\u00a0":
            start += 1
        unit, stop = self._unit_at(text, start, end, rule)
        return unit if unit and not text[stop:end].strip(" )]\u00a0") else None

    def unit_and_reference(
        self, text: str, start: int, end: int, rule: MeasurementRule
    ) -> tuple[str | None, int, tuple[Decimal | None, Decimal | None] | None]:
        """What stands beside a label: its unit, where that ends, and a range behind it
        ("C3 g/L (0.75-1.65)")."""
        unit, stop = self._unit_at(text, start, end, rule)
        bounds = self.reference(text, stop, end) if text[stop:end].strip() else None
        return unit, stop, bounds

    def reference(
        self, text: str, start: int, end: int
    ) -> tuple[Decimal | None, Decimal | None] | None:
        """The bounds of the reference range that the characters ``[start, end)`` are."""
        match = self._whole_reference.match(text[start:end])
        return _bounds(match) if match else None

    def flag(self, text: str, start: int, end: int) -> Interpretation | None:
        """The flag that the characters ``[start, end)`` are ("H", "L", "*")."""
        match = self._flag.match(text, start, end)
        if match is None or text[match.end() : end].strip():
            return None
        return _flagged(match)

    def cell(self, text: str, start: int, end: int, rule: MeasurementRule) -> Printed | None:
        """The value of a table cell ``[start, end)``: as ``read``, but it must begin there."""
        value = self.read(text, start, end, rule)
        return value if value and not text[start : value.start].strip(" \t|*:=") else None


def _is_year(value: Printed) -> bool:
    """Whether a bare number reads as a year: "negative (2018)"."""
    number = value.number
    return value.unit is None and number is not None and 1900 <= number <= 2100


def _with(value: Printed, **changes: object) -> Printed:
    fields = {name: getattr(value, name) for name in Printed.__slots__}
    return Printed(**{**fields, **changes})  # type: ignore[arg-type]


def _parts(text: str, start: int, number_end: int, end: int) -> tuple[Part, ...]:
    if end > number_end:
        unit = number_end + _blank(text[number_end:end])
        return (("value", start, number_end), ("unit", unit, end))
    return (("value", start, number_end),)


def _flagged(match: re.Match[str]) -> Interpretation | None:
    """High or low by the flag's group; an asterisk says neither."""
    found = {name[:-1] for name, value in match.groupdict().items() if value}
    return "high" if "high" in found else "low" if "low" in found else None


def _bounds_pattern(number: int) -> str:
    """Both bounds of a range, or the one that is printed, in groups numbered apart."""
    return (
        rf"(?:(?P<low{number}>{_NUMBER}){_LINK}(?:-|–|—|to){_LINK}(?P<high{number}>{_NUMBER})"
        rf"|(?:<=?|≤|up to|less than){_LINK}(?P<below{number}>{_NUMBER})"
        rf"|(?:>=?|≥|greater than){_LINK}(?P<above{number}>{_NUMBER}))"
    )


def _bounds(match: re.Match[str] | None) -> tuple[Decimal | None, Decimal | None]:
    if match is None:
        return None, None
    found = {name.rstrip("12"): value for name, value in match.groupdict().items() if value}
    low, high = found.get("low", found.get("above")), found.get("high", found.get("below"))
    return decimal(low) if low else None, decimal(high) if high else None


def _blank(text: str) -> int:
    return len(text) - len(text.lstrip(" \t,\u00a0\u2009\u202f"))


def _squeeze(printed: str) -> str:
    return re.sub(r"\s+", "", printed)


def _squash(word: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[-‐‑]", "-", word)).lower()


def _word_pattern(word: str) -> str:
    pattern = r"\s+".join(re.escape(part) for part in word.split())
    return (r"\b" if word[0].isalnum() else "") + pattern + (r"(?!\w)" if word[-1].isalnum() else "")


def _accepts(rule: MeasurementRule, ucum: str) -> bool:
    return ucum == rule.canonical_unit or any(c.unit == ucum for c in rule.conversions)


# ---- canonical values ----------------------------------------------------------------------------


def canonical(number: Decimal, unit: str, rule: MeasurementRule) -> float | None:
    """``number`` of ``unit`` in the rule's canonical unit; None when it cannot be converted."""
    if unit == rule.canonical_unit:
        return float(number)
    for conversion in rule.conversions:
        if conversion.unit == unit:
            exact = Fraction(number) * _fraction(conversion.factor) + _fraction(conversion.offset)
            return float(exact)
    return None


def _fraction(printed: str) -> Fraction:
    """A factor of the rule file: "88.42" or "1/113.12", exactly."""
    numerator, _, denominator = printed.partition("/")
    return Fraction(numerator) / Fraction(denominator or "1")


def _readings(number: Decimal, rule: MeasurementRule) -> Iterator[Reading]:
    for band in rule.without_unit:
        if Decimal(str(band.low)) <= number <= Decimal(str(band.high)):
            converted = canonical(number, band.unit, rule)
            if converted is not None:
                yield Reading(unit=band.unit, canonical_number=converted)


def to_value(printed: Printed, rule: MeasurementRule) -> Value:
    """The contract's value: the text's own number and unit, and what they come to."""
    reference = {
        "reference_low": None if printed.reference_low is None else float(printed.reference_low),
        "reference_high": None if printed.reference_high is None else float(printed.reference_high),
    }
    if not printed.is_number:
        return Value(interpretation=printed.interpretation, **reference)
    unit = printed.unit
    basis = "printed" if unit else None
    numbers = [n for n in (printed.number, printed.low, printed.high) if n is not None]
    readings: tuple[Reading, ...] = ()
    if unit is None:
        worlds = [tuple(_readings(n, rule)) for n in numbers]
        units = [{r.unit for r in world} for world in worlds]
        common = set.intersection(*units) if units else set()
        if len(common) == 1:
            unit, basis = common.pop(), "inferred"
        elif printed.number is not None:
            readings = worlds[0]
    converted = [None if unit is None else canonical(n, unit, rule) for n in numbers]
    plausible = _plausible(converted, rule)
    ranged = printed.low is not None
    return Value(
        number=None if ranged or printed.number is None else float(printed.number),
        low=None if printed.low is None else float(printed.low),
        high=None if printed.high is None else float(printed.high),
        comparator=printed.comparator,
        unit=unit if basis == "printed" else None,
        unit_basis=basis,
        canonical_number=None if ranged else converted[0],
        canonical_low=converted[0] if ranged else None,
        canonical_high=converted[-1] if ranged else None,
        canonical_unit=rule.canonical_unit if converted[0] is not None else None,
        readings=readings,
        interpretation=printed.interpretation,
        plausible=plausible,
        **reference,
    )


def _plausible(converted: list[float | None], rule: MeasurementRule) -> bool | None:
    known = [c for c in converted if c is not None]
    if not known or rule.plausible is None:
        return None
    low, high = rule.plausible
    return all(low <= c <= high for c in known)
