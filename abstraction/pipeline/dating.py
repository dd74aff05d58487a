"""Which date belongs to what: in the clause, in the row or column, in the heading, in the note.

In that order, and never a neighbour sentence's date.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.dates import DateInterval
from abstraction.pipeline.date_grammar import DateGrammar, DateMention
from abstraction.pipeline.demographics import DemographicGrammar
from abstraction.pipeline.headings import HeadingDate, HeadingReader, Sentence
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.texts import text_of

for _name in ("note_date", "dates"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)


@Language.factory(
    "lupus_dates",
    requires=["doc._.targets"],
    assigns=["doc._.dates"],
    default_config={"rules": SHIPPED, "day_first": None},
)
class DateFinder:
    """Writes ``doc._.dates``: every date of the note, resolved against ``doc._.note_date``."""

    def __init__(self, nlp: Language, name: str, rules: str, day_first: bool | None) -> None:
        pack = rule_pack(rules)
        self._headings = HeadingReader(pack.dates)
        self._grammar = DateGrammar(pack.dates, day_first)
        self._demographics = DemographicGrammar(pack.demographics, self._grammar)

    def __call__(self, doc: Doc) -> Doc:
        note_date = doc._.note_date
        births = self._demographics.births(text_of(doc), note_date)
        found = tuple(self._grammar.find(text_of(doc), note_date, births=births))
        undated = note_date is None or self._headings.tells_a_story(text_of(doc))
        doc._.dates = Dates(
            found,
            self._headings.headings(
                text_of(doc), found, doc._.layout, _sentences(doc), undated=undated
            ),
            tuple(self._grammar.periods(text_of(doc), note_date)),
            self._headings.events(text_of(doc), found, undated=undated),
        )
        return doc


@dataclass(frozen=True)
class Dates:
    """The dates of a note, those of its headings, and the times that end with the note."""

    mentions: tuple[DateMention, ...]
    headings: tuple[HeadingDate, ...]
    periods: tuple[DateMention, ...] = ()
    events: tuple[tuple[re.Pattern[str], DateMention], ...] = ()

    def within(self, start: int, end: int) -> list[DateMention]:
        """The dates that stand in the characters ``[start, end)``."""
        first = bisect_left(self._starts, start)
        last = bisect_left(self._starts, end)
        return [m for m in self.mentions[first:last] if m.end <= end]

    @cached_property
    def _starts(self) -> list[int]:
        return [m.start for m in self.mentions]

    @cached_property
    def _heading_starts(self) -> list[int]:
        return [h.start for h in self.headings]

    def without(self, values: Iterable[tuple[int, int]]) -> Dates:
        """The dates that are not the number of a value ``[start, end)``."""
        taken = set(values)
        kept = tuple(m for m in self.mentions if (m.start, m.end) not in taken)
        headings = tuple(h for h in self.headings if (h.mention.start, h.mention.end) not in taken)
        return replace(self, mentions=kept, headings=headings)

    def heading(self, offset: int, *, vital: bool = False) -> DateMention | None:
        """The date of the innermost heading that ``offset`` stands under; a heading of laboratory
        results is none for a ``vital`` sign."""
        number = bisect_right(self._heading_starts, offset) - 1
        while number >= 0:
            heading = self.headings[number]
            if offset < heading.end:
                return None if vital and heading.of_results else heading.mention
            if heading.of_results:
                return None
            number -= 1  # what a line of a course says ends with it; what heads the list goes on
        return None

    def of_event(self, told: str) -> DateMention | None:
        """The day of the event that the words tell of last: "on admission"."""
        ends = [
            (match.end(), number)
            for number, (words, _) in enumerate(self.events)
            for match in words.finditer(told)
        ]
        return self.events[max(ends)[1]][1] if ends else None


def _sentences(doc: Doc) -> list[Sentence]:
    starts = [sentence.start_char for sentence in doc.sents]
    ends = [*starts[1:], len(text_of(doc))]
    named = {t.sentence for t in doc._.targets if t.kind == "measurement"}
    places = enumerate(zip(starts, ends, strict=True))
    return [Sentence(start, end, number in named) for number, (start, end) in places]


def interval(mention: DateMention) -> DateInterval:
    """The mention's days with its own basis."""
    return DateInterval(start=mention.days.start, end=mention.days.end, basis=mention.basis)


def under(mention: DateMention) -> DateInterval:
    """The days of a heading or column, for what stands under it."""
    return DateInterval(start=mention.days.start, end=mention.days.end, basis="section")


def of_note(note_date: dt.date | None) -> DateInterval | None:
    """The note's own day, for what is said to be so now."""
    if note_date is None:
        return None
    return DateInterval(start=note_date, end=note_date, basis="note")
