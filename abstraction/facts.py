"""The fact: one mention in one note, as the public contract writes it.

A fact is a plain, frozen record.  It knows nothing of spaCy, and nothing downstream does.
``parse_fact`` reads one JSON object, ``Fact.model_dump_json`` writes it.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from abstraction.dates import DateInterval, DayCount, Days
from abstraction.notes import Frozen, Span

Kind = Literal["diagnosis", "biopsy", "therapy", "measurement", "demographic", "status", "date"]
Assertion = Literal["present", "absent", "possible", "conditional", "hypothetical", "other_person"]
"""The classes of the i2b2 2010 challenge."""
Temporality = Literal["current", "past", "planned"]
Experiencer = Literal["patient", "family", "donor", "other"]
Role = Literal[
    "mention",
    "value",
    "unit",
    "date",
    "dose",
    "frequency",
    "class",
    "cue",
    "section",
    "reason",
    "range",
]
Comparator = Literal["<", "<=", ">", ">="]
Interpretation = Literal["positive", "negative", "indeterminate", "low", "normal", "high"]
UnitBasis = Literal["printed", "inferred"]
ClassBasis = Literal["printed", "inferred"]
TherapyStatus = Literal[
    "active", "held", "stopped", "planned", "declined", "never_given", "unknown"
]
Route = Literal[
    "oral", "intravenous", "subcutaneous", "intramuscular", "topical", "ophthalmic",
    "intra_articular", "inhaled",
]  # fmt: skip
Response = Literal["inadequate", "partial", "complete"]
Severity = Literal["mild", "moderate", "severe"]
"""The codes of FHIR's condition severity."""
StopReason = Literal["inefficacy", "intolerance", "completed", "access", "pregnancy", "other"]
BiopsyClass = Literal["I", "II", "III", "IV", "V", "VI"]
ActivityLetters = Literal["A", "A/C", "C"]
SourceMethod = Literal["rule", "llm", "human", "record"]


class Evidence(Span):
    """A part of the text that a fact rests on, and what part it plays."""

    role: Role


class Code(Frozen):
    """A code of a public terminology, as FHIR writes it."""

    system: str
    code: str


class Source(Frozen):
    """What made the fact: the rule (or model, or person) and the version of it."""

    method: SourceMethod
    id: str
    version: str


class Reading(Frozen):
    """One possible reading of a number whose unit is not printed."""

    unit: str
    canonical_number: float


class Value(Frozen):
    """The value of a measurement.

    ``number`` is the text's own number in the text's own ``unit`` (UCUM); ``low`` and ``high`` of
    a range such as "60-65 %", with ``number`` null.  ``canonical_*`` are after exact conversion.
    Without a printed unit ``canonical_number`` is given only where a single unit is
    physiologically possible (``unit_basis`` "inferred"); else every possible reading is kept in
    ``readings``.  A value outside the analyte's plausible limits has ``plausible`` false and never
    decides a criterion.
    """

    number: float | None = None
    low: float | None = None
    high: float | None = None
    comparator: Comparator | None = None
    unit: str | None = None
    unit_basis: UnitBasis | None = None
    canonical_number: float | None = None
    canonical_low: float | None = None
    canonical_high: float | None = None
    canonical_unit: str | None = None
    readings: tuple[Reading, ...] = ()
    interpretation: Interpretation | None = None
    reference_low: float | None = None
    reference_high: float | None = None
    plausible: bool | None = None
    items: tuple[str, ...] | None = Field(
        default=None,
        description="The items that a whole break-down of a score's total names; the rest are 0.",
    )
    mended: bool | None = Field(
        default=None, description="True where letters of a scan were read as the digits they were."
    )


class DemographicValue(Frozen):
    """``number`` and ``unit`` "a" (years) of an age; ``text`` of a sex or a birth date (ISO)."""

    number: float | None = None
    unit: str | None = None
    text: str | None = None


class Dose(Frozen):
    """The number printed beside a drug's name, in the printed unit (UCUM)."""

    number: float
    unit: str | None = None


