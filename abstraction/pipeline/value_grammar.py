"""The value beside an analyte: number, comparator, unit, flag, range, or a word for how it is.

Pure functions over text and offsets.  What is not printed stays null.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from abstraction.facts import Comparator, Interpretation
from abstraction.pipeline.interpretation_words import InterpretationWords, Word
from abstraction.pipeline.parts import Part, in_order
from abstraction.pipeline.printed import (
    LINK,
    NUMBER,
    Printed,
    any_of,
    decimal,
    leading,
    past_blanks,
)
from abstraction.pipeline.reference_ranges import ReferenceGrammar, ReferenceRange
from abstraction.pipeline.unit_grammar import UnitGrammar
from nlp_rules.loader import RulePack
from nlp_rules.schema import MeasurementRule

_COMPARATORS: tuple[Comparator, ...] = ("<=", ">=", "<", ">")
"""In the order they are tried: "<=" begins with "<"."""
_MOST_FILLERS = 20
_NOISY = re.compile(
    r"(?=[lIOoS]{0,2}\d|\d|O\.\d)(?=\d{0,3}[.,]?\d{0,2}[lIOoS])(?:[\dlIOoS]{3,4}|\d[lIOo]|[\dlIOoS]{1,3}[.,][\dlIOoS]{1,2})"
    r"(?![\w]|[.,]\d)"
)
"""A number in which a scan has put letters for digits; of two characters the first is a digit."""
_AS_DIGITS = str.maketrans("lIOoS", "11005")
_FIELDS = frozenset({"/[HPF]", "/[LPF]"})
_REACH_BACK = 30
"""Characters before an analyte in which its value stands, where it is written first."""
_COUNT_AHEAD = re.compile(
    r"(?:^|[\s(,;:])((?:[<>≤≥]\s?)?\d{1,4}(?:\s?(?:-|–|to)\s?\d{1,4})?)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_SIGN_AHEAD = re.compile(
    r"(?:^|[\s(,;:])([1-4]\s?\+|\+{1,4}|trace|neg(?:ative)?)\s?(?:urine\s|dipstick\s)?$",
    re.IGNORECASE,
)
_CLOSE = r"[ \u00a0\u2009\u202f]{0,2}"
"""Space within a range; farther apart stand the cells of a table."""
_COMMA = re.compile(r",\s{1,4}(?=[<>≤≥]?\s?\d)")
_NUMBER_AHEAD = re.compile(r"\s{0,4}[:=]?\s{0,4}[<>≤≥]?\s?\d")
NO_DATES: Mapping[int, int] = {}
_GLUED = re.compile(r"[-–]\d")
"""A dash right behind an analyte that is no minus: "ESR-58"."""
_FRACTION = re.compile(r"(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|[12]\d|3[01])(?![\d/]|[.,]\d)")
"""What is a day and its month rather than a value."""
_PAST_DATE = re.compile(r"[)\]]\s?")
_MINUS = re.compile(r"(?<=[\s(:])[-−–](?=\s?(?:[,;/)\n.]|$))")
"""A minus that stands for "negative": "HBsAg -, HCV -"."""
_IN = re.compile(r"\b(?:in|since)\s$", re.IGNORECASE)
_DAY_OF_MONTH = re.compile(r"0?[1-9]|[12]\d|3[01]")
_SPACED = re.compile(r"[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3})+(?!\d)")
"""Thousands with spaces between, which need a unit to be known as such."""
_SPREAD = re.compile(r"[ \t]?(?:±|\+/-)[ \t]?\d+(?:[.,]\d+)?")
_NUMBER = re.compile(NUMBER)
_TITER = re.compile(
    rf"(?:(?<![\d.])1{LINK}[:/]|(?<!\d)[×x](?=\d{{2}})){LINK}(\d{{1,6}}(?:,\d{{3}})?)(?!\d|\.\d)"
)
_OTHER_NUMBER = (
    r"(?P<mark>[/.-])\d{1,2}(?P=mark)\d{2}|:\d{2}\b|[-/]\d{4}\b|\+(?!\d|/)|/52\b"
    r"|\s?(?:x|×)\s?(?:ULN|LLN)\b"
)
"""What makes of the number before it a date or a time."""
_BEFORE_WORD = re.compile(r"[\s,(\[–-]{0,3}")


_BRACKETED = re.compile(r"[ \t]*[(\[]([^()\[\]\n]{1,24})[)\]]")
_GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.,])")
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])\d{1,3},\d{1,2}(?![\d.,])")
_WRITER = 600
"""Characters before and after a number in which a decimal comma tells how its writer groups."""
_SUM = re.compile(r"(?:\s*\([^()\n]*\))?(?:\s*\+\s*\d+(?:\s*\([^()\n]*\))?)+\s*=\s*(\d+)")


class ValueGrammar:
    """Reads values by ``values.yaml``, with their units, flags, ranges and words."""

    def __init__(self, rules: RulePack) -> None:
        values = rules.values
        self.units = UnitGrammar(rules.units.units)
        self.ranges = ReferenceGrammar(values)
        self.words = InterpretationWords(
            rules.measurements.interpretations, values.between_adjective_and_analyte
        )
        self._filler = re.compile(
            rf"\b(?:{any_of(values.fillers)})(?![\w%])"
            r"|[=:~*\s(\[\"“”']|\.{3,}|…|->|→|[-–—](?=\s)|(?<=\s)[-–—]",
            re.IGNORECASE,
        )
        self._comparators: tuple[tuple[Comparator, re.Pattern[str]], ...] = tuple(
            (sign, re.compile(any_of(values.comparators[sign]), re.IGNORECASE))
            for sign in _COMPARATORS
            if sign in values.comparators
        )
        self._score_items = re.compile(values.score_items, re.IGNORECASE)
        self._range = re.compile(
            rf"({NUMBER}){_CLOSE}%?{_CLOSE}(?:{any_of(values.range_signs)}){_CLOSE}({NUMBER})"
        )
        months = "|".join(sorted(map(re.escape, rules.dates.months), key=len, reverse=True))
        self._month = re.compile(rf"[-/](?:{months})|\s(?:{months})\b", re.IGNORECASE)
        self._not_a_value = re.compile(rf"{_OTHER_NUMBER}|{any_of(values.not_values_after)}")
        self._criterion_after = re.compile(any_of(values.criterion_after), re.IGNORECASE)
        self._grouped_by_point = frozenset(values.grouped_by_point)
        self._qualifier = re.compile(values.qualifier, re.IGNORECASE)
        self._behind_a_word = re.compile(values.behind_a_word, re.IGNORECASE)
        self._percent_beside = re.compile(rf"[^\d\n;.]{{0,22}}?({NUMBER}){LINK}%")

    def read(
        self,
        text: str,
        start: int,
        limit: int,
        rule: MeasurementRule,
        *,
        dates: Mapping[int, int] = NO_DATES,
        paired: bool = False,
    ) -> Printed | None:
        """The value that follows an analyte ending at ``start``, before ``limit``; None if none.

        ``dates`` are the ends of dates by their starts, which stand between ("UPCR on 3/2: 2.4").
        ``paired``: the analyte is one of two that share "45/6".
        """
        position = start
        parts: list[Part] = []
        word: Word | None = None
        reference: ReferenceRange | None = None
        heading: tuple[str, Part] | None = None
        fillers = 0
        while position < limit:
            if position in dates:
                position = dates[position]
                if closing := _PAST_DATE.match(text, position, limit):
                    position = closing.end()
                continue
            if text[position] == "," and past_blanks(text, position + 1, limit) in dates:
                position = past_blanks(text, position + 1, limit)
                continue
            value = self._value_at(
                text, position, limit, rule, glued=position == start, paired=paired
            )
            if value is not None and word and rule.value == "presence" and not value.unit:
                break
            if value is not None and (criterion := self._criterion(text, value, limit)):
                position, fillers = criterion, fillers + 1
                continue
            if value is not None and value.is_year and _IN.search(text, start, position):
                break
            if value is not None and not (word and value.is_year):
                value = _headed(replace(value, parts=(*parts, *value.parts)), heading)
                return self._finish(text, _with_word(value, word), limit, reference, rule)
            if value is not None:
                break
            if word and text[position] in ",;":
                apart = self._behind_a_word.match(text, position, limit)
                if apart is None:
                    break
                position = apart.end()
                continue
            if word is None and (lead := self.ranges.flag_before(text, position, start, limit)):
                word = Word(lead.start, lead.end, lead.says) if lead.says else None
                position = lead.end
                continue
            if reference is None and word is None:
                reference = self.ranges.range_at(text, position, limit)
                if reference is not None:
                    position = reference.end
                    parts.append(("range", reference.start, reference.end))
                    continue
            found = self.words.at(text, position, limit)
            if found is not None:
                position = found.end
                if word is None:
                    word = found
                    parts.append(("value", word.start, word.end))
                continue
            if heading is None and (bracketed := self._bracketed_unit(text, position, limit, rule)):
                heading, position = bracketed
                continue
            if heading is None and (named := self._named_unit(text, position, limit, rule)):
                heading, position = named
                continue
            if word is None and (behind := self._behind_comma(text, position, limit, rule)):
                position = behind
                continue
            if word is None and rule.value in ("presence", "titer"):
                minus = _MINUS.match(text, position)
                if minus is not None:
                    word = Word(minus.start(), minus.end(), "negative")
                    parts.append(("value", word.start, word.end))
                    position = word.end
                    continue
            qualifier = self._qualifier.match(text, position, limit)
            if qualifier and not self.words.at(text, qualifier.start("inside"), qualifier.end()):
                position = qualifier.end()
                continue
            filler = self._filler.match(text, position, limit)
            if filler is None or filler.end() == position or fillers == _MOST_FILLERS:
                break
            fillers += 1
            position = filler.end()
        if word is None:
            return None
        said = Printed(word.start, word.end, interpretation=word.interpretation, parts=tuple(parts))
        return self._finish(text, said, limit, reference, rule)

    def _criterion(self, text: str, value: Printed, limit: int) -> int | None:
        """Where the result begins behind a limit that only looks like one ("LVEF >= 50%: 64%")."""
        if value.comparator is None:
            return None
        after = self._criterion_after.match(text, value.after, limit)
        return after.end() if after else None

    def _bracketed_unit(
        self, text: str, position: int, limit: int, rule: MeasurementRule
    ) -> tuple[tuple[str, Part], int] | None:
        """The unit in brackets between an analyte and its value: "Hemoglobin (g/dL): 9.1"."""
        bracket = _BRACKETED.match(text, position, limit)
        if bracket is None:
            return None
        unit = self.units.whole(text, *bracket.span(1), rule)
        return ((unit, ("unit", *bracket.span(1))), bracket.end()) if unit else None

    def bracketed_unit(
        self, text: str, position: int, limit: int, rule: MeasurementRule
    ) -> str | None:
        """The unit in brackets at ``position``: "10,8 // 11,0 [g/dl]"."""
        found = self._bracketed_unit(text, position, limit, rule)
        return found[0][0] if found else None

    def _named_unit(
        self, text: str, position: int, limit: int, rule: MeasurementRule
    ) -> tuple[tuple[str, Part], int] | None:
        """The unit that stands before its number without brackets: "UPCR in mg/g 780"."""
        unit, end = self.units.at(text, position, limit, rule)
        if unit is None or rule.to_canonical(unit) is None or len(text[position:end].strip()) < 2:
            return None
        if not _NUMBER_AHEAD.match(text, end, limit):
            return None
        return (unit, ("unit", position + leading(text[position:end]), end)), end

    def _behind_comma(
        self, text: str, position: int, limit: int, rule: MeasurementRule
    ) -> int | None:
        """Where the number begins that a comma parts from its analyte, if its unit is the
        analyte's: "lactate dehydrogenase, 1,286 U/L"."""
        comma = _COMMA.match(text, position, limit)
        if comma is None:
            return None
        value = self._value_at(text, comma.end(), limit, rule, paired=False)
        known = value is not None and value.unit and rule.to_canonical(value.unit) is not None
        return comma.end() if known else None

    def cell(self, text: str, start: int, end: int, rule: MeasurementRule) -> Printed | None:
        """The value of a table cell ``[start, end)``: as ``read``, but it must begin there."""
        value = self.read(text, start, end, rule)
        return value if value and not text[start : value.start].strip(" \t|*:=") else None

    def number_at(
        self, text: str, position: int, limit: int, rule: MeasurementRule
    ) -> Printed | None:
        """The number, with what follows it, that begins right at ``position``."""
        value = self._value_at(text, position, limit, rule, paired=False)
        return self._finish(text, value, limit, None, rule) if value else None

    def ahead(
        self, text: str, start: int, end: int, floor: int, rule: MeasurementRule
    ) -> Printed | None:
        """The value that stands before its analyte ``[start, end)``: "15-20 RBC/hpf", "2+ protein".

        Only of analytes that are so written: cells counted in a field, which the unit behind them
        shows, and signs of a test strip.
        """
        line = text[max(floor, start - _REACH_BACK) : start]
        if sign := _SIGN_AHEAD.search(line):
            offset = start - len(line)
            word = self.words.at(text, offset + sign.start(1), start)
            if word is None or rule.value not in ("presence", "titer", "quantity"):
                return None
            part: Part = ("value", word.start, word.end)
            says = word.interpretation
            return Printed(word.start, word.end, interpretation=says, parts=(part,), after=end)
        unit, stop = self._field_unit(text, start, end, rule)
        if unit is None:
            return None
        count = _COUNT_AHEAD.search(line)
        if count is None:
            return None
        offset = start - len(line)
        value = self._value_at(text, offset + count.start(1), start, rule, paired=False)
        if value is None:
            return None
        unit_part: Part = (
            "unit",
            stop - len(text[end:stop].lstrip()) if stop > end else start,
            stop,
        )
        parts = (("value", value.start, value.end), unit_part) if stop > end else value.parts
        return replace(value, unit=unit, end=max(stop, value.end), parts=parts, after=stop)

    def _field_unit(
        self, text: str, start: int, end: int, rule: MeasurementRule
    ) -> tuple[str | None, int]:
        """The unit of a microscope's field in or behind the name of cells: "RBC/hpf"."""
        unit, stop = self.units.at(text, end, len(text), rule)
        if unit is not None and unit in _FIELDS:
            return unit, stop
        for at in range(start + 1, end):
            if text[at] in "/p" and self.units.whole(text, at, end, rule) in _FIELDS:
                return self.units.whole(text, at, end, rule), end
        return None, end

    def percent_beside(self, text: str, value: Printed, limit: int) -> Printed:
        """Of "2.1 L (58 %)" the 58 %: the per-cent value right after an absolute one."""
        beside = self._percent_beside.match(text, value.end, limit)
        if beside is None or value.unit == "%":
            return value
        end = beside.end()
        number: Part = ("value", *beside.span(1))
        return replace(
            value,
            number=decimal(beside[1]),
            low=None,
            high=None,
            unit="%",
            end=end,
            parts=(*value.parts, number, ("unit", end - 1, end)),
            after=end,
        )

    def score_items(self, text: str, position: int, limit: int) -> int | None:
        """Where the items of a score end that open right after its total; None if none open."""
        opening = self._score_items.match(text, position, limit)
        if opening is None:
            return None
        close = text.find(")" if "(" in opening[0] else "]", opening.end(), limit)
        return close if close >= 0 and opening[0].strip()[:1] in "([" else limit

    def _value_at(
        self,
        text: str,
        position: int,
        limit: int,
        rule: MeasurementRule,
        *,
        glued: bool = False,
        paired: bool = True,
    ) -> Printed | None:
        """A number, range or titre at ``position``; ``glued``: it may touch the word before."""
        if glued and text[position : position + 1] in "-–" and _GLUED.match(text, position, limit):
            position += 1
        begin = position
        comparator, position = self._comparator_at(text, begin, limit)
        noisy = _NOISY.match(text, position, limit)
        if rule.value == "percent" and text[position : position + 1] == "%":
            return self._percent_first(text, position, limit)
        opens = position < limit and (text[position].isdigit() or text[position] in ".×x")
        if not (noisy or opens):
            return None
        touches = position > 0 and (text[position - 1].isalnum() or text[position - 1] in ".,")
        if touches and comparator is None and not glued:
            return None
        titer = _TITER.match(text, position, limit)
        if titer and not _is_titer(titer, rule):
            titer = None
        if t := titer:
            value = Printed(begin, t.end(), number=decimal(t[1]), unit="{titer}", after=t.end())
            return replace(value, comparator=comparator, parts=(("value", begin, t.end()),))
        if noisy:
            return self._misread(text, begin, noisy, comparator, limit, rule)
        span = self._range.match(text, position, limit)
        if span and rule.value == "presence":
            return None
        if span:
            low, high = decimal(span[1]), decimal(span[2])
            if low <= high and not re.match(r"[-/.]\d", text[span.end() : span.end() + 2]):
                value = Printed(begin, span.end(), low=low, high=high, comparator=comparator)
                return self._with_unit(text, value, limit, rule)
        if not paired and _FRACTION.match(text, position, limit):
            return None
        if (spaced := _SPACED.match(text, position, limit)) and (
            self.units.at(text, spaced.end(), limit, rule)[0] in self._grouped_by_point
        ):
            digits = Decimal(re.sub(r"\D", "", spaced[0]))
            value = Printed(begin, spaced.end(), number=digits, comparator=comparator)
            return self._with_unit(text, value, limit, rule)
        number = _NUMBER.match(text, position, limit)
        if number is None or self._is_no_value(text, number, limit):
            return None
        value = Printed(begin, number.end(), number=decimal(number[0]), comparator=comparator)
        return self._with_unit(text, value, limit, rule)

    def _percent_first(self, text: str, position: int, limit: int) -> Printed | None:
        """A per-cent value written sign first: "%58"."""
        number = _NUMBER.match(text, position + 1, limit)
        if number is None:
            return None
        parts: tuple[Part, ...] = (("unit", position, position + 1), ("value", *number.span()))
        end = number.end()
        return Printed(position, end, number=decimal(number[0]), unit="%", parts=parts, after=end)

    def _misread(
        self,
        text: str,
        begin: int,
        noisy: re.Match[str],
        comparator: Comparator | None,
        limit: int,
        rule: MeasurementRule,
    ) -> Printed | None:
        """A number with letters that a scan took digits for: "1O.4", "l42"."""
        printed = noisy[0].translate(_AS_DIGITS)
        value = Printed(
            begin, noisy.end(), number=decimal(printed), comparator=comparator, mended=True
        )
        return self._with_unit(text, value, limit, rule)

    def _comparator_at(self, text: str, start: int, limit: int) -> tuple[Comparator | None, int]:
        """The comparator at ``start`` and where the number after it would begin."""
        for sign, pattern in self._comparators:
            if match := pattern.match(text, start, limit):
                return sign, past_blanks(text, match.end(), limit)
        return None, start

    def _is_no_value(self, text: str, number: re.Match[str], limit: int) -> bool:
        """Whether a number is part of a date, a time or a duration."""
        end = number.end()
        after = text[end : min(limit + 6, end + 12)]
        of_month = _DAY_OF_MONTH.fullmatch(number[0]) and self._month.match(after)
        return bool(self._not_a_value.match(after) or of_month)

    def _with_unit(self, text: str, value: Printed, limit: int, rule: MeasurementRule) -> Printed:
        """A number with the unit printed behind it, if any."""
        spread = _SPREAD.match(text, value.end, limit)
        unit, end = self.units.at(text, spread.end() if spread else value.end, limit, rule)
        if unit is None and spread:
            unit, end = None, value.end
        if unit is not None:
            value = self.in_unit(text, value, unit)
        elif self._grouped_by_point.intersection(band.unit for band in rule.without_unit):
            value = _grouped(text, value)
        parts: list[Part] = [("value", value.start, value.end)]
        if end > value.end:
            parts.append(("unit", value.end + leading(text[value.end : end]), end))
        return replace(value, end=end, unit=unit, parts=tuple(parts), after=end)

    def in_unit(self, text: str, value: Printed, unit: str) -> Printed:
        """The value in a unit; where no fraction of it is printed "2.850" is a grouped number."""
        grouped = _GROUPED.search(text, value.start, value.end)
        if unit in self._grouped_by_point and grouped and decimal(grouped[0]) == value.number:
            value = replace(value, number=decimal(grouped[0].replace(".", "")))
        return replace(value, unit=unit)

    def _finish(
        self,
        text: str,
        value: Printed,
        limit: int,
        reference: ReferenceRange | None,
        rule: MeasurementRule,
    ) -> Printed:
        """Adds what follows the value: flag, reference range, interpretation in brackets."""
        position, says = value.end, value.interpretation
        parts = list(value.parts)
        for _ in range(2):
            flag = self.ranges.flag_at(text, position, limit) if rule.value != "percent" else None
            if value.is_number and flag is not None:
                says, position = says or flag.says, flag.end
                parts.append(("range", flag.start, flag.end))
            if reference is None and (reference := self.ranges.range_at(text, position, limit)):
                position = reference.end
                parts.append(("range", reference.start, reference.end))
        if reference is not None and value.is_number:
            says = says or next(self._said_within(text, reference), None)
            says = says or _named_by_range(text, value, reference)
        if says is None and value.is_number and (word := self._word_behind(text, position, limit)):
            says, position = word.interpretation, word.end
            parts.append(("value", word.start, word.end))
        if rule.value == "score":
            says = None
            value = self._sum(text, value, limit)
        low, high = reference.bounds if reference else (None, None)
        return replace(
            value,
            interpretation=says,
            reference_low=low,
            reference_high=high,
            parts=in_order(parts),
            after=max(position, value.end),
        )

    def _sum(self, text: str, value: Printed, limit: int) -> Printed:
        """A total printed behind its parts: "4 (proteinuria) + 4 (casts) = 8"."""
        total = _SUM.match(text, value.end, limit)
        if total is None:
            return value
        return replace(value, number=decimal(total[1]), end=total.end(), after=total.end())

    def _said_within(self, text: str, reference: ReferenceRange) -> Iterator[Interpretation]:
        """What the brackets of a range say of the value besides: "(0.75-1.65, low)"."""
        for word in self.words.set_apart(text, reference.lead, reference.end):
            yield word.interpretation
        flag = self.ranges.flag_within(text, reference)
        if flag is not None and flag.says is not None:
            yield flag.says

    def _word_behind(self, text: str, position: int, limit: int) -> Word | None:
        """The word right behind a value, in brackets or not: "0.45 (low)"."""
        lead = _BEFORE_WORD.match(text, position, limit)
        if lead is None or lead[0].strip() not in ("", "(", "["):
            return None
        return self.words.at(text, lead.end(), limit)


