"""``lupus-chart protocol check`` and ``show``: findings with their lines, and the claimed text."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from tests.cli.conftest import Command

NAME = "NCT07432334"
FOLDER = files("criteria_engine") / "protocols"
REGISTERED = (FOLDER / f"{NAME}.registered.txt").read_text(encoding="utf-8")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The shipped protocol with two errors, beside its text."""
    text = (FOLDER / f"{NAME}.yaml").read_text(encoding="utf-8")
    text = text.replace("concept: platelets", "concept: plateletz", 1)
    text = text.replace("at_least: {value: 80, unit: g/L}", "at_least: {value: 80, unit: U/L}", 1)
    path = tmp_path / "trial.yaml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / f"{NAME}.registered.txt").write_text(REGISTERED, encoding="utf-8")
    return path


def line_of(path: Path, words: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, 1) if words in line)


def test_the_shipped_protocol_is_clean_and_claims_every_sentence(lupus_chart: Command) -> None:
    ended = lupus_chart("protocol", "check", NAME)
    assert (ended.code, ended.err) == (0, "")
    (line,) = ended.out.splitlines()
    assert line.startswith(f"{NAME}: 0 errors, 0 warnings; 31 criteria; every sentence")


def test_every_finding_is_a_line_with_its_place(lupus_chart: Command, broken: Path) -> None:
    ended = lupus_chart("protocol", "check", broken)
    assert (ended.code, ended.err) == (1, "")
    first, second, summary = ended.out.splitlines()
    assert first.startswith(f"{broken}:{line_of(broken, 'plateletz')}: error: 'plateletz' is no ")
    assert first.endswith("is 'platelets' meant? (unknown-concept)")
    line = line_of(broken, "{value: 80, unit: U/L}")
    assert second.startswith(f"{broken}:{line}: error: hemoglobin is not measured in 'U/L'")
    assert second.endswith("(wrong-dimension)")
    assert summary.startswith(f"{NAME}: 2 errors, 0 warnings; 31 criteria; every sentence")


def test_a_broken_protocol_scores_nobody(
    lupus_chart: Command, broken: Path, tmp_path: Path
) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_text("", encoding="utf-8")
    arguments = ("--protocol", broken, "--screening-date", "2026-04-01")
    ended = lupus_chart("score", facts, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.line.endswith("; and 1 more, see `lupus-chart protocol check`")


def test_another_export_of_the_same_text_is_clean(lupus_chart: Command, tmp_path: Path) -> None:
    other = tmp_path / "export.txt"
    text = "Study page\n\n" + REGISTERED.replace("\\", "").replace(" * ", "\n\n  • ")
    other.write_text(text, encoding="utf-8")
    assert lupus_chart("protocol", "check", NAME, "--registered-text", other).code == 0


def test_an_amended_text_tells_what_is_new_and_what_is_gone(
    lupus_chart: Command, tmp_path: Path
) -> None:
    amended = tmp_path / "amended.txt"
    text = REGISTERED.replace("* Prior kidney", "* Dialysis\n* Prior kidney").replace(
        "55 y", "60 y"
    )
    amended.write_text(text, encoding="utf-8")
    ended = lupus_chart("protocol", "check", NAME, "--registered-text", amended)
    assert ended.code == 1
    told = ended.out.splitlines()
    assert "not in the registered text: 'Age 16 to 55 years, male or female'" in ended.out
    dialysis = text.index("Dialysis")
    assert (
        f"characters {dialysis} to {dialysis + len('Dialysis')}: no criterion claims" in ended.out
    )
    assert any(line.startswith(f"{amended}:1: warning: column 23, ") for line in told)
    assert told[-1].endswith("2 passages of the registered text unclaimed, 1 claim not in it")


def test_findings_and_claims_as_json(lupus_chart: Command, broken: Path) -> None:
    ended = lupus_chart("protocol", "check", broken, "--json")
    assert ended.code == 1
    told = json.loads(ended.out)
    assert [one["check"] for one in told["findings"]] == ["unknown-concept", "wrong-dimension"]
    assert told["unclaimed"] == []
    for claim in told["claims"]:
        passage = claim["passage"]
        assert REGISTERED[passage["start"] : passage["end"]] == passage["text"] == claim["text"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["X"], "no protocol 'X'; available: "),
        (["broken.yaml"], "broken.yaml:3: "),
        ([NAME, "--registered-text", "nowhere.txt"], "--registered-text nowhere.txt: cannot be"),
        ([NAME, "--registered-text", "binary.txt"], "--registered-text binary.txt: is not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_code_2(
    lupus_chart: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    line: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.yaml").write_text("id: TRIAL\ntitle: [A trial\n", encoding="utf-8")
    Path("binary.txt").write_bytes(b"\xff\xfe\x00")
    ended = lupus_chart("protocol", "check", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.line.startswith(f"lupus-chart protocol check: {line}")


def test_show_sets_each_criterion_beside_its_place_in_the_text(lupus_chart: Command) -> None:
    shown = lupus_chart("protocol", "show", NAME)
    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= 100
    start = REGISTERED.index("Prior kidney transplantation")
    place = f"1:{start + 1} ({start}-{start + 28}) Prior kidney transplantation"
    assert place in shown.out
