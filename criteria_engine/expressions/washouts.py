"""Treatment that must have been stopped long enough before an anchor, usually in the future.

A dose inside the window holds.  Only a note written inside the window or later can say that none
was given; an older note leaves the time since it open.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from abstraction.facts import Route, TherapyFact
from abstraction.notes import Frozen
from abstraction.statements import Stance, stance
from criteria_engine import logic
from criteria_engine.assessment import Missing
from criteria_engine.expressions.boolean import combined, ways_of_any
from criteria_engine.expressions.courses import Course, course, ended_since, latest_first
from criteria_engine.expressions.node import Aside, Case, Node, Result
from criteria_engine.expressions.timing import Before, Span, anchor_day, anchor_words
from criteria_engine.logic import Truth
from criteria_engine.vocabulary import Therapies
from criteria_engine.wording import MOST_TOLD, few, joined, label, listed, sentence


class DrugGroup(Frozen):
    """Drugs that are washed out together.

    ``taken_daily`` tells that whoever is on such a drug takes it every day, so that a current
    medication list is a dose on its day; without it only a fact that says so is.
    ``also_denied_by`` lists wider therapies whose denial denies these, ``also_ended_by`` those
    whose hold or end is theirs.  A denial of one of the
    drugs, or its end, clears the group, unless ``drugs_deny_only_themselves``: then only the
    denial of a wider one does.
    """

    name: str
    drugs: Annotated[Therapies, Field(min_length=1)]
    also_denied_by: Therapies = ()
    also_ended_by: Therapies = ()
    drugs_deny_only_themselves: bool = False
    taken_daily: bool = False
    not_by_route: tuple[Route, ...] = ()


class Washout(Node):
    """Whether any of the groups was given within the window before the anchor."""

    computes_action: ClassVar[bool] = True

    op: Literal["washout"] = "washout"
    within: Before
    groups: Annotated[tuple[DrugGroup, ...], Field(min_length=1)]

    def evaluate(self, case: Case) -> Result:
        day = anchor_day(case.anchors, self.within)
        courses = [courses_of(group, case) for group in self.groups]
        parts = tuple(
            self._group(group, found, day)
            for group, found in zip(self.groups, courses, strict=True)
        )
        truth = logic.any_of(part.truth for part in parts)
        action = self._action(truth, courses, day)
        decisive = tuple(part for part in parts if part.truth is truth)
        result = combined(
            self,
            truth,
            parts,
            decisive,
            needs_all=truth is Truth.FALSE,
            ways=ways_of_any(parts),
        )
        return replace(result, action=action)

    def prose(self) -> str:
        return f"{listed((group.name for group in self.groups), 'or')} in {self.within.prose()}"

    def _group(self, group: DrugGroup, courses: list[Course], day: dt.date | None) -> Result:
        if day is None:
            return self._without_anchor(group, courses)
        window = self.within.back_from(day)
        inside = [one for one in courses if one.given_in(window) is Truth.TRUE]
        contradicting = [
            one for one in courses for dose in inside if one.denied and one.told_after(dose)
        ]
        if inside and contradicting:
            return self._told(group, Truth.UNKNOWN, [*inside, *contradicting], courses, day)
        if inside:
            return self._told(group, Truth.TRUE, inside, courses, day)
        clearing = [
            one
            for one in courses
            if one.clears(window) and (one.denied or not group.drugs_deny_only_themselves)
        ]
        open_courses = [
            one for one in courses if one.may_reach(window, courses, group.also_ended_by)
        ]
        if clearing and not open_courses:
            return self._told(group, Truth.FALSE, clearing, courses, day)
        return self._told(group, Truth.UNKNOWN, open_courses or courses, courses, day)

    def _told(
        self,
        group: DrugGroup,
        truth: Truth,
        telling: list[Course],
        courses: list[Course],
        day: dt.date,
    ) -> Result:
        conflicting = truth is Truth.UNKNOWN and any(
            one.denied and one.told_after(dose)
            for one in telling
            for dose in telling
            if dose.given_in(self.within.back_from(day)) is Truth.TRUE
        )
        # Who decides a conflict needs both sides; else the last word on each drug is enough.
        most = MOST_TOLD if conflicting else len({one.fact.concept for one in telling})
        anchor = anchor_words(self.within.before)
        words = few((one.text(day, anchor) for one in latest_first(telling)), most)
        start = self.within.back_from(day).start
        window = f"window: {self._length()}"
        reason = {
            Truth.TRUE: f"{words} ({window})",
            Truth.FALSE: f"{sentence(group.name)} not given in {self.within.prose()} ({words})",
            Truth.UNKNOWN: f"{sentence(group.name)} from {start} to {day}: "
            + (words if words else "nothing documented"),
        }[truth]
        return Result(
            op="drug_group",
            asks=f"{group.name} in {self.within.prose()}",
            truth=truth,
            basis="conflicting" if conflicting else "documented" if truth.known else "anchor",
            reason=reason,
            topic=group.name,
            facts_for=tuple(one.fact for one in telling if not one.stands_against(truth)),
            facts_against=tuple(one.fact for one in telling if one.stands_against(truth)),
            asides=_asides(courses, telling),
            missing=()
            if truth.known
            else (
                Missing(
                    concept=group.drugs[0],
                    why=f"a note from {start} or later that tells whether {group.name} was given",
                ),
            ),
        )

    def _without_anchor(self, group: DrugGroup, courses: list[Course]) -> Result:
        affirmed = [one for one in courses if one.affirmed]
        anchor = anchor_words(self.within.before)
        words = few(one.text(None, anchor) for one in latest_first(affirmed))
        return Result(
            op="drug_group",
            asks=f"{group.name} in {self.within.prose()}",
            truth=Truth.UNKNOWN,
            basis="anchor",
            reason=f"{sentence(group.name)}: {words or 'no dose documented'}",
            topic=group.name,
            facts_for=tuple(one.fact for one in affirmed),
            facts_against=tuple(one.fact for one in courses if one.denied),
            asides=tuple(
                Aside(one.fact, one.why) for one in courses if not (one.affirmed or one.denied)
            ),
            missing=(Missing(concept=self.within.before, why="the date the window ends on"),),
        )

    def _action(self, truth: Truth, found: list[list[Course]], day: dt.date | None) -> str | None:
        """What lifts or prevents the block: drugs to hold, and the earliest date for the anchor."""
        if truth is Truth.FALSE:
            return None
        courses = [one for of_group in found for one in of_group]
        ending = [group.also_ended_by for group in self.groups]
        last = [one.last_possible for one in courses if one.affirmed and one.last_possible]
        earliest = self.within.first_day_clear_of(max(last)) if last else None
        holding = listed(
            label(one.fact)
            for of_group, wider in zip(found, ending, strict=True)
            for one in of_group
            if one.current and not ended_since(one, courses, wider)
        )
        start = self.within.back_from(day).start if day else None
        too_late = earliest is not None and (day is None or earliest > day)
        hold = f"hold {holding}" if holding else ""
        if holding and start and not too_late:
            hold += f" by {start}"
        not_before = f"{anchor_words(self.within.before)} not before {earliest}" if too_late else ""
        if holding and too_late:
            not_before += f", nor within {self._length()} after the last dose"
        return joined((hold, not_before)) or None

    def _length(self) -> str:
        return Span.__str__(self.within)


def courses_of(group: DrugGroup, case: Case) -> list[Course]:
    """Every statement on a drug of the group, the denials of wider therapies and their ends."""
    own = case.chart.of("therapy", group.drugs)
    wider = case.chart.of("therapy", group.also_denied_by)
    denials = tuple(fact for fact in wider if stance(fact) is Stance.DENIED)
    if group.drugs_deny_only_themselves:
        own = tuple(fact for fact in own if stance(fact) is not Stance.DENIED)
    ending = tuple(
        fact
        for fact in case.chart.of("therapy", group.also_ended_by)
        if isinstance(fact, TherapyFact) and fact.status in ("held", "stopped")
    )
    told_of = dict.fromkeys((*own, *denials, *ending))
    return [
        course(fact, taken_daily=group.taken_daily, not_by_route=group.not_by_route)
        for fact in told_of
        if isinstance(fact, TherapyFact)
    ]


def _asides(courses: list[Course], telling: list[Course]) -> tuple[Aside, ...]:
    return tuple(
        Aside(one.fact, one.why or "outside the window")
        for one in courses
        if not any(one is other for other in telling)
    )
