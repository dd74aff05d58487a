"""95 % intervals by the bootstrap over patients.

Whole patients are drawn with replacement, because the notes of one patient are alike.  Each
figure is drawn with a generator of its own from the same seed, so that an interval depends on
nothing but its own counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

RESAMPLES = 1000
CONFIDENCE = 0.95

Array = NDArray[np.float64]
Interval = tuple[float, float]


def interval(
    counts: Sequence[Sequence[int]], value: Callable[[Array], Array], seed: int
) -> Interval | None:
    """Percentile interval of a figure that is made of sums over patients.

    ``counts`` has a row a patient; ``value`` takes the summed rows of every resample, an array
    (resamples, columns), and gives the figure of each.  None with fewer than two patients.
    """
    patients = len(counts)
    if patients < 2:
        return None
    table = np.asarray(counts, dtype=np.float64)

    def statistic(drawn: NDArray[np.intp], axis: int) -> Array:
        return value(_multiplicities(np.moveaxis(drawn, axis, -1), patients) @ table)

    drawn: Any = bootstrap(
        (np.arange(patients),),
        statistic,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(seed),
    )
    low, high = drawn.confidence_interval
    return float(low), float(high)


def ratio(sums: Array) -> Array:
    """The first column over the second."""
    return sums[:, 0] / sums[:, 1]


def mean_of_ratios(sums: Array) -> Array:
    """The mean of numerator over denominator, column pair by pair, of those with a denominator."""
    numerators, denominators = sums[:, 0::2], sums[:, 1::2]
    there = denominators > 0
    ratios = np.divide(numerators, denominators, out=np.zeros_like(numerators), where=there)
    means: Array = ratios.sum(axis=1) / there.sum(axis=1)
    return means


def difference(sums: Array) -> Array:
    """The ratio of the first two columns minus that of the next two."""
    return ratio(sums[:, :2]) - ratio(sums[:, 2:])


def _multiplicities(drawn: NDArray[np.intp], patients: int) -> Array:
    """How often each patient is in each resample: (resamples, patients)."""
    resamples = drawn.shape[0]
    flat = drawn + patients * np.arange(resamples)[:, np.newaxis]
    counted = np.bincount(flat.ravel(), minlength=resamples * patients)
    return counted.reshape(resamples, patients).astype(np.float64)
