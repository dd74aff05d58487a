"""BRAT folders: what is written comes back, and what a person wrote is understood."""

from __future__ import annotations

import datetime as dt
import json
import re
import tempfile
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abstraction.dates import DateBasis
from abstraction.exports.brat import BratFolder, NotWritable, read_brat, write_brat
from abstraction.exports.brat.annotating import annotate
from abstraction.exports.brat.configuration import annotation_conf
from abstraction.exports.brat.interpreting import interpret
from abstraction.exports.brat.standoff import TextBound, parse_line, text_column
from abstraction.exports.brat.vocabulary import ATTRIBUTES, CHOICES, MODELS, shipped_names
from abstraction.facts import (
    ActivityLetters,
    Assertion,
    BiopsyClass,
    Comparator,
    Experiencer,
    FactBase,
    Interpretation,
    Response,
    Role,
    Route,
    SourceMethod,
    StopReason,
    Temporality,
    TherapyStatus,
    UnitBasis,
    parse_fact,
)
from abstraction.notes import Note
from abstraction.reading import read_notes

SAMPLE = Path(__file__).resolve().parents[2] / "corpus" / "synthetic" / "sample"
TEXT = "SLE since 2019,\nlupus\r\nnephritis class IV. No fever. HCQ 400 mg daily. UPCR < 2.4 g/g."
UNWRITTEN = {"fact_id": "gold", "source": {"method": "human", "id": "sample", "version": "1"}}

Record = dict[str, Any]

untimed = settings(deadline=None)


def note(text: str = TEXT, note_id: str = "2026-03-18_clinic") -> Note:
    return Note(
        patient_id="p01", note_id=note_id, date=dt.date(2026, 3, 18), type="clinic", text=text
    )


def record(text: str, kind: str, concept: str, start: int, end: int, **more: Any) -> Record:
    return {
        "patient_id": "p01",
        "note_id": "2026-03-18_clinic",
        "kind": kind,
        "concept": concept,
        "span": {"start": start, "end": end, "text": text[start:end]},
        "assertion": "present",
        **more,
    }


def marked(words: str, kind: str, concept: str, **more: Any) -> Record:
    """A record of the words where they first stand in ``TEXT``."""
    start = TEXT.index(words)
    return record(TEXT, kind, concept, start, start + len(words), **more)


def read(ann: str, text: str = TEXT) -> list[Record]:
    """The records of an ``.ann`` that has no problem."""
    reading = interpret(note(text), ann, shipped_names())
    assert reading.problems == ()
    return [found for _, found in reading.records]


def problems(ann: str, text: str = TEXT) -> list[str]:
    """``line: what`` of every problem."""
    found = interpret(note(text), ann, shipped_names()).problems
    return [f"{line}: {what}" for line, what in found]


def write(*records: Record, text: str = TEXT) -> str:
    return annotate(text, records, shipped_names())


def records_of(folder: BratFolder) -> list[Record]:
    return [fact.record for each in folder.notes for fact in each.facts or ()]


def sample_notes() -> list[Note]:
    return [item for item in read_notes(SAMPLE) if isinstance(item, Note)]


def sample_gold() -> list[Record]:
    files = sorted(SAMPLE.glob("*/facts.gold.jsonl"))
    lines = [line for file in files for line in file.read_bytes().decode().split("\n")]
    return [json.loads(line) for line in lines if line]


# --- anything comes back ---------------------------------------------------------------------

PIECES = [
    *("SLE", "2.4", " ", "\t", "\u00a0", "\u2009", "\ufeff", "😀", "é", "#", "=", '"', "[", ";"),
    *("\n", "\r\n", "\n\n", "\r", "\u2028", "\x85", "\f", "\v"),
]
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map("".join)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["mg/mg", "10*9/L", "null", "true", "2.4", "NaN", "", " ", "a b", '"', "[1]", "#1", "x=1", "\n"]
)
numbers = st.integers(0, 10**6) | st.floats(0, 1e9, allow_nan=False)
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)).map(str)


def one_of(literal: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(literal))


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Record]:
    """Objects with any of the fields; each may be missing."""
    return st.fixed_dictionaries({}, optional=fields)


def whole(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Record]:
    """Objects with all of the fields."""
    return st.fixed_dictionaries(fields)


