"""What the sentence of a disease tells of its answer to treatment as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from abstraction.facts import Response
from abstraction.pipeline.mention_sentence import MENTION, MentionSentence
from abstraction.pipeline.page import Page
from abstraction.pipeline.parts import Part
from abstraction.pipeline.targets import Target
from nlp_rules.schema import AnswerToTreatmentRule


@dataclass(frozen=True, slots=True)
class DiseaseAnswer:
    """The answer, and the characters that tell it."""

    response: Response
    part: Part


@dataclass(frozen=True, slots=True)
class _Rule:
    concepts: frozenset[str]
    response: Response
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class DiseaseAnswers:
    """Reads the answer of a disease to its treatment out of the sentence it stands in."""

    rules: tuple[_Rule, ...]

    @classmethod
    @cache
    def by(cls, rules: tuple[AnswerToTreatmentRule, ...]) -> DiseaseAnswers:
        """The reader that the rules make."""
        return cls(
            tuple(
                _Rule(
                    frozenset(rule.concepts),
                    rule.response,
                    tuple(re.compile(pattern, re.IGNORECASE) for pattern in rule.patterns),
                    tuple(re.compile(pattern, re.IGNORECASE) for pattern in rule.unless),
                )
                for rule in rules
            )
        )

    def of(self, page: Page, target: Target) -> DiseaseAnswer | None:
        """The answer that the sentence tells of this mention; None where it tells none, or two.

        Words beyond another mention are that one's, and a response that is denied is none.
        """
        rules = [rule for rule in self.rules if target.concept in rule.concepts]
        if not rules:
            return None
        around = MentionSentence.of(page, target)
        found = [
            (rule.response, *match.span())
            for rule in rules
            for match in _matches(rule, around.text)
        ]
        failing = [one for one in found if one[0] == "inadequate"]
        standing = [
            one
            for one in found
            if one[0] == "inadequate"
            or not any(_share(one[1:], (start, end)) for _, start, end in failing)
        ]
        if len({response for response, _, _ in standing}) != 1:
            return None
        response, start, end = standing[0]
        return DiseaseAnswer(response, around.cue(start, end))


def _matches(rule: _Rule, sentence: str) -> Iterator[re.Match[str]]:
    if any(pattern.search(sentence) for pattern in rule.unless):
        return
    for pattern in rule.patterns:
        if match := pattern.search(sentence):
            yield match


def _share(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether the stretches share more than the mention itself."""
    return min(one[1], other[1]) - max(one[0], other[0]) > len(MENTION)
