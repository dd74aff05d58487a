"""Facts that a statement makes: diagnoses, allergies, statuses and biopsies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from abstraction.dates import DateInterval
from abstraction.facts import BiopsyFact, DiagnosisFact, StatusFact
from abstraction.pipeline.assertions import Judgement, judge_statement, nearest
from abstraction.pipeline.class_grammar import ClassPhrase
from abstraction.pipeline.cues import Cue
from abstraction.pipeline.dating import under
from abstraction.pipeline.disease_answers import DiseaseAnswer
from abstraction.pipeline.dosing_grammar import Dosing
from abstraction.pipeline.fact_parts import FactParts, cue_parts, mention_of
from abstraction.pipeline.mention_sentence import is_unnamed
from abstraction.pipeline.parts import Part
from abstraction.pipeline.targets import Target
from nlp_rules.schema import DiagnosisRule, StatusRule, TherapyRule


def _leaves_denied(judged: Judgement) -> bool:
    """Whether a word that denies by itself still does: what was looked for was not found."""
    sought = any(cue.category == "sought" for cue in judged.cues)
    return judged.assertion == "present" or (judged.assertion == "hypothetical" and sought)


def diagnosis_fact(note: FactParts, target: Target, cues: Sequence[Cue]) -> DiagnosisFact:
    """A diagnosis.  A date beside a chronic one is its onset; a past one without a date has none.
    What comes and goes and bears an old date is past.

    A word that denies by itself ("afebrile") is absent where no cue says otherwise.
    """
    rule = target.rule
    chronic = isinstance(rule, DiagnosisRule) and rule.chronic
    cues = note.children.spared(target, cues, note.page.text)
    judged = judge_statement(cues, note.implied(target), chronic)
    if target.term is not None and target.term.denies and _leaves_denied(judged):
        judged = Judgement("absent", "current", judged.experiencer)
    answer = note.answers.of(note.page, target)
    unnamed = is_unnamed(target)
    if answer is not None and judged.assertion == "absent" and (unnamed or _denies(answer, judged)):
        judged = Judgement("present", "current", judged.experiencer)
    parts: list[Part] = [mention_of(target), *cue_parts(judged.cues)]
    attributed = False
    if judged.assertion == "present" and judged.experiencer == "patient":
        sentence = note.page.sentences.bounds(target.sentence)
        place = (target.start, target.end)
        cause = note.attribution.elsewhere(note.page.text, target.concept, place, sentence)
        if cause is not None:
            attributed, judged = True, replace(judged, assertion="possible")
            parts.append(cause)
    if judged.assertion != "present":
        answer = None
    clause = (
        note.day_in_clause(target, listed=not chronic) if judged.experiencer == "patient" else None
    )
    date: DateInterval | None = note.note_day
    onset: DateInterval | None = None
    if clause is not None and (judged.assertion == "present" or attributed):
        day, part = clause
        parts.append(part)
        if not chronic and note.is_bygone(day, part):
            judged = replace(judged, temporality="past")
        if chronic and judged.temporality == "current" and day.basis != "note":
            onset = day
        else:
            date = day
    elif judged.temporality == "past":
        date = None
    place = (target.start, target.end)
    if answer is not None:
        parts.append(answer.part)
    told = note.severities.of(note.page, target) if judged.assertion == "present" else None
    if told is not None:
        parts.append(told.part)
    return DiagnosisFact(
        **note.common("diagnosis", target.concept, place, parts, rule.codes if rule else ()),
        assertion=judged.assertion,
        temporality=judged.temporality,
        experiencer=judged.experiencer,
        date=date,
        onset=onset,
        resolved=judged.resolved,
        response=answer.response if answer else None,
        severity=told.severity if told else None,
        one_kind=True if judged.assertion == "absent" and _is_one_kind(note, target) else None,
    )


def _denies(answer: DiseaseAnswer, judged: Judgement) -> bool:
    """Whether what denies the disease denies its response: "no response of the SLE"."""
    _, start, end = answer.part
    return bool(judged.cues) and all(start <= cue.start and cue.end <= end for cue in judged.cues)


def _is_one_kind(note: FactParts, target: Target) -> bool:
    """Whether the words name one kind of a disease that goes by a name of its own."""
    rule = target.rule
    if not isinstance(rule, DiagnosisRule) or rule.whole is None:
        return False
    words = note.page.text[target.start : target.end]
    return re.fullmatch(rule.whole, words, re.IGNORECASE | re.DOTALL) is None


def is_allergy(note: FactParts, target: Target, cues: Sequence[Cue]) -> bool:
    """Whether a drug stands in an allergy list, and not as one that is taken or tolerated."""
    allergy, tolerated = nearest(cues, "allergy"), nearest(cues, "tolerated")
    if tolerated and (allergy is None or tolerated.distance < allergy.distance):
        return False
    if allergy is None:
        return "allergy" in note.implied(target) and not _never_had(note, target, cues)
    rivals = [cue for cue in cues if cue.category in ("active", "stopped", "historical")]
    return not any(rival.distance < allergy.distance for rival in rivals)


def _never_had(note: FactParts, target: Target, cues: Sequence[Cue]) -> bool:
    """Whether a line below the allergies denies treatments: "Never had CAR-T or gene therapy.",
    "No anti-CD19 product."."""
    denials = [cue for cue in cues if cue.before and cue.category in ("never_given", "negated")]
    if isinstance(target.rule, TherapyRule) and target.rule.form != "drug":
        return bool(denials)
    text = note.page.text
    return any(
        cue.category == "never_given"
        and not text[text.rfind("\n", 0, cue.start) + 1 : cue.start].strip(" \t*•-–")
        for cue in denials
    )


def tells_course(target: Target, cues: Sequence[Cue], dosing: Dosing) -> bool:
    """Whether an item of an allergy list says behind the drug that it was taken, or stopped, or
    from when to when."""
    told = ("active", "stopped", "historical")
    if {"start", "stop"} <= {role for role, _ in dosing.dates}:
        return True
    return any(cue.category in told and cue.start >= target.end for cue in cues)


def allergy_fact(note: FactParts, target: Target, cues: Sequence[Cue]) -> DiagnosisFact:
    """An allergy with the drug as evidence; the note's day is its date."""
    cues = [
        replace(cue, category="negated") if cue.answers and cue.category == "never_given" else cue
        for cue in cues
    ]
    judged = judge_statement(cues, frozenset(), chronic=True)
    parts: list[Part] = [mention_of(target), *cue_parts(judged.cues)]
    if allergy := nearest(cues, "allergy"):
        parts.append(("cue", allergy.start, allergy.end))
    return DiagnosisFact(
        **note.common("diagnosis", "drug_allergy", (target.start, target.end), parts),
        assertion=judged.assertion,
        temporality="current",
        experiencer=judged.experiencer,
        date=note.note_day,
        substance=target.concept if target.kind == "therapy" else None,
    )


