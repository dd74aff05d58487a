"""Writes the floors under the figures of ``corpus/synthetic/dev`` from a run of today.

``make floors`` runs it, after a change that moved the figures on purpose.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.evaluation.floors import figure

ROOT = Path(__file__).parents[1]
FLOORS = ROOT / "tests" / "corpus" / "floors.yaml"
DEV = ROOT / "corpus" / "synthetic" / "dev"

_HEADER = """\
# Floors under the figures of corpus/synthetic/dev, written by `make floors`.
# A figure of metrics.json, what it was, and how far it may move for the worse.

"""
_MAY_FALL, _MAY_RISE = 0.004, 0.002
_ENOUGH = 30
"""Compared at least so often, a field or kind has a floor of its own."""


def main() -> None:
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(
            [ROOT / ".venv/bin/lupus-chart", "evaluate", "--gold", DEV, "--out", out],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        metrics = json.loads((Path(out) / "metrics.json").read_bytes())
    lines = [f"{path}: {floor}\n" for path, floor in _floors(metrics)]
    FLOORS.write_text(_HEADER + "".join(lines), encoding="utf-8")
    sys.stdout.write(f"{len(lines)} floors: {FLOORS.relative_to(ROOT)}\n")


def _floors(metrics: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path in _higher_is_better(metrics):
        value = figure(metrics, path)
        if value is not None:
            yield path, f"{{was: {value:.6f}, may_fall: {_MAY_FALL}}}"
    for name in ("reversed", "overcalled"):
        value = figure(metrics, f"criterion.overall.{name}")
        yield f"criterion.overall.{name}", f"{{was: {value:.6f}, may_rise: {_MAY_RISE}}}"


def _higher_is_better(metrics: dict[str, Any]) -> Iterator[str]:
    for mode in ("exact", "overlap", "type"):
        yield from (f"mention.{mode}.micro.{name}" for name in ("precision", "recall", "f1"))
        yield f"mention.{mode}.macro.f1"
    yield from (
        f"mention.overlap.by_kind.{kind}.f1" for kind in metrics["mention"]["overlap"]["by_kind"]
    )
    yield "attribute.micro"
    for name, found in metrics["attribute"]["by_attribute"].items():
        if found["accuracy"]["denominator"] >= _ENOUGH:
            yield f"attribute.by_attribute.{name}.accuracy"
    yield from ("criterion.overall.accuracy", "patient.triage_accuracy", "patient.work_saved")


if __name__ == "__main__":
    main()
