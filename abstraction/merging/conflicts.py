"""Where the notes disagree: both sides, side by side, and never a choice between them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from abstraction.facts import BiopsyFact, DiagnosisFact, Fact, Kind, MeasurementFact, TherapyFact
from abstraction.merging.biopsies import Biopsy, readings_by_note
from abstraction.merging.episodes import Episode
from abstraction.merging.exposures import denied_up_to, exposure, is_administration
from abstraction.merging.regimens import in_single_doses
from abstraction.merging.windows import shared, up_to, window_of
from abstraction.statements import Stance, stance, told

ConflictKind = Literal[
    "never_given", "taken_after_stop", "start", "stop", "biopsy_class", "result", "diagnosis"
]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two or more tellings that cannot all be so.

    ``never_given``: denied for a time in which another note has it given.  ``taken_after_stop``:
    taken after an end, and no note tells of a new beginning.  ``start``, ``stop``: days that
    exclude each other.  ``biopsy_class``: classes of one biopsy.  ``result``: positive and
    negative on one day.  ``diagnosis``: affirmed and denied on one day.
    """

    about: ConflictKind
    kind: Kind
    concept: str
    sides: tuple[tuple[Fact, ...], ...]


def conflicts_of(
    facts: Sequence[Fact], episodes: Sequence[Episode], biopsies: Sequence[Biopsy]
) -> tuple[Conflict, ...]:
    """Every disagreement of the chart, by kind, concept and place."""
    therapies = [fact for fact in facts if isinstance(fact, TherapyFact)]
    measurements = [fact for fact in facts if isinstance(fact, MeasurementFact)]
    diagnoses = [fact for fact in facts if isinstance(fact, DiagnosisFact)]
    found = [
        *_never_given(therapies),
        *_taken_after_stop(episodes),
        *_ends(episodes),
        *_classes(biopsies),
        *_results(measurements),
        *_diagnoses(diagnoses),
    ]
    return tuple(sorted(found, key=_order))


def _order(conflict: Conflict) -> tuple[str, str, str, list[tuple[object, ...]]]:
    places: list[tuple[object, ...]] = [
        (*fact.order(), fact.fact_id) for side in conflict.sides for fact in side
    ]
    return conflict.kind, conflict.concept, conflict.about, places


def _never_given(facts: list[TherapyFact]) -> Iterable[Conflict]:
    by_concept: defaultdict[str, list[TherapyFact]] = defaultdict(list)
    for fact in facts:
        by_concept[fact.concept].append(fact)
    for concept, about in by_concept.items():
        denials = [fact for fact in about if denied_up_to(fact)]
        given = [
            fact
            for fact in about
            if stance(fact) is Stance.AFFIRMED
            and any(_was_given_by(fact, denial) for denial in denials)
        ]
        against = [one for one in denials if any(_was_given_by(fact, one) for fact in given)]
        if given:
            yield Conflict("never_given", "therapy", concept, (tuple(against), tuple(given)))


def _was_given_by(fact: TherapyFact, denial: TherapyFact) -> bool:
    """Whether a dose was certainly given by the day up to which the other denies any."""
    day = denied_up_to(denial)
    assert day is not None
    if is_administration(fact):
        last = fact.date.end if fact.date else told(fact)
        return last is not None and last <= day
    told_of = exposure(fact)
    if told_of is None:
        return False
    begun = [
        window.end for window in (told_of.start, told_of.use, told_of.stop) if window and window.end
    ]
    return bool(begun) and min(begun) <= day


def _taken_after_stop(episodes: Sequence[Episode]) -> Iterable[Conflict]:
    for before, after in pairwise(episodes):
        if after.concept != before.concept or not after.is_resumed:
            continue
        taken = tuple(fact for fact in after.facts if _tells_of_use(fact))
        is_for_good = any(_ends_for_good(fact) for fact in before.stops)
        if taken and (is_for_good or after.is_disputed):
            yield Conflict("taken_after_stop", "therapy", after.concept, (before.stops, taken))


def _tells_of_use(fact: TherapyFact) -> bool:
    told_of = exposure(fact)
    return told_of is not None and told_of.use is not None and told_of.use.start is not None


def _ends_for_good(fact: TherapyFact) -> bool:
    """Whether an end says that nothing followed: a pause and the last of some doses do not."""
    return fact.status != "held" and not (in_single_doses(fact) and fact.stop_reason is None)


def _ends(episodes: Sequence[Episode]) -> Iterable[Conflict]:
    for one in episodes:
        starts = [(window_of(fact.start), fact) for fact in one.starts if fact.start]
        stops = [
            (window_of(fact.stop) if fact.stop else up_to(told(fact)), fact) for fact in one.stops
        ]
        if starts and shared(window for window, _ in starts) is None:
            yield Conflict("start", "therapy", one.concept, _sides(starts))
        if stops and shared(window for window, _ in stops) is None:
            yield Conflict("stop", "therapy", one.concept, _sides(stops))


def _sides[W, F: Fact](told_of: list[tuple[W, F]]) -> tuple[tuple[Fact, ...], ...]:
    """The facts by what they say, those that say the same on one side."""
    by_window: defaultdict[W, list[Fact]] = defaultdict(list)
    for window, fact in told_of:
        by_window[window].append(fact)
    return tuple(tuple(by_window[window]) for window in sorted(by_window, key=str))


def _classes(biopsies: Sequence[Biopsy]) -> Iterable[Conflict]:
    for biopsy in biopsies:
        sides = readings_by_note(biopsy)
        left_open = {fact for _, facts in sides for fact in facts if fact.readings}
        firm = [(reading, facts) for reading, facts in sides if not set(facts) & left_open]
        if len(firm) > 1:
            told_of: tuple[tuple[BiopsyFact, ...], ...] = tuple(facts for _, facts in firm)
            yield Conflict("biopsy_class", "biopsy", "kidney_biopsy", told_of)


def _results(facts: list[MeasurementFact]) -> Iterable[Conflict]:
    opposites = (
        (fact.value.interpretation, fact)
        for fact in facts
        if fact.value.interpretation in ("positive", "negative") and stance(fact) is Stance.AFFIRMED
    )
    return _opposed_on_one_day("result", opposites)


def _diagnoses(facts: list[DiagnosisFact]) -> Iterable[Conflict]:
    opposites = (
        (position, fact)
        for fact in facts
        if (position := stance(fact)) in (Stance.AFFIRMED, Stance.DENIED)
    )
    return _opposed_on_one_day("diagnosis", opposites)


def _opposed_on_one_day(
    about: ConflictKind, told_of: Iterable[tuple[str | None, Fact]]
) -> Iterable[Conflict]:
    """Facts about one thing that say opposite things of one and the same day."""
    by_day: defaultdict[tuple[Kind, str, dt.date], defaultdict[str, list[Fact]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for said, fact in told_of:
        if said and fact.date is not None and fact.date.start == fact.date.end:
            by_day[fact.kind, fact.concept, fact.date.start][said].append(fact)
    for (kind, concept, _), sides in by_day.items():
        if len(sides) > 1:
            yield Conflict(about, kind, concept, tuple(tuple(sides[one]) for one in sorted(sides)))
