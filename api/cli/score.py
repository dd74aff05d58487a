"""``lupus-chart score``: the criteria engine alone, on facts that were extracted before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.options import (
    anchor_option,
    anchors_option,
    leukapheresis_option,
    protocol_option,
    screening_option,
)

if TYPE_CHECKING:
    from criteria_engine.assessment import AnchorName


@click.command(name="score", short_help="Score facts that were extracted before.")
@click.argument("facts", metavar="FACTS.jsonl", type=click.Path(path_type=Path))
@protocol_option
@screening_option
@leukapheresis_option
@anchors_option
@anchor_option
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to write assessments.jsonl and charts.jsonl to; without it the assessments go to "
    "standard output.",
)
def score(
    facts: Path,
    protocol: str,
    screening_date: dt.date | None,
    leukapheresis_date: dt.date | None,
    anchors: Path | None,
    other_anchors: tuple[tuple[AnchorName, dt.date], ...],
    out: Path | None,
) -> int:
    """Score the patients of FACTS.jsonl, and of the ledger.jsonl beside it, against a protocol.

    No note is read and no language processing is loaded.
    """
    from abstraction.writing import json_line
    from api.cli.anchors import read_anchors
    from api.cli.exits import DONE, prepare_folder
    from api.cli.scoring import (
        all_charts,
        assess_all,
        load,
        recorded,
        write_assessments,
        write_charts,
    )

    loaded = load(protocol)
    dates = read_anchors(screening_date, leukapheresis_date, anchors, other_anchors)
    recorded_facts, patients = recorded(facts)
    charts = all_charts(recorded_facts, patients, dates)
    assessments = assess_all(charts, loaded, dates)
    if out is None:
        for assessment in assessments:
            click.echo(json_line(assessment), nl=False)
    else:
        prepare_folder(out)
        write_charts(charts, dates, out)
        click.echo(f"{len(assessments)} patients: {write_assessments(assessments, out)}")
    return DONE
