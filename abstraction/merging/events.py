"""One event told in many notes: facts whose days may be the same, brought together.

The events are the narrowest tellings.  A wider one ("in 2021") tells of every event that lies
inside it, since it may be any of them, and of one of its own where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from abstraction.dates import Window
from abstraction.facts import Fact
from abstraction.merging.windows import agreed, contains, shared, spanned


@dataclass(frozen=True, slots=True)
class Event[F: Fact]:
    """What happened once: ``when`` as the narrowest tellings have it, and all that tell of it.

    ``possible`` spans every telling: a wide one may speak of another day.
    """

    when: Window
    possible: Window
    facts: tuple[F, ...]


def events[F: Fact](told: Iterable[tuple[Window, F]]) -> tuple[Event[F], ...]:
    """The events of the dated tellings, by their days: the same for any order of the tellings."""
    tellings = tuple(told)
    if len(tellings) == 1:
        ((window, fact),) = tellings
        return (Event(window, window, (fact,)),)
    windows = sorted({window for window, _ in tellings}, key=_order)
    narrowest = [
        window
        for window in windows
        if not any(other != window and contains(window, other) for other in windows)
    ]
    made = []
    for group in _overlapping(narrowest):
        when = agreed(group)
        of_it = [
            (window, fact)
            for window, fact in tellings
            if window in group or any(contains(window, one) for one in group)
        ]
        facts = sorted((fact for _, fact in of_it), key=lambda fact: (fact.order(), fact.fact_id))
        made.append(Event(when, spanned(window for window, _ in of_it), tuple(facts)))
    return tuple(sorted(made, key=lambda event: _order(event.when)))


def _overlapping(windows: Sequence[Window]) -> list[list[Window]]:
    """The windows, in order, in groups of which each has days that all its members share."""
    groups: list[list[Window]] = []
    for window in windows:
        if groups and shared((*groups[-1], window)) is not None:
            groups[-1].append(window)
        else:
            groups.append([window])
    return groups


def _order(window: Window) -> tuple[bool, str, bool, str]:
    return (
        window.start is not None, str(window.start), window.end is None, str(window.end),
    )  # fmt: skip
