"""The command and its error handling: one clear line on standard error, never a traceback."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from api.cli.ask import ask
from api.cli.corpus import corpus
from api.cli.diff import diff
from api.cli.evaluate import evaluate
from api.cli.exits import DONE, FAILED
from api.cli.extract import extract
from api.cli.protocol import protocol
from api.cli.score import score
from api.cli.screen import screen

NAME = "lupus-chart"


def _print_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        import importlib.metadata

        click.echo(f"{NAME} {importlib.metadata.version(NAME)}")
        context.exit()


@click.group(name=NAME, context_settings={"max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
def application() -> None:
    """Reads clinical notes, ties each fact to its exact characters, and screens for a trial.

    Exit codes: 0 done; 1 done, but some notes failed (they are listed on standard error and in
    the ledger); 2 wrong usage or unreadable input.
    """


for command in (extract, screen, score, ask, diff, evaluate, protocol, corpus):
    application.add_command(command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    # A run that is told to end takes its unfinished files with it, as one that is interrupted does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = application.main(arguments, prog_name=NAME, standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return DONE
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        return _fail(error.format_message(), context.command_path if context else NAME)
    except (click.Abort, KeyboardInterrupt):
        return _fail("interrupted")
    except BrokenPipeError:
        # Whoever read standard output has gone; Python would complain again when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        # The message of an unforeseen error may quote a note, so only its type and place are said.
        from abstraction.failures import type_and_place

        return _fail(f"internal error ({type_and_place(error)})")


def _fail(message: str, command: str = NAME) -> int:
    click.echo(f"{command}: {' '.join(message.split())}", err=True)
    return FAILED
