"""Puts the components together, in the order in which each needs what others wrote."""

from __future__ import annotations

import gc
import warnings

import spacy
from spacy.language import Language

with warnings.catch_warnings():
    # medspaCy's dependencies hold invalid escapes that newer Pythons warn of at first import.
    warnings.simplefilter("ignore")
    import medspacy  # noqa: F401

from abstraction.facts import Fact
from abstraction.notes import Note
from abstraction.pipeline import (  # noqa: F401 — each registers its component with spaCy
    biopsies,
    context,
    dating,
    demographics,
    facts,
    measurements,
    sections,
    sentences,
    targets,
    therapies,
)
from abstraction.pipeline.packs import remember
from abstraction.pipeline.tokenizer import ClinicalTokenizer
from nlp_rules import RulePack

_LONGEST_NOTE = 50_000_000
"""Characters; spaCy's own limit guards statistical models, of which there are none here."""

COMPONENTS = (
    "lupus_sentences",
    "lupus_sections",
    "lupus_targets",
    "lupus_dates",
    "lupus_biopsies",
    "lupus_context",
    "lupus_measurements",
    "lupus_therapies",
    "lupus_demographics",
    "lupus_facts",
)


def build_pipeline(rules: RulePack, *, day_first: bool | None = None) -> Language:
    """A spaCy pipeline over ``rules``; ``nlp.analyze_pipes()`` finds no problem in it.

    ``day_first`` is how notes write day and month that do not show it themselves ("03/02/2025");
    None keeps both readings.
    """
    version = remember(rules)
    nlp = spacy.blank("en")
    nlp.tokenizer = ClinicalTokenizer(nlp.vocab)
    nlp.max_length = _LONGEST_NOTE
    # A hundred thousand objects are made here, and all of them stay: looking for garbage among them
    # takes a quarter of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        for name in COMPONENTS:
            own = {"day_first": day_first} if name == "lupus_dates" else {}
            nlp.add_pipe(name, config={"rules": version, **own})
    finally:
        if collecting:
            gc.enable()
    return nlp


def extract_facts(nlp: Language, note: Note) -> tuple[Fact, ...]:
    """Every fact of ``note``, sorted by place; ``note.text[start:end]`` is each span's text."""
    doc = nlp.make_doc(note.text)
    doc._.patient_id, doc._.note_id = note.patient_id, note.note_id
    doc._.note_date = note.date
    if not len(doc):
        return ()
    found: tuple[Fact, ...] = nlp(doc)._.facts
    return found
