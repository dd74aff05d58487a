"""A run's files read back, for the commands that ask about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.exits import ASSESSMENTS
from api.cli.scoring import load, recorded

if TYPE_CHECKING:
    from abstraction.chart import Chart
    from criteria_engine.assessment import Assessment
    from criteria_engine.protocol import Protocol

FACTS = "facts.jsonl"


def read_assessments(run: Path) -> list[Assessment]:
    """The assessments of a run's folder, or of the file itself, in their order.

    ``click.UsageError`` where there are none, or one line is not an assessment.
    """
    from pydantic import ValidationError

    from criteria_engine.assessment import Assessment

    path = run / ASSESSMENTS if run.is_dir() else run
    found: dict[str, Assessment] = {}
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    one = Assessment.model_validate_json(line)
                except ValidationError:
                    raise click.UsageError(f"{path}:{number}: is not an assessment") from None
                if one.patient_id in found:
                    raise click.UsageError(
                        f"{path}:{number}: names patient {one.patient_id} a second time"
                    )
                found[one.patient_id] = one
    except FileNotFoundError:
        raise click.UsageError(
            f"{path}: there is no such file; screen, or score --out, writes it"
        ) from None
    except OSError as error:
        raise click.UsageError(f"{path}: cannot be read ({error.strerror})") from None
    if not found:
        raise click.UsageError(f"{path}: holds no assessments")
    return list(found.values())


def of_patients(
    assessments: Sequence[Assessment], wanted: Iterable[str], run: Path
) -> list[Assessment]:
    """Those of the wanted patients, all where none is named; a patient not there is an error."""
    names = list(dict.fromkeys(wanted))
    known = {one.patient_id for one in assessments}
    for name in names:
        if name not in known:
            raise click.UsageError(f"{run}: has no patient {name}")
    return [one for one in assessments if not names or one.patient_id in names]


def protocol_of(assessments: Sequence[Assessment], file: str | None, run: Path) -> Protocol:
    """The protocol by which they were scored; another version of it is refused."""
    told = dict.fromkeys((one.protocol, one.protocol_version) for one in assessments)
    if len(told) > 1:
        raise click.UsageError(f"{run}: was scored with more than one protocol or version")
    ((name, version),) = told
    protocol = load(file or name)
    if (protocol.id, protocol.version) != (name, version):
        raise click.UsageError(
            f"{run}: was scored with {name} version {version}, and this is {protocol.id} version "
            f"{protocol.version}; score it again, or give that version's file with --protocol"
        )
    return protocol


def charts_of(assessments: Sequence[Assessment], run: Path) -> list[Chart]:
    """The chart of each patient, from the facts of the run, in the order of the assessments."""
    from abstraction.chart import charts

    path = (run if run.is_dir() else run.parent) / FACTS
    if not path.is_file():
        raise click.UsageError(
            f"{path}: there is no such file; this question needs the run's facts"
        )
    facts, _ = recorded(path)
    wanted = [one.patient_id for one in assessments]
    chosen = set(wanted)
    found = charts((fact for fact in facts if fact.patient_id in chosen), wanted)
    by_id = {chart.patient_id: chart for chart in found}
    return [by_id[name] for name in wanted]
