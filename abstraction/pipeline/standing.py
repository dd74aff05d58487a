"""How a drug stands by all that a note says of it, where its own words say too little."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from abstraction.facts import Evidence, Fact, TherapyFact
from nlp_rules.loader import Cues

_TAKEN = ("active", "held", "stopped")
_LISTS = ("medications", "plan")
"""Sections that say what is taken on the day of the note, or from then on."""
_PLANNED = {"status": "planned", "assertion": "hypothetical", "temporality": "planned"}
_OTHER_NAME = 60
"""Characters between a drug and its other name."""
_LONG_HELD = 365
"""Days after which what was held is taken to have ended."""
_SENTENCE = 160
"""Characters behind a drug in which its sentence says that it did not come back."""


@dataclass(frozen=True, slots=True)
class StandingWords:
    """What ``context.yaml`` says of mentions that belong together: words between a drug and its
    other name, those of a new dose, those that a held drug did not come back, and those around a
    drug that an order opens with."""

    other_name: re.Pattern[str]
    new_dose: re.Pattern[str]
    not_again: re.Pattern[str]
    order_before: re.Pattern[str]
    order_behind: re.Pattern[str]

    @classmethod
    def of(cls, cues: Cues) -> StandingWords:
        return cls(
            *(
                re.compile(words, re.IGNORECASE)
                for words in (
                    cues.other_name,
                    cues.new_dose,
                    cues.not_again,
                    cues.order_before,
                    cues.order_behind,
                )
            )
        )


def shared_standing(facts: Iterable[Fact], text: str, words: StandingWords) -> Iterator[Fact]:
    """The facts, where a mention that tells too little takes the standing that the note gives.

    A bare mention takes the one on which all that say something agree, and another name beside a
    drug that drug's; the words of one of them become its evidence.  A plan's new drug or new dose
    is planned, and what a story says to be taken has ended where the story goes on to say so.
    """
    every = list(facts)
    told: dict[str, list[TherapyFact]] = defaultdict(list)
    for fact in every:
        if (
            isinstance(fact, TherapyFact)
            and fact.status in _TAKEN
            and fact.experiencer == "patient"
        ):
            told[fact.concept].append(fact)
    previous: TherapyFact | None = None
    for fact in every:
        if isinstance(fact, TherapyFact):
            fact = _settled(fact, previous, told[fact.concept], text, words)
            previous = fact
        yield fact


def _settled(
    fact: TherapyFact,
    previous: TherapyFact | None,
    told: Sequence[TherapyFact],
    text: str,
    words: StandingWords,
) -> TherapyFact:
    if previous is not None and _is_other_name(fact, previous, text, words):
        same = _standing_as(fact, previous)
        return same.model_copy(update={"assertion": previous.assertion, "date": None})
    if _opens_order(fact, text, words):
        return fact.model_copy(update={**_PLANNED, "date": None})
    if left := _left_off(fact, text, words):
        return left
    if _is_bare(fact):
        if len({other.status for other in told}) == 1:
            return _standing_as(
                fact, min(told, key=lambda other: abs(other.span.start - fact.span.start))
            )
        return fact
    if _is_new_in_plan(fact, told) or _is_new_dose(fact, told, words):
        return fact.model_copy(update={**_PLANNED, "date": None})
    if ended := _ended_later(fact, told, text, words):
        own = fact.date is not None and fact.date.basis == "note"
        return fact.model_copy(
            update={
                "status": "stopped",
                "temporality": "past",
                "stop_reason": fact.stop_reason or ended.stop_reason,
                "date": None if own else fact.date,
            }
        )
    return fact


def _is_other_name(
    fact: TherapyFact, previous: TherapyFact, text: str, words: StandingWords
) -> bool:
    """Whether a mention is but another name of the drug before it: "azathioprine 50 mg, commonly
    known as Imuran"."""
    gap = text[previous.span.end : fact.span.start]
    alike = fact.concept == previous.concept and len(gap) <= _OTHER_NAME
    return alike and fact.dose is None and words.other_name.search(gap) is not None


def _opens_order(fact: TherapyFact, text: str, words: StandingWords) -> bool:
    """Whether a line opens with a drug that is to be had: "For MMF after biopsy"."""
    if fact.status not in ("unknown", "active") or fact.assertion != "present":
        return False
    if fact.start is not None or any(part.role == "cue" for part in fact.evidence):
        return False
    line = text.rfind("\n", 0, fact.span.start) + 1
    opens = words.order_before.search(text[line : fact.span.start]) is not None
    return opens and words.order_behind.match(text, fact.span.end) is not None


