"""The earliest date that the documented therapies allow for an anchor, over all wash-outs together.

Who is on a drug is taken to have had it up to the day as of which the chart is read: the date then
holds if it is not taken any more.  A last dose known only between two days counts as the later one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from abstraction.chart import Chart
from abstraction.facts import Fact, TherapyFact
from abstraction.notes import Frozen
from abstraction.statements import Stance, stance, told
from criteria_engine.assessment import AnchorName, Anchors, EvidenceReference
from criteria_engine.derived.last_dose import last_dose
from criteria_engine.engine import case_of
from criteria_engine.expressions import Case, Node
from criteria_engine.expressions.courses import Course, Ends
from criteria_engine.expressions.daily_doses import DailyDose, Dose
from criteria_engine.expressions.node import reference
from criteria_engine.expressions.timing import Before, Span
from criteria_engine.expressions.washouts import DrugGroup, Washout, courses_of
from criteria_engine.logic import Truth
from criteria_engine.protocol import Protocol
from criteria_engine.quantities import number_text
from criteria_engine.wording import label, listed


class Restriction(Frozen):
    """A therapy that keeps the anchor from being earlier than ``clear_from``.

    ``last_dose_to`` is the last day on which a dose that counts may have been given; a
    ``last_dose_from`` before it says since when.  ``still`` tells that nothing says it has ended;
    then ``needed`` must be done from ``from_day`` on.
    """

    criterion: str
    drug: str
    window: str
    last_dose_from: dt.date | None
    last_dose_to: dt.date
    clear_from: dt.date
    still: bool
    needed: str | None = None
    from_day: dt.date | None = None
    told_last: dt.date | None
    evidence: tuple[EvidenceReference, ...]


class Plan(Frozen):
    """A dose planned for a day: given, it would move the anchor to ``clear_from`` or later."""

    criterion: str
    drug: str
    day: dt.date
    clear_from: dt.date
    evidence: tuple[EvidenceReference, ...]


class Open(Frozen):
    """What the chart leaves open of a wash-out."""

    criterion: str
    about: str
    why: str
    evidence: tuple[EvidenceReference, ...] = ()


class EarliestDate(Frozen):
    """The earliest day for the anchor, what it hangs on, and what is not known.

    ``earliest`` is None where no documented therapy stands in the way of any day.  ``from_day`` of
    a restriction is counted from the anchor's planned day where that is late enough, else from
    ``earliest``.
    """

    patient_id: str
    protocol: str
    anchor: str
    as_of: dt.date
    planned: dt.date | None
    earliest: dt.date | None
    restrictions: tuple[Restriction, ...]
    plans: tuple[Plan, ...]
    open: tuple[Open, ...]


@dataclass(frozen=True, slots=True)
class _Washed:
    """A wash-out and the criterion it stands in."""

    criterion: str
    node: Washout | DailyDose

    @property
    def within(self) -> Before:
        return self.node.within


def earliest(
    chart: Chart, protocol: Protocol, anchors: Anchors, anchor: AnchorName = "leukapheresis"
) -> EarliestDate:
    """The earliest day for the anchor by every wash-out of the protocol that is counted from it."""
    case = case_of(chart, protocol, anchors)
    as_of = _as_of(chart, anchors)
    washed = [
        _Washed(criterion.id, node)
        for criterion in protocol.criteria
        for node in _nodes(criterion.expression)
        if isinstance(node, Washout | DailyDose) and node.within.before == anchor
    ]
    restrictions: list[Restriction] = []
    plans: list[Plan] = []
    open_ends: list[Open] = []
    for one in washed:
        if isinstance(one.node, DailyDose):
            restrictions += _too_high(one, one.node, case, as_of)
            open_ends += _open_doses(one, one.node, case, as_of)
            continue
        for group in one.node.groups:
            courses = courses_of(group, case)
            own = list(_given(one, group, courses, case, as_of))
            restrictions += own
            plans += _planned(one, courses, as_of)
            open_ends += _left_open(one, group, courses, own, as_of)
    planned = getattr(anchors, anchor)
    first = max((one.clear_from for one in restrictions), default=None)
    counted = max((day for day in (first, planned) if day), default=None)
    ordered = sorted(restrictions, key=lambda one: (-one.clear_from.toordinal(), one.drug))
    windows = {(one.criterion, str(Span.__str__(one.within))): one.within for one in washed}
    return EarliestDate(
        patient_id=chart.patient_id,
        protocol=protocol.id,
        anchor=anchor,
        as_of=as_of,
        planned=planned,
        earliest=first,
        restrictions=tuple(
            one.model_copy(
                update={
                    "from_day": windows[one.criterion, one.window].back_from(counted).start
                    if counted and one.needed
                    else None
                }
            )
            for one in ordered
        ),
        plans=tuple(dict.fromkeys(plans)),
        open=tuple(dict.fromkeys(open_ends)),
    )


def _as_of(chart: Chart, anchors: Anchors) -> dt.date:
    """Screening, or the day of the newest note on a therapy where that is later."""
    days = (told(fact) for fact in chart.facts if isinstance(fact, TherapyFact))
    return max((anchors.screening, *(day for day in days if day)))


def _nodes(node: Node) -> Iterator[Node]:
    """The node and every node below it."""
    yield node
    for name in type(node).model_fields:
        value = getattr(node, name)
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, Node):
                yield from _nodes(child)


def _given(
    washed: _Washed, group: DrugGroup, courses: list[Course], case: Case, as_of: dt.date
) -> Iterator[Restriction]:
    for drug in dict.fromkeys(one.fact.concept for one in courses if one.affirmed):
        own = [one for one in courses if one.fact.concept == drug]
        last = last_dose(case.chart, [drug], as_of, not_by_route=group.not_by_route)
        if last is None:
            continue
        to = last.when.end or as_of
        ends = Ends(own)
        taken = [one.fact for one in own if one.current and not ends.since(one)]
        runs_on = [
            one
            for one in case.chart.episodes
            if one.concept == drug and not one.is_ended and (one.stop.end or as_of) >= as_of
        ]
        still = bool(taken) or (bool(runs_on) and to == as_of)
        facts = tuple(taken) or last.facts
        yield Restriction(
            criterion=washed.criterion,
            drug=label(own[0].fact),
            window=Span.__str__(washed.within),
            last_dose_from=last.when.start,
            last_dose_to=to,
            clear_from=washed.within.first_day_clear_of(to),
            still=still,
            needed=f"no {label(own[0].fact)}" if still else None,
            told_last=_told_last(facts),
            evidence=_newest(facts),
        )


def _planned(washed: _Washed, courses: Iterable[Course], as_of: dt.date) -> Iterator[Plan]:
    for one in courses:
        day = one.fact.start or one.fact.date
        if stance(one.fact) is not Stance.PLANNED or day is None or day.basis == "note":
            continue
        if day.end < as_of:
            continue
        yield Plan(
            criterion=washed.criterion,
            drug=label(one.fact),
            day=day.end,
            clear_from=washed.within.first_day_clear_of(day.end),
            evidence=(reference(one.fact),),
        )


def _left_open(
    washed: _Washed,
    group: DrugGroup,
    courses: list[Course],
    found: list[Restriction],
    as_of: dt.date,
) -> Iterator[Open]:
    if not any(one.affirmed or one.denied for one in courses):
        yield Open(criterion=washed.criterion, about=group.name, why="nothing documented")
    for one in found:
        matters = one.clear_from > as_of and not one.still
        if matters and one.last_dose_from != one.last_dose_to:
            since = f"from {one.last_dose_from} " if one.last_dose_from else "at any time "
            yield Open(
                criterion=washed.criterion,
                about=one.drug,
                why=f"the last dose may have been {since}to {one.last_dose_to}",
            )
    ends = Ends(courses)
    for possible in courses:
        if possible.why == Stance.POSSIBLE.value and not ends.since(possible):
            yield Open(
                criterion=washed.criterion, about=label(possible.fact), why="only possibly taken"
            )


def _too_high(
    washed: _Washed, node: DailyDose, case: Case, as_of: dt.date
) -> Iterator[Restriction]:
    """The last day on which the doses together may have been above the limit."""
    doses, _ = node.doses(case)
    governing = _governing(doses)
    limit = f"{number_text(node.above_mg)} mg of {node.of} a day"
    if node.exceeds(node.total(governing)) is Truth.TRUE:
        facts = tuple(one.fact for one in governing)
        yield _restriction(washed, facts, None, as_of, f"{node.name} at most {limit}")
        return
    low = [one.told for one in doses if one.told and node.exceeds(one.mg) is Truth.FALSE]
    for one in doses:
        if node.exceeds(one.mg) is not Truth.TRUE:
            continue
        if one.current:
            # A high dose may have gone on until the day before a note that tells of a lower one.
            lower = min((day for day in low if one.told and day > one.told), default=None)
            first, last = one.told, lower - dt.timedelta(days=1) if lower else one.told
        else:
            days = one.fact.stop or one.fact.date
            first, last = (days.start, days.end) if days else (None, None)
        if last is not None:
            yield _restriction(washed, (one.fact,), first, min(last, as_of), None)


def _restriction(
    washed: _Washed,
    facts: tuple[TherapyFact, ...],
    first: dt.date | None,
    last: dt.date,
    needed: str | None,
) -> Restriction:
    return Restriction(
        criterion=washed.criterion,
        drug=f"{listed(label(fact) for fact in facts)} above the limit",
        window=Span.__str__(washed.within),
        last_dose_from=first,
        last_dose_to=last,
        clear_from=washed.within.first_day_clear_of(last),
        still=needed is not None,
        needed=needed,
        told_last=_told_last(facts),
        evidence=_newest(facts),
    )


def _governing(doses: list[Dose]) -> list[Dose]:
    """What is taken now: the doses of the newest note, unless it says that none is taken."""
    newest = max((one.told for one in doses if one.told), default=None)
    return [one for one in doses if one.told == newest and one.current and not one.denied]


def _open_doses(washed: _Washed, node: DailyDose, case: Case, as_of: dt.date) -> Iterator[Open]:
    doses, _ = node.doses(case)
    governing = _governing(doses)
    if not doses:
        yield Open(criterion=washed.criterion, about=node.name, why="nothing documented")
    elif governing and node.exceeds(node.total(governing)) is Truth.UNKNOWN:
        drugs = listed(label(one.fact) for one in governing)
        yield Open(
            criterion=washed.criterion,
            about=drugs,
            why=f"taken as of {governing[0].told} in a daily dose that is not clear; above "
            f"{number_text(node.above_mg)} mg of {node.of}, not before "
            f"{washed.within.first_day_clear_of(as_of)}",
            evidence=_newest(one.fact for one in governing),
        )


def _told_last(facts: Iterable[Fact]) -> dt.date | None:
    return max((day for fact in facts if (day := told(fact))), default=None)


def _newest(facts: Iterable[Fact]) -> tuple[EvidenceReference, ...]:
    """Where the facts stand, those of the newest notes first."""
    ordered = sorted(facts, key=lambda fact: fact.order())
    ordered.sort(key=lambda fact: told(fact) or dt.date.min, reverse=True)
    return tuple(dict.fromkeys(reference(fact) for fact in ordered))
