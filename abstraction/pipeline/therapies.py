"""Therapies with the dosing beside them and the dates that belong to them."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.dosing_grammar import DateRole, Dosing, DosingGrammar
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.page import Page

if not Doc.has_extension("therapies"):
    Doc.set_extension("therapies", default=None)


@Language.factory(
    "lupus_therapies",
    requires=["doc._.targets", "doc._.dates"],
    assigns=["doc._.therapies"],
    default_config={"rules": SHIPPED},
)
class TherapyReader:
    """Writes ``doc._.therapies``: for each mention its ``Dosing``; None where it is no therapy."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        self._grammar = DosingGrammar(rule_pack(rules))

    def __call__(self, doc: Doc) -> Doc:
        page = Page.of(doc)
        dosings = self._dosings(page)
        self._date(page, dosings)
        doc._.therapies = tuple(dosings.get(number) for number in range(len(page.targets)))
        return doc

    def _dosings(self, page: Page) -> dict[int, Dosing]:
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
            found[number] = self._grammar.read(page.text, target, floor, limit)
        return found

    def _date(self, page: Page, dosings: dict[int, Dosing]) -> None:
        """Gives each date of a sentence to the drug before it, or else to the one after it; a
        measurement that stands nearer keeps its own."""
        by_sentence: dict[int, list[int]] = defaultdict(list)
        for number in dosings:
            by_sentence[page.targets[number].sentence].append(number)
        for sentence, numbers in by_sentence.items():
            start, end = page.sentences.bounds(sentence)
            dates = page.dates.within(start, end)
            for role, date in self._grammar.date_roles(page.text, dates, start):
                for number in self._owners(page, dosings, numbers, date):
                    dosings[number] = _dated(dosings[number], role, date)

    def _owners(
        self, page: Page, dosings: dict[int, Dosing], numbers: Sequence[int], date: DateMention
    ) -> list[int]:
        """The drugs that a date belongs to: the nearest before it with those joined to it by "and"
        or commas; if there is none before it, the first after it."""
        targets = page.targets
        before = [number for number in numbers if targets[number].start < date.start]
        if not before:
            return [min(numbers, key=lambda number: targets[number].start)]
        last = max(before, key=lambda number: targets[number].start)
        until = bisect_left(targets, date.start, key=lambda target: target.start)
        if any(t.kind in ("measurement", "biopsy") for t in targets[last + 1 : until]):
            return []
        owners = [last]
        for number in sorted(before, key=lambda number: -targets[number].start)[1:]:
            gap = page.text[dosings[number].end : targets[owners[-1]].start]
            if not self._grammar.joins(gap):
                break
            owners.append(number)
        return owners


def _dated(dosing: Dosing, role: DateRole, date: DateMention) -> Dosing:
    return replace(
        dosing,
        dates=(*dosing.dates, (role, date)),
        parts=(*dosing.parts, ("date", date.start, date.end)),
    )
