"""A chart finds its patient's facts, in one order, each told once."""

import datetime as dt

import pytest

from abstraction.chart import chart_of, charts
from abstraction.facts import Fact, parse_fact


def fact(concept: str, start: int = 0, **more) -> Fact:
    return parse_fact(
        {
            "fact_id": f"{concept}-{start}",
            "patient_id": "p01",
            "note_id": "n1",
            "note_date": "2026-03-20",
            "kind": "diagnosis",
            "concept": concept,
            "span": {"start": start, "end": start + 3, "text": "abc"},
            "source": {"method": "rule", "id": "diagnosis", "version": "1"},
            **more,
        }
    )


def test_the_order_of_the_facts_does_not_matter_and_equal_facts_are_one():
    facts = [fact("asthma", 9), fact("stroke", 2), fact("asthma", 4)]
    chart = chart_of("p01", facts)
    assert chart == chart_of("p01", [*reversed(facts), *facts])
    assert [one.span.start for one in chart.facts] == [2, 4, 9]


def test_facts_of_equal_place_and_different_content_are_both_kept():
    twins = [fact("asthma", 4, fact_id="b"), fact("asthma", 4, fact_id="a")]
    assert [one.fact_id for one in chart_of("p01", twins).facts] == ["a", "b"]


def test_facts_are_found_by_kind_and_concept_in_chart_order():
    chart = chart_of("p01", [fact("asthma", 9), fact("stroke", 2), fact("asthma", 4)])
    found = chart.of("diagnosis", ["stroke", "asthma"])
    assert [one.span.start for one in found] == [2, 4, 9]
    assert chart.of("therapy", ["asthma"]) == ()
    assert chart.concepts("diagnosis") == ("asthma", "stroke")


def test_the_last_dates_are_those_of_the_notes_and_of_the_facts():
    day = {"start": "2025-01-01", "end": "2025-12-31", "basis": "explicit"}
    chart = chart_of("p01", [fact("asthma", 1, date=day), fact("stroke", 2, note_date=None)])
    assert chart.last_note_date == dt.date(2026, 3, 20)
    assert chart.last_date("diagnosis", ["asthma"]) == dt.date(2025, 12, 31)
    assert chart.last_date("diagnosis", ["stroke"]) is None
    assert chart_of("p02", []).last_note_date is None


def test_every_patient_gets_a_chart_also_without_facts():
    made = charts([fact("asthma", 4, patient_id="p03")], ["p02", "p01", "p03"])
    assert [chart.patient_id for chart in made] == ["p01", "p02", "p03"]
    assert [len(chart.facts) for chart in made] == [0, 0, 1]


def test_a_chart_refuses_another_patient_s_fact():
    with pytest.raises(ValueError, match="another patient"):
        chart_of("p02", [fact("asthma", 4)])
