"""Which date belongs to what: in the clause, in the row or column, in the heading, in the note.

In that order, and never a neighbour sentence's date.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
        births = self._demographics.births(doc.text, note_date)
        found = tuple(self._grammar.find(doc.text, note_date, births=births))
        doc._.dates = Dates(
            found,
            self._headings.headings(doc.text, found, doc._.layout, _sentences(doc)),
            tuple(self._grammar.periods(doc.text, note_date)),
            self._headings.events(doc.text, found),
        )
        return doc


@dataclass(frozen=True, slots=True)
class HeadingDate:
    """A date in a heading, and the characters ``[start, end)`` that stand under it.

    ``of_results``: the heading is one of laboratory results, and not of a visit.
    """

    start: int
    end: int
    mention: DateMention
    of_results: bool = True


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
        """The day of the event that the words tell of: "on admission"."""
        return next((day for words, day in self.events if words.search(told)), None)


_LONGEST_LEAD = 160
"""Characters before a date that can belong to its heading."""


def _sentences(doc: Doc) -> list[tuple[int, int, bool]]:
    """The characters ``[start, end)`` of each sentence, and whether it names an analyte."""
    starts = [sentence.start_char for sentence in doc.sents]
    ends = [*starts[1:], len(doc.text)]
    named = {t.sentence for t in doc._.targets if t.kind == "measurement"}
    return [(s, e, n in named) for n, (s, e) in enumerate(zip(starts, ends, strict=True))]


class HeadingReader:
    """Finds the dates that head what follows, by ``dates.yaml``."""

    def __init__(self, rules: DatesRule) -> None:
        self._rules = rules
        self._collected = re.compile(rules.collected, re.IGNORECASE)
        self._inline = re.compile(rules.inline_heading, re.IGNORECASE)
        self._words = re.compile(rules.heading_words, re.IGNORECASE)
        self._of_results = re.compile(rules.results_words, re.IGNORECASE)
        self._bloods = re.compile(rules.announces, re.IGNORECASE)
        self._misled = re.compile(rules.other_dates, re.IGNORECASE)
        self._not = re.compile(rules.not_headings, re.IGNORECASE)
        self._behind = re.compile(rules.behind_heading_date, re.IGNORECASE)
        self._opens_line = re.compile(rules.opens_line, re.IGNORECASE)
        self._events = tuple(
            (re.compile(event.date_before, re.IGNORECASE), re.compile(event.told, re.IGNORECASE))
            for event in rules.events
        )

    def headings(
        self,
        text: str,
        mentions: Sequence[DateMention],
        layout: Layout,
        told: Sequence[tuple[int, int, bool]],
    ) -> tuple[HeadingDate, ...]:
        """Dates that head what follows: in a title ("Labs (3/2/25):"), in a line of results' own
        ("Bloods 14/02/2025"), at the start of a line of a course ("June 2021 hosp. for ..."), or
        after "collected".

        A heading reaches to the next blank line, to a section of another sort, or to the next
        heading; the start of a line to that line's end; a collection date to the next heading or
        the end, and back over its paragraph where nothing heads that.  ``told`` are the sentences,
        and whether one names an analyte: one that does not ("She had her bloods on 24 June, as
        follows.") heads the rest of its paragraph.
        """
        found: list[HeadingDate] = []
        blanks = [m.start() for m in re.finditer(r"\n[ \t\r]*\n", text)]
        for mention in mentions:
            floor = max(0, mention.start - _LONGEST_LEAD)
            lead = re.split(r"[\r\n]", text[floor : mention.start])
            whole = len(lead) > 1 or floor == 0
            before = lead[-1] if whole else "too long for a heading: " + lead[-1]
            if self._misled.search(before) or _in_heading(text, found, mention):
                continue
            if self._collected.search(before):
                above = bisect_left(blanks, mention.start)
                top = blanks[above - 1] if above else 0
                if not any(h.mention.start >= top or h.end > top for h in found):
                    found.append(HeadingDate(top, mention.start, mention, of_results=True))
                found.append(HeadingDate(mention.end, len(text), mention, of_results=True))
            elif mention.basis == "explicit" and self._heads(text, before, mention):
                end = _reach(text, mention, layout, blanks, self._rules)
                of_results = bool(self._of_results.search(before))
                found.append(HeadingDate(mention.end, end, mention, of_results))
            elif mention.basis == "explicit" and self._announces(text, mention, told):
                blank = bisect_left(blanks, mention.end)
                end = blanks[blank] if blank < len(blanks) else len(text)
                found.append(HeadingDate(mention.end, end, mention, of_results=True))
            elif self._opens_line.fullmatch(before) and mention.basis == "explicit":
                line = _END_OF_LINE.match(text, mention.end)
                end = line.end() if line else len(text)
                found.append(HeadingDate(mention.end, end, mention, of_results=False))
        return tuple(_apart(found, len(text)))

    def events(
        self, text: str, mentions: Sequence[DateMention]
    ) -> tuple[tuple[re.Pattern[str], DateMention], ...]:
        """What tells of an event whose day the text gives once ("on admission"), and that day."""
        found: list[tuple[re.Pattern[str], DateMention]] = []
        for date_before, told in self._events:
            days = [
                mention
                for mention in mentions
                if mention.basis == "explicit"
                and date_before.search(text, max(0, mention.start - 40), mention.start)
            ]
            if days and len({mention.days for mention in days}) == 1:
                found.append((told, days[0]))
        return tuple(found)

    def _heads(self, text: str, before: str, mention: DateMention) -> bool:
        rest = _END_OF_LINE.match(text, mention.end)
        after = rest[0] if rest else ""
        before = before.rpartition(". ")[2].lstrip(" \"'“”")
        closes = self._behind.match(after)
        if closes is None and after.rstrip().endswith(":"):
            closes = self._of_results.search(after)
        if self._inline.search(before) and (closes or self._starts_sentence(before)):
            return True
        of_results = bool(self._of_results.search(before))
        if len(_GAP.findall(before)) > 1:
            return False  # the heading of a table's column
        words = len(before.split())
        if words > (14 if of_results else 5) or (words > 5 and _SOME_VALUE.search(before)):
            return False
        if ":" in before.strip(" :(").rstrip(":"):
            return False
        if closes:
            return True
        if self._not.search(before) and not of_results:
            return False
        if of_results and len(before.split()) <= 5 and not re.search(r"\d", _HOUR.sub("", after)):
            return True
        return bool(_ALONE.fullmatch(after) and (of_results or self._words.match(before)))

    def _announces(
        self, text: str, mention: DateMention, told: Sequence[tuple[int, int, bool]]
    ) -> bool:
        """Whether the date's sentence speaks of results and holds none."""
        place = bisect_right(told, (mention.start, len(text), True)) - 1
        if place < 0:
            return False
        start, end, names_analyte = told[place]
        if names_analyte or text[end - 1 : end] == ":":
            return False
        others = text[start : mention.start] + text[mention.end : end]
        return bool(self._bloods.search(others)) and not re.search(r"\d", others)

    def _starts_sentence(self, before: str) -> bool:
        """Whether the words of a heading open a line or a sentence: "... Labs 9-30-25 normal"."""
        lead = self._inline.search(before)
        return lead is not None and not before[: lead.start()].rstrip(" \t*#•>-").rpartition(".")[2]


_SOME_VALUE = re.compile(r"\d+[.,]\d|\d\s?(?:%|m?g\b|mmol|[ck]?/)")
"""What makes of words before a date a sentence rather than a heading."""


def _in_heading(text: str, found: Sequence[HeadingDate], mention: DateMention) -> bool:
    """Whether a date stands beside another in one heading: "(12/11; that of 29/10 was lost):"."""
    if not found or not found[-1].of_results:
        return False
    return not re.search(r"[\n:]", text[found[-1].mention.end : mention.start])


_GAP = re.compile(r"\S[ ]{2,}\S|[|\t]")
_HOUR = re.compile(r"^[\s,@T]*\d{1,2}[:.h]?\d{2}\b")
_ALONE = re.compile(
    r"[\s)\]*:-]*(?:@?\s*\d{1,2}[:.h]?\d{2}(?:\s*(?:h|hrs?|am|pm))?)?\W*", re.IGNORECASE
)
"""What may stand behind the date of a heading in its line: an hour."""
_END_OF_LINE = re.compile(r"[^\r\n]*")


def _apart(found: Sequence[HeadingDate], length: int) -> Iterator[HeadingDate]:
    """The headings in order, each up to the next one's date."""
    ordered = sorted(found, key=lambda h: (h.start, h.end))
    if not ordered:
        return
    following = [max(h.start, min(h.mention.start, length)) for h in ordered[1:]] + [length]
    for heading, until in zip(ordered, following, strict=True):
        yield replace(heading, end=max(heading.start, min(heading.end, until)))


_SOME_DIGIT = re.compile(r"\n[^\n]*\w")


def _reach(
    text: str, mention: DateMention, layout: Layout, blanks: Sequence[int], rules: DatesRule
) -> int:
    blank = bisect_left(blanks, mention.end)
    if blank < len(blanks) and not _SOME_DIGIT.search(text, mention.end, blanks[blank]):
        blank += 1  # a heading with nothing below it but a blank line
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
