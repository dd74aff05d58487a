"""Values of two visits side by side: "Hb 119 (109) g/L" under "Labs 2/6/25 (10/3/25 in brackets)",
"Hb 10,8 // 11,0" under "admission 12.03 // control 20.03".

Only under a heading with two dates is a number in brackets, or behind two strokes, another value.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.page import Page
from abstraction.pipeline.parts import Part
from abstraction.pipeline.printed import Printed
from abstraction.pipeline.results import Result, result_of
from abstraction.pipeline.value_grammar import ValueGrammar

_LINE = re.compile(r"[^\r\n]+")
_BRACKETED = re.compile(
    r"[(\[][^()\[\]]*$|\b(?:prior|previous|prev|last|before)\W+(?:from\W+|of\W+)?$", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"\b(?:parenthes\w*|brackets?|brackts?)\b", re.IGNORECASE)
_SECOND = re.compile(
    r"[ \t]{0,8}(?:[HL*↑↓]{1,2}[ \t]{0,8})?(?:(?P<open>[(\[])[ \t]{0,4}|//[ \t]{0,4})"
)
_CLOSE = re.compile(r"[ \t]{0,4}[*HL↑↓]{0,2}[ \t]{0,4}[)\]]")
_BLANK = re.compile(r"\n[ \t\r]*\n")
_EMPTY_HEADING = re.compile(r"\s*\n[ \t\r]*\n")


@dataclass(frozen=True, slots=True)
class _Heading:
    """A line with the dates of two visits, and the characters ``[start, end)`` below it."""

    start: int
    end: int
    first: DateMention
    second: DateMention


class PairedVisits:
    """Adds the second visit's values, and gives each value its visit's date."""

    def __init__(self, grammar: ValueGrammar) -> None:
        self._grammar = grammar

    def complete(self, page: Page, results: Sequence[Result]) -> list[Result]:
        """The results, with those of the other visit that stand beside them."""
        headings = list(_headings(page))
        if not headings:
            return list(results)
        starts = [heading.start for heading in headings]
        found: list[Result] = []
        for result in results:
            number = bisect_right(starts, result.start) - 1
            heading = headings[number] if number >= 0 else None
            inside = heading is not None and result.start < heading.end
            found.extend(self._both(page, result, heading) if inside and heading else [result])
        return found

    def _both(self, page: Page, result: Result, heading: _Heading) -> Iterator[Result]:
        printed, text = result.printed, page.text
        own = any(role == "date" and heading.start <= start for role, start, _ in result.parts)
        if not own:
            mentioned = [part for part in result.parts if part[0] != "date"]
            result = replace(result, parts=tuple(mentioned)).beneath(heading.first)
        if printed is None or result.target is None:
            yield result
            return
        lead = _SECOND.match(text, printed.end)
        beside = self._beside(text, lead, heading.end, result, printed) if lead else None
        if beside is None:
            yield result
            return
        after, end = beside
        unit, _ = self._grammar.units.at(text, end, heading.end, result.rule)
        unit = unit or self._grammar.bracketed_unit(text, end, heading.end, result.rule)
        if unit is not None and printed.unit is None and printed.is_number:
            printed = self._grammar.in_unit(text, printed, unit)
        if printed.unit is not None and after.unit is None and after.is_number:
            after = self._grammar.in_unit(text, after, printed.unit)
        yield replace(result, printed=printed)
        target = page.targets[result.target]
        further = result_of(result.target, target, after.start, after.end, after)
        yield further.beneath(heading.second)

    def _beside(
        self, text: str, lead: re.Match[str], limit: int, result: Result, printed: Printed
    ) -> tuple[Printed, int] | None:
        """The other visit's value, and where its brackets end."""
        after = self._grammar.number_at(text, lead.end(), limit, result.rule)
        word = self._grammar.words.at(text, lead.end(), limit)
        if after is None and word is not None:
            part: Part = ("value", word.start, word.end)
            says = word.interpretation
            after = Printed(
                word.start, word.end, interpretation=says, parts=(part,), after=word.end
            )
        if after is None:
            return None
        if not lead["open"]:
            return after, after.end
        close = _CLOSE.match(text, after.end)
        return (after, close.end()) if close else None


def _headings(page: Page) -> Iterator[_Heading]:
    blanks = [match.start() for match in _BLANK.finditer(page.text)]
    for line in _LINE.finditer(page.text):
        dates = [d for d in page.dates.within(*line.span()) if d.basis == "explicit"]
        if len(dates) != 2:
            continue
        first, second = dates
        between = page.text[first.end : second.start]
        paired = "//" in between or (
            _BRACKETED.search(between) is not None
            and (
                _IN_BRACKETS.search(line[0]) is not None
                or page.text[second.end : line.end()].strip() in (")", "]", "):", "]:")
            )
        )
        if not paired or first.days == second.days:
            continue
        start = line.end()
        if _EMPTY_HEADING.match(page.text, start):
            start = page.text.index("\n", page.text.index("\n", start) + 1)
        end = next((blank for blank in blanks if blank > start), len(page.text))
        yield _Heading(start, end, first, second)
