"""The protocol language: one expression family a file, joined here into one union.

A new family is a new file with a ``Node``, added to ``Expression``.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from criteria_engine.expressions.amounts import Amount, DosesGiven
from criteria_engine.expressions.biopsies import BiopsyClassIn
from criteria_engine.expressions.boolean import All, Any, AnyMeasured, AtLeast, Not
from criteria_engine.expressions.conditionals import Conditional, Unless
from criteria_engine.expressions.counts import Count
from criteria_engine.expressions.daily_doses import DailyDose
from criteria_engine.expressions.demographics import Age, Sex
from criteria_engine.expressions.dose_ranges import DoseRange
from criteria_engine.expressions.exposures import Exposure
from criteria_engine.expressions.findings import Finding
from criteria_engine.expressions.histories import KnownSince
from criteria_engine.expressions.lists import Examples
from criteria_engine.expressions.measurements import Measurement
from criteria_engine.expressions.node import Case, Node, Result
from criteria_engine.expressions.presumptions import Presumed
from criteria_engine.expressions.responses import Refractory, TherapyFailed
from criteria_engine.expressions.results import TestResult
from criteria_engine.expressions.reviews import Review
from criteria_engine.expressions.scores import Score
from criteria_engine.expressions.therapy_time import TimeOnTherapy
from criteria_engine.expressions.washouts import Washout
from criteria_engine.scores.instrument import Entry, Instrument, Item

Expression = Annotated[
    Age
    | All
    | Amount
    | Any
    | AnyMeasured
    | AtLeast
    | BiopsyClassIn
    | Conditional
    | Count
    | DailyDose
    | DoseRange
    | DosesGiven
    | Examples
    | Exposure
    | Finding
    | KnownSince
    | Measurement
    | Not
    | Presumed
    | Refractory
    | Review
    | Score
    | Sex
    | TestResult
    | TherapyFailed
    | TimeOnTherapy
    | Unless
    | Washout,
    Field(discriminator="op"),
]

_RECURSIVE = (
    All, Any, AnyMeasured, AtLeast, Not, Examples, Conditional, Unless, Presumed, Refractory,
    Entry, Item, Instrument,
)  # fmt: skip
for _node in _RECURSIVE:
    _node.model_rebuild(_types_namespace={"Expression": Expression})

__all__ = ["Case", "Expression", "Node", "Result"]
