"""A second annotator's gold of the same notes, held against the first as a run would be."""

from __future__ import annotations

from pathlib import Path

from abstraction.reading import ReadError
from corpus.evaluation.gold import read_gold
from corpus.evaluation.records import Gold, Run
from corpus.evaluation.run_verdicts import comparable


def read_annotator(path: Path, gold: Gold) -> Run:
    """The second gold as a ``Run``.

    Only notes that both annotated in full are scored, only fields that both gave, and only
    criteria that both decided on.
    """
    second = read_gold(path, gold.protocol)
    ours, theirs = gold.texts, second.texts
    changed = sorted(key for key in ours.keys() & theirs.keys() if ours[key] != theirs[key])
    verdicts, problems = comparable(second.verdicts, gold)
    return Run(
        rater="annotator",
        mentions=tuple(
            mention
            for patient in second.patients
            for mention in patient.mentions
            if mention.note in ours
        ),
        verdicts=verdicts,
        unfit=gold.scored_notes - (second.scored_notes - set(changed)),
        problems=(
            *second.problems,
            *(_problem(path, *key, "has another text than in the gold") for key in changed),
            *(
                _problem(path, *key, "was annotated in the gold and is not here")
                for key in sorted(gold.scored_notes - theirs.keys())
            ),
            *(
                _problem(path, *key, "is not in the gold")
                for key in sorted(theirs.keys() - ours.keys())
            ),
            *problems,
        ),
    )


def _problem(path: Path, patient_id: str, note_id: str, what: str) -> ReadError:
    return ReadError(
        where=str(path),
        what=f"the note {note_id!r} of {patient_id!r} {what}, so it is not scored",
        patient_id=patient_id,
        note_id=note_id,
    )
