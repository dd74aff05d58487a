"""What there is to say: for each topic and placeholder, the things of a course that it can tell.

A ``Frame`` is one thing to say: the facts that its phrase will be about, and the words that its
slots can print.  Slots are functions, so that a word is chosen only where a phrase prints it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from corpus.synthetic.banks import PLACEHOLDERS, Role, groups, topics
from corpus.synthetic.course import (
    Biopsy,
    Course,
    Episode,
    Panel,
    Printed,
    When,
    facts_of_life,
)
from corpus.synthetic.drafts import interval
from corpus.synthetic.page import UNTOLD, Items, OwnFact, Piece
from corpus.synthetic.wording import Wording

Slots = Mapping[str, Callable[[], Piece | Items]]


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a thing is said: in which kind of note, on what day, about which part of the course.

    ``by_lines``: each thing stands on a line of its own, so a date before it is a heading.
    """

    course: Course
    role: Role
    day: dt.date
    subject: Biopsy | Episode | None = None
    by_lines: bool = False

    @property
    def basis(self) -> Any:
        """What a date printed before several things is to each of them: in running text, where a
        hard line break may follow it, two readers would differ."""
        return "section" if self.by_lines else UNTOLD


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing to say.  ``subject`` is what it is about, for whoever judges what was said."""

    topic: str
    own: tuple[OwnFact, ...] = ()
    slots: Slots = field(default_factory=dict)
    subject: Any = None


@dataclass(frozen=True, slots=True)
class Result:
    """A laboratory value as it was told: of what, of what day, with what beside it.

    ``with_limits``: by its flag or its range the notes say whether it is normal.
    """

    analyte: str
    day: dt.date
    printed: Printed
    with_unit: bool
    with_limits: bool


_TREATMENT = {
    "active": "therapy_active",
    "past": "therapy_past",
    "failed": "therapy_failed",
    "intolerant": "therapy_intolerant",
    "held": "therapy_held",
    "pulses": "cyclophosphamide_course",
    "infusion": "infusion",
}
_NOT_GIVEN = {
    "declined": "therapy_declined",
    "refused": "therapy_refused_by_payer",
    "planned": "therapy_planned",
    "considered": "therapy_considered",
    "never": "therapy_never",
}
_RESPONSE = {
    "refractory_nephritis": "refractory_nephritis",
    "older_class_disagrees": "refractory_nephritis",
    "refractory_lupus": "refractory_sle",
    "quiet": "responded",
}
FINDINGS: tuple[str, ...] = tuple(facts_of_life().data["findings"])
_UNSAID_COURSE: dict[str, Any] = {
    "start": None, "stop": None, "dose": None, "frequency": None, "daily_dose_mg": None,
    "response": None, "stop_reason": None,
}  # fmt: skip


def frames(name: str, moment: Moment, wording: Wording) -> list[Frame]:
    """Everything that the topic, group or placeholder can say here; none where it has nothing."""
    family = _FAMILIES.get(name)
    if family is not None:
        found = list(family(moment, wording))
        return found if name in PLACEHOLDERS else [one for one in found if one.topic == name]
    if name in groups():
        return [addendum(topic, moment, wording) for topic in _due(name, moment)]
    if (topics()[name].settles or topics()[name].group) and name not in _due(None, moment):
        return []
    return [addendum(name, moment, wording)]


def addendum(topic: str, moment: Moment, wording: Wording) -> Frame:
    """A statement with no more to it than a day."""
    said = {**dict(moment.course.said), **dict(moment.course.said_earlier)}
    when = said.get(topic)
    slots: Slots = {"when": lambda: wording.when(when, "date")} if when else {}
    return Frame(topic, tuple(OwnFact(one) for one in topics()[topic].own), slots)


def _due(group: str | None, moment: Moment) -> list[str]:
    """The statements that the visit makes, and notes of the same weeks repeat."""
    if moment.role not in ("visit", "phone", "lists"):
        return []
    due = [topic for topic, _ in moment.course.said]
    spared = not moment.course.biopsies and "transplant_done" not in due
    if spared and moment.course.patient_id[-1] in "02468":
        due.append("nephritis_absent")
    if moment.role == "lists":
        due = [topic for topic in due if topics()[topic].group == "screen_history"]
    return [topic for topic in due if group in (None, topics()[topic].group)]


# --- disease and biopsies -----------------------------------------------------------------------


def _sle_history(moment: Moment, wording: Wording) -> Iterator[Frame]:
    onset = moment.course.onset
    yield Frame(
        "sle_history", (OwnFact("sle"),), {"onset": lambda: wording.when(onset, "onset")}, onset
    )


def _nephritis_named(moment: Moment, wording: Wording) -> Iterator[Frame]:
    if any(biopsy.day <= moment.day for biopsy in moment.course.biopsies):
        yield Frame("nephritis_named", (OwnFact("lupus_nephritis"),))


def _antibodies(moment: Moment, wording: Wording) -> Iterator[Frame]:
    course = moment.course
    if course.antibodies_negative:
        yield Frame("antibody_negative")
        return
    topic = wording.dice.choice(["antibody_history", "titre_item"])
    number = course.ana_titre
    slots: dict[str, Callable[[], Piece | Items]] = {
        "analyte": lambda: wording.analyte("ana"),
        "titre": lambda: wording.titre(number),
    }
    if topic == "antibody_history":
        slots["onset"] = lambda: wording.when(course.onset, "date")
    yield Frame(topic, (OwnFact("ana"),), slots, number)
    if course.anti_sm:
        yield Frame("anti_sm_positive", (OwnFact("anti_sm"),), {
            "analyte": lambda: wording.analyte("anti_sm"),
            "result": lambda: wording.result("positive"),
        })  # fmt: skip


def _biopsies(moment: Moment, wording: Wording) -> Iterator[Frame]:
    for biopsy in moment.course.biopsies:
        if biopsy.day < moment.day:
            undated = len(moment.course.biopsies) == 1 and wording.dice.random() < 0.2
            yield _biopsy("biopsy_undated" if undated else "biopsy", biopsy, wording)


def _reported(topic: str) -> Callable[[Moment, Wording], Iterator[Frame]]:
    def of(moment: Moment, wording: Wording) -> Iterator[Frame]:
        if isinstance(moment.subject, Biopsy):
            yield _biopsy(topic, moment.subject, wording)

    return of


def _biopsy(topic: str, biopsy: Biopsy, wording: Wording) -> Frame:
    base = {"organ": "native_kidney", "activity_index": None, "chronicity_index": None}
    slots: dict[str, Callable[[], Piece | Items]] = {
        "class": lambda: wording.classes(biopsy.classes),
        "activity": lambda: Piece(str(biopsy.activity), fields={"activity_index": biopsy.activity}),
        "chronicity": lambda: Piece(
            str(biopsy.chronicity), fields={"chronicity_index": biopsy.chronicity}
        ),
    }
    if topic == "biopsy":
        precise = When(biopsy.day, wording.dice.choice(["day", "month"]))
        slots["biopsy_date"] = lambda: wording.when(precise, "date")
    return Frame(topic, (OwnFact("kidney_biopsy", base),), slots, biopsy)


# --- therapies -----------------------------------------------------------------------------------


def as_of(episode: Episode, day: dt.date) -> Episode | None:
    """The episode as it stood on that day; None where it had not begun."""
    if episode.start and episode.start.bounds()[0] >= day:
        return None
    if episode.state in ("pulses", "infusion"):
        return episode if episode.stop and episode.stop.bounds()[1] < day else None
    if episode.stop and episode.stop.bounds()[1] >= day:
        episode = replace(episode, state="active", stop=None)
    return replace(episode, dosing=episode.dosing_on(day))


def _treatment(moment: Moment, wording: Wording) -> Iterator[Frame]:
    """The courses until then; what has no dates is told only where it is current."""
    recent = (moment.course.screening - moment.day).days < 60
    for episode in moment.course.episodes:
        told = as_of(episode, moment.day)
        if told and told.state in _TREATMENT and (told.start or recent):
            yield _therapy(_TREATMENT[told.state], told, wording)


def _medications(moment: Moment, wording: Wording) -> Iterator[Frame]:
    """The current list, with drugs between that are no facts."""
    for episode in moment.course.episodes:
        told = as_of(episode, moment.day)
        if told and told.state == "active" and told.dosing and told.dosing.per_day:
            yield _therapy("medication_line", told, wording)
        if wording.dice.random() < 0.4:
            yield Frame("other_medication_line")


def _not_given(moment: Moment, wording: Wording) -> Iterator[Frame]:
    if (moment.course.screening - moment.day).days < 120:
        for episode in moment.course.of_states(*_NOT_GIVEN):  # type: ignore[arg-type]
            yield _therapy(_NOT_GIVEN[episode.state], episode, wording)


def _infusion(moment: Moment, wording: Wording) -> Iterator[Frame]:
    """On the day itself it is not yet past to every reader."""
    if isinstance(moment.subject, Episode):
        frame = _therapy("infusion", moment.subject, wording)
        today = {"temporality": UNTOLD}
        yield replace(frame, own=tuple(OwnFact(one.concept, today) for one in frame.own))


def _therapy(topic: str, episode: Episode, wording: Wording) -> Frame:
    base = {"temporality": "past"} if topic == "infusion" else dict(_UNSAID_COURSE)
    slots: dict[str, Callable[[], Piece | Items]] = {"drug": lambda: wording.drug(episode.drug)}
    dosing, start, stop = episode.dosing, episode.start, episode.stop
    if dosing is not None:
        slots["dose"] = lambda: wording.dose(dosing)
        if dosing.per_day is not None:
            slots["frequency"] = lambda: wording.frequency(dosing)
    if start is not None and topic == "infusion":
        slots["when"] = lambda: wording.when(start, "date")
    elif start is not None:
        slots["start"] = lambda: wording.when(start, "start")
    if stop is not None and topic != "infusion":
        slots["stop"] = lambda: wording.when(stop, "stop")
    return Frame(topic, (OwnFact(episode.drug, base),), slots, episode)


def _holds(moment: Moment, wording: Wording) -> Iterator[Frame]:
    course = moment.course
    drugs = [episode.drug for episode in course.of_states("active")]
    steroids = ("prednisone", "prednisolone")
    held = [drug for drug in drugs if drug not in steroids]
    if course.leukapheresis is None or not held:
        return
    since = When(course.leukapheresis - dt.timedelta(days=10))
    names = tuple((wording.drug(drug).text, OwnFact(drug)) for drug in held)
    yield Frame("holds_confirmed", (), {
        "drugs": lambda: Items(names, "and"),
        "when": lambda: Piece(wording.day(since.day), tags=wording.date_tags(since.day)),
    }, tuple(held))  # fmt: skip


# --- findings and results ------------------------------------------------------------------


def _findings(moment: Moment, wording: Wording) -> Iterator[Frame]:
    if moment.role in ("visit", "earlier"):
        for concept in moment.course.findings:
            yield Frame(f"finding_{concept}", (OwnFact(concept),), subject=concept)


def _denials(moment: Moment, wording: Wording) -> Iterator[Frame]:
    names = wording.symptoms(moment.course.denied)
    if moment.role in ("visit", "earlier", "phone", "lists"):
        yield Frame("denied_today", (), {"items": lambda: Items(names, "or", ("negation_list",))})


def _response(moment: Moment, wording: Wording) -> Iterator[Frame]:
    topic = _RESPONSE.get(moment.course.story)
    if topic and moment.role == "visit":
        yield Frame(topic, tuple(OwnFact(one) for one in topics()[topic].own))


def own_day(day: dt.date) -> dict[str, Any]:
    """The date of a report's results: the day it is of, printed at its head as well."""
    return interval(day, day, UNTOLD)


