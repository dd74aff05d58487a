"""Notes into a run folder: what ``extract`` does and ``screen`` begins with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

import click

from api.cli.batches import SPARK_NOTES_AT_A_TIME, Batches, engine_of
from api.cli.exits import ASSESSMENTS, CHARTS, REPORT, report_errors
from api.cli.progress import progress

if TYPE_CHECKING:
    from abstraction.reading import NoteCollection
    from abstraction.run import RunSummary


@dataclass(frozen=True, slots=True)
class Extraction:
    """The run that was recorded and the version of the rules that made it."""

    summary: RunSummary
    rule_pack: str


def collect(source: Path) -> NoteCollection:
    """The notes of the input; ``click.UsageError`` where there is not one that can be read."""
    import tempfile

    from abstraction.reading import NoRoom, collect_notes

    try:
        notes = collect_notes(source)
    except NoRoom as error:
        raise click.UsageError(
            f"{source}: no room for its notes in {tempfile.gettempdir()} ({error}); "
            "TMPDIR names another folder"
        ) from None
    if not len(notes):
        if not notes.errors:
            raise click.UsageError(f"{source}: holds no notes")
        *others, last = notes.errors
        report_errors(others)
        raise click.UsageError(str(last))
    return notes


def extract_into(
    notes: NoteCollection,
    out: Path,
    *,
    day_first: bool | None = None,
    format: Literal["jsonl", "parquet"] = "jsonl",
    batches: Batches | None = None,
) -> Extraction:
    """Extract the facts of every note with the rule pack and write the run's three files.

    ``day_first``: how notes that do not show it write day and month; None keeps both readings.

    ``batches``: how many at once and where; None is one by one, for commands that cannot resume.

    Verdicts on an earlier run's facts are taken away: beside the new facts they would be false.
    """
    from abstraction.batch import EngineFailed
    from abstraction.quiet import quiet
    from abstraction.run import NOTES_AT_A_TIME, RunOptions, record
    from abstraction.shipped import ShippedExtractor
    from abstraction.unfinished import FOLDER, Busy, CannotResume

    with quiet():
        from nlp_rules import load_rules

        rules = load_rules()
    how = batches or Batches()
    options = RunOptions(
        settings=f"day_first={day_first} note_timeout={how.note_timeout}",
        resume=how.resume,
        format=format,
        outdated=(ASSESSMENTS, CHARTS, REPORT),
        notes_at_a_time=SPARK_NOTES_AT_A_TIME if how.engine == "spark" else NOTES_AT_A_TIME,
    )
    resumable = out / FOLDER if batches else None
    engine = engine_of(how, ShippedExtractor(day_first))
    try:
        with progress("Reading notes", len(notes)) as done:
            summary = record(notes, engine, rules.version, out, options, done)
    except Busy:
        raise click.UsageError(f"--out {out}: another run is writing to it") from None
    except CannotResume as error:
        raise click.UsageError(
            f"--resume: {error}; without --resume the run into {out} starts anew"
        ) from None
    except EngineFailed as error:
        _stop(f"--engine {how.engine}: {error}", resumable)
    except OSError as error:
        _stop(f"--out {out}: cannot be written ({error.strerror})", resumable)
    except KeyboardInterrupt:
        _stop("interrupted", resumable)
    return Extraction(summary, rules.version)


def _stop(why: str, resumable: Path | None) -> NoReturn:
    """End the command with one line, which says where there is work that need not be done again."""
    hint = "; --resume takes the run up from there" if resumable and resumable.is_dir() else ""
    raise click.UsageError(f"{why}{hint}") from None
