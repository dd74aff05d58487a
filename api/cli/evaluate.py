"""``lupus-chart evaluate``: a run, or a second annotator, against a gold corpus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from api.cli.options import out_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abstraction.reading import ReadError
    from corpus.evaluation import Gold, Metrics, Run
    from corpus.evaluation.table import Table


@click.command(name="evaluate", short_help="Figures against a gold corpus.")
@click.option(
    "--gold",
    "gold_folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The gold corpus: a folder a patient, with notes and gold.",
)
@click.option(
    "--pred",
    metavar="RUN_DIR",
    type=click.Path(path_type=Path),
    help="An earlier run's folder, or a second annotator's gold; without it, a fresh run.",
)
@click.option(
    "--compare",
    metavar="OTHER_RUN",
    type=click.Path(path_type=Path),
    help="Another run's folder, to tell what is better and what worse.",
)
@click.option(
    "--protocol",
    default="NCT07432334",
    show_default=True,
    metavar="P",
    help="A protocol's name, or the path of its file.",
)
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(min=0), metavar="N",
    help="Draws the patients of the 95 % intervals.",
)  # fmt: skip
@click.option(
    "--brat", is_flag=True, help="Also write gold and predictions as BRAT folders, DIR/brat."
)
@out_option
def evaluate(
    gold_folder: Path,
    pred: Path | None,
    compare: Path | None,
    protocol: str,
    seed: int,
    brat: bool,
    out: Path,
) -> int:
    """Score a run on a gold corpus: mentions, attributes, criteria, patients.

    DIR then holds metrics.json, report.html with every error beside its note and, after a fresh
    run, the run's files. Exit code 1 says that something of the gold or of the run was unfit and
    was not scored; each such thing is named on standard error and in metrics.json.
    """
    from api.cli.evaluation_files import write_brat, write_evaluation_report
    from api.cli.exits import DONE, SOME_FAILED, prepare_folder, report_errors
    from api.cli.scoring import load
    from corpus.evaluation import evaluate as score
    from corpus.evaluation import read_gold

    gold = read_gold(gold_folder, load(protocol))
    if not gold.holds_anything:
        _give_up(gold.problems, gold_folder)
    run = _read(pred, gold) if pred else None
    other = _read(compare, gold) if compare else None
    _check_place(out, gold_folder)
    prepare_folder(out)
    if pred is not None and pred.resolve() != out.resolve():
        _remove_run(out)
    if run is None:
        run = _run_afresh(gold, out)

    evaluation = score(gold, run, other, seed)
    metrics = evaluation.metrics
    if not metrics.scope.notes_scored and not metrics.scope.patients_with_verdicts:
        _give_up(metrics.problems, pred or out)
    written = _write(metrics, out)
    report = write_evaluation_report(evaluation, gold_folder.resolve().name, pred or out, out)
    report_errors(metrics.problems)
    _print(metrics, written)
    click.echo(f"Report: {report}")
    if brat:
        click.echo(f"BRAT: {write_brat(evaluation, out)}")
    return SOME_FAILED if metrics.problems else DONE


def _check_place(out: Path, gold_folder: Path) -> None:
    """Refuse to write among the gold, where the files would be read as its next time."""
    if out.resolve().is_relative_to(gold_folder.resolve()):
        raise click.UsageError(f"--out {out}: lies in the gold corpus; give another folder")


def _remove_run(out: Path) -> None:
    """Take away the files of an earlier run: beside the figures of another they would be false."""
    from abstraction.run import FACTS, LEDGER, NOTES, TABLES
    from api.cli.exits import ASSESSMENTS

    try:
        for name in (FACTS, NOTES, LEDGER, *TABLES, ASSESSMENTS):
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise click.UsageError(f"--out {out}: cannot be written ({error.strerror})") from None


def _read(folder: Path, gold: Gold) -> Run:
    from corpus.evaluation import UnreadableRun, read_run

    try:
        return read_run(folder, gold)
    except UnreadableRun as error:
        raise click.UsageError(str(error)) from None


def _run_afresh(gold: Gold, out: Path) -> Run:
    """Extract the gold's notes, score them with the gold's days, and read back what was written."""
    from abstraction.reading import NoteCollection
    from api.cli.extraction import extract_into
    from api.cli.scoring import recorded, write_assessments
    from corpus.evaluation.engine_verdicts import assess_patients

    extract_into(NoteCollection(note for one in gold.patients for note in one.notes), out)
    facts, _ = recorded(out / "facts.jsonl")
    days = {patient_id: verdicts.anchors for patient_id, verdicts in gold.verdicts.items()}
    write_assessments(assess_patients(facts, days, gold.protocol), out)
    return _read(out, gold)


def _give_up(problems: Sequence[ReadError], where: Path) -> NoReturn:
    """Name every problem, the last of them as the reason why nothing could be scored."""
    from api.cli.exits import report_errors

    report_errors(problems[:-1])
    what = f"; {problems[-1]}" if problems else ""
    raise click.UsageError(f"{where}: nothing could be scored{what}")


def _write(metrics: Metrics, out: Path) -> Path:
    from abstraction.writing import replacing
    from corpus.evaluation.metrics import FILE, to_json

    try:
        with replacing(out / FILE) as (stream,):
            stream.write(to_json(metrics))
    except OSError as error:
        raise click.UsageError(f"--out {out}: cannot be written ({error.strerror})") from None
    return out / FILE


def _print(metrics: Metrics, written: Path) -> None:
    from corpus.evaluation.table import summary, tables

    show = _show_colours if sys.stdout.isatty() else _show_plain
    click.echo(summary(metrics))
    for table in tables(metrics):
        click.echo()
        show(table)
    click.echo(f"\nFigures: {written}")


def _show_plain(table: Table) -> None:
    """Columns two spaces apart: names to the left, figures to the right."""
    lines = (table.header, *table.rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    click.echo(table.title)
    for name, *figures in lines:
        cells = [name.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True)]
        click.echo("  " + "  ".join(cells).rstrip())


def _show_colours(table: Table) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as Drawn

    drawn = Drawn(
        title=table.title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for place, name in enumerate(table.header):
        drawn.add_column(name, justify="right" if place else "left", overflow="fold")
    for row in table.rows:
        drawn.add_row(*row)
    Console().print(drawn)
