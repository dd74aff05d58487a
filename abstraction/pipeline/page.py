"""What the readers of results and facts need of a document, without spaCy."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from spacy.tokens import Doc

from abstraction.pipeline.dating import Dates
from abstraction.pipeline.targets import Sentences, Target
from abstraction.pipeline.texts import text_of


@dataclass(frozen=True, slots=True)
class Page:
    """A note's text with its mentions, sentences and dates, all by character offset."""

    text: str
    targets: tuple[Target, ...]
    sentences: Sentences
    dates: Dates

    def analytes_within(self, start: int, end: int) -> tuple[Target, ...]:
        """The mentions of analytes that begin in the characters ``[start, end)``."""
        return tuple(t for t in self.targets_within(start, end) if t.kind == "measurement")

    def targets_within(self, start: int, end: int) -> tuple[Target, ...]:
        """The mentions that begin in the characters ``[start, end)``."""
        first = bisect_left(self.targets, start, key=lambda target: target.start)
        last = bisect_left(self.targets, end, key=lambda target: target.start)
        return self.targets[first:last]

    @classmethod
    def of(cls, doc: Doc) -> Page:
        """The page of a document that mentions and dates were found in."""
        return cls(text_of(doc), doc._.targets, Sentences.of(doc), doc._.dates)
