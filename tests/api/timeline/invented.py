"""Short ways to write an invented patient's facts and to draw the timeline of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from abstraction.chart import Chart, chart_of
from abstraction.facts import Fact, parse_fact
from api.pages.timeline import Timeline, Trial, timeline
from api.pages.timeline.marks import Mark
from api.pages.timeline.panels import Panel
from api.pages.timeline.picture import Picture
from api.pages.timeline.rows import Row
from criteria_engine import load_protocol
from criteria_engine.assessment import Anchors
from criteria_engine.limits_of import limits_of
from criteria_engine.therapies_of import therapies_of

SCREENING = dt.date(2026, 4, 1)
ANCHORS = Anchors(screening=SCREENING, leukapheresis=dt.date(2026, 4, 20))


@cache
def trial() -> Trial:
    """What NCT07432334 limits and asks about."""
    protocol = load_protocol("NCT07432334")
    return Trial(limits_of(protocol), therapies_of(protocol))


def days(text: str | None) -> dict[str, str] | None:
    """ "2026-03-20" or "2026-03-01..2026-03-31" as an interval."""
    if text is None:
        return None
    start, _, end = text.partition("..")
    return {"start": start, "end": end or start, "basis": "explicit"}


def fact(kind: str, concept: str, told: str = "2026-03-20", **said: Any) -> Fact:
    """A fact of a note of that day; ``date``, ``start`` and ``stop`` are intervals in short."""
    for name in ("date", "start", "stop"):
        if name in said:
            said[name] = days(said[name])
    words = said.pop("words", concept)
    data = {
        "patient_id": "p01",
        "note_id": said.pop("note_id", f"{told}_note"),
        "note_date": told,
        "kind": kind,
        "concept": concept,
        "span": {"start": 0, "end": len(words), "text": words},
        "source": {"method": "rule", "id": kind, "version": "1"},
        **said,
    }
    return parse_fact({"fact_id": repr(sorted(map(str, data.items()))), **data})


def therapy(concept: str, told: str = "2026-03-20", **said: Any) -> Fact:
    """A statement on a therapy."""
    return fact("therapy", concept, told, **said)


def biopsy(date: str, *classes: str, **said: Any) -> Fact:
    """A biopsy of a native kidney."""
    more = {"organ": "native_kidney", "classes": list(classes), **said}
    return fact("biopsy", "kidney_biopsy", date=date, **more)


def result(
    concept: str, number: float | None, unit: str | None, date: str | None, **value: Any
) -> Fact:
    """A result in its canonical unit, unless ``value`` says otherwise."""
    given = {"number": number, "unit": unit, "canonical_number": number, "canonical_unit": unit}
    on = {"date": date} if date else {}
    return fact("measurement", concept, value=given | value, **on)


def drawn(*facts: Fact, anchors: Anchors = ANCHORS, of: Trial | None = None) -> Timeline:
    """The timeline of the facts."""
    chart = chart_of("p01", facts)
    return timeline(chart, anchors, of or trial(), element_ids(chart))


def picture(*facts: Fact, anchors: Anchors = ANCHORS) -> Picture:
    """The picture of the facts, which must have something to draw."""
    found = drawn(*facts, anchors=anchors).picture
    assert found is not None
    return found


def element_ids(chart: Chart) -> dict[str, str]:
    """The ids that the report gives to the highlights of a chart's facts."""
    return {one.fact_id: f"p1f{number}" for number, one in enumerate(chart.facts, 1)}


def only_mark(of: Picture) -> Mark:
    """The one mark of the rows."""
    (mark,) = (mark for row in of.rows for mark in row.marks)
    return mark


def targets(of: Timeline) -> Iterator[str]:
    """Everything that the picture and the text link to."""
    rows: Iterable[Row] = of.picture.rows if of.picture else ()
    panels: Iterable[Panel] = of.picture.panels if of.picture else ()
    for row in rows:
        yield from (mark.target for mark in row.marks)
        yield from (one.target for one in row.conflicts)
    for panel in panels:
        yield from (dot.target for dot in panel.dots)
        yield from (one.target for one in panel.conflicts)
    for line in (*of.text.therapies, *of.text.biopsies):
        yield from (link.target for link in line.evidence.links)
    for analyte in of.text.analytes:
        yield from (one.link.target for one in analyte.results)
    for conflict in of.text.conflicts:
        yield from (link.target for side in conflict.sides for link in side)
