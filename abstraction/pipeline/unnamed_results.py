"""Results that stand without a name: blood counts in a fishbone, vital signs in a row.

``3.2>9.1/27.4<88`` is leukocytes, hemoglobin, hematocrit, platelets; ``VS: 98.6F 72 118/70 99%``
holds a temperature, a pressure and a saturation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from abstraction.pipeline.printed import Printed, decimal
from abstraction.pipeline.results import Result
from nlp_rules.loader import RulePack
from nlp_rules.schema import MeasurementRule

_NUMBER = r"\d{1,3}(?:[.,]\d{1,2})?"
_FISHBONE = re.compile(
    rf"(?<![\d.,/])(?P<wbc>{_NUMBER})\s?[>\\]-*\s?(?P<hemoglobin>{_NUMBER})\s?/\s?"
    rf"(?P<hematocrit>{_NUMBER})\s?-*[<\\/]\s?(?P<platelets>\d{{1,4}})(?![\d.,/])"
)
_HEMATOCRIT_PER_HEMOGLOBIN = (2.2, 3.9)
"""A hematocrit in per cent is about three times the hemoglobin in g/dL."""
_VITALS = re.compile(r"\b(?:VS|V/S|vitals?(?:\s+signs?)?|obs)\b[^\n:;]{0,16}[:;]?\s", re.IGNORECASE)
_VITALS_REACH = 60
_PARTS = re.compile(
    r"(?<![\d/.,])(?:(?P<systolic>\d{2,3})\s?/\s?(?P<diastolic>\d{2,3})(?![\d/])"
    r"|(?P<temperature>(?:3[5-9]|4[0-2])[.,]\d|(?:9[5-9]|10[0-6])[.,]\d)(?!\d)(?:\s?°?\s?(?P<scale>[CF])\b)?"
    r"|(?P<saturation>[7-9]\d|100)\s?%)"
)
_PRESSURE_LIMITS = ((60, 280), (25, 160))
_UNITS = {"C": "Cel", "F": "[degF]"}


class UnnamedReader:
    """Reads fishbones and rows of vital signs, where no name stands beside the numbers."""

    def __init__(self, rules: RulePack) -> None:
        self._rules = {rule.concept: rule for rule in rules.measurements.measurements}

    def read(self, text: str, taken: list[tuple[int, int]]) -> Iterator[Result]:
        """The results of ``text`` outside the characters that other results have ``taken``."""
        for match in _FISHBONE.finditer(text):
            if not _overlaps(match.span(), taken) and _is_blood_count(match):
                yield from self._fishbone(match)
        for lead in _VITALS.finditer(text):
            line = text.find("\n", lead.end())
            limit = min(lead.end() + _VITALS_REACH, line if line >= 0 else len(text))
            for match in _PARTS.finditer(text, lead.end(), limit):
                if not _overlaps(match.span(), taken):
                    yield from self._vital(match)

    def _fishbone(self, match: re.Match[str]) -> Iterator[Result]:
        for concept in ("wbc", "hemoglobin", "hematocrit", "platelets"):
            printed = _printed(match, concept, None)
            yield self._result(concept, *match.span(), printed)

    def _vital(self, match: re.Match[str]) -> Iterator[Result]:
        if match["systolic"] is not None:
            pair = (int(match["systolic"]), int(match["diastolic"]))
            within = all(
                low <= n <= high for n, (low, high) in zip(pair, _PRESSURE_LIMITS, strict=True)
            )
            if within and pair[0] > pair[1]:
                yield self._result("systolic_bp", *match.span(), _printed(match, "systolic", None))
                yield self._result(
                    "diastolic_bp", *match.span(), _printed(match, "diastolic", None)
                )
        elif match["temperature"] is not None:
            unit = _UNITS.get(match["scale"] or "")
            yield self._result("temperature", *match.span(), _printed(match, "temperature", unit))
        else:
            saturation = _printed(match, "saturation", "%")
            yield self._result("oxygen_saturation", *match.span(), saturation)

    def _result(self, concept: str, start: int, end: int, printed: Printed) -> Result:
        return Result(None, concept, self._rule(concept), start, end, printed, printed.parts)

    def _rule(self, concept: str) -> MeasurementRule:
        return self._rules[concept]


def _printed(match: re.Match[str], group: str, unit: str | None) -> Printed:
    start, end = match.span(group)
    return Printed(
        start,
        end,
        number=decimal(match[group]),
        unit=unit,
        parts=(("value", start, end),),
        after=match.end(),
    )


def _is_blood_count(match: re.Match[str]) -> bool:
    """Whether hematocrit and hemoglobin go together as those of one blood."""
    hemoglobin, hematocrit = decimal(match["hemoglobin"]), decimal(match["hematocrit"])
    low, high = (Decimal(str(limit)) for limit in _HEMATOCRIT_PER_HEMOGLOBIN)
    return hemoglobin > 0 and low <= hematocrit / hemoglobin <= high


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in taken)