def or_null(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


two_days = st.tuples(days, days).map(sorted)
intervals = st.tuples(two_days, one_of(DateBasis)).map(
    lambda drawn: {"start": drawn[0][0], "end": drawn[0][1], "basis": drawn[1]}
)
classes = st.sets(one_of(BiopsyClass)).map(
    lambda drawn: [name for name in get_args(BiopsyClass) if name in drawn]
)
FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "diagnosis": {"onset": or_null(intervals), "resolved": or_null(st.booleans())},
    "biopsy": {
        "organ": st.sampled_from(["native_kidney", "allograft_kidney"]),
        "classes": classes,
        "readings": st.lists(classes, max_size=2),
        "activity_letters": or_null(one_of(ActivityLetters)),
        "activity_index": or_null(st.integers(0, 24)),
        "system": or_null(st.sampled_from(["isn_rps", "who"])),
    },
    "therapy": {
        "status": or_null(one_of(TherapyStatus)),
        "dose": or_null(
            st.fixed_dictionaries({"number": numbers}, optional={"unit": or_null(words)})
        ),
        "frequency": or_null(numbers),
        "daily_dose_mg": or_null(numbers),
        "route": or_null(one_of(Route)),
        "start": or_null(intervals),
        "stop": or_null(intervals),
        "duration_days": or_null(
            st.tuples(st.integers(0, 99), st.integers(0, 99)).map(
                lambda drawn: {"min": min(drawn), "max": max(drawn)}
            )
        ),
        "response": or_null(one_of(Response)),
        "stop_reason": or_null(one_of(StopReason)),
    },
    "measurement": {
        "value": objects(
            number=or_null(numbers),
            low=or_null(numbers),
            comparator=or_null(one_of(Comparator)),
            unit=or_null(words),
            unit_basis=or_null(one_of(UnitBasis)),
            readings=st.lists(whole(unit=words, canonical_number=numbers), max_size=2),
            interpretation=or_null(one_of(Interpretation)),
            plausible=or_null(st.booleans()),
        )
    },
    "demographic": {
        "value": objects(number=or_null(numbers), unit=or_null(words), text=or_null(words))
    },
    "status": {},
    "date": {"value": two_days.map(lambda drawn: {"start": drawn[0], "end": drawn[1]})},
}
CONCEPTS = ["sle", "prednisone", "upcr", "sex", "kidney_biopsy", "informed_consent", "a_new_one"]


def spans(text: str) -> st.SearchStrategy[Record]:
    ends = st.lists(st.integers(0, len(text)), min_size=2, max_size=2, unique=True).map(sorted)
    return ends.map(lambda drawn: {"start": drawn[0], "end": drawn[1], "text": text[slice(*drawn)]})


def evidence(text: str) -> st.SearchStrategy[list[Record]]:
    parts = st.tuples(one_of(Role), spans(text)).map(lambda drawn: {"role": drawn[0], **drawn[1]})
    return st.lists(parts, max_size=3)


@st.composite
def records(draw: st.DrawFn, text: str) -> Record:
    kind = draw(st.sampled_from(sorted(FIELDS)))
    span = draw(spans(text))
    common = {
        "fact_id": words.filter(bool),
        "note_date": or_null(days),
        "evidence": evidence(text),
        "temporality": one_of(Temporality),
        "experiencer": one_of(Experiencer),
        "section": or_null(words),
        "date": or_null(intervals),
        "codes": st.lists(whole(system=words, code=words), max_size=2),
        "source": whole(method=one_of(SourceMethod), id=words, version=words),
        "tags": st.lists(words, max_size=2),
    }
    more = draw(objects(**common, **FIELDS[kind]))
    concept = draw(st.sampled_from(CONCEPTS))
    made = record(text, kind, concept, span["start"], span["end"])
    return made | more | {"assertion": draw(one_of(Assertion))}


@st.composite
def annotated_texts(draw: st.DrawFn) -> tuple[str, list[Record]]:
    text = draw(texts)
    return text, draw(st.lists(records(text), max_size=4))


def by_content(found: list[Record]) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True) for each in found)


@untimed
@given(annotated_texts())
def test_whatever_is_written_comes_back_to_the_letter(given_: tuple[str, list[Record]]) -> None:
    text, facts = given_
    assert by_content(read(write(*facts, text=text), text)) == by_content(facts)


