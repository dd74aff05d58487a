"""A daily dose that must have come down by the time of a window before an anchor.

Doses of different drugs are added up in milligrams of one reference drug, by the factors of
``equivalents.yaml``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from abstraction.dates import Window
from abstraction.facts import Route, TherapyFact
from abstraction.statements import Stance, stance, told
from criteria_engine import logic
from criteria_engine.assessment import Basis, Missing
from criteria_engine.equivalents import equivalents, milligrams_a_day
from criteria_engine.expressions.node import Account, Aside, Case, Node, Result
from criteria_engine.expressions.timing import Before, Span, anchor_day, anchor_words
from criteria_engine.intervals import Extent, compare, exactly, within
from criteria_engine.logic import Truth
from criteria_engine.quantities import number_text
from criteria_engine.vocabulary import Therapies, TherapyConcept
from criteria_engine.wording import few, label, listed, sentence


def has_equivalents(reference: str) -> str:
    """The reference drug; ``ValueError`` where no equivalents are known for it."""
    if reference not in equivalents():
        raise ValueError(f"{reference!r} is no reference drug of equivalents.yaml")
    return reference


class DailyDose(Node):
    """Whether the drugs together exceeded a daily dose on any day of the window.

    A dose told inside the window counts for it.  Doses told before it leave the window open, and
    so does a change whose day is not known.
    """

    computes_action: ClassVar[bool] = True

    op: Literal["daily_dose"] = "daily_dose"
    name: str
    drugs: Annotated[Therapies, Field(min_length=1)]
    above_mg: float = Field(gt=0)
    of: Annotated[TherapyConcept, AfterValidator(has_equivalents)]
    not_by_route: tuple[Route, ...] = ()
    within: Before

    def evaluate(self, case: Case) -> Result:
        day = anchor_day(case.anchors, self.within)
        doses, asides = self.doses(case)
        if day is None:
            shown = [one for one in doses if not one.denied]
            return self._told(Truth.UNKNOWN, "anchor", shown, asides, None)
        window = self.within.back_from(day)
        during = [one for one in doses if one.in_window(window)]
        others = [one for one in doses if one not in during]
        asides += [Aside(one.fact, "outside the window") for one in others]
        truth = self._weigh(during, others, window)
        basis: Basis = "documented" if truth.known else "anchor"
        return self._told(truth, basis, during or others, asides, day)

    def prose(self) -> str:
        return (
            f"{self.name} above {number_text(self.above_mg)} mg of {self.of} a day "
            f"in {self.within.prose()}"
        )

    def doses(self, case: Case) -> tuple[list[Dose], list[Aside]]:
        """Every statement on a daily dose that may count, and those that do not."""
        doses: list[Dose] = []
        asides: list[Aside] = []
        for fact in case.chart.of("therapy", self.drugs):
            assert isinstance(fact, TherapyFact)
            position = stance(fact)
            if position not in (Stance.AFFIRMED, Stance.DENIED):
                asides.append(Aside(fact, position.value))
            elif fact.route in self.not_by_route:
                asides.append(Aside(fact, "not systemic"))
            elif _is_former_dose(fact):
                asides.append(Aside(fact, "a dose that is over, which may have been changed"))
            else:
                doses.append(_dose(fact, equivalents()[self.of]))
        spoken = {(one.fact.note_id, one.fact.concept) for one in doses if one.known}
        mute = [
            one for one in doses if not one.known and (one.fact.note_id, one.fact.concept) in spoken
        ]
        asides += [Aside(one.fact, "its dose stands beside it") for one in mute]
        return [one for one in doses if one not in mute], asides

    def _weigh(self, during: list[Dose], others: list[Dose], window: Window) -> Truth:
        if not during:
            return Truth.UNKNOWN
        each = [self.exceeds(one.mg) for one in during]
        highest = logic.any_of(each)
        if highest is Truth.TRUE:
            in_one_note = {one.told for one, truth in zip(during, each, strict=True) if truth.known}
            mixed = Truth.FALSE in each and len(in_one_note) == 1
            return Truth.UNKNOWN if mixed else Truth.TRUE
        if highest is Truth.UNKNOWN or self.exceeds(self.total(during)) is not Truth.FALSE:
            return Truth.UNKNOWN
        settled = any(one.since and window.start and one.since < window.start for one in during)
        before = [one for one in others if one.current and one.told and not one.denied]
        last = max((one.told for one in before if one.told), default=None)
        open_before = any(
            self.exceeds(one.mg) is not Truth.FALSE for one in before if one.told == last
        )
        return Truth.UNKNOWN if open_before and not settled else Truth.FALSE

    def exceeds(self, mg: Extent) -> Truth:
        """Whether the amount is above the limit."""
        return compare(mg, "above", exactly(self.above_mg))

    @staticmethod
    def total(doses: list[Dose]) -> Extent:
        """The doses of the different drugs together: of each drug the last one told."""
        last: dict[str, Dose] = {}
        for one in sorted(doses, key=lambda one: (one.told or dt.date.min, one.fact.order())):
            last[one.fact.concept] = one
        extents = [one.mg for one in last.values()]
        return Extent(sum(mg.low for mg in extents), sum(mg.high for mg in extents))

    def _told(
        self,
        truth: Truth,
        basis: Basis,
        shown: list[Dose],
        asides: list[Aside],
        day: dt.date | None,
    ) -> Result:
        facts = tuple(one.fact for one in shown)
        against = truth is Truth.FALSE
        return Result(
            truth,
            basis,
            lambda: self._in_words(truth, shown, asides, day),
            facts_for=() if against else facts,
            facts_against=facts if against else (),
        )

    def _in_words(
        self, truth: Truth, shown: list[Dose], asides: list[Aside], day: dt.date | None
    ) -> Account:
        start = self.within.back_from(day).start if day else None
        latest = sorted(shown, key=lambda one: one.told or dt.date.min, reverse=True)
        words = few(one.text() for one in latest) or "no dose documented"
        high = [one for one in _latest(shown) if self.exceeds(one.mg) is Truth.TRUE and one.current]
        limit = f"{number_text(self.above_mg)} mg of {self.of} a day"
        action = None
        if truth is not Truth.FALSE and high:
            drugs = listed(label(one.fact) for one in high)
            until = f" by {start}" if start and truth is Truth.UNKNOWN else ""
            action = f"reduce {drugs} to at most {limit}{until}"
            if truth is Truth.TRUE:
                action += (
                    f" for {Span.__str__(self.within)} before {anchor_words(self.within.before)}"
                )
        need = Missing(
            concept=self.of if day else self.within.before,
            why=f"a note from {start} or later with the daily dose"
            if day
            else "the date the window ends on",
        )
        return Account(
            op=self.op,
            asks=self.asked,
            reason=f"{sentence(self.name)}: {words}, at most {limit} allowed",
            topic=self.name,
            asides=asides,
            missing=() if truth.known else (need,),
            action=action,
        )


@dataclass(frozen=True, slots=True)
class Dose:
    """One statement on a daily dose, in milligrams of the reference drug."""

    fact: TherapyFact
    mg: Extent
    known: bool
    denied: bool
    current: bool
    told: dt.date | None
    since: dt.date | None

    def in_window(self, window: Window) -> bool:
        """Whether it tells of a dose on a day of the window."""
        if self.denied or self.current:
            return self.told is not None and window.holds(self.told)
        last = self.fact.stop or self.fact.date
        if last is None:
            ended = self.fact.status == "stopped" and self.told is not None
            return ended and self.told is not None and window.holds(self.told)
        return within(Window(last.start, last.end), window) is not Truth.FALSE

    def text(self) -> str:
        """The statement in words."""
        name = label(self.fact)
        if self.denied:
            return f"{name} not given according to a note of {self.told or 'unknown date'}"
        if not self.known:
            return f"{name} of unknown daily dose as of {self.told or 'unknown date'}"
        low, high = (number_text(round(mg, 2)) for mg in (self.mg.low, self.mg.high))
        mg = low if low == high else f"{low} to {high}"
        return f"{name} equal to {mg} mg a day as of {self.told or 'unknown date'}"


def _latest(doses: list[Dose]) -> list[Dose]:
    """Of each drug the doses that no later note tells another of."""
    last: dict[str, dt.date] = {}
    for one in doses:
        if one.told and one.known:
            last[one.fact.concept] = max(one.told, last.get(one.fact.concept, one.told))
    return [
        one for one in doses if one.told is None or one.told >= last.get(one.fact.concept, one.told)
    ]


def _is_former_dose(fact: TherapyFact) -> bool:
    """Whether a dose is only told to be over: it may have given way to another one, so that it says
    neither what is taken now nor that nothing is."""
    told_end = fact.stop is not None or fact.stop_reason is not None
    return fact.status == "stopped" and fact.dose is not None and not told_end


def _dose(fact: TherapyFact, factors: Mapping[str, Extent]) -> Dose:
    denied = stance(fact) is Stance.DENIED
    ended = fact.status in ("stopped", "held") or fact.stop is not None
    milligrams = 0.0 if denied or (ended and fact.stop is None) else milligrams_a_day(fact)
    factor = factors.get(fact.concept)
    if milligrams == 0:
        mg: Extent | None = exactly(0)
    elif milligrams is None or factor is None:
        mg = None
    else:
        mg = factor.times(milligrams)
    as_of = fact.date or fact.start
    return Dose(
        fact=fact,
        mg=mg or Extent(low=0),
        known=mg is not None,
        denied=denied,
        current=not ended
        and fact.temporality == "current"
        and (fact.status == "active" or fact.date is None),
        told=told(fact),
        since=as_of.end if as_of and as_of.basis != "note" else None,
    )
