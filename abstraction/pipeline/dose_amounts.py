"""Amounts of a drug as they are printed: "1,000", "7,5", "7 1/2", "2½", a scan's "l00"."""

from __future__ import annotations

import re
from decimal import Decimal

from abstraction.pipeline.printed import decimal

_HALVES = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_HALVES |= {"1/2": _HALVES["½"], "1/4": _HALVES["¼"], "3/4": _HALVES["¾"]}
_FRACTION = r"(?:[½¼¾]|(?<![\d/])(?:1/[24]|3/4)(?![\d/]))"
_MISREAD = r"(?<!\w)(?:[lI][\doO]{1,3}|\d{1,2}[oO][\doO]{0,2})"
_PLAIN = r"\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?|\.\d+"
AMOUNT = rf"(?:\d{{1,2}}\s?{_FRACTION}|{_MISREAD}(?=\s?mg)|{_PLAIN}|{_FRACTION})"
"""The characters of one amount, without its unit."""
LINK = r"[\s\u00a0\u2009\u202f]{0,4}"
"""What may stand between an amount and its unit."""

_DIGITS = str.maketrans("lIoO", "1100")
"""Letters that a scan makes of digits."""
_PARTS = re.compile(rf"(?P<whole>\d{{1,2}})?\s?(?P<part>{_FRACTION})")


def amount(printed: str) -> Decimal:
    """The amount that ``AMOUNT`` found."""
    if parts := _PARTS.fullmatch(printed):
        return Decimal(parts["whole"] or 0) + _HALVES[parts["part"]]
    return decimal(printed.translate(_DIGITS))
