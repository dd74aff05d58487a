"""The report of a screening, and its summary on the terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from api.cli.exits import REPORT
from api.cli.remarks import first_few

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from pathlib import Path

    from abstraction.facts import Fact
    from abstraction.notes import Note
    from api.cli.extraction import Extraction
    from criteria_engine.assessment import Assessment, Triage
    from criteria_engine.protocol import Protocol

_TRIAGE_WORDS: dict[Triage, str] = {
    "potentially_eligible": "potentially eligible",
    "needs_information": "need more information",
    "ineligible": "ineligible",
}


def write_report(
    notes: Iterable[Note],
    facts: Iterable[Fact],
    assessments: Iterable[Assessment],
    protocol: Protocol,
    extraction: Extraction,
    remarks: Sequence[str],
    out: Path,
) -> Path:
    """Write ``report.html`` into the folder and return its path."""
    import importlib.metadata

    from abstraction.writing import replacing
    from api.pages.report import Provenance, render_report
    from api.pages.timeline import Trial
    from criteria_engine.limits_of import limits_of
    from criteria_engine.therapies_of import therapies_of

    page = render_report(
        notes,
        facts,
        assessments,
        protocol_prose={
            criterion.id: (criterion.title, "\n".join(criterion.registered))
            for criterion in protocol.criteria
        },
        provenance=Provenance(
            software_version=importlib.metadata.version("lupus-chart"),
            rule_pack_version=extraction.rule_pack,
            notes_failed=extraction.summary.unread,
            no_notes=extraction.summary.no_notes,
            remarks=tuple(remarks),
        ),
        trial=Trial(limits_of(protocol), therapies_of(protocol)),
    )
    path = out / REPORT
    with replacing(path) as (stream,):
        stream.write(page)
    return path


def print_summary(
    assessments: Sequence[Assessment], with_notes: Container[str], report: Path
) -> None:
    """Patients by triage, those of whom no note was read, and the path of the report, on standard
    output."""
    counts = Counter(assessment.triage for assessment in assessments)
    plural = "" if len(assessments) == 1 else "s"
    click.echo(f"{len(assessments)} patient{plural} screened")
    for triage, words in _TRIAGE_WORDS.items():
        click.echo(f"{counts[triage]:7} {words}")
    unread = [one.patient_id for one in assessments if one.patient_id not in with_notes]
    if unread:
        click.echo(f"Without a note that could be read: {first_few(unread)}")
    click.echo(f"Report: {report}")
