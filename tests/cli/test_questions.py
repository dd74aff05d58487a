"""``ask`` and ``diff`` on the shipped sample, and on runs that are not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command

SAMPLE = Path(__file__).parents[2] / "corpus" / "synthetic" / "sample"
SCORING = ("--protocol", "NCT07432334", "--anchors", SAMPLE / "anchors.csv")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped sample, screened."""
    from api.cli import main

    out = tmp_path_factory.mktemp("run")
    with pytest.raises(SystemExit):
        main(["screen", str(SAMPLE), *map(str, SCORING), "--out", str(out)])
    return out


@pytest.mark.parametrize("question", ["decide", "expires", "earliest"])
def test_every_question_is_answered_for_every_patient(
    lupus_chart: Command, run: Path, question: str
) -> None:
    said = lupus_chart("ask", question, run)
    assert (said.code, said.err) == (0, "")
    heads = [line.split()[0] for line in said.out.splitlines() if line and line[0] != " "]
    assert heads == [f"p{number:02}" for number in range(1, 11)]
    assert max(map(len, said.out.splitlines())) <= 100
    as_json = lupus_chart("ask", question, run, "--json")
    assert [json.loads(line)["patient_id"] for line in as_json.out.splitlines()] == heads


def test_one_patient_can_be_asked_about(lupus_chart: Command, run: Path) -> None:
    said = lupus_chart("ask", "decide", run, "--patient", "p03")
    assert said.out.startswith("p03  ineligible")
    assert "Nothing that is missing can change that" in said.out


def test_decide_needs_the_assessments_alone(lupus_chart: Command, run: Path) -> None:
    whole = lupus_chart("ask", "decide", run).out
    assert lupus_chart("ask", "decide", run / "assessments.jsonl").out == whole


def test_the_echocardiogram_s_last_day_is_told(lupus_chart: Command, run: Path) -> None:
    said = lupus_chart("ask", "expires", run, "--patient", "p01", "--days", "100")
    assert "2026-06-10  last screening day for INC-08" in said.out
    assert "2026-10-22" not in said.out


def test_too_early_a_leukapheresis_is_told(lupus_chart: Command, run: Path) -> None:
    said = lupus_chart("ask", "earliest", run, "--patient", "p09")
    assert "Earliest leukapheresis: 2026-05-01; the planned 2026-04-20 is too early" in said.out


def test_a_run_does_not_differ_from_itself(lupus_chart: Command, run: Path) -> None:
    said = lupus_chart("diff", run, run)
    assert (said.code, said.err) == (0, "")
    assert said.out == "No verdict differs (10 patients compared)\n"


def test_diff_tells_dates_first_and_then_the_flips(
    lupus_chart: Command, run: Path, tmp_path: Path
) -> None:
    anchors = (SAMPLE / "anchors.csv").read_text(encoding="utf-8")
    (tmp_path / "later.csv").write_text(anchors.replace("2026-04-20", "2026-05-05"))
    score = ("score", run / "facts.jsonl", "--protocol", "NCT07432334")
    lupus_chart(*score, "--anchors", tmp_path / "later.csv", "--out", tmp_path / "new")
    said = lupus_chart("diff", run, tmp_path / "new")
    assert (said.code, said.err) == (1, "")
    lines = said.out.splitlines()
    assert lines[0].startswith("Other dates: leukapheresis 2026-04-20 -> 2026-05-05 (p01")
    assert "  EXC-08  fail (documented) -> unknown (anchor)" in lines
    as_json = lupus_chart("diff", run, tmp_path / "new", "--json", "--patient", "p09")
    (patient,) = json.loads(as_json.out)["patients"]
    assert patient["patient_id"] == "p09"
    assert "EXC-08" in [flip["criterion"] for flip in patient["flips"]]


def test_diff_tells_patients_of_one_run_only(
    lupus_chart: Command, run: Path, tmp_path: Path
) -> None:
    lines = (run / "assessments.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    fewer = tmp_path / "fewer.jsonl"
    fewer.write_text("".join(lines[1:]), encoding="utf-8")
    said = lupus_chart("diff", run, fewer)
    assert said.code == 1
    assert said.out.splitlines()[0] == "Only in OLD: p01"


@pytest.mark.parametrize("command", [("ask", "decide"), ("ask", "expires"), ("ask", "earliest")])
def test_what_is_no_run_is_one_clear_line(
    lupus_chart: Command, tmp_path: Path, command: tuple[str, str]
) -> None:
    name = f"lupus-chart {' '.join(command)}"
    ended = lupus_chart(*command, tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.line == (
        f"{name}: {tmp_path}/assessments.jsonl: there is no such file; screen, or score --out, "
        "writes it"
    )
    (tmp_path / "assessments.jsonl").write_text('{"patient_id": "Jane Doe"}\n')
    ended = lupus_chart(*command, tmp_path)
    assert ended.line == f"{name}: {tmp_path}/assessments.jsonl:1: is not an assessment"


def test_other_unfit_input_is_one_clear_line(
    lupus_chart: Command, run: Path, tmp_path: Path
) -> None:
    ended = lupus_chart("ask", "decide", run, "--patient", "p99")
    assert (ended.code, ended.line) == (2, f"lupus-chart ask decide: {run}: has no patient p99")
    alone = tmp_path / "assessments.jsonl"
    text = (run / "assessments.jsonl").read_text(encoding="utf-8")
    alone.write_text(text, encoding="utf-8")
    ended = lupus_chart("ask", "expires", tmp_path)
    assert (ended.code, ended.line) == (
        2,
        f"lupus-chart ask expires: {tmp_path}/facts.jsonl: there is no such file; this question "
        "needs the run's facts",
    )
    version = json.loads(text.splitlines()[0])["protocol_version"]
    alone.write_text(text.replace(version, "0123"), encoding="utf-8")
    ended = lupus_chart("ask", "decide", alone)
    assert ended.code == 2
    assert "was scored with NCT07432334 version 0123" in ended.line
    ended = lupus_chart("diff", run, tmp_path / "nowhere")
    assert (ended.code, ended.out) == (2, "")
    ended = lupus_chart("diff", run, run, "--patient", "p99")
    assert (ended.code, ended.line) == (2, "lupus-chart diff: neither run has a patient p99")
