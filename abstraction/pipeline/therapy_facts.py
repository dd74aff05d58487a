"""The fact of a therapy: its status and dates from dosing, cues and section together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from abstraction.dates import DateInterval
from abstraction.facts import Response, Temporality, TherapyFact, TherapyStatus
from abstraction.pipeline.assertions import TherapyJudgement, judge_therapy, nearest
from abstraction.pipeline.cues import Cue
from abstraction.pipeline.dating import interval
from abstraction.pipeline.dosing_grammar import Dosing
from abstraction.pipeline.fact_parts import FactParts, cue_parts
from abstraction.pipeline.parts import Part
from abstraction.pipeline.targets import Target
from nlp_rules.schema import TherapyRule

_COURSE_CUES = frozenset({"active", "stopped", "held"})
"""Cues that tell a course, and no single administration."""


@dataclass(frozen=True, slots=True)
class _Course:
    """When a therapy was given: a course from ``start`` to ``stop``, or once on ``date``."""

    start: DateInterval | None = None
    stop: DateInterval | None = None
    date: DateInterval | None = None


def therapy_fact(
    note: FactParts, target: Target, cues: Sequence[Cue], dosing: Dosing
) -> TherapyFact:
    """A therapy.  A single administration has a date and no status; a course start and stop."""
    rule = target.rule
    dosed = dosing.dose is not None or dosing.frequency is not None
    judged = judge_therapy(cues, note.implied(target), dosed=dosed)
    parts: list[Part] = [*dosing.parts, *cue_parts(judged.cues)]
    none_since = judged.status == "never_given" and any(r == "start" for r, _ in dosing.dates)
    if none_since:
        judged = replace(judged, assertion="present", temporality="past", status="stopped")
    if judged.status == "unknown" and any(role == "since" for role, _ in dosing.dates):
        judged = replace(judged, temporality="current", status="active")
    course = _course(dosing, judged.status, none_since)
    judged = _ended(note, judged, dosing, course)
    single = isinstance(rule, TherapyRule) and rule.form in ("procedure", "vaccine")
    status = judged.status
    if _is_once(single, cues, dosing, course) and status in ("active", "unknown", "stopped"):
        date = course.date or course.stop
        if date is None and not single and status == "active":
            date = note.note_day
        status, course = None, _Course(date=date)
    if course == _Course() and status in ("active", "held"):
        course = _Course(date=note.note_day)
    place, codes = (dosing.start, dosing.end), rule.codes if rule else ()
    return TherapyFact(
        **note.common("therapy", target.concept, place, parts, codes),
        assertion=judged.assertion,
        temporality=_temporality(note, judged, course),
        experiencer=judged.experiencer,
        date=course.date,
        status=status,
        dose=dosing.dose,
        frequency=dosing.frequency,
        daily_dose_mg=dosing.daily_dose_mg,
        route=dosing.route,
        start=course.start,
        stop=course.stop,
        stop_reason=judged.stop_reason,
        response="inadequate" if judged.inadequate else _response(cues),
    )


def _course(dosing: Dosing, status: TherapyStatus | None, none_since: bool) -> _Course:
    """What the dates beside a therapy say; in "none since May" the start is the stop."""
    start = stop = date = None
    for role, mention in dosing.dates:
        days = interval(mention)
        if role in ("start", "since") and none_since:
            stop = days
        elif role in ("start", "since") and start is None:
            start = days
        elif role == "stop" or (role == "on" and status == "stopped"):
            stop = days
        elif role == "on" and status == "active" and days.basis != "note":
            start = start or days
        elif role == "on":
            date = date or days
    if start is not None and stop is not None and stop.end < start.start:
        start = stop = None
    return _Course(start, stop, date)


def _ended(
    note: FactParts, judged: TherapyJudgement, dosing: Dosing, course: _Course
) -> TherapyJudgement:
    """Stopped where a stop lies not after the note, or a past course is told as a whole."""
    stop = course.stop
    ended = stop is not None and (note.note_date is None or stop.start <= note.note_date)
    told_whole = judged.status == "unknown" and judged.temporality == "past" and dosing.course
    if (judged.status in ("unknown", "active") and ended) or told_whole:
        return replace(judged, status="stopped", temporality="past")
    return judged


def _is_once(single: bool, cues: Sequence[Cue], dosing: Dosing, course: _Course) -> bool:
    """Whether one administration is told: a procedure, a vaccine, or a dose into the vein that
    has no frequency and is no course."""
    if course.start is not None:
        return False
    uncued = not any(cue.category in _COURSE_CUES for cue in cues)
    infused = dosing.route == "intravenous" and dosing.dose is not None
    alone = dosing.frequency is None and not dosing.course
    return single or (infused and alone and (course.date is not None or uncued))


def _temporality(note: FactParts, judged: TherapyJudgement, course: _Course) -> Temporality:
    """An administration before the note's day is past."""
    if judged.temporality == "planned" or note.note_date is None:
        return judged.temporality
    if course.date is not None and course.start is None and course.date.end < note.note_date:
        return "past"
    return judged.temporality


def _response(cues: Sequence[Cue]) -> Response | None:
    if nearest(cues, "complete"):
        return "complete"
    return "partial" if nearest(cues, "partial") else None
