"""Kleene logic by its truth tables, and the laws that hold for every input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria_engine.logic import (
    Truth,
    agreed,
    all_of,
    any_of,
    at_least,
    exclusive,
    implies,
    negate,
)

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
truths = st.sampled_from(Truth)
many = st.lists(truths, max_size=6)

AND = [
    (T, T, T),
    (T, F, F),
    (T, U, U),
    (F, T, F),
    (F, F, F),
    (F, U, F),
    (U, T, U),
    (U, F, F),
    (U, U, U),
]
OR = [
    (T, T, T),
    (T, F, T),
    (T, U, T),
    (F, T, T),
    (F, F, F),
    (F, U, U),
    (U, T, T),
    (U, F, U),
    (U, U, U),
]
IMPLIES = [
    (T, T, T),
    (T, F, F),
    (T, U, U),
    (F, T, T),
    (F, F, T),
    (F, U, T),
    (U, T, T),
    (U, F, U),
    (U, U, U),
]
XOR = [
    (T, T, F),
    (T, F, T),
    (T, U, U),
    (F, T, T),
    (F, F, F),
    (F, U, U),
    (U, T, U),
    (U, F, U),
    (U, U, U),
]


@pytest.mark.parametrize(("first", "second", "expected"), AND)
def test_and(first, second, expected):
    assert all_of((first, second)) is expected


@pytest.mark.parametrize(("first", "second", "expected"), OR)
def test_or(first, second, expected):
    assert any_of((first, second)) is expected


@pytest.mark.parametrize(("first", "second", "expected"), IMPLIES)
def test_implies(first, second, expected):
    assert implies(first, second) is expected


@pytest.mark.parametrize(("first", "second", "expected"), XOR)
def test_exclusive(first, second, expected):
    assert exclusive(first, second) is expected


@pytest.mark.parametrize(("given_truth", "expected"), [(T, F), (F, T), (U, U)])
def test_not(given_truth, expected):
    assert negate(given_truth) is expected


@pytest.mark.parametrize(
    ("count", "values", "expected"),
    [
        (2, [T, T, F], T),
        (2, [T, U, F], U),
        (2, [T, F, F], F),
        (1, [], F),
        (2, [U, U], U),
        (3, [T, U], F),
    ],
)
def test_at_least(count, values, expected):
    assert at_least(count, values) is expected


def test_nothing_said_is_no_agreement():
    assert agreed([]) is U
    assert agreed([T, T]) is T
    assert agreed([T, F]) is U


@given(many)
def test_de_morgan(values):
    assert negate(all_of(values)) is any_of(negate(one) for one in values)
    assert negate(any_of(values)) is all_of(negate(one) for one in values)


@given(many, st.randoms())
def test_order_and_repetition_do_not_matter(values, random):
    shuffled = random.sample(values, len(values))
    assert all_of(shuffled + values) is all_of(values)
    assert any_of(shuffled + values) is any_of(values)


@given(many, st.integers(min_value=1, max_value=6), truths)
def test_learning_an_unknown_never_reverses(values, count, learned):
    informed = [learned if one is U else one for one in values]
    for question in (all_of, any_of, lambda told: at_least(count, told)):
        before = question(values)
        assert before is U or question(informed) is before
