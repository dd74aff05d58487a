"""``lupus-chart screen``: notes in, verdicts and a report out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.batches import Batches, batch_options
from api.cli.options import (
    anchor_option,
    anchors_option,
    day_first_option,
    leukapheresis_option,
    notes_argument,
    out_option,
    protocol_option,
    screening_option,
)

if TYPE_CHECKING:
    from criteria_engine.assessment import AnchorName


@click.command(name="screen", short_help="Notes in, verdicts and a report out.")
@notes_argument
@protocol_option
@screening_option
@leukapheresis_option
@anchors_option
@anchor_option
@day_first_option
@batch_options
@out_option
def screen(
    input: Path,
    protocol: str,
    screening_date: dt.date | None,
    leukapheresis_date: dt.date | None,
    anchors: Path | None,
    other_anchors: tuple[tuple[AnchorName, dt.date], ...],
    day_first: bool | None,
    batches: Batches,
    out: Path,
) -> int:
    """Extract the facts of INPUT, score every patient, and write a report.

    DIR then holds what extract writes, charts.jsonl (each patient's facts brought together),
    assessments.jsonl, and report.html: one file that needs no network, in which every verdict
    stands beside the words it rests on.
    """
    from api.cli.anchors import read_anchors
    from api.cli.exits import DONE, SOME_FAILED, prepare_folder, report_errors
    from api.cli.extraction import collect, extract_into
    from api.cli.remarks import remarks_on, report_remarks
    from api.cli.reporting import print_summary, write_report
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
    notes = collect(input)
    dates.for_patients(notes.patients())
    prepare_folder(out)

    extraction = extract_into(notes, out, day_first=day_first, batches=batches)
    facts, patients = recorded(out / "facts.jsonl")
    charts = all_charts(facts, patients, dates)
    write_charts(charts, dates, out)
    assessments = assess_all(charts, loaded, dates)
    write_assessments(assessments, out)
    remarks = remarks_on(notes, dates.for_patients(notes.patients()))
    report = write_report(notes, facts, assessments, loaded, extraction, remarks, out)

    report_errors(extraction.summary.errors)
    report_remarks(remarks)
    print_summary(assessments, {note.patient_id for note in notes}, report)
    return SOME_FAILED if extraction.summary.errors else DONE
