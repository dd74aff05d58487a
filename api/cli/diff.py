"""``lupus-chart diff``: what changed between two runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from criteria_engine.questions.changes import Meanings


@click.command(name="diff", short_help="Which verdicts changed between two runs, and why.")
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@click.option(
    "--patient", "patients", multiple=True, metavar="ID", help="Only this patient; repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def diff(old: Path, new: Path, patients: tuple[str, ...], as_json: bool) -> int:
    """Tell which verdicts and triages differ between the runs OLD and NEW, and through which facts.

    Each is a folder that screen or score wrote, or its assessments.jsonl. Where both folders hold
    facts.jsonl, facts of the same words that are read otherwise are told too. Other protocols and
    other dates come first, since they explain the rest.

    Exit code, as that of diff: 0 no difference; 1 some; 2 wrong usage or unreadable input. A
    verdict differs when its outcome or its basis does.
    """
    from abstraction.writing import json_line
    from api.cli.answers import changes_text
    from api.cli.runs import read_assessments
    from criteria_engine.questions import compare

    before, after = read_assessments(old), read_assessments(new)
    if patients:
        known = {one.patient_id for one in (*before, *after)}
        for name in patients:
            if name not in known:
                raise click.UsageError(f"neither run has a patient {name}")
        before = [one for one in before if one.patient_id in patients]
        after = [one for one in after if one.patient_id in patients]
    changes = compare(before, after, _meanings(old), _meanings(new))
    click.echo(json_line(changes) if as_json else changes_text(changes), nl=False)
    return int(changes.any)


def _meanings(run: Path) -> Meanings | None:
    """What the facts beside the assessments say; None where there are none."""
    from api.cli.runs import FACTS
    from api.cli.scoring import recorded
    from criteria_engine.questions import meanings_of

    path = (run if run.is_dir() else run.parent) / FACTS
    return meanings_of(recorded(path)[0]) if path.is_file() else None