@untimed
@given(annotated_texts(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_changes_no_byte(
    given_: tuple[str, list[Record]], random: Any
) -> None:
    text, facts = given_
    shuffled = random.sample(facts, len(facts))
    assert write(*shuffled, text=text) == write(*facts, text=text)


@untimed
@given(annotated_texts())
def test_a_brat_server_finds_one_annotation_a_line(given_: tuple[str, list[Record]]) -> None:
    """It breaks lines as Python does, and checks the text column against the fragments."""
    text, facts = given_
    ann = write(*facts, text=text)
    lines = ann.split("\n")
    assert ann.splitlines() == lines[:-1]
    for line in lines[:-1]:
        mark = parse_line(line)
        if isinstance(mark, TextBound):
            assert mark.text == text_column(text, mark.fragments)
            assert len(text_column(text, mark.fragments).splitlines()) <= 1


@untimed
@given(annotated_texts())
def test_a_folder_gives_back_text_and_facts(given_: tuple[str, list[Record]]) -> None:
    text, facts = given_
    with tempfile.TemporaryDirectory() as name:
        write_brat([note(text)], facts, Path(name))
        back = read_brat(Path(name))
    assert back.errors == ()
    assert [each.note for each in back.notes] == [note(text)]
    assert by_content(records_of(back)) == by_content(facts)


def test_the_committed_gold_comes_back(tmp_path: Path) -> None:
    write_brat(sample_notes(), sample_gold(), tmp_path)
    back = read_brat(tmp_path)
    assert back.errors == ()
    assert [each.note for each in back.notes] == sample_notes()
    assert records_of(back) == sample_gold()


def test_the_facts_of_a_run_come_back(tmp_path: Path) -> None:
    facts: list[FactBase] = [parse_fact(UNWRITTEN | record) for record in sample_gold()]
    write_brat(sample_notes(), facts, tmp_path)
    assert [parse_fact(record) for record in records_of(read_brat(tmp_path))] == facts


def test_the_same_input_gives_the_same_files(tmp_path: Path) -> None:
    write_brat(sample_notes(), sample_gold(), tmp_path / "a")
    write_brat(reversed(sample_notes()), reversed(sample_gold()), tmp_path / "b")
    a, b = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "a", tmp_path / "b")
    )
    assert a == b
    assert len(a) == 2 * len(sample_notes()) + 1


# --- what the lines look like ----------------------------------------------------------------


def test_a_fact_reads_well() -> None:
    start = TEXT.index("UPCR")
    upcr = marked(
        "UPCR < 2.4 g/g",
        "measurement",
        "upcr",
        value={"number": 2.4, "comparator": "<", "unit": "g/g", "interpretation": None},
        evidence=[{"role": "value", "start": start + 7, "end": start + 10, "text": "2.4"}],
    )
    assert write(upcr).splitlines() == [
        f"T1\tupcr {start} {start + 14}\tUPCR < 2.4 g/g",
        "A1\tassertion T1 present",
        "A2\tcomparator T1 below",
        "A3\tinterpretation T1 null",
        "#1\tAnnotatorNotes T1\tvalue.number=2.4 value.unit=g/g",
        f"T2\tevidence_value {start + 7} {start + 10}\t2.4",
        "R1\tvalue Arg1:T1 Arg2:T2",
    ]


def test_a_span_over_a_line_end_is_written_in_fragments() -> None:
    fact = marked("lupus\r\nnephritis", "diagnosis", "lupus_nephritis")
    first = write(fact).splitlines()[0]
    assert first == "T1\tlupus_nephritis 16 21;23 32\tlupus nephritis"
    assert read(write(fact)) == [fact]


def test_a_concept_of_another_kind_than_the_rules_give_it_names_its_kind() -> None:
    facts = [
        marked("SLE", "status", "sle"),
        marked("HCQ", "therapy", "brand_new_drug"),
    ]
    ann = write(*facts)
    assert "status-sle 0 3" in ann
    assert "therapy-brand_new_drug " in ann
    assert read(ann) == facts


def test_facts_share_the_evidence_that_they_share() -> None:
    cue = {"role": "cue", "start": 0, "end": 3, "text": "SLE"}
    facts = [
        marked("lupus", "diagnosis", "sle", evidence=[cue]),
        marked("fever", "diagnosis", "fever", evidence=[cue]),
    ]
    ann = write(*facts)
    assert ann.count("evidence_cue") == 1
    assert read(ann) == facts