def status_fact(note: FactParts, target: Target, cues: Sequence[Cue]) -> StatusFact:
    """Consent, contraception or participation, on the note's day.

    What is only talked of is not there yet ("vasectomy discussed"), unless its rule says that to
    talk of it is to have it, or a word says that it is there ("discussed and agreed").
    """
    cues = _of_its_clause(cues, target, note.page.text)
    if not (isinstance(target.rule, StatusRule) and target.rule.presupposed):
        cues = [
            replace(cue, category="hypothetical") if cue.category == "considered" else cue
            for cue in cues
        ]
    judged = judge_statement(cues, note.implied(target), chronic=False)
    if target.term is not None and target.term.denies and judged.assertion == "present":
        judged = Judgement("absent", "current", judged.experiencer)
    parts: list[Part] = [mention_of(target), *cue_parts(judged.cues)]
    return StatusFact(
        **note.common("status", target.concept, (target.start, target.end), parts),
        assertion=judged.assertion,
        temporality=judged.temporality,
        experiencer=judged.experiencer,
        date=note.note_day,
    )


_PLANS = frozenset({"considered", "planned"})


def _of_its_clause(cues: Sequence[Cue], target: Target, text: str) -> Sequence[Cue]:
    """The cues without plans that a word overrules by which the status is there, and without what
    is denied before that word or outside the bracket: "no partner, agrees to condoms"."""
    cues = [cue for cue in cues if not (_denies_before(cue) and _opens(text, cue, target))]
    there = nearest(cues, "active")
    if there is None:
        return cues
    return [
        cue
        for cue in cues
        if not (cue.category in _PLANS and not _is_last_word(cue, there))
        and not (_denies_before(cue) and cue.separated and there.before and cue.end <= there.start)
    ]


def _denies_before(cue: Cue) -> bool:
    return cue.category == "negated" and cue.before


def _opens(text: str, cue: Cue, target: Target) -> bool:
    """Whether a bracket opens between a cue and the mention behind it."""
    return text.rfind("(", cue.end, target.start) > text.rfind(")", cue.end, target.start)


def _is_last_word(plan: Cue, there: Cue) -> bool:
    """Whether a plan stands behind what is there: "uses condoms, coil planned"."""
    return not plan.before and (there.before or plan.start > there.start)


def biopsy_judgement(
    note: FactParts, target: Target, cues: Sequence[Cue], phrase: ClassPhrase
) -> Judgement:
    """Whether a biopsy or its class is told to be so; hearsay is possible."""
    if not phrase.classes:
        # "No ulcers, biopsy in 2018": a list of findings denies no procedure.
        cues = [c for c in cues if not (c.category == "negated" and c.before and c.separated)]
    judged = judge_statement(cues, set(note.implied(target)) - {"past"}, chronic=True)
    if judged.assertion == "present" and (hearsay := nearest(cues, "hearsay")):
        return Judgement("possible", cues=(hearsay,))
    if judged.assertion == "present" and phrase.uncertain:
        return Judgement("possible", judged.temporality, cues=judged.cues)
    return judged


def biopsy_fact(
    note: FactParts, target: Target, cues: Sequence[Cue], phrase: ClassPhrase
) -> BiopsyFact:
    """A biopsy, dated by its clause or its heading and never by the note.

    One without a class and a date that stands in a plan is planned.
    """
    implied = note.implied(target)
    judged = biopsy_judgement(note, target, cues, phrase)
    parts: list[Part] = [*phrase.parts, *cue_parts(judged.cues)]
    date: DateInterval | None = None
    if clause := note.day_in_clause(target, own=True):
        date = clause[0]
        parts.append(clause[1])
    elif heading := note.page.dates.heading(target.start):
        date = under(heading)
        parts.append(("date", heading.start, heading.end))
    if judged == Judgement() and not phrase.classes and date is None and "planned" in implied:
        judged = Judgement("hypothetical")
    if judged.assertion == "hypothetical":
        judged = replace(judged, temporality="planned")
    return BiopsyFact(
        **note.common("biopsy", target.concept, (target.start, target.end), parts),
        assertion=judged.assertion,
        temporality=judged.temporality,
        experiencer=judged.experiencer,
        date=date,
        organ=phrase.organ,
        classes=phrase.classes,
        readings=phrase.readings,
        class_basis=phrase.class_basis,
        activity_letters=phrase.letters,
        activity_index=phrase.activity_index,
        chronicity_index=phrase.chronicity_index,
        system=phrase.system,
    )
