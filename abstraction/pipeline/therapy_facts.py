"""The fact of a therapy: its status and dates from dosing, cues and section together."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from abstraction.dates import DateInterval, DayCount, Days
from abstraction.facts import (
    Response,
    Temporality,
    TherapyFact,
    TherapyStatus,
)
from abstraction.pipeline.assertions import TherapyJudgement, judge_therapy, nearest, reason_of
from abstraction.pipeline.cues import Cue
from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.dating import interval
from abstraction.pipeline.dosing_grammar import DateRole, Dosing
from abstraction.pipeline.fact_parts import FactParts, cue_parts
from abstraction.pipeline.parts import Part
from abstraction.pipeline.targets import Target
from nlp_rules.schema import TherapyRule

_BEFORE_DATE = 40
"""Characters before a date in which a word says that it lies ahead."""
_LOCAL = frozenset({"topical", "ophthalmic", "inhaled"})
"""Routes of what is taken without a dose: "clobetasol to the scalp"."""
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
    if dosed:
        cues = [cue for cue in cues if not _answers_another(note, dosing, cue)]
    judged = judge_therapy(cues, note.implied(target), dosed=dosed)
    if target.term is not None and target.term.denies and judged.experiencer == "patient":
        judged = replace(judged, assertion="absent", temporality="current", status="never_given")
    parts: list[Part] = [*dosing.parts, *cue_parts(judged.cues)]
    dosing = replace(dosing, dates=tuple(_of_the_denial(note, judged, dosing)))
    none_since = judged.status == "never_given" and any(r in _SINCE for r, _ in dosing.dates)
    none_since = none_since and not (isinstance(rule, TherapyRule) and rule.form == "vaccine")
    if none_since:
        judged = replace(judged, assertion="present", temporality="past", status="stopped")
    if _goes_on(note, judged, dosing):
        judged = replace(judged, temporality="current", status="active")
    judged = _by_order(judged, dosing, target)
    judged, dosing = _taken_up(note, judged, dosing, cues)
    dosing = replace(dosing, dates=tuple(_coming(note, target, judged, dosing)))
    single = isinstance(rule, TherapyRule) and rule.form in ("procedure", "vaccine")
    once = dosing.single and not dosing.course and dosing.frequency is None
    lone = single or once or target.concept in note.administered
    course = _course(note, target, dosing, judged, cues, none_since, lone=lone)
    course = _with_length(note, course, judged, dosing)
    if judged.status == "never_given" and course == _Course():
        course = _Course(date=_time_without(note, target, judged))
    judged = _lying_ahead(note, judged, course, dosed=dosing.dose is not None)
    by_day = lone or target.concept in note.in_sessions or dosing.route == "intravenous"
    judged = _ended(note, target, judged, dosing, course, cues, lone=by_day)
    judged = _given_up(note, judged, dosing, course, cues)
    course = _with_length(note, _told_within(course, judged, dosing, lone=lone), judged, dosing)
    if judged.status == "active" and any(cue.sequel for cue in judged.cues):
        course = replace(course, stop=None)
    if judged.status == "unknown" and not judged.cues and dosing.route in _LOCAL:
        judged = replace(judged, status="active")
    status = judged.status
    sessions = target.concept in note.in_sessions
    if sessions and (_is_course(dosing, course) or _was_ended(judged)):
        single = False
    if single and not sessions and judged.assertion == "present" and status != "planned":
        status = judged.status if judged.status is None else "unknown"
        course = _Course(date=course.date or course.start or course.stop)
    if _is_once(single, lone, cues, dosing, course) and status in ("active", "unknown", "stopped"):
        date = course.date or course.stop
        if date is None and not single and status == "active":
            date = note.note_day
        status, course = None, _Course(date=date)
        if judged.stop_reason in ("access", "other", "pregnancy", "completed"):
            judged = replace(judged, stop_reason=None)
    if course == _Course() and status == "stopped" and _is_stopped_now(note, target, judged):
        course = _Course(stop=note.note_day)
    if status == "held" and course.date and note.note_date and course.date.start > note.note_date:
        course = replace(course, date=None)
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
        duration_days=_length_of(dosing, status),
        stop_reason=judged.stop_reason,
        response=_response(cues),
    )


def _goes_on(note: FactParts, judged: TherapyJudgement, dosing: Dosing) -> bool:
    """Whether a drug has a beginning and no end: "since May", or "from May" where nothing tells it
    as a thing of the past.  In a list of former drugs the one "since May" is taken still."""
    roles = {role for role, _ in dosing.dates}
    if judged.status == "unknown" and "since" in roles:
        return True
    if "start" not in roles or roles & {"stop", "last"}:
        return False
    listed = judged.status == "stopped" and not judged.cues
    if listed:
        text = note.page.text
        starts = [mention.start for role, mention in dosing.dates if role == "start"]
        return any(note.since.search(text, max(0, at - _BEFORE_DATE), at) for at in starts)
    return judged.status == "unknown" and judged.temporality == "current"


_ANSWER_WORDS = 3
"""Words between a dosed drug and an answer from which on the answer is that of another question."""


def _answers_another(note: FactParts, dosing: Dosing, cue: Cue) -> bool:
    """Whether an answer behind a drug with its dose is that of a later question: "Meds: MMF 1 g.
    ROS: fever, rash: none endorsed"."""
    if not cue.answers or cue.before:
        return False
    told = max((end for _, _, end in dosing.parts if end <= cue.start), default=dosing.end)
    return len(_WORD.findall(note.page.text, told, cue.start)) > _ANSWER_WORDS


