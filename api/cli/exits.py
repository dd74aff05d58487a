"""What a command leaves behind: its files, its errors, its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from abstraction.reading import ReadError

ASSESSMENTS, CHARTS, REPORT = "assessments.jsonl", "charts.jsonl", "report.html"
"""What ``screen`` writes beside the files of the run."""

DONE = 0
"""Everything was read."""
SOME_FAILED = 1
"""Done, but some notes failed: listed on standard error and in the ledger."""
FAILED = 2
"""Wrong usage, or input that cannot be read at all."""


def report_errors(errors: Iterable[ReadError]) -> None:
    """One line each on standard error."""
    for error in errors:
        click.echo(f"lupus-chart: {error}", err=True)


def prepare_folder(out: Path) -> None:
    """Make the folder that a run is written to; one that exists is used again."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise click.UsageError(f"--out {out}: is a file, and a folder is needed") from None
    except OSError as error:
        raise click.UsageError(f"--out {out}: cannot be made ({error.strerror})") from None