def newest_panel(moment: Moment) -> Panel | None:
    """The last results that were known on the day."""
    known = [panel for panel in moment.course.panels if panel.day <= moment.day]
    return known[-1] if known else None


def result_frame(analyte: str, panel: Panel, wording: Wording, *, bare: bool, basis: Any) -> Frame:
    """One numeric result in running text."""
    printed = panel.results[analyte]
    value: dict[str, Any] = {"comparator": printed.comparator, "unit": None}
    fields = {"value": value, "date": interval(panel.day, panel.day, basis)}
    slots: dict[str, Callable[[], Piece | Items]] = {
        "analyte": lambda: wording.analyte(analyte),
        "value": lambda: wording.value(printed),
    }
    if not bare:
        slots["unit"] = lambda: wording.unit(printed)
        if printed.flag:
            flag = wording.suited(wording.words.flags[printed.flag])
            told = {"value": {"interpretation": printed.flag}}
            slots["flag"] = lambda: Piece(flag.text, told, flag.tags)
    topic = "result_item_bare" if bare else "result_item"
    tags = ("unit_missing",) if bare else ()
    result = Result(analyte, panel.day, printed, not bare, with_limits=False)
    return Frame(topic, (OwnFact(analyte, fields, tags),), slots, result)


def serology_frames(moment: Moment, wording: Wording, basis: Any) -> Iterator[Frame]:
    """The qualitative results of the chart, each with its day."""
    course = moment.course
    for test, sign in course.serology.items():
        date = interval(course.serology_day, course.serology_day, basis)
        slots: Slots = {
            "analyte": partial(wording.analyte, test),
            "result": partial(wording.result, sign),
        }
        about = (test, sign, course.serology_day)
        yield Frame("serology_item", (OwnFact(test, {"date": date}),), slots, about)


