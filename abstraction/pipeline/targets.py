"""Mentions: where a rule's term stands in the text, through medspaCy's matcher and ``TargetRule``.

A term's gates are tried before overlaps are settled, so that a word that is refused here ("LN" for
lymph node) never hides a shorter one.  Look-alikes win their place and are then dropped.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from medspacy.target_matcher import TargetRule
from spacy.language import Language
from spacy.tokens import Doc, Span

from abstraction.pipeline.matching import CompactMatcher, Match, longest
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.texts import text_of
from nlp_rules.loader import RulePack
from nlp_rules.schema import ConceptRule, Term

if not Doc.has_extension("targets"):
    Doc.set_extension("targets", default=())

GROUP = "targets"
"""The span group that ConText reads; ``doc.spans[GROUP][i]`` is ``doc._.targets[i]``."""
_BESIDE = 48
"""Characters that a term's ``before`` and ``after`` gates see."""
_LEADING = 160
"""Characters before the sentence in which ``only_around`` looks too."""


ALLERGEN = ConceptRule(concept="drug_allergy", terms=(Term(text="allergen"),))
"""What an item of an allergy list comes to."""


@dataclass(frozen=True, slots=True)
class Target:
    """One mention: its characters ``[start, end)``, its sentence, and the rule that found it."""

    kind: str
    concept: str
    start: int
    end: int
    sentence: int
    rule_id: str
    rule: ConceptRule | None = None
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Sentences:
    """Character offsets of a document's sentences."""

    starts: tuple[int, ...]
    length: int

    @classmethod
    def of(cls, doc: Doc) -> Sentences:
        """Those of ``doc``, looked up once."""
        found: Sentences | None = doc.user_data.get("lupus_sentences")
        if found is None:
            found = cls(tuple(sent.start_char for sent in doc.sents), len(text_of(doc)))
            doc.user_data["lupus_sentences"] = found
        return found

    def at(self, offset: int) -> int:
        """The number of the sentence that holds the character."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def bounds(self, number: int) -> tuple[int, int]:
        """First character and one past the last of sentence ``number``."""
        following = number + 1
        return (
            self.starts[number],
            self.starts[following] if following < len(self.starts) else self.length,
        )


@dataclass(frozen=True, slots=True)
class _Meaning:
    kind: str
    rule: ConceptRule | None
    term: Term


def _meanings(rules: RulePack) -> Iterator[_Meaning]:
    groups: tuple[tuple[str, tuple[ConceptRule, ...]], ...] = (
        ("diagnosis", rules.diagnoses.diagnoses),
        ("therapy", rules.therapies.therapies),
        ("measurement", rules.measurements.measurements),
        ("status", rules.statuses.statuses),
    )
    for kind, group in groups:
        for rule in group:
            for term in rule.terms:
                yield _Meaning(kind, rule, term)
    for term in rules.diagnoses.allergens:
        yield _Meaning("allergen", ALLERGEN, term)
    for lookalike in rules.lookalikes:
        for term in lookalike.terms:
            yield _Meaning("lookalike", None, term)


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


class NoteWords:
    """Which patterns a note holds anywhere; each is searched once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._held: dict[str, bool] = {}

    def holds(self, pattern: str) -> bool:
        """Whether the pattern is found in the note."""
        if pattern not in self._held:
            self._held[pattern] = bool(_regex(pattern).search(self.text))
        return self._held[pattern]


def admits(term: Term, note: NoteWords, start: int, end: int, sentence: tuple[int, int]) -> bool:
    """Whether the term's gates let the note's ``[start, end)`` stand for its concept."""
    text = note.text
    before = text[max(sentence[0], start - _BESIDE) : start]
    after = text[end : min(len(text), end + _BESIDE)]
    if any(_regex(p).search(before) for p in term.unless_before):
        return False
    if any(_regex(p).search(after) for p in term.unless_after):
        return False
    if term.only_before and not any(_regex(p).search(before) for p in term.only_before):
        return False
    if term.only_after and not any(_regex(p).search(after) for p in term.only_after):
        return False
    if any(note.holds(p) for p in term.unless_in_note):
        return False
    if term.only_in_note and not any(note.holds(p) for p in term.only_in_note):
        return False
    if not (term.unless_near or term.only_near or term.only_around):
        return True
    around = text[sentence[0] : start] + " \0 " + text[end : sentence[1]]
    if any(_regex(p).search(around) for p in term.unless_near):
        return False
    if term.only_near and not any(_regex(p).search(around) for p in term.only_near):
        return False
    wider = text[max(0, sentence[0] - _LEADING) : sentence[0]] + around
    return not term.only_around or any(_regex(p).search(wider) for p in term.only_around)


