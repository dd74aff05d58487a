"""Tables of notes: .jsonl, .csv, .parquet, in the contract's column names or OMOP's."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from abstraction.notes import Note
from abstraction.reading import ReadError, read_notes

ROWS = [
    {"patient_id": "p1", "note_id": "a", "date": "2025-03-14", "type": "ed", "text": 'x\r\ny, "z"'},
    {"patient_id": "p2", "note_id": "a", "date": "", "type": "", "text": "Ähnlich \u2028 gleich"},
]


def read(path: Path) -> tuple[list[Note], list[str]]:
    found = list(read_notes(path))
    problems = [
        str(item).replace(f"{path.parent}/", "") for item in found if isinstance(item, ReadError)
    ]
    return [item for item in found if isinstance(item, Note)], problems


def write_table(path: Path, rows: list[dict[str, Any]]) -> Path:
    match path.suffix:
        case ".jsonl":
            path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        case ".csv":
            with path.open("w", newline="") as stream:
                writer = csv.DictWriter(stream, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        case ".parquet":
            pq.write_table(pa.Table.from_pylist(rows), path)
    return path


@pytest.fixture(params=[".jsonl", ".csv", ".parquet"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"notes{request.param}"


def test_every_format_gives_the_same_notes(table: Path) -> None:
    notes, problems = read(write_table(table, ROWS))
    assert problems == []
    assert [(n.patient_id, n.note_id, n.date, n.type, n.text) for n in notes] == [
        ("p1", "a", dt.date(2025, 3, 14), "ed", 'x\r\ny, "z"'),
        ("p2", "a", None, None, "Ähnlich \u2028 gleich"),
    ]


def test_omop_names_are_understood(table: Path) -> None:
    row = {
        "PERSON_ID": 17,
        "NOTE_ID": 4,
        "NOTE_DATE": "2025-03-14",
        "NOTE_TITLE": "Discharge summary",
        "NOTE_TEXT": "text",
    }
    notes, problems = read(write_table(table, [row]))
    assert problems == []
    assert notes == [
        Note(patient_id="17", note_id="4", date=dt.date(2025, 3, 14), title="Discharge summary",
             text="text")
    ]  # fmt: skip


def test_missing_columns_are_named(table: Path) -> None:
    notes, problems = read(write_table(table, [{"person_id": "1", "date": "2025-01-01"}]))
    assert notes == []
    where = "notes.jsonl:1" if table.suffix == ".jsonl" else table.name
    assert problems == [
        f"{where}: has no column note_id, text or note_text "
        "(a table of notes has patient_id, note_id, text)"
    ]


def test_a_table_of_another_kind_is_refused_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "notes.parquet"
    broken.write_bytes(b"not parquet at all")
    assert read(broken) == ([], ["notes.parquet: is not a Parquet file, or a broken one"])
    empty = tmp_path / "notes.csv"
    empty.write_bytes(b"")
    assert read(empty)[1][0].startswith("notes.csv: has no column patient_id")
    other = tmp_path / "notes.xlsx"
    other.write_bytes(b"PK")
    assert read(other)[1] == [
        "notes.xlsx: is not a kind of file that is read (.txt .md .csv .jsonl .parquet)"
    ]


def test_a_broken_line_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    good = [json.dumps(row) for row in ROWS]
    lines = [good[0], '{"patient_id": "p1", "secret', "[1]", "", '{"patient_id": "p9"}', good[1]]
    path.write_text("\n".join(lines))
    notes, problems = read(path)
    assert [n.patient_id for n in notes] == ["p1", "p2"]
    assert [problem.split(" ")[0] for problem in problems] == [
        "notes.jsonl:2:",
        "notes.jsonl:3:",
        "notes.jsonl:5:",
    ]
    assert "secret" not in "".join(problems)


def test_a_row_without_a_text_or_with_an_odd_date_is_named(table: Path) -> None:
    rows = [
        {"patient_id": "p1", "note_id": "a", "date": "03/04/2025", "text": "x"},
        {"patient_id": "p1", "note_id": "", "date": "2025-03-04T23:30:00+02:00", "text": "x"},
        {"patient_id": "p1", "note_id": "c", "date": "2025-03-04T23:30:00+02:00", "text": "x"},
    ]
    notes, problems = read(write_table(table, rows))
    assert [(n.note_id, n.date) for n in notes] == [("a", None), ("c", dt.date(2025, 3, 4))]
    assert [problem.split(": ")[-1] for problem in problems] == [
        "'03/04/2025' is not a date (YYYY-MM-DD); the note is read without a date",
        "has no note_id",
    ]


def test_parquet_holds_dates_and_nanoseconds_of_its_own(tmp_path: Path) -> None:
    moments = pa.array([1741942923123456789], pa.timestamp("ns"))
    columns = {"person_id": [1], "note_id": [2], "note_date": moments, "note_text": ["x"]}
    pq.write_table(pa.table(columns), tmp_path / "n.parquet")
    (note,), problems = read(tmp_path / "n.parquet")
    assert (note.date, problems) == (dt.date(2025, 3, 14), [])


def test_half_a_surrogate_pair_becomes_one_character(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_text('{"patient_id": "p", "note_id": "n", "text": "a\\ud83d b \\ud83d\\ude00 c"}')
    (note,), problems = read(path)
    assert (note.text, problems) == ("a\ufffd b 😀 c", [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_any_delimiter_encoding_and_cell_size(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "notes.csv"
    header, row = ["patient_id", "note_id", "text"], ["p", "n", "Größe " + "lang " * 100_000]
    with path.open("w", encoding="cp1252", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([header, row])
    (note,), problems = read(path)
    assert (note.text, problems) == (row[2], [])


def test_csv_with_a_mark_and_a_ragged_row(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text('\ufeffpatient_id,note_id,text\np,n\np,m,"two\nlines"\np,o,"never closed\n')
    (note,), problems = read(path)
    assert (note.note_id, note.text) == ("m", "two\nlines")
    assert problems == [
        "notes.csv:2: has 2 cells where the header has 3",
        "notes.csv:5: is no row of a table (unexpected end of data)",
    ]


def test_shuffled_rows_read_the_same_with_the_same_note_kept_of_two(tmp_path: Path) -> None:
    rows = [
        {"patient_id": f"p{i % 7}", "note_id": f"n{i % 23}", "text": f"text {i % 161}"}
        for i in range(200)
    ]
    rows += [{"patient_id": "p0", "note_id": "n0", "text": f"another {i}"} for i in range(4)]
    first = list(read_notes(write_table(tmp_path / "notes.jsonl", rows)))
    random.Random(5).shuffle(rows)
    second = list(read_notes(write_table(tmp_path / "notes.jsonl", rows)))
    assert first == second
    assert [str(item) for item in first if isinstance(item, ReadError)] == [
        "p0/n0: stands in the input with different texts; one of them is read"
    ]
    keys = [(n.patient_id, n.note_id) for n in first if isinstance(n, Note)]
    assert keys == sorted(set(keys))
