"""The segmentation of a text at the boundaries of the spans on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.highlights import lanes, segments


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    """A text's length and spans on it, in any order, nested, overlapping, equal."""
    length = draw(st.integers(0, 40))
    if not length:
        return 0, []
    edges = st.tuples(st.integers(0, length), st.integers(0, length))
    pairs = draw(st.lists(edges.filter(lambda pair: pair[0] != pair[1]), max_size=12))
    return length, [(min(pair), max(pair)) for pair in pairs]


@given(texts_with_spans())
def test_segments_partition_the_text(case: tuple[int, list[tuple[int, int]]]) -> None:
    length, spans = case
    characters = [at for start, end, _ in segments(length, spans) for at in range(start, end)]
    assert characters == list(range(length))


@given(texts_with_spans())
def test_each_span_covers_exactly_its_segments(case: tuple[int, list[tuple[int, int]]]) -> None:
    length, spans = case
    covered: list[set[int]] = [set() for _ in spans]
    for start, end, covering in segments(length, spans):
        assert start < end
        for index in covering:
            covered[index].update(range(start, end))
    assert covered == [set(range(start, end)) for start, end in spans]


@given(texts_with_spans())
def test_spans_in_one_lane_never_overlap(case: tuple[int, list[tuple[int, int]]]) -> None:
    length, spans = case
    lane = lanes(spans)
    for _, _, covering in segments(length, spans):
        used = [lane[index] for index in covering]
        assert used == sorted(set(used))
    deepest = max((len(each.covering) for each in segments(length, spans)), default=0)
    assert all(each < deepest for each in lane)


def test_a_longer_span_lies_above_the_one_inside_it() -> None:
    assert lanes([(5, 8), (0, 8)]) == [1, 0]
    assert [tuple(each) for each in segments(10, [(5, 8), (0, 8)])] == [
        (0, 5, (1,)),
        (5, 8, (1, 0)),
        (8, 10, ()),
    ]


def test_spans_that_touch_do_not_overlap() -> None:
    assert lanes([(0, 5), (5, 9)]) == [0, 0]


@pytest.mark.parametrize("span", [(3, 3), (4, 2), (-1, 2), (0, 11)])
def test_a_span_outside_the_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="does not lie in a text of 10"):
        list(segments(10, [span]))
