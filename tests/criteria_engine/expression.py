"""One expression of the protocol language, asked of the facts of an invented patient."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import TypeAdapter

from abstraction.chart import charts
from abstraction.facts import Fact
from criteria_engine import Anchors
from criteria_engine.expressions import Case, Expression, Result
from tests.criteria_engine.engine_facts import PATIENT, SCREENING

_EXPRESSION: TypeAdapter[Any] = TypeAdapter(Expression)


def asked(expression: dict[str, Any], *facts: Fact, screening: str = SCREENING) -> Result:
    """The answer to the expression as a protocol writes it."""
    (chart,) = charts(facts, [PATIENT])
    node = _EXPRESSION.validate_python(expression)
    assert node.prose()
    return node.evaluate(Case(chart, Anchors(screening=dt.date.fromisoformat(screening))))


def answer(expression: dict[str, Any], *facts: Fact, **anchors: str) -> str:
    """ "true", "false" or "unknown/basis"."""
    result = asked(expression, *facts, **anchors)
    return result.truth.word if result.truth.known else f"unknown/{result.basis}"