def _is_stopped_now(note: FactParts, target: Target, judged: TherapyJudgement) -> bool:
    """Whether a plan or a list of what to stop ends a drug: on the day of the note."""
    implied = note.implied(target)
    ordered = any(
        cue.category == "stopped" and cue.before and not cue.rivals for cue in judged.cues
    )
    return ("planned" in implied and ordered) or ("stopped" in implied and not judged.cues)


def _by_order(judged: TherapyJudgement, dosing: Dosing, target: Target) -> TherapyJudgement:
    """What the order of dose steps makes of a drug that is taken: an earlier dose is over, a later
    one planned; the first one is taken until the first that comes, and a step outlasts the word
    that ended the dose before it.  A name without a dose has none that another could follow:
    "HCQ since 2012 (now 300 mg)"."""
    ends = [cue for cue in judged.cues if cue.category == "stopped"]
    until = bool(ends) and not any(cue.before or cue.sequel for cue in ends)
    coming = bool(dosing.steps) and all(step.standing == "planned" for step in dosing.steps)
    if judged.status == "stopped" and until and (coming or dosing.standing == "planned"):
        judged = replace(judged, temporality="current", status="active", stop_reason=None)
    further = dosing.standing == "active" and dosing.start >= target.end
    outlasts = further and until and all(cue.end <= dosing.start for cue in ends)
    if judged.status == "stopped" and outlasts:
        judged = replace(judged, temporality="current", status="active", stop_reason=None)
    if dosing.standing is None or judged.status not in ("active", "unknown"):
        return judged
    if dosing.standing == "stopped" and dosing.steps and dosing.dose is None:
        return judged
    if dosing.standing == "planned":
        return replace(judged, assertion="hypothetical", temporality="planned", status="planned")
    temporality: Temporality = "past" if dosing.standing == "stopped" else "current"
    return replace(judged, temporality=temporality, status=dosing.standing)


