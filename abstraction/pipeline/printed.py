"""A value as it is printed, and the numbers and spaces that print it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from abstraction.facts import Comparator, Interpretation
from abstraction.pipeline.parts import Part

NUMBER = (
    r"(?:\d{1,2}(?:,\d{2})+,\d{3}(?![\d,])|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])"
    r"|\d+[.,]\d+|\d+|\.\d+)"
)
"""A number with a decimal point or comma, or with commas between lakhs or thousands."""
LINK = r"[ \t\u00a0\u2009\u202f]*"
"""Space within a line, thin and unbreakable ones included."""
_BLANKS = " \t\u00a0\u2009\u202f"


@dataclass(frozen=True, slots=True)
class Printed:
    """A value as it is printed: characters ``[start, end)`` and what stands in them.

    ``end`` is past number and unit; flags and ranges lie beyond it and are in ``parts`` alone.
    ``mended``: digits that a scan misread were put right.
    ``after`` is one past everything that belongs to the value, flags and range included.  ``unit``
    is in UCUM.
    """

    start: int
    end: int
    number: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    comparator: Comparator | None = None
    unit: str | None = None
    interpretation: Interpretation | None = None
    reference_low: Decimal | None = None
    reference_high: Decimal | None = None
    parts: tuple[Part, ...] = ()
    after: int = 0
    mended: bool = False

    @property
    def is_number(self) -> bool:
        """Whether a number or a range of numbers is printed, and not a word alone."""
        return self.number is not None or self.low is not None

    @property
    def is_year(self) -> bool:
        """Whether a bare number reads as a year: "negative (2018)"."""
        return self.unit is None and self.number is not None and 1900 <= self.number <= 2100


def decimal(printed: str) -> Decimal:
    """The number as printed: a comma before exactly three digits groups thousands, else it is a
    decimal comma ("1,850" is 1850, "3,2" is 3.2, "0,850" is 0.85)."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}(?:\.\d+)?", printed):
        return Decimal(printed.replace(",", ""))
    return Decimal(printed.replace(",", "."))


def past_blanks(text: str, position: int, limit: int) -> int:
    """The first character from ``position`` on that is no space, or ``limit``."""
    while position < limit and text[position] in _BLANKS:
        position += 1
    return position


def leading(text: str) -> int:
    """How many spaces and commas open ``text``."""
    return len(text) - len(text.lstrip(_BLANKS + ","))


def any_of(patterns: tuple[str, ...]) -> str:
    """One pattern that matches what any of ``patterns`` does; nothing when there is none."""
    return "|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)"
