"""A measurement as it was found: which mention, which characters, what value, what date."""

from __future__ import annotations

from dataclasses import dataclass, replace

from abstraction.dates import DateInterval
from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.dating import under
from abstraction.pipeline.parts import Part
from abstraction.pipeline.printed import Printed
from abstraction.pipeline.targets import Target
from nlp_rules.schema import MeasurementRule

VITAL_SIGNS = frozenset({"temperature", "systolic_bp", "diastolic_bp", "oxygen_saturation"})


@dataclass(frozen=True, slots=True)
class Result:
    """A measurement: its concept, the mention's characters, the value as printed, its date.

    ``target`` is the number of the mention whose cues apply, null where the result stands without
    a name; ``date`` null means that none was
    found here.  ``earlier`` marks a value told as an earlier one ("was 2900"): it has no date but
    one of its own.  ``items`` are those of a score that a whole break-down of its total names,
    up to ``items_end``.
    """

    target: int | None
    concept: str
    rule: MeasurementRule
    start: int
    end: int
    printed: Printed | None
    parts: tuple[Part, ...]
    date: DateInterval | None = None
    earlier: bool = False
    items: tuple[str, ...] | None = None
    items_end: int = 0

    @property
    def vital(self) -> bool:
        """Whether it is a vital sign, which a heading of laboratory results is not about."""
        return self.concept in VITAL_SIGNS

    def beneath(self, day: DateMention | None) -> Result:
        """The result with the date that its row, column or heading gives it, if any."""
        if day is None:
            return self
        parts: tuple[Part, ...] = (*self.parts, ("date", day.start, day.end))
        return replace(self, date=under(day), parts=parts)


def rule_of(target: Target) -> MeasurementRule:
    """The rule of a measurement's mention; ``TypeError`` for another kind of mention."""
    if not isinstance(target.rule, MeasurementRule):
        raise TypeError(f"{target.rule_id} is no measurement")
    return target.rule


def result_of(number: int, target: Target, start: int, end: int, printed: Printed | None) -> Result:
    """The result of mention ``number``, told by the characters ``[start, end)``."""
    mention: Part = ("mention", target.start, target.end)
    parts = (mention, *(printed.parts if printed else ()))
    return Result(number, target.concept, rule_of(target), start, end, printed, parts)
