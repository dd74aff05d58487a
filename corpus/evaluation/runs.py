"""What is held against a gold: the files of a run, or a second annotator's gold."""

from __future__ import annotations

from pathlib import Path

from abstraction.reading import ReadError
from abstraction.reading.errors import why
from abstraction.run import FACTS
from corpus.evaluation.annotators import read_annotator
from corpus.evaluation.engine_verdicts import assess_patients, outcomes
from corpus.evaluation.gold_facts import is_gold
from corpus.evaluation.predictions import (
    Predictions,
    notes_not_read,
    patients_not_listed,
    read_predictions,
)
from corpus.evaluation.records import Gold, Run, Verdicts
from corpus.evaluation.run_verdicts import ASSESSMENTS, read_verdicts
from corpus.evaluation.standoff_gold import is_standoff


class UnreadableRun(ValueError):
    """There is nothing to hold against the gold; one line that says where and why."""


def read_run(path: Path, gold: Gold) -> Run:
    """The run in the folder, as far as it is about the gold's notes and patients.

    Verdicts are those of ``assessments.jsonl``; without it the engine scores the run's facts with
    the gold's anchors.  A folder of gold facts is a second annotator.  Raises ``UnreadableRun``
    where the folder is neither.
    """
    try:
        if (path / FACTS).is_file():
            return _recorded(path, gold)
        if is_gold(path) or is_standoff(path):
            return read_annotator(path, gold)
        if not path.is_dir():
            raise UnreadableRun(f"{path}: there is no such folder")
    except OSError as error:
        raise UnreadableRun(f"{error.filename or path}: {why(error)}") from None
    raise UnreadableRun(
        f"{path}: holds no {FACTS} (a run's) and no gold facts (a second annotator's)"
    )


def _recorded(path: Path, gold: Gold) -> Run:
    predictions = read_predictions(path / FACTS, gold)
    if (path / ASSESSMENTS).exists():
        verdicts, problems = read_verdicts(path / ASSESSMENTS, gold)
    else:
        verdicts, problems = _engine_verdicts(path / FACTS, predictions, gold)
    strangers = patients_not_listed(path, gold) & verdicts.keys()
    return Run(
        rater="run",
        mentions=predictions.mentions,
        verdicts={one: stated for one, stated in verdicts.items() if one not in strangers},
        unfit=predictions.unfit,
        problems=(
            *predictions.problems,
            *notes_not_read(path, gold),
            *problems,
            *(
                ReadError(
                    where=verdicts[one].where,
                    what=f"the run read no note of {one!r}, so its verdicts are not scored",
                    patient_id=one,
                )
                for one in sorted(strangers)
            ),
        ),
    )


def _engine_verdicts(
    path: Path, predictions: Predictions, gold: Gold
) -> tuple[dict[str, Verdicts], list[ReadError]]:
    """The engine's verdicts on the facts, of each patient whose facts are all sound."""
    doubtful = sorted(gold.verdicts.keys() & predictions.doubtful)
    anchors = {
        patient_id: verdicts.anchors
        for patient_id, verdicts in gold.verdicts.items()
        if patient_id not in doubtful
    }
    facts = (mention.fact for mention in predictions.mentions)
    verdicts = {
        one.patient_id: Verdicts(str(path), one.anchors, outcomes(one), one.triage)
        for one in assess_patients(facts, anchors, gold.protocol)
    }
    return verdicts, [
        ReadError(
            where=str(path),
            what=f"a fact is broken, so the verdicts of {patient_id!r} are not scored",
            patient_id=patient_id,
        )
        for patient_id in doubtful
    ]