def _course(
    note: FactParts,
    target: Target,
    dosing: Dosing,
    judged: TherapyJudgement,
    cues: Sequence[Cue],
    none_since: bool,
    *,
    lone: bool,
) -> _Course:
    """What the dates beside a therapy say; in "none since May" and "off since May" the start is the
    stop.

    ``lone``: it is given on single days, so that one alone is no start.

    Several days on which it was given are the start and the stop of a course.
    """
    start = stop = date = None
    status = judged.status
    dosing = replace(dosing, dates=tuple(_given_by_then(note, judged, dosing)))
    given = [m for role, m in dosing.dates if role == "on" and m.basis != "note"]
    several = len(given) > 1 and len(given) == len(dosing.dates)
    repeated = lone or dosing.course or dosing.route == "intravenous" or dosing.frequency is None
    if several and repeated and status in _GIVEN:
        ordered = sorted((interval(mention) for mention in given), key=lambda days: days.start)
        return _Course(start=ordered[0], stop=ordered[-1])
    if len(given) == len(dosing.dates) == 1 and given[0].runs_on and status in _GIVEN:
        return _run_of_days(given[0])
    infused = dosing.route == "intravenous" and dosing.dose is not None
    counted = infused and dosing.frequency is None
    for role, mention in dosing.dates:
        days = interval(mention)
        if status == "active" and role == "on" and _is_pause(note, cues, mention):
            continue
        if role in _SINCE and (none_since or _is_off_since(note, judged, dosing, mention)):
            stop = days
        elif role in _SINCE and start is None:
            start = days
        elif role == "last" and _is_last_dose(dosing, lone=lone or counted):
            date = days
        elif role == "last":
            stop = stop or (days if _has_ended(note, dosing, days) else None)
        elif role == "taken":
            stop = stop or (days if status == "stopped" else None)
        elif role == "stop":
            stop = days
        elif role == "on" and status == "stopped":
            if lone:
                date = date or days
            elif stop is None and _is_end(note, target, dosing, mention, judged):
                stop = days
            else:
                start = start or days
        elif role == "on" and _begins(
            dosing,
            status,
            days,
            counted=counted or lone or (status == "active" and _is_today(note, days)),
        ):
            start = start or days
        elif role == "on":
            date = date or days
    if status == "stopped" and stop is None and start is not None and not lone and len(given) > 1:
        last = max((interval(mention) for mention in given), key=lambda days: days.start)
        stop = last if last.start > start.start else None
    if start is not None and stop is not None and stop.end < start.start:
        start = stop = None
    return _Course(start, stop, date)


def _given_by_then(
    note: FactParts, judged: TherapyJudgement, dosing: Dosing
) -> Iterator[tuple[DateRole, DateMention]]:
    """The dates of a drug without a day to come that stands behind one on which it was given."""
    told = judged.status in ("unknown", "stopped")
    past = False
    for role, mention in dosing.dates:
        to_come = note.note_date is not None and mention.days.start > note.note_date
        if not (told and role == "on" and to_come and past):
            yield role, mention
        past = past or (role == "on" and not to_come)


def _has_ended(note: FactParts, dosing: Dosing, last: DateInterval) -> bool:
    """Whether the last dose of a drug ended its course: one that is taken regularly goes on where
    that was not long ago."""
    if dosing.frequency is None or note.note_date is None:
        return dosing.frequency is None
    return (note.note_date - last.end).days > _HALF_A_YEAR


def _told_within(
    course: _Course, judged: TherapyJudgement, dosing: Dosing, *, lone: bool
) -> _Course:
    """A whole course that is told to lie in a month or year: "six pulses in 2018"."""
    days = course.start
    whole = dosing.course and dosing.duration is None and [r for r, _ in dosing.dates] == ["on"]
    if lone or days is None or course.stop is not None or judged.status != "stopped" or not whole:
        return course
    return replace(course, stop=days) if (days.end - days.start).days >= _MONTH else course


_HALF_A_YEAR = 180
_MONTH = 27
"""Days between the first and the last one of the shortest month."""


def _is_last_dose(dosing: Dosing, *, lone: bool) -> bool:
    """Whether "last" tells the day of a dose and not the end of a course of doses."""
    return lone and not dosing.course and len(dosing.dates) == 1


def _taken_up(
    note: FactParts, judged: TherapyJudgement, dosing: Dosing, cues: Sequence[Cue]
) -> tuple[TherapyJudgement, Dosing]:
    """A drug that was taken up again on the day that its pause ended: "held 4 to 25 March and
    resumed"."""
    if judged.status not in ("held", "stopped", "active", "unknown"):
        return judged, dosing
    ends = [cue for cue in cues if cue.category in ("held", "stopped") and not cue.before]
    for number, (role, mention) in enumerate(dosing.dates):
        over = role == "stop" or mention.runs_on
        if not over or not note.resumed.match(note.page.text, mention.end):
            continue
        first = _begin_of_pause(dosing, number)
        opening = dosing.dates[first][1].start
        rested = any(0 <= opening - cue.end <= _RIGHT_BEFORE for cue in ends)
        if rested and not any(cue.start > mention.end for cue in ends):
            days = mention.days
            since = Days(start=days.end if mention.runs_on else days.start, end=days.end)
            again: tuple[DateRole, DateMention]
            again = ("start", replace(mention, days=since, runs_on=False))
            dates = (*dosing.dates[:first], again, *dosing.dates[number + 1 :])
            taken = replace(judged, temporality="current", status="active", stop_reason=None)
            return taken, replace(dosing, dates=dates)
    return judged, dosing


