"""The committed corpora: they are what the generator makes, and their figures hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.evaluation.floors import Floor, losses, read_floors
from corpus.synthetic.banks import BANKS, load_bank
from corpus.synthetic.generation import write_corpus
from scripts.write_corpus import PATIENTS, SEEDS
from tests.cli.conftest import Command, lupus_chart, one_pipeline

__all__ = ["lupus_chart", "one_pipeline"]

CORPORA = Path(__file__).resolve().parents[2] / "corpus" / "synthetic"
FLOORS = Path(__file__).with_name("floors.yaml")


def contents(root: Path) -> dict[str, bytes]:
    """The files of a corpus but its README."""
    paths = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix != ".md")
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_a_committed_corpus_is_what_make_corpora_writes(name: str, tmp_path: Path) -> None:
    write_corpus(PATIENTS, SEEDS[name], load_bank(BANKS / name), tmp_path)
    written, committed = contents(tmp_path), contents(CORPORA / name)
    assert written.keys() == committed.keys()
    assert [file for file in written if written[file] != committed[file]] == []


def test_no_figure_of_the_dev_corpus_falls_through_its_floor(
    lupus_chart: Command, tmp_path: Path
) -> None:
    ended = lupus_chart("evaluate", "--gold", CORPORA / "dev", "--out", tmp_path)
    assert (ended.code, ended.err) == (0, "")
    metrics = json.loads((tmp_path / "metrics.json").read_bytes())
    assert list(losses(metrics, read_floors(FLOORS))) == []


def test_a_loss_is_told_by_the_name_of_its_figure() -> None:
    metrics = {
        "mention": {"f1": {"value": 0.90, "low": 0.8}},
        "criterion": {"reversed": {"value": 0.05}},
        "work": 0.4,
    }
    floors = {
        "mention.f1": Floor(was=0.92, may_fall=0.01),
        "criterion.reversed": Floor(was=0.04, may_rise=0.005),
        "work": Floor(was=0.41, may_fall=0.02),
        "triage.gone": Floor(was=0.5, may_fall=0.1),
    }
    assert list(losses(metrics, floors)) == [
        "mention.f1: was 0.9200, is 0.9000, may move by 0.0100",
        "criterion.reversed: was 0.0400, is 0.0500, may move by 0.0050",
        "triage.gone: was 0.5000 and is no longer there",
    ]


def test_a_figure_that_gets_better_is_no_loss() -> None:
    metrics = {"f1": {"value": 0.99}, "reversed": {"value": 0.0}}
    floors = {
        "f1": Floor(was=0.92, may_fall=0.0),
        "reversed": Floor(was=0.04, may_rise=0.0),
    }
    assert list(losses(metrics, floors)) == []
