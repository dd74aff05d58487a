"""Units as they are printed, by ``units.yaml``: the longest spelling that fits, in UCUM."""

from __future__ import annotations

import re
from collections.abc import Iterable

from abstraction.pipeline.printed import leading
from nlp_rules.schema import MeasurementRule, UnitRule

_LINE = re.compile(r"[^\r\n]*")


class UnitGrammar:
    """Reads units.  A spelling in its own case goes before one in another ("G/L" is 10*9/L)."""

    def __init__(self, units: Iterable[UnitRule]) -> None:
        self._exact: dict[str, str] = {}
        folded: dict[str, set[str]] = {}
        for unit in units:
            for printed in unit.printed:
                self._exact.setdefault(_squeeze(printed), unit.ucum)
                folded.setdefault(_squeeze(printed).lower(), set()).add(unit.ucum)
        self._folded = {spelling: min(ucum) for spelling, ucum in folded.items() if len(ucum) == 1}
        self._ambiguous = {spelling: ucum for spelling, ucum in folded.items() if len(ucum) > 1}
        self._longest = 2 * max(map(len, self._exact))

    def at(
        self, text: str, position: int, limit: int, rule: MeasurementRule
    ) -> tuple[str | None, int]:
        """The longest unit printed at ``position``, in UCUM, and where it ends; without one None
        and ``position``."""
        start = position + leading(text[position : min(limit, position + 4)])
        line = _LINE.match(text, start, min(limit, start + self._longest))
        printed = line[0] if line else ""
        for length in range(len(printed), 0, -1):
            last, following = printed[length - 1], text[start + length : start + length + 1]
            if last.isspace() or (last.isalnum() and following.isalnum()):
                continue
            ucum = self._ucum(_squeeze(printed[:length]), rule)
            if ucum is not None:
                return ucum, start + length
        return None, position

    def whole(self, text: str, start: int, end: int, rule: MeasurementRule) -> str | None:
        """The unit that the characters ``[start, end)`` are, brackets aside; None if they are not
        one."""
        while start < end and text[start] in " ([\u00a0":
            start += 1
        unit, stop = self.at(text, start, end, rule)
        return unit if unit and not text[stop:end].strip(" )]\u00a0") else None

    def _ucum(self, printed: str, rule: MeasurementRule) -> str | None:
        """The UCUM unit of a spelling; of one that stands for several, the one the analyte has."""
        if (short := rule.shorthand.get(printed)) is not None:
            return short
        folded = printed.lower()
        ucum = self._exact.get(printed) or self._folded.get(folded)
        if ucum is None:
            fitting = [unit for unit in self._ambiguous.get(folded, ()) if _accepts(rule, unit)]
            ucum = fitting[0] if len(fitting) == 1 else None
        if ucum is not None and len(printed) == 1 and not _accepts(rule, ucum):
            return None
        return ucum


def _squeeze(printed: str) -> str:
    return re.sub(r"\s+", "", printed)


def _accepts(rule: MeasurementRule, ucum: str) -> bool:
    return rule.to_canonical(ucum) is not None
