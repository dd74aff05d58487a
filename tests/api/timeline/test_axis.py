"""The axis: every day in its order and inside the box, ticks that never touch."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.timeline.axis import TICK_WIDTH, time_scale

LEFT, RIGHT = 208.0, 972.0
DAYS = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)) | st.dates(
    dt.date(2005, 1, 1), dt.date(2028, 1, 1)
)


@given(st.lists(DAYS, max_size=8), DAYS)
def test_later_days_stand_further_right_and_all_of_them_inside(
    days: list[dt.date], focus: dt.date
) -> None:
    scale = time_scale(days, focus, LEFT, RIGHT)
    known = sorted({*days, focus})
    places = [place for day in known for place in (scale.begin(day), scale.end(day))]
    assert places == sorted(places)
    assert all(scale.begin(day) < scale.end(day) for day in known)
    assert all(LEFT <= place <= RIGHT for place in places)
    assert (scale.left, scale.right) == (LEFT, RIGHT)


@given(st.lists(DAYS, max_size=8), DAYS)
def test_labels_of_ticks_never_touch(days: list[dt.date], focus: dt.date) -> None:
    scale = time_scale(days, focus, LEFT, RIGHT)
    ticks = scale.ticks()
    assert ticks
    assert all(LEFT <= tick.x <= RIGHT for tick in ticks)
    assert all(b.x - a.x >= TICK_WIDTH for a, b in pairwise(ticks))


@given(st.lists(DAYS, max_size=8), DAYS, DAYS)
def test_a_day_off_the_axis_stands_at_its_edge(
    days: list[dt.date], focus: dt.date, other: dt.date
) -> None:
    scale = time_scale(days, focus, LEFT, RIGHT)
    assert LEFT <= scale.begin(other) <= scale.end(other) <= RIGHT


def test_a_short_history_has_one_scale() -> None:
    scale = time_scale([dt.date(2023, 1, 5)], dt.date(2026, 4, 1), LEFT, RIGHT)
    assert scale.breaks == ()


def test_a_long_history_gives_most_room_to_the_years_around_the_screening() -> None:
    focus = dt.date(2026, 4, 1)
    scale = time_scale([dt.date(2006, 5, 5)], focus, LEFT, RIGHT)
    (cut,) = scale.breaks
    assert cut.day == dt.date(2024, 4, 1)
    assert (RIGHT - scale.begin(cut.day)) / (RIGHT - LEFT) == pytest.approx(0.62)


def test_days_long_after_the_screening_have_a_scale_of_their_own() -> None:
    far = dt.date(2041, 1, 1)
    scale = time_scale([dt.date(2006, 5, 5), far], dt.date(2026, 4, 1), LEFT, RIGHT)
    assert [cut.day for cut in scale.breaks] == [dt.date(2024, 4, 1), dt.date(2026, 10, 1)]
    assert scale.end(far) <= RIGHT


def test_ticks_are_years_and_months_and_the_first_month_bears_its_year() -> None:
    scale = time_scale([dt.date(2006, 5, 5)], dt.date(2026, 4, 1), LEFT, RIGHT)
    labels = [tick.label for tick in scale.ticks()]
    assert labels[:3] == ["2010", "2015", "2020"]
    assert labels[3:6] == ["Apr 24", "Jul", "Oct"]
    assert [tick.label for tick in scale.ticks() if tick.is_year][-2:] == ["2025", "2026"]
