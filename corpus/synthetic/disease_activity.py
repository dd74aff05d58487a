"""SLEDAI-2K of an invented visit: the points of findings and results (Gladman 2002).

No invented patient has an item of the nervous system, vasculitis or myositis.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

FINDING_POINTS: Mapping[str, int] = {
    "arthritis": 4, "acute_cutaneous_lupus": 2, "alopecia": 2, "oral_ulcers": 2, "fever": 1,
}  # fmt: skip
"""Discoid lesions count as the rash where no other is there; effusions alone are no serositis."""
RASH = 2
PROTEINURIA = ("upcr", "urine_protein_24h")


def finding_points(findings: Collection[str]) -> int:
    """Points of the clinical items."""
    points = sum(weight for finding, weight in FINDING_POINTS.items() if finding in findings)
    discoid = "discoid_lupus" in findings and "acute_cutaneous_lupus" not in findings
    return points + (RASH if discoid else 0)


def result_points(values: Mapping[str, float]) -> int:
    """Points of the laboratory items, by the limits of life.yaml; values in canonical units."""

    def over(analyte: str, limit: float) -> bool:
        return values.get(analyte, limit) > limit

    def under(analyte: str, limit: float) -> bool:
        return values.get(analyte, limit) < limit

    points = 4 if any(over(one, 0.5) for one in PROTEINURIA) else 0
    points += 4 if over("urine_rbc", 5) else 0
    points += 4 if over("urine_wbc", 5) else 0
    points += 2 if under("c3", 0.9) or under("c4", 0.1) else 0
    points += 2 if over("anti_dsdna", 30) else 0
    points += 1 if under("platelets", 100) else 0
    return points + (1 if under("wbc", 3.0) else 0)
