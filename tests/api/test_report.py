"""The report as a file: one document, the same bytes for the same records, closed to others."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import random
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abstraction.dates import DateInterval
from abstraction.facts import (
    BiopsyFact,
    Dose,
    Fact,
    MeasurementFact,
    Reading,
    Source,
    TherapyFact,
    Value,
)
from abstraction.notes import Note
from api.pages.fact_details import gist, rows
from api.pages.note_text import is_tabular
from api.pages.report import CriterionProse, Provenance, render_report
from api.pages.self_contained import embedded_json
from api.pages.visible import as_html, visible
from criteria_engine.assessment import Anchors, Assessment, CriterionAssessment, EvidenceReference

DAY = dt.date(2026, 3, 14)
ON_DAY = DateInterval(start=DAY, end=DAY, basis="note")
MADE_BY = Source(method="rule", id="measurement.upcr", version="1")
PROSE = {"INC-05": CriterionProse("Refractory", "Words of the register.")}
PROVENANCE = Provenance("0.1.0", "abc123")


def note(patient: str, name: str, text: str, day: dt.date | None = DAY) -> Note:
    """A note of a patient."""
    return Note(patient_id=patient, note_id=name, date=day, text=text)


def upcr(on: Note, quote: str = "UPCR 2.4", **said: Any) -> MeasurementFact:
    """A measurement on the words of the note."""
    start = on.text.index(quote)
    fields: dict[str, Any] = {
        "fact_id": f"{on.patient_id}-{on.note_id}",
        "patient_id": on.patient_id,
        "note_id": on.note_id,
        "concept": "upcr",
        "span": on.span(start, start + len(quote)),
        "date": ON_DAY,
        "source": MADE_BY,
        "value": Value(number=2.4, unit="mg/mg", canonical_number=2.4, canonical_unit="mg/mg"),
    }
    return MeasurementFact.model_validate(fields | said)


def assessment(patient: str, *evidence: Fact, **said: Any) -> Assessment:
    """An assessment of one criterion."""
    references = tuple(
        EvidenceReference(
            fact_id=fact.fact_id,
            note_id=fact.note_id,
            start=fact.span.start,
            end=fact.span.end,
            text=fact.span.text,
        )
        for fact in evidence
    )
    verdict: dict[str, Any] = {
        "id": "INC-05",
        "kind": "inclusion",
        "outcome": "unknown",
        "basis": "judgement",
        "reason": "For the investigator",
        "evidence": references,
    }
    return Assessment(
        patient_id=patient,
        protocol="NCT07432334",
        protocol_version="1",
        anchors=Anchors(screening=dt.date(2026, 4, 1)),
        triage="needs_information",
        criteria=(CriterionAssessment.model_validate(verdict | said),),
    )


def render(notes: list[Note], facts: list[Fact], assessments: list[Assessment], **said: Any) -> str:
    """The report of these records."""
    given = {"protocol_prose": PROSE, "provenance": PROVENANCE} | said
    return render_report(notes, facts, assessments, **given)


class Texts(HTMLParser):
    """Collects the text of the elements that hold a note, as a parser reads it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.notes: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if "data-text" in dict(attrs):
            self.notes.append("")
            self._depth = 1
        elif self._depth:
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        self._depth = max(0, self._depth - 1)

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.notes[-1] += data


def small_run() -> tuple[list[Note], list[Fact], list[Assessment]]:
    """Three patients with two notes each."""
    notes = [
        note(patient, f"{day}_clinic", f"{patient}: UPCR 2.4 mg/mg", dt.date(2026, 3, day))
        for patient in ("p03", "p01", "p02")
        for day in (20, 10)
    ]
    facts: list[Fact] = [upcr(each) for each in notes]
    assessments = [
        assessment(patient, *(fact for fact in facts if fact.patient_id == patient))
        for patient in ("p03", "p01", "p02")
    ]
    return notes, facts, assessments


def test_the_order_of_the_records_does_not_change_a_byte() -> None:
    notes, facts, assessments = small_run()
    expected = render(notes, facts, assessments)
    for seed in range(5):
        for records in (notes, facts, assessments):
            random.Random(seed).shuffle(records)
        assert render(notes, facts, assessments) == expected


def test_notes_of_a_patient_follow_their_dates_and_undated_ones_come_first() -> None:
    notes = [note("p", "a", "late", dt.date(2026, 3, 20)), note("p", "b", "early", DAY)]
    notes.append(note("p", "c", "undated", None))
    page = render(notes, [], [assessment("p")])
    assert re.findall(r'data-note="(.)"', page) == ["c", "b", "a"]


