"""Scores the corpora that come with the software, and writes down what came out.

``make figures`` runs it, after a change that moved the figures on purpose: ``docs/figures.md`` and
the short table of the README for readers, and the floors under the figures of
``corpus/synthetic/dev`` for ``make test``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus.evaluation.floors import figure

ROOT = Path(__file__).parents[1]
FLOORS = ROOT / "tests" / "corpus" / "floors.yaml"
PAGE = ROOT / "docs" / "figures.md"
README = ROOT / "README.md"
CORPORA = ("sample", "dev", "test")

Metrics = Mapping[str, Any]

_ROWS = {
    "mentions found, precision": "mention.overlap.micro.precision",
    "mentions found, recall": "mention.overlap.micro.recall",
    "mentions found, F1": "mention.overlap.micro.f1",
    "the same to the character, F1": "mention.exact.micro.f1",
    "diagnoses, F1": "mention.overlap.by_kind.diagnosis.f1",
    "biopsies, F1": "mention.overlap.by_kind.biopsy.f1",
    "therapies, F1": "mention.overlap.by_kind.therapy.f1",
    "measurements, F1": "mention.overlap.by_kind.measurement.f1",
    "attributes right": "attribute.micro",
    "assertion right": "attribute.by_attribute.assertion.accuracy",
    "date right": "attribute.by_attribute.date.accuracy",
    "number right": "attribute.by_attribute.number.accuracy",
    "unit right": "attribute.by_attribute.unit.accuracy",
    "therapy status right": "attribute.by_attribute.status.accuracy",
    "verdicts right": "criterion.overall.accuracy",
    "**verdicts reversed**": "criterion.overall.reversed",
    "verdicts abstained": "criterion.overall.abstained",
    "verdicts overcalled": "criterion.overall.overcalled",
    "verdicts right on the gold facts": "criterion.engine_on_gold_facts",
    "triage right": "patient.triage_accuracy",
    "criteria decided right, no person needed": "patient.work_saved",
}
_SHORT = (
    "mentions found, precision",
    "mentions found, recall",
    "assertion right",
    "verdicts right",
    "**verdicts reversed**",
    "verdicts abstained",
)
_BETWEEN = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)
_HEAD = """\
# Figures of the corpora that come with the software

Written by `make figures`. **All three are synthetic**: they compare versions of the rules, and
promise nothing for the notes of a hospital ([annotating.md](annotating.md)). The rules were mended
on what `sample` and `dev` showed; nobody who writes rules has read `test`, so that its figures are
the ones to believe. In brackets 95 % intervals by bootstrap over patients; what each figure means
is in [evaluation.md](evaluation.md).

"""

_FLOORS_HEAD = """\
# Floors under the figures of corpus/synthetic/dev, written by `make figures`.
# A figure of metrics.json, what it was, and how far it may move for the worse.

"""
_MAY_FALL, _MAY_RISE = 0.004, 0.002
_ENOUGH = 30
"""Compared at least so often, a field has a floor of its own."""


def main() -> None:
    metrics = {name: _evaluated(name) for name in CORPORA}
    PAGE.write_text(_HEAD + "".join(_table(metrics)), encoding="utf-8")
    short = "".join(_table(metrics, _SHORT))
    readme = README.read_text(encoding="utf-8")
    README.write_text(_BETWEEN.sub(lambda _: short, readme), encoding="utf-8")
    floors = [f"{path}: {floor}\n" for path, floor in _floors(metrics["dev"])]
    FLOORS.write_text(_FLOORS_HEAD + "".join(floors), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}, {len(floors)} floors\n")


def _evaluated(name: str) -> Metrics:
    command = ROOT / ".venv" / "bin" / "lupus-chart"
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(
            [command, "evaluate", "--gold", ROOT / "corpus" / "synthetic" / name, "--out", out],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        found: Metrics = json.loads((Path(out) / "metrics.json").read_bytes())
    return found


def _table(metrics: Mapping[str, Metrics], labels: Iterable[str] = tuple(_ROWS)) -> Iterator[str]:
    yield f"| | {' | '.join(metrics)} |\n|---|{'---|' * len(metrics)}\n"
    for label, count in (("patients", "patients"), ("notes", "notes"), ("facts", "gold_mentions")):
        cells = (f"{one['scope'][count]:,}" for one in metrics.values())
        yield f"| {label} | {' | '.join(cells)} |\n"
    for label in labels:
        yield f"| {label} | {' | '.join(_cell(one, _ROWS[label]) for one in metrics.values())} |\n"


def _cell(metrics: Metrics, path: str) -> str:
    found: Any = metrics
    for name in path.split("."):
        found = found[name]
    if found["value"] is None:
        return "–"
    bounds = "" if found["low"] is None else f" [{found['low']:.3f}–{found['high']:.3f}]"
    return f"{found['value']:.3f}{bounds}"


def _floors(metrics: Metrics) -> Iterator[tuple[str, str]]:
    for path in _higher_is_better(metrics):
        value = figure(metrics, path)
        if value is not None:
            yield path, f"{{was: {value:.6f}, may_fall: {_MAY_FALL}}}"
    for name in ("reversed", "overcalled"):
        value = figure(metrics, f"criterion.overall.{name}")
        yield f"criterion.overall.{name}", f"{{was: {value:.6f}, may_rise: {_MAY_RISE}}}"


def _higher_is_better(metrics: Metrics) -> Iterator[str]:
    for mode in ("exact", "overlap", "type"):
        yield from (f"mention.{mode}.micro.{name}" for name in ("precision", "recall", "f1"))
        yield f"mention.{mode}.macro.f1"
    kinds = metrics["mention"]["overlap"]["by_kind"]
    yield from (f"mention.overlap.by_kind.{kind}.f1" for kind in kinds)
    yield "attribute.micro"
    for name, found in metrics["attribute"]["by_attribute"].items():
        if found["accuracy"]["denominator"] >= _ENOUGH:
            yield f"attribute.by_attribute.{name}.accuracy"
    yield from ("criterion.overall.accuracy", "patient.triage_accuracy", "patient.work_saved")


if __name__ == "__main__":
    main()
