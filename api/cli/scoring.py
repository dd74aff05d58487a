"""Facts against a protocol: what ``score`` does and ``screen`` ends with."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.exits import ASSESSMENTS

if TYPE_CHECKING:
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


def assess_all(
    facts: Iterable[Fact], patient_ids: Iterable[str], protocol: Protocol, anchors: AnchorTable
) -> list[Assessment]:
    """The assessment of every patient of the facts and of ``patient_ids``, sorted by patient."""
    from abstraction.chart import charts
    from criteria_engine import assess

    all_charts = charts(facts, patient_ids)
    for line in anchors.strangers(chart.patient_id for chart in all_charts):
        click.echo(f"lupus-chart: {line}", err=True)
    dates = anchors.for_patients(chart.patient_id for chart in all_charts)
    return [assess(chart, protocol, dates[chart.patient_id]) for chart in all_charts]


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
