"""Which mentions of a finding are of a special kind: exempt from it, or settling it."""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import model_validator

from abstraction.facts import DiagnosisFact, Fact, Response, Severity
from abstraction.notes import Frozen
from abstraction.statements import when
from criteria_engine.expressions.timing import Span
from criteria_engine.intervals import within
from criteria_engine.logic import Truth, all_of, negate
from criteria_engine.vocabulary import Diagnoses, Therapies, vocabulary
from criteria_engine.wording import joined, listed


class Exemption(Frozen):
    """Mentions that do not count, by kind and age.

    A mention of ``diagnoses`` or ``therapies`` is of the kind; one of ``may_be`` may be, because
    its concept is wider.  ``longer_ago_than`` also asks that it was so more than that before
    screening.
    """

    name: str
    diagnoses: Diagnoses = ()
    therapies: Therapies = ()
    may_be: Diagnoses = ()
    longer_ago_than: Span | None = None

    @model_validator(mode="after")
    def _exempts_something(self) -> Self:
        if not (self.diagnoses or self.therapies or self.may_be):
            raise ValueError("an exemption needs diagnoses, therapies or may_be")
        return self

    def covers(self, fact: Fact, screening: dt.date) -> Truth:
        """Whether the mention is exempt."""
        if fact.concept in (*self.diagnoses, *self.therapies):
            kind = Truth.TRUE
        else:
            kind = Truth.UNKNOWN if fact.concept in self.may_be else Truth.FALSE
        return all_of((kind, self._is_long_ago(fact, screening)))

    def prose(self) -> str:
        """For example "carcinoma in situ more than 5 years before screening"."""
        if self.longer_ago_than is None:
            return self.name
        return f"{self.name} more than {self.longer_ago_than} before screening"

    def _is_long_ago(self, fact: Fact, screening: dt.date) -> Truth:
        if self.longer_ago_than is None:
            return Truth.TRUE
        return negate(within(when(fact), self.longer_ago_than.back_from(screening)))


class MentionKind(Frozen):
    """Mentions of one kind: of a told severity, of an allergy to one of the substances, or of a
    disease that its treatment answers so."""

    severities: tuple[Severity, ...] = ()
    substances: Therapies = ()
    responses: tuple[Response, ...] = ()

    def holds(self, fact: Fact) -> bool:
        """Whether the mention is of the kind."""
        return isinstance(fact, DiagnosisFact) and (
            fact.severity in self.severities
            or fact.substance in self.substances
            or fact.response in self.responses
        )

    def prose(self) -> str:
        """For example "severe", or "to" and the names of drugs."""
        drugs = listed((vocabulary().label("therapy", one) for one in self.substances), "or")
        answers = listed((f"with {one} response" for one in self.responses), "or")
        return joined((listed(self.severities, "or"), f"to {drugs}" if drugs else "", answers))
