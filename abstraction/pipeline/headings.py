"""Dates in headings, and what stands under them: "Labs (3/2/25):", "collected 3/2"."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.sections import Layout
from nlp_rules.schema import DatesRule, EventRule

_HEAD = 250
"""Characters at the top of a report that say what it is."""
_LONGEST_LEAD = 160
"""Characters before a date that can belong to its heading."""
_LONGEST_OPENING = 60
"""Characters of a sentence before the date that it opens with."""
_EVENT_LEAD = 40
"""Characters before a date in which the event stands that it is the day of."""
_EVENT_BEHIND = 160
"""The same behind the date."""
_MOST_WORDS, _MOST_WORDS_OF_RESULTS = 5, 14
"""Words of a heading before its date, and of one that says that it is of results."""
_SOME_VALUE = re.compile(r"\d+[.,]\d|\d\s?(?:%|m?g\b|mmol|[ck]?/)")
"""What makes of words before a date a sentence rather than a heading."""
_VALUE_WITHIN = re.compile(r"(?<![#\w.,/-])\d+(?:[.,]\d+)?\b(?!\s?-?h)")
"""A number in a heading that no colon ends: then it is a sentence."""
_ITEM_NUMBER = re.compile(r"^\s*\(?\d{1,2}(?:[.)]\s|\s{1,4}(?=[A-Z]))")
_GAP = re.compile(r"\S[ ]{2,}\S|[|\t]")
_HOUR = re.compile(r"^[\s,@T]*\d{1,2}[:.h]?\d{2}\b")
_ALONE = re.compile(
    r"[\s)\]*:-]*(?:@?\s*\d{1,2}[:.h]?\d{2}(?:\s*(?:h|hrs?|am|pm))?)?\W*", re.IGNORECASE
)
"""What may stand behind the date of a heading in its line: an hour."""
_END_OF_LINE = re.compile(r"[^\r\n]*")
_WORD_BELOW = re.compile(r"\n[^\n]*\w")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The characters ``[start, end)`` of a sentence, and whether it names an analyte."""

    start: int
    end: int
    names_analyte: bool


@dataclass(frozen=True, slots=True)
class HeadingDate:
    """A date in a heading, and the characters ``[start, end)`` that stand under it.

    ``of_results``: the heading is one of laboratory results, and not of a visit.
    """

    start: int
    end: int
    mention: DateMention
    of_results: bool = True