class TargetFinder:
    """Writes ``doc._.targets`` and the span group that ConText works on."""

    def __init__(self, nlp: Language, rules: RulePack) -> None:
        self._strings = nlp.vocab.strings
        self._any_case = CompactMatcher(nlp, "LOWER")
        self._exact = CompactMatcher(nlp, "ORTH")
        for matcher, case in ((self._any_case, "any"), (self._exact, "exact")):
            matcher.add(
                [
                    TargetRule(literal=m.term.text, category=m.kind, metadata={"meaning": m})
                    for m in _meanings(rules)
                    if m.term.case == case
                ]
            )

    def __call__(self, doc: Doc) -> Doc:
        note, sentences = NoteWords(text_of(doc)), Sentences.of(doc)
        meanings: dict[Match, list[_Meaning]] = {}
        for matcher in (self._any_case, self._exact):
            for rule, start, end in matcher(doc):
                meaning = matcher.rule_map[self._strings[rule]].metadata["meaning"]
                first, last = doc[start].idx, doc[end - 1].idx + len(doc[end - 1])
                bounds = sentences.bounds(sentences.at(first))
                if admits(meaning.term, note, first, last, bounds):
                    meanings.setdefault((0, start, end), []).append(meaning)
        targets: list[Target] = []
        spans: list[Span] = []
        for match in longest(meanings):
            for meaning in _distinct(meanings[match]):
                span = Span(doc, match[1], match[2], label=meaning.kind)
                if meaning.rule is None or _is_synonym(note.text, targets, meaning, span):
                    continue
                targets.append(
                    Target(
                        kind=meaning.kind,
                        concept=meaning.rule.concept,
                        start=span.start_char,
                        end=span.end_char,
                        sentence=sentences.at(span.start_char),
                        rule_id=f"{meaning.kind}.{meaning.rule.concept}",
                        rule=meaning.rule,
                        term=meaning.term,
                    )
                )
                spans.append(span)
        doc._.targets = tuple(targets)
        doc.spans[GROUP] = spans
        return doc


def _is_synonym(text: str, found: list[Target], meaning: _Meaning, span: Span) -> bool:
    """Whether a drug's other name stands in brackets behind it: "mycophenolate (CellCept)"."""
    if not found or meaning.kind != "therapy" or meaning.rule is None:
        return False
    previous = found[-1]
    same = (previous.kind, previous.concept) == (meaning.kind, meaning.rule.concept)
    opening = text[previous.end : span.start_char].strip() == "("
    return same and opening and text[span.end_char : span.end_char + 1] == ")"


def _distinct(meanings: list[_Meaning]) -> list[_Meaning]:
    """One meaning a concept, in the order of the rule files.

    Where a look-alike stands nothing but an allergen: a drug that is no fact can be one's allergy.
    """
    if any(meaning.kind == "lookalike" for meaning in meanings):
        meanings = [meaning for meaning in meanings if meaning.kind == "allergen"]
    seen: dict[tuple[str, str], _Meaning] = {}
    for meaning in meanings:
        if meaning.rule is not None:
            seen.setdefault((meaning.kind, meaning.rule.concept), meaning)
    return list(seen.values())


@Language.factory(
    "lupus_targets",
    requires=["doc.sents"],
    assigns=["doc._.targets", "doc.spans"],
    default_config={"rules": SHIPPED},
)
def create_target_finder(nlp: Language, name: str, rules: str) -> TargetFinder:
    """The finder over the rule pack of that version."""
    return TargetFinder(nlp, rule_pack(rules))