def _serology(moment: Moment, wording: Wording) -> Iterator[Frame]:
    """In a report of the laboratory by themselves, elsewhere after the day they are of."""
    if moment.role == "virology":
        yield from serology_frames(moment, wording, UNTOLD)
    elif moment.course.serology_day <= moment.day:
        yield heading_frame(moment.course.serology_day, wording)
        yield from serology_frames(moment, wording, moment.basis)


def _results(moment: Moment, wording: Wording) -> Iterator[Frame]:
    """A heading and the results of the newest panel, for a note that lists them itself."""
    panel = newest_panel(moment)
    if panel is not None:
        yield heading_frame(panel.day, wording)
        for analyte in panel.results:
            yield result_frame(analyte, panel, wording, bare=False, basis=moment.basis)


def heading_frame(day: dt.date, wording: Wording) -> Frame:
    """The words before the results of a day."""
    return Frame("result_heading", (), {"lab_date": lambda: Piece(wording.day(day))})


def _vitals(moment: Moment, wording: Wording) -> Iterator[Frame]:
    course = moment.course
    pressures = {"systolic": course.systolic, "diastolic": course.diastolic}
    own = tuple(OwnFact(f"{name}_bp", {"value": {"comparator": None}}) for name in pressures)
    slots: Slots = {
        name: partial(Piece, str(number), {"value": {"number": number}}, which=which)
        for which, (name, number) in enumerate(pressures.items())
    }
    yield Frame("vitals", own, slots)


