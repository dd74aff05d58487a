"""``extract``, ``score`` and ``screen`` on real files."""

from __future__ import annotations

import json
import os
import pty
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from abstraction.writing import json_line
from corpus.evaluation.gold import read_gold
from criteria_engine import available_protocols, load_protocol
from tests.cli.conftest import CHARTS, Command

SCREENING = ("--protocol", "NCT07432334", "--screening-date", "2026-04-01")
COMMAND = Path(sys.executable).with_name("lupus-chart")


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().decode().split("\n")[:-1]]


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def test_extract_writes_facts_that_quote_their_notes(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "out"
    ended = lupus_chart("extract", charts, "--out", out)
    assert (ended.code, ended.err) == (0, "")
    texts = {(n["patient_id"], n["note_id"]): n["text"] for n in lines(out / "notes.jsonl")}
    assert sorted(texts.values()) == sorted(CHARTS.values())
    facts = lines(out / "facts.jsonl")
    assert facts
    for fact in facts:
        span = fact["span"]
        assert (
            texts[fact["patient_id"], fact["note_id"]][span["start"] : span["end"]] == span["text"]
        )
    assert {entry["status"] for entry in lines(out / "ledger.jsonl")} == {"read"}


@pytest.mark.parametrize(
    ("option", "start", "end"),
    [
        (None, "2025-02-03", "2025-03-02"),
        ("--day-first", "2025-02-03", "2025-02-03"),
        ("--month-first", "2025-03-02", "2025-03-02"),
    ],
)
def test_an_option_settles_day_and_month_where_the_note_does_not(
    lupus_chart: Command, tmp_path: Path, option: str | None, start: str, end: str
) -> None:
    note = tmp_path / "charts" / "p01" / "2025-05-14_clinic.txt"
    note.parent.mkdir(parents=True)
    note.write_text("UPCR 2.4 g/g on 03/02/2025.", encoding="utf-8")
    options = [option] if option else []
    ended = lupus_chart("extract", tmp_path / "charts", "--out", tmp_path / "out", *options)
    assert ended.code == 0
    (line,) = (tmp_path / "out" / "facts.jsonl").read_text("utf-8").splitlines()
    date = json.loads(line)["date"]
    assert (date["start"], date["end"]) == (start, end)


def test_some_notes_fail_and_the_others_are_done(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    (charts / "p01" / "scan.pdf").write_bytes(b"%PDF")
    (charts / "p04").mkdir()
    (charts / "p04" / "binary.txt").write_bytes(b"\0\1")
    out = tmp_path / "out"
    ended = lupus_chart("screen", charts, *SCREENING, "--out", out)
    assert ended.code == 1
    assert ended.err.splitlines() == [
        f"lupus-chart: {charts}/p01/scan.pdf: pdf is a format that is not read yet",
        f"lupus-chart: {charts}/p04/binary.txt: is not text (it holds NUL bytes)",
    ]
    failed = [entry for entry in lines(out / "ledger.jsonl") if entry["status"] == "failed"]
    assert [entry["note_id"] for entry in failed] == ["scan", "binary"]
    assert [a["patient_id"] for a in lines(out / "assessments.jsonl")] == [
        "p01",
        "p02",
        "p03",
        "p04",
    ]


def test_a_note_without_words_is_told_and_the_others_are_done(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    (charts / "p01" / "blank.txt").write_text(" \n\n")
    out = tmp_path / "out"
    ended = lupus_chart("extract", charts, "--out", out)
    assert ended.code == 1
    assert ended.err.splitlines()[0] == "lupus-chart: p01/blank: the note holds no words"
    assert len(lines(out / "notes.jsonl")) == len(CHARTS) + 1


def test_what_a_user_should_know_of_the_notes_is_told(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    text = (charts / "p01" / "2026-03-02_rheumatology.txt").read_text("utf-8")
    (charts / "p01" / "2026-03-05_copy.txt").write_text(text, "utf-8")
    (charts / "p02" / "letter.txt").write_text("Seen today.", "utf-8")
    (charts / "p03" / "2026-05-01_clinic.txt").write_text("Platelets 90.", "utf-8")
    (charts / "p03" / "photo.png").write_bytes(b"")
    (charts / "p04").mkdir()
    out = tmp_path / "out"
    ended = lupus_chart("screen", charts, *SCREENING, "--out", out)
    assert ended.code == 1
    warnings = [line for line in ended.err.splitlines() if "warning" in line]
    assert [line.rsplit(": ", 1)[1] for line in warnings] == [
        "p01/2026-03-02_rheumatology = p01/2026-03-05_copy",
        "p02/letter",
        "p03/2026-05-01_clinic",
    ]
    assert "Platelets" not in ended.err
    assert "Without a note that could be read: p04" in ended.out
    empty = next(a for a in lines(out / "assessments.jsonl") if a["patient_id"] == "p04")
    assert empty["triage"] == "needs_information"
    page = (out / "report.html").read_text("utf-8")
    assert "could not be read" not in page
    assert "2 files or rows are no notes" in page


def test_a_table_without_rows_holds_no_notes(lupus_chart: Command, tmp_path: Path) -> None:
    table = tmp_path / "notes.csv"
    table.write_text("patient_id,note_id,date,type,text\n")
    ended = lupus_chart("extract", table, "--out", tmp_path / "out")
    assert ended.code == 2
    assert f"{table}: holds no notes" in ended.err


def test_an_anchor_of_nobody_is_told(lupus_chart: Command, charts: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text("patient_id,screening\nzzz,2026-05-01\n")
    ended = lupus_chart(
        "screen", charts, *SCREENING, "--anchors", anchors, "--out", tmp_path / "out"
    )
    assert ended.code == 0
    assert ended.err == f"lupus-chart: {anchors}:2: no patient zzz in the input\n"


def test_screen_writes_everything_and_says_where(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ended = lupus_chart("screen", charts, *SCREENING, "--out", out)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[0] == "3 patients screened"
    assert ended.out.splitlines()[-1] == f"Report: {out}/report.html"
    assert sorted(contents(out)) == [
        "assessments.jsonl",
        "charts.jsonl",
        "facts.jsonl",
        "ledger.jsonl",
        "notes.jsonl",
        "report.html",
    ]
    assert len({len(a["criteria"]) for a in lines(out / "assessments.jsonl")}) == 1


def test_a_chart_stands_on_the_facts_of_its_run(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    lupus_chart("screen", charts, *SCREENING, "--out", out)
    known = {(fact["patient_id"], fact["fact_id"]) for fact in lines(out / "facts.jsonl")}
    records = list(lines(out / "charts.jsonl"))
    assert [one["patient_id"] for one in records] == ["p01", "p02", "p03"]
    for one in records:
        parts = [*one["episodes"], *one["administrations"], *one["biopsies"]]
        parts += [point for series in one["series"] for point in series["points"]]
        assert all(part["facts"] for part in parts)
        named = {fact_id for part in parts for fact_id in part["facts"]}
        assert {(one["patient_id"], fact_id) for fact_id in named} <= known


def test_new_facts_never_stand_beside_old_verdicts(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    lupus_chart("screen", charts, *SCREENING, "--out", out)
    lupus_chart("extract", charts / "p02", "--out", out)
    assert sorted(contents(out)) == ["facts.jsonl", "ledger.jsonl", "notes.jsonl"]


def test_score_says_what_screen_said(lupus_chart: Command, charts: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    lupus_chart("screen", charts, *SCREENING, "--leukapheresis-date", "2026-04-20", "--out", out)
    arguments = ("score", out / "facts.jsonl", *SCREENING, "--leukapheresis-date", "2026-04-20")
    printed = lupus_chart(*arguments)
    expected = (out / "assessments.jsonl").read_bytes()
    assert (printed.code, printed.out.encode()) == (0, expected)
    assert lupus_chart(*arguments, "--out", again).code == 0
    assert contents(again) == {
        "assessments.jsonl": expected,
        "charts.jsonl": (out / "charts.jsonl").read_bytes(),
    }


def test_anchors_give_each_patient_its_dates(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text("patient_id,screening,leukapheresis\np01,2026-05-01,2026-05-20\np02,,\n")
    out = tmp_path / "out"
    lupus_chart("screen", charts, *SCREENING, "--anchors", anchors, "--out", out)
    assert {a["patient_id"]: a["anchors"] for a in lines(out / "assessments.jsonl")} == {
        "p01": {"screening": "2026-05-01", "leukapheresis": "2026-05-20"},
        "p02": {"screening": "2026-04-01", "leukapheresis": None},
        "p03": {"screening": "2026-04-01", "leukapheresis": None},
    }


def test_any_anchor_is_an_option_and_a_column(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text("patient_id,screening,start_of_induction\np01,2026-05-01,2026-05-20\n")
    facts = tmp_path / "run" / "facts.jsonl"
    lupus_chart("extract", charts, "--out", facts.parent)
    days = ("--anchor", "start_of_induction=2026-04-09", "--anchor", "consent=2026-03-25")
    scored = lupus_chart("score", facts, *SCREENING, "--anchors", anchors, *days)
    given = [json.loads(line)["anchors"] for line in scored.out.splitlines()]
    assert given[0] == {
        "screening": "2026-05-01",
        "leukapheresis": None,
        "consent": "2026-03-25",
        "start_of_induction": "2026-05-20",
    }
    assert given[1]["start_of_induction"] == "2026-04-09"


@pytest.mark.parametrize("name", available_protocols())
def test_every_protocol_scores_the_shipped_sample(
    lupus_chart: Command, tmp_path: Path, name: str
) -> None:
    sample = Path(__file__).parents[2] / "corpus" / "synthetic" / "sample"
    gold = read_gold(sample, load_protocol("NCT07432334"))
    facts = [mention.fact for patient in gold.patients for mention in patient.mentions]
    (tmp_path / "facts.jsonl").write_text("".join(json_line(fact) for fact in facts))
    ended = lupus_chart(
        "score", tmp_path / "facts.jsonl", "--protocol", name, "--anchors", sample / "anchors.csv"
    )
    assessments = [json.loads(line) for line in ended.out.splitlines()]
    assert (ended.code, ended.err) == (0, "")
    assert len(assessments) == len(gold.patients) == 10
    assert {one["protocol"] for one in assessments} == {name}
    outcomes = {each["outcome"] for one in assessments for each in one["criteria"]}
    assert outcomes >= {"pass", "unknown"}


def test_runs_repeat_byte_for_byte_whatever_the_order(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    table = tmp_path / "notes.jsonl"
    rows = [
        json.dumps({"patient_id": Path(n).parent.name, "note_id": Path(n).stem,
                    "date": Path(n).stem[:10], "text": t})
        for n, t in CHARTS.items()
    ]  # fmt: skip
    out = tmp_path / "out"
    seen = []
    for order in (rows, rows, random.Random(1).sample(rows, len(rows))):
        table.write_text("\n".join(order))
        assert lupus_chart("screen", table, *SCREENING, "--out", out).code == 0
        seen.append(contents(out))
    assert seen[0] == seen[1] == seen[2]


def test_a_broken_facts_file_is_refused(lupus_chart: Command, tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_text('{"kind": "diagnosis"}\n')
    ended = lupus_chart("score", path, *SCREENING)
    assert ended.code == 2
    assert (
        ended.line
        == f"lupus-chart score: {path}:1: is not a fact (diagnosis.fact_id: Field required)"
    )


def test_an_unforeseen_error_is_one_line_without_its_message(
    lupus_chart: Command, charts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("Jane Doe")

    monkeypatch.setattr("abstraction.chart.charts", explode)
    ended = lupus_chart("screen", charts, *SCREENING, "--out", tmp_path / "out")
    assert ended.code == 2
    assert ended.line.startswith("lupus-chart: internal error (RuntimeError at scoring.py:")


def test_no_word_of_a_note_reaches_standard_error(charts: Path, tmp_path: Path) -> None:
    words = {word for text in CHARTS.values() for word in text.split() if len(word) > 5}
    (charts / "p01" / "odd.txt").write_bytes(b"lupus nephritis \0 erythematosus")
    ended = subprocess.run(
        [COMMAND, "extract", charts, "--out", tmp_path / "out"],
        env={**os.environ, "LOGURU_LEVEL": "TRACE", "PYTHONWARNINGS": "always"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert not [word for word in words if word in ended.stderr]


def test_a_terminal_sees_the_progress(charts: Path, tmp_path: Path) -> None:
    master, slave = pty.openpty()
    command = subprocess.Popen(
        [COMMAND, "extract", charts, "--out", tmp_path / "out"],
        env={**os.environ, "TERM": "xterm-256color"},
        stderr=slave,
        stdout=subprocess.DEVNULL,
    )
    os.close(slave)
    seen = b""
    # A terminal reads what is written to it; one that does not would stop the command.
    with suppress(OSError):
        while told := os.read(master, 65_536):
            seen += told
    assert command.wait() == 0
    assert b"Reading notes" in seen
    os.close(master)


def test_score_loads_no_language_processing(tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_text("")
    program = (
        "import sys\nfrom api.cli import main\n"
        "try: main(sys.argv[1:])\nfinally: print(*sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, "score", facts, *SCREENING],
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"spacy", "medspacy", "nlp_rules"} & set(ended.stdout.split()) == set()


def test_a_closed_pipe_is_no_traceback(charts: Path, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [COMMAND, "protocol", "show", "NCT07432334"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert ended.stderr == ""


def test_a_run_that_is_told_to_end_leaves_nothing_unfinished(charts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    program = """
import os, signal, sys
from abstraction.writing import replacing
from api.cli import extraction, main

def told_to_end(notes, out, **options):
    with replacing(out / "facts.jsonl") as (stream,):
        stream.write("half a fact")
        os.kill(os.getpid(), signal.SIGTERM)

extraction.extract_into = told_to_end
main(sys.argv[1:])
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, "extract", charts, "--out", out],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.strip() == "lupus-chart: interrupted"
    assert list(out.iterdir()) == []
