"""One pipeline for all tests of this room: building it takes seconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from abstraction.facts import Fact
from abstraction.notes import Note
from abstraction.pipeline import build_pipeline, extract_facts
from nlp_rules import load_rules

Read = Callable[..., tuple[Fact, ...]]


@pytest.fixture(scope="session")
def read() -> Read:
    """``read(text, date=...)``: the facts of a note of that text."""
    nlp = build_pipeline(load_rules())

    def facts(text: str, date: dt.date | None = dt.date(2026, 5, 14)) -> tuple[Fact, ...]:
        return extract_facts(nlp, Note(patient_id="p", note_id="n", date=date, text=text))

    return facts
