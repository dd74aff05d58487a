"""The items behind a score's total: "SLEDAI-2K 8: proteinuria 4, low C3 2, dsDNA 2".

A break-down counts only where it is whole: the points of the items that it names come to the total
that stands beside it.  Everything else of the score is then 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from nlp_rules.schema import ScoreItemRule

_REACH = 600
"""Characters behind the score's name in which its items stand."""
_BLOCK_END = re.compile(r"\n[ \t]*\r?\n|\bSLEDAI\b", re.IGNORECASE)
_POINTS = re.compile(
    r"(?<![\w.,/<>])\+?(\d)(?![\w%/]|[.,]\d|\s*(?:%|mg|g/|IU|x\s?10|weeks|days|months))"
)
_BEHIND = re.compile(r"(?:[^,;\n+\d]|\d+[.,]\d+|\d{2,}){0,40}")
"""Between an item and its points: "arthritis (wrists) = 4", "platelets 88 = 1"."""
_BEFORE = re.compile(r"\s*(?:pts?|points?)?\s*(?:for|x|×|[(:–-])?\s*", re.IGNORECASE)
"""Between the points and their item: "4 (arthritis)", "2 for rash"."""
_LEAD = 4
"""Characters between a bracket and the first item in it."""
_LISTED = re.compile(
    r"[\s,;+&/]*(?:(?:and|plus)\s)?(?:(?:low|high|positive|new)\s)?", re.IGNORECASE
)
"""Between items that are named without their points."""
_TOTAL = re.compile(
    r"(?:=|→|->|\b(?:total|sum|together|score)\b(?:\s(?:of|is|score))?)\s*[:=]?\s*(\d{1,3})(?![\w%/]|[.,]\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class BreakDown:
    """A total with the ids of the items that make it up.

    ``last`` is one past the points of the last item.  ``start`` and ``end`` are the characters of a
    total that stands behind its items; both null where it stands before them.
    """

    total: int
    items: tuple[str, ...]
    last: int
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class BreakDownGrammar:
    """Reads the items of one score."""

    labels: re.Pattern[str]
    points: dict[str, int]

    @classmethod
    @cache
    def of(cls, rules: tuple[ScoreItemRule, ...]) -> BreakDownGrammar:
        """The grammar of the score's items, which ``measurements.yaml`` names."""
        labels = "|".join(f"(?P<{rule.id}>{rule.words})" for rule in rules)
        return cls(
            re.compile(rf"(?<!\w)(?:{labels})(?!\w)", re.IGNORECASE),
            {rule.id: rule.points for rule in rules},
        )

    def read(self, text: str, start: int, total: int | None) -> BreakDown | None:
        """The break-down behind a score's name that ends at ``start``; None where there is none
        whose points come to ``total``, or to a total that stands behind its items."""
        block = _BLOCK_END.search(text, start, start + _REACH)
        limit = block.start() if block else min(len(text), start + _REACH)
        labels = list(self.labels.finditer(text, start, limit))
        if not labels:
            return None
        told = (self._pointed(text, labels, limit), self._led(text, labels, start))
        sums = [(sum(self.points[item] for item in items), items) for items in told]
        for points, items in sums:
            if items and points == total:
                return BreakDown(points, tuple(items), max(items.values()))
        named = self._named(text, labels)
        if named and sum(self.points[item] for item in named) == total:
            return BreakDown(total or 0, tuple(named), max(named.values()))
        for behind in _TOTAL.finditer(text, labels[0].end(), limit):
            for points, items in sums:
                if items and points == int(behind[1]):
                    return BreakDown(points, tuple(items), max(items.values()), *behind.span(1))
        return None

    def _pointed(self, text: str, labels: list[re.Match[str]], limit: int) -> dict[str, int]:
        """The items with their own points right behind them, and where these end."""
        found: dict[str, int] = {}
        ends = [label.start() for label in labels[1:]] + [limit]
        for label, end in zip(labels, ends, strict=True):
            number = _POINTS.search(text, label.end(), end)
            if number and _BEHIND.fullmatch(text, label.end(), number.start()):
                self._add(found, label, number)
        return found

    def _led(self, text: str, labels: list[re.Match[str]], start: int) -> dict[str, int]:
        """The items with their own points right before them, and where the items end."""
        found: dict[str, int] = {}
        floors = [start, *(one.end() for one, _ in pairwise(labels))]
        for label, floor in zip(labels, floors, strict=True):
            numbers = list(_POINTS.finditer(text, floor, label.start()))
            if numbers and _BEFORE.fullmatch(text, numbers[-1].end(), label.start()):
                self._add(found, label, numbers[-1])
        return found

    def _named(self, text: str, labels: list[re.Match[str]]) -> dict[str, int]:
        """The items that a bracket right behind the total names without their points."""
        first = labels[0]
        opening = text.rfind("(", max(0, first.start() - _LEAD), first.start())
        close = text.find(")", first.end(), first.end() + _REACH)
        inside = [label for label in labels if label.end() <= close]
        if opening < 0 or close < 0 or text[opening + 1 : first.start()].strip():
            return {}
        gaps = [text[a.end() : b.start()] for a, b in pairwise(inside)]
        gaps.append(text[inside[-1].end() : close])
        if not all(_LISTED.fullmatch(gap) for gap in gaps):
            return {}
        return {label.lastgroup or "": label.end() for label in inside}

    def _add(self, found: dict[str, int], label: re.Match[str], number: re.Match[str]) -> None:
        item = label.lastgroup or ""
        if self.points.get(item) == int(number[1]):
            found[item] = max(label.end(), number.end())
