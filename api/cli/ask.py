"""``lupus-chart ask``: a coordinator's questions of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


@click.group(name="ask", short_help="A coordinator's questions of a run.")
def ask() -> None:
    """What would decide a patient, what evidence expires, how early leukapheresis can be."""


def _of_a_run(command: Callable[..., int]) -> Callable[..., int]:
    """The argument and options that all questions share."""
    for decorator in (
        click.option(
            "--json", "as_json", is_flag=True, help="A JSON object a patient, a line each."
        ),
        click.option(
            "--protocol",
            metavar="P",
            help="The protocol's file, where the run was not scored by name.",
        ),
        click.option(
            "--patient",
            "patients",
            multiple=True,
            metavar="ID",
            help="Only this patient; repeatable.",
        ),
        click.argument("run", metavar="RUN", type=click.Path(path_type=Path)),
    ):
        command = decorator(command)
    return command


@ask.command(name="decide", short_help="The fewest missing items that change the triage.")
@_of_a_run
def decide(run: Path, patients: tuple[str, ...], protocol: str | None, as_json: bool) -> int:
    """Tell the fewest missing items that can change each patient's triage.

    RUN is the folder that screen or score wrote, or its assessments.jsonl. First comes what would
    make the patient potentially eligible: everything named is needed, unless it says "one of".
    Then what would make the patient ineligible: each line does so alone.
    """
    from api.cli.answers import decision_text
    from api.cli.exits import DONE
    from api.cli.runs import of_patients, protocol_of, read_assessments
    from criteria_engine.questions import decide as ask_what_decides

    assessments = of_patients(read_assessments(run), patients, run)
    loaded = protocol_of(assessments, protocol, run)
    titles = {one.id: one.title for one in loaded.criteria}
    answers = [ask_what_decides(one, loaded.core) for one in assessments]
    _say(answers, lambda one: decision_text(one, titles), as_json)
    return DONE


@ask.command(name="expires", short_help="Evidence that leaves its window, and when.")
@_of_a_run
@click.option(
    "--days",
    type=click.IntRange(1, 3660),
    default=366,
    show_default=True,
    help="How far to look past each anchor.",
)
def expires(
    run: Path, patients: tuple[str, ...], protocol: str | None, as_json: bool, days: int
) -> int:
    """Tell up to which screening or leukapheresis date the evidence of each pass still counts.

    RUN is the folder that screen wrote. One anchor moves at a time, by the same facts.
    """
    from api.cli.answers import expiries_text
    from api.cli.exits import DONE
    from api.cli.runs import charts_of, of_patients, protocol_of, read_assessments
    from criteria_engine.questions import expires as ask_what_expires

    assessments = of_patients(read_assessments(run), patients, run)
    loaded = protocol_of(assessments, protocol, run)
    titles = {one.id: one.title for one in loaded.criteria}
    charts = charts_of(assessments, run)
    answers = [
        ask_what_expires(chart, loaded, one.anchors, days)
        for chart, one in zip(charts, assessments, strict=True)
    ]
    _say(answers, lambda one: expiries_text(one, titles), as_json)
    return DONE


@ask.command(name="earliest", short_help="The earliest date for leukapheresis.")
@_of_a_run
def earliest(run: Path, patients: tuple[str, ...], protocol: str | None, as_json: bool) -> int:
    """Tell the earliest leukapheresis that the documented therapies allow.

    RUN is the folder that screen wrote. All wash-outs count together. A drug that nothing says has
    ended counts as taken up to screening; the date holds if it is held from then on.
    """
    from api.cli.answers import earliest_text
    from api.cli.exits import DONE
    from api.cli.runs import charts_of, of_patients, protocol_of, read_assessments
    from criteria_engine.questions import earliest as ask_how_early

    assessments = of_patients(read_assessments(run), patients, run)
    loaded = protocol_of(assessments, protocol, run)
    charts = charts_of(assessments, run)
    answers = [
        ask_how_early(chart, loaded, one.anchors)
        for chart, one in zip(charts, assessments, strict=True)
    ]
    _say(answers, earliest_text, as_json)
    return DONE


def _say(answers: list[Any], text: Callable[[Any], str], as_json: bool) -> None:
    """The answers on standard output: for people, or a JSON object a line."""
    from abstraction.writing import json_line

    if as_json:
        for answer in answers:
            click.echo(json_line(answer), nl=False)
    else:
        click.echo("\n".join(text(answer) for answer in answers), nl=False)
