"""The last component: what the others found becomes plain facts, and spaCy ends here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.facts import Fact
from abstraction.pipeline.assertions import nearest
from abstraction.pipeline.class_grammar import ClassPhrase
from abstraction.pipeline.cues import Cue
from abstraction.pipeline.fact_parts import FactParts
from abstraction.pipeline.found_indices import with_found_indices
from abstraction.pipeline.mention_sentence import is_unnamed
from abstraction.pipeline.merely_named import NamingWords, merely_named
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.result_facts import demographic_fact, measurement_fact
from abstraction.pipeline.standing import StandingWords, shared_standing
from abstraction.pipeline.statement_facts import (
    allergy_fact,
    biopsy_fact,
    biopsy_judgement,
    diagnosis_fact,
    is_allergy,
    status_fact,
    tells_course,
)
from abstraction.pipeline.targets import Target
from abstraction.pipeline.texts import text_of
from abstraction.pipeline.therapy_facts import therapy_fact

for _name in ("patient_id", "note_id"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)
if not Doc.has_extension("facts"):
    Doc.set_extension("facts", default=())


@Language.factory(
    "lupus_facts",
    requires=[
        "doc._.targets",
        "doc._.cues",
        "doc._.layout",
        "doc._.dates",
        "doc._.measurements",
        "doc._.biopsies",
        "doc._.therapies",
        "doc._.demographics",
    ],
    assigns=["doc._.facts"],
    default_config={"rules": SHIPPED},
)
class FactWriter:
    """Writes ``doc._.facts``, each fact once, sorted by place."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        self._rules = rule_pack(rules)
        self._words = StandingWords.of(self._rules.context)
        self._naming = NamingWords.of(self._rules.context)

    def __call__(self, doc: Doc) -> Doc:
        facts = _facts(doc, FactParts.of(doc, self._rules))
        text = text_of(doc)
        found = merely_named(shared_standing(facts, text, self._words), text, self._naming)
        unique = {fact.fact_id: fact for fact in found}
        doc._.facts = tuple(sorted(unique.values(), key=lambda fact: fact.order()))
        return doc


def _facts(doc: Doc, note: FactParts) -> Iterator[Fact]:
    # A word that is the result of a test denies nothing else: "hepatitis B, now HBsAg neg".
    values = {
        (start, end)
        for result in doc._.measurements
        for role, start, end in result.parts
        if role == "value"
    }
    told = [[cue for cue in cues if (cue.start, cue.end) not in values] for cues in doc._.cues]
    biopsies = _biopsies(doc, note, told)
    for number, (target, cues) in enumerate(zip(note.page.targets, told, strict=True)):
        if target.rule is None or target.rule.reported:
            yield from _of_mention(doc, note, number, target, cues, biopsies[number])
    for result in doc._.measurements:
        if not result.rule.reported:
            continue
        reaching = () if result.target is None else doc._.cues[result.target]
        measured = measurement_fact(note, result, reaching)
        if measured is not None:
            yield measured
    for found in doc._.demographics:
        demographic = demographic_fact(note, found)
        if demographic is not None:
            yield demographic


def _biopsies(
    doc: Doc, note: FactParts, cues_of: Sequence[Sequence[Cue]]
) -> Sequence[ClassPhrase | None]:
    """The class phrase of each mention, indices with the class that was found."""
    told = zip(note.page.targets, cues_of, doc._.biopsies, strict=True)
    denied = {
        number
        for number, (target, cues, phrase) in enumerate(told)
        if phrase is not None and biopsy_judgement(note, target, cues, phrase).assertion == "absent"
    }
    return with_found_indices(text_of(doc), doc._.biopsies, denied)


def _of_mention(
    doc: Doc,
    note: FactParts,
    number: int,
    target: Target,
    cues: Sequence[Cue],
    biopsy: ClassPhrase | None,
) -> Iterator[Fact]:
    """The fact of a mention by its kind; an allergen outside an allergy list is none, and a drug
    with a dose is taken, whatever list it stands in."""
    dosing = doc._.therapies[number]
    dosed = dosing is not None and (dosing.dose is not None or dosing.frequency is not None)
    if target.kind in ("therapy", "allergen") and not dosed and is_allergy(note, target, cues):
        yield allergy_fact(note, target, cues)
        if target.kind == "therapy" and dosing is not None and tells_course(target, cues, dosing):
            yield therapy_fact(note, target, cues, dosing)
    elif target.kind == "diagnosis":
        diagnosis = diagnosis_fact(note, target, cues)
        if diagnosis.response or not is_unnamed(target):
            yield diagnosis
    elif target.kind == "status":
        yield status_fact(note, target, cues)
    elif target.kind == "biopsy" and biopsy is not None:
        yield biopsy_fact(note, target, cues, biopsy)
    elif target.kind == "therapy":
        if nearest(cues, "reacted"):
            yield allergy_fact(note, target, cues)
        for told in (dosing, *dosing.steps):
            yield therapy_fact(note, target, cues, told)
