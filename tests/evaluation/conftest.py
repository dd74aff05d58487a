"""The command in this process, with one pipeline for all runs."""

from __future__ import annotations

from tests.cli.conftest import lupus_chart, one_pipeline

__all__ = ["lupus_chart", "one_pipeline"]
