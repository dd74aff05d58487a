"""Facts against a protocol: what ``score`` does and ``screen`` ends with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.exits import ASSESSMENTS, CHARTS

if TYPE_CHECKING:
    from abstraction.chart import Chart
    from abstraction.facts import Fact
    from api.cli.anchors import AnchorTable
    from criteria_engine.assessment import Assessment
    from criteria_engine.protocol import Protocol


def load(name_or_path: str) -> Protocol:
    """The protocol; ``click.UsageError`` names the known ones, or what is wrong with its file."""
    from criteria_engine import ProtocolError, load_protocol

    try:
        return load_protocol(name_or_path)
    except ProtocolError as error:
        raise click.UsageError(str(error)) from None


def all_charts(
    facts: Iterable[Fact], patient_ids: Iterable[str], anchors: AnchorTable
) -> tuple[Chart, ...]:
    """The chart of every patient of the facts and of ``patient_ids``, sorted by patient.

    Patients whom only ``anchors`` names are told on standard error.
    """
    from abstraction.chart import charts

    found = charts(facts, patient_ids)
    for line in anchors.strangers(chart.patient_id for chart in found):
        click.echo(f"lupus-chart: {line}", err=True)
    return found


def assess_all(
    charts: Sequence[Chart], protocol: Protocol, anchors: AnchorTable
) -> list[Assessment]:
    """The assessment of every chart, in their order."""
    from criteria_engine import assess

    dates = anchors.for_patients(chart.patient_id for chart in charts)
    return [assess(chart, protocol, dates[chart.patient_id]) for chart in charts]


def recorded(path: Path) -> tuple[list[Fact], tuple[str, ...]]:
    """The facts of a run's file, and the patients of the ledger beside it.

    ``click.UsageError`` where a line of either is broken.
    """
    from abstraction.recorded import BrokenRecord, read_facts, recorded_patients

    try:
        return read_facts(path), recorded_patients(path)
    except BrokenRecord as error:
        raise click.UsageError(str(error)) from None


def write_assessments(assessments: Iterable[Assessment], out: Path) -> Path:
    """Write ``assessments.jsonl`` into the folder and return its path."""
    from abstraction.writing import json_line, replacing

    path = out / ASSESSMENTS
    with replacing(path) as (stream,):
        stream.writelines(json_line(assessment) for assessment in assessments)
    return path


def write_charts(charts: Iterable[Chart], anchors: AnchorTable, out: Path) -> Path:
    """Write ``charts.jsonl`` into the folder, each chart as of its screening; return its path."""
    from abstraction.chart_record import chart_record
    from abstraction.writing import json_line, replacing

    path = out / CHARTS
    every = tuple(charts)
    dates = anchors.for_patients(chart.patient_id for chart in every)
    with replacing(path) as (stream,):
        stream.writelines(
            json_line(chart_record(chart, dates[chart.patient_id].screening)) for chart in every
        )
    return path
