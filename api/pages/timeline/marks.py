"""What is drawn in a row of the timeline, in lanes that keep marks from lying on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from abstraction.dates import Days
from api.pages.timeline.axis import TimeScale
from api.pages.timeline.canvas import PLOT_RIGHT
from api.pages.timeline.extents import DrawnDays

Shape = Literal["course", "dose", "biopsy"]
Sign = Literal["held", "disputed", "superseded"]
POINT = 5.0
"""Half the width of a mark that stands for a single day."""
CHARACTER = 6.3
"""The width that a character of a label is given."""
MOST_MARKS = 40
"""The most marks of one row, the newest; the others stand in the text alone."""
_MOST_LANES = 4
_GAP = 3.0
_LEAST_TOUCH = 14.0


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the time axis."""

    x: float
    width: float

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Mark:
    """One course, dose or biopsy: where it is drawn, what it is called, which fact it leads to.

    ``certain`` and ``told`` are drawn solid, ``possible`` hatched; ``before`` and ``after`` run to
    the edges of the picture where no limit is known.  ``point`` is a single day.
    """

    shape: Shape
    target: str
    name: str
    lane: int = 0
    certain: tuple[Span, ...] = ()
    told: tuple[Span, ...] = ()
    possible: tuple[Span, ...] = ()
    before: Span | None = None
    after: Span | None = None
    point: float | None = None
    sign: Sign | None = None
    label: str = ""

    @property
    def extent(self) -> Span:
        """From the first to the last place that the mark needs for itself."""
        spans = [*self.certain, *self.possible]
        edges = [x for span in spans for x in (span.x, span.end)]
        edges += [self.point - POINT, self.point + POINT] if self.point is not None else []
        edges = edges or [span.x for span in (self.before, self.after) if span]
        first, last = min(edges, default=0.0), max(edges, default=0.0)
        return Span(first, last - first)

    @property
    def touch(self) -> Span:
        """The extent, made wide enough for a pointer."""
        own = self.extent
        short_of = max(0.0, _LEAST_TOUCH - own.width)
        return Span(own.x - short_of / 2, own.width + short_of)

    @property
    def room(self) -> Span:
        """The extent and the label beside it."""
        own = self.extent
        width = self._label_width
        return Span(own.x - width if self.label_is_before else own.x, own.width + width)

    @property
    def label_is_before(self) -> bool:
        """Whether the label stands to the left, for want of room to the right."""
        return bool(self.label) and self.extent.end + self._label_width > PLOT_RIGHT

    @property
    def label_x(self) -> float:
        """Where the label begins, or ends when it stands to the left."""
        return self.extent.x - 4 if self.label_is_before else self.extent.end + 4

    @property
    def _label_width(self) -> float:
        return len(self.label) * CHARACTER + 4 if self.label else 0.0

    @property
    def sign_x(self) -> float:
        """Where the sign stands: a pause behind the last day, a doubt in the middle."""
        own = self.extent
        return own.x + own.width / 2 - 4 if self.sign == "disputed" else own.end + 3


def placed(mark: Mark, days: DrawnDays, scale: TimeScale) -> Mark:
    """The mark with its days laid on the axis."""
    if days.any_time:
        return replace(mark, before=Span(scale.left, scale.right - scale.left))
    before, after = days.before, days.after
    point = scale.middle(days.certain[0].start) if days.certain and mark.shape != "course" else None
    return replace(
        mark,
        certain=tuple(_span(one, scale) for one in days.certain) if mark.shape == "course" else (),
        told=tuple(_span(one, scale) for one in days.told),
        possible=tuple(_span(one, scale) for one in days.possible),
        before=_between(scale.left, scale.begin(before)) if before else None,
        after=_between(scale.end(after), scale.right) if after else None,
        point=point,
    )


def in_lanes(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """The marks in the order of their places, none above one that is still under way."""
    ends: list[float] = []
    laid: list[Mark] = []
    for mark in sorted(marks, key=lambda one: (one.room.x, one.room.width, one.target, one.name)):
        room = mark.room
        taken = (lane for lane, end in enumerate(ends) if end + _GAP > room.x)
        free = max(taken, default=-1) + 1
        if free == _MOST_LANES:
            free = min(range(_MOST_LANES), key=ends.__getitem__)
        if free == len(ends):
            ends.append(room.end)
        ends[free] = max(ends[free], room.end)
        laid.append(replace(mark, lane=free))
    return tuple(laid)


def _span(days: Days, scale: TimeScale) -> Span:
    return _between(scale.begin(days.start), scale.end(days.end))


def _between(first: float, last: float) -> Span:
    return Span(first, max(0.0, last - first))
