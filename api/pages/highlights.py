"""Where highlights begin and end: a text cut at every boundary of the spans that lie on it.

HTML elements nest, spans of facts do not: they overlap freely.  So a note is cut into segments,
each of which knows every span that covers it, and each span keeps one lane (the height of its
underline) from its first segment to its last.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple


class Segment(NamedTuple):
    """The characters ``[start, end)`` and the indices of the spans that cover all of them.

    ``covering`` is ordered by lane, so the topmost underline comes first.
    """

    start: int
    end: int
    covering: tuple[int, ...]


def lanes(spans: Sequence[tuple[int, int]]) -> list[int]:
    """For each span the lowest lane, from 0, that no other span uses at the same character.

    Spans that start earlier, and of these the longer ones, choose first.
    """
    free: list[int] = []
    taken: list[tuple[int, int]] = []
    chosen = [0] * len(spans)
    opened = 0
    for index in sorted(range(len(spans)), key=lambda i: (spans[i][0], -spans[i][1], i)):
        start, end = spans[index]
        while taken and taken[0][0] <= start:
            heapq.heappush(free, heapq.heappop(taken)[1])
        if free:
            lane = heapq.heappop(free)
        else:
            lane, opened = opened, opened + 1
        chosen[index] = lane
        heapq.heappush(taken, (end, lane))
    return chosen


def segments(length: int, spans: Sequence[tuple[int, int]]) -> Iterator[Segment]:
    """Cut a text of ``length`` characters at every span boundary, in order, without gaps.

    Raises ``ValueError`` when a span is empty or reaches beyond the text.
    """
    for start, end in spans:
        if not 0 <= start < end <= length:
            raise ValueError(f"the span {start}..{end} does not lie in a text of {length}")
    lane = lanes(spans)
    opening = sorted(range(len(spans)), key=lambda i: spans[i][0])
    cuts = sorted({0, length, *(edge for span in spans for edge in span)})
    active: list[int] = []
    waiting = 0
    for start, end in pairwise(cuts):
        active = [index for index in active if spans[index][1] > start]
        while waiting < len(opening) and spans[opening[waiting]][0] == start:
            active.append(opening[waiting])
            waiting += 1
        yield Segment(start, end, tuple(sorted(active, key=lane.__getitem__)))
