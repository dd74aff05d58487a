"""What a protocol is: criteria, the registered text that they claim, options.

How a file becomes one stands in ``draft.py`` and ``loading.py``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from abstraction.notes import Frozen
from criteria_engine.assessment import AnchorName, CriterionKind
from criteria_engine.expressions import Expression
from criteria_engine.expressions.events import Event


class ProtocolError(ValueError):
    """A protocol that is not there or cannot be used: one line with file, line and reason."""


class Option(Frozen):
    """A reading that the registered text leaves open: what it is about, and the choices."""

    says: str
    default: Any
    choices: Annotated[tuple[Any, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _default_is_a_choice(self) -> Self:
        if self.default not in self.choices:
            raise ValueError("the default is none of the choices")
        return self


class Criterion(Frozen):
    """One criterion: what the registered text says, and the expression that decides it.

    The expression of an inclusion criterion is the requirement, that of an exclusion criterion
    the excluded condition.  ``if_silent`` and ``decide_by`` say what a silent chart means and who
    then decides; ``action`` is what lifts a modifiable fail that computes none of its own.
    ``accepts`` names checks whose warning about it is known and meant, each with the reason.
    """

    id: str = Field(pattern=r"^[A-Z]{3}-\d{2}$")
    kind: CriterionKind
    title: str = Field(min_length=1)
    registered: Annotated[tuple[str, ...], Field(min_length=1)]
    core: bool = False
    modifiable: bool = False
    action: str | None = None
    if_silent: Literal["unknown", "presume_pass"]
    decide_by: Literal["chart", "screening_test", "investigator"]
    readings: tuple[str, ...] = ()
    accepts: dict[str, str] = Field(default_factory=dict)
    expression: Expression


class Protocol(Frozen):
    """A trial's criteria, with the registered text they claim and the hash of all of it.

    ``anchors`` are those that an event of the chart gives a day where none is given by hand.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    title: str
    source: str
    registered_text: str
    options: dict[str, Option] = Field(default_factory=dict)
    anchors: dict[AnchorName, Event] = Field(default_factory=dict)
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    version: str

    @field_validator("anchors")
    @classmethod
    def _screening_is_given(cls, anchors: dict[AnchorName, Event]) -> dict[AnchorName, Event]:
        if "screening" in anchors:
            raise ValueError("the day of screening is always given")
        return anchors

    @property
    def core(self) -> tuple[str, ...]:
        """The ids of the criteria that must pass for a patient to be potentially eligible."""
        return tuple(criterion.id for criterion in self.criteria if criterion.core)
