"""Values with a notation of their own: blood pressures ("128/78") and functional classes."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from abstraction.pipeline.parts import Part
from abstraction.pipeline.printed import Printed
from abstraction.pipeline.results import Result, result_of
from abstraction.pipeline.targets import Target
from nlp_rules.loader import RulePack

SYSTOLIC, DIASTOLIC = "systolic_bp", "diastolic_bp"
_PAIR = (
    r"(?<![\d/])(?P<systolic>\d{2,3})(?:\s?[-–]\s?(?P<systolic_to>\d{2,3}))?"
    r"(?:[\s\u00a0]?/[\s\u00a0]?|\s+(?:over|on)\s+|\s?[xX×]\s?|\s+dia\w*\s+)"
    r"(?P<diastolic>\d{2,3})(?:\s?[-–]\s?(?P<diastolic_to>\d{2,3}))?(?![\d/])"
    r"(?:[\s\u00a0]?(?P<unit>mm\s?\[?Hg\]?))?"
)
_PRESSURE = re.compile(rf"[^\d\n]{{0,25}}?{_PAIR}", re.IGNORECASE)
_FURTHER = re.compile(rf"[^\d\n.]{{1,30}}?{_PAIR}", re.IGNORECASE)
_SYSTOLIC_LIMITS, _DIASTOLIC_LIMITS = (60, 280), (25, 160)
"""mmHg; a further pair of numbers is a pressure only within these."""
_MMHG = "mm[Hg]"


class SpecialNotations:
    """Reads pressures in pairs, and functional classes by ``values.yaml``."""

    def __init__(self, rules: RulePack) -> None:
        self._diastolic = next(
            rule for rule in rules.measurements.measurements if rule.concept == DIASTOLIC
        )
        self._class = re.compile(rules.values.functional_class, re.IGNORECASE)
        self._numerals = rules.values.functional_class_numerals

    def pressure(
        self,
        text: str,
        number: int,
        target: Target,
        limit: int,
        cell: int | None = None,
        heading_unit: Part | None = None,
    ) -> list[Result]:
        """Systolic and diastolic of "BP 128/78", one span; in a table the ``cell`` alone, in the
        unit that its label or heading names."""
        first = target.end if cell is None else cell
        match = _PRESSURE.match(text, first, limit)
        results: list[Result] = []
        while match is not None:
            start = match.start("systolic")
            if not results and cell is None:
                start = target.start
            unit = _MMHG if match["unit"] or heading_unit else None
            systolic, diastolic = (
                result_of(number, target, start, match.end(), _pressure(match, group, unit))
                for group in ("systolic", "diastolic")
            )
            results += [
                systolic,
                replace(diastolic, concept=DIASTOLIC, rule=self._diastolic),
            ]
            match = _further(text, match.end(), limit) if cell is None else None
        return results

    def functional_class(self, text: str, number: int, target: Target, limit: int) -> list[Result]:
        """The class of "NYHA II" as a number from 1 to 4, or two of them ("II-III") as a range."""
        match = self._class.match(text, target.end, limit)
        if match is None:
            return []
        low = Decimal(self._numerals[match["low"].upper()])
        high = Decimal(self._numerals[match["high"].upper()]) if match["high"] else None
        printed = Printed(
            match.start("low"),
            match.end(),
            number=None if high else low,
            low=low if high else None,
            high=high,
            parts=(("value", match.start("low"), match.end()),),
            after=match.end(),
        )
        return [result_of(number, target, target.start, match.end(), printed)]


def _further(text: str, position: int, limit: int) -> re.Match[str] | None:
    """Another pressure behind one: "154/92 sitting, 148/90 repeat"."""
    match = _FURTHER.match(text, position, limit)
    if match is None:
        return None
    systolic, diastolic = int(match["systolic"]), int(match["diastolic"])
    plausible = (
        _SYSTOLIC_LIMITS[0] <= systolic <= _SYSTOLIC_LIMITS[1]
        and _DIASTOLIC_LIMITS[0] <= diastolic <= _DIASTOLIC_LIMITS[1]
        and diastolic < systolic
    )
    return match if plausible else None


def _pressure(match: re.Match[str], group: str, unit: str | None) -> Printed:
    low, high = match[group], match[f"{group}_to"]
    start, end = match.start(group), match.end(f"{group}_to" if high else group)
    return Printed(
        start,
        end,
        number=None if high else Decimal(low),
        low=Decimal(low) if high else None,
        high=Decimal(high) if high else None,
        unit=unit,
        parts=(("value", start, end),),
        after=match.end(),
    )
