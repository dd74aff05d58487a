"""``lupus-chart``: one module a command, each loading what it needs only when it runs."""

from api.cli.app import main

__all__ = ["main"]
