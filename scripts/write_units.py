"""Writes the tables of units that are made from the rules.

``nlp_rules/ucum.json`` holds every conversion between the units that the rules name,
``criteria_engine/analyte_units.yaml`` the units that a protocol's limit may be written in.
"""

from __future__ import annotations

import json
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
RULES = ROOT / "nlp_rules"
ANALYTE_UNITS = ROOT / "criteria_engine" / "analyte_units.yaml"

_HEADER = """\
# Written by `make docs` from nlp_rules/measurements.yaml: of each analyte the canonical unit, then
# the units of another dimension that its values convert from.
"""


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


def analyte_units() -> str:
    """``analyte_units.yaml``: the units of every analyte that has one, the canonical one first."""
    measured = yaml.safe_load((RULES / "measurements.yaml").read_text("utf-8"))["measurements"]
    rows: dict[str, list[str]] = {}
    for rule in measured:
        if rule.get("canonical_unit"):
            named = [
                rule["canonical_unit"],
                *(each["unit"] for each in rule.get("conversions", ())),
            ]
            rows[str(rule["concept"])] = list(dict.fromkeys(map(str, named)))
    return _HEADER + "".join(f"{name}: {json.dumps(row)}\n" for name, row in sorted(rows.items()))


if __name__ == "__main__":
    text = json.dumps(table(), indent=1, ensure_ascii=False) + "\n"
    (RULES / "ucum.json").write_text(text, encoding="utf-8")
    ANALYTE_UNITS.write_text(analyte_units(), encoding="utf-8")