class FactBase(Frozen):
    """What every fact has, whatever its kind."""

    fact_id: str = Field(min_length=1)
    patient_id: str
    note_id: str
    note_date: dt.date | None = Field(default=None, description="Date of the note it stands in.")
    kind: Kind
    concept: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    span: Span
    evidence: tuple[Evidence, ...] = ()
    assertion: Assertion = "present"
    temporality: Temporality = "current"
    experiencer: Experiencer = "patient"
    section: str | None = None
    date: DateInterval | None = None
    codes: tuple[Code, ...] = ()
    source: Source

    def order(self) -> tuple[str, str, int, int, str, str]:
        """Sort key: patient, note, place in the note, then what it is."""
        return (
            self.patient_id, self.note_id, self.span.start, self.span.end, self.kind, self.concept,
        )  # fmt: skip


class DiagnosisFact(FactBase):
    """A disease or manifestation; ``resolved`` null when the text does not say.

    ``response`` is what its treatment as a whole came to ("refractory", "in remission").
    ``substance`` of an allergy is the concept of the therapy that it is to; null where it is to
    something else, or to nothing named.
    """

    kind: Literal["diagnosis"] = "diagnosis"
    onset: DateInterval | None = None
    resolved: bool | None = None
    response: Response | None = None
    severity: Severity | None = None
    substance: str | None = None
    one_kind: bool | None = Field(
        default=None, description="True where a denial names one kind of the disease alone."
    )


class BiopsyFact(FactBase):
    """A kidney biopsy's lupus nephritis classes (ISN/RPS 2003, 2018 or WHO).

    ``classes`` is sorted; empty when the text names no class.  Where the text leaves a choice
    ("class III vs V") ``classes`` is the union and ``readings`` holds each possible set.
    ``class_basis`` is "inferred" where the text names the histological pattern and no class
    ("diffuse proliferative lupus nephritis"): such a fact never decides a criterion.
    """

    kind: Literal["biopsy"] = "biopsy"
    organ: Literal["native_kidney", "allograft_kidney"] = "native_kidney"
    classes: tuple[BiopsyClass, ...] = ()
    readings: tuple[tuple[BiopsyClass, ...], ...] = ()
    class_basis: ClassBasis | None = None
    activity_letters: ActivityLetters | None = None
    activity_index: float | None = Field(default=None, ge=0, le=24)
    chronicity_index: float | None = Field(default=None, ge=0, le=12)
    system: Literal["isn_rps", "who"] | None = None

    @model_validator(mode="after")
    def _sorted_classes(self) -> Self:
        if list(self.classes) != sorted(set(self.classes), key=_CLASS_ORDER.index):
            raise ValueError("biopsy classes must be sorted and unique")
        return self


_CLASS_ORDER = ("I", "II", "III", "IV", "V", "VI")


class TherapyFact(FactBase):
    """A drug, drug class or procedure; ``daily_dose_mg`` in milligrams of the named drug."""

    kind: Literal["therapy"] = "therapy"
    status: TherapyStatus | None = None
    dose: Dose | None = None
    frequency: float | None = Field(default=None, ge=0, description="Administrations per day.")
    daily_dose_mg: float | None = Field(default=None, ge=0)
    route: Route | None = None
    start: DateInterval | None = None
    stop: DateInterval | None = None
    duration_days: DayCount | None = None
    response: Response | None = None
    stop_reason: StopReason | None = None


class MeasurementFact(FactBase):
    """A laboratory result, a vital sign or a score total."""

    kind: Literal["measurement"] = "measurement"
    value: Value = Value()


class DemographicFact(FactBase):
    """Age, sex or birth date of the patient."""

    kind: Literal["demographic"] = "demographic"
    value: DemographicValue


class StatusFact(FactBase):
    """Informed consent, contraception, participation in a trial."""

    kind: Literal["status"] = "status"


class DateFact(FactBase):
    """A date that is a fact of its own."""

    kind: Literal["date"] = "date"
    value: Days


Fact = Annotated[
    DiagnosisFact
    | BiopsyFact
    | TherapyFact
    | MeasurementFact
    | DemographicFact
    | StatusFact
    | DateFact,
    Field(discriminator="kind"),
]

FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
"""Validates and serialises any fact by its ``kind``."""


def parse_fact(data: str | bytes | dict[str, Any]) -> Fact:
    """One fact from JSON text or a decoded object; ``pydantic.ValidationError`` if it is none."""
    if isinstance(data, dict):
        return FACT.validate_python(data)
    return FACT.validate_json(data)
