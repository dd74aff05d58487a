"""The registered text against the criteria: what they claim of it, and what nobody claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from criteria_engine.draft import Draft
from criteria_engine.linting.check import Problem
from criteria_engine.registered import Claim, Passage, claims
from criteria_engine.wording import shortened


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where each claimed sentence stands, and what of the lists of criteria no claim holds.

    ``sentences`` is how many sentences and bulleted passages the lists have.
    """

    claims: tuple[Claim, ...]
    unclaimed: tuple[Passage, ...]
    sentences: int

    @property
    def is_whole(self) -> bool:
        """Whether every sentence is claimed, and every claim stands in the text."""
        return not self.unclaimed and all(claim.passage for claim in self.claims)


def coverage(draft: Draft) -> Coverage:
    """What the criteria claim of the draft's registered text."""
    text = draft.registered
    if text is None:
        return Coverage((), (), 0)
    found = claims(text, (told for one in draft.criteria for told in one.claimed))
    unclaimed = text.unclaimed(claim.passage for claim in found if claim.passage)
    return Coverage(found, unclaimed, text.sentences)


def unclaimed_text(draft: Draft) -> Iterator[Problem]:
    """Sentences of the registered text that no criterion claims: nobody would decide them."""
    for passage in coverage(draft).unclaimed:
        says = (
            f"column {passage.column}, characters {passage.start} to {passage.end}: no criterion "
            f'claims "{shortened(passage.text, 160)}"; quote it under `registered`'
        )
        yield Problem("unclaimed-text", "warning", draft.text_name, passage.line, says)
