"""The house cannot bend silently: who may import whom, and what stays unloaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
ENGINE_MAY_KNOW = {
    "abstraction.chart",
    "abstraction.dates",
    "abstraction.facts",
    "abstraction.notes",
    "abstraction.merging.episodes",
    "abstraction.merging.exposures",
    "abstraction.merging.regimens",
    "abstraction.merging.windows",
    "abstraction.statements",
}


def test_the_import_contracts_of_pyproject_hold() -> None:
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_the_engine_knows_the_vocabulary_and_the_chart_alone() -> None:
    graph = grimp.build_graph("abstraction", "criteria_engine", cache_dir=None)
    known = {
        imported
        for module in graph.modules
        if module.startswith("criteria_engine")
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.startswith("abstraction")
    }
    assert known <= ENGINE_MAY_KNOW


@pytest.mark.parametrize(
    ("module", "unloaded"),
    [
        ("criteria_engine", {"spacy", "medspacy", "nlp_rules"}),
        ("abstraction.reading", {"spacy", "medspacy", "pyarrow"}),
        ("abstraction.run", {"spacy", "medspacy"}),
        ("api.cli", {"spacy", "medspacy", "pydantic", "rich", "jinja2", "pyarrow"}),
    ],
)
def test_importing_stays_light(module: str, unloaded: set[str]) -> None:
    program = f"import {module}, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(loaded.stdout.split()) & unloaded == set()
