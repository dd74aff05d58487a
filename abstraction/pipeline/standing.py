"""How a drug stands by all that a note says of it, where its own words say too little."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from abstraction.dates import DateInterval
from abstraction.facts import Evidence, Fact, TherapyFact
from abstraction.pipeline.dating import of_note
from nlp_rules.loader import Cues

_TAKEN = ("active", "held", "stopped")
_CURRENT = "medications"
"""The section that is right on what is taken, where the rest of a note tells its story."""
_LISTS = ("medications", "plan")
"""Sections that say what is taken on the day of the note, or from then on."""
_PLANNED = {"status": "planned", "assertion": "hypothetical", "temporality": "planned"}
_TAKEN_NOW = {
    "status": "active",
    "assertion": "present",
    "temporality": "current",
    "stop_reason": None,
}
_SENTENCE_END = re.compile(
    r"[.!?]\s|\n(?=\s{0,6}(?:[-–—*•·>#|(]|\d{1,2}\s?[.):]|[A-Z]))|\n\s{0,6}\n"
)
"""The end of a sentence or of an item of a list."""
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
    drug that an order opens with.

    ``running``: behind a drug that is being infused.  ``told_whole``: behind one that was given so
    many times or days; ``told_past`` and ``told_now`` in its sentence settle whether that is over.
    ``change_before``: a change that its object is taken at; ``change_later``: a stop to come.
    ``to_come_before`` and ``to_come_behind``: what makes a dose one to come.  ``lapse``: the drug
    ran out, ``lapse_behind`` for so long.  ``goes_on_before``: an order to go on, ``until`` when.
    ``depot``: in the name of an injection that is given once; ``pulses``: a cue of several.
    ``unfit``: in a cue that a drug does not suit the patient.
    """

    other_name: re.Pattern[str]
    new_dose: re.Pattern[str]
    not_again: re.Pattern[str]
    order_before: re.Pattern[str]
    order_behind: re.Pattern[str]
    running: re.Pattern[str]
    told_whole: re.Pattern[str]
    told_past: re.Pattern[str]
    told_now: re.Pattern[str]
    change_before: re.Pattern[str]
    change_later: re.Pattern[str]
    to_come_before: re.Pattern[str]
    to_come_behind: re.Pattern[str]
    lapse: re.Pattern[str]
    lapse_behind: re.Pattern[str]
    goes_on_before: re.Pattern[str]
    until: re.Pattern[str]
    depot: re.Pattern[str]
    pulses: re.Pattern[str]
    unfit: re.Pattern[str]

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
                    cues.running,
                    cues.told_whole,
                    cues.told_past,
                    cues.told_now,
                    cues.change_before,
                    cues.change_later,
                    cues.to_come_before,
                    cues.to_come_behind,
                    cues.lapse,
                    cues.lapse_behind,
                    cues.goes_on_before,
                    cues.until,
                    cues.depot,
                    cues.pulses,
                    cues.unfit,
                )
            )
        )


def shared_standing(facts: Iterable[Fact], text: str, words: StandingWords) -> Iterator[Fact]:
    """The facts, where a mention that tells too little takes the standing that the note gives.

    A bare mention takes the one on which all that say something agree, those of the list of current
    drugs before any other, and another name beside a
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
    had = {fact.concept for fact in every if isinstance(fact, TherapyFact) and _was_had(fact)}
    previous: TherapyFact | None = None
    places = sorted({fact.span.start for fact in every if isinstance(fact, TherapyFact)})
    for fact in every:
        if isinstance(fact, TherapyFact):
            beside = _Beside.of(fact, places, text)
            if _is_unfit(fact, words) and (fact.concept in had or beside.changes(words)):
                fact = fact.model_copy(update={**_PLANNED, "status": None})
            fact = _by_its_words(fact, beside, told[fact.concept], words)
            fact = _settled(fact, previous, told[fact.concept], text, words)
            previous = fact
        yield fact


@dataclass(frozen=True, slots=True)
class _Beside:
    """The words beside a mention: of its clause ``before`` and ``behind`` it, up to the next drug,
    and of the whole sentence."""

    before: str
    behind: str
    sentence: str

    @classmethod
    def of(cls, fact: TherapyFact, places: Sequence[int], text: str) -> _Beside:
        start, end = fact.span.start, fact.span.end
        ends = list(_SENTENCE_END.finditer(text, max(0, start - _SENTENCE), start))
        top = ends[-1].end() if ends else max(0, start - _SENTENCE)
        found = _SENTENCE_END.search(text, end, min(len(text), end + _SENTENCE))
        bottom = found.start() if found else min(len(text), end + _SENTENCE)
        following = bisect_left(places, end)
        limit = min(bottom, places[following]) if following < len(places) else bottom
        earlier = bisect_left(places, start)
        floor = max(top, places[earlier - 1]) if earlier else top
        return cls(text[floor:start], text[end:limit], text[top:bottom])

    def changes(self, words: StandingWords) -> bool:
        """Whether a change of the drug is talked of, which then is taken."""
        return words.change_before.search(self.before) is not None


def _was_had(fact: TherapyFact) -> bool:
    """Whether a mention tells that the patient had the drug."""
    told = fact.status in (*_TAKEN, None) or (
        fact.status == "unknown" and (fact.temporality == "past" or fact.date is not None)
    )
    return told and fact.assertion == "present" and fact.experiencer == "patient"


def _is_unfit(fact: TherapyFact, words: StandingWords) -> bool:
    """Whether a drug counts as never given for no more than that it does not suit the patient."""
    cues = (part.text for part in fact.evidence if part.role == "cue")
    never = fact.status == "never_given" and fact.experiencer == "patient"
    return never and any(words.unfit.search(cue) for cue in cues)


def _by_its_words(
    fact: TherapyFact, beside: _Beside, told: Sequence[TherapyFact], words: StandingWords
) -> TherapyFact:
    """A mention as words of its own sentence put it, that are more than a cue's few."""
    if fact.experiencer != "patient":
        return fact
    cues = [part.text for part in fact.evidence if part.role == "cue"]
    taken = any(other.status == "active" for other in told if other.fact_id != fact.fact_id)
    if _is_running(fact, beside, words) or _is_depot(fact, words):
        return fact.model_copy(
            update={"status": None, "start": None, "stop": None, "date": _day_of(fact)}
        )
    if _is_whole(fact, beside, cues, words):
        date = None if fact.date is not None and fact.date.basis == "note" else fact.date
        return fact.model_copy(update={"status": "stopped", "temporality": "past", "date": date})
    if _is_taken_still(fact, beside, cues, words, taken=taken):
        return fact.model_copy(update={**_TAKEN_NOW, "stop": None})
    if _is_to_come(fact, beside, cues, words):
        own = fact.date is not None and fact.date.basis == "note"
        return fact.model_copy(update={**_PLANNED, "date": None if own else fact.date})
    return fact


