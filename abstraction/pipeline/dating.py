"""Which date belongs to what: in the clause, in the row or column, in the heading, in the note.

In that order, and never a neighbour sentence's date.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.dates import DateInterval
from abstraction.pipeline.date_grammar import DateGrammar, DateMention
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.sections import Layout

for _name in ("note_date", "dates"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)


@Language.factory(
    "lupus_dates", assigns=["doc._.dates"], default_config={"rules": SHIPPED}
)
class DateFinder:
    """Writes ``doc._.dates``: every date of the note, resolved against ``doc._.note_date``."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        self._grammar = DateGrammar(rule_pack(rules).dates)

    def __call__(self, doc: Doc) -> Doc:
        found = tuple(self._grammar.find(doc.text, doc._.note_date))
        doc._.dates = Dates(found, heading_dates(doc.text, found, doc._.layout))
        return doc


@dataclass(frozen=True, slots=True)
class HeadingDate:
    """A date in a heading, and the characters ``[start, end)`` that stand under it."""

    start: int
    end: int
    mention: DateMention


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of a note, and those of its headings."""

    mentions: tuple[DateMention, ...]
    headings: tuple[HeadingDate, ...]

    def within(self, start: int, end: int) -> list[DateMention]:
        """The dates that stand in the characters ``[start, end)``."""
        return [m for m in self.mentions if start <= m.start and m.end <= end]

    def heading(self, offset: int) -> DateMention | None:
        """The date of the innermost heading that ``offset`` stands under."""
        over = [h for h in self.headings if h.start <= offset < h.end]
        return max(over, key=lambda h: h.start).mention if over else None


_HEADING = re.compile(r"^[^\n:]{0,50}$")


def heading_dates(
    text: str, mentions: Sequence[DateMention], layout: Layout
) -> tuple[HeadingDate, ...]:
    """Dates that head what follows: in a section's title ("Labs (3/2/25):"), in a line of their
    own ("Bloods 14/02/2025"), or before a colon at the start of a line.

    A heading reaches to the next blank line, or to the next heading with a date.
    """
    found: list[HeadingDate] = []
    for mention in mentions:
        line_start = max(text.rfind("\n", 0, mention.start), text.rfind("\r", 0, mention.start)) + 1
        before = text[line_start : mention.start]
        line_end = next((i for i in range(mention.end, len(text)) if text[i] in "\r\n"), len(text))
        after = text[mention.end : line_end]
        if len(before.split()) > 5 or ":" in before.strip(" :(").rstrip(":"):
            continue
        opens = re.match(r"[\s)\]*]*[:：]", after) or re.fullmatch(r"[\s)\]*.:-]*", after)
        if not opens or re.search(r"\b(?:dob|born|birth|seen|date|dictated|typed|signed|printed|admi\w+|discharge\w*|visit|clinic|appointment|page)\b", before, re.I):
            continue
        blank = re.compile(r"\n[ \t\r]*\n").search(text, line_end)
        end = blank.start() if blank else len(text)
        section_end = layout.end(layout.at(mention.start), len(text))
        found.append(HeadingDate(mention.end, max(mention.end, min(end, section_end)), mention))
    starts = [h.mention.start for h in found]
    return tuple(
        HeadingDate(h.start, min([h.end, *(s for s in starts if s > h.start)]), h.mention)
        for h in found
    )


def interval(mention: DateMention) -> DateInterval:
    """The mention's days with its own basis."""
    return DateInterval(start=mention.days.start, end=mention.days.end, basis=mention.basis)


def under(mention: DateMention) -> DateInterval:
    """The days of a heading or column, for what stands under it."""
    return DateInterval(start=mention.days.start, end=mention.days.end, basis="section")


def of_note(note_date: dt.date | None) -> DateInterval | None:
    """The note's own day, for what is said to be so now."""
    return note_date and DateInterval(start=note_date, end=note_date, basis="note")
