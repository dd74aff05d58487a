"""The words around one mention, in which a sign stands for the mention itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from abstraction.pipeline.page import Page
from abstraction.pipeline.parts import Part
from abstraction.pipeline.targets import Target
from nlp_rules.schema import DiagnosisRule

MENTION = "@"


@dataclass(frozen=True, slots=True)
class MentionSentence:
    """The sentence of a mention, as far as the next other disease or result.

    ``first`` and ``[start, end)`` are the places of its begin and of the mention in the note.
    """

    text: str
    first: int
    start: int
    end: int

    @classmethod
    def of(cls, page: Page, target: Target) -> Self:
        """The sentence around the mention."""
        first, last = _reach(page, target)
        before = page.text[first : target.start].replace(MENTION, " ")
        behind = page.text[target.end : last].replace(MENTION, " ")
        return cls(before + MENTION + behind, first, target.start, target.end)

    def cue(self, start: int, end: int) -> Part:
        """The characters of the note that ``[start, end)`` of the text are."""
        return "cue", self._place(start), self._place(end)

    def _place(self, at: int) -> int:
        removed = self.end - self.start - len(MENTION)
        return self.first + at + (removed if at > self.start - self.first else 0)


def is_unnamed(target: Target) -> bool:
    """Whether the words name no disease and only tell what treatment came to."""
    return isinstance(target.rule, DiagnosisRule) and target.rule.only_answered


def _reach(page: Page, target: Target) -> tuple[int, int]:
    first, last = page.sentences.bounds(target.sentence)
    for other in page.targets_within(first, last):
        if other.kind not in ("diagnosis", "measurement") or other.concept == target.concept:
            continue
        if is_unnamed(other):
            continue
        if first <= other.start and other.end <= target.start:
            first = max(first, other.end)
        elif target.end <= other.start < last:
            last = other.start
    return first, last
