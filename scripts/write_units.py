"""Writes ``nlp_rules/ucum.json``: every conversion between the units that the rules name."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

RULES = Path(__file__).parents[1] / "nlp_rules"


def units() -> list[str]:
    """The units of ``units.yaml`` and ``measurements.yaml``, in order."""
    printed = yaml.safe_load((RULES / "units.yaml").read_text("utf-8"))["units"]
    measured = yaml.safe_load((RULES / "measurements.yaml").read_text("utf-8"))["measurements"]
    named = {str(unit["ucum"]) for unit in printed}
    for rule in measured:
        named |= {str(rule[key]) for key in ("canonical_unit",) if key in rule}
        named |= {str(each["unit"]) for each in rule.get("conversions", ())}
        named |= {str(each["unit"]) for each in rule.get("without_unit", ())}
    return sorted(named)


def table() -> dict[str, dict[str, str]]:
    """For each unit the others that it converts to: factor and offset."""
    from nlp_rules.ucum import by_definition

    found: dict[str, dict[str, str]] = {}
    for unit in units():
        row = {t: by_definition(unit, t) for t in units() if t != unit}
        found[unit] = {t: f"{c.factor} {c.offset}" for t, c in row.items() if c is not None}
    return found


if __name__ == "__main__":
    text = json.dumps(table(), indent=1, ensure_ascii=False) + "\n"
    (RULES / "ucum.json").write_text(text, encoding="utf-8")
