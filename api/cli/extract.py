"""``lupus-chart extract``: notes in, facts out."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from api.cli.batches import Batches, batch_options
from api.cli.options import day_first_option, notes_argument, out_option


@click.command(name="extract", short_help="Notes in, facts out.")
@notes_argument
@day_first_option
@click.option(
    "--format",
    type=click.Choice(["jsonl", "parquet"]),
    default="jsonl",
    metavar="jsonl/parquet",
    help="Of the facts and the notes; jsonl by default.",
)
@batch_options
@out_option
def extract(
    input: Path,
    day_first: bool | None,
    format: Literal["jsonl", "parquet"],
    batches: Batches,
    out: Path,
) -> int:
    """Extract the facts of INPUT into DIR: facts.jsonl, notes.jsonl, ledger.jsonl.

    INPUT is a folder of charts (a folder a patient), one patient's folder, one note (.txt, .md)
    or a table (.jsonl, .csv, .parquet).  The bytes written are the same for any number of workers
    and any engine, and for a run that was cut off and resumed.
    """
    from api.cli.exits import DONE, SOME_FAILED, prepare_folder, report_errors
    from api.cli.extraction import collect, extract_into
    from api.cli.remarks import remarks_on, report_remarks

    notes = collect(input)
    prepare_folder(out)
    summary = extract_into(notes, out, day_first=day_first, format=format, batches=batches).summary
    report_errors(summary.errors)
    report_remarks(remarks_on(notes))
    click.echo(f"{summary.notes} notes, {summary.facts} facts: {out}")
    return SOME_FAILED if summary.errors else DONE
