"""Results of one analyte over time, a value that several notes repeat told once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from abstraction.dates import Window
from abstraction.facts import MeasurementFact, Value
from abstraction.merging.events import events
from abstraction.merging.windows import up_to, window_of
from abstraction.statements import Stance, stance, told


@dataclass(frozen=True, slots=True)
class Point:
    """One result: its day or days, and its value as the first of its facts gives it."""

    when: Window
    value: Value
    facts: tuple[MeasurementFact, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """The results of one analyte in the order of their days."""

    concept: str
    points: tuple[Point, ...]


def series_of(facts: Iterable[MeasurementFact]) -> tuple[Series, ...]:
    """The series of every analyte, by concept.

    Equal values on days that may be the same are one result.  A plan or a pending test is none.
    """
    told_of: defaultdict[str, dict[str, list[tuple[Window, MeasurementFact]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for fact in facts:
        if stance(fact) is Stance.AFFIRMED:
            told_of[fact.concept][_same(fact.value)].append((_when(fact), fact))
    return tuple(Series(concept, _points(told_of[concept].values())) for concept in sorted(told_of))


def _points(groups: Iterable[list[tuple[Window, MeasurementFact]]]) -> tuple[Point, ...]:
    found = [
        Point(event.when, event.facts[0].value, event.facts)
        for group in groups
        for event in events(group)
    ]
    return tuple(sorted(found, key=_order))


def _order(point: Point) -> tuple[str, str, tuple[str, str, int, int, str, str]]:
    return str(point.when.end), str(point.when.start), point.facts[0].order()


def _when(fact: MeasurementFact) -> Window:
    return window_of(fact.date) if fact.date else up_to(told(fact))


def _same(value: Value) -> str:
    """What two tellings of one result share: the value in its canonical unit, else as printed."""
    unit = value.canonical_unit or value.unit
    numbers = (value.number, value.low, value.high)
    if value.canonical_unit is not None:
        numbers = (value.canonical_number, value.canonical_low, value.canonical_high)
    rounded = [None if number is None else float(f"{number:.6g}") for number in numbers]
    said = value.interpretation if rounded == [None, None, None] else None
    return repr((rounded, unit, value.comparator, said))
