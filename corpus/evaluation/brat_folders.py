"""The scored notes with their gold and with their predictions, as BRAT folders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from abstraction.exports.brat import write_brat
from abstraction.facts import Fact
from corpus.evaluation.evaluation import Evaluation
from corpus.evaluation.records import Mention

GOLD, PREDICTED = "gold", "predicted"


def write_brat_folders(evaluation: Evaluation, folder: Path) -> None:
    """Write ``gold`` and ``predicted`` into the folder: the notes that were scored, and only they.

    A gold fact has the fields that were given, and its tags.  Raises what ``write_brat`` does:
    ``NotWritable``, ``OSError``.
    """
    scored = {(note.patient_id, note.note_id) for note in evaluation.notes}
    gold = [mention for one in evaluation.gold.patients for mention in one.mentions]
    for name, mentions in ((GOLD, gold), (PREDICTED, evaluation.run.mentions)):
        facts = [as_written(mention) for mention in mentions if mention.note in scored]
        write_brat(evaluation.notes, facts, folder / name)


def as_written(mention: Mention) -> dict[str, Any] | Fact:
    """The fact of a run, or of an annotator's only the fields that were given, and the tags."""
    if mention.given is None:
        return mention.fact
    given = _given(mention.fact.model_dump(mode="json"), mention.given)
    return given | ({"tags": list(mention.tags)} if mention.tags else {})


def _given(data: Mapping[str, Any], paths: Collection[str], prefix: str = "") -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in data.items():
        path = f"{prefix}{name}"
        if path in paths:
            kept[name] = value
        elif isinstance(value, dict) and (inner := _given(value, paths, f"{path}.")):
            kept[name] = inner
    return kept
