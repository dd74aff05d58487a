"""Notes into a run folder: what ``extract`` does and ``screen`` begins with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.exits import ASSESSMENTS, CHARTS, REPORT, report_errors
from api.cli.progress import progress

if TYPE_CHECKING:
    from abstraction.facts import Fact
    from abstraction.notes import Note
    from abstraction.reading import NoteCollection
    from abstraction.run import RunSummary


@dataclass(frozen=True, slots=True)
class Extraction:
    """The run that was recorded and the version of the rules that made it."""

    summary: RunSummary
    rule_pack: str


def collect(source: Path) -> NoteCollection:
    """The notes of the input; ``click.UsageError`` where there is not one that can be read."""
    from abstraction.reading import collect_notes

    notes = collect_notes(source)
    if not len(notes):
        if not notes.errors:
            raise click.UsageError(f"{source}: holds no notes")
        *others, last = notes.errors
        report_errors(others)
        raise click.UsageError(str(last))
    return notes


def extract_into(notes: NoteCollection, out: Path, *, day_first: bool | None = None) -> Extraction:
    """Extract the facts of every note with the rule pack and write the run's three files.

    ``day_first``: how notes that do not show it write day and month; None keeps both readings.

    Verdicts on an earlier run's facts are taken away: beside the new facts they would be false.
    """
    from abstraction.quiet import quiet
    from abstraction.run import record_run

    with quiet():
        from abstraction.pipeline import build_pipeline, extract_facts
        from nlp_rules import load_rules

        rules = load_rules()
        nlp = build_pipeline(rules, day_first=day_first)

    def extract(note: Note) -> tuple[Fact, ...]:
        return extract_facts(nlp, note)

    try:
        with progress("Reading notes", len(notes)) as after_each:
            summary = record_run(notes, extract, rules.version, out, after_each)
        for stale in (ASSESSMENTS, CHARTS, REPORT):
            (out / stale).unlink(missing_ok=True)
    except OSError as error:
        raise click.UsageError(f"--out {out}: cannot be written ({error.strerror})") from None
    return Extraction(summary, rules.version)
