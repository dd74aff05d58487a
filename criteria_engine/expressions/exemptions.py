"""What is exempt from a finding: a kind of it, or what lies long enough back."""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import model_validator

from abstraction.facts import Fact
from abstraction.notes import Frozen
from abstraction.statements import when
from criteria_engine.expressions.timing import Span
from criteria_engine.intervals import within
from criteria_engine.logic import Truth, all_of, negate
from criteria_engine.vocabulary import Diagnoses, Therapies


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
