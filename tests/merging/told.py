"""Short ways to write the facts of a few notes, as a chart brings them together."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from abstraction.chart import Chart, chart_of
from abstraction.dates import Window
from abstraction.facts import BiopsyFact, DiagnosisFact, Fact, MeasurementFact, TherapyFact
from abstraction.facts import parse_fact as parse

_PLACES = count(1)


def interval(text: str | None, basis: str = "explicit") -> dict[str, str] | None:
    """ "2021-03-02", "2021-03-01..2021-03-31" or "2021" as a date of a fact; None for none."""
    if text is None:
        return None
    start, _, end = text.partition("..")
    if len(start) == 4:
        start, end = f"{start}-01-01", f"{end or start}-12-31"
    return {"start": start, "end": end or start, "basis": basis}


def _fact(kind: str, concept: str, note: str | None, **more: Any) -> Any:
    place = next(_PLACES)
    basis = more.pop("basis", "explicit")
    for name in ("date", "start", "stop", "onset"):
        if isinstance(more.get(name), str):
            more[name] = interval(more[name], basis)
    data = {
        "fact_id": f"f{place}",
        "patient_id": "p01",
        "note_id": more.pop("note_id", f"{note}_note"),
        "note_date": note,
        "kind": kind,
        "concept": concept,
        "span": {"start": place, "end": place + 1, "text": "x"},
        "source": {"method": "rule", "id": kind, "version": "1"},
    }
    return parse(data | more)


def therapy(concept: str, note: str | None, status: str | None = None, **more: Any) -> TherapyFact:
    """A statement on a therapy in the note of that day, with what its status says of it."""
    words = {
        "never_given": {"assertion": "absent"},
        "declined": {"assertion": "absent"},
        "planned": {"assertion": "hypothetical", "temporality": "planned"},
        "stopped": {"temporality": "past"},
        "unknown": {"temporality": "past"},
    }
    if "mg" in more:
        more["dose"] = {"number": more.pop("mg"), "unit": "mg"}
    return _fact("therapy", concept, note, status=status, **(words.get(status or "", {}) | more))


def biopsy(note: str | None, classes: str = "", **more: Any) -> BiopsyFact:
    """A class phrase ("III V") or the bare word of a biopsy."""
    return _fact("biopsy", "kidney_biopsy", note, classes=classes.split(), **more)


def lab(concept: str, note: str | None, number: float | None, **more: Any) -> MeasurementFact:
    """A result in its canonical unit, mg/mg unless ``unit`` names another."""
    unit = more.pop("unit", "mg/mg")
    value = {"number": number, "unit": unit, "canonical_number": number, "canonical_unit": unit}
    value |= {name: more.pop(name) for name in ("interpretation", "comparator") if name in more}
    return _fact("measurement", concept, note, value=value, **more)


def diagnosis(concept: str, note: str | None, **more: Any) -> DiagnosisFact:
    """What a note says of a diagnosis."""
    return _fact("diagnosis", concept, note, **more)


def chart(*facts: Fact) -> Chart:
    """The chart of those facts."""
    return chart_of("p01", facts)


def days(window: Window | Any | None) -> str:
    """A window or interval as text: "2021-03-02", "2021-03-01..2021-03-31", "..2021-03-31"."""
    if window is None:
        return "none"
    start, end = (_text(day) for day in (window.start, window.end))
    return start if start == end and start else f"{start}..{end}"


def _text(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
