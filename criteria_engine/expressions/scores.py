"""A score of weighted items against a number of points, with what the open items may add.

Each item is a question of its own; its answer, its facts and what it misses stand in the trace.
A total that a note states is evidence, not proof: it is shown, and told where it cannot be right.
Its whole break-down answers the items that nothing else settles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Literal, NamedTuple, Self

from pydantic import Field, model_validator

from abstraction.facts import MeasurementFact
from abstraction.notes import Frozen
from abstraction.statements import Stance
from criteria_engine import logic
from criteria_engine.assessment import Basis, Missing
from criteria_engine.expressions.combining import OPENNESS
from criteria_engine.expressions.node import Account, Aside, Asked, Case, Node, Parts, Result
from criteria_engine.expressions.score_items import AskedItem
from criteria_engine.expressions.timing import (
    Timing,
    anchor_day,
    counts,
    timing_prose,
    window_on,
)
from criteria_engine.logic import Truth
from criteria_engine.scores.instrument import Instrument, Item, instrument
from criteria_engine.scores.totals import Total, counted, total
from criteria_engine.wording import date_text, joined, listed


class Part(Frozen):
    """Points that must come from some of the items: one group or item, or several."""

    of: tuple[str, ...] = Field(min_length=1)
    at_least: int = Field(ge=1)


class Score(Node):
    """An instrument's total of so many points, from the items in a window.

    ``without`` leaves out items, or whole groups of them; ``parts`` ask for points from some.
    """

    op: Literal["score"] = "score"
    instrument: str
    within: Timing
    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=0)
    without: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a score needs at_least or at_most")
        scored = instrument(self.instrument, self.within)
        scored.named((*self.without, *(name for part in self.parts for name in part.of)))
        return self

    def evaluate(self, case: Case) -> Result:
        scored = self._scored
        doubt = scored.doubted_by.evaluate(case) if scored.doubted_by else None
        stated = self._stated(scored, case)
        break_down = _whole_break_down(stated)
        asked: list[Asked] = [scored.entry.present] if scored.entry else []
        first = len(asked)
        items = (AskedItem(item, doubt, break_down) for item in scored.items)
        parts = Parts([*asked, *items], case)
        entry = parts.at(0) if scored.entry else None
        truth = self._truth(entry, (parts.at(first + place).truth for place in self._places))

        def answers() -> tuple[_Answer, ...]:
            return tuple(map(_Answer, scored.items, tuple(parts)[first:]))

        return Result(
            truth,
            "documented" if truth.known else _openness(entry, self._counting(answers())),
            lambda: self._account(truth, entry, answers(), stated),
            facts_for=() if truth.known else tuple(stated),
            children=parts,
        )

    @cached_property
    def _scored(self) -> Instrument:
        return instrument(self.instrument, self.within)

    @cached_property
    def _places(self) -> tuple[int, ...]:
        """Where the items stand that are not left out."""
        left_out = self._scored.named(self.without)
        items = enumerate(self._scored.items)
        return tuple(place for place, item in items if item.id not in left_out)

    def _counting[T](self, of_items: Sequence[T]) -> tuple[T, ...]:
        return tuple([of_items[place] for place in self._places])

    def _truth(self, entry: Result | None, truths: Iterable[Truth]) -> Truth:
        """Whether the points are reached; no more items are asked than settle it."""
        items = self._counting(self._scored.items)
        found: list[Truth] = []
        truth = self._weighed(entry, items, found)
        for one in truths if not truth.known else ():
            found.append(one)
            if one is Truth.TRUE or len(found) == len(items):
                truth = self._weighed(entry, items, found)
                if truth.known:
                    break
        return truth

    def _weighed(
        self, entry: Result | None, items: Sequence[Item], truths: Sequence[Truth]
    ) -> Truth:
        """What the first items come to; those after them are open."""
        open_items = [Truth.UNKNOWN] * (len(items) - len(truths))
        answers = tuple(zip(items, (*truths, *open_items), strict=True))
        return logic.all_of(
            (
                *([entry.truth] if entry else []),
                *self._limits(total(self._scored, answers)),
                *(of_part.reaches(part.at_least) for part, of_part in self._points(answers)),
                *_one_of(self._scored, answers),
            )
        )

    def _account(
        self,
        truth: Truth,
        entry: Result | None,
        answers: tuple[_Answer, ...],
        stated: list[MeasurementFact],
    ) -> Account:
        scored = self._scored
        counting = self._counting(answers)
        points = total(scored, _truths(counting))
        whole = total(scored, _truths(answers))
        differing = [one for one in stated if not _fits(one, whole)]
        found = joined(
            (
                self._told(scored, points, counting),
                *(
                    _told_of_part(part, of_part, scored)
                    for part, of_part in self._points(_truths(counting))
                ),
                f"{scored.entry.name}: {entry.reason}" if scored.entry and entry else "",
                *(f"a note states {_number(one)} {date_text(one)}" for one in stated),
                "which the items contradict" if differing else "",
            )
        )
        return Account(
            op=self.op,
            asks=self.asked,
            reason=found,
            topic=scored.name,
            asides=_stated_asides(stated, differing) if truth.known else (),
            missing=() if truth.known else self._missing(scored, points, entry, counting),
            decisive=_decisive(truth, entry, counting),
            asks_no_more=truth.known,
        )

    def prose(self) -> str:
        scored = self._scored
        limits = [f"{self.at_least} or more"] if self.at_least is not None else []
        limits += [f"{self.at_most} or less"] if self.at_most is not None else []
        text = f"{scored.name} of {' and '.join(limits)} ({timing_prose(self.within)})"
        if self.without:
            text += f", without {_names(self.without, scored)}"
        for part in self.parts:
            text += f", {part.at_least} or more of them from {_names(part.of, scored)}"
        return text

    def _limits(self, points: Total) -> Iterable[Truth]:
        if self.at_least is not None:
            yield points.reaches(self.at_least)
        if self.at_most is not None:
            yield points.stays_at_most(self.at_most)

    def _points(self, answers: _Truths) -> Iterable[tuple[Part, Total]]:
        """The points of each part that is asked for."""
        for part in self.parts:
            items = self._scored.named(part.of)
            yield part, total(self._scored, (one for one in answers if one[0].id in items))

    def _stated(self, scored: Instrument, case: Case) -> list[MeasurementFact]:
        """The totals that notes state of the window, the patient's own."""
        day = anchor_day(case.anchors, self.within)
        if day is None:
            return []
        return [
            fact
            for _, fact, position, _ in case.chart.tellings(MeasurementFact, (scored.stated_as,))
            if fact.value.number is not None
            and position is Stance.AFFIRMED
            and counts(fact, window_on(day, self.within)) is Truth.TRUE
        ]

    def _told(self, scored: Instrument, points: Total, counting: tuple[_Answer, ...]) -> str:
        present = [one.item for one in counting if one.truth is Truth.TRUE]
        adding = counted(scored, present)
        items = ", ".join(_item_words(item, scored) for item in adding)
        beside = ", ".join(f"{one.name} {one.points}" for one in present if one not in adding)
        items += f"; not added to these: {beside}" if beside else ""
        without = f" without {_names(self.without, scored)}" if self.without else ""
        found = f" ({items})" if items else ""
        required = [f"{self.at_least} or more"] if self.at_least is not None else []
        required += [f"{self.at_most} or less"] if self.at_most is not None else []
        return f"{scored.name} {points}{without}{found}, {' and '.join(required)} required"

    def _missing(
        self,
        scored: Instrument,
        points: Total,
        entry: Result | None,
        counting: tuple[_Answer, ...],
    ) -> tuple[Missing, ...]:
        """What would settle it: the entry, and the open items, those of most points first."""
        missing = entry.missing if entry and not entry.truth.known else ()
        within_limits = logic.all_of(self._limits(points))
        if within_limits is Truth.TRUE and not self.parts and missing:
            return missing
        still_open = sorted(
            (one for one in counting if one.truth is Truth.UNKNOWN),
            key=lambda one: -one.item.points,
        )
        items = ", ".join(f"{one.item.name} {one.item.points}" for one in still_open)
        why = f"the items that are open {timing_prose(self.within)}: {items}"
        return (*missing, *((Missing(concept=scored.stated_as, why=why),) if still_open else ()))


