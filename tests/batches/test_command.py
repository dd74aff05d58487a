"""``extract`` with workers, engines and formats, on a full disk, and told to stop."""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from spacy.language import Language
from stub_pipelines import Stub

from abstraction.facts import Fact
from abstraction.notes import Note
from abstraction.unfinished import FOLDER
from api.cli.progress import progress
from api.cli.remarks import remarks_on
from tests.cli.conftest import CHARTS, Command

SCREENING = ("--protocol", "NCT07432334", "--screening-date", "2026-04-01")


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def test_spark_changes_no_byte(lupus_chart: Command, charts: Path, tmp_path: Path) -> None:
    alone, spark = tmp_path / "alone", tmp_path / "spark"
    assert lupus_chart("extract", charts, "--out", alone).code == 0
    ended = lupus_chart("extract", charts, "--engine", "spark", "--out", spark)
    assert (ended.code, ended.err) == (0, "")
    assert contents(alone) == contents(spark)


def test_a_note_that_takes_too_long_is_told_and_the_others_are_done(
    lupus_chart: Command, charts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abstraction.shipped.ShippedExtractor", lambda day_first: Stub())
    alone, out = tmp_path / "alone", tmp_path / "out"
    assert lupus_chart("extract", charts, "--out", alone).code == 0
    (charts / "p02" / "2026-03-01_endless.txt").write_text("SLE hang")
    options = ("--workers", "2", "--note-timeout", "4")
    ended = lupus_chart("extract", charts, *options, "--out", out)
    assert (ended.code, ended.line) == (
        1,
        "lupus-chart: p02/2026-03-01_endless: the note took longer than 4 s (--note-timeout)",
    )
    assert contents(out)["facts.jsonl"] == contents(alone)["facts.jsonl"]


def rows_of(charts: Path) -> list[dict[str, str | None]]:
    return [
        {
            "patient_id": Path(name).parent.name,
            "note_id": Path(name).stem,
            "date": Path(name).stem[:10],
            "type": Path(name).stem[11:],
            "title": None,
            "text": text,
        }
        for name, text in CHARTS.items()
    ]


def test_tables_in_and_out_hold_what_files_hold(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    rows = rows_of(charts)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "notes.parquet")
    (tmp_path / "notes.jsonl").write_text("\n".join(map(json.dumps, rows)))
    files = tmp_path / "files"
    lupus_chart("extract", charts, "--out", files)
    for table in ("notes.parquet", "notes.jsonl"):
        out = tmp_path / f"of-{table}"
        assert lupus_chart("extract", tmp_path / table, "--out", out).code == 0
        assert contents(out) == contents(files)

    out = tmp_path / "columns"
    out.mkdir()
    for earlier in ("facts.jsonl", "notes.jsonl", "assessments.jsonl", "report.html"):
        (out / earlier).write_text("of another run")
    ended = lupus_chart("extract", charts, "--format", "parquet", "--out", out)
    assert (ended.code, ended.err) == (0, "")
    assert sorted(contents(out)) == ["facts.parquet", "ledger.jsonl", "notes.parquet"]
    facts = pq.read_table(out / "facts.parquet").to_pylist()
    lines = (files / "facts.jsonl").read_text("utf-8").splitlines()
    assert [fact["record"] for fact in facts] == lines
    for fact, line in zip(facts, map(json.loads, lines), strict=True):
        assert (fact["concept"], fact["start"]) == (line["concept"], line["span"]["start"])
        assert (fact["date_start"] and fact["date_start"].isoformat()) == (
            line["date"] and line["date"]["start"]
        )
    assert {fact["canonical_unit"] for fact in facts} >= {"[IU]/mL", "{titer}"}
    notes = pq.read_table(out / "notes.parquet").to_pylist()
    assert [note["text"] for note in notes] == [CHARTS[name] for name in sorted(CHARTS)]
    again = tmp_path / "again"
    lupus_chart("extract", out / "notes.parquet", "--out", again)
    assert contents(again) == contents(files)


def test_facts_are_scored_from_either_format(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    scored = []
    for form in ("jsonl", "parquet"):
        lupus_chart("extract", charts, "--format", form, "--out", tmp_path / form)
        scored.append(lupus_chart("score", tmp_path / form / f"facts.{form}", *SCREENING))
    assert scored[0] == scored[1]
    assert scored[0].code == 0
    broken = tmp_path / "facts.parquet"
    pq.write_table(pa.table({"record": ['{"kind": "diagnosis"}']}), broken)
    ended = lupus_chart("score", broken, *SCREENING)
    assert ended.line.startswith(f"lupus-chart score: {broken}: row 1: is not a fact (diagnosis.")
    broken.write_bytes(b"PAR1")
    ended = lupus_chart("score", broken, *SCREENING)
    assert ended.line == (
        f"lupus-chart score: {broken}: is not a Parquet file of facts, or a broken one"
    )


def test_a_full_disk_is_told_and_the_run_before_it_stays(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert lupus_chart("extract", charts, "--out", out).code == 0
    before = contents(out)
    (charts / "p03" / "long.txt").write_text("SLE. " * 3000)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, unlimited[1]))
    try:
        ended = lupus_chart("extract", charts, "--out", out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert ended.code == 2
    assert ended.line == f"lupus-chart extract: --out {out}: cannot be written (File too large)"
    assert contents(out) == before


def test_no_room_for_the_notes_of_the_input_is_told(
    lupus_chart: Command, charts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("abstraction.reading.collection.IN_MEMORY", 1)
        patch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
        ended = lupus_chart("extract", charts, "--out", tmp_path / "out")
    assert ended.code == 2
    assert ended.line == (
        f"lupus-chart extract: {charts}: no room for its notes in {tmp_path}/gone (No such file or "
        "directory); TMPDIR names another folder"
    )


def test_a_run_that_is_interrupted_says_how_to_go_on(
    lupus_chart: Command, charts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from abstraction import pipeline

    out, whole = tmp_path / "out", tmp_path / "whole"
    lupus_chart("extract", charts, "--out", whole)
    extract, read = pipeline.extract_facts, []

    def interrupt(nlp: Language, note: Note) -> tuple[Fact, ...]:
        if len(read) == 2:
            raise KeyboardInterrupt
        read.append(note)
        return extract(nlp, note)

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "extract_facts", interrupt)
        patch.setattr("abstraction.run.COMMIT_SECONDS", 0)
        patch.setattr("abstraction.run.NOTES_AT_A_TIME", 1)
        ended = lupus_chart("extract", charts, "--out", out)
    hint = "--resume takes the run up from there"
    assert (ended.code, ended.line) == (2, f"lupus-chart extract: interrupted; {hint}")
    assert sorted(contents_of_folder(out)) == [FOLDER]

    refused = lupus_chart("extract", charts, "--day-first", "--out", out, "--resume")
    assert (refused.code, refused.line) == (
        2,
        "lupus-chart extract: --resume: the options changed since the run was cut off; "
        f"without --resume the run into {out} starts anew",
    )
    charts.rename(tmp_path / "elsewhere")
    refused = lupus_chart("extract", charts, "--out", out, "--resume")
    assert refused.line == f"lupus-chart extract: {charts}: there is no such file or folder"
    (tmp_path / "elsewhere").rename(charts)
    assert lupus_chart("extract", charts, "--out", out, "--resume").code == 0
    assert contents(out) == contents(whole)


def contents_of_folder(out: Path) -> list[str]:
    return [path.name for path in out.iterdir()]


def test_a_terminal_sees_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "100")
    with progress("Reading notes", 1000) as done:
        done(100)
        for _ in range(10):
            time.sleep(0.02)
            done(10)
    assert re.search(r"Reading notes .* 200/1000.* \d+\.\d/s .*\d:\d\d:\d\d", terminal.getvalue())


def test_remarks_name_a_few_of_many() -> None:
    notes = [
        Note(patient_id=f"p{n // 2}", note_id=f"{n}", text=f" seen  on {n // 14}")
        for n in range(99)
    ]
    copies, shared, undated = remarks_on(notes)
    assert copies == (
        "the same text in several notes of one patient: p0/0 = p0/1, p1/2 = p1/3, p2/4 = p2/5, "
        "p3/6 = p3/7, p4/8 = p4/9 and 44 more"
    )
    assert shared.startswith(
        "the same text under several patients: p0/0 = p0/1 = p1/2 = p1/3 = p2/4 and 9 more, p7/14"
    )
    assert undated.endswith("p0/0, p0/1, p1/2, p1/3, p2/4 and 94 more")
