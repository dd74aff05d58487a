"""How severe the sentence of a disease says that it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from abstraction.facts import Severity
from abstraction.pipeline.mention_sentence import MentionSentence
from abstraction.pipeline.page import Page
from abstraction.pipeline.parts import Part
from abstraction.pipeline.targets import Target
from nlp_rules.schema import SeverityRule


@dataclass(frozen=True, slots=True)
class ToldSeverity:
    """The severity, and the characters that tell it."""

    severity: Severity
    part: Part


@dataclass(frozen=True, slots=True)
class _Rule:
    concepts: frozenset[str]
    severity: Severity
    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Severities:
    """Reads the severity of a disease out of the sentence it stands in."""

    rules: tuple[_Rule, ...]

    @classmethod
    @cache
    def by(cls, rules: tuple[SeverityRule, ...]) -> Severities:
        """The reader that the rules make."""
        return cls(
            tuple(
                _Rule(
                    frozenset(rule.concepts),
                    rule.severity,
                    tuple(re.compile(pattern, re.IGNORECASE) for pattern in rule.patterns),
                )
                for rule in rules
            )
        )

    def of(self, page: Page, target: Target) -> ToldSeverity | None:
        """What the sentence tells of this mention; None where it tells none, or several."""
        if target.term is not None and target.term.severity is not None:
            return ToldSeverity(target.term.severity, ("cue", target.start, target.end))
        rules = [rule for rule in self.rules if target.concept in rule.concepts]
        if not rules:
            return None
        around = MentionSentence.of(page, target)
        found = [
            (rule.severity, match)
            for rule in rules
            for pattern in rule.patterns
            if (match := pattern.search(around.text))
        ]
        if len({severity for severity, _ in found}) != 1:
            return None
        severity, match = found[0]
        return ToldSeverity(severity, around.cue(*match.span()))