class _Answer(NamedTuple):
    """One item with its answer."""

    item: Item
    result: Result

    @property
    def truth(self) -> Truth:
        return self.result.truth


_Truths = Sequence[tuple[Item, Truth]]


def _truths(answers: Iterable[_Answer]) -> _Truths:
    return [(one.item, one.result.truth) for one in answers]


def _whole_break_down(stated: list[MeasurementFact]) -> MeasurementFact | None:
    """The newest stated total whose items a note names all; None where two of a day differ."""
    told = [(one.date.end, one) for one in stated if one.value.items is not None and one.date]
    newest = max((day for day, _ in told), default=None)
    last = [one for day, one in told if day == newest]
    return last[0] if len({frozenset(one.value.items or ()) for one in last}) == 1 else None


def _stated_asides(stated: list[MeasurementFact], differing: list[MeasurementFact]) -> list[Aside]:
    wrong, right = (
        "a stated total that the items contradict",
        "a stated total is evidence, not proof",
    )
    return [Aside(one, wrong if one in differing else right) for one in stated]


def _item_words(item: Item, scored: Instrument) -> str:
    """The item with its points, behind its domain where only the highest of a domain counts."""
    words = f"{item.name} {item.points}"
    if scored.total != "highest_of_domain" or item.domain is None:
        return words
    domain = scored.domains.get(item.domain, item.domain.replace("_", " "))
    return words if domain == item.name else f"{domain}: {words}"


def _one_of(scored: Instrument, answers: _Truths) -> Iterable[Truth]:
    if scored.needs_one_of is not None:
        items = scored.named((scored.needs_one_of,))
        yield logic.any_of([truth for item, truth in answers if item.id in items])


def _fits(stated: MeasurementFact, whole: Total) -> bool:
    number = stated.value.number
    return number is not None and whole.least <= number <= whole.most


def _number(stated: MeasurementFact) -> str:
    return f"{stated.value.number:g}"


def _told_of_part(part: Part, points: Total, scored: Instrument) -> str:
    return f"{points} from {_names(part.of, scored)}, {part.at_least} or more required"


def _names(names: tuple[str, ...], scored: Instrument) -> str:
    known = {item.id: item.name for item in scored.items} | scored.groups
    return listed(known[name] for name in names)


def _decisive(
    truth: Truth, entry: Result | None, counting: tuple[_Answer, ...]
) -> tuple[Result, ...]:
    """The parts that made it so: what is present, or absent, or, where it is open, all open."""
    parts = [*([entry] if entry else []), *(one.result for one in counting)]
    if truth is Truth.FALSE and entry is not None and entry.truth is Truth.FALSE:
        return (entry,)
    return tuple(part for part in parts if part.truth is truth)


def _openness(entry: Result | None, counting: tuple[_Answer, ...]) -> Basis:
    """Why the items that the chart speaks of are open."""
    decisive = _decisive(Truth.UNKNOWN, entry, counting)
    spoken = {one.basis for one in decisive if not one.is_silent}
    return next((basis for basis in OPENNESS if basis in spoken), "silent")
