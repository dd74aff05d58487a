"""Whatever a chart holds, it can be drawn, inside the sheet, with links that lead somewhere."""

from __future__ import annotations

import datetime as dt
from random import Random
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st
from invented import ANCHORS, element_ids, fact, targets, trial

from abstraction.chart import chart_of
from abstraction.facts import Fact
from api.pages.templating import templates
from api.pages.timeline import timeline
from api.pages.timeline.canvas import PLOT_LEFT, PLOT_RIGHT
from api.pages.timeline.rows import therapy_name
from criteria_engine.assessment import Anchors

DAYS = st.dates(dt.date(2010, 1, 1), dt.date(2027, 1, 1)) | st.dates()
NUMBERS = st.floats(0, 1e6, allow_nan=False) | st.floats(allow_nan=False)


@st.composite
def intervals(draw: st.DrawFn) -> str:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return f"{first}..{last}" if draw(st.booleans()) else str(first)


@st.composite
def therapies(draw: st.DrawFn) -> Fact:
    said = {name: draw(intervals()) for name in ("date", "start", "stop") if draw(st.booleans())}
    return fact(
        "therapy",
        draw(st.sampled_from(["prednisone", "rituximab", "ivig"])),
        str(draw(DAYS)),
        status=draw(st.sampled_from([None, "active", "held", "stopped", "never_given", "unknown"])),
        **said,
    )


@st.composite
def results(draw: st.DrawFn) -> Fact:
    number = draw(st.none() | NUMBERS)
    unit = draw(st.sampled_from(["g/L", "{titer}", "10*9/L", None]))
    value = {
        "number": number,
        "unit": unit,
        "canonical_number": number,
        "canonical_unit": unit,
        "comparator": draw(st.sampled_from([None, "<", ">"])),
        "plausible": draw(st.sampled_from([None, True, False])),
    }
    concept = draw(st.sampled_from(["hemoglobin", "ana", "alt", "crp"]))
    return fact("measurement", concept, str(draw(DAYS)), date=draw(intervals()), value=value)


@st.composite
def biopsies(draw: st.DrawFn) -> Fact:
    classes = sorted(draw(st.sets(st.sampled_from(["II", "III", "IV", "V"]))))
    return fact(
        "biopsy",
        "kidney_biopsy",
        str(draw(DAYS)),
        date=draw(intervals()),
        organ=draw(st.sampled_from(["native_kidney", "allograft_kidney"])),
        classes=classes,
    )


FACTS = st.lists(therapies() | results() | biopsies(), max_size=8)


@settings(deadline=None)  # the first chart loads the protocol
@given(FACTS, DAYS)
def test_every_mark_lies_in_the_plot_and_links_to_a_fact(
    facts: list[Fact], screening: dt.date
) -> None:
    chart = chart_of("p01", facts)
    ids = element_ids(chart)
    found = timeline(chart, Anchors(screening=screening), trial(), ids)
    assert set(targets(found)) <= set(ids.values())
    if found.picture is None:
        return
    spans = [
        span
        for row in found.picture.rows
        for mark in row.marks
        for span in (*mark.certain, *mark.told, *mark.possible, mark.before, mark.after)
        if span
    ]
    spans += [dot.days for panel in found.picture.panels for dot in panel.dots if dot.days]
    assert all(PLOT_LEFT <= one.x <= one.end <= PLOT_RIGHT + 1e-6 for one in spans)
    for panel in found.picture.panels:
        assert all(0 <= dot.top <= dot.bottom <= panel.height for dot in panel.dots)


@settings(deadline=None)  # the first chart loads the protocol
@given(FACTS)
def test_no_bar_is_solid_on_a_day_that_is_not_certain(facts: list[Fact]) -> None:
    chart = chart_of("p01", facts)
    found = timeline(chart, ANCHORS, trial(), element_ids(chart)).picture
    if found is None:
        return
    scale = found.scale
    certain = {
        (therapy_name(one.concept), scale.begin(days.start), scale.end(days.end))
        for one in chart.episodes
        for days in one.certain_days
    }
    for row in found.rows:
        for mark in row.marks:
            for solid in (*mark.certain, *mark.told):
                if solid is not None:
                    assert any(
                        name == row.name and first <= solid.x and solid.end <= last + 1e-6
                        for name, first, last in certain
                    )


@settings(deadline=None)  # the first chart loads the protocol
@given(FACTS)
def test_all_that_is_drawn_is_told(facts: list[Fact]) -> None:
    chart = chart_of("p01", facts)
    found = timeline(chart, ANCHORS, trial(), element_ids(chart))
    told = found.text
    assert len(told.therapies) == len(chart.episodes) + len(chart.administrations)
    assert len(told.biopsies) == len(chart.biopsies)
    assert len(told.conflicts) == len(chart.conflicts)
    if found.picture:
        rows = {row.name for row in found.picture.rows}
        assert rows <= {one.name for one in (*told.therapies, *told.biopsies)}
        assert {one.name for one in found.picture.panels} <= {one.name for one in told.analytes}


@settings(deadline=None)
@given(FACTS, DAYS)
def test_the_drawing_is_sound_xml_without_a_style_of_its_own(
    facts: list[Fact], screening: dt.date
) -> None:
    chart = chart_of("p01", facts)
    found = timeline(chart, Anchors(screening=screening), trial(), element_ids(chart)).picture
    if found is None:
        return
    svg = templates().get_template("timeline.svg.j2").render(picture=found, name="p01 <&>")
    drawing = ElementTree.fromstring(svg)
    assert drawing.get("role") == "group"
    assert all(element.get("style") is None for element in drawing.iter())
    links = [element for element in drawing.iter() if element.tag == "a"]
    assert len(links) >= sum(len(row.marks) for row in found.rows)
    assert all(link.find("title") is not None for link in links)


@settings(deadline=None)
@given(FACTS, st.randoms())
def test_the_order_of_the_facts_changes_nothing(facts: list[Fact], order: Random) -> None:
    chart = chart_of("p01", facts)
    shuffled = sorted(facts, key=lambda _: order.random())
    again = timeline(chart_of("p01", shuffled), ANCHORS, trial(), element_ids(chart))
    assert again == timeline(chart, ANCHORS, trial(), element_ids(chart))
