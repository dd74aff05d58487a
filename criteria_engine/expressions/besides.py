"""Denials that mean more because of what is denied beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from abstraction.chart import Chart
from abstraction.facts import DiagnosisFact, Fact
from abstraction.notes import Frozen
from abstraction.statements import Stance, Telling
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
        neighbours = [one.fact for one in _denied(chart, self.of)]
        for one in _denied(chart, self.diagnoses):
            if any(self._beside(one.fact, other) for other in neighbours):
                yield Statement(one, Truth.FALSE)

    def _beside(self, one: Fact, other: Fact) -> bool:
        gap = max(one.span.start, other.span.start) - min(one.span.end, other.span.end)
        return one.note_id == other.note_id and gap <= self.characters


def _denied(chart: Chart, diagnoses: Diagnoses) -> Iterator[Telling[DiagnosisFact]]:
    told = chart.tellings(DiagnosisFact, diagnoses)
    return (one for one in told if one.stance is Stance.DENIED)
