"""A score of weighted items against a number of points, with what the open items may add.

Each item is a question of its own; its answer, its facts and what it misses stand in the trace.
A total that a note states is evidence, not proof: it is shown, and told where it cannot be right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, Self

from pydantic import Field, model_validator

from abstraction.facts import MeasurementFact
from abstraction.notes import Frozen
from abstraction.statements import Stance, stance
from criteria_engine import logic
from criteria_engine.assessment import Basis, Missing
from criteria_engine.expressions.boolean import OPENNESS
from criteria_engine.expressions.node import Aside, Case, Node, Result
from criteria_engine.expressions.timing import (
    Timing,
    anchor_day,
    counts,
    timing_prose,
    window_on,
)
from criteria_engine.logic import Truth
from criteria_engine.scores.instrument import Instrument, Item, instrument
from criteria_engine.scores.totals import Total, total
from criteria_engine.wording import date_text, joined, listed, sentence


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
        scored = instrument(self.instrument, self.within)
        left_out = scored.named(self.without)
        doubt = scored.doubted_by.evaluate(case) if scored.doubted_by else None
        answers = tuple(_answer(item, doubt, case) for item in scored.items)
        counting = tuple(one for one in answers if one.item.id not in left_out)
        entry = scored.entry.present.evaluate(case) if scored.entry else None
        points = total(scored, ((one.item, one.truth) for one in counting))
        parts = tuple((part, self._points_of(part, scored, counting)) for part in self.parts)
        conditions = [
            *([entry.truth] if entry else []),
            *self._limits(points),
            *(of_part.reaches(part.at_least) for part, of_part in parts),
            *_one_of(scored, counting),
        ]
        truth = logic.all_of(conditions)
        stated = self._stated(scored, case)
        whole = total(scored, ((one.item, one.truth) for one in answers))
        differing = [one for one in stated if not _fits(one, whole)]
        found = joined(
            (
                self._told(scored, points, counting),
                *(_told_of_part(part, of_part, scored) for part, of_part in parts),
                f"{scored.entry.name}: {entry.reason}" if scored.entry and entry else "",
                *(f"a note states {_number(one)} {date_text(one)}" for one in stated),
                "which the items contradict" if differing else "",
            )
        )
        children = (*([entry] if entry else []), *(one.result for one in answers))
        decisive = _decisive(truth, entry, counting)
        return Result(
            op=self.op,
            asks=self.asked,
            truth=truth,
            basis=_basis(truth, decisive),
            reason=found,
            topic=scored.name,
            facts_for=tuple(stated) if truth is Truth.UNKNOWN else (),
            asides=tuple(
                Aside(
                    one,
                    "a stated total that the items contradict"
                    if one in differing
                    else "a stated total is evidence, not proof",
                )
                for one in stated
                if truth.known
            ),
            missing=() if truth.known else self._missing(scored, points, entry, counting),
            children=children,
            decisive=decisive,
        )

    def prose(self) -> str:
        scored = instrument(self.instrument, self.within)
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

    def _points_of(self, part: Part, scored: Instrument, counting: tuple[_Answer, ...]) -> Total:
        items = scored.named(part.of)
        return total(scored, ((one.item, one.truth) for one in counting if one.item.id in items))

    def _stated(self, scored: Instrument, case: Case) -> list[MeasurementFact]:
        """The totals that notes state of the window, the patient's own."""
        day = anchor_day(case.anchors, self.within)
        if day is None:
            return []
        return [
            fact
            for fact in case.chart.of("measurement", (scored.stated_as,))
            if isinstance(fact, MeasurementFact)
            and fact.value.number is not None
            and stance(fact) is Stance.AFFIRMED
            and counts(fact, window_on(day, self.within)) is Truth.TRUE
        ]

    def _told(self, scored: Instrument, points: Total, counting: tuple[_Answer, ...]) -> str:
        present = [one for one in counting if one.truth is Truth.TRUE]
        items = ", ".join(f"{one.item.name} {one.item.points}" for one in present)
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


@dataclass(frozen=True, slots=True)
class _Answer:
    """One item with its answer."""

    item: Item
    result: Result

    @property
    def truth(self) -> Truth:
        return self.result.truth


def _answer(item: Item, doubt_of_all: Result | None, case: Case) -> _Answer:
    """Whether the item is present; open where something else may explain it."""
    present = item.present.evaluate(case)
    asks = f"{sentence(item.name)}, {item.points} points: {present.asks}"
    own = item.doubted_by.evaluate(case) if item.doubted_by else None
    doubt = next((one for one in (doubt_of_all, own) if one and one.truth is Truth.TRUE), None)
    if doubt is None or present.truth is not Truth.TRUE:
        return _Answer(item, replace(present, asks=asks, topic=item.name))
    reason = f"{present.reason}; {doubt.reason}, which may explain it"
    open_item = Result(
        op=present.op,
        asks=asks,
        truth=Truth.UNKNOWN,
        basis="judgement",
        reason=reason,
        topic=item.name,
        missing=(Missing(concept=item.id, why=f"whether {item.name} is due to the disease"),),
        children=(present, doubt),
        decisive=(present, doubt),
    )
    return _Answer(item, open_item)


def _one_of(scored: Instrument, counting: tuple[_Answer, ...]) -> Iterable[Truth]:
    if scored.needs_one_of is not None:
        items = scored.named((scored.needs_one_of,))
        yield logic.any_of(one.truth for one in counting if one.item.id in items)


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


def _basis(truth: Truth, decisive: tuple[Result, ...]) -> Basis:
    """Documented when decided; else why the items that the chart speaks of are open."""
    if truth.known:
        return "documented"
    spoken = {one.basis for one in decisive if not one.is_silent}
    return next((basis for basis in OPENNESS if basis in spoken), "silent")