def _begin_of_pause(dosing: Dosing, number: int) -> int:
    """Which date of a drug is the first day of the pause that ended on the one of ``number``."""
    if not number or dosing.dates[number][1].runs_on:
        return number
    role, before = dosing.dates[number - 1]
    near = dosing.dates[number][1].start - before.end <= _RIGHT_BEFORE
    return number - 1 if near and role in _SINCE else number


_LASTED = frozenset({"active", "held", "stopped", "planned", "unknown"})
"""Standings of a course that can have a length."""
_OVER = frozenset({"stopped", "unknown"})


def _with_length(
    note: FactParts, course: _Course, judged: TherapyJudgement, dosing: Dosing
) -> _Course:
    """The course with the other end, where one end and its length are told: "six weeks from May".

    "For the past five years" ends with the note, and "off azathioprine for a year" begins there.
    """
    length, today = dosing.duration, note.note_day
    if length is None or judged.assertion != "present":
        return course
    if length.without or (length.until_now and judged.status == "active"):
        if course != _Course() or today is None or judged.status not in ("active", "stopped"):
            return course
        told = length.start_of(today)
        return _Course(stop=told) if length.without else _Course(start=told)
    if judged.status not in _OVER or length.until_now:
        return course
    if course.start is not None and course.stop is None:
        return replace(course, stop=length.end_of(course.start))
    if course.stop is not None and course.start is None:
        return replace(course, start=length.start_of(course.stop))
    return course


def _length_of(dosing: Dosing, status: TherapyStatus | None) -> DayCount | None:
    """How long the course lasted; the time without the drug is none of it."""
    length = dosing.duration
    if length is None or length.without or status not in _LASTED:
        return None
    return length.days


def _is_pause(note: FactParts, cues: Sequence[Cue], mention: DateMention) -> bool:
    """Whether a date stands right behind a word that ended the drug, which was taken up again
    later: "interrupted in March and restarted in May"."""
    gaps = (
        note.page.text[cue.end : mention.start]
        for cue in cues
        if cue.category in ("held", "stopped") and not cue.before and cue.end <= mention.start
    )
    return any(len(gap) <= _RIGHT_BEFORE and not _DIGIT.search(gap) for gap in gaps)


def _run_of_days(mention: DateMention) -> _Course:
    """The first and the last of the days on which it was given: "1 g i.v. 4-6 March"."""
    days = interval(mention)
    first = days.model_copy(update={"end": days.start})
    return _Course(start=first, stop=days.model_copy(update={"start": days.end}))


_GIVEN = frozenset({"active", "unknown", "stopped"})


def _of_the_denial(
    note: FactParts, judged: TherapyJudgement, dosing: Dosing
) -> Iterator[tuple[DateRole, DateMention]]:
    """The dates without those that a semicolon parts from the denial behind them: "ill since 2019;
    she has never been given X" tells of no X before 2019."""
    denied = [cue.start for cue in judged.cues] if judged.status == "never_given" else []
    for role, mention in dosing.dates:
        if not denied or ";" not in note.page.text[mention.end : min(denied)]:
            yield role, mention


def _is_off_since(
    note: FactParts, judged: TherapyJudgement, dosing: Dosing, mention: DateMention
) -> bool:
    """Whether "since" dates the word that ended the drug: right behind it, or behind the drugs that
    it ended ("off A and B since May"), and not what was taken before it."""
    ends = [cue.end for cue in judged.cues if cue.category in ("stopped", "held", "never_given")]
    before = [end for end in ends if end <= mention.start]
    has_stop = any(role == "stop" for role, _ in dosing.dates)
    if judged.status not in ("stopped", "held") or not before or has_stop:
        return False
    drugs = (t.end for t in note.page.targets if t.kind == "therapy" and t.end <= mention.start)
    cue_end, drug_end = max(before), max(drugs, default=0)
    words = len(_WORD.findall(note.page.text, max(cue_end, drug_end), mention.start))
    in_effect = judged.status == "held" and drug_end > cue_end
    return words <= _LEAD_WORDS + in_effect