def test_the_server_is_told_every_type_relation_and_attribute_that_is_written() -> None:
    sections: dict[str, list[str]] = {}
    for line in annotation_conf(shipped_names(), [("therapy", "new")]).splitlines():
        if line.startswith("["):
            sections[line] = []
        elif line:
            sections[list(sections)[-1]].append(line)
    assert list(sections) == ["[entities]", "[relations]", "[events]", "[attributes]"]
    types = {line.strip() for line in sections["[entities]"] if line.startswith("\t")}
    assert {"sle", "upcr", "prednisone", "therapy-new", "evidence_date"} <= types
    told = {line.split("\t")[0] for line in sections["[relations]"]}
    assert set(get_args(Role)) < told
    values = {
        line.split("\t")[0]: line.rpartition("Value:")[2].split("|")
        for line in sections["[attributes]"]
        if "\t" in line
    }
    assert values["assertion"] == list(get_args(Assertion))
    assert values["status"] == [*get_args(TherapyStatus), "null"]
    assert set(values) == set(ATTRIBUTES)


def test_every_attribute_has_a_name_of_its_own() -> None:
    assert len(ATTRIBUTES) == len(CHOICES)
    assert set(MODELS) == set(FIELDS)


def test_the_document_names_every_attribute_with_its_values() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "brat.md").read_text(encoding="utf-8")
    rows = {
        cells[1].strip(" `"): re.findall(r"`(\S+)`", cells[3])
        for line in page.splitlines()
        if len(cells := line.split("|")) == 5
    }
    for name, choice in ATTRIBUTES.items():
        assert rows[name] == list(choice.values)


# --- folders ---------------------------------------------------------------------------------


def test_a_note_without_ann_has_no_gold_and_an_empty_one_holds_no_fact(tmp_path: Path) -> None:
    write_brat([note("nothing here"), note("nor here", "b")], [], tmp_path)
    (tmp_path / "p01" / "b.ann").unlink()
    back = read_brat(tmp_path)
    assert [(each.note.note_id, each.facts) for each in back.notes] == [
        ("2026-03-18_clinic", ()),
        ("b", None),
    ]


def test_a_flat_folder_is_one_patient(tmp_path: Path) -> None:
    flat = tmp_path / "p07"
    flat.mkdir()
    (flat / "letter.txt").write_bytes(TEXT.encode())
    (flat / "letter.ann").write_bytes(b"T1\tsle 0 3\tSLE\r\n")
    (flat / "annotation.conf").write_bytes(b"")
    back = read_brat(flat)
    assert back.errors == ()
    (fact,) = back.notes[0].facts or ()
    assert fact.record["patient_id"] == "p07"
    assert fact.record["note_id"] == "letter"
    assert fact.where == f"{flat / 'letter.ann'}:1"


def test_what_the_name_of_a_note_does_not_tell_is_kept_beside_it(tmp_path: Path) -> None:
    told = Note(
        patient_id="p01",
        note_id="77",
        date=dt.date(2026, 1, 2),
        type="letter",
        title='to "Dr. A", copy',
        author="B",
        text="x",
    )
    write_brat([told], [], tmp_path)
    assert [each.note for each in read_brat(tmp_path).notes] == [told]


def test_broken_files_are_named_and_the_others_are_read(tmp_path: Path) -> None:
    fact = marked("SLE", "diagnosis", "sle")
    write_brat([note(), note("b", "b")], [fact], tmp_path)
    (tmp_path / "p01" / "b.ann").write_bytes(b"T1\tsle 0 1\t\xff\n")
    (tmp_path / "p01" / "gone.ann").write_bytes(b"")
    back = read_brat(tmp_path)
    assert sorted(str(error).removeprefix(f"{tmp_path}/p01/") for error in back.errors) == [
        "b.ann: is not UTF-8",
        "gone.ann: has no note beside it, so it is not read",
    ]
    assert records_of(back) == [fact]
    assert back.notes[1].facts is None


def test_an_error_names_file_and_line(tmp_path: Path) -> None:
    write_brat([note()], [marked("SLE", "diagnosis", "sle")], tmp_path)
    path = tmp_path / "p01" / "2026-03-18_clinic.ann"
    path.write_bytes(path.read_bytes() + b"T9\tfever 0 3\tSLE\nA9\tassertion T9 maybe\n")
    back = read_brat(tmp_path)
    (error,) = back.errors
    assert error.where == f"{path}:4"
    assert (error.patient_id, error.note_id) == ("p01", "2026-03-18_clinic")
    assert [found["concept"] for found in records_of(back)] == ["sle"]


