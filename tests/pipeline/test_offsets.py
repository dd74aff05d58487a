"""Every span is the note's own text, whatever characters the note is made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.vocab import Vocab

from abstraction.facts import Fact
from abstraction.notes import Note
from abstraction.pipeline.tokenizer import ClinicalTokenizer
from abstraction.reading import collect_notes
from abstraction.run import FACTS, NOTES, record_run

FRAGMENTS = (
    "34-year-old woman with SLE since 2015.",
    "Class IV-G (A/C) + V lupus nephritis on renal biopsy 14.02.2025, AI 9/24.",
    "UPCR 2.4 mg/mg on 03/02/2025",
    "Haemoglobin 98 g/L, platelets 142 ×10⁹/L",
    "anti-dsDNA >300 IU/mL (ref <30) H; C3/C4 45/6",
    "T 38.2 °C, BP 128/78",
    "Creatinine 88 µmol/L",
    "PMH: SLE. Meds: HCQ 200 mg BID",
    "No history of seizures, stroke or malignancy.",
    "Rituximab 1 g IV given on 28 March 2026.",
    "MMF 1 g BID since 11/2024, held for pneumonia.",
    "Family history:\nMother - lupus nephritis",
    "Test\t03/20/2026\t12/15/2025\tRef\nUPCR (mg/g)\t940\t2300\t<200",
    "| Date | WBC | Hgb |\n|---|---|---|\n| 2026-04-02 | 3.1 | 9.8 |",
    "Allergies: penicillin.",
    "DOB: 14/03/1988",
    "She has signed the consent.",
    "SLEDAI-2K 12 (arthritis 4, low C3 2)",
    "Ĉe la hôpital: lupus érythémateux systémique",
)
GAPS = (
    " ", "  ", "\t", "\r\n", "\r", "\n", "\n\n", "\r\n\r\n", "\u00a0", "\u2009", "\u202f", "\u2028",
    "\u2029", "\x85", "\x0b", "\x0c", "\u3000", "\u200b", "\ufeff", "\u00ad", "",
)  # fmt: skip
TROUBLE = (
    *GAPS, "😀", "👩🏽\u200d⚕️", "e\u0301", "\u0301", "ﬁ", "ﬀ", "ß", "İ", "ǅ", "Ⅳ", "½", "²", "µ",
    "μ", "’", "–", "…", "â€™", "Ã©", "\u202e", "\u0000", "\ufffd", "٣", "１２", "…1:640", "<", "\\",
    "\U0010ffff",
)  # fmt: skip


@st.composite
def clinical(draw: st.DrawFn, gaps: tuple[str, ...] = GAPS) -> str:
    """A fragment whose words stand apart by anything that can stand between words."""
    words = draw(st.sampled_from(FRAGMENTS)).split(" ")
    between = st.sampled_from(gaps) if draw(st.booleans()) else st.just(" ")
    return words[0] + "".join(draw(between) + word for word in words[1:])


TEXTS = st.lists(
    clinical() | st.sampled_from(TROUBLE) | st.text(max_size=4), max_size=8
).map("".join)  # fmt: skip


def assert_grounded(text: str, facts: tuple[Fact, ...]) -> None:
    """The span and every part of the evidence of every fact quote the text to the letter."""
    for fact in facts:
        for span in (fact.span, *fact.evidence):
            assert text[span.start : span.end] == span.text, fact


@given(TEXTS)
@settings(max_examples=250, deadline=None)
def test_spans_are_the_text_sorted_unique_and_repeatable(read: Any, text: str) -> None:
    facts = read(text)
    assert_grounded(text, facts)
    assert [f.order() for f in facts] == sorted(f.order() for f in facts)
    assert len({f.fact_id for f in facts}) == len(facts)
    assert len({f.model_dump_json(exclude={"fact_id"}) for f in facts}) == len(facts)
    assert read(text) == facts


TOKENIZE = ClinicalTokenizer(Vocab())


@given(TEXTS)
@settings(max_examples=250, deadline=None)
def test_a_document_is_the_note_to_the_letter(text: str) -> None:
    doc = TOKENIZE(text)
    assert doc.text == text
    assert [text[t.idx : t.idx + len(t)] for t in doc] == [t.text for t in doc]


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_the_fragments_hold_facts(read: Any, fragment: str) -> None:
    assert read(fragment)


@given(st.lists(st.sampled_from(TROUBLE), max_size=4).map("".join), st.sampled_from(FRAGMENTS))
@settings(max_examples=80, deadline=None)
def test_what_stands_before_moves_the_facts_and_changes_none(
    read: Any, trouble: str, fragment: str
) -> None:
    before = f"{trouble}\n\n"
    moved = [
        (f.kind, f.concept, f.span.start - len(before), f.span.text)
        for f in read(before + fragment)
    ]
    assert moved == [(f.kind, f.concept, f.span.start, f.span.text) for f in read(fragment)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_are_kept_and_change_no_fact(read: Any, line_end: str) -> None:
    text = "\n".join(FRAGMENTS)
    with_ends = text.replace("\n", line_end)
    facts = read(with_ends)
    assert_grounded(with_ends, facts)
    assert [(f.kind, f.concept, f.assertion) for f in facts] == [
        (f.kind, f.concept, f.assertion) for f in read(text)
    ]


@pytest.mark.parametrize("text", ["", *" \n\r5VⅣ.:|\ufeff😀\u0301PM"])
def test_notes_of_no_or_one_character(read: Any, text: str) -> None:
    assert_grounded(text, read(text))


@given(st.characters(exclude_categories=["Cs"]))
@settings(max_examples=60, deadline=None)
def test_any_one_character(read: Any, character: str) -> None:
    assert_grounded(character, read(character))


# ---- through the reader --------------------------------------------------------------------------

WRITTEN = st.sampled_from(["utf-8", "utf-8-sig", "cp1252"])
NO_TEXT = dict.fromkeys(map(ord, "\0\ufffd"))
"""What makes a file look binary to the reader."""


@given(st.lists(clinical() | st.sampled_from(TROUBLE), max_size=6).map("".join), WRITTEN)
@settings(max_examples=60, deadline=None)
def test_offsets_hold_into_the_text_that_the_run_writes_down(
    read: Any, tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str
) -> None:
    data = text.translate(NO_TEXT).encode(encoding, errors="ignore")
    chart = tmp_path_factory.mktemp("chart") / "p01"
    chart.mkdir()
    (chart / "2026-05-14_clinic.txt").write_bytes(data)

    def extract(note: Note) -> tuple[Fact, ...]:
        return tuple(
            fact.model_copy(update={"patient_id": note.patient_id, "note_id": note.note_id})
            for fact in read(note.text, note.date)
        )

    out = chart.parent / "out"
    out.mkdir()
    summary = record_run(collect_notes(chart), extract, "v", out)
    assert all(error.what == "the note holds no words" for error in summary.errors)
    (note,) = records(out / NOTES)
    assert note["text"] == decoded(data)
    for fact in records(out / FACTS):
        for span in (fact["span"], *fact["evidence"]):
            assert note["text"][span["start"] : span["end"]] == span["text"]


def decoded(data: bytes) -> str:
    """The contract's text of a file: UTF-8 with its mark and its line ends, else cp1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_encoding_of_a_file_changes_no_fact(read: Any, tmp_path: Path, encoding: str) -> None:
    text = "Créatinine 88 µmol/L – SLE ±\r\nT 38.2 °C, UPCR\u00a02.4 mg/mg"
    (tmp_path / "n.txt").write_bytes(text.encode(encoding))
    (note,) = collect_notes(tmp_path)
    shift = 1 if encoding == "utf-8-sig" else 0
    facts = read(note.text)
    assert_grounded(note.text, facts)
    assert [(f.concept, f.span.start - shift, f.span.text) for f in facts] == [
        (f.concept, f.span.start, f.span.text) for f in read(text)
    ]
    assert {f.concept for f in facts} == {"creatinine", "sle", "temperature", "upcr"}
