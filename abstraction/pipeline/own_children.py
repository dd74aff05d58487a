"""Whose a pregnancy is that is told beside the patient's children: "youngest child 5, not
breastfeeding" is about the mother."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from abstraction.pipeline.cues import Cue
from abstraction.pipeline.targets import Target
from nlp_rules.loader import Cues

_RELATIVES = "family"
_IS = re.compile(r"\s+(?:is|was)\s+(?:(?:also|now|currently|still)\s+)?", re.IGNORECASE)
"""Between a child that is the subject itself and what it is: "her daughter is pregnant"."""


@dataclass(frozen=True, slots=True)
class OwnChildren:
    """Reads by ``context.yaml`` which words for relatives are children, and of which concepts the
    mother alone is told."""

    concepts: frozenset[str]
    child: re.Pattern[str]

    @classmethod
    def of(cls, words: Cues) -> OwnChildren:
        """The words of the rules."""
        return cls(frozenset(words.of_mothers), re.compile(words.child, re.IGNORECASE))

    def spared(self, target: Target, cues: Sequence[Cue], text: str) -> Sequence[Cue]:
        """The cues without the children that do not make the mention somebody else's."""
        if target.concept not in self.concepts:
            return cues
        return [cue for cue in cues if not self._is_child(cue, target, text)]

    def _is_child(self, cue: Cue, target: Target, text: str) -> bool:
        if cue.category != _RELATIVES or not self.child.search(text, cue.start, cue.end):
            return False
        return not (cue.before and _IS.fullmatch(text, cue.end, target.start))