def test_a_missing_folder_is_one_error(tmp_path: Path) -> None:
    back = read_brat(tmp_path / "nowhere")
    assert [str(error) for error in back.errors] == [
        f"{tmp_path / 'nowhere'}: there is no such file or folder"
    ]


SLE = marked("SLE", "diagnosis", "sle")


@pytest.mark.parametrize(
    ("notes", "facts", "complaint"),
    [
        ([note()], [SLE | {"note_id": "other"}], "p01/other: has facts, and there is no such note"),
        ([note(), note()], [], "p01/2026-03-18_clinic: is given twice"),
        ([note("x", "a/b")], [], "the id 'a/b' cannot be the name of a file"),
        ([note("x", "README")], [], "the id 'README' cannot be the name of a file"),
        (
            [note("SLF")],
            [SLE],
            "p01/2026-03-18_clinic 0..3: its text is not what stands in the note there",
        ),
        (
            [note()],
            [SLE | {"status": "active"}],
            "p01/2026-03-18_clinic 0..3: is not a fact (status: Extra inputs are not permitted)",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(
    tmp_path: Path, notes: list[Note], facts: list[Record], complaint: str
) -> None:
    with pytest.raises(NotWritable) as refused:
        write_brat(notes, facts, tmp_path)
    assert str(refused.value) == complaint


# --- by a person's hand ----------------------------------------------------------------------


def test_a_type_and_a_span_are_a_fact() -> None:
    assert read("T1\tsle 0 3\tSLE\n") == [marked("SLE", "diagnosis", "sle")]


def test_what_a_person_made_in_the_server_is_read() -> None:
    """New entities after old ones, the server's trailing tabs, a remark, an edited attribute."""
    fever, hcq = TEXT.index("fever"), TEXT.index("HCQ")
    ann = (
        f"T4\tfever {fever} {fever + 5}\tfever\t\n"
        "T1\tsle 0 3\tSLE\n"
        "T12\tlupus_nephritis 16 21;23 32\tlupus nephritis\n"
        "A3\tassertion T4 absent\n"
        f"T13\tevidence_cue {fever - 3} {fever - 1}\tNo\n"
        "R1\tcue Arg1:T4 Arg2:T13\t\n"
        "#1\tAnnotatorNotes T1\tis this the first mention?\n"
        "#2\tAnnotatorNotes T7\tdose.number=400 dose.unit=mg frequency=1 # or twice?\n"
        "#3\tAnnotationError T1\ta complaint of the server\n"
        f"T7\thydroxychloroquine {hcq} {hcq + 10}\tHCQ 400 mg\n"
        "A4\tstatus T7 active\n"
        "A5\tresolved T4\n"
        "\n"
    )
    cue = {"role": "cue", "start": fever - 3, "end": fever - 1, "text": "No"}
    assert read(ann) == [
        marked("SLE", "diagnosis", "sle"),
        marked("lupus\r\nnephritis", "diagnosis", "lupus_nephritis"),
        marked("fever", "diagnosis", "fever", assertion="absent", resolved=True, evidence=[cue]),
        marked(
            "HCQ 400 mg",
            "therapy",
            "hydroxychloroquine",
            dose={"number": 400, "unit": "mg"},
            frequency=1,
            status="active",
        ),
    ]


def test_a_demographic_without_its_value_is_gold_of_which_the_value_is_not_scored() -> None:
    assert read("T1\tsex 0 3\tSLE\n") == [marked("SLE", "demographic", "sex")]


def test_fragments_joined_without_a_space_are_those_of_an_old_brat() -> None:
    assert read("T1\tlupus_nephritis 16 21;23 32\tlupusnephritis\n") == [
        marked("lupus\r\nnephritis", "diagnosis", "lupus_nephritis")
    ]


def test_a_moved_annotation_stands_where_it_was_moved() -> None:
    text = "\nSLE\nSLE"
    ann = write(record(text, "diagnosis", "sle", 0, 4), text=text)
    assert "span=[0,4]" in ann
    moved = ann.replace("sle 1 4", "sle 5 8")
    assert read(moved, text) == [record(text, "diagnosis", "sle", 5, 8)]


T1 = "T1\tsle 0 3\tSLE\n"
NOT_AN_ID = "does not start with an annotation's id and a tab"


@pytest.mark.parametrize(
    ("ann", "complaints"),
    [
        ("nephritis class IV\n", [f"1: {NOT_AN_ID}"]),
        ("TX\tsle 0 3\tSLE\n", [f"1: {NOT_AN_ID}"]),
        ("T1\tsle 0\tSLE\n", ["1: T1 is not followed by a type and offsets (type start end)"]),
        ("T1\tsle zero 3\tSLE\n", ["1: T1 is not followed by a type and offsets (type start end)"]),
        (
            "T1\tSLEE 0 3\tSLE\n",
            ["1: T1 has a type that is no known concept; write kind-concept for a new one"],
        ),
        (
            "T1\tdisease-sle 0 3\tSLE\n",
            ["1: T1 has a type that is no known concept; write kind-concept for a new one"],
        ),
        (
            "T1\tsle 80 999\tSLE\n",
            [f"1: T1 lies outside the note, which has {len(TEXT)} characters"],
        ),
        (
            "T1\tsle 3 0\tSLE\n",
            [f"1: T1 lies outside the note, which has {len(TEXT)} characters"],
        ),
        ("T1\tsle 3 3\t\n", ["1: T1 marks no text"]),
        (
            "T1\tsle 1 4\tSLE\n",
            ["1: T1 quotes another text than stands at its offsets in the note"],
        ),
        (T1 + "T1\tfever 0 3\tSLE\n", ["2: T1 stands on line 1 too"]),
        (
            T1 + "E1\tsle:T1\n",
            ["2: is an event, a normalisation or an equivalence, and none of these is read"],
        ),
        (
            T1 + "*\tEquiv T1 T2\n",
            ["2: is an event, a normalisation or an equivalence, and none of these is read"],
        ),
        (T1 + "A1\tassertion\n", ["2: A1 is not followed by an attribute, an id and a value"]),
        (T1 + "A1\tassertion T2 absent\n", ["2: A1 is about an annotation that is not there"]),
        (
            T1 + "A1\tmood T1 low\n",
            [f"2: A1 is an attribute that no fact has (there are {', '.join(ATTRIBUTES)})"],
        ),
        (
            T1 + "A1\tassertion T1 SLE\n",
            [
                "2: A1 gives assertion a value that is none of present, absent, possible, "
                "conditional, hypothetical, other_person"
            ],
        ),
        (
            T1 + "A1\tassertion T1\n",
            [
                "2: A1 gives assertion a value that is none of present, absent, possible, "
                "conditional, hypothetical, other_person"
            ],
        ),
        (
            T1 + "A1\tassertion T1 absent\nA2\tassertion T1 absent\n",
            ["3: A2 gives assertion again"],
        ),
        (
            T1 + "A1\tstatus T1 active\n",
            ["1: T1 is not a fact (status: Extra inputs are not permitted)"],
        ),
        (
            "T1\tevidence_cue 0 3\tSLE\nA1\tassertion T1 absent\n",
            ["2: A1 is an attribute of evidence, which has none"],
        ),
        (T1 + "R1\tcue T1 T1\n", ["2: R1 is not followed by a relation, Arg1:id and Arg2:id"]),
        (
            T1 + "R1\tcue Arg1:T1 Arg2:T2\n",
            ["2: R1 is about an annotation that is not there"],
        ),
        (
            T1 + "T2\tevidence_cue 0 3\tSLE\nR1\tdate Arg1:T1 Arg2:T2\n",
            ["3: R1 does not join a fact (Arg1) to evidence of its own name (Arg2)"],
        ),
        (
            T1 + "T2\tevidence_cue 0 3\tSLE\nR1\tcue Arg1:T2 Arg2:T1\n",
            ["3: R1 does not join a fact (Arg1) to evidence of its own name (Arg2)"],
        ),
        (T1 + "#1\tAnnotatorNotes\tsection=a\n", ["2: #1 is not followed by a type and an id"]),
        (
            T1 + "#1\tAnnotatorNotes T2\tsection=a\n",
            ["2: #1 is about an annotation that is not there"],
        ),
        (
            T1 + "#1\tAnnotatorNotes T1\tsection=a or b\n",
            ["2: #1 holds after section something that is no name=value"],
        ),
        (T1 + "#1\tAnnotatorNotes T1\tsection=\n", ["2: #1 gives section no value"]),
        (
            T1 + '#1\tAnnotatorNotes T1\tsection="a\n',
            ["2: #1 gives section a value that is broken JSON"],
        ),
        (
            T1 + '#1\tAnnotatorNotes T1\tsection="a"b\n',
            ["2: #1 has no space after the value of section"],
        ),
        (
            T1 + "#1\tAnnotatorNotes T1\tsection=a section=b\n",
            ["2: #1 gives section again"],
        ),
        (
            T1 + "#1\tAnnotatorNotes T1\tdate=null date.start=2020-01-01\n",
            ["2: #1 gives date.start beside a value of date as a whole"],
        ),
        (
            T1 + "#1\tAnnotatorNotes T1\tconcept=fever\n",
            ["2: #1 gives concept, which the annotation itself tells"],
        ),
        (
            T1
            + '#1\tAnnotatorNotes T1\tevidence=[{"role":"cue","start":0,"end":3,"text":"SLF"}]\n',
            ["2: #1 gives evidence, which is marked in the text and joined"],
        ),
        (
            T1 + "#1\tAnnotatorNotes T1\tspan=[3,999]\n",
            ["2: #1 gives a span that is none of the note"],
        ),
        (
            "T1\tevidence_cue 0 3\tSLE\n#1\tAnnotatorNotes T1\tsection=a\n",
            ["2: #1 gives fields to evidence, which has none"],
        ),
        (
            T1 + "#1\tAnnotatorNotes T1\tdate.start=2020-01-01 date.basis=explicit\n",
            ["1: T1 is not a fact (date.end: Field required)"],
        ),
        (
            T1 + "#1\tAnnotatorNotes T1\tsection=3\n",
            ["1: T1 is not a fact (section: Input should be a valid string)"],
        ),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(ann: str, complaints: list[str]) -> None:
    fever = f"T90\tfever {TEXT.index('fever')} {TEXT.index('fever') + 5}\tfever\n"
    assert problems(ann + fever) == complaints
    reading = interpret(note(), ann + fever, shipped_names())
    assert marked("fever", "diagnosis", "fever") in [found for _, found in reading.records]


@pytest.mark.parametrize(
    "line",
    [
        "A1\tassertion T1 abent",
        "A1\tmood T1 low",
        "R1\tcue Arg1:T1 Arg2:T7",
        "#1\tAnnotatorNotes T1\tsection=a or b",
        "#1\tAnnotatorNotes T1\tfield=a",
        "T1\tfever 0 3\tSLE",
    ],
)
def test_a_fact_that_a_wrong_line_is_about_is_left_out(line: str) -> None:
    reading = interpret(note(), f"{T1}{line}\n", shipped_names())
    assert len(reading.problems) == 1
    assert reading.records == ()


def test_what_hangs_on_a_bad_line_is_not_complained_of_again() -> None:
    ann = (
        "T1\tsle 0 99999\tSLE\n"
        "A1\tassertion T1 absent\n"
        "T2\tsle 0 3\tSLE\n"
        "T3\tevidence_cue\t\n"
        "R1\tcue Arg1:T2 Arg2:T3\n"
    )
    assert [line.split(":")[0] for line in problems(ann)] == ["1", "4"]
    assert interpret(note(), ann, shipped_names()).records == ()


@untimed
@given(annotated_texts(), st.data())
def test_no_damage_raises_or_quotes_the_note(
    given_: tuple[str, list[Record]], data: st.DataObject
) -> None:
    """A character dropped, doubled or exchanged anywhere: a reading, and no word of the note."""
    secret = "Mrs Zyxwvut"
    text = given_[0] + secret
    named = record(text, "diagnosis", "sle", len(text) - len(secret), len(text))
    ann = write(*given_[1], named, text=text)
    place = data.draw(st.integers(0, len(ann) - 1))
    put = data.draw(st.sampled_from(["", "\n", "\t", " ", ";", "=", "9", '"', ann[place] * 2]))
    damaged = ann[:place] + put + ann[place + 1 :]
    for _, what in interpret(note(text), damaged, shipped_names()).problems:
        assert "Zyx" not in what
