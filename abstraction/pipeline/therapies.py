"""Therapies with the dosing beside them and the dates that belong to them."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.pipeline.cues import Cue
from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.dosing_grammar import DateRole, Dosing, DosingGrammar
from abstraction.pipeline.durations import DurationReader
from abstraction.pipeline.lines import column_head
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.page import Page
from abstraction.pipeline.printed import any_of

_BEFORE = 40
"""Characters before a drug in which so many doses of it are told ("three pulses of")."""
_CHANGE = 80
"""Characters between a drug and the one that it was given up for."""
_LEADS_ON = re.compile(r"\s{0,3}[(,]?\s?(?:[a-z]{2,6}\s){0,2}")
"""What stands between the drug that took another's place and the day of it: "in", "in early"."""
_UNTIL_WORDS = 3
"""Words that lead to a day up to which the drugs behind it were taken: "from May until"."""
_UNTIL = 16
"""Characters before a date in which a word that ends a course stands right before it."""
_LONGEST_DATE = 40
"""Characters of the longest date."""
_OPENS_LINE = re.compile(
    r"(?:[\s\-–—*•·>#~(\[]|\d{1,2}[.)]\s|[Tt]o\s|[Ff]rom\s|[Ii]n\s|[Uu]ntil\s)*"
)
"""What stands before a date that opens a line of a course."""

_MONTH = 27
"""Days between the first and the last one of the shortest month."""

if not Doc.has_extension("therapies"):
    Doc.set_extension("therapies", default=None)