def _temperature(moment: Moment, wording: Wording) -> Iterator[Frame]:
    fahrenheit = moment.course.locale == "us"
    celsius = moment.course.temperature
    number = round(celsius * 1.8 + 32, 1) if fahrenheit else celsius
    unit, ucum = ("F", "[degF]") if fahrenheit else (wording.dice.choice(["C", "°C"]), "Cel")
    yield Frame("temperature", (OwnFact("temperature", {"value": {"unit": None}}),), {
        "value": lambda: Piece(f"{number:g}", {"value": {"number": number}}),
        "unit": lambda: Piece(unit, {"value": {"unit": ucum}}),
    })  # fmt: skip


def _echo(topic: str) -> Callable[[Moment, Wording], Iterator[Frame]]:
    def of(moment: Moment, wording: Wording) -> Iterator[Frame]:
        course = moment.course
        if (moment.role == "echo") != (topic == "lvef") or course.echo_day > moment.day:
            return
        told = When(course.echo_day, wording.dice.choice(["day", "day", "month"]))
        fields = {} if topic == "lvef_dated" else {"date": own_day(moment.day)}
        slots: dict[str, Callable[[], Piece | Items]] = {
            "value": lambda: wording.percent(*course.lvef),
            "unit": lambda: wording.percent_unit("lvef"),
        }
        if topic == "lvef_dated":
            slots["when"] = lambda: wording.when(told, "date")
        yield Frame(topic, (OwnFact("lvef", fields),), slots, course.echo_day)

    return of


