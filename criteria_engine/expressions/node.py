"""The common ground of all expressions: the case they judge and the result they give.

The result is the trace: a tree of what was asked, how it was answered, by which facts, and what
was missing.  Nothing is logged beside it.  What only a reader needs of it, the words, is worked
out for the first who asks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, overload

from abstraction.chart import Chart
from abstraction.dates import Window
from abstraction.facts import Fact
from abstraction.notes import Frozen
from criteria_engine.assessment import AnchorName, Anchors, Basis, EvidenceReference, Missing
from criteria_engine.expressions.events import Event
from criteria_engine.expressions.ways import Ways
from criteria_engine.logic import Truth

if TYPE_CHECKING:
    from criteria_engine.expressions.timing import Period


@dataclass(frozen=True, slots=True)
class Case:
    """What a protocol is held against: one chart, and the days its windows are counted from.

    ``events`` are the anchors that the chart itself dates where no day is given for them;
    ``periods`` are the days of the windows that were asked for, by their identity.
    """

    chart: Chart
    anchors: Anchors
    events: Mapping[AnchorName, Event] = field(default_factory=dict)
    periods: dict[int, Period | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def anchor(self, name: AnchorName) -> Window | None:
        """The days on which the anchor may lie; None where nothing gives it a day."""
        day = self.anchors.day(name)
        if day is not None:
            return Window(day, day)
        event = self.events.get(name)
        return event.days(self.chart, self.anchors.screening) if event else None


class Aside(NamedTuple):
    """A fact that belongs to the question but does not count, and why not."""

    fact: Fact
    why: str


@dataclass(frozen=True, slots=True)
class Account:
    """What a reader is told of an answer, beside the facts and the parts that it rests on.

    ``topic`` is what it is about, in a word or two; ``for_a_person`` marks a question that is open
    by design, of which a summary need only name the topic.  ``decisive`` are the parts that settle
    the truth or keep it open; ``ways`` tells which of them could still settle it.  ``noted`` are
    facts that speak otherwise and did not change the answer: evidence all the same.  With
    ``asks_no_more`` nothing that the parts miss is asked for.
    """

    op: str
    asks: str
    reason: str
    topic: str = ""
    for_a_person: bool = False
    asides: Sequence[Aside] = ()
    missing: tuple[Missing, ...] = ()
    action: str | None = None
    decisive: tuple[Result, ...] = ()
    ways: Ways | None = None
    noted: tuple[Fact, ...] = ()
    asks_no_more: bool = False


@dataclass(frozen=True, eq=False)
class Result:
    """The answer to one expression: its truth, and what that rests on.

    ``basis`` says what a decided answer rests on, or why an unknown one is unknown.  ``tell``
    words the answer; ``told`` is what it says, worked out for the first reader.
    """

    truth: Truth
    basis: Basis
    tell: Callable[[], Account]
    facts_for: tuple[Fact, ...] = ()
    facts_against: tuple[Fact, ...] = ()
    children: Sequence[Result] = ()

    @cached_property
    def told(self) -> Account:
        """The answer in words, worked out once."""
        return self.tell()

    @property
    def reason(self) -> str:
        """Why it is so, in a sentence."""
        return self.told.reason

    @property
    def asides(self) -> Sequence[Aside]:
        """The facts that do not count."""
        return self.told.asides

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What would settle it."""
        return self.told.missing

    @property
    def decisive(self) -> tuple[Result, ...]:
        """The parts that settle it or keep it open."""
        return self.told.decisive

    def retold(self, change: Callable[[Account], Account], basis: Basis | None = None) -> Result:
        """The same answer in other words, and on another basis where one is given."""
        return Result(
            self.truth,
            basis or self.basis,
            lambda: change(self.told),
            self.facts_for,
            self.facts_against,
            self.children,
        )

    @property
    def is_silent(self) -> bool:
        """Whether it is unknown because the chart says nothing of it."""
        return self.truth is Truth.UNKNOWN and self.basis == "silent"

    @property
    def has_evidence(self) -> bool:
        """Whether any fact stands in the evidence."""
        if self.truth is not Truth.UNKNOWN:
            return bool(self.evidence())
        own = self.facts_for or self.facts_against
        return bool(own) or any(child.has_evidence for child in self.children)

    def evidence(self) -> tuple[Fact, ...]:
        """The facts that decided, or, where nothing is decided, the facts of both sides."""
        found: dict[tuple[str, str, int, int], Fact] = {}
        self._gather(found)
        return tuple(found.values())

    def _gather(self, found: dict[tuple[str, str, int, int], Fact]) -> None:
        """Add the evidence, each place of a note once."""
        below: Iterable[Result] = self.decisive
        if self.truth is Truth.UNKNOWN:
            own = self.facts_for + self.facts_against
            below = self.children
        else:
            own = self.facts_for if self.truth is Truth.TRUE else self.facts_against
        for fact in own:
            found.setdefault(_key(fact), fact)
        for child in below:
            child._gather(found)
        for fact in self.told.noted:
            found.setdefault(_key(fact), fact)

    def trace(self, *, asks_more: bool = True) -> dict[str, Any]:
        """The tree as JSON data; without ``asks_more`` nothing that is missing stands in it."""
        told = self.told
        data: dict[str, Any] = {
            "op": told.op,
            "asks": told.asks,
            "truth": self.truth.word,
            "basis": self.basis,
            "reason": told.reason,
            "for": [_place(fact) for fact in self.facts_for],
            "against": [_place(fact) for fact in self.facts_against],
            "aside": [
                *({**_place(aside.fact), "why": aside.why} for aside in told.asides),
                *({**_place(fact), "why": "also documented"} for fact in told.noted),
            ],
            "missing": [{"concept": one.concept, "why": one.why} for one in told.missing]
            if asks_more
            else [],
        }
        if told.topic:
            data["topic"] = told.topic
        if told.action:
            data["action"] = told.action
        if told.ways:
            data["ways"] = told.ways.trace()
        if self.children:
            decisive = {id(child) for child in told.decisive}
            asks_more = asks_more and not told.asks_no_more
            data["of"] = [child.trace(asks_more=asks_more) for child in self.children]
            data["settled_by"] = [
                place for place, child in enumerate(self.children) if id(child) in decisive
            ]
        return data


