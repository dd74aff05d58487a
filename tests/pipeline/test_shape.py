"""What the pipeline is made of, and what it costs."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from types import FrameType

import pytest
from medspacy.common.medspacy_matcher import MedspacyMatcher
from medspacy.context import ConText
from medspacy.section_detection import Section, Sectionizer
from medspacy.target_matcher import TargetRule
from spacy.language import Language
from spacy.pipeline import Sentencizer

from abstraction.facts import Fact
from abstraction.notes import Note
from abstraction.pipeline import build_pipeline, extract_facts
from abstraction.pipeline.build import COMPONENTS
from nlp_rules import load_rules
from nlp_rules.schema import ConceptRule, Term

RULES = load_rules()


@pytest.fixture(scope="module")
def nlp() -> Language:
    return build_pipeline(RULES)


def facts_of(nlp: Language, text: str) -> tuple[Fact, ...]:
    note = Note(patient_id="p", note_id="n", date=dt.date(2026, 5, 14), text=text)
    return extract_facts(nlp, note)


# ---- components ----------------------------------------------------------------------------------


def test_the_pipeline_is_made_of_registered_components(nlp: Language) -> None:
    assert tuple(nlp.pipe_names) == COMPONENTS
    assert len(set(COMPONENTS)) == len(COMPONENTS)
    assert all(Language.has_factory(name) for name in COMPONENTS)


def test_what_each_component_needs_is_written_before_it(nlp: Language) -> None:
    analysis = nlp.analyze_pipes()
    assert analysis["problems"] == {name: [] for name in COMPONENTS}
    written: set[str] = set()
    for name in COMPONENTS:
        meta = nlp.get_pipe_meta(name)
        assert set(meta.requires) <= written, name
        assert meta.assigns, name
        written |= set(meta.assigns)
    assert "doc._.facts" in written


def test_a_component_is_told_its_rules_by_their_version(nlp: Language) -> None:
    for name in COMPONENTS:
        assert nlp.get_pipe_config(name)["rules"] == RULES.version


def test_the_machinery_is_medspacys(nlp: Language) -> None:
    assert isinstance(nlp.get_pipe("lupus_context"), ConText)
    assert isinstance(nlp.get_pipe("lupus_sections"), Sectionizer)
    assert isinstance(nlp.get_pipe("lupus_sentences"), Sentencizer)
    finder = nlp.get_pipe("lupus_targets")
    matchers = [part for part in vars(finder).values() if isinstance(part, MedspacyMatcher)]
    assert matchers
    for matcher in matchers:
        assert matcher.rule_map
        assert all(isinstance(rule, TargetRule) for rule in matcher.rule_map.values())


def test_sections_are_medspacys_records(nlp: Language) -> None:
    doc = nlp.make_doc("Seen today.\nPMH: SLE.\nMeds: HCQ 200 mg BID\n")
    sections = nlp(doc)._.sections
    assert all(isinstance(section, Section) for section in sections)
    assert [section.category for section in sections] == [
        None, "past_medical_history", "medications",
    ]  # fmt: skip


def test_no_pyrush_and_none_of_medspacys_own_rules(nlp: Language) -> None:
    for name in COMPONENTS:
        component = nlp.get_pipe(name)
        modules = {kind.__module__ for kind in type(component).__mro__}
        modules |= {type(part).__module__ for part in vars(component).values()}
        assert not [module for module in modules if "rush" in module.lower()], name
    cues = [cue for rule in RULES.context.cues for cue in rule.cues]
    shipped = {phrase for cue in cues for phrase in RULES.context.expanded(cue)}
    assert {rule.literal for rule in nlp.get_pipe("lupus_context").rules} == shipped
    titles = {title for section in RULES.sections.sections for title in section.titles}
    assert {rule.literal for rule in nlp.get_pipe("lupus_sections").rules} == titles


def test_two_packs_live_side_by_side(nlp: Language) -> None:
    rule = ConceptRule.model_validate({"concept": "sle", "terms": ["wolf disease"]})
    longer = RULES.diagnoses.diagnoses[0].model_copy(update={"terms": rule.terms})
    other = RULES.model_copy(
        update={
            "version": "other",
            "diagnoses": RULES.diagnoses.model_copy(update={"diagnoses": (longer,)}),
        }
    )
    second = build_pipeline(other)
    text = "Wolf disease since 2012; SLE."
    assert [f.span.text for f in facts_of(second, text)] == ["Wolf disease"]
    assert [f.span.text for f in facts_of(nlp, text)] == ["SLE"]
    assert {f.source.version for f in facts_of(second, text)} == {"other"}
    assert {f.source.version for f in facts_of(nlp, text)} == {RULES.version}


# ---- a cue inside a mention ----------------------------------------------------------------------

DENIALS = {
    cue
    for rule in RULES.context.cues
    if rule.category in ("negated", "possible", "hypothetical", "family", "never_given")
    for each in rule.cues
    for cue in RULES.context.expanded(each)
    if cue.isalpha()
}


def names_with_a_cue() -> Iterator[tuple[str, str]]:
    """Concept and name of the diagnoses whose name holds a word that is a cue elsewhere."""
    gates = Term.model_fields.keys() - {"text", "case", "route", "denies"}
    for rule in RULES.diagnoses.diagnoses:
        for term in rule.terms:
            if term.denies or any(getattr(term, gate) for gate in gates):
                continue
            if not DENIALS.isdisjoint(term.text.lower().replace("-", " ").split()):
                yield rule.concept, term.text


@pytest.mark.parametrize(("concept", "name"), sorted(names_with_a_cue()))
def test_a_cue_inside_a_mention_changes_nothing(nlp: Language, concept: str, name: str) -> None:
    (fact,) = [f for f in facts_of(nlp, f"{name} is documented.") if f.concept == concept]
    assert (fact.assertion, fact.experiencer) == ("present", "patient")


@pytest.mark.parametrize("cue", ["no", "without", "possible", "mother", "never"])
def test_a_name_that_holds_a_cue_is_never_denied_by_it(cue: str) -> None:
    sle = next(rule for rule in RULES.diagnoses.diagnoses if rule.concept == "sle")
    diagnoses = RULES.diagnoses.model_copy(
        update={
            "diagnoses": (sle.model_copy(update={"terms": (Term(text=f"wolf {cue} disease"),)}),)
        }
    )
    rules = RULES.model_copy(update={"version": f"wolf {cue}", "diagnoses": diagnoses})
    second = build_pipeline(rules)
    (told,) = facts_of(second, f"Wolf {cue} disease.")
    assert (told.assertion, told.experiencer) == ("present", "patient")
    (denied,) = facts_of(second, f"She has no wolf {cue} disease.")
    assert denied.assertion == "absent"


# ---- cost ----------------------------------------------------------------------------------------

VISIT = (
    "Seen on 14/02/2026. 34-year-old woman with SLE, class IV lupus nephritis on biopsy in 2021.\n"
    "No fever, no seizures. MMF 1 g BID since 11/2024; rituximab was not given.\n"
    "UPCR 2.4 mg/mg, C3 0.45 g/L (0.9-1.8) L, Hgb 9.1 g/dL, ANA 1:640.\n\n"
)
SHAPES = {
    "visits": VISIT,
    "one line": VISIT.replace("\n", " "),
    "no full stop": "SLE and no fever with UPCR 2.4 and MMF 1 g BID on 03/02/2025 ",
    "one sentence without a fact": "the weather was fine and they went home ",
    "one word": "a",
    "digits": "3",
    "numbers": "12/03 ",
    "headings": "Labs 03/02/2025:\n",
    "unknown headings": "SOMETHING ELSE:\n",
    "pipes": "| 1 ",
    "a table": "UPCR (mg/g)\t940\t2300\t<200\nPLT\t101\t88 L\t150-400\n",
    "white space": " \n",
}


class Calls:
    """Counts the calls that Python makes, its own functions and built-in ones alike."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        if event in ("call", "c_call"):
            self.count += 1


def calls_for(nlp: Language, text: str) -> int:
    calls = Calls()
    sys.setprofile(calls)
    try:
        facts_of(nlp, text)
    finally:
        sys.setprofile(None)
    return calls.count


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_note_is_four_times_the_work(nlp: Language, shape: str) -> None:
    piece = SHAPES[shape]
    quarter = piece * (4_000 // len(piece))
    facts_of(nlp, quarter * 4)  # what is compiled at first use is no work of the note
    assert_linear(nlp, quarter)


def test_a_note_of_200_kilobytes_is_linear_work(nlp: Language) -> None:
    assert_linear(nlp, VISIT * (50_000 // len(VISIT)))


def assert_linear(nlp: Language, quarter: str) -> None:
    """Four times the note takes hardly more than four times the calls."""
    assert calls_for(nlp, quarter * 4) <= 4.4 * calls_for(nlp, quarter) + 2_000
