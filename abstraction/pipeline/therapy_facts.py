"""The fact of a therapy: its status and dates from dosing, cues and section together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from abstraction.dates import DateInterval
from abstraction.facts import (
    Evidence,
    Fact,
    Response,
    Temporality,
    TherapyFact,
    TherapyStatus,
)
from abstraction.pipeline.assertions import TherapyJudgement, judge_therapy, nearest, reason_of
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
    judged = _by_order(judged, dosing)
    course = _course(dosing, judged.status, none_since)
    judged = _given_up(note, _ended(note, judged, dosing, course), dosing, course, cues)
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


def _by_order(judged: TherapyJudgement, dosing: Dosing) -> TherapyJudgement:
    """What the order of dose steps makes of a drug that is taken: an earlier dose is over, a later
    one planned."""
    if dosing.standing is None or judged.status not in ("active", "unknown"):
        return judged
    if dosing.standing == "planned":
        return replace(judged, assertion="hypothetical", temporality="planned", status="planned")
    temporality: Temporality = "past" if dosing.standing == "stopped" else "current"
    return replace(judged, temporality=temporality, status=dosing.standing)


def _course(dosing: Dosing, status: TherapyStatus | None, none_since: bool) -> _Course:
    """What the dates beside a therapy say; in "none since May" the start is the stop.

    Several days on which it was given are the start and the stop of a course.
    """
    start = stop = date = None
    given = [m for role, m in dosing.dates if role == "on" and m.basis != "note"]
    several = len(given) > 1 and len(given) == len(dosing.dates)
    repeated = dosing.course or dosing.route == "intravenous" or dosing.frequency is None
    if several and repeated and status in ("active", "unknown", "stopped"):
        ordered = sorted((interval(mention) for mention in given), key=lambda days: days.start)
        return _Course(start=ordered[0], stop=ordered[-1])
    infused = dosing.route == "intravenous" and dosing.dose is not None
    counted = infused and dosing.frequency is None
    for role, mention in dosing.dates:
        days = interval(mention)
        if role in ("start", "since") and none_since:
            stop = days
        elif role in ("start", "since") and start is None:
            start = days
        elif role == "last":
            stop = stop or (days if dosing.frequency is None else None)
        elif role == "stop" or (role == "on" and status == "stopped"):
            stop = days
        elif role == "on" and _begins(dosing, status, days, counted=counted):
            start = start or days
        elif role == "on":
            date = date or days
    if start is not None and stop is not None and stop.end < start.start:
        start = stop = None
    return _Course(start, stop, date)


def _begins(
    dosing: Dosing, status: TherapyStatus | None, days: DateInterval, *, counted: bool
) -> bool:
    """Whether the only date beside a drug is the day that its course began."""
    if status == "active" and days.basis != "note" and not counted:
        return True
    return dosing.course and status in ("active", "unknown")


def _ended(
    note: FactParts, judged: TherapyJudgement, dosing: Dosing, course: _Course
) -> TherapyJudgement:
    """Stopped where a stop lies not after the note, or a past course is told as a whole."""
    stop = course.stop
    ended = stop is not None and (note.note_date is None or stop.start <= note.note_date)
    told_whole = dosing.course and (
        (judged.status == "unknown" and judged.temporality == "past")
        or (judged.status in ("unknown", "active") and _is_long_over(note, course, dosing))
    )
    whole = course.start is not None and judged.status == "held"
    if ((judged.status in ("unknown", "active") or whole) and ended) or told_whole:
        return replace(judged, status="stopped", temporality="past")
    return judged


_A_YEAR = 365


def _given_up(
    note: FactParts,
    judged: TherapyJudgement,
    dosing: Dosing,
    course: _Course,
    cues: Sequence[Cue],
) -> TherapyJudgement:
    """A drug of years ago with a reason to stop it beside it: "2004 AZA 75 mg, pancreatitis"."""
    began, reason = course.start or course.date, reason_of(cues)
    if judged.status != "active" or reason is None or began is None or note.note_date is None:
        return judged
    taken = any(cue.category == "active" for cue in cues)
    since = any(role == "since" for role, _ in dosing.dates)
    if taken or since or (note.note_date - began.end).days < _A_YEAR:
        return judged
    told, why = reason
    return replace(
        judged,
        status="stopped",
        temporality="past",
        stop_reason=why,
        cues=(*judged.cues, *(cue for cue in (told,) if cue not in judged.cues)),
    )


_LONG = 60
"""Days after which a course that was told as a whole is over."""


def _is_long_over(note: FactParts, course: _Course, dosing: Dosing) -> bool:
    """Whether a course of so many cycles began that long before the note."""
    began = course.start or course.date
    since = any(role == "since" for role, _ in dosing.dates)
    if began is None or note.note_date is None or since:
        return False
    return (note.note_date - began.end).days > _LONG


def _is_once(single: bool, cues: Sequence[Cue], dosing: Dosing, course: _Course) -> bool:
    """Whether one administration is told: a procedure, a vaccine, or a dose into the vein that
    has no frequency and is no course."""
    if course.start is not None or (single and dosing.course):
        return False
    uncued = not any(cue.category in _COURSE_CUES for cue in cues)
    infused = dosing.route == "intravenous" and dosing.dose is not None
    alone = dosing.frequency is None and not dosing.course
    once = dosing.single and not dosing.course
    return single or once or (infused and alone and (course.date is not None or uncued))


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


_TAKEN = ("active", "held", "stopped")


def shared_standing(facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts, where a bare mention of a drug takes the standing that the note gives the drug.

    Only where its own words say nothing and all other mentions that say something agree; the
    words of one of them become its evidence.
    """
    every = list(facts)
    told: dict[str, list[TherapyFact]] = defaultdict(list)
    for fact in every:
        if (
            isinstance(fact, TherapyFact)
            and fact.status in _TAKEN
            and fact.experiencer == "patient"
        ):
            told[fact.concept].append(fact)
    for fact in every:
        says = told[fact.concept] if isinstance(fact, TherapyFact) and _is_bare(fact) else []
        if len({other.status for other in says}) == 1:
            nearest = min(says, key=lambda other: abs(other.span.start - fact.span.start))
            yield _standing_as(fact, nearest)
        elif isinstance(fact, TherapyFact) and _is_new_in_plan(fact, told[fact.concept]):
            planned = {"status": "planned", "assertion": "hypothetical", "temporality": "planned"}
            yield fact.model_copy(update={**planned, "date": None})
        else:
            yield fact


def _is_new_in_plan(fact: TherapyFact, told: Sequence[TherapyFact]) -> bool:
    """Whether a plan names a drug that the note does not say to be taken."""
    if fact.section != "plan" or fact.status != "active" or fact.start is not None:
        return False
    if any(part.role == "cue" for part in fact.evidence):
        return False
    return not any(other.section != "plan" and other.status != "stopped" for other in told)


def _is_bare(fact: TherapyFact) -> bool:
    """Whether a mention says of a drug neither how it stands nor when it was given."""
    undated = fact.start is None and fact.stop is None and fact.date is None
    cues = any(part.role in ("cue", "reason") for part in fact.evidence)
    return fact.status == "unknown" and fact.assertion == "present" and undated and not cues


def _standing_as(fact: Fact, other: TherapyFact) -> Fact:
    cues = tuple(part for part in other.evidence if part.role in ("cue", "reason"))
    mention = Evidence(role="cue", start=other.span.start, end=other.span.end, text=other.span.text)
    evidence = sorted(
        {*fact.evidence, *(cues or (mention,))}, key=lambda part: (part.start, part.end, part.role)
    )
    return fact.model_copy(
        update={
            "status": other.status,
            "temporality": other.temporality,
            "evidence": tuple(evidence),
        }
    )