class _Event:
    """An event of ``dates.yaml``: the words around its day, and those that tell of it."""

    def __init__(self, rule: EventRule) -> None:
        self._before = re.compile(rule.date_before, re.IGNORECASE)
        self._behind = re.compile(rule.date_behind, re.IGNORECASE)
        self.told = re.compile(rule.told, re.IGNORECASE)
        self.told_undated = re.compile(rf"{rule.told}|{rule.told_undated}", re.IGNORECASE)

    def is_on(self, text: str, mention: DateMention) -> bool:
        """Whether the words before or behind a date make it the day of the event."""
        if mention.basis != "explicit":
            return False
        lead = text[max(0, mention.start - _EVENT_LEAD) : mention.start]
        behind = text[mention.end : mention.end + _EVENT_BEHIND]
        return bool(self._before.search(lead) or self._behind.search(behind))


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
        self._openers = re.compile(rules.heading_openers, re.IGNORECASE)
        self._one_study = re.compile(rules.one_study, re.IGNORECASE)
        self._case_report = re.compile(rules.case_report, re.IGNORECASE)
        self._arrives = re.compile(rules.arrives, re.IGNORECASE)
        self._opens_line = re.compile(rules.opens_line, re.IGNORECASE)
        self._events = [_Event(event) for event in rules.events]

    def tells_a_story(self, text: str) -> bool:
        """Whether the head of a report says that it is a case report, which is of no day."""
        return bool(self._case_report.search(text, 0, _HEAD))

    def headings(
        self,
        text: str,
        mentions: Sequence[DateMention],
        layout: Layout,
        told: Sequence[Sentence],
        *,
        undated: bool,
    ) -> tuple[HeadingDate, ...]:
        """Dates that head what follows: in a title ("Labs (3/2/25):"), in a line of results' own
        ("Bloods 14/02/2025"), at the start of a line of a course ("June 2021 hosp. for ..."), or
        after "collected".

        A heading reaches to the next blank line, to a section of another sort, or to the next
        heading; the start of a line to that line's end; a collection date to the next heading or
        the end, and back over its paragraph where nothing heads that.  Of the sentences ``told``
        one that names no analyte ("She had her bloods on 24 June, as follows.") heads the rest of
        its paragraph, and one that opens with a day and gives results of it the rest of its line
        up to the next date ("In the ED on 31 August he had a fever of 38.5. Hgb was 6.4."); in a
        report that is ``undated`` a sentence that opens with any date does.
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
            elif mention.basis != "note" and self._heads(text, before, mention):
                end = _reach(text, mention, layout, blanks, self._rules)
                sentence = _sentence_at(told, mention.start)
                of_results = bool(self._of_results.search(before)) or (
                    sentence is not None and sentence.names_analyte
                )
                found.append(HeadingDate(mention.end, end, mention, of_results))
            elif mention.basis == "explicit" and self._announces(text, mention, mentions, told):
                blank = bisect_left(blanks, mention.end)
                end = blanks[blank] if blank < len(blanks) else len(text)
                found.append(HeadingDate(mention.end, end, mention, of_results=True))
            elif self._opens_line.fullmatch(before) and mention.basis == "explicit":
                line = _END_OF_LINE.match(text, mention.end)
                end = line.end() if line else len(text)
                found.append(HeadingDate(mention.end, end, mention, of_results=False))
            elif (
                mention.basis == "explicit"
                and (run := self._runs_on(text, mention, mentions, told, undated=undated))
                is not None
            ):
                found.append(HeadingDate(mention.end, run, mention, of_results=False))
        return tuple(_apart(found, len(text)))

    def events(
        self, text: str, mentions: Sequence[DateMention], *, undated: bool
    ) -> tuple[tuple[re.Pattern[str], DateMention], ...]:
        """What tells of an event whose day the text gives once ("on admission"), and that day.

        A report that is ``undated`` tells of its one admission by more words.
        """
        found: list[tuple[re.Pattern[str], DateMention]] = []
        for event in self._events:
            days = [mention for mention in mentions if event.is_on(text, mention)]
            if days and len({mention.days for mention in days}) == 1:
                found.append((event.told_undated if undated else event.told, days[0]))
        return tuple(found)

    def _heads(self, text: str, before: str, mention: DateMention) -> bool:
        rest = _END_OF_LINE.match(text, mention.end)
        after = rest[0] if rest else ""
        before = _ITEM_NUMBER.sub("", before)
        gaps = len(_GAP.findall(before))
        before = before.rpartition(". ")[2].lstrip(" \"'“”")
        closes = self._behind.match(after)
        if closes is None and after.rstrip().endswith(":"):
            closes = self._of_results.search(after)
        if self._inline.search(before) and (closes or self._starts_sentence(before)):
            return closes is not None or not self._one_study.search(before)
        of_results = bool(self._of_results.search(before))
        if gaps > (1 if closes else 0):
            return False  # the heading of a table's column
        words = len(before.split())
        longest = _MOST_WORDS_OF_RESULTS if of_results else _MOST_WORDS
        if words > longest or (words > _MOST_WORDS and _SOME_VALUE.search(before)):
            return False
        if ":" in before.strip(" :(").rstrip(":"):
            return False
        if closes:
            return of_results or not self._one_study.search(before)
        if self._not.search(before) and not of_results:
            return False
        if _VALUE_WITHIN.search(before):
            return False
        if of_results and words <= _MOST_WORDS and not re.search(r"\d", _HOUR.sub("", after)):
            return True
        return bool(_ALONE.fullmatch(after) and (of_results or self._words.match(before)))

    def _announces(
        self,
        text: str,
        mention: DateMention,
        mentions: Sequence[DateMention],
        told: Sequence[Sentence],
    ) -> bool:
        """Whether the date's sentence speaks of results and holds none."""
        sentence = _sentence_at(told, mention.start)
        if sentence is None or sentence.names_analyte or text[sentence.end - 1] == ":":
            return False
        others = text[sentence.start : mention.start] + text[mention.end : sentence.end]
        if _GAP.search(others):
            return False  # the heading of a table
        for other in _within(mentions, sentence.start, sentence.end):
            others = others.replace(text[other.start : other.end], " ")
        return bool(self._bloods.search(others)) and not re.search(r"\d", others)

    def _runs_on(
        self,
        text: str,
        mention: DateMention,
        mentions: Sequence[DateMention],
        told: Sequence[Sentence],
        *,
        undated: bool,
    ) -> int | None:
        """Where the results end that begin in the date's sentence; None where it opens with no
        day, gives no result, or tells of one study alone ("Echo on 3 May: EF 55 %.")."""
        sentence = _sentence_at(told, mention.start)
        if sentence is None or not (sentence.names_analyte or undated):
            return None
        opening = text[sentence.start : mention.start]
        arrives = undated and self._arrives.search(text, sentence.start, sentence.end)
        if arrives:
            return self._end_of_story(text, told, mentions, mention)
        one_day = mention.days.start == mention.days.end
        if not (one_day or undated) or not self._opens(text, sentence, mention):
            return None
        if self._one_study.search(opening) or self._not.search(opening):
            return None
        return self._end_of_run(text, told, sentence, mentions)

    def _end_of_run(
        self,
        text: str,
        told: Sequence[Sentence],
        sentence: Sentence,
        mentions: Sequence[DateMention],
    ) -> int:
        """Where the prose ends that a sentence opens: at the end of a line that ends with a
        sentence, or before a sentence that opens with another date."""
        end = sentence.end
        after = bisect_right(told, sentence.start, key=lambda s: s.start)
        for following in (told[number] for number in range(after, len(told))):
            if "\n" in text[len(text[:end].rstrip()) : end]:
                break
            others = _within(mentions, following.start, following.end)
            if any(m.basis == "explicit" and self._opens(text, following, m) for m in others):
                break
            end = following.end
        return end

    def _end_of_story(
        self,
        text: str,
        told: Sequence[Sentence],
        mentions: Sequence[DateMention],
        mention: DateMention,
    ) -> int:
        """Where the next date begins another part of a patient's story, or the text ends."""
        after = bisect_right(mentions, mention.end, key=lambda m: m.start)
        later = (mentions[number] for number in range(after, len(mentions)))
        sentences = (_sentence_at(told, m.start) for m in later if m.basis == "explicit")
        ends = (s.start for s in sentences if s is not None and s.start > mention.end)
        return next(ends, len(text))

    def _opens(self, text: str, sentence: Sentence, mention: DateMention) -> bool:
        """Whether a sentence opens with the date, before anything that has a value."""
        opening = text[sentence.start : mention.start]
        return len(opening) <= _LONGEST_OPENING and not re.search(r"\d", opening)

    def _starts_sentence(self, before: str) -> bool:
        """Whether the words of a heading open a line or a sentence: "... Labs 9-30-25 normal"."""
        lead = self._inline.search(before)
        if lead is None:
            return False
        opening = before[: lead.start()].rpartition(".")[2].strip(" \t*#•>-")
        return not opening or bool(self._openers.fullmatch(opening))


