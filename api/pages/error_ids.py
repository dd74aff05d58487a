"""Names of errors, fit to stand in an address that is sent to a colleague."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from corpus.evaluation import Mention
from corpus.evaluation.errors import ScoredError

_ID_LENGTH = 10


def error_ids(errors: Iterable[ScoredError]) -> list[str]:
    """A name for each error, the same as long as the error is; it holds no word of a note."""
    seen: dict[str, int] = {}
    names = []
    for error in errors:
        told = json.dumps(
            [error.cause, error.patient_id, error.note_id, error.about,
             _place_of(error.gold), _place_of(error.predicted)]
        )  # fmt: skip
        repeated = seen[told] = seen.get(told, 0) + 1
        names.append(hashlib.sha256(f"{told}{repeated}".encode()).hexdigest()[:_ID_LENGTH])
    return names


def _place_of(mention: Mention | None) -> list[Any] | None:
    if mention is None:
        return None
    fact = mention.fact
    return [fact.kind, fact.concept, fact.span.start, fact.span.end]