def _left_off(fact: TherapyFact, text: str, words: StandingWords) -> TherapyFact | None:
    """A held drug as stopped, where that was long ago or the sentence denies that it came back:
    "suspended in 2018 and not reintroduced"."""
    if fact.status != "held" or fact.section in _LISTS or fact.experiencer != "patient":
        return None
    days = fact.stop or fact.date
    if days is not None and days.basis == "note":
        days = None
    old = (
        days is not None
        and fact.note_date is not None
        and (fact.note_date - days.end).days > _LONG_HELD
    )
    behind = text[fact.span.end : fact.span.end + _SENTENCE].split("\n\n")[0].split(". ")[0]
    told = words.not_again.search(behind)
    if not old and told is None:
        return None
    evidence = fact.evidence
    if told is not None:
        first, last = (fact.span.end + place for place in told.span())
        mention = Evidence(role="cue", start=first, end=last, text=text[first:last])
        evidence = tuple(
            sorted({*evidence, mention}, key=lambda part: (part.start, part.end, part.role))
        )
    stopped = {"status": "stopped", "temporality": "past", "stop": days, "date": None}
    return fact.model_copy(update={**stopped, "evidence": evidence})


def _is_new_dose(fact: TherapyFact, told: Sequence[TherapyFact], words: StandingWords) -> bool:
    """Whether a plan gives another dose than the one that is taken: "reduce to 5 mg"."""
    if fact.section != "plan" or fact.status != "active" or fact.dose is None or fact.start:
        return False
    cues = [part.text for part in fact.evidence if part.role == "cue"]
    if not all(words.new_dose.match(cue) for cue in cues):
        return False
    doses = {other.dose for other in told if other.section != "plan" and other.status == "active"}
    return None not in doses and bool(doses) and fact.dose not in doses


def _ended_later(
    fact: TherapyFact, told: Sequence[TherapyFact], text: str, words: StandingWords
) -> TherapyFact | None:
    """The last of the later mentions, where all say that the drug was stopped before the note: and
    after it was begun here, or in the same breath."""
    if fact.status != "active" or fact.section in _LISTS or fact.experiencer != "patient":
        return None
    later = [other for other in told if other.span.start >= fact.span.end]
    if not later or not all(_has_ended(other, words) for other in later):
        return None
    last = later[-1]
    if fact.start is not None and fact.start.basis != "note":
        after = last.stop is not None and fact.start.start <= last.stop.end
    else:
        after = "\n" not in text[fact.span.end : later[0].span.start]
    return last if after else None


def _has_ended(fact: TherapyFact, words: StandingWords) -> bool:
    cues = [part.text for part in fact.evidence if part.role == "cue"]
    if not cues or any(words.new_dose.match(cue) for cue in cues):
        return False
    if fact.status != "stopped" or fact.section in _LISTS or fact.stop is None:
        return False
    return fact.note_date is not None and fact.stop.end < fact.note_date


def _is_new_in_plan(fact: TherapyFact, told: Sequence[TherapyFact]) -> bool:
    """Whether a plan names a drug that the note does not say to be taken."""
    if fact.section != "plan" or fact.status != "active" or fact.start is not None:
        return False
    if any(part.role == "cue" for part in fact.evidence):
        return False
    return not any(other.section != "plan" and other.status != "stopped" for other in told)


def _is_bare(fact: TherapyFact) -> bool:
    """Whether a mention says of a drug neither how it stands nor when it was given."""
    undated = fact.start is None and fact.stop is None and fact.date is None
    cues = any(part.role in ("cue", "reason") for part in fact.evidence)
    return fact.status == "unknown" and fact.assertion == "present" and undated and not cues


def _standing_as(fact: TherapyFact, other: TherapyFact) -> TherapyFact:
    cues = tuple(part for part in other.evidence if part.role in ("cue", "reason"))
    mention = Evidence(role="cue", start=other.span.start, end=other.span.end, text=other.span.text)
    evidence = sorted(
        {*fact.evidence, *(cues or (mention,))}, key=lambda part: (part.start, part.end, part.role)
    )
    return fact.model_copy(
        update={
            "status": other.status,
            "temporality": other.temporality,
            "evidence": tuple(evidence),
        }
    )
