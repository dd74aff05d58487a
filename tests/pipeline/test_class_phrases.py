"""Kidney biopsy classes as pathologists and clinicians write them, and what resembles them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from abstraction.facts import BiopsyFact

CASES = yaml.safe_load((Path(__file__).parent / "class_phrases.yaml").read_text(encoding="utf-8"))
ORDER = ("I", "II", "III", "IV", "V", "VI")
FIELDS = {
    "letters": "activity_letters",
    "activity": "activity_index",
    "chronicity": "chronicity_index",
    "system": "system",
    "organ": "organ",
    "basis": "class_basis",
    "assertion": "assertion",
}


@pytest.mark.parametrize("case", CASES, ids=[f"{c.get('before', '-')}{c['text']}" for c in CASES])
def test_a_class_phrase_is_read_as_a_nephropathologist_means_it(
    case: dict[str, Any], read: Any
) -> None:
    before = case.get("before", "Lupus nephritis. Renal biopsy: ")
    facts = [fact for fact in read(before + case["text"]) if isinstance(fact, BiopsyFact)]
    classed = [fact for fact in facts if fact.classes]
    wanted = [] if case["classes"] == "none" else case["classes"]
    assert sorted({c for fact in classed for c in fact.classes}, key=ORDER.index) == wanted
    if "events" in case:
        assert len(classed) == case["events"]
    for name, field in FIELDS.items():
        if name in case:
            assert getattr(classed[0], field) == case[name], name