def _spirometry(topic: str) -> Callable[[Moment, Wording], Iterator[Frame]]:
    def of(moment: Moment, wording: Wording) -> Iterator[Frame]:
        course = moment.course
        if moment.role != "lung":
            return
        concept = f"{topic}_percent_predicted"
        per_cent = course.fvc if topic == "fvc" else course.fev1
        litres = f"{per_cent * (0.041 if topic == 'fvc' else 0.034):.2f}"
        yield Frame(topic, (OwnFact(concept, {"date": own_day(moment.day)}),), {
            "value": lambda: wording.percent(per_cent, per_cent),
            "unit": lambda: wording.percent_unit(concept),
            "litres": lambda: Piece(litres, tags=("absolute_beside_percent",)),
        }, course.lung_day)  # fmt: skip

    return of


def _sledai(moment: Moment, wording: Wording) -> Iterator[Frame]:
    total = moment.course.sledai
    if moment.role == "visit":
        yield Frame("sledai_stated", (OwnFact("sledai_2k", {"value": {"unit": None}}),), {
            "value": lambda: Piece(str(total), {"value": {"number": total}}),
        }, total)  # fmt: skip


def _washout(moment: Moment, wording: Wording) -> Iterator[Frame]:
    if moment.role == "washout":
        yield Frame("washout_month_denied")


_Family = Callable[[Moment, Wording], Iterator[Frame]]

_FAMILIES: Mapping[str, _Family] = {
    "sle_history": _sle_history,
    "nephritis_named": _nephritis_named,
    **dict.fromkeys(
        ("antibodies", "antibody_history", "antibody_negative", "anti_sm_positive", "titre_item"),
        _antibodies,
    ),
    **dict.fromkeys(("biopsies", "biopsy"), _biopsies),
    **{topic: _reported(topic) for topic in ("biopsy_undated", "pathology_diagnosis")},
    **dict.fromkeys(("treatment", *_TREATMENT.values()), _treatment),
    "infusion": _infusion,
    **dict.fromkeys(("medications", "medication_line"), _medications),
    **dict.fromkeys(("not_given", *_NOT_GIVEN.values()), _not_given),
    "holds_confirmed": _holds,
    "washout_month_denied": _washout,
    **dict.fromkeys(("findings", *(f"finding_{one}" for one in FINDINGS)), _findings),
    **dict.fromkeys(("denials", "denied_today"), _denials),
    **dict.fromkeys(("response", *_RESPONSE.values()), _response),
    **dict.fromkeys(("serology", "serology_item"), _serology),
    **dict.fromkeys(("result_heading", "result_item", "result_item_bare"), _results),
    "vitals": _vitals,
    "temperature": _temperature,
    **{topic: _echo(topic) for topic in ("lvef", "lvef_dated")},
    **{topic: _spirometry(topic) for topic in ("fvc", "fev1")},
    "sledai_stated": _sledai,
}
"""Who knows what there is to say of a topic that hangs on the course; a placeholder says it all."""
