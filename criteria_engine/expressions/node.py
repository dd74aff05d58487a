"""The common ground of all expressions: the case they judge and the result they give.

The result is the trace: a tree of what was asked, how it was answered, by which facts, and what
was missing.  Nothing is logged beside it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from abstraction.chart import Chart
from abstraction.dates import Window
from abstraction.facts import Fact
from abstraction.notes import Frozen
from criteria_engine.assessment import AnchorName, Anchors, Basis, EvidenceReference, Missing
from criteria_engine.expressions.events import Event
from criteria_engine.expressions.ways import Ways
from criteria_engine.logic import Truth


@dataclass(frozen=True, slots=True)
class Case:
    """What a protocol is held against: one chart, and the days its windows are counted from.

    ``events`` are the anchors that the chart itself dates where no day is given for them.
    """

    chart: Chart
    anchors: Anchors
    events: Mapping[AnchorName, Event] = field(default_factory=dict)

    def anchor(self, name: AnchorName) -> Window | None:
        """The days on which the anchor may lie; None where nothing gives it a day."""
        day = self.anchors.day(name)
        if day is not None:
            return Window(day, day)
        event = self.events.get(name)
        return event.days(self.chart, self.anchors.screening) if event else None


@dataclass(frozen=True, slots=True)
class Aside:
    """A fact that belongs to the question but does not count, and why not."""

    fact: Fact
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one expression.

    ``basis`` says what a decided answer rests on, or why an unknown one is unknown.  ``topic``
    is what it is about, in a word or two; ``for_a_person`` marks a question that is open by
    design, of which a summary need only name the topic.  ``decisive`` are the children that
    settle the truth or keep it open; ``ways`` tells which of them could still settle it.
    ``noted`` are facts that speak otherwise and did not change the answer: evidence all the same.
    """

    op: str
    asks: str
    truth: Truth
    basis: Basis
    reason: str
    topic: str = ""
    for_a_person: bool = False
    facts_for: tuple[Fact, ...] = ()
    facts_against: tuple[Fact, ...] = ()
    asides: tuple[Aside, ...] = ()
    missing: tuple[Missing, ...] = ()
    action: str | None = None
    children: tuple[Result, ...] = ()
    decisive: tuple[Result, ...] = ()
    ways: Ways | None = None
    noted: tuple[Fact, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether it is unknown because the chart says nothing of it."""
        return self.truth is Truth.UNKNOWN and self.basis == "silent"

    def evidence(self) -> tuple[Fact, ...]:
        """The facts that decided, or, where nothing is decided, the facts of both sides."""
        if self.truth is Truth.UNKNOWN:
            own = self.facts_for + self.facts_against
            below = self.children
        else:
            own = self.facts_for if self.truth is Truth.TRUE else self.facts_against
            below = self.decisive
        return _once(own + tuple(fact for child in below for fact in child.evidence()) + self.noted)

    def trace(self) -> dict[str, Any]:
        """The tree as JSON data."""
        data: dict[str, Any] = {
            "op": self.op,
            "asks": self.asks,
            "truth": self.truth.word,
            "basis": self.basis,
            "reason": self.reason,
            "for": [_place(fact) for fact in self.facts_for],
            "against": [_place(fact) for fact in self.facts_against],
            "aside": [
                *({**_place(aside.fact), "why": aside.why} for aside in self.asides),
                *({**_place(fact), "why": "also documented"} for fact in self.noted),
            ],
            "missing": [{"concept": one.concept, "why": one.why} for one in self.missing],
        }
        if self.topic:
            data["topic"] = self.topic
        if self.action:
            data["action"] = self.action
        if self.ways:
            data["ways"] = self.ways.trace()
        if self.children:
            decisive = {id(child) for child in self.decisive}
            data["of"] = [child.trace() for child in self.children]
            data["settled_by"] = [
                place for place, child in enumerate(self.children) if id(child) in decisive
            ]
        return data


class Node(Frozen, ABC):
    """An expression of the protocol language: a question with a three-valued answer.

    ``computes_action`` tells that its answer says what would lift it.
    """

    computes_action: ClassVar[bool] = False

    op: str

    @abstractmethod
    def evaluate(self, case: Case) -> Result:
        """The answer for one case."""

    @abstractmethod
    def prose(self) -> str:
        """The question in plain English, without a full stop."""

    @cached_property
    def asked(self) -> str:
        """The prose, worked out once: it is told with every answer."""
        return self.prose()


def reference(fact: Fact) -> EvidenceReference:
    """Where the fact stands."""
    return EvidenceReference(**_place(fact))


def _place(fact: Fact) -> dict[str, Any]:
    span = fact.span
    return {
        "fact_id": fact.fact_id,
        "note_id": fact.note_id,
        "start": span.start,
        "end": span.end,
        "text": span.text,
    }


def _once(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    seen: dict[tuple[str, str, int, int], Fact] = {}
    for fact in facts:
        seen.setdefault((fact.fact_id, fact.note_id, fact.span.start, fact.span.end), fact)
    return tuple(seen.values())
