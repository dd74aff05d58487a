"""Which date belongs to what: in the clause, in the row or column, in the heading, in the note.

In that order, and never a neighbour sentence's date.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.dates import DateInterval
from abstraction.pipeline.date_grammar import DateGrammar, DateMention
from abstraction.pipeline.demographics import DemographicGrammar
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.sections import Layout
from nlp_rules.schema import DatesRule

for _name in ("note_date", "dates"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)


@Language.factory(
    "lupus_dates",
    assigns=["doc._.dates"],
    default_config={"rules": SHIPPED, "day_first": None},
)
class DateFinder:
    """Writes ``doc._.dates``: every date of the note, resolved against ``doc._.note_date``."""

    def __init__(self, nlp: Language, name: str, rules: str, day_first: bool | None) -> None:
        pack = rule_pack(rules)
        self._rules = pack.dates
        self._grammar = DateGrammar(pack.dates, day_first)
        self._demographics = DemographicGrammar(pack.demographics, self._grammar)

    def __call__(self, doc: Doc) -> Doc:
        note_date = doc._.note_date
        births = self._demographics.births(doc.text, note_date)
        found = tuple(self._grammar.find(doc.text, note_date, births=births))
        headings = heading_dates(doc.text, found, doc._.layout, self._rules)
        doc._.dates = Dates(found, headings, tuple(self._grammar.periods(doc.text, note_date)))
        return doc


@dataclass(frozen=True, slots=True)
class HeadingDate:
    """A date in a heading, and the characters ``[start, end)`` that stand under it."""

    start: int
    end: int
    mention: DateMention


@dataclass(frozen=True)
class Dates:
    """The dates of a note, those of its headings, and the times that end with the note."""

    mentions: tuple[DateMention, ...]
    headings: tuple[HeadingDate, ...]
    periods: tuple[DateMention, ...] = ()

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
        return Dates(kept, headings, self.periods)

    def heading(self, offset: int) -> DateMention | None:
        """The date of the innermost heading that ``offset`` stands under."""
        number = bisect_right(self._heading_starts, offset) - 1
        if number < 0 or offset >= self.headings[number].end:
            return None
        return self.headings[number].mention


_LONGEST_LEAD = 160
"""Characters before a date that can belong to its heading."""


def heading_dates(
    text: str, mentions: Sequence[DateMention], layout: Layout, rules: DatesRule
) -> tuple[HeadingDate, ...]:
    """Dates that head what follows: in a title ("Labs (3/2/25):"), in a line of results' own
    ("Bloods 14/02/2025"), or after "collected".

    A heading reaches to the next blank line, to a section of another sort, or to the next heading;
    a collection date reaches to the next heading or the end.
    """
    found: list[HeadingDate] = []
    blanks = [m.start() for m in re.finditer(r"\n[ \t\r]*\n", text)]
    for mention in mentions:
        floor = max(0, mention.start - _LONGEST_LEAD)
        lead = re.split(r"[\r\n]", text[floor : mention.start])
        before = lead[-1] if len(lead) > 1 or floor == 0 else "too long for a heading: " + lead[-1]
        if re.search(rules.collected, before, re.IGNORECASE):
            found.append(HeadingDate(mention.end, len(text), mention))
        elif _heads(text, before, mention, rules):
            found.append(
                HeadingDate(mention.end, _reach(text, mention, layout, blanks, rules), mention)
            )
    following = [h.mention.start for h in found[1:]] + [len(text)]
    return tuple(
        HeadingDate(h.start, max(h.start, min(h.end, until)), h.mention)
        for h, until in zip(found, following, strict=False)
    )


def _heads(text: str, before: str, mention: DateMention, rules: DatesRule) -> bool:
    if re.search(rules.inline_heading, before, re.IGNORECASE):
        return bool(re.compile(r"[\s)\]*]*[:：]").match(text, mention.end))
    if len(before.split()) > 5 or ":" in before.strip(" :(").rstrip(":"):
        return False
    after = re.compile(r"[^\r\n]*").match(text, mention.end)
    rest = after[0] if after else ""
    if re.match(r"[\s)\]*]*[:：]", rest):
        return True
    if re.search(rules.not_headings, before, re.IGNORECASE):
        return False
    alone = re.fullmatch(r"[\s)\]*:-]*", rest)
    return bool(alone and re.match(rules.heading_words, before, re.IGNORECASE))


def _reach(
    text: str, mention: DateMention, layout: Layout, blanks: Sequence[int], rules: DatesRule
) -> int:
    blank = bisect_left(blanks, mention.end)
    end = blanks[blank] if blank < len(blanks) else len(text)
    for section in range(layout.at(mention.start) + 1, bisect_left(layout.starts, end)):
        name = layout.names[section]
        if name is not None and name not in rules.headed_sections:
            return max(mention.end, layout.starts[section])
    return max(mention.end, end)


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