def _named_by_range(text: str, value: Printed, reference: ReferenceRange) -> Interpretation | None:
    """Negative where the range says so of such numbers: "12 (neg <15)"."""
    limit = reference.bounds[1]
    if limit is None or value.number is None or value.comparator in (">", ">="):
        return None
    named = _NEGATIVE.search(text, reference.lead, reference.end)
    return "negative" if named and value.number < limit else None


_NEGATIVE = re.compile(r"\bneg", re.IGNORECASE)


def _grouped(text: str, value: Printed) -> Printed:
    """ "3.100" as 3100 where the writer has a comma for the decimal point."""
    grouped = _GROUPED.search(text, value.start, value.end)
    if grouped is None or decimal(grouped[0]) != value.number:
        return value
    near = (max(0, value.start - _WRITER), value.end + _WRITER)
    if not _DECIMAL_COMMA.search(text, *near):
        return value
    return replace(value, number=decimal(grouped[0].replace(".", "")))


def _headed(value: Printed, heading: tuple[str, Part] | None) -> Printed:
    """A value without a unit of its own, with the one that stood in brackets before it."""
    if heading is None or value.unit is not None:
        return value
    unit, part = heading
    return replace(value, unit=unit, parts=(*value.parts, part))


def _is_titer(titer: re.Match[str], rule: MeasurementRule) -> bool:
    """Whether "1:80" is a titre: always with a colon and two digits; with a slash only of a test
    that has titres, and never a month and year ("1/2026")."""
    number = decimal(titer[1])
    if rule.value in ("titer", "presence"):
        return ":" in titer[0] or not 1900 <= number <= 2100
    return ":" in titer[0] and number >= 10


def _with_word(value: Printed, word: Word | None) -> Printed:
    """A value that a word stands before ("positive at 1:640")."""
    if word is None:
        return value
    return replace(value, start=min(word.start, value.start), interpretation=word.interpretation)
