"""Short ways to write the facts of an invented patient, and to ask for a verdict."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from abstraction.chart import charts
from abstraction.facts import Fact, parse_fact
from criteria_engine import Anchors, Assessment, Protocol, assess, load_protocol
from criteria_engine.assessment import CriterionAssessment

SCREENING = "2026-04-01"
PATIENT = "p01"


@cache
def protocol() -> Protocol:
    return load_protocol("NCT07432334")


def interval(text: str | None, basis: str = "explicit") -> dict[str, str] | None:
    """ "2026-03-20" or "2026-03-01..2026-03-31" as a date of a fact; None for no date."""
    if text is None:
        return None
    start, _, end = text.partition("..")
    return {"start": start, "end": end or start, "basis": basis}


def fact(kind: str, concept: str, date: str | None = None, **more: Any) -> Fact:
    """A fact; its note bears the date it ends on unless ``note_date`` says otherwise."""
    basis = more.pop("basis", "explicit")
    words = more.pop("words", concept)
    when = interval(date, basis)
    note_date = more.pop("note_date", when["end"] if when else SCREENING)
    data = {
        "patient_id": PATIENT,
        "note_id": more.pop("note_id", f"{note_date}_note"),
        "note_date": note_date,
        "kind": kind,
        "concept": concept,
        "span": {"start": 10, "end": 10 + len(words), "text": words},
        "date": when,
        "source": {"method": "rule", "id": f"{kind}.{concept}", "version": "1"},
        **more,
    }
    data.setdefault("fact_id", "-".join(map(str, (kind, concept, date, sorted(more.items())))))
    return parse_fact(data)


def lab(
    concept: str, number: float | None, unit: str | None, date: str | None, **more: Any
) -> Fact:
    """A measurement whose printed unit is its canonical one unless ``canonical`` is given."""
    canonical, canonical_unit = more.pop("canonical", (number, unit))
    fields = ("comparator", "interpretation", "reference_low", "reference_high", "plausible")
    fields += ("low", "high", "canonical_low", "canonical_high", "readings", "unit_basis")
    value = {name: more.pop(name) for name in fields if name in more}
    value |= {"number": number, "unit": unit}
    value |= {"canonical_number": canonical, "canonical_unit": canonical_unit}
    return fact("measurement", concept, date, value=value, **more)


def result(concept: str, interpretation: str, date: str | None, **more: Any) -> Fact:
    """A test result in words."""
    return lab(concept, None, None, date, interpretation=interpretation, **more)


def diagnosis(concept: str, date: str | None = "2026-03-20", **more: Any) -> Fact:
    return fact("diagnosis", concept, date, **more)


def denied(concept: str, date: str | None = "2026-03-20", **more: Any) -> Fact:
    return fact("diagnosis", concept, date, assertion="absent", **more)


def therapy(concept: str, date: str | None = None, **more: Any) -> Fact:
    for course in ("start", "stop"):
        if isinstance(more.get(course), str):
            more[course] = interval(more[course])
    return fact("therapy", concept, date, **more)


def never(concept: str, date: str = "2026-03-20", **more: Any) -> Fact:
    return therapy(concept, date, assertion="absent", status="never_given", basis="note", **more)


def biopsy(classes: list[str], date: str | None, **more: Any) -> Fact:
    return fact("biopsy", "kidney_biopsy", date, classes=classes, **more)


def born(day: str) -> Fact:
    return fact("demographic", "birth_date", value={"text": day})


def aged(years: float, date: str | None, **more: Any) -> Fact:
    return fact("demographic", "age", date, value={"number": years, "unit": "a"}, **more)


def sex(text: str) -> Fact:
    return fact("demographic", "sex", value={"text": text})


def assessment(
    *facts: Fact,
    screening: str = SCREENING,
    leukapheresis: str | None = None,
    by: Protocol | None = None,
) -> Assessment:
    """The assessment of one patient with these facts."""
    (chart,) = charts(facts, [PATIENT])
    anchors = Anchors(
        screening=dt.date.fromisoformat(screening),
        leukapheresis=dt.date.fromisoformat(leukapheresis) if leukapheresis else None,
    )
    return assess(chart, by or protocol(), anchors)


def verdict(criterion_id: str, *facts: Fact, **anchors: Any) -> CriterionAssessment:
    """One criterion's verdict."""
    criteria = assessment(*facts, **anchors).criteria
    return next(one for one in criteria if one.id == criterion_id)


def outcome(criterion_id: str, *facts: Fact, **anchors: Any) -> str:
    """ "pass", "fail" or "unknown/basis"."""
    one = verdict(criterion_id, *facts, **anchors)
    return one.outcome if one.outcome != "unknown" else f"unknown/{one.basis}"


RECENT_LAB = lab("platelets", 88, "10*9/L", "2026-03-20")


def active_drug(concept: str, day: str) -> Fact:
    """A drug on the medication list of a note."""
    return therapy(concept, day, status="active", basis="note")
