"""Folders of charts, a patient's folder, one file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from abstraction.notes import Note
from abstraction.reading import ReadError, read_notes


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def notes(path: Path) -> list[Note]:
    return [item for item in read_notes(path) if isinstance(item, Note)]


def errors(path: Path) -> list[str]:
    """Each error's line, with the test's own folder left out."""
    found = [str(item) for item in read_notes(path) if isinstance(item, ReadError)]
    base = path.parent if path.is_dir() else path.parent.parent
    return [line.replace(f"{base}/", "") for line in found]


def test_a_folder_of_charts_holds_a_folder_a_patient(tmp_path: Path) -> None:
    root = write(
        tmp_path / "charts",
        {"p02/b.txt": "two", "p01/2025-03-14_rheumatology.txt": "one", "p01/a.md": "zero"},
    )
    assert [(n.patient_id, n.note_id, n.text) for n in read_notes(root) if isinstance(n, Note)] == [
        ("p01", "2025-03-14_rheumatology", "one"),
        ("p01", "a", "zero"),
        ("p02", "b", "two"),
    ]
    assert errors(root) == []


def test_the_name_gives_date_and_type(tmp_path: Path) -> None:
    root = write(
        tmp_path / "p01",
        {"2025-03-14_rheumatology.txt": "", "2025-03-15.txt": "", "letter.txt": ""},
    )
    assert [(n.note_id, n.date, n.type) for n in notes(root)] == [
        ("2025-03-14_rheumatology", dt.date(2025, 3, 14), "rheumatology"),
        ("2025-03-15", dt.date(2025, 3, 15), None),
        ("letter", None, None),
    ]


def test_notes_csv_wins_over_the_name_where_it_says_something(tmp_path: Path) -> None:
    root = write(
        tmp_path / "p01",
        {
            "2025-03-14_x.txt": "a",
            "2025-03-15_y.txt": "b",
            "notes.csv": "note_id,date,type,title,author\n"
            '2025-03-14_x,2024-01-02,pathology,"Biopsy, native kidney",Dr Vogel\n'
            "2025-03-15_y,,,,\n",
        },
    )
    first, second = notes(root)
    assert (first.date, first.type, first.title, first.author) == (
        dt.date(2024, 1, 2),
        "pathology",
        "Biopsy, native kidney",
        "Dr Vogel",
    )
    assert (second.date, second.type, second.title) == (dt.date(2025, 3, 15), "y", None)
    assert errors(root) == []


def test_one_patients_folder_and_one_file_are_read_the_same(tmp_path: Path) -> None:
    root = write(
        tmp_path / "p07",
        {"n1.txt": "text", "notes.csv": "note_id,type\nn1,referral\nn2,referral\n", "n2.txt": "b"},
    )
    (alone,) = notes(root / "n1.txt")
    assert alone == notes(root)[0]
    assert (alone.patient_id, alone.type) == ("p07", "referral")


def test_a_gold_corpus_is_read_as_its_notes_alone(tmp_path: Path) -> None:
    root = write(
        tmp_path / "gold",
        {
            "README.md": "about",
            "anchors.csv": "patient_id,screening,leukapheresis\n",
            "p01/n1.txt": "note",
            "p01/n1.ann": "T1\tX 0 4\tnote",
            "p01/facts.gold.jsonl": "{}",
            "p01/assessment.gold.json": "{}",
            "p01/.DS_Store": b"\0\0",
        },
    )
    assert [n.note_id for n in notes(root)] == ["n1"]
    assert errors(root) == []


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a\r\nb\nc\rd", "a\r\nb\nc\rd"),
        (
            "Übelkeit \u2009\u00a0 40\u202fmg 😀 e\u0301".encode(),
            "Übelkeit \u2009\u00a0 40\u202fmg 😀 e\u0301",
        ),
        (b"caf\xe9 \x96 5 \xb5mol", "café \u2013 5 µmol"),
        (b"undefined \x81 here, in a text that is long enough", None),
        (b"\xef\xbb\xbfwith a mark", "\ufeffwith a mark"),
        (b"", ""),
        (b"x", "x"),
        (b" \n\t ", " \n\t "),
    ],
)
def test_text_is_what_the_bytes_say(tmp_path: Path, content: bytes, text: str | None) -> None:
    (note,) = notes(write(tmp_path / "p", {"n.txt": content}))
    assert note.text == (text or content.decode("latin-1").replace("\x81", "\ufffd"))


def test_two_megabytes_are_a_note(tmp_path: Path) -> None:
    text = "ANA 1:640, anti-dsDNA 88 IU/mL.\n" * 65_536
    (note,) = notes(write(tmp_path / "p", {"n.txt": text}))
    assert note.text == text


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"bin.txt": b"\x00\x01text"}, "p/bin.txt: is not text (it holds NUL bytes)"),
        ({"bin.txt": bytes(range(1, 256))}, "p/bin.txt: is not text (too many control characters)"),
        ({"wide.txt": "text".encode("utf-16")}, "p/wide.txt: is UTF-16; save it as UTF-8"),
        ({"scan.pdf": b"%PDF"}, "p/scan.pdf: pdf is a format that is not read yet"),
        ({"letter.DOCX": b"PK"}, "p/letter.DOCX: docx is a format that is not read yet"),
        ({"photo.png": b"PNG"}, "p/photo.png: is not a note (.txt or .md)"),
        ({"old/n.txt2": "x"}, "p/old: is a folder inside a patient's folder, so it is not read"),
        (
            {"2025-02-30_x.txt": ""},
            "p/2025-02-30_x.txt: '2025-02-30' is not a date (YYYY-MM-DD); "
            "the note is read without a date",
        ),
        (
            {"9999-12-31_x.txt": ""},
            "p/9999-12-31_x.txt: 9999-12-31 is not the date of a note; "
            "the note is read without a date",
        ),
        (
            {"notes.csv": "note_id,date\ngone,2025-01-01\n"},
            "p/notes.csv: names 'gone', and there is no such note here",
        ),
        ({"notes.csv": "name,date\n"}, "p/notes.csv: has no column note_id"),
        (
            {"notes.csv": "note_id,date\ngood,2025-01-01,9\n"},
            "p/notes.csv:2: has 3 cells where the header has 2",
        ),
    ],
)
def test_what_cannot_be_read_is_one_line_and_the_rest_is_read(
    tmp_path: Path, files: dict[str, str | bytes], line: str
) -> None:
    root = write(tmp_path / "p", {"good.txt": "still read", **files})
    assert errors(root) == [line]
    assert "good" in [n.note_id for n in notes(root)]


def test_a_link_to_nowhere_is_an_unreadable_note(tmp_path: Path) -> None:
    root = write(tmp_path / "p", {"good.txt": "still read"})
    (root / "lost.txt").symlink_to(root / "nowhere.txt")
    assert errors(root) == ["p/lost.txt: cannot be read (No such file or directory)"]
    assert [n.note_id for n in notes(root)] == ["good"]


def test_a_note_that_cannot_be_read_still_names_its_patient(tmp_path: Path) -> None:
    root = write(tmp_path / "charts", {"p01/a.txt": "x", "p02/scan.pdf": b"%PDF"})
    (error,) = [item for item in read_notes(root) if isinstance(item, ReadError)]
    assert (error.patient_id, error.note_id) == ("p02", "scan")


def test_a_stray_note_beside_charts_has_no_patient(tmp_path: Path) -> None:
    root = write(tmp_path / "charts", {"p01/a.txt": "x", "stray.txt": "y", "p02/photo.png": b""})
    assert [n.patient_id for n in notes(root)] == ["p01"]
    assert errors(root) == [
        "charts/p02: is a folder without notes",
        "charts/stray.txt: lies beside the patients' folders, so it has no patient",
    ]


@pytest.mark.parametrize("inside", ["", "empty/", "deep/er/n.txt"])
def test_a_folder_without_notes_says_so(tmp_path: Path, inside: str) -> None:
    root = tmp_path / "charts"
    root.mkdir()
    if inside.endswith("/"):
        (root / inside).mkdir()
    elif inside:
        write(root, {inside: "x"})
    assert errors(root) == ["charts: holds no notes (.txt or .md), nor folders of notes"]


def test_a_missing_path_says_so(tmp_path: Path) -> None:
    path = tmp_path / "nowhere"
    assert [str(item) for item in read_notes(path)] == [f"{path}: there is no such file or folder"]


def test_a_file_name_that_is_no_unicode_is_read_and_can_be_written_down(tmp_path: Path) -> None:
    root = write(tmp_path / "p", {})
    root.mkdir()
    (root / "caf\udce9.txt").write_text("text")
    (note,) = notes(root)
    assert note.note_id == "caf\ufffd"
    assert note.model_dump_json()
