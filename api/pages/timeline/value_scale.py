"""The value axis of a small chart: the lowest number at the bottom, the highest at the top."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_PADDING = 0.12


@dataclass(frozen=True, slots=True)
class ValueScale:
    """Numbers to places; on a logarithmic scale a doubling is the same height anywhere."""

    lowest: float
    range: float
    top: float
    bottom: float
    is_logarithmic: bool = False

    def y(self, number: float) -> float:
        """The number's place, which never leaves the scale."""
        share = (_measure(number, self.is_logarithmic) - self.lowest) / self.range
        return self.bottom - (self.bottom - self.top) * min(1.0, max(0.0, share))


def value_scale(
    numbers: Iterable[float], top: float, bottom: float, *, is_logarithmic: bool = False
) -> ValueScale:
    """The scale that holds all of the numbers, with some room above and below."""
    measured = [_measure(number, is_logarithmic) for number in numbers]
    low, high = min(measured), max(measured)
    room = (high - low) * _PADDING or max(1.0, abs(low) * _PADDING)
    return ValueScale(low - room, high - low + 2 * room, top, bottom, is_logarithmic)


def _measure(number: float, is_logarithmic: bool) -> float:
    return math.log2(max(number, 1.0)) if is_logarithmic else number
