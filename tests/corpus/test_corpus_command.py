"""``corpus generate`` as its user meets it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.cli.conftest import Command, lupus_chart

__all__ = ["lupus_chart"]


def test_a_corpus_is_written_in_the_gold_format(lupus_chart: Command, tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    ended = lupus_chart("corpus", "generate", "--patients", 3, "--seed", 9, "--out", out)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("3 patients, ")
    with (out / "anchors.csv").open(encoding="utf-8", newline="") as stream:
        anchors = {row["patient_id"]: row for row in csv.DictReader(stream)}
    folders = sorted(path.name for path in out.iterdir() if path.is_dir())
    assert sorted(anchors) == folders
    for name in folders:
        stated = json.loads((out / name / "assessment.gold.json").read_bytes())
        assert stated["anchors"]["screening"] == anchors[name]["screening"]
        assert (stated["anchors"]["leukapheresis"] or "") == anchors[name]["leukapheresis"]


def test_old_charts_are_not_mixed_with_new_ones(lupus_chart: Command, tmp_path: Path) -> None:
    (tmp_path / "p01").mkdir()
    ended = lupus_chart("corpus", "generate", "--patients", 1, "--seed", 1, "--out", tmp_path)
    assert ended.code == 2
    assert "is not empty" in ended.line


def test_a_bank_that_is_not_there_is_named(lupus_chart: Command, tmp_path: Path) -> None:
    ended = lupus_chart(
        "corpus", "generate", "--patients", 1, "--seed", 1, "--bank", "nowhere", "--out", tmp_path
    )
    assert ended.code == 2
    assert "nowhere" in ended.err
    assert "Traceback" not in ended.err


def test_no_patient_is_no_corpus(lupus_chart: Command, tmp_path: Path) -> None:
    ended = lupus_chart("corpus", "generate", "--patients", 0, "--seed", 1, "--out", tmp_path)
    assert ended.code == 2
    assert "--patients" in ended.line
