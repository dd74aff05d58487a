"""The protocol language: one expression family a file, joined here into one union.

A new family is a new file with a ``Node``, added to ``Expression``.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from criteria_engine.expressions.biopsies import BiopsyClassIn
from criteria_engine.expressions.boolean import All, Any, AnyMeasured, AtLeast, Not
from criteria_engine.expressions.daily_doses import DailyDose
from criteria_engine.expressions.demographics import Age, Sex
from criteria_engine.expressions.findings import Finding
from criteria_engine.expressions.lists import Examples
from criteria_engine.expressions.measurements import Measurement
from criteria_engine.expressions.node import Case, Node, Result
from criteria_engine.expressions.results import TestResult
from criteria_engine.expressions.reviews import Review
from criteria_engine.expressions.scores import Score
from criteria_engine.expressions.washouts import Washout
from criteria_engine.scores.instrument import Entry, Instrument, Item

Expression = Annotated[
    Age
    | All
    | Any
    | AnyMeasured
    | AtLeast
    | BiopsyClassIn
    | DailyDose
    | Examples
    | Finding
    | Measurement
    | Not
    | Review
    | Score
    | Sex
    | TestResult
    | Washout,
    Field(discriminator="op"),
]

for _node in (All, Any, AnyMeasured, AtLeast, Not, Examples, Entry, Item, Instrument):
    _node.model_rebuild(_types_namespace={"Expression": Expression})

__all__ = ["Case", "Expression", "Node", "Result"]