def test_the_policy_names_the_hashes_of_the_very_style_and_script() -> None:
    page = render(*small_run())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    directives = policy[1].replace("&#39;", "'").split("; ")
    assert "default-src 'none'" in directives
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        source = re.search(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert source
        digest = base64.b64encode(hashlib.sha256(source[1].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in directives
    assert "unsafe" not in policy[1]
    assert " style=" not in page, "the policy lets no element bear a style of its own"


def test_nothing_outside_the_file_is_named() -> None:
    page = render(*small_run())
    assert not re.search(r"https?:|src=|@import|url\((?!#)|<link", page)
    assert set(re.findall(r'href="(.)', page)) == {"#"}


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&'\"\r\n\t\0 "),
        min_size=0,
    )
)
def test_any_text_comes_out_of_the_file_as_it_went_in(text: str) -> None:
    reader = Texts()
    reader.feed(render([note("p", "n", text)], [], [assessment("p")]))
    assert reader.notes == [visible(text)]


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&'\"\r\n\t\0 "),
        min_size=1,
    ),
    st.data(),
)
def test_highlights_add_and_lose_no_character(text: str, data: st.DataObject) -> None:
    on = note("p", "n", text)
    places = st.integers(0, len(text) - 1)
    facts: list[Fact] = []
    for index in range(data.draw(st.integers(0, 5))):
        start = data.draw(places)
        end = data.draw(st.integers(start + 1, len(text)))
        facts.append(upcr(on, text, fact_id=f"f{index}", span=on.span(start, end)))
    reader = Texts()
    reader.feed(render([on], facts, [assessment("p", *facts[:2])]))
    assert reader.notes == [visible(text)]


