"""Denials that mean more because of what is denied beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from abstraction.chart import Chart
from abstraction.facts import Fact
from abstraction.notes import Frozen
from abstraction.statements import Stance, stance
from criteria_engine.expressions.claims import Statement
from criteria_engine.logic import Truth
from criteria_engine.vocabulary import Diagnoses


class DeniedBeside(Frozen):
    """A denial of ``diagnoses`` that stands within so many ``characters`` of a denial of one ``of``
    these, in the same note.

    "No seizures, no head injury" is a history and denies epilepsy; "no seizures" among today's
    symptoms is none.
    """

    diagnoses: Annotated[Diagnoses, Field(min_length=1)]
    of: Annotated[Diagnoses, Field(min_length=1)]
    characters: Annotated[int, Field(gt=0)]

    def denials(self, chart: Chart) -> Iterator[Statement]:
        """Each such denial, as a statement against the finding."""
        neighbours = [fact for fact in chart.of("diagnosis", self.of) if _denied(fact)]
        for fact in chart.of("diagnosis", self.diagnoses):
            if _denied(fact) and any(self._beside(fact, other) for other in neighbours):
                yield Statement(fact, Truth.FALSE)

    def _beside(self, one: Fact, other: Fact) -> bool:
        gap = max(one.span.start, other.span.start) - min(one.span.end, other.span.end)
        return one.note_id == other.note_id and gap <= self.characters


def _denied(fact: Fact) -> bool:
    return stance(fact) is Stance.DENIED
