"""Results in prose: analytes alone, in pairs ("C3/C4 45/6"), in lists, and values in a row."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from abstraction.pipeline.break_downs import BreakDown, BreakDownGrammar
from abstraction.pipeline.page import Page
from abstraction.pipeline.printed import Printed
from abstraction.pipeline.result_dates import dated
from abstraction.pipeline.results import Result, result_of, rule_of
from abstraction.pipeline.special_notations import SYSTOLIC, SpecialNotations
from abstraction.pipeline.trends import TrendReader
from abstraction.pipeline.value_grammar import ValueGrammar
from nlp_rules.schema import MeasurementRule, ValueRules

_READ_AHEAD = 90
"""Characters behind an analyte in which its value stands."""
_COMPARED = re.compile(r"[<>≤≥]|\b(?:above|below|over|under|less|greater)\b", re.IGNORECASE)
_AIM = re.compile(r"goal|target|aim|keep|maintain|normal|expected", re.IGNORECASE)
"""What makes a limit of a range, too: "aim SpO2 92-96 %"."""
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)


_SPOILED = 40
"""Characters before a value in which it can be called spoiled."""
_YEAR_BEFORE = re.compile(r"\b(?:in|since|during)\s$", re.IGNORECASE)
_A_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def _ends(page: Page, start: int, limit: int) -> dict[int, int]:
    """The ends of the dates between two characters by their starts, but of what may be a number."""
    dates = page.dates.within(start, limit)
    return {
        d.start: d.end
        for d in dates
        if not _A_NUMBER.fullmatch(page.text, d.start, d.end)
        or _YEAR_BEFORE.search(page.text, max(0, d.start - 8), d.start)
    }


def _newest_last(told: list[Result]) -> list[Result]:
    """The values of a trend; those before a newer one are earlier."""
    newest = max((n for n, result in enumerate(told) if n and not result.earlier), default=0)
    return [
        replace(result, earlier=True) if n < newest else result for n, result in enumerate(told)
    ]


class ProseReader:
    """Reads results sentence by sentence; no value goes to two analytes unless they share it."""

    def __init__(
        self, grammar: ValueGrammar, notations: SpecialNotations, rules: ValueRules
    ) -> None:
        self._grammar = grammar
        self._notations = notations
        self._trends = TrendReader(grammar, rules)
        self._limits_before = re.compile(rules.limits_before, re.IGNORECASE)
        self._limits_after = re.compile(rules.limits_after, re.IGNORECASE)
        self._spoiled_before = re.compile(rules.spoiled_before, re.IGNORECASE)
        self._spoiled_after = re.compile(rules.spoiled_after, re.IGNORECASE)
        self._between_analytes = re.compile(rules.between_analytes)
        self._between_values = re.compile(rules.between_values)

    def read(self, page: Page, numbers: Sequence[int]) -> Iterator[Result]:
        """The results of the mentions ``numbers``, ascending; without a value ``printed`` is null.

        Analytes of one sentence share what stands between them: a value is read up to the next
        analyte, and a word before an analyte only from the end of the result before it.
        """
        groups = list(self._groups(page, numbers))
        bounds = [page.sentences.bounds(page.targets[group[0]].sentence) for group in groups]
        by_sentence: dict[tuple[int, int], list[Result]] = defaultdict(list)
        previous: list[Result] = []
        items = 0
        for place, group in enumerate(groups):
            (floor, end), last = bounds[place], page.targets[group[-1]]
            if place and bounds[place - 1] == bounds[place]:
                told = page.targets[groups[place - 1][-1]].end
                floor = max([told, *(result.end for result in previous)])
            if page.targets[group[0]].start < items:
                results = self._item(page, group, floor)
            else:
                limit = min(end, last.end + _READ_AHEAD)
                if place + 1 < len(groups) and bounds[place + 1] == bounds[place]:
                    limit = min(limit, page.targets[groups[place + 1][0]].start)
                results = self._group(page, group, floor, limit)
                if results and rule_of(last).value == "score":
                    listed = self._grammar.score_items(page.text, results[-1].end, end) or items
                    items = max(listed, results[-1].items_end)
            by_sentence[bounds[place]].extend(results)
            previous = results
        for sentence, together in by_sentence.items():
            for result in self._told(page, together, sentence):
                if not self._is_spoiled(page.text, result, together, sentence):
                    yield dated(page, result, together, sentence)

    def _is_spoiled(
        self, text: str, result: Result, together: Sequence[Result], sentence: tuple[int, int]
    ) -> bool:
        """Whether the words beside a value, up to the next one, say that it is no result of the
        patient: "a clotted sample", "control serum"."""
        if result.printed is None:
            return False
        own = result.printed.after
        limit = min((other.start for other in together if other.start >= own), default=sentence[1])
        floor = max((other.end for other in together if other.end <= result.start), default=0)
        return bool(
            self._spoiled_after.match(text, own, limit)
            or self._spoiled_before.search(
                text, max(sentence[0], floor, result.start - _SPOILED), result.start
            )
        )

    def _told(
        self, page: Page, together: Sequence[Result], sentence: tuple[int, int]
    ) -> Iterator[Result]:
        """The results of a sentence but those that are limits, goals or conditions: a comparator
        behind a word that says so, with no plain value in between."""
        floor = sentence[0]
        for result in sorted(together, key=lambda result: result.start):
            printed = result.printed
            if printed is None or not printed.is_number:
                yield result
                continue
            compared = printed.comparator is not None or _COMPARED.search(
                page.text, result.start, result.end
            )
            ahead = self._limits_before.search(page.text, floor, result.start)
            behind = self._limits_after.match(page.text, result.end)
            ranged = printed.low is not None and ahead is not None and _AIM.match(ahead[0])
            if (compared and (ahead or behind)) or ranged or behind:
                continue
            floor = max(floor, result.end)
            yield result

    def _groups(self, page: Page, numbers: Sequence[int]) -> Iterator[list[int]]:
        """Analytes that stand together ("C3/C4", "ANA, dsDNA and Sm") with nothing in between."""
        group: list[int] = []
        for number in numbers:
            target = page.targets[number]
            if group:
                previous = page.targets[group[-1]]
                gap = page.text[previous.end : target.start]
                apart = previous.sentence != target.sentence
                if apart or not self._between_analytes.fullmatch(gap):
                    yield group
                    group = []
            group.append(number)
        if group:
            yield group

    def _item(self, page: Page, group: Sequence[int], floor: int) -> list[Result]:
        """An item of a score: its number is points, so that only a direction makes it a result."""
        shared = self._before(page.text, page.targets[group[0]].start, floor)
        if shared is None:
            return []
        end = page.targets[group[-1]].end
        return [result_of(n, page.targets[n], shared.start, end, shared) for n in group]

    def _group(self, page: Page, group: Sequence[int], floor: int, limit: int) -> list[Result]:
        """The results of analytes that stand together, their values between ``floor`` and
        ``limit``."""
        text, first, last = page.text, page.targets[group[0]], page.targets[group[-1]]
        rule = rule_of(last)
        if last.concept == SYSTOLIC and (
            both := self._notations.pressure(text, group[-1], last, limit)
        ):
            return both
        if rule.value == "nyha":
            return self._notations.functional_class(text, group[-1], last, limit)
        printed = self._grammar.read(
            text, last.end, limit, rule, dates=_ends(page, last.end, limit), paired=len(group) > 1
        )
        if printed is not None and rule.value == "percent" and printed.is_number:
            printed = self._grammar.percent_beside(text, printed, limit)
        if len(group) > 1:
            return self._together(page, group, printed, floor, limit)
        if rule.items and (whole := self._whole(page, group[0], printed)):
            return [self._broken_down(page, group[0], printed, whole)]
        ahead = self._grammar.ahead(text, last.start, last.end, floor, rule)
        if ahead is not None and (printed is None or not printed.is_number):
            printed = ahead
        printed = printed or self._before(text, last.start, floor)
        if printed is None:
            return [result_of(group[0], last, last.start, last.end, None)]
        start, end = min(first.start, printed.start), max(last.end, printed.end)
        told = result_of(group[0], last, start, end, printed)
        return _newest_last([told, *self._trend(page, group[0], printed, limit)])

    def _whole(self, page: Page, number: int, printed: Printed | None) -> BreakDown | None:
        """The whole break-down of a score, whose total stands before or behind its items."""
        target = page.targets[number]
        stated = int(printed.number) if printed and printed.number is not None else None
        found = BreakDownGrammar.of(rule_of(target).items).read(page.text, target.end, stated)
        return found if found and (printed or found.start is not None) else None

    def _broken_down(
        self, page: Page, number: int, printed: Printed | None, whole: BreakDown
    ) -> Result:
        target = page.targets[number]
        if whole.start is not None and whole.end is not None:
            printed = Printed(
                whole.start,
                whole.end,
                number=Decimal(whole.total),
                parts=(("value", whole.start, whole.end),),
                after=whole.end,
            )
        end = max(target.end, printed.end) if printed else target.end
        told = result_of(number, target, target.start, end, printed)
        return replace(told, items=whole.items, items_end=whole.last)

    def _together(
        self, page: Page, group: Sequence[int], printed: Printed | None, floor: int, limit: int
    ) -> list[Result]:
        """A value for each analyte, or one word for all; a single number is the last one's."""
        targets = [page.targets[number] for number in group]
        first, last = targets[0], targets[-1]
        rules = [rule_of(target) for target in targets]
        counted = self._grammar.ahead(page.text, first.start, first.end, floor, rules[0])
        if counted is not None and counted.is_number:
            start, end = min(first.start, counted.start), max(first.end, counted.end)
            told = result_of(group[0], first, start, end, counted)
            return [told, *self._group(page, group[1:], end, limit)]
        if values := self._several(page.text, printed, rules, limit):
            return [
                result_of(number, target, first.start, values[-1].end, value)
                for number, target, value in zip(group, targets, values, strict=True)
            ]
        if printed is None:
            shared = self._before(page.text, first.start, floor)
        else:
            shared = None if printed.is_number else printed
        if shared is not None:
            start, end = min(first.start, shared.start), max(last.end, shared.end)
            return [
                result_of(number, target, start, end, shared)
                for number, target in zip(group, targets, strict=True)
            ]
        alone = [
            result_of(number, target, target.start, target.end, None)
            for number, target in zip(group[:-1], targets[:-1], strict=True)
        ]
        return [*alone, *self._group(page, group[-1:], floor, limit)]

    def _several(
        self, text: str, first: Printed | None, rules: Sequence[MeasurementRule], limit: int
    ) -> list[Printed]:
        """A value for each rule, of "C3/C4 45/6"; nothing when there are not as many."""
        if first is None or not first.is_number or first.low is not None:
            return []
        values = [first]
        for rule in rules[1:]:
            joint = self._between_values.match(text, values[-1].after, limit)
            if joint is None:
                return []
            following = self._grammar.cell(text, joint.end(), limit, rule)
            if following is None or not following.is_number:
                return []
            values.append(following)
        shared = values[-1].unit
        return [v if v.unit or shared is None else replace(v, unit=shared) for v in values]

    def _trend(self, page: Page, number: int, printed: Printed, limit: int) -> Iterator[Result]:
        """The further values of "1.1 -> 1.4 -> 2.0", and the earlier one of "0.9, was 3.2"."""
        if not printed.is_number:
            return
        target = page.targets[number]
        rising = bool(_FROM.search(page.text, target.end, printed.start))
        for further in self._trends.further(
            page.text,
            printed,
            limit,
            rule_of(target),
            _ends(page, target.end, limit),
            rising=rising,
        ):
            value = further.printed
            result = result_of(number, target, value.start, value.end, value)
            yield replace(result, earlier=further.earlier)

    def _before(self, text: str, start: int, floor: int) -> Printed | None:
        """The word in front of an analyte ("low C3") as its value."""
        word = self._grammar.words.before(text, start, floor)
        if word is None:
            return None
        return Printed(
            word.start,
            word.end,
            interpretation=word.interpretation,
            parts=(("value", word.start, word.end),),
            after=word.end,
        )