@Language.factory(
    "lupus_therapies",
    requires=["doc._.targets", "doc._.dates", "doc._.cues"],
    assigns=["doc._.therapies"],
    default_config={"rules": SHIPPED},
)
class TherapyReader:
    """Writes ``doc._.therapies``: for each mention its ``Dosing``; None where it is no therapy."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        pack = rule_pack(rules)
        self._grammar = DosingGrammar(pack)
        self._durations = DurationReader(pack.dosing.durations, pack.dates)
        self._no_course = re.compile(pack.dates.column_no_course, re.IGNORECASE)
        self._column_start = re.compile(pack.dates.column_start, re.IGNORECASE)
        self._column_stop = re.compile(pack.dates.column_stop, re.IGNORECASE)
        self._until = re.compile(pack.dates.until_at_once, re.IGNORECASE)
        self._goes_on = re.compile(pack.dates.goes_on, re.IGNORECASE)
        self._again = re.compile(pack.dates.again, re.IGNORECASE)
        self._measured = re.compile(pack.dates.measured, re.IGNORECASE)
        self._biopsied = re.compile(pack.dates.biopsied, re.IGNORECASE)
        self._one_dose = re.compile(r"[\s,(]{0,3}1\s\w")
        self._course_before = re.compile(
            rf"(?:{any_of(pack.dosing.courses)})[ \u00a0]{{0,2}}{pack.dates.course_before}$",
            re.IGNORECASE,
        )

    def __call__(self, doc: Doc) -> Doc:
        page = Page.of(doc)
        dosings = self._dosings(page, doc._.note_date)
        self._date(page, dosings)
        self._date_later(page, dosings, doc._.cues)
        self._date_by_line(page, dosings)
        self._last(page, dosings, doc._.cues)
        doc._.therapies = tuple(dosings.get(number) for number in range(len(page.targets)))
        return doc

    def _dosings(self, page: Page, note_date: dt.date | None) -> dict[int, Dosing]:
        """By mention the dosing of each therapy, read between its neighbours in the sentence."""
        drugs = [number for number, t in enumerate(page.targets) if t.kind == "therapy"]
        found: dict[int, Dosing] = {}
        for place, number in enumerate(drugs):
            target = page.targets[number]
            floor, limit = page.sentences.bounds(target.sentence)
            if place:
                previous = page.targets[drugs[place - 1]]
                if previous.sentence == target.sentence:
                    floor = max(floor, previous.end)
            if place + 1 < len(drugs):
                following = page.targets[drugs[place + 1]]
                if following.sentence == target.sentence:
                    limit = min(limit, max(target.end, following.start))
            dosing = self._grammar.read(page.text, target, floor, limit)
            if (day := _dose_in_date(page, dosing)) is not None:
                dosing = self._grammar.read(page.text, target, floor, day.start)
            before = page.text[max(floor, dosing.start - _BEFORE) : dosing.start]
            if self._course_before.search(before):
                dosing = replace(dosing, course=True)
            elif dosing.single and self._one_dose.match(page.text, dosing.end):
                dosing = replace(dosing, course=False)
            dates = page.dates.within(dosing.end, limit)
            found[number] = self._grammar.with_steps(page.text, dosing, limit, dates, note_date)
        return found

    def _date(self, page: Page, dosings: dict[int, Dosing]) -> None:
        """Gives each date of a sentence to the drug before it, or else to the one after it; a
        measurement that stands nearer keeps its own."""
        by_sentence: dict[int, list[int]] = defaultdict(list)
        for number in dosings:
            by_sentence[page.targets[number].sentence].append(number)
        for sentence, numbers in by_sentence.items():
            start, end = page.sentences.bounds(sentence)
            taken = {
                (first, last)
                for number in numbers
                for step in dosings[number].steps
                for role, first, last in step.parts
                if role == "date"
            }
            dates = [
                date
                for date in page.dates.within(start, end)
                if (date.start, date.end) not in taken
            ]
            changes = self._changes(page, dosings, numbers)
            for role, date in self._roles(page.text, dates, start):
                if self._is_of_event(page, numbers, date, start):
                    continue
                if self._hand_on(page, dosings, numbers, date, start):
                    continue
                if change := _between(page, dosings, changes, date):
                    first, second = change
                    dosings[first] = _dated(dosings[first], "stop", date)
                    dosings[second] = _dated(dosings[second], "start", date)
                    continue
                for number in self._owners(page, dosings, numbers, date, role):
                    steps = dosings[number].steps
                    if not steps or date.start < steps[0].start:
                        last = role == "on" and self._grammar.is_last(
                            page.text, dosings[number], date, start
                        )
                        dosings[number] = _dated(dosings[number], "last" if last else role, date)

    def _is_of_event(
        self, page: Page, numbers: Sequence[int], date: DateMention, floor: int
    ) -> bool:
        """Whether a date behind a drug is the day of something else."""
        behind = any(page.targets[number].start < date.start for number in numbers)
        if not behind or self._on_its_line(page, numbers, date):
            return False
        return self._grammar.is_of_event(page.text, date, floor)

    def _hand_on(
        self,
        page: Page,
        dosings: dict[int, Dosing],
        numbers: Sequence[int],
        date: DateMention,
        floor: int,
    ) -> bool:
        """Gives a date that leads from one drug to the next to the latter, as the day on which it
        began, and to the one that it took the place of as the day on which that ended."""
        behind = [number for number in numbers if page.targets[number].start >= date.end]
        if not behind:
            return False
        second = min(behind, key=lambda number: page.targets[number].start)
        change = self._grammar.leads_on(page.text, date, floor, dosings[second].start)
        if change is None:
            return False
        dosings[second] = _dated(dosings[second], "start", date)
        before = [number for number in numbers if page.targets[number].end <= date.start]
        if change and before:
            first = max(before, key=lambda number: page.targets[number].start)
            if all(role != "stop" for role, _ in dosings[first].dates):
                dosings[first] = _dated(dosings[first], "stop", date)
        return True

    def _roles(
        self, text: str, dates: Sequence[DateMention], start: int
    ) -> Iterator[tuple[DateRole, DateMention]]:
        """What each date says of a course, by the head of its column or the words before it."""
        for role, date in self._grammar.date_roles(text, dates, start):
            head = column_head(text, date.start)
            before = text[max(start, date.start - _UNTIL) : date.start]
            if role == "on" and self._until.search(before):
                yield "stop", date
            elif head is None or not head.strip():
                yield role, date
            elif self._no_course.search(head):
                continue
            elif self._column_stop.search(head):
                yield "stop", date
            elif self._column_start.search(head):
                yield "start", date
            else:
                yield role, date

    def _date_later(
        self, page: Page, dosings: dict[int, Dosing], cues: Sequence[Sequence[Cue]]
    ) -> None:
        """Gives the dates of a sentence that goes on about the drug of the one before it to that
        drug: "It was stopped in May."."""
        for number in dosings:
            own = page.targets[number].sentence
            later = {page.sentences.at(cue.start) for cue in cues[number] if cue.sequel} - {own}
            for sentence in sorted(later):
                start, end = page.sentences.bounds(sentence)
                dates = page.dates.within(start, end)
                for role, date in self._grammar.date_roles(page.text, dates, start):
                    dosings[number] = _dated(dosings[number], role, date)

    def _date_by_line(self, page: Page, dosings: dict[int, Dosing]) -> None:
        """Gives the month or year that opens a line of a course to the drugs of its later
        sentences: "2013 - class III nephritis.  MMF 2 g"."""
        for number, dosing in dosings.items():
            target = page.targets[number]
            floor = page.sentences.bounds(target.sentence)[0]
            top = page.text.rfind("\n", 0, target.start) + 1
            if dosing.dates or dosing.steps or floor <= top:
                continue
            if self._goes_on.search(page.text, top, target.start):
                continue
            opening = _opening_date(page, top)
            if opening is None or len(page.dates.within(top, target.start)) != 1:
                continue
            if (opening.days.end - opening.days.start).days < _MONTH:
                continue
            below = page.text.find("\n", target.start) + 1
            above = page.text.rfind("\n", 0, max(0, top - 1)) + 1
            beside = [line for line in (above, below) if line not in (0, top)]
            if any(_opening_date(page, line) for line in beside):
                dosings[number] = _dated(dosing, "on", opening)

    def _last(self, page: Page, dosings: dict[int, Dosing], cues: Sequence[Sequence[Cue]]) -> None:
        """Gives each drug and each of its further doses the time that it is told to have lasted."""
        drugs = sorted(dosings, key=lambda number: page.targets[number].start)
        for place, number in enumerate(drugs):
            floor, limit = page.sentences.bounds(page.targets[number].sentence)
            if place:
                floor = max(floor, page.targets[drugs[place - 1]].end)
            if place + 1 < len(drugs):
                limit = min(limit, max(floor, page.targets[drugs[place + 1]].start))
            dosing = dosings[number]
            ends = [*(step.start for step in dosing.steps[1:]), limit][: len(dosing.steps)]
            steps = tuple(
                self._lasting(page, step, step.start, (step.start, end), ())
                for step, end in zip(dosing.steps, ends, strict=True)
            )
            if dosing.steps:
                limit = min(limit, dosing.steps[0].start)
            own = self._lasting(page, dosing, dosing.start, (floor, limit), cues[number])
            dosings[number] = replace(own, steps=steps)

    def _lasting(
        self,
        page: Page,
        dosing: Dosing,
        start: int,
        bounds: tuple[int, int],
        cues: Sequence[Cue],
    ) -> Dosing:
        told = max([dosing.end, *(end for role, _, end in dosing.parts if role != "date")])
        place = (start, dosing.end)
        found = self._durations.of(page.text, place, told, cues, bounds)
        if found is None:
            return dosing
        return replace(
            dosing, duration=found, parts=(*dosing.parts, ("date", found.start, found.end))
        )

    def _changes(
        self, page: Page, dosings: dict[int, Dosing], numbers: Sequence[int]
    ) -> list[tuple[int, int]]:
        """The drugs of a sentence that were given up for the next one, each with that one."""
        ordered = sorted(numbers, key=lambda number: page.targets[number].start)
        found = []
        for first, second in pairwise(ordered):
            gap = page.text[dosings[first].end : dosings[second].start]
            if len(gap) <= _CHANGE and self._grammar.gives_way(gap):
                found.append((first, second))
                if dosings[first].standing is None:
                    dosings[first] = replace(dosings[first], standing="stopped")
        return found

    def _owners(
        self,
        page: Page,
        dosings: dict[int, Dosing],
        numbers: Sequence[int],
        date: DateMention,
        role: DateRole,
    ) -> list[int]:
        """The drugs that a date belongs to: the nearest before it with those joined to it by "and"
        or commas; if there is none before it, the first after it.  "Since" is told of both of two
        dosed drugs that "and" joins."""
        targets = page.targets
        before = [number for number in numbers if targets[number].start < date.start]
        line = self._on_its_line(page, numbers, date)
        if not before and not line and self._is_of_another(page, numbers, date):
            return []
        if not before and not line and self._is_of_what_leads(page, numbers, date, role):
            return []
        if not before or line:
            return self._led(page, dosings, line or numbers)
        last = max(before, key=lambda number: targets[number].start)
        until = bisect_left(targets, date.start, key=lambda target: target.start)
        if any(t.kind in ("measurement", "biopsy") for t in targets[last + 1 : until]):
            return []
        owners = [last]
        if self._again.match(page.text, dosings[last].end, date.start):
            return owners
        for number in sorted(before, key=lambda number: -targets[number].start)[1:]:
            gap = page.text[dosings[number].end : targets[owners[-1]].start]
            same = targets[number].start == targets[owners[-1]].start
            if role in ("since", "start") and "," not in gap and not dosings[number].dates:
                ends = (end for _, _, end in dosings[number].parts)
                told = max((e for e in ends if e <= targets[owners[-1]].start), default=0)
                gap = page.text[max(told, dosings[number].end) : targets[owners[-1]].start]
            if not same and not self._grammar.joins(gap):
                break
            owners.append(number)
        return owners

    def _is_of_another(self, page: Page, numbers: Sequence[int], date: DateMention) -> bool:
        """Whether a date before the drugs of a sentence stands in brackets or in a part of its own
        before the first, which bears a date of its own: "she flared in August; you restarted"."""
        start = min(page.targets[number].start for number in numbers)
        gap = page.text[date.end : start]
        closed = ";" in gap or (")" in gap and "(" not in gap)
        others = (page.targets[n].start for n in numbers if page.targets[n].start > start)
        end = page.sentences.bounds(page.targets[numbers[0]].sentence)[1]
        return closed and bool(page.dates.within(start, min(others, default=end)))

    def _is_of_what_leads(
        self, page: Page, numbers: Sequence[int], date: DateMention, role: DateRole
    ) -> bool:
        """Whether a date before the drugs of a sentence is that of a biopsy, or ends what is told
        before it: "bx 6/2024 class III, CYC", "isoniazid daily until May, prednisone 10 mg"."""
        floor = page.sentences.bounds(page.sentences.at(date.start))[0]
        before = page.text[floor : date.start]
        if self._biopsied.search(before):
            return True
        drug = min(page.targets[number].start for number in numbers)
        apart = role == "stop" and "," in page.text[date.end : drug]
        return (
            apart
            and len(before.split()) > _UNTIL_WORDS
            and not page.dates.within(floor, date.start)
        )

    def _on_its_line(self, page: Page, numbers: Sequence[int], date: DateMention) -> list[int]:
        """The drugs behind a date that opens their line, alone or as the end of a time."""
        top = page.text.rfind("\n", 0, date.start) + 1
        while (lead := _OPENS_LINE.match(page.text, top, date.start)) and lead.end() < date.start:
            others = page.dates.within(lead.end(), min(date.start, lead.end() + _LONGEST_DATE))
            if not others or others[0].start != lead.end():
                return []
            top = others[0].end
        bottom = page.text.find("\n", date.end)
        end = bottom if bottom >= 0 else len(page.text)
        return [number for number in numbers if date.end <= page.targets[number].start < end]

    def _led(self, page: Page, dosings: dict[int, Dosing], numbers: Sequence[int]) -> list[int]:
        """The drugs that a date before them belongs to: the first, and those joined to it."""
        ordered = sorted(numbers, key=lambda number: page.targets[number].start)
        ordered = [n for n in ordered if not self._measured.match(page.text, page.targets[n].end)]
        owners = ordered[:1]
        for number in ordered[1:]:
            told = max(end for _, _, end in dosings[owners[-1]].parts)
            gap = page.text[told : page.targets[number].start]
            if not self._grammar.joins_on(gap):
                break
            owners.append(number)
        return owners


def _opening_date(page: Page, line: int) -> DateMention | None:
    """The date that opens the line that begins there."""
    lead = _OPENS_LINE.match(page.text, line)
    place = lead.end() if lead else line
    near = page.dates.within(place, place + _LONGEST_DATE)
    return near[0] if near and near[0].start == place else None


def _dose_in_date(page: Page, dosing: Dosing) -> DateMention | None:
    """The date whose number was taken for a dose: "250 mg X iv 1 to 3 September"."""
    for role, start, end in dosing.parts:
        if role == "dose" and start >= dosing.start:
            near = page.dates.within(start, start + _LONGEST_DATE)
            if near and near[0].start == start and end < near[0].end:
                return near[0]
    return None


def _between(
    page: Page,
    dosings: dict[int, Dosing],
    changes: Sequence[tuple[int, int]],
    date: DateMention,
) -> tuple[int, int] | None:
    """The two drugs of which a date is the day of the change: between them, or right behind."""
    for first, second in changes:
        gap = page.text[dosings[first].end : date.start]
        near = date.end <= page.targets[second].start and dosings[first].end <= date.start
        if near and not gap.strip().startswith("("):
            return first, second
        behind = page.text[dosings[second].end : max(dosings[second].end, date.start)]
        if behind and dosings[second].end <= date.start and _LEADS_ON.fullmatch(behind):
            return first, second
    return None


def _dated(dosing: Dosing, role: DateRole, date: DateMention) -> Dosing:
    return replace(
        dosing,
        dates=(*dosing.dates, (role, date)),
        parts=(*dosing.parts, ("date", date.start, date.end)),
    )
