"""Therapies that are talked of far more than given: a cell therapy is none of the patient's where
a note does not say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from abstraction.facts import Fact, TherapyFact
from nlp_rules.loader import Cues

_SENTENCE = 160
"""Characters to either side of a mention in which its sentence tells that it was given."""
_ANSWER = 12
"""Characters behind a question that answer it."""
_SENTENCE_END = re.compile(r"[.!?;]\s|\n\s*\n|\n(?=\s{0,6}(?:[-–—*•·>#|(]|\d{1,2}\s?[.):]))")
_YEAR = re.compile(r"(?:19|20)\d\d|['’‘]\d\d|\d[/.-]\d{1,2}[/.-]\d\d|\bago\b")
_NAMED = {"status": None, "assertion": "hypothetical", "temporality": "planned", "date": None}


@dataclass(frozen=True, slots=True)
class NamingWords:
    """What ``context.yaml`` says of them: the concepts, what behind one makes it the name of
    something else ("CAR-T nurse"), what before and behind it tells that it was given, and what
    in front of such a word denies it, and what makes a day that of a thought and not of a dose."""

    concepts: frozenset[str]
    names_other: re.Pattern[str]
    given_before: re.Pattern[str]
    given_behind: re.Pattern[str]
    denied: re.Pattern[str]
    thought: re.Pattern[str]

    @classmethod
    def of(cls, cues: Cues) -> NamingWords:
        patterns = (
            cues.names_other,
            cues.given_before,
            cues.given_behind,
            cues.given_denied,
            cues.thought_before,
        )
        return cls(
            frozenset(cues.only_where_given),
            *(re.compile(words, re.IGNORECASE) for words in patterns),
        )


def merely_named(facts: Iterable[Fact], text: str, words: NamingWords) -> Iterator[Fact]:
    """The facts, where such a therapy that nothing tells to have been given is only thought of."""
    for fact in facts:
        if isinstance(fact, TherapyFact) and _is_merely_named(fact, text, words):
            fact = fact.model_copy(update={**_NAMED, "start": None, "stop": None})
        yield fact


def _is_merely_named(fact: TherapyFact, text: str, words: NamingWords) -> bool:
    if fact.concept not in words.concepts or fact.experiencer != "patient":
        return False
    if fact.assertion != "present" or fact.temporality == "planned":
        return False
    start, end = fact.span.start, fact.span.end
    if words.names_other.match(text, end):
        return True
    ends = list(_SENTENCE_END.finditer(text, max(0, start - _SENTENCE), start))
    top = ends[-1].end() if ends else max(0, start - _SENTENCE)
    found = _SENTENCE_END.search(text, end, min(len(text), end + _SENTENCE))
    bottom = found.start() if found else min(len(text), end + _SENTENCE)
    before = words.given_before.search(text[top:start]) and not words.denied.search(text[top:start])
    asked = found is not None and found[0].startswith("?")
    if (before and not asked) or words.given_behind.match(text[end : bottom + _ANSWER]):
        return False
    dated = _is_dated(fact) and not asked and not words.thought.search(text[top:start])
    return not (_is_listed(fact) or dated)


def _is_listed(fact: TherapyFact) -> bool:
    """Whether the section alone says that it is past: a list of former treatments."""
    told = any(part.role == "cue" for part in fact.evidence)
    undated = fact.date is None
    return not told and (fact.status == "stopped" or (undated and fact.temporality == "past"))


def _is_dated(fact: TherapyFact) -> bool:
    """Whether a day with its year stands beside it that is not after the note: one without a year
    may as well be that of a visit to come."""
    days = fact.date or fact.start or fact.stop
    if days is None or days.basis == "note":
        return False
    if fact.note_date is not None and days.end >= fact.note_date:
        return False
    return any(part.role == "date" and _YEAR.search(part.text) for part in fact.evidence)
