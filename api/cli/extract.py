"""``lupus-chart extract``: notes in, facts out."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.options import day_first_option, notes_argument, out_option


@click.command(name="extract", short_help="Notes in, facts out.")
@notes_argument
@day_first_option
@out_option
def extract(input: Path, day_first: bool | None, out: Path) -> int:
    """Extract the facts of INPUT into DIR: facts.jsonl, notes.jsonl, ledger.jsonl.

    INPUT is a folder of charts (a folder a patient), one patient's folder, one note (.txt, .md)
    or a table (.jsonl, .csv, .parquet).
    """
    from api.cli.exits import DONE, SOME_FAILED, prepare_folder, report_errors
    from api.cli.extraction import collect, extract_into
    from api.cli.remarks import remarks_on, report_remarks

    notes = collect(input)
    prepare_folder(out)
    summary = extract_into(notes, out, day_first=day_first).summary
    report_errors(summary.errors)
    report_remarks(remarks_on(notes))
    click.echo(f"{summary.notes} notes, {summary.facts} facts: {out}")
    return SOME_FAILED if summary.errors else DONE
