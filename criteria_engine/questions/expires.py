"""What expires: the last day of an anchor on which the evidence of a passed criterion still counts.

The same facts are scored for later and later days of one anchor at a time, so that it holds for
every kind of expression and window alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from abstraction.chart import Chart
from abstraction.notes import Frozen
from criteria_engine.assessment import Anchors, EvidenceReference, Outcome
from criteria_engine.engine import case_of, judged, verdict
from criteria_engine.expressions import Case, Result
from criteria_engine.expressions.node import reference
from criteria_engine.protocol import Criterion, Protocol

_STEP = 7
"""Days between two looks; inside the step that brings a change its day is found by halving."""

_Place = tuple[int, ...]


class Expiry(Frozen):
    """Evidence that counts up to ``last_day`` of the anchor and no longer.

    ``outcome_then`` is the criterion's verdict the day after, by the same facts.
    """

    criterion: str
    anchor: str
    last_day: dt.date
    question: str
    says: str
    evidence: tuple[EvidenceReference, ...]
    outcome_then: Outcome
    reason_then: str


class Expiries(Frozen):
    """What expires of a patient's passed criteria by ``days`` after each anchor, in order."""

    patient_id: str
    protocol: str
    anchors: Anchors
    days: int
    expiries: tuple[Expiry, ...]


def expires(chart: Chart, protocol: Protocol, anchors: Anchors, days: int = 366) -> Expiries:
    """The evidence that stops counting when an anchor, by itself, moves up to ``days`` later."""
    case = case_of(chart, protocol, anchors)
    found = [
        one
        for criterion in protocol.criteria
        if judged(criterion, case).outcome == "pass"
        for name in dated(anchors)
        for one in _expiries(criterion, case, name, days)
    ]
    return Expiries(
        patient_id=chart.patient_id,
        protocol=protocol.id,
        anchors=anchors,
        days=days,
        expiries=tuple(sorted(found, key=lambda one: one.last_day)),
    )


def dated(anchors: Anchors) -> tuple[str, ...]:
    """The names of the anchors that have a day."""
    return tuple(name for name in type(anchors).model_fields if getattr(anchors, name) is not None)


def _expiries(criterion: Criterion, case: Case, anchor: str, days: int) -> Iterator[Expiry]:
    start: dt.date = getattr(case.anchors, anchor)
    first = criterion.expression.evaluate(case)
    standing = {place: part for place, part in _deciding(first) if part.evidence()}
    before = 0
    while standing and before < days:
        after = min(before + _STEP, days)
        over = _changed(standing, criterion, _moved(case, anchor, start, after))
        for place in over:
            part = standing.pop(place)
            last = _last_standing(place, part, criterion, case, anchor, before, after)
            then = verdict(criterion, _moved(case, anchor, start, last + 1))
            yield Expiry(
                criterion=criterion.id,
                anchor=anchor,
                last_day=start + dt.timedelta(days=last),
                question=part.told.asks,
                says=part.reason,
                evidence=tuple(reference(fact) for fact in part.evidence()),
                outcome_then=then.outcome,
                reason_then=then.reason,
            )
        before = after


def _last_standing(
    place: _Place,
    part: Result,
    criterion: Criterion,
    case: Case,
    anchor: str,
    before: int,
    after: int,
) -> int:
    """The last of the days from ``before`` to ``after`` on which the part gives the same answer."""
    start: dt.date = getattr(case.anchors, anchor)
    while after - before > 1:
        middle = (before + after) // 2
        if _changed({place: part}, criterion, _moved(case, anchor, start, middle)):
            after = middle
        else:
            before = middle
    return before


def _changed(standing: dict[_Place, Result], criterion: Criterion, case: Case) -> list[_Place]:
    whole = criterion.expression.evaluate(case)
    return [
        place
        for place, part in standing.items()
        if (now := _at(whole, place)) is None or now.truth is not part.truth
    ]


def _moved(case: Case, anchor: str, start: dt.date, days: int) -> Case:
    day = start + dt.timedelta(days=days)
    return replace(case, anchors=case.anchors.model_copy(update={anchor: day}))


def _deciding(result: Result, place: _Place = ()) -> Iterator[tuple[_Place, Result]]:
    """The parts without parts of their own that settle the result, each with its place."""
    if not result.decisive:
        yield place, result
        return
    for index, child in enumerate(result.children):
        if child.truth.known and any(child is one for one in result.decisive):
            yield from _deciding(child, (*place, index))


def _at(result: Result, place: _Place) -> Result | None:
    for index in place:
        if index >= len(result.children):
            return None
        result = result.children[index]
    return result
