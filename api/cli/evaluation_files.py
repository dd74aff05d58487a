"""What ``evaluate`` leaves beside its figures: the report and, if asked for, BRAT folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.exits import REPORT

if TYPE_CHECKING:
    from corpus.evaluation import Evaluation

BRAT = "brat"


def write_evaluation_report(evaluation: Evaluation, corpus: str, run: Path, out: Path) -> Path:
    """Write ``report.html`` into the folder ``out`` and return its path.

    ``run`` is the folder of the run that was scored, where the reasons of its verdicts stand.
    """
    import importlib.metadata

    from abstraction.writing import replacing
    from api.pages.evaluation_report import render_evaluation_report
    from api.pages.report import Provenance
    from corpus.evaluation.reasons import gold_assessments, run_assessments

    packs = {
        mention.fact.source.version
        for mention in evaluation.run.mentions
        if mention.fact.source.method == "rule"
    }
    page = render_evaluation_report(
        evaluation,
        run_assessments(evaluation, run),
        gold_assessments(evaluation),
        corpus=corpus,
        provenance=Provenance(
            software_version=importlib.metadata.version("lupus-chart"),
            rule_pack_version=", ".join(sorted(packs)),
        ),
    )
    path = out / REPORT
    try:
        with replacing(path) as (stream,):
            stream.write(page)
    except OSError as error:
        raise click.UsageError(f"--out {out}: cannot be written ({error.strerror})") from None
    return path


def write_brat(evaluation: Evaluation, out: Path) -> Path:
    """Write the BRAT folders into ``out`` and return the path of the folder that holds both."""
    from abstraction.exports.brat import NotWritable
    from corpus.evaluation.brat_folders import write_brat_folders

    folder = out / BRAT
    try:
        write_brat_folders(evaluation, folder)
    except NotWritable as error:
        raise click.UsageError(f"--brat: {error}") from None
    except OSError as error:
        raise click.UsageError(f"--brat {folder}: cannot be written ({error.strerror})") from None
    return folder
