"""A run on disk: the three files, their order, the ledger, and what happens when notes fail."""

from __future__ import annotations

import json
import logging
import random
import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abstraction.facts import DiagnosisFact, Fact, Source
from abstraction.notes import Note
from abstraction.quiet import quiet
from abstraction.reading import NoteCollection, ReadError
from abstraction.recorded import BrokenRecord, read_facts, recorded_patients
from abstraction.run import record_run

SECRET = "Jane Doe has SLE"


def find_sle(note: Note) -> tuple[Fact, ...]:
    """Every "SLE" of the note, the last first: the run is to put them in order."""
    found = [
        DiagnosisFact(
            fact_id=f"{note.note_id}-{match.start()}",
            patient_id=note.patient_id,
            note_id=note.note_id,
            concept="sle",
            span=note.span(match.start(), match.end()),
            source=Source(method="rule", id="diagnosis.sle", version="v"),
        )
        for match in re.finditer("SLE", note.text)
    ]
    return tuple(reversed(found))


def note(patient_id: str, note_id: str, text: str) -> Note:
    return Note(patient_id=patient_id, note_id=note_id, text=text)


def run(
    items: list[Note | ReadError], out: Path, extract: Callable[[Note], tuple[Fact, ...]]
) -> dict[str, list[dict[str, object]]]:
    out.mkdir(exist_ok=True)
    record_run(NoteCollection(items), extract, "v1", out)
    return {
        path.name: [json.loads(line) for line in path.read_text().split("\n")[:-1]]
        for path in sorted(out.iterdir())
    }


NOTES = [
    note("p2", "a", "no facts"),
    note("p1", "b", "SLE, SLE\u2028 and SLE"),
    note("p1", "a", ""),
]


def test_three_files_sorted_by_patient_note_and_place(tmp_path: Path) -> None:
    files = run([*NOTES], tmp_path / "out", find_sle)
    assert sorted(files) == ["facts.jsonl", "ledger.jsonl", "notes.jsonl"]
    assert [(f["note_id"], f["span"]) for f in files["facts.jsonl"]] == [
        ("b", {"start": start, "end": start + 3, "text": "SLE"}) for start in (0, 5, 14)
    ]
    assert [(n["patient_id"], n["note_id"]) for n in files["notes.jsonl"]] == [
        ("p1", "a"), ("p1", "b"), ("p2", "a"),
    ]  # fmt: skip
    assert files["ledger.jsonl"][1] == {
        "patient_id": "p1", "note_id": "b", "status": "read", "rule_pack": "v1",
        "characters": 17, "facts": 3, "where": None, "error": None,
    }  # fmt: skip


def test_the_order_of_the_notes_changes_no_byte(tmp_path: Path) -> None:
    def bytes_of(items: list[Note], name: str) -> list[bytes]:
        out = tmp_path / name
        out.mkdir()
        record_run(NoteCollection(items), find_sle, "v1", out)
        return [path.read_bytes() for path in sorted(out.iterdir())]

    many = [note(f"p{i % 5}", f"n{i}", f"{'SLE ' * (i % 4)}") for i in range(60)]
    shuffled = random.Random(3).sample(many, len(many))
    assert bytes_of(many, "first") == bytes_of(shuffled, "second")


def test_every_line_is_one_line_for_every_reader(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run([note("p", "n", "a\u2028b\u2029c\x85d\r\ne\x0bf")], out, find_sle)
    text = (out / "notes.jsonl").read_bytes().decode()
    assert len(text.splitlines()) == 1
    assert json.loads(text)["text"] == "a\u2028b\u2029c\x85d\r\ne\x0bf"


def test_a_note_that_fails_is_in_the_ledger_without_its_text(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def explode(one: Note) -> tuple[Fact, ...]:
        if one.note_id == "bad":
            raise KeyError(one.text)
        return find_sle(one)

    out = tmp_path / "out"
    out.mkdir()
    collection = NoteCollection([note("p", "bad", SECRET), note("p", "good", "SLE")])
    summary = record_run(collection, explode, "v1", out)
    ledger = (out / "ledger.jsonl").read_text()
    (error,) = summary.errors
    assert str(error).startswith("p/bad: the facts could not be extracted (KeyError at ")
    assert [json.loads(line)["status"] for line in ledger.splitlines()] == ["failed", "read"]
    assert len(read_facts(out / "facts.jsonl")) == 1
    assert SECRET not in ledger + "".join(capfd.readouterr())


def test_a_fact_that_does_not_quote_its_note_is_never_written(tmp_path: Path) -> None:
    def misquote(one: Note) -> tuple[Fact, ...]:
        return find_sle(one.model_copy(update={"text": " " + one.text}))

    files = run([note("p", "n", "has SLE")], tmp_path / "out", misquote)
    assert files["facts.jsonl"] == []
    assert "(Ungrounded at attempt.py:" in str(files["ledger.jsonl"][0]["error"])


def test_what_was_not_read_stands_in_the_ledger_and_keeps_its_patient(tmp_path: Path) -> None:
    out = tmp_path / "out"
    files = run(
        [
            note("p1", "a", "SLE"),
            ReadError(where="p1/a.txt", what="odd date", patient_id="p1", note_id="a"),
            ReadError(where="p2/scan.pdf", what="not read", patient_id="p2", note_id="scan"),
            ReadError(where="notes.jsonl:7", what="is not JSON"),
        ],
        out,
        find_sle,
    )
    assert [
        (line["patient_id"], line["status"], line["where"], line["error"])
        for line in files["ledger.jsonl"]
    ] == [
        ("p1", "read", "p1/a.txt", "odd date"),
        ("p2", "failed", "p2/scan.pdf", "not read"),
        (None, "failed", "notes.jsonl:7", "is not JSON"),
    ]
    assert recorded_patients(out / "facts.jsonl") == ("p1", "p2")


def test_an_interrupted_run_leaves_the_one_before_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run([note("p", "n", "SLE")], out, find_sle)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def interrupt(one: Note) -> tuple[Fact, ...]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_run(NoteCollection([note("p", "other", "x")]), interrupt, "v1", out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    out = tmp_path_factory.mktemp("out")
    files = run([note("p", "n", text)], out, find_sle)
    assert files["notes.jsonl"][0]["text"] == text
    assert all(text[f.span.start : f.span.end] == "SLE" for f in read_facts(out / "facts.jsonl"))


def test_quiet_lets_no_library_speak(capfd: pytest.CaptureFixture[str]) -> None:
    from loguru import logger

    handler = logging.StreamHandler(sys.__stderr__)
    logging.getLogger().addHandler(handler)
    try:
        with quiet():
            print(SECRET)
            print(SECRET, file=sys.stderr)
            logging.getLogger("library").critical(SECRET)
            logger.critical(SECRET)
            warnings.warn(SECRET, stacklevel=1)
        assert capfd.readouterr() == ("", "")
        logging.getLogger("library").critical("after")
        logger.critical("afterwards")
        assert "after" in capfd.readouterr().err
    finally:
        logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize(
    "line",
    [
        f'{{"kind": "diagnosis", "span": {{"start": 0, "end": 2, "text": "{SECRET}"}}}}',
        f'{{"kind": "{SECRET}"}}',
        f'"{SECRET}"',
        f"{SECRET}",
    ],
)
def test_a_broken_fact_is_named_by_its_line_and_not_quoted(tmp_path: Path, line: str) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_text(f"\n{line}\n")
    with pytest.raises(BrokenRecord) as caught:
        read_facts(path)
    assert str(caught.value).startswith(f"{path}:2: is not a fact (")
    assert SECRET not in str(caught.value)
