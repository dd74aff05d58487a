"""The assessments behind scored verdicts, with the reasons and evidence that scoring leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from corpus.evaluation.engine_verdicts import assess_patients
from corpus.evaluation.evaluation import Evaluation
from corpus.evaluation.lines import json_lines
from corpus.evaluation.records import Mention
from corpus.evaluation.run_verdicts import ASSESSMENTS
from criteria_engine.assessment import Assessment


def run_assessments(evaluation: Evaluation, folder: Path) -> list[Assessment]:
    """What the run in the folder says of each patient whose verdicts are scored.

    As recorded, or without a record as the engine says on the run's facts.  A second annotator
    gives none.  Raises ``OSError`` where the record cannot be read.
    """
    run = evaluation.run
    if run.rater == "annotator":
        return []
    path = folder / ASSESSMENTS
    if path.exists():
        lines = {verdicts.where for verdicts in run.verdicts.values()}
        return [
            Assessment.model_validate(line.data) for line in json_lines(path) if line.where in lines
        ]
    return _on_facts(evaluation, run.mentions, run.verdicts)


def gold_assessments(evaluation: Evaluation) -> list[Assessment]:
    """The engine on the gold facts of each patient with a wrong verdict and all facts told."""
    if evaluation.run.rater == "annotator":
        return []
    wrong = {error.patient_id for error in evaluation.errors if error.level == "criterion"}
    whole = [one for one in evaluation.gold.patients if one.whole and one.patient_id in wrong]
    mentions = [mention for one in whole for mention in one.mentions]
    return _on_facts(evaluation, mentions, [one.patient_id for one in whole])


def _on_facts(
    evaluation: Evaluation, mentions: Iterable[Mention], patients: Iterable[str]
) -> list[Assessment]:
    verdicts = evaluation.gold.verdicts
    anchors = {one: verdicts[one].anchors for one in patients if one in verdicts}
    facts = (mention.fact for mention in mentions)
    return assess_patients(facts, anchors, evaluation.gold.protocol)
