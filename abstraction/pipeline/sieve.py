"""A pattern that is tried only where it can begin, by the alternatives that can begin so.

What it finds is what the pattern finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from abstraction.pipeline.openings import Alternatives, Openings, folded, openings

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

    __slots__ = ("_alternatives", "_others", "_plain", "_prefixes")

    def __init__(self, pattern: str, flags: int, begins: Openings) -> None:
        self._plain = re.compile(pattern, flags)
        self._alternatives = Alternatives(pattern, flags)
        self._prefixes: dict[str, tuple[str, ...]] = {}
        for prefix in sorted(begins.prefixes):
            self._prefixes[prefix[0]] = (*self._prefixes.get(prefix[0], ()), prefix)
        others = "".join(re.escape(first) for first in self._prefixes if not first.isalpha())
        self._others = re.compile(f"[{others}]" if others else r"(?!)")

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The match that begins at ``start``."""
        return self._plain.match(text, start)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match in ``text``."""
        low, words = _words(text)
        prefixes, of, position = self._prefixes, self._alternatives.of, 0
        places = [
            place
            for place in words
            if (begins := prefixes.get(low[place])) and low.startswith(begins, place)
        ]
        places.extend(found.start() for found in self._others.finditer(low))
        for place in sorted(places):
            if place >= position:
                match = of(low[place]).match(text, place)
                if match is not None:
                    yield match
                    position = match.end()


Sifted = Sieve | re.Pattern[str]


@lru_cache(maxsize=16)
def sifted(pattern: str, flags: int = 0) -> Sifted:
    """``pattern`` compiled, and behind its beginnings where they can be told."""
    begins = openings(pattern, flags)
    if begins is None or not begins.apart:
        return re.compile(pattern, flags)
    return Sieve(pattern, flags, begins)
