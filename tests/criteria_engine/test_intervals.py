"""Numbers and days between bounds: decided only where every point agrees."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abstraction.dates import Days
from criteria_engine.intervals import (
    Extent,
    Window,
    age_at,
    back_from,
    birth_from_age,
    compare,
    exactly,
    first_day_clear_of,
    within,
)
from criteria_engine.logic import Truth
from criteria_engine.quantities import Quantity, convert, number_text, quantity_text

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
day = dt.date.fromisoformat
days = st.dates(min_value=dt.date(1930, 1, 1), max_value=dt.date(2030, 12, 31))


@pytest.mark.parametrize(
    ("value", "comparison", "limit", "expected"),
    [
        (exactly(1.0), "above", 1.0, F),
        (exactly(1.0), "at_least", 1.0, T),
        (exactly(50), "at_least", 50, T),
        (exactly(1.0), "below", 1.0, F),
        (Extent(50, 55), "at_least", 50, T),
        (Extent(45, 50), "at_least", 50, U),
        (Extent(high=80, high_open=True), "at_least", 80, F),
        (Extent(high=80), "at_least", 80, U),
        (Extent(low=300, low_open=True), "above", 300, T),
        (Extent(high=10, high_open=True), "at_most", 34, T),
        (Extent(high=100, high_open=True), "at_most", 34, U),
    ],
)
def test_compare(value, comparison, limit, expected):
    assert compare(value, comparison, exactly(limit)) is expected


numbers = st.floats(min_value=0, max_value=100)


@given(
    st.lists(numbers, min_size=4, max_size=4),
    numbers,
    st.sampled_from(["at_least", "at_most", "above", "below"]),
)
def test_narrowing_a_value_never_reverses(bounds, limit, comparison):
    low, inner_low, inner_high, high = sorted(bounds)
    wide = compare(Extent(low, high), comparison, exactly(limit))
    narrow = compare(Extent(inner_low, inner_high), comparison, exactly(limit))
    assert wide is U or narrow is wide


@given(st.lists(days, min_size=4, max_size=4), st.lists(days, min_size=2, max_size=2))
def test_narrowing_a_date_never_reverses(bounds, window):
    start, inner_start, inner_end, end = sorted(bounds)
    span = Window(*sorted(window))
    wide = within(Window(start, end), span)
    assert wide is U or within(Window(inner_start, inner_end), span) is wide
    assert within(Window(None, None), span) is U


@pytest.mark.parametrize(
    ("anchor", "length", "inside", "outside"),
    [
        ("2026-04-28", {"months": 1}, "2026-03-28", "2026-03-27"),
        ("2026-03-31", {"months": 1}, "2026-02-28", "2026-02-27"),
        ("2026-04-01", {"days": 30}, "2026-03-02", "2026-03-01"),
        ("2026-04-20", {"days": 7}, "2026-04-13", "2026-04-12"),
    ],
)
def test_windows_hold_both_ends(anchor, length, inside, outside):
    window = back_from(day(anchor), **length)
    assert window.holds(day(inside)) and window.holds(day(anchor))
    assert not window.holds(day(outside))


def test_the_first_clear_day_of_the_contract():
    assert first_day_clear_of(day("2026-03-28"), months=1) == day("2026-04-29")
    assert first_day_clear_of(day("2026-02-17"), months=1) == day("2026-03-18")
    assert first_day_clear_of(day("2026-02-17"), days=30) == day("2026-03-20")


@given(days, st.sampled_from([{"months": 1}, {"months": 3}, {"days": 7}, {"days": 30}]))
def test_the_first_clear_day_is_clear_and_the_day_before_is_not(last, length):
    clear = first_day_clear_of(last, **length)
    assert not back_from(clear, **length).holds(last)
    assert back_from(clear - dt.timedelta(days=1), **length).holds(last)


@pytest.mark.parametrize(
    ("birth", "at", "age"),
    [
        ("1970-04-01", "2026-04-01", 56),
        ("1970-04-02", "2026-04-01", 55),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
    ],
)
def test_completed_years(birth, at, age):
    assert age_at(Days(start=day(birth), end=day(birth)), day(at)) == (age, age)


@given(days, days)
def test_a_stated_age_allows_the_true_birth(birth, stated):
    exact = Days(start=birth, end=birth)
    years, _ = age_at(exact, stated)
    if years >= 0:
        allowed = birth_from_age(years, Days(start=stated, end=stated))
        assert allowed.start <= birth <= allowed.end
        assert age_at(allowed, stated) == (years, years)


def test_conversions_are_exact_and_stay_within_a_dimension():
    assert convert(Quantity(exactly(8.0), "g/dL"), "g/L") == exactly(80.0)
    assert convert(Quantity(exactly(800), "/uL"), "10*9/L") == exactly(0.8)
    assert convert(Quantity(exactly(1000), "mg/g"), "mg/mg") == exactly(1.0)
    assert convert(Quantity(exactly(34), "umol/L"), "mg/dL") is None
    assert convert(Quantity(exactly(34), None), "mg/dL") is None


def test_numbers_are_written_as_a_reader_writes_them():
    assert number_text(80.0) == "80"
    assert number_text(0.8) == "0.8"
    assert quantity_text("640", "{titer}") == "1:640"
    assert quantity_text("88", "10*9/L") == "88 x10*9/L"
    assert quantity_text("88", None) == "88"
