"""Intervals, agreement and tests that can be reckoned by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2

from corpus.evaluation.agreement import cohen_kappa, confusion
from corpus.evaluation.comparison import mcnemar_test
from corpus.evaluation.figures import figure, mean_figure


def test_patients_who_are_all_alike_leave_no_doubt() -> None:
    found = figure({f"p{n}": (3, 4) for n in range(6)}, seed=0)
    assert (found.value, found.low, found.high) == (0.75, 0.75, 0.75)
    mean = mean_figure({"a": {"p": (1, 2), "q": (1, 2)}, "b": {"p": (1, 1), "q": (1, 1)}}, seed=0)
    assert (mean.value, mean.low, mean.high, mean.groups) == (0.75, 0.75, 0.75, 2)


def test_what_was_never_seen_may_still_be() -> None:
    # None of 40, in 10 patients: Clopper and Pearson's upper bound is 1 - 0.025 ** (1 / 10).
    found = figure({f"p{n}": (0, 4) for n in range(10)}, seed=0)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(binomtest(0, 10).proportion_ci(method="exact").high)
    always = figure({f"p{n}": (4, 4) for n in range(10)}, seed=0)
    assert (always.value, always.high) == (1.0, 1.0)
    assert always.low == pytest.approx(binomtest(10, 10).proportion_ci(method="exact").low)


def test_one_patient_alone_has_no_interval() -> None:
    found = figure({"p": (3, 4), "q": (0, 0)}, seed=0)
    assert (found.value, found.low, found.high, found.patients) == (0.75, None, None, 1)


def test_nothing_counted_is_no_figure() -> None:
    found = figure({"p": (0, 0)}, seed=0)
    assert (found.value, found.low, found.high, found.patients) == (None, None, None, 0)


def test_two_opposite_patients_span_everything() -> None:
    # A resample of two holds the wrong one twice, or the right one twice, a quarter of the time
    # each: both ends lie beyond the 2.5 % that an interval leaves out on each side.
    found = figure({"right": (1, 1), "wrong": (0, 1)}, seed=0)
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)


def test_patients_without_a_denominator_do_not_widen_an_interval() -> None:
    counts = {f"p{n}": (n % 3, 3) for n in range(9)}
    silent = {f"q{n}": (0, 0) for n in range(9)}
    assert figure(counts, seed=1) == figure({**silent, **counts}, seed=1)


@given(st.dictionaries(st.text(max_size=3), st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_an_interval_lies_within_the_patients_own_figures(
    counts: dict[str, tuple[int, int]],
) -> None:
    sound = {name: (min(row), max(row)) for name, row in counts.items()}
    found = figure(sound, seed=3)
    ratios = [row[0] / row[1] for row in sound.values() if row[1]]
    if found.low is not None and found.high is not None and set(ratios) not in ({0.0}, {1.0}):
        assert min(ratios) - 1e-12 <= found.low <= found.high <= max(ratios) + 1e-12
    assert found == figure(dict(reversed(sound.items())), seed=3)


def test_kappa_by_hand() -> None:
    # Agreed 20 + 15 of 50; by chance (25 * 30 + 25 * 20) / 50² = 0.5.
    table = {"yes": {"yes": 20, "no": 5}, "no": {"yes": 10, "no": 15}}
    agreement = cohen_kappa(table)
    assert (agreement.rated, agreement.observed, agreement.expected) == (50, 0.7, 0.5)
    assert agreement.kappa == pytest.approx(0.4)
    assert agreement.reason is None


def test_kappa_of_one_class_is_undefined_and_says_why() -> None:
    agreement = cohen_kappa(confusion([("pass", "pass")] * 7, ["pass", "fail"]))
    assert (agreement.kappa, agreement.reason) == (None, "both raters used one class")
    assert (agreement.observed, agreement.expected) == (1.0, 1.0)
    opposite = cohen_kappa(confusion([("pass", "fail")] * 7))
    assert opposite.kappa == 0.0


def test_kappa_of_nothing_is_undefined_and_says_why() -> None:
    agreement = cohen_kappa(confusion([], ["pass", "fail"]))
    assert (agreement.kappa, agreement.reason) == (None, "both raters rated nothing")


def test_mcnemar_exact_by_hand() -> None:
    # Eight discordant, two of them one way: 2 * (C(8,0) + C(8,1) + C(8,2)) / 2^8 = 74 / 256.
    test = mcnemar_test(both_right=5, b=6, c=2, both_wrong=3)
    assert (test.exact, test.statistic) == (True, 2.0)
    assert test.p_value == pytest.approx(74 / 256)


def test_mcnemar_with_many_discordant_by_hand() -> None:
    # (|30 - 12| - 1)² / 42 = 289 / 42.
    test = mcnemar_test(both_right=5, b=30, c=12, both_wrong=3)
    assert test.exact is False
    assert test.statistic == pytest.approx(289 / 42)
    assert test.p_value == pytest.approx(chi2.sf(289 / 42, 1))


@pytest.mark.parametrize(("b", "c", "exact"), [(12, 12, True), (13, 12, False)])
def test_mcnemar_is_exact_below_25_discordant(b: int, c: int, exact: bool) -> None:
    assert mcnemar_test(both_right=0, b=b, c=c, both_wrong=0).exact is exact


@given(st.integers(0, 12), st.integers(0, 12))
def test_mcnemar_exact_is_the_binomial_test(b: int, c: int) -> None:
    test = mcnemar_test(both_right=1, b=b, c=c, both_wrong=1)
    expected = binomtest(b, b + c).pvalue if b + c else 1.0
    assert test.p_value == pytest.approx(expected)
