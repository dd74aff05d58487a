"""What happened to an invented patient: frozen, dated, and independent of any wording."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml

from abstraction.dates import whole_month, whole_year

ROOM = Path(str(files("corpus.synthetic")))
"""The folder of the data files."""

Locale = Literal["us", "uk", "ie", "in", "cn", "au", "ca"]
LOCALES: tuple[Locale, ...] = ("us", "uk", "ie", "in", "cn", "au", "ca")
Sex = Literal["female", "male"]
Precision = Literal["day", "month", "year"]
EpisodeState = Literal[
    "active", "past", "failed", "intolerant", "held", "pulses", "infusion",
    "declined", "refused", "planned", "considered", "never",
]  # fmt: skip
Story = Literal[
    "refractory_nephritis", "refractory_lupus", "pure_class_v", "older_class_disagrees",
    "low_proteinuria", "never_mycophenolate", "new_lupus", "no_antimalarial", "quiet", "unspoken",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class When:
    """A day, and how precisely the notes tell it."""

    day: dt.date
    precision: Precision = "day"

    def bounds(self) -> tuple[dt.date, dt.date]:
        """First and last day of what is told."""
        if self.precision == "day":
            return self.day, self.day
        if self.precision == "month":
            days = whole_month(self.day.year, self.day.month)
        else:
            days = whole_year(self.day.year)
        return days.start, days.end


@dataclass(frozen=True, slots=True)
class Dosing:
    """Milligrams or grams at a time, and times a day (None: a single dose)."""

    number: float
    unit: Literal["mg", "g"]
    per_day: float | None = None

    @property
    def daily_mg(self) -> float | None:
        """Milligrams a day; None for a single dose."""
        if self.per_day is None:
            return None
        return self.number * self.per_day * (1000 if self.unit == "g" else 1)


@dataclass(frozen=True, slots=True)
class Episode:
    """A drug: taken from ``start`` to ``stop`` (None: still), given once, or never.

    ``earlier_dosing`` is what was taken until ``tapered``, where the dose has changed.
    """

    drug: str
    state: EpisodeState
    dosing: Dosing | None = None
    start: When | None = None
    stop: When | None = None
    earlier_dosing: Dosing | None = None
    tapered: dt.date | None = None

    def dosing_on(self, day: dt.date) -> Dosing | None:
        """What was taken on the day."""
        return self.earlier_dosing if self.tapered and day < self.tapered else self.dosing


@dataclass(frozen=True, slots=True)
class Biopsy:
    """A native kidney biopsy."""

    day: dt.date
    classes: tuple[str, ...]
    activity: int
    chronicity: int


@dataclass(frozen=True, slots=True)
class Panel:
    """The laboratory results of a day, as the laboratory prints them (number and its text)."""

    day: dt.date
    results: Mapping[str, Printed]


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as printed, its unit's printed forms (each with UCUM's), the limits of normal."""

    text: str
    number: float
    canonical: float
    canonical_unit: str
    units: tuple[tuple[str, str | None], ...]
    low: str | None = None
    high: str | None = None
    flag: Literal["low", "high"] | None = None
    comparator: Literal["<", ">"] | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """The whole patient.

    ``said`` are the statements that the visit makes (topic, and a day where it needs one),
    ``said_earlier`` those that an older note makes against it.
    """

    patient_id: str
    locale: Locale
    sex: Sex
    birth_date: dt.date
    screening: dt.date
    leukapheresis: dt.date | None
    story: Story
    onset: When
    ana_titre: int
    anti_sm: bool
    antibodies_negative: bool
    biopsies: tuple[Biopsy, ...]
    episodes: tuple[Episode, ...]
    panels: tuple[Panel, ...]
    serology_day: dt.date
    serology: Mapping[str, Literal["negative", "positive"]]
    lvef: tuple[int, int]
    echo_day: dt.date
    fvc: int
    fev1: int
    lung_day: dt.date
    findings: tuple[str, ...]
    denied: tuple[str, ...]
    said: tuple[tuple[str, When | None], ...]
    said_earlier: tuple[tuple[str, When | None], ...]
    visit_day: dt.date
    systolic: int
    diastolic: int
    temperature: float
    sledai: int

    def age(self, day: dt.date) -> int:
        """Whole years on the day."""
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def of_states(self, *states: EpisodeState) -> tuple[Episode, ...]:
        """The episodes in any of the states, in the order of the course."""
        return tuple(episode for episode in self.episodes if episode.state in states)


@dataclass(frozen=True, slots=True)
class FactsOfLife:
    """life.yaml, and the words that every bank has to know for it."""

    data: Mapping[str, Any]
    drugs: tuple[str, ...]
    analytes: tuple[str, ...]
    symptoms: tuple[str, ...]
    frequencies: tuple[float, ...]
    biopsy_classes: tuple[tuple[str, ...], ...]


@cache
def facts_of_life() -> FactsOfLife:
    """What can happen, as life.yaml has it."""
    data = yaml.safe_load((ROOM / "life.yaml").read_text(encoding="utf-8"))
    doses: dict[str, list[list[Any]]] = data["doses"]
    return FactsOfLife(
        data=data,
        drugs=tuple(sorted({*doses, *data["pulses"], *data["never_taken"]})),
        analytes=tuple(sorted({*data["analytes"], *data["serology"], *data["other_analytes"]})),
        symptoms=tuple(data["symptoms"]),
        frequencies=tuple(sorted({dose[2] for forms in doses.values() for dose in forms})),
        biopsy_classes=tuple(tuple(classes) for classes in data["biopsy_classes"]),
    )
