"""Snippets as clinicians write them, each with the reading of a careful person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

SNIPPETS = yaml.safe_load((Path(__file__).parent / "snippets.yaml").read_text(encoding="utf-8"))


def field(record: Mapping[str, Any], name: str) -> Any:
    value: Any = record
    for part in name.split("."):
        if value is None:
            return None
        value = value[part]
    return value


def agrees(fact: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(_same(field(fact, name), value) for name, value in wanted.items())


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, float) and isinstance(found, float):
        return found == pytest.approx(wanted, rel=1e-9)
    return bool(found == wanted)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=[s["text"][:60] for s in SNIPPETS])
def test_snippet_is_read_as_a_careful_reader_would(snippet: dict[str, Any], read: Any) -> None:
    date = snippet.get("date", dt.date(2026, 5, 14))
    facts = [fact.model_dump(mode="json") for fact in read(snippet["text"], date)]
    for wanted in snippet.get("expect", ()):
        assert any(agrees(fact, wanted) for fact in facts), (wanted, facts)
    for unwanted in snippet.get("never", ()):
        parts = unwanted.split("/")
        for fact in facts:
            assert [fact["kind"], fact["concept"], fact["assertion"]][: len(parts)] != parts, fact
