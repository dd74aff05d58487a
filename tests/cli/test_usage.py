"""Wrong usage and unreadable input: one clear line, exit code 2, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command

PROTOCOL = ("--protocol", "NCT07432334")
SHIPPED = ["NCT01639339", "NCT04221477", "NCT05765006", "NCT05781750", "NCT07432334"]
SCREENING = ("--screening-date", "2026-04-01")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["extract"], "lupus-chart extract: Missing argument 'INPUT'."),
        (["extract", "x"], "lupus-chart extract: Missing option '--out'."),
        (
            ["scren"],
            "lupus-chart: No such command 'scren'. (Did you mean one of: 'score', 'screen'?)",
        ),
        (
            ["screen", "x", "--protocol", "NCT00000000", *SCREENING, "--out", "o"],
            f"lupus-chart screen: no protocol 'NCT00000000'; available: {', '.join(SHIPPED)}",
        ),
        (
            ["screen", "x", *PROTOCOL, "--screening-date", "2026-02-30", "--out", "o"],
            "lupus-chart screen: Invalid value for '--screening-date': "
            "'2026-02-30' is no day of the calendar",
        ),
        (
            ["screen", "x", *PROTOCOL, "--screening-date", "01/04/2026", "--out", "o"],
            "lupus-chart screen: Invalid value for '--screening-date': "
            "'01/04/2026' is not a day written YYYY-MM-DD",
        ),
        (
            ["screen", "x", *PROTOCOL, "--out", "o"],
            "lupus-chart screen: give --screening-date, or --anchors with a line a patient",
        ),
        (
            ["score", "x", *PROTOCOL, *SCREENING, "--leukapheresis-date", "2025-04-20"],
            "lupus-chart score: --leukapheresis-date: leukapheresis on 2025-04-20 would be before "
            "screening on 2026-04-01; is one of the two mistyped?",
        ),
        (
            ["score", "x", *PROTOCOL, *SCREENING, "--anchor", "breakfast=2026-04-20"],
            "lupus-chart score: Invalid value for '--anchor': 'breakfast=2026-04-20' is no "
            "NAME=YYYY-MM-DD with a name of consent, first_dose, start_of_induction, "
            "qualifying_biopsy",
        ),
        (
            ["score", "x", *PROTOCOL, *SCREENING, "--anchor", "consent=soon"],
            "lupus-chart score: Invalid value for '--anchor': 'soon' is not a day written "
            "YYYY-MM-DD",
        ),
        (
            ["score", "x", *PROTOCOL, *SCREENING, "--anchor", "first_dose=2026-03-20"],
            "lupus-chart score: --anchor: first dose on 2026-03-20 would be before screening on "
            "2026-04-01; is one of the two mistyped?",
        ),
        (
            ["protocol", "show", "X"],
            f"lupus-chart protocol show: no protocol 'X'; available: {', '.join(SHIPPED)}",
        ),
        (
            ["extract", "nowhere", "--out", "o"],
            "lupus-chart extract: nowhere: there is no such file or folder",
        ),
        (
            ["score", "nowhere.jsonl", *PROTOCOL, *SCREENING],
            "lupus-chart score: nowhere.jsonl: cannot be read (No such file or directory)",
        ),
    ],
)
def test_one_clear_line_and_exit_code_2(
    lupus_chart: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    line: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = lupus_chart(*arguments)
    assert (ended.code, ended.line, ended.out) == (2, line, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("charts/", b"", "holds no notes (.txt or .md), nor folders of notes"),
        ("note.txt", b"\x00\x01\x02", "is not text (it holds NUL bytes)"),
        (
            "notes.csv",
            b"a,b\n1,2\n",
            "has no column patient_id or person_id, note_id, text or note_text "
            "(a table of notes has patient_id, note_id, text)",
        ),
        ("notes.parquet", b"PAR", "is not a Parquet file, or a broken one"),
    ],
)
def test_input_that_cannot_be_read_at_all(
    lupus_chart: Command, tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    path = tmp_path / name
    if name.endswith("/"):
        path.mkdir()
    else:
        path.write_bytes(content)
    ended = lupus_chart("extract", path, "--out", tmp_path / "out")
    assert (ended.code, ended.line, ended.out) == (2, f"lupus-chart extract: {path}: {what}", "")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        ("patient,screening\n", "", "has no column patient_id"),
        (
            "patient_id,screening,leukapheresis\np01,2026-04-01,\np02,2026-02-30,\n",
            ":3",
            "screening '2026-02-30' is no day of the calendar",
        ),
        (
            "patient_id,screening\np01,2026-04-01\np01,2026-04-02\n",
            ":3",
            "names patient p01 a second time",
        ),
        ("patient_id,screening\n,2026-04-01\n", ":2", "has no patient_id"),
        ("patient_id,screening\np01\n", ":2", "has 1 cells where the header has 2"),
        (
            "patient_id,screening,leukapheresis\np01,2026-04-01,2026-03-01\n",
            ":2",
            "leukapheresis on 2026-03-01 would be before screening on 2026-04-01; "
            "is one of the two mistyped?",
        ),
    ],
)
def test_a_wrong_anchors_file_is_named_with_its_line(
    lupus_chart: Command, charts: Path, tmp_path: Path, content: str, where: str, what: str
) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text(content)
    out = tmp_path / "out"
    ended = lupus_chart("screen", charts, *PROTOCOL, *SCREENING, "--anchors", anchors, "--out", out)
    assert (ended.code, ended.line) == (2, f"lupus-chart screen: {anchors}{where}: {what}")
    assert not out.exists()


def test_a_patient_without_a_screening_date_is_named(
    lupus_chart: Command, charts: Path, tmp_path: Path
) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text("patient_id,screening\np01,2026-04-01\np03,2026-04-02\n")
    ended = lupus_chart(
        "screen", charts, *PROTOCOL, "--anchors", anchors, "--out", tmp_path / "out"
    )
    assert ended.code == 2
    assert ended.line.startswith("lupus-chart screen: patient p02 has no screening date")


def test_out_must_be_a_folder(lupus_chart: Command, charts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("kept")
    ended = lupus_chart("extract", charts, "--out", out)
    assert (ended.code, ended.line) == (
        2,
        f"lupus-chart extract: --out {out}: is a file, and a folder is needed",
    )
    assert out.read_text() == "kept"


def test_help_and_version(lupus_chart: Command) -> None:
    assert "screen" in lupus_chart("--help").out
    assert lupus_chart().code == 0
    assert "list" in lupus_chart("protocol").out
    assert lupus_chart("--version").out == "lupus-chart 0.1.0\n"


def test_protocols_are_listed_and_shown(lupus_chart: Command) -> None:
    assert lupus_chart("protocol", "list").out.splitlines() == SHIPPED
    shown = lupus_chart("protocol", "show", "NCT07432334")
    assert shown.code == 0
    assert "INC-01" in shown.out and "EXC-17" in shown.out
