"""A figure: a ratio of counts, or a mean of such ratios, and how sure one may be of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pydantic import Field

from abstraction.notes import Frozen
from corpus.evaluation.intervals import CONFIDENCE, interval, mean_of_ratios, ratio

Counts = Mapping[str, tuple[int, int]]
"""Numerator and denominator of each patient."""


class Figure(Frozen):
    """``numerator / denominator``, null where there is nothing to divide by.

    ``low`` and ``high`` bound the 95 % interval; null with fewer than two patients.
    """

    value: float | None
    low: float | None
    high: float | None
    numerator: int
    denominator: int
    patients: int = Field(description="Patients with a denominator of their own.")


class Mean(Frozen):
    """The plain mean of the groups' figures, of those that have one."""

    value: float | None
    low: float | None
    high: float | None
    groups: int


def figure(counts: Counts, seed: int) -> Figure:
    """The ratio over all patients together, with its interval."""
    rows = [counts[patient] for patient in sorted(counts) if counts[patient][1]]
    numerator, denominator = (sum(row[column] for row in rows) for column in (0, 1))
    bounds = interval(rows, ratio, seed) or (None, None)
    if len(rows) > 1 and numerator in (0, denominator):
        bounds = _never_otherwise(bool(numerator), len(rows))
    return Figure(
        value=numerator / denominator if denominator else None,
        low=bounds[0],
        high=bounds[1],
        numerator=numerator,
        denominator=denominator,
        patients=len(rows),
    )


def _never_otherwise(always: bool, patients: int) -> tuple[float, float]:
    """What remains possible where no patient was seen otherwise: no resample shows it.

    The exact (Clopper-Pearson) binomial bound over patients, 2.5 % on the open side.
    """
    seen_so = ((1 - CONFIDENCE) / 2) ** (1 / patients)
    return (seen_so, 1.0) if always else (0.0, 1 - seen_so)


def mean_figure(groups: Mapping[str, Counts], seed: int) -> Mean:
    """The mean over the groups, each as heavy as any other, with its interval over patients."""
    names = sorted(groups)
    values = [value for name in names if (value := _value(groups[name])) is not None]
    patients = sorted({patient for counts in groups.values() for patient in counts})
    rows = [
        [count for name in names for count in groups[name].get(patient, (0, 0))]
        for patient in patients
    ]
    bounds = interval([row for row in rows if any(row[1::2])], mean_of_ratios, seed)
    low, high = bounds or (None, None)
    value = sum(values) / len(values) if values else None
    return Mean(value=value, low=low, high=high, groups=len(values))


def share(rows: Iterable[tuple[str, bool]]) -> Counts:
    """Of (patient, whether it is so): how many are so, of how many, for each patient."""
    counts: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for patient, so in rows:
        numerator, denominator = counts[patient]
        counts[patient] = (numerator + so, denominator + 1)
    return dict(counts)


def _value(counts: Counts) -> float | None:
    denominator = sum(row[1] for row in counts.values())
    return sum(row[0] for row in counts.values()) / denominator if denominator else None