def _day_of(fact: TherapyFact) -> DateInterval | None:
    return fact.date or fact.start or fact.stop or of_note(fact.note_date)


def _is_running(fact: TherapyFact, beside: _Beside, words: StandingWords) -> bool:
    """Whether a drug is being infused as the note goes: "started at 50 mL/h"."""
    open_to_it = fact.status in ("active", "unknown", "stopped") and fact.frequency is None
    return (
        open_to_it
        and fact.assertion == "present"
        and words.running.match(beside.behind) is not None
    )


def _is_depot(fact: TherapyFact, words: StandingWords) -> bool:
    """Whether a name is that of an injection that is given once: "had a Depo-Medrone"."""
    given = fact.assertion == "present" and fact.status in ("active", "unknown", "stopped")
    return given and fact.frequency is None and words.depot.search(fact.span.text) is not None


def _is_whole(
    fact: TherapyFact, beside: _Beside, cues: Sequence[str], words: StandingWords
) -> bool:
    """Whether a drug was given so many times, or days, that are over."""
    if fact.status not in ("active", "unknown", None) or fact.assertion != "present":
        return False
    if fact.section in _LISTS or fact.temporality == "planned":
        return False
    if fact.status == "unknown" and fact.temporality == "past":
        return any(words.pulses.match(cue) for cue in cues)
    if not words.told_whole.match(beside.behind) or words.told_now.search(beside.sentence):
        return False
    infused = fact.route == "intravenous"
    return infused or words.told_past.search(beside.sentence) is not None


def _is_taken_still(
    fact: TherapyFact, beside: _Beside, cues: Sequence[str], words: StandingWords, *, taken: bool
) -> bool:
    """Whether a drug is taken that a sentence would change or stop, that ran out for a while, or
    that is to go on until something happens."""
    if fact.status in (None, "planned", "stopped") and words.change_later.search(beside.before):
        return True
    if taken and fact.status in (None, "planned") and fact.assertion == "hypothetical":
        return fact.dose is None and words.change_before.search(beside.before) is not None
    if fact.status != "stopped":
        return False
    if taken and any(words.lapse.match(cue) for cue in cues):
        return words.lapse_behind.match(beside.behind) is not None
    ended = fact.stop is not None and fact.stop.basis != "note"
    goes_on = words.goes_on_before.search(beside.before) is not None
    return goes_on and not ended and bool(cues) and all(words.until.match(cue) for cue in cues)


def _is_to_come(
    fact: TherapyFact, beside: _Beside, cues: Sequence[str], words: StandingWords
) -> bool:
    """Whether a dose is one to come: "to take 25 mg the night before"."""
    if fact.status not in ("active", "unknown", None) or fact.assertion != "present":
        return False
    if fact.start is not None or not all(words.new_dose.match(cue) for cue in cues):
        return False
    if fact.status == "unknown" and fact.temporality == "past":
        return False
    if words.to_come_before.search(beside.before) is not None:
        return True
    return fact.dose is not None and words.to_come_behind.match(beside.behind) is not None


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
        listed = [other for other in told if other.section == _CURRENT]
        told = listed or told
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
