"""Whether a finding is told to be of another cause than lupus: "the arthritis is gout".

Such a finding counts for no activity of lupus, and is no denial of it either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from abstraction.pipeline.parts import Part
from nlp_rules.loader import Cues

_LEAD = 40
"""Characters before a finding in which an adjective of its cause stands."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Reads the cause of a finding by ``context.yaml``."""

    concepts: frozenset[str]
    behind: re.Pattern[str]
    before: re.Pattern[str]

    @classmethod
    def of(cls, words: Cues) -> Attribution:
        """The words of the rules as two patterns, one for each side of a finding."""
        diseases, agents = words.other_diseases, words.other_agents
        caused = rf"{words.cause_leads}(?:{diseases}|{agents})"
        told = rf"{words.cause_gap}(?:{caused}|{words.cause_is}{diseases})"
        return cls(
            frozenset(words.attributable),
            re.compile(rf"{told}|{words.cause_names}", re.IGNORECASE),
            re.compile(words.cause_before, re.IGNORECASE),
        )

    def elsewhere(
        self, text: str, concept: str, place: tuple[int, int], sentence: tuple[int, int]
    ) -> Part | None:
        """The words that give the finding at ``place`` another cause, in its sentence."""
        if concept not in self.concepts:
            return None
        start, end = place
        found = self.behind.match(text, end, sentence[1]) or self.before.search(
            text, max(sentence[0], start - _LEAD), start
        )
        return ("cue", found.start(), found.end()) if found else None
