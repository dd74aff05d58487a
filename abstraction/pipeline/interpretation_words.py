"""Words that say how a result reads ("non-reactive", "low"), beside, before or within brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from abstraction.facts import Interpretation
from nlp_rules.schema import InterpretationRule

_SEPARATOR = re.compile(r"[,;]\s*")
_REACH_BACK = 40
"""Characters before an analyte in which a word about it ("low C3") stands."""


@dataclass(frozen=True, slots=True)
class Word:
    """An interpretation word: characters ``[start, end)`` and what it says."""

    start: int
    end: int
    interpretation: Interpretation


class InterpretationWords:
    """Finds the words of ``measurements.yaml``."""

    def __init__(self, rules: Iterable[InterpretationRule], before_analyte: str) -> None:
        self._meanings: dict[str, Interpretation] = {}
        for rule in rules:
            for word in rule.words:
                self._meanings.setdefault(word.lower(), rule.interpretation)
        named = sorted(self._meanings, key=lambda word: (-len(word), word))
        self._any = re.compile(f"(?P<word>{_alternatives(named)})", re.IGNORECASE)
        adjectives = _alternatives(word for word in named if word[0].isalpha())
        self._before = re.compile(
            rf"(?:^|[\s(,:;/])(?P<word>{adjectives}){before_analyte}$", re.IGNORECASE
        )

    def at(self, text: str, position: int, limit: int) -> Word | None:
        """The word that begins at ``position`` and ends before ``limit``."""
        if 0 < position < len(text) and text[position].isalnum() and text[position - 1].isalnum():
            return None
        return self._word(self._any.match(text, position, limit))

    def set_apart(self, text: str, start: int, end: int) -> Iterator[Word]:
        """The words after a comma or semicolon: "(0.75-1.65, low)"."""
        for comma in _SEPARATOR.finditer(text, start, end):
            word = self._word(self._any.match(text, comma.end(), end))
            if word is not None:
                yield word

    def before(self, text: str, start: int, floor: int) -> Word | None:
        """The word in front of an analyte at ``start`` ("low C3"), not before ``floor``."""
        return self._word(self._before.search(text, max(floor, start - _REACH_BACK), start))

    def _word(self, match: re.Match[str] | None) -> Word | None:
        if match is None:
            return None
        return Word(*match.span("word"), self._meanings[_squash(match["word"])])


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(map(_pattern, words))


def _pattern(word: str) -> str:
    opening = r"\b" if word[0].isalnum() else ""
    closing = r"(?!\w)" if word[-1].isalnum() else ""
    return opening + r"\s+".join(map(re.escape, word.split())) + closing


def _squash(word: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[-‐‑]", "-", word)).lower()