def _time_without(note: FactParts, target: Target, judged: TherapyJudgement) -> DateInterval | None:
    """The time up to the note of which alone a denial speaks: "none in the last month", "past
    month: no rituximab"."""
    floor, end = note.page.sentences.bounds(target.sentence)
    start = min([target.start, *(cue.start for cue in judged.cues)])
    behind = [
        m
        for m in note.page.dates.periods
        if start <= m.start < end and not _in_bracket_of_another(note, target, m.start)
    ]
    if behind:
        return interval(behind[0])
    heads = [
        m
        for m in note.page.dates.periods
        if floor <= m.start < start and _HEADS.match(note.page.text, m.end)
    ]
    return interval(heads[-1]) if heads else None


def _in_bracket_of_another(note: FactParts, target: Target, place: int) -> bool:
    """Whether ``place`` stands in a bracket behind ``target`` that names another drug first."""
    text = note.page.text
    opening = text.rfind("(", target.end, place)
    if opening < 0 or ")" in text[opening:place]:
        return False
    others = note.by_sentence[target.sentence]
    return any(one.kind == "therapy" and opening < one.start < place for one in others)


_SINCE = frozenset({"start", "since"})
_HEADS = re.compile(r"\+?\s?:")
"""Behind a time that heads what was not given in it."""
_LEAD_WORDS = 2
"""Words that lead from a drug to a date: "since the"."""
_RIGHT_BEFORE = 24
"""Characters between the word that ends a course and the day of it."""


def _is_end(
    note: FactParts,
    target: Target,
    dosing: Dosing,
    mention: DateMention,
    judged: TherapyJudgement,
) -> bool:
    """Whether a date beside a drug that was stopped is the day of that: right behind the word for
    it, or before a drug with that word right behind.  Another one is when it was taken: "in 2005
    azathioprine, stopped for nausea"."""
    text = note.page.text
    ends = [cue for cue in judged.cues if cue.category in ("stopped", "inefficacy", "intolerance")]
    if not ends:
        return "stopped" in note.implied(target) and mention.start >= dosing.end
    gaps = (text[cue.end : mention.start] for cue in ends if cue.end <= mention.start)
    if any(len(gap) <= _RIGHT_BEFORE and not _DIGIT.search(gap) for gap in gaps):
        return True
    behind = (text[dosing.end : cue.start] for cue in ends if cue.start >= dosing.end)
    at_once = any(_AT_ONCE.fullmatch(gap) for gap in behind)
    return mention.end <= dosing.start and at_once


def _is_today(note: FactParts, days: DateInterval) -> bool:
    return note.note_date is not None and days.start == days.end == note.note_date


def _begins(
    dosing: Dosing, status: TherapyStatus | None, days: DateInterval, *, counted: bool
) -> bool:
    """Whether the only date beside a drug is the day that its course began."""
    if status in ("active", "planned") and days.basis != "note" and not counted:
        return True
    return dosing.course and status in ("active", "unknown")


def _is_course(dosing: Dosing, course: _Course) -> bool:
    """Whether a procedure is told as a course of sessions."""
    return dosing.course or dosing.frequency is not None or course.stop is not None