class Asked(Protocol):
    """Something that has an answer for a case."""

    def evaluate(self, case: Case) -> Result:
        """The answer for one case."""
        ...


class Parts(Sequence[Result]):
    """The answers to several expressions, each worked out when it is first asked for.

    What already settles a question is all that is asked to judge it; a reader sees every part.
    """

    def __init__(self, asked: Sequence[Asked], case: Case) -> None:
        self._asked = asked
        self._case = case
        self._known: list[Result | None] = [None] * len(asked)

    def __len__(self) -> int:
        return len(self._asked)

    def __iter__(self) -> Iterator[Result]:
        return map(self.at, range(len(self._asked)))

    def at(self, place: int) -> Result:
        """The answer to the expression that stands there."""
        known = self._known[place]
        if known is None:
            known = self._known[place] = self._asked[place].evaluate(self._case)
        return known

    @overload
    def __getitem__(self, place: int) -> Result: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Result]: ...

    def __getitem__(self, place: int | slice) -> Result | Sequence[Result]:
        return tuple(self)[place]


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
    span = fact.span
    return EvidenceReference(fact.fact_id, fact.note_id, span.start, span.end, span.text)


def _place(fact: Fact) -> dict[str, Any]:
    span = fact.span
    return {
        "fact_id": fact.fact_id,
        "note_id": fact.note_id,
        "start": span.start,
        "end": span.end,
        "text": span.text,
    }


def _key(fact: Fact) -> tuple[str, str, int, int]:
    return fact.fact_id, fact.note_id, fact.span.start, fact.span.end
