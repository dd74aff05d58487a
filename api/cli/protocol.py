"""``lupus-chart protocol``: the protocols that can be screened for, and what they say."""

from __future__ import annotations

import click


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
