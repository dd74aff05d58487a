"""Every single comparison of a run with a gold, before anything is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from corpus.evaluation.attributes import Judgement, judge
from corpus.evaluation.matching import MODES, Matches, Mode, Pair, match
from corpus.evaluation.records import Gold, NoteKey, Run
from criteria_engine.assessment import Outcome, Triage

VerdictError = Literal["verdict_reversed", "verdict_abstained", "verdict_overcalled"]
Attribution = Literal["engine", "extraction"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One attribute of one matched pair."""

    pair: Pair
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Verdict:
    """One criterion of one patient, and what the engine makes of the gold facts.

    ``on_gold_facts`` is None where the gold does not tell the facts of all the patient's notes.
    """

    patient_id: str
    criterion: str
    gold: Outcome
    predicted: Outcome
    on_gold_facts: Outcome | None

    @property
    def right(self) -> bool:
        return self.gold == self.predicted

    @property
    def error(self) -> VerdictError | None:
        if self.right:
            return None
        if self.gold == "unknown":
            return "verdict_overcalled"
        return "verdict_abstained" if self.predicted == "unknown" else "verdict_reversed"

    @property
    def attribution(self) -> Attribution | None:
        """Who is to blame: the engine where it is wrong on the gold facts too."""
        if self.right or self.on_gold_facts is None:
            return None
        return "extraction" if self.on_gold_facts == self.gold else "engine"


@dataclass(frozen=True, slots=True)
class TriageVerdict:
    """What one patient's verdicts come to."""

    patient_id: str
    gold: Triage
    predicted: Triage


@dataclass(frozen=True, slots=True)
class Scored:
    """The four levels, each comparison once, sorted."""

    matches: Mapping[Mode, Matches]
    judged: tuple[Judged, ...]
    verdicts: tuple[Verdict, ...]
    triages: tuple[TriageVerdict, ...]


NEVER_MARKED = frozenset({"unnamed_disease"})
"""What names no disease is no mention that an annotator marks; verdicts rest on it all the same."""


def score(
    gold: Gold,
    run: Run,
    notes: frozenset[NoteKey],
    on_gold_facts: Mapping[str, Mapping[str, Outcome]],
) -> Scored:
    """Compare the mentions of ``notes``, and the verdicts of every patient who has both."""
    expected = [one for patient in gold.patients for one in patient.mentions if one.note in notes]
    found = [
        one for one in run.mentions if one.note in notes and one.fact.concept not in NEVER_MARKED
    ]
    matches = {mode: match(expected, found, mode) for mode in MODES}
    judged = tuple(
        Judged(pair, judgement)
        for pair in matches["overlap"].pairs
        for judgement in judge(pair.gold, pair.predicted)
    )
    return Scored(matches, judged, _verdicts(gold, run, on_gold_facts), _triages(gold, run))


def _verdicts(
    gold: Gold, run: Run, on_gold_facts: Mapping[str, Mapping[str, Outcome]]
) -> tuple[Verdict, ...]:
    return tuple(
        Verdict(
            patient_id,
            criterion,
            outcome,
            run.verdicts[patient_id].criteria[criterion],
            on_gold_facts.get(patient_id, {}).get(criterion),
        )
        for patient_id, verdicts in sorted(gold.verdicts.items())
        if patient_id in run.verdicts
        for criterion, outcome in sorted(verdicts.criteria.items())
        if criterion in run.verdicts[patient_id].criteria
    )


def _triages(gold: Gold, run: Run) -> tuple[TriageVerdict, ...]:
    return tuple(
        TriageVerdict(patient_id, verdicts.triage, predicted.triage)
        for patient_id, verdicts in sorted(gold.verdicts.items())
        if (predicted := run.verdicts.get(patient_id)) and verdicts.triage and predicted.triage
    )
