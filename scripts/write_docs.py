"""Writes the documents that are made from the code: the JSON Schemas and the command reference.

``make docs`` runs it; a test fails when one of them is not what this would write.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter

from abstraction.chart_record import ChartRecord
from abstraction.facts import FACT
from abstraction.notes import Note
from abstraction.run import LedgerEntry
from api.cli.app import application
from criteria_engine.assessment import Assessment

DOCS = Path(__file__).parents[1] / "docs"

_LINES: dict[str, tuple[str, TypeAdapter[Any]]] = {
    "fact": ("facts.jsonl", FACT),
    "note": ("notes.jsonl", TypeAdapter(Note)),
    "ledger-entry": ("ledger.jsonl", TypeAdapter(LedgerEntry)),
    "chart": ("charts.jsonl", TypeAdapter(ChartRecord)),
    "assessment": ("assessments.jsonl", TypeAdapter(Assessment)),
}
"""Each schema's name, the file it is a line of, and the type."""

_HEADER = """\
# Command reference

This page is written by `make docs` from the commands themselves.

Exit codes of every command: `0` done; `1` done, but some notes failed (each is named on standard
error and in the ledger); `2` wrong usage or unreadable input, with one line that says what and
where. `diff` alone answers with its exit code, as its section says; `protocol check` ends with `1`
where it finds something. A progress bar is shown on a terminal only. No text of a note is ever
written to standard error.
"""


def documents() -> dict[Path, str]:
    """Every generated document: its path and what it should hold."""
    schemas = {
        DOCS / "schema" / f"{name}.schema.json": _schema(file, adapter)
        for name, (file, adapter) in _LINES.items()
    }
    return {**schemas, DOCS / "cli.md": _command_reference()}


def _schema(file: str, adapter: TypeAdapter[Any]) -> str:
    body = adapter.json_schema(mode="serialization")
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"One line of {file}.",
        **body,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _command_reference() -> str:
    root = click.Context(application, info_name="lupus-chart")
    sections = [_section(context) for context in _leaves(root)]
    return "\n".join([_HEADER, *sections])


def _leaves(context: click.Context) -> Iterator[click.Context]:
    """The contexts of every command that does something, sorted by name."""
    command = context.command
    if not isinstance(command, click.Group):
        yield context
        return
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None, f"{name} is listed by {context.command_path}"
        yield from _leaves(click.Context(child, info_name=name, parent=context))


def _section(context: click.Context) -> str:
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [
        f"## {context.command_path}",
        "",
        f"    {usage}",
        "",
        inspect.cleandoc(command.help or ""),
    ]
    options = [p for p in command.params if isinstance(p, click.Option)]
    if options:
        lines += ["", "| option | |", "|---|---|"]
        lines += [f"| `{_spelling(option, context)}` | {_meaning(option)} |" for option in options]
    return "\n".join(lines) + "\n"


def _spelling(option: click.Option, context: click.Context) -> str:
    metavar = "" if option.is_flag else f" {option.make_metavar(context)}"
    return f"{', '.join(option.opts)}{metavar}"


def _meaning(option: click.Option) -> str:
    return f"{option.help} Required." if option.required else (option.help or "")


def main() -> None:
    """Write every document, and say which ones changed."""
    for path, content in documents().items():
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            print(f"wrote {path.relative_to(DOCS.parent)}")


if __name__ == "__main__":
    main()
