"""An event of the chart that windows are counted from: a biopsy, a treatment, a diagnosis.

Its day is an interval that no note contradicts.  Notes that only repeat an event, without a day of
its own, say nothing of when it was where another note does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal, Self

from pydantic import model_validator

from abstraction.chart import Chart
from abstraction.dates import Window
from abstraction.facts import BiopsyClass, BiopsyFact, Fact
from abstraction.merging.windows import window_of
from abstraction.notes import Frozen
from abstraction.statements import Stance, stance, when
from criteria_engine.derived.last_dose import last_dose
from criteria_engine.vocabulary import Diagnoses, Therapies
from criteria_engine.wording import listed


class Event(Frozen):
    """The first or the latest of something that the chart tells with a day.

    ``biopsy_classes`` asks for a native kidney biopsy that shows one of the classes.  The first
    treatment is the begin of a course or a single dose, the latest one the last dose.
    """

    which: Literal["first", "latest"] = "latest"
    name: str
    diagnoses: Diagnoses = ()
    therapies: Therapies = ()
    biopsy_classes: tuple[BiopsyClass, ...] = ()

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum(map(bool, (self.diagnoses, self.therapies, self.biopsy_classes))) != 1:
            raise ValueError("an event needs either diagnoses, therapies or biopsy_classes")
        return self

    @property
    def concept(self) -> str:
        """What a document would have to tell of."""
        return (*self.diagnoses, *self.therapies, "kidney_biopsy")[0]

    def prose(self) -> str:
        """For example "the latest kidney biopsy of class III or IV"."""
        classes = f" of class {listed(self.biopsy_classes, 'or')}" if self.biopsy_classes else ""
        return f"the {self.which} {self.name}{classes}"

    def days(self, chart: Chart, as_of: dt.date) -> Window | None:
        """The days on which it may have been, none of them after ``as_of``; None where no note
        tells of it."""
        if self.therapies and self.which == "latest":
            last = last_dose(chart, self.therapies, as_of)
            return last.when if last else None
        return _chosen(self.which, self._windows(chart, as_of))

    def _windows(self, chart: Chart, as_of: dt.date) -> list[Window]:
        if self.therapies:
            begun = [one.start for one in chart.episodes if one.concept in self.therapies]
            begun += [one.when for one in chart.administrations if one.concept in self.therapies]
            return [one for one in begun if one.start is None or one.start <= as_of]
        affirmed = [fact for fact in self._facts(chart) if stance(fact) is Stance.AFFIRMED]
        earlier = [fact for fact in affirmed if (when(fact).start or as_of) <= as_of]
        own = [window_of(fact.date) for fact in earlier if fact.date and fact.date.basis != "note"]
        return own or [Window(None, when(fact).end) for fact in earlier]

    def _facts(self, chart: Chart) -> tuple[Fact, ...]:
        if self.diagnoses:
            return chart.of("diagnosis", self.diagnoses)
        return tuple(
            fact
            for fact in chart.of("biopsy", ("kidney_biopsy",))
            if isinstance(fact, BiopsyFact) and self._shows_a_class(fact)
        )

    def _shows_a_class(self, biopsy: BiopsyFact) -> bool:
        if biopsy.organ != "native_kidney" or biopsy.class_basis == "inferred":
            return False
        readings = biopsy.readings or (biopsy.classes,)
        return all(set(read) & set(self.biopsy_classes) for read in readings)


def _chosen(which: Literal["first", "latest"], windows: Iterable[Window]) -> Window | None:
    """The days of the first or the latest of several events."""
    given = tuple(windows)
    if not given:
        return None
    starts = [one.start for one in given if one.start]
    ends = [one.end for one in given if one.end]
    if which == "latest":
        end = max(ends) if len(ends) == len(given) else None
        return Window(max(starts, default=None), end)
    return Window(min(starts) if len(starts) == len(given) else None, min(ends, default=None))
