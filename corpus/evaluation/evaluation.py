"""An evaluation: all that is known of how a run agrees with a gold corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from abstraction.notes import Note
from abstraction.reading import ReadError
from corpus.evaluation.attribute_level import attribute_level
from corpus.evaluation.comparison import Comparison, compare
from corpus.evaluation.criterion_level import criterion_level
from corpus.evaluation.engine_verdicts import assess_patients, outcomes
from corpus.evaluation.errors import ScoredError, causes, errors_of
from corpus.evaluation.intervals import CONFIDENCE, RESAMPLES
from corpus.evaluation.matching import Matches
from corpus.evaluation.mention_level import mention_level
from corpus.evaluation.metrics import Bootstrap, Metrics, Scope
from corpus.evaluation.patient_level import patient_level
from corpus.evaluation.records import Gold, NoteKey, Run
from corpus.evaluation.scoring import Scored, score
from criteria_engine.assessment import Outcome


@dataclass(frozen=True)
class Evaluation:
    """The figures, and everything a report on them shows.

    ``scored`` holds every single comparison: the matches of each mode (pairs, missed, extra), the
    attributes, the verdicts.  ``errors`` are sorted by level, patient, note and place.  ``notes``
    are the scored ones, by patient and note id.
    """

    metrics: Metrics
    scored: Scored
    errors: tuple[ScoredError, ...]
    notes: tuple[Note, ...]
    gold: Gold
    run: Run

    @property
    def matches(self) -> Matches:
        """The pairing that the attributes and errors rest on: overlapping spans, one concept."""
        return self.scored.matches["overlap"]


def evaluate(gold: Gold, run: Run, other: Run | None = None, seed: int = 0) -> Evaluation:
    """Score the run on every note and verdict that is fit in gold and run, and compare it.

    ``seed`` draws the patients of the intervals; the same seed gives the same figures.
    """
    by_engine = _on_gold_facts(gold) if run.rater == "run" else {}
    notes = gold.scored_notes - run.unfit
    scored = score(gold, run, notes, by_engine)
    errors = errors_of(scored)
    metrics = Metrics(
        protocol=gold.protocol.id,
        protocol_version=gold.protocol.version,
        rater=run.rater,
        bootstrap=Bootstrap(resamples=RESAMPLES, confidence=CONFIDENCE, seed=seed),
        scope=_scope(gold, notes, scored),
        mention=mention_level(scored.matches, seed),
        attribute=attribute_level(scored.judged, seed),
        criterion=criterion_level(scored.verdicts, seed),
        patient=patient_level(scored.triages, scored.verdicts, seed),
        errors=causes(errors),
        comparison=_comparison(gold, run, other, notes, scored, seed) if other else None,
        problems=_once(*gold.problems, *run.problems, *(other.problems if other else ())),
    )
    shown = tuple(
        note
        for patient in gold.patients
        for note in patient.notes
        if (patient.patient_id, note.note_id) in notes
    )
    return Evaluation(metrics, scored, errors, shown, gold, run)


def _on_gold_facts(gold: Gold) -> dict[str, Mapping[str, Outcome]]:
    """The engine's outcomes on the gold facts of each patient whose gold tells all of them."""
    whole = [one for one in gold.patients if one.whole and one.verdicts]
    facts = [mention.fact for patient in whole for mention in patient.mentions]
    anchors = {one.patient_id: one.verdicts.anchors for one in whole if one.verdicts}
    assessments = assess_patients(facts, anchors, gold.protocol)
    return {one.patient_id: outcomes(one) for one in assessments}


def _comparison(
    gold: Gold, run: Run, other: Run, notes: frozenset[NoteKey], scored: Scored, seed: int
) -> Comparison:
    """Both runs on what is fit in both; ``scored`` is the run on ``notes``, those fit in itself."""
    shared = notes - other.unfit
    this = scored if shared == notes else score(gold, run, shared, {})
    that = score(gold, other, shared, {})
    return compare(_shared(this, that), _shared(that, this), len(shared), seed)


def _shared(one: Scored, other: Scored) -> Scored:
    """The scores without the verdicts that the other run does not have."""
    verdicts = {(verdict.patient_id, verdict.criterion) for verdict in other.verdicts}
    triages = {triage.patient_id for triage in other.triages}
    return Scored(
        one.matches,
        one.judged,
        tuple(v for v in one.verdicts if (v.patient_id, v.criterion) in verdicts),
        tuple(t for t in one.triages if t.patient_id in triages),
    )


def _scope(gold: Gold, notes: frozenset[NoteKey], scored: Scored) -> Scope:
    matches = scored.matches["overlap"]
    return Scope(
        patients=len(gold.patients),
        patients_with_verdicts=len({verdict.patient_id for verdict in scored.verdicts}),
        notes=sum(len(patient.notes) for patient in gold.patients),
        notes_scored=len(notes),
        gold_mentions=len(matches.pairs) + len(matches.missed),
        predicted_mentions=len(matches.pairs) + len(matches.extra),
    )


def _once(*problems: ReadError) -> tuple[ReadError, ...]:
    """Each problem once, in the order met."""
    return tuple(dict.fromkeys(problems))
