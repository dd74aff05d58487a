"""``lupus-chart protocol``: the protocols that can be screened for, and what they say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from criteria_engine.draft import Draft
    from criteria_engine.linting import Coverage, Problem


@click.group(name="protocol")
def protocol() -> None:
    """The protocols and what their criteria say."""


@protocol.command(name="list")
def list_protocols() -> int:
    """List the protocols that come with this version."""
    from api.cli.exits import DONE
    from criteria_engine import available_protocols

    for name in available_protocols():
        click.echo(name)
    return DONE


@protocol.command(name="show")
@click.argument("name", metavar="P")
def show(name: str) -> int:
    """Show a protocol in plain English beside the registered text."""
    from api.cli.exits import DONE
    from api.cli.scoring import load
    from criteria_engine import prose

    click.echo(prose.render(load(name)), nl=False)
    return DONE


@protocol.command(name="check")
@click.argument("name", metavar="FILE_OR_NAME")
@click.option(
    "--registered-text",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The registry's text to hold it against, in place of the one beside the protocol.",
)
@click.option("--json", "as_json", is_flag=True, help="The findings and every claim as JSON.")
def check(name: str, registered_text: Path | None, as_json: bool) -> int:
    """Check a protocol: what is wrong in its file, and what of the registered text it claims.

    Each finding is a line `file:line: severity: what (check)`. A protocol with an error never
    scores. Ends with 0 where nothing is found, with 1 where something is, with 2 where the file
    cannot be read.
    """
    from api.cli.exits import DONE
    from criteria_engine.linting import coverage, lint

    draft = _draft(name, registered_text)
    problems, covered = lint(draft), coverage(draft)
    if as_json:
        click.echo(_as_json(draft, problems, covered))
    else:
        for problem in problems:
            click.echo(str(problem))
        click.echo(_summary(draft, problems, covered))
    return FOUND if problems else DONE


FOUND = 1
"""The protocol was read, and something is wrong with it."""


def _draft(name: str, registered_text: Path | None) -> Draft:
    """The protocol as written, beside the text given; ``click.UsageError`` where one of the two
    cannot be read."""
    from criteria_engine import ProtocolError
    from criteria_engine.loading import find_draft

    try:
        draft = find_draft(name)
    except ProtocolError as error:
        raise click.UsageError(str(error)) from None
    if registered_text is None:
        return draft
    try:
        text = registered_text.read_text(encoding="utf-8-sig")
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise click.UsageError(f"--registered-text {registered_text}: {what}") from None
    except UnicodeDecodeError:
        raise click.UsageError(f"--registered-text {registered_text}: is not UTF-8 text") from None
    return draft.beside(str(registered_text), text)


def _summary(draft: Draft, problems: tuple[Problem, ...], covered: Coverage) -> str:
    """One line: how many findings, and how much of the text is claimed."""
    errors = sum(problem.severity == "error" for problem in problems)
    found = f"{_number(errors, 'error')}, {_number(len(problems) - errors, 'warning')}"
    text = (
        "the registered text could not be read"
        if draft.registered is None
        else f"every sentence of the registered text is claimed ({covered.sentences})"
        if covered.is_whole
        else f"{_number(len(covered.unclaimed), 'passage')} of the registered text unclaimed, "
        f"{_number(sum(one.passage is None for one in covered.claims), 'claim')} not in it"
    )
    return f"{draft.name}: {found}; {_number(len(draft.criteria), 'criterion')}; {text}"


def _number(count: int, of: str) -> str:
    several = {"criterion": "criteria"}.get(of, f"{of}s")
    return f"{count} {of if count == 1 else several}"


def _as_json(draft: Draft, problems: tuple[Problem, ...], covered: Coverage) -> str:
    import json
    from dataclasses import asdict

    def finding(problem: Problem) -> dict[str, Any]:
        return {key: value for key, value in asdict(problem).items() if key != "place"}

    data = {
        "protocol": draft.name,
        "file": str(draft.file),
        "registered_text": draft.text_name,
        "findings": [finding(problem) for problem in problems],
        "claims": [
            {
                "criterion": claim.criterion,
                "text": claim.text,
                "passage": asdict(claim.passage) if claim.passage else None,
            }
            for claim in covered.claims
        ],
        "unclaimed": [asdict(passage) for passage in covered.unclaimed],
    }
    return json.dumps(data, indent=2, ensure_ascii=False)
