"""How long a disease has been known: a history of at least so long before an anchor."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from abstraction.facts import DiagnosisFact
from abstraction.statements import Stance, stance, when
from criteria_engine.assessment import AnchorName, Basis, Missing
from criteria_engine.expressions.node import Account, Aside, Case, Node, Result
from criteria_engine.expressions.timing import Span, anchor_words
from criteria_engine.logic import Truth
from criteria_engine.vocabulary import Diagnoses
from criteria_engine.wording import date_text, joined, label, sentence


class KnownSince(Node):
    """Whether one of the diagnoses is at least so old at the anchor.

    A day on which it was so shows that it had begun by then.  Only a told onset can show that it
    is younger.
    """

    op: Literal["known_since"] = "known_since"
    name: str
    diagnoses: Annotated[Diagnoses, Field(min_length=1)]
    at_least: Span
    before: AnchorName = "screening"

    def evaluate(self, case: Case) -> Result:
        day = case.anchors.day(self.before)
        if day is None:
            gap = Missing(concept=self.before, why="the date the history is counted to")
            return self._told(Truth.UNKNOWN, "anchor", [], [], [], "the anchor has no date", gap)
        latest = self.at_least.back_from(day).start
        assert latest is not None
        longer: list[DiagnosisFact] = []
        younger: list[DiagnosisFact] = []
        asides: list[Aside] = []
        for fact in case.chart.of("diagnosis", self.diagnoses):
            assert isinstance(fact, DiagnosisFact)
            if stance(fact) is not Stance.AFFIRMED:
                asides.append(Aside(fact, stance(fact).value))
            elif (by := _begun_by(fact)) is not None and by <= latest:
                longer.append(fact)
            elif fact.onset is not None and fact.onset.start > latest:
                younger.append(fact)
            else:
                asides.append(Aside(fact, "does not tell since when"))
        if longer and younger:
            both = "told both as older and as younger"
            return self._told(Truth.UNKNOWN, "conflicting", longer, younger, asides, both)
        if longer:
            return self._told(Truth.TRUE, "documented", longer, [], asides, "known")
        if younger:
            return self._told(Truth.FALSE, "documented", [], younger, asides, "begun")
        return self._told(Truth.UNKNOWN, "silent", [], [], asides, "no onset is documented")

    def prose(self) -> str:
        return f"{self.name} known for at least {self.at_least} before {anchor_words(self.before)}"

    def _told(
        self,
        truth: Truth,
        basis: Basis,
        longer: list[DiagnosisFact],
        younger: list[DiagnosisFact],
        asides: list[Aside],
        words: str,
        missing: Missing | None = None,
    ) -> Result:
        def told() -> Account:
            since = joined(f"{label(fact)} {_since_text(fact)}" for fact in (*longer, *younger))
            why = f"since when {self.name} is known"
            gap = missing or Missing(concept=self.diagnoses[0], why=why)
            return Account(
                op=self.op,
                asks=self.asked,
                reason=f"{sentence(self.name)} {words}{f' ({since})' if since else ''}, "
                f"{self.at_least} required",
                topic=f"duration of {self.name}",
                asides=asides,
                missing=() if truth.known else (gap,),
            )

        return Result(truth, basis, told, tuple(longer), tuple(younger))


def _begun_by(fact: DiagnosisFact) -> dt.date | None:
    """The day by which it had certainly begun."""
    return fact.onset.end if fact.onset else when(fact).end


def _since_text(fact: DiagnosisFact) -> str:
    if fact.onset is None:
        return date_text(fact)
    start, end = fact.onset.start, fact.onset.end
    return f"since {start}" if start == end else f"since between {start} and {end}"
