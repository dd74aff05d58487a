"""Reasons that a reader can take in."""

from __future__ import annotations

from criteria_engine.wording import few


def test_a_reason_spells_out_a_few_statements_and_counts_the_others() -> None:
    assert few(["a", "b"]) == "a; b"
    assert few(["a", "b", "c", "d"]) == "a; b; c; 1 more statement"
    assert few(["a", "b", "c"], 1) == "a; 2 more statements"