_PLANS = ("plan", "assessment")
_FAR_BACK = 240
"""Days after which a day without a year is taken for one that comes."""
_SOON = 60
"""Days in which a day of a plan comes."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_AT_ONCE = re.compile(r"\s{0,3}(?:\w{2,4}\s){0,2}")
"""What stands between a drug and the verb of which it is the subject."""
_DIGIT = re.compile(r"\d")
_ARROW = re.compile(r"→|-+>|=+>|➔")
_YEAR = re.compile(r"\d{4}|\d[/.-]\d{1,2}[/.-]\d{2}|['’]\d\d")


def _coming(
    note: FactParts, target: Target, judged: TherapyJudgement, dosing: Dosing
) -> Iterator[tuple[DateRole, DateMention]]:
    """The dates of a drug, where a day without a year that would lie far back is the next such day:
    of a plan, or of what is taken until then."""
    planned = judged.temporality == "planned" or note.layout.name(target.start) in _PLANS
    for role, mention in dosing.dates:
        text = note.page.text
        taper = bool(dosing.steps) and all(step.standing == "planned" for step in dosing.steps)
        told_ahead = role == "stop" and (
            dosing.standing == "active"
            or note.ahead.search(text, max(0, mention.start - _BEFORE_DATE), mention.start)
        )
        over = judged.status in ("unknown", "stopped") and judged.temporality == "past"
        yearless = mention.basis == "explicit" and not _YEAR.search(
            text, mention.start, mention.end
        )
        if (
            note.note_date is not None
            and yearless
            and role not in ("last", "since")
            and (
                (planned and (judged.status != "stopped" or _is_soon(note.note_date, mention.days)))
                or (told_ahead and not over)
                or taper
            )
            and (note.note_date - mention.days.start).days > _FAR_BACK
        ):
            yield role, replace(mention, days=_a_year_on(mention.days))
        else:
            yield role, mention


def _is_soon(today: dt.date, days: Days) -> bool:
    """Whether the same day of the next year comes in a few weeks: in a plan that is the one meant,
    and not one of almost a year ago ("stop MMF 20 Feb")."""
    return 0 < (_a_year_on(days).start - today).days <= _SOON


def _a_year_on(days: Days) -> Days:
    def on(day: dt.date) -> dt.date:
        leap = (day.month, day.day) == (2, 29)
        return day.replace(year=day.year + 1, day=28 if leap else day.day)

    return Days(start=on(days.start), end=on(days.end))


def _lying_ahead(
    note: FactParts, judged: TherapyJudgement, course: _Course, *, dosed: bool
) -> TherapyJudgement:
    """Planned where all of its dates lie after the note; taken where only its stop does."""
    today = note.note_date
    if today is None or judged.assertion not in ("present", "hypothetical"):
        return judged
    begins = course.start or course.date
    open_to_it = judged.status in ("active", "unknown") or (judged.status is None and dosed)
    once = course.date is not None and course.start is None and course.stop is None
    open_to_it = open_to_it or (once and judged.status == "stopped")
    if begins is not None and begins.start > today and open_to_it:
        return replace(judged, assertion="hypothetical", temporality="planned", status="planned")
    stop = course.stop
    if stop is not None and stop.start > today and judged.status == "stopped":
        return replace(judged, temporality="current", status="active", stop_reason=None)
    return judged


def _is_told_whole(
    note: FactParts, target: Target, judged: TherapyJudgement, dosing: Dosing
) -> bool:
    """Whether so many infusions or sessions are told that are over: "three pulses of"."""
    implied = note.implied(target)
    goes_on = any(cue.category == "active" for cue in judged.cues)
    open_ended = dosing.frequency is not None and judged.temporality != "past"
    to_come = "planned" in implied or "medication_list" in implied
    return (
        dosing.course
        and judged.status in ("active", "unknown")
        and judged.assertion == "present"
        and not (goes_on or open_ended or to_come)
    )


def _ended(
    note: FactParts,
    target: Target,
    judged: TherapyJudgement,
    dosing: Dosing,
    course: _Course,
    cues: Sequence[Cue],
    *,
    lone: bool,
) -> TherapyJudgement:
    """Stopped where a stop lies not after the note, or a past course is told as a whole; with the
    reason that its words give."""
    stop = course.stop
    ended = stop is not None and (note.note_date is None or stop.start <= note.note_date)
    told_whole = dosing.course and (
        (judged.status == "unknown" and judged.temporality == "past")
        or (judged.status in ("unknown", "active") and _is_long_over(note, course, dosing))
        or (judged.status == "active" and _is_of_next(judged))
    )
    told_whole = told_whole or (lone and _is_told_whole(note, target, judged, dosing))
    paused = any(r in _SINCE and _is_off_since(note, judged, dosing, m) for r, m in dosing.dates)
    whole = course.start is not None and judged.status == "held" and not paused
    taken_up = any(cue.category == "active" and cue.sequel for cue in judged.cues)
    if ((judged.status in ("unknown", "active") or whole) and ended and not taken_up) or told_whole:
        return _with_reason(replace(judged, status="stopped", temporality="past"), cues)
    return judged


def _is_of_next(judged: TherapyJudgement) -> bool:
    """Whether what says that a drug is taken stands behind the next drug: "CYC x6, MMF ongoing"."""
    return bool(judged.cues) and all(cue.rivals and not cue.before for cue in judged.cues)


def _with_reason(judged: TherapyJudgement, cues: Sequence[Cue]) -> TherapyJudgement:
    """A drug that has turned out to be stopped, with the reason for it."""
    reason = reason_of(cues)
    if judged.stop_reason is not None or reason is None:
        return judged
    told, why = reason
    used = judged.cues if told in judged.cues else (*judged.cues, told)
    return replace(judged, stop_reason=why, cues=used)


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
    if judged.status != "active" or reason is None:
        return judged
    taken = any(cue.category == "active" for cue in cues)
    since = any(role == "since" for role, _ in dosing.dates)
    led_to = _ARROW.search(note.page.text, dosing.end, max(dosing.end, reason[0].start))
    if taken or since or reason[0].rivals:
        return judged
    summed_up = reason[1] == "inefficacy" and _sums_up(note, dosing, reason[0])
    if led_to or summed_up:
        return _with_reason(replace(judged, status="stopped", temporality="past"), cues)
    if began is None or note.note_date is None:
        return judged
    if taken or since or (note.note_date - began.end).days < _A_YEAR:
        return judged
    return _with_reason(replace(judged, status="stopped", temporality="past"), cues)


def _sums_up(note: FactParts, dosing: Dosing, reason: Cue) -> bool:
    """Whether a colon leads from a drug to how it failed: "MTX 20 mg weekly: no benefit"."""
    if reason.before:
        return False
    told = max((end for _, _, end in dosing.parts if end <= reason.start), default=dosing.end)
    return _COLON.fullmatch(note.page.text, told, reason.start) is not None


_COLON = re.compile(r"[^.;\n:]{0,12}:\s{0,3}(?:\w{1,12}\s){0,2}")
_LONG = 60
"""Days after which a course that was told as a whole is over."""


def _is_long_over(note: FactParts, course: _Course, dosing: Dosing) -> bool:
    """Whether a course of so many cycles began that long before the note."""
    began = course.start or course.date
    since = any(role == "since" for role, _ in dosing.dates)
    if began is None or note.note_date is None or since:
        return False
    return (note.note_date - began.end).days > _LONG


def _was_ended(judged: TherapyJudgement) -> bool:
    """Whether a word says that sessions came to an end: "dialysis until the transplant"."""
    return judged.status == "stopped" and any(cue.category == "stopped" for cue in judged.cues)


def _is_once(
    single: bool, lone: bool, cues: Sequence[Cue], dosing: Dosing, course: _Course
) -> bool:
    """Whether one administration is told: a procedure, a vaccine, or a dose into the vein that
    has no frequency and is no course; ``lone``: a drug of single days with a day."""
    if course.start is not None:
        return False
    uncued = not any(cue.category in _COURSE_CUES for cue in cues)
    infused = dosing.route == "intravenous" and dosing.dose is not None
    alone = dosing.frequency is None and not dosing.course
    once = dosing.single and alone
    dated = lone and alone and course.date is not None and course.stop is None
    return single or once or dated or (infused and alone and (course.date is not None or uncued))


def _temporality(note: FactParts, judged: TherapyJudgement, course: _Course) -> Temporality:
    """An administration before the note's day is past."""
    if judged.temporality == "planned" or note.note_date is None:
        return judged.temporality
    if course.date is not None and course.start is None and course.date.end < note.note_date:
        return "past"
    return judged.temporality


def _response(cues: Sequence[Cue]) -> Response | None:
    """How it worked, by the nearest word for it."""
    told = nearest(cues, *_RESPONSES)
    return _RESPONSES[told.category] if told else None


_RESPONSES: dict[str, Response] = {
    "inefficacy": "inadequate",
    "partial": "partial",
    "complete": "complete",
}
