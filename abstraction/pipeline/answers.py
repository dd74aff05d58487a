"""Answers of forms and check-lists: "Seizure, TBI, stroke: NO", "☐ Yes ☒ No", "(-) ulcers".

An answer belongs to every label of its item, where ConText would reach the last one only; some
answer one label ("Stroke N  Seizure N"), some all that was asked ("…; none of these").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

from abstraction.pipeline.cues import Cue
from abstraction.pipeline.forms import FormReader, answered
from abstraction.pipeline.screen import Screen
from nlp_rules.schema import AnswerRules

SURE = -9
"""Distance of an answer that no other cue outweighs."""
_LEAD = 30
"""Characters before a mention in which a word may deny it alone."""
_SWITCH = 48
"""Characters before a drug in which a switch from it is told."""
_ITEM_START = re.compile(
    r"(?<!\bincl)(?<!\bexcl)(?<!\besp)(?<!e\.g)(?<!i\.e)[.;]\s|(?<![,/&])[ \t]*[\r\n]"
)
_SENTENCE_START = re.compile(r"[.!?]\s|\n[ \t]*\r?\n|\n[ \t]*(?:[-*•#]|\d+[.)])[ \t]")


class Mention(Protocol):
    """A mention's kind and its characters ``[start, end)``."""

    @property
    def kind(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class AnswerGrammar:
    """Reads ``answers.yaml``.  Linear in the text."""

    def __init__(self, rules: AnswerRules) -> None:
        self._affirmed = _any_of(rules.affirmed)
        self._switch_before = re.compile(rules.switch_before, re.IGNORECASE)
        self._switch_planned = re.compile(rules.switch_planned, re.IGNORECASE)
        self._switch_between = re.compile(rules.switch_between, re.IGNORECASE)
        self._denied = _any_of(rules.denied)
        self._denied_label = _any_of(rules.denied_label)
        self._denied_list = _any_of(rules.denied_list)
        self._denied_sentence = _any_of(rules.denied_sentence)
        self._between_items = re.compile(rules.between_items, re.IGNORECASE)
        self._last_joint = re.compile(rules.last_joint, re.IGNORECASE)
        self._denied_before = re.compile(rf"(?:{rules.denied_before})$", re.IGNORECASE)
        self._screen = Screen(
            {
                "denied": [self._denied],
                "denied sentence": [self._denied_sentence],
                "affirmed": [self._affirmed],
            }
        )
        self._forms = FormReader(rules.forms)
        self._kinds = frozenset(rules.kinds)

    def cues(self, text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, Cue]]:
        """Each mention's number with the denial that answers it; ``mentions`` by place."""
        starts = [mention.start for mention in mentions]
        live = self._screen.live(text)
        for answers, question_start, reach in (
            ("denied", _ITEM_START, 300),
            ("denied sentence", _SENTENCE_START, 400),
        ):
            for pattern in live[answers]:
                yield from self._answered(text, mentions, starts, pattern, question_start, reach)
        yield from self._listed(text, mentions)
        for number, mention in enumerate(mentions):
            if mention.kind in self._kinds and (
                label := self._denied_label.match(text, mention.end)
            ):
                yield number, self._cue(mention, label.start(), label.end(), False)
        affirmed = (answer for pattern in live["affirmed"] for answer in pattern.finditer(text))
        for answer in affirmed:
            number = bisect_left(starts, answer.start()) - 1
            if number >= 0 and not text[mentions[number].end : answer.start()].strip(" \t"):
                yield number, Cue("affirmed", *answer.span(), distance=SURE, before=False)
        yield from self._switches(text, mentions)
        for number, mention in enumerate(mentions):
            if mention.kind in self._kinds:
                floor = max(0, mention.start - _LEAD)
                lead = self._denied_before.search(text, floor, mention.start)
                if lead is not None:
                    yield number, self._cue(mention, lead.start(), lead.end(), True)
        yield from self._formal(text, mentions, starts)

    def _formal(
        self, text: str, mentions: Sequence[Mention], starts: Sequence[int]
    ) -> Iterator[tuple[int, Cue]]:
        """What signs, boxes, columns and heads of lists answer."""
        ends = [mention.end for mention in mentions]
        for answer in self._forms.answers(text):
            numbers = answered(answer, starts, ends)
            if answer.adjacent and numbers:
                if text[mentions[numbers[-1]].end : answer.start].strip(" \t"):
                    continue
                if answer.denied:
                    numbers = self._joined(text, mentions, numbers[-1])
            for number in numbers:
                mention = mentions[number]
                if mention.kind not in self._kinds:
                    continue
                printed = text[answer.start : answer.end]
                first = answer.start + len(printed) - len(printed.lstrip())
                last = answer.end - len(printed) + len(printed.rstrip())
                before = answer.start < mention.start
                if answer.denied:
                    yield number, self._cue(mention, first, last, before)
                else:
                    yield number, Cue("affirmed", first, last, SURE, before)

    def _joined(self, text: str, mentions: Sequence[Mention], last: int) -> Sequence[int]:
        """A label with those joined to it, which one sign answers: "CAR-T or gene therapy (-)"."""
        first = last
        while first and self._joins(text[mentions[first - 1].end : mentions[first].start]):
            first -= 1
        return range(first, last + 1)

    def _joins(self, gap: str) -> bool:
        joint = self._last_joint.search(gap) and self._between_items.fullmatch(gap)
        return joint is not None and "," not in gap

    def _answered(
        self,
        text: str,
        mentions: Sequence[Mention],
        starts: Sequence[int],
        answers: re.Pattern[str],
        question_start: re.Pattern[str],
        reach: int,
    ) -> Iterator[tuple[int, Cue]]:
        """All that is asked before an answer: since the question's start, the last answer, or as
        many characters back as ``reach``."""
        previous = 0
        for answer in answers.finditer(text):
            floor = max(previous, answer.start() - reach)
            ends = [match.end() for match in question_start.finditer(text, floor, answer.start())]
            top = ends[-1] if ends else floor
            first = bisect_left(starts, top)
            if first and mentions[first - 1].end > top:
                first -= 1
            for number in range(first, bisect_left(starts, answer.start())):
                mention = mentions[number]
                if mention.end <= answer.start() and mention.kind in self._kinds:
                    yield number, self._cue(mention, answer.start(), answer.end(), False)
            previous = answer.end()

    def _listed(self, text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, Cue]]:
        """The items of a list that its last words deny.

        "ulcers, rash or fits not found" is a list; of "SLE, nephritis ruled out" only the last.
        """
        for last, mention in enumerate(mentions):
            answer = self._denied_list.match(text, mention.end)
            if answer is None:
                continue
            for number in range(self._list_start(text, mentions, last), last + 1):
                if mentions[number].kind in self._kinds:
                    yield number, self._cue(mentions[number], *answer.span(), False)

    def _list_start(self, text: str, mentions: Sequence[Mention], last: int) -> int:
        """The first item of the list that ends with the mention ``last``; itself of none."""
        first = last
        if last and self._last_joint.search(text, mentions[last - 1].end, mentions[last].start):
            while first and self._between_items.fullmatch(
                text, mentions[first - 1].end, mentions[first].start
            ):
                first -= 1
        return first

    def _switches(self, text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, Cue]]:
        """Of two drugs that one replaces the other: the first stopped, the second taken.

        Of a switch to come the first is taken and the second planned.
        """
        for number, (first, second) in enumerate(pairwise(mentions)):
            if first.kind != "therapy" or second.kind != "therapy":
                continue
            floor = max(0, first.start - _SWITCH)
            lead = self._switch_before.search(text, floor, first.start)
            to_come = self._switch_planned.search(text, floor, first.start)
            gap = text[first.end : second.start] if second.start - first.end < 60 else ""
            told = to_come or lead
            if told and self._switch_between.match(gap):
                now, then = ("active", "planned") if to_come else ("stopped", "active")
                yield number, Cue(now, *told.span(), distance=SURE, before=True)
                yield number + 1, Cue(then, *told.span(), distance=SURE, before=True)

    @staticmethod
    def _cue(mention: Mention, start: int, end: int, before: bool) -> Cue:
        category = "never_given" if mention.kind == "therapy" else "negated"
        return Cue(category, start, end, distance=0, before=before, answers=True)


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns) or r"(?!)", re.IGNORECASE)
