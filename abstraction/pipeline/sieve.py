"""A pattern that is tried only where it can begin, by the alternatives that can begin so.

What it finds is what the pattern finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from abstraction.pipeline.openings import (
    LONGEST_OPENING,
    Alternatives,
    Openings,
    folded,
    openings,
)

_MOST_KNOWN = 20_000
"""Openings of four characters that a sieve remembers."""
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=2)
def _words(text: str) -> tuple[str, Sequence[int]]:
    """The folded text and where its runs of letters begin; of the last notes it is known."""
    low = folded(text)
    return low, [word.start() for word in _WORD.finditer(low)]


class Sieve:
    """A pattern that no letter stands before, and its beginnings.

    The methods are those of a compiled pattern.
    """

    __slots__ = ("_alternatives", "_known", "_others", "_plain")

    def __init__(self, pattern: str, flags: int, begins: Openings) -> None:
        self._plain = re.compile(pattern, flags)
        self._alternatives = Alternatives(pattern, flags)
        self._known: dict[str, tuple[re.Pattern[str], ...]] = {}
        others = {prefix[0] for prefix in begins.prefixes if not prefix[0].isalpha()}
        listed = "".join(map(re.escape, sorted(others)))
        self._others = re.compile(f"[{listed}]" if others else r"(?!)")

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The match that begins at ``start``."""
        return self._plain.match(text, start)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match in ``text``."""
        low, words = _words(text)
        known, position = self._known, 0
        others = [found.start() for found in self._others.finditer(low)]
        for place in sorted([*words, *others]):
            opening = low[place : place + LONGEST_OPENING]
            tried = known.get(opening)
            if tried is None:
                tried = self._learned(opening)
            if tried and place >= position:
                match = next((m for p in tried if (m := p.match(text, place))), None)
                if match is not None:
                    yield match
                    position = match.end()

    def _learned(self, opening: str) -> tuple[re.Pattern[str], ...]:
        """The alternatives for what stands at a place; of the last few thousand it is known."""
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        found = self._known[opening] = self._alternatives.beginning(opening)
        return found


Sifted = Sieve | re.Pattern[str]


@lru_cache(maxsize=16)
def sifted(pattern: str, flags: int = 0) -> Sifted:
    """``pattern`` compiled, and behind its beginnings where they can be told."""
    begins = openings(pattern, flags)
    if begins is None or not begins.apart:
        return re.compile(pattern, flags)
    return Sieve(pattern, flags, begins)
