"""Invented charts: sound gold, the same bytes for the same seed, and nothing missing in them."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abstraction.chart import chart_of
from abstraction.facts import Fact, parse_fact
from corpus.synthetic.banks import BANKS, Bank, load_bank
from corpus.synthetic.generation import InventedChart, invent_chart, write_corpus
from corpus.synthetic.verdicts import CRITERIA
from criteria_engine import Anchors, Assessment, assess, load_protocol

BANK_NAMES = ("dev", "test")
SOURCE = {"method": "human", "id": "gold", "version": "1"}

any_chart = given(st.sampled_from(BANK_NAMES), st.integers(0, 10_000), st.integers(0, 50))


@cache
def bank(name: str) -> Bank:
    return load_bank(BANKS / name)


@cache
def charts(name: str, count: int = 60) -> tuple[InventedChart, ...]:
    return tuple(invent_chart(number, 1, bank(name)) for number in range(count))


def with_basis(record: dict[str, Any]) -> dict[str, Any]:
    """The record with a basis for each date whose basis the gold leaves out."""
    return {
        key: {"basis": "explicit", **value}
        if isinstance(value, dict) and "start" in value and key != "span"
        else value
        for key, value in record.items()
    }


def as_facts(chart: InventedChart) -> list[Fact]:
    """The gold as facts, what the gold leaves out by default."""
    return [
        parse_fact(
            {key: value for key, value in with_basis(record).items() if key != "tags"}
            | {"fact_id": f"g{number}", "source": SOURCE, "note_date": record["note_id"][:10]}
        )
        for number, record in enumerate(chart.facts)
    ]


@any_chart
@settings(max_examples=40, deadline=None)
def test_every_span_is_the_text_that_stands_there(name: str, seed: int, number: int) -> None:
    chart = invent_chart(number, seed, bank(name))
    texts = dict(chart.notes)
    for record in chart.facts:
        span = record["span"]
        assert texts[record["note_id"]][span["start"] : span["end"]] == span["text"]
        assert span["text"] == span["text"].strip() != ""


@any_chart
@settings(max_examples=40, deadline=None)
def test_every_record_is_a_fact_told_once_and_in_order(name: str, seed: int, number: int) -> None:
    chart = invent_chart(number, seed, bank(name))
    keys = [fact.order() for fact in as_facts(chart)]
    assert keys == sorted(set(keys))


@any_chart
@settings(max_examples=30, deadline=None)
def test_no_date_is_later_than_its_note(name: str, seed: int, number: int) -> None:
    for fact in as_facts(invent_chart(number, seed, bank(name))):
        if fact.date is not None:
            assert fact.date.start <= dt.date.fromisoformat(fact.note_id[:10])


@pytest.mark.parametrize("name", BANK_NAMES)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(
    name: str, tmp_path: Path
) -> None:
    for folder, seed in (("a", 4), ("b", 4), ("c", 5)):
        (tmp_path / folder).mkdir()
        write_corpus(3, seed, bank(name), tmp_path / folder)

    def files(folder: str) -> dict[str, bytes]:
        root = tmp_path / folder
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        return {str(path.relative_to(root)): path.read_bytes() for path in paths}

    assert files("a") == files("b") != files("c")


def test_a_patient_is_the_same_whatever_else_is_invented() -> None:
    assert invent_chart(7, 1, bank("dev")) == charts("dev")[7]


@pytest.mark.parametrize("name", BANK_NAMES)
def test_a_corpus_holds_what_real_charts_are_hard_for(name: str) -> None:
    facts = [record for chart in charts(name) for record in chart.facts]
    tags = Counter(tag for record in facts for tag in record["tags"])
    for tag in (
        "abbreviation", "brand", "misspelled", "table", "line_break", "unit_missing", "ocr",
        "ambiguous_date", "month_only", "year_only", "negation_list", "telegraphic", "range",
    ):  # fmt: skip
        assert tags[tag] > 0, tag
    seen = Counter((record["kind"], record.get("assertion")) for record in facts)
    for assertion in ("present", "absent", "other_person"):
        assert seen["diagnosis", assertion] > 20
    statuses = Counter(record.get("status") for record in facts if record["kind"] == "therapy")
    for status in ("active", "stopped", "planned", "declined", "never_given"):
        assert statuses[status] > 5, status
    registers = {one.register_ for one in bank(name).skeletons}
    assert len(registers) >= 20
    assert any("\r\n" in text for chart in charts(name) for _, text in chart.notes)
    assert {chart.course.locale for chart in charts(name)} == {
        "us",
        "uk",
        "ie",
        "in",
        "cn",
        "au",
        "ca",
    }


@pytest.mark.parametrize("name", BANK_NAMES)
def test_every_verdict_occurs(name: str) -> None:
    outcomes = Counter(
        (criterion, outcome)
        for chart in charts(name, 200)
        for criterion, outcome in chart.assessment["criteria"].items()
    )
    judged = {criterion for criterion, _ in outcomes}
    assert judged == set(CRITERIA)
    for criterion in ("INC-01", "INC-05", "INC-11", "EXC-01", "EXC-12", "EXC-14"):
        assert all(outcomes[criterion, outcome] for outcome in ("pass", "fail")), criterion
    triages = Counter(chart.assessment.get("triage") for chart in charts(name, 200))
    assert all(triages[one] for one in ("ineligible", "needs_information", "potentially_eligible"))


def engine_verdicts(chart: InventedChart) -> Assessment:
    anchors: dict[str, Any] = chart.assessment["anchors"]
    return assess(
        chart_of(chart.course.patient_id, as_facts(chart)),
        load_protocol("NCT07432334"),
        Anchors.model_validate(anchors),
    )


@pytest.mark.parametrize("name", BANK_NAMES)
def test_the_gold_and_the_engine_on_the_gold_facts_never_contradict(name: str) -> None:
    """Two readings of the same facts, written apart: one may abstain, none may say the opposite."""
    for chart in charts(name):
        gold = chart.assessment["criteria"]
        for verdict in engine_verdicts(chart).criteria:
            stated = {gold.get(verdict.id, "unknown"), verdict.outcome}
            assert stated != {"pass", "fail"}, (chart.course.patient_id, verdict.id, verdict.reason)


def test_the_annotated_notes_are_all_the_notes(tmp_path: Path) -> None:
    write_corpus(2, 1, bank("dev"), tmp_path)
    for folder in (path for path in tmp_path.iterdir() if path.is_dir()):
        stated = json.loads((folder / "assessment.gold.json").read_bytes())["annotated_notes"]
        assert stated == sorted(path.stem for path in folder.glob("*.txt"))