def _in_heading(text: str, found: Sequence[HeadingDate], mention: DateMention) -> bool:
    """Whether a date stands beside another in one heading: "(12/11; that of 29/10 was lost):"."""
    if not found or not found[-1].of_results:
        return False
    return not re.search(r"[\n:]", text[found[-1].mention.end : mention.start])


def _apart(found: Sequence[HeadingDate], length: int) -> Iterator[HeadingDate]:
    """The headings in order, each up to the next one's date."""
    ordered = sorted(found, key=lambda h: (h.start, h.end))
    if not ordered:
        return
    following = [max(h.start, min(h.mention.start, length)) for h in ordered[1:]] + [length]
    for heading, until in zip(ordered, following, strict=True):
        yield replace(heading, end=max(heading.start, min(heading.end, until)))


def _reach(
    text: str, mention: DateMention, layout: Layout, blanks: Sequence[int], rules: DatesRule
) -> int:
    blank = bisect_left(blanks, mention.end)
    if blank < len(blanks) and not _WORD_BELOW.search(text, mention.end, blanks[blank]):
        blank += 1  # a heading with nothing below it but a blank line
    end = blanks[blank] if blank < len(blanks) else len(text)
    for section in range(layout.at(mention.start) + 1, bisect_left(layout.starts, end)):
        name = layout.names[section]
        if name is not None and name not in rules.headed_sections:
            return max(mention.end, layout.starts[section])
    return max(mention.end, end)


def _within(mentions: Sequence[DateMention], start: int, end: int) -> Sequence[DateMention]:
    """The dates that begin in the characters ``[start, end)``."""
    first = bisect_left(mentions, start, key=lambda m: m.start)
    return mentions[first : bisect_left(mentions, end, key=lambda m: m.start)]


def _sentence_at(told: Sequence[Sentence], offset: int) -> Sentence | None:
    """The sentence that holds the character ``offset``."""
    place = bisect_right(told, offset, key=lambda sentence: sentence.start) - 1
    return told[place] if place >= 0 else None