@given(
    st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\0\x85\ud800\udfff\ufffe"))
)
def test_what_is_made_visible_keeps_every_place(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert all(a == b for a, b in zip(text, shown, strict=True) if a.isprintable())
    shown.encode("utf-8")


def test_markup_is_text_wherever_it_stands() -> None:
    evil = "</script><script>alert(1)</script>"
    on = Note(
        patient_id=evil, note_id=evil, type=evil, title=evil, author=evil, date=DAY, text=evil
    )
    fact = upcr(on, evil, section=evil, fact_id=evil)
    trace = {"asks": evil, "reason": evil, "for": [{"fact_id": evil, "text": evil}], evil: evil}
    verdict = assessment(
        evil,
        fact,
        reason=evil,
        action=evil,
        missing=({"concept": evil, "why": evil},),
        trace=trace,
    )
    page = render(
        [on],
        [fact],
        [verdict],
        protocol_prose={"INC-05": (evil, evil)},
        provenance=Provenance(evil, evil),
    )
    assert evil not in page
    assert page.count("<script") == 2
    assert as_html('"\r<') == "&#34;&#13;&lt;"


def test_data_in_a_script_element_can_neither_end_it_nor_open_a_comment() -> None:
    data = ["</script>", "<!--", "\u2028", "&amp;", "\ud800", "\0"]
    written = embedded_json(data)
    assert not set(written) & set("<>&\u2028")
    assert json.loads(written) == data


def test_a_fact_that_does_not_quote_its_note_is_refused_without_its_words() -> None:
    on = note("p", "n", "UPCR 2.4")
    fact = upcr(note("p", "n", "UPCR 9.9"), "UPCR 9.9")
    with pytest.raises(ValueError, match=r"fact p-n of note n .* characters 0\.\.8") as error:
        render([on], [fact], [assessment("p")])
    assert "UPCR" not in str(error.value)


def test_notes_of_a_patient_without_assessment_are_refused() -> None:
    with pytest.raises(ValueError, match="no assessment of the patients q"):
        render([note("q", "n", "text")], [], [assessment("p")])


def test_evidence_whose_note_is_not_in_the_run_is_quoted_without_a_link() -> None:
    fact = upcr(note("p", "lost", "UPCR 2.4"))
    page = render([], [fact], [assessment("p", fact)])
    assert "UPCR 2.4" in page
    assert 'class="ev"' not in page
    assert "No note of this patient could be read" in page


def test_an_empty_run_says_so() -> None:
    page = render([], [], [])
    assert "No patient was assessed in this run." in page


def test_notes_that_could_not_be_read_are_told() -> None:
    page = render([], [], [assessment("p")], provenance=Provenance("0", "r", notes_failed=2))
    assert "2 notes could not be read" in page


def test_a_criterion_without_prose_is_shown_by_its_id() -> None:
    assert "INC-05" in render([], [], [assessment("p")], protocol_prose={})


def test_every_part_of_a_trace_is_shown() -> None:
    on = note("p", "n", "UPCR 2.4")
    fact = upcr(on)
    leaf = {
        "op": "measurement",
        "asks": "UPCR above 1 mg/mg",
        "truth": "true",
        "reason": "UPCR 2.4 mg/mg",
        "for": [{"fact_id": fact.fact_id, "text": "UPCR 2.4"}],
        "aside": [{"fact_id": "gone", "text": "UPCR 9", "why": "of another person"}],
    }
    trace = {
        "op": "all",
        "truth": "unknown",
        "missing": [{"concept": "kidney_biopsy", "why": "no class"}],
        "action": "ask for the biopsy",
        "score": 12,
        "of": [leaf],
    }
    page = render([on], [fact], [assessment("p", fact, trace=trace)])
    for words in ("UPCR above 1 mg/mg", "of another person", "missing kidney_biopsy: no class",
                  "action: ask for the biopsy", "score: 12"):  # fmt: skip
        assert words in page
    assert '<a class="ev" href="#p1f1"><bdi>UPCR 2.4</bdi></a>' in page


def test_a_value_is_told_as_printed_and_as_compared() -> None:
    on = note("p", "n", "UPCR 2.4")
    value = Value(number=10.8, unit="g/dL", canonical_number=108, canonical_unit="g/L")
    fact = upcr(on, concept="hemoglobin", value=value)
    assert dict(rows(fact)) == {
        "Value": "10.8 g/dL",
        "In canonical unit": "108 g/L",
        "Assertion": "present",
        "Time": "current",
        "Whose": "patient",
        "Date": "2026-03-14 (nothing said; the note's own date)",
    }
    assert gist(fact).endswith("10.8 g/dL · 108 g/L · dated by its note")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Value(number=640, unit="{titer}"), {"Value": "1:640"}),
        (Value(low=60, high=65, unit="%"), {"Value": "60 to 65 %"}),
        (Value(number=5, comparator="<", unit="10*9/L"), {"Value": "< 5 10⁹/L"}),
        (Value(interpretation="negative"), {"Result": "negative"}),
        (Value(reference_high=10), {"Reference": "open to 10"}),
        (
            Value(number=38.4, canonical_number=38.4, canonical_unit="Cel", unit_basis="inferred"),
            {
                "Value": "38.4",
                "In canonical unit": "38.4 °C (no unit printed; only this one is possible)",
            },
        ),
        (
            Value(
                number=1,
                readings=(
                    Reading(unit="mg/dL", canonical_number=88.42),
                    Reading(unit="umol/L", canonical_number=1),
                ),
            ),
            {"Value": "1", "Either": "88.42 if mg/dL; 1 if µmol/L"},
        ),
    ],
)
def test_values_are_told_as_they_are_known(value: Value, told: dict[str, str]) -> None:
    said = dict(rows(upcr(note("p", "n", "UPCR 2.4"), value=value)))
    assert {label: said[label] for label in told} == told


def test_a_therapy_and_a_biopsy_are_told_in_full() -> None:
    on = note("p", "n", "x")
    common: dict[str, Any] = {
        "fact_id": "f",
        "patient_id": "p",
        "note_id": "n",
        "span": on.span(0, 1),
        "source": MADE_BY,
    }
    therapy = TherapyFact(
        **common,
        concept="prednisone",
        status="held",
        dose=Dose(number=7.5, unit="mg"),
        frequency=1,
        daily_dose_mg=7.5,
        stop_reason="intolerance",
    )
    said = dict(rows(therapy))
    assert (said["Status"], said["Dose"], said["Daily dose"], said["Date"]) == (
        "held",
        "7.5 mg",
        "7.5 mg a day",
        "not known",
    )
    biopsy = BiopsyFact(
        **common, concept="kidney_biopsy", classes=("III", "V"), readings=(("III",), ("V",))
    )
    assert dict(rows(biopsy))["Either"] == "III or V"


@pytest.mark.parametrize(
    ("text", "tabular"),
    [
        ("Test\tResult\nWBC\t5.1\n", True),
        ("WBC      5.1   L\nALT      22\n", True),
        ("| WBC | 5.1 |\n| ALT | 22 |\n", True),
        ("A sentence.  Another one.\n\nAnd\tone tab.", False),
        ("", False),
    ],
)
def test_columns_are_recognised(text: str, tabular: bool) -> None:
    assert is_tabular(text) is tabular
