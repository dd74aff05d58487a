"""The trial's limits on a panel: lines at their numbers, a band where a number is not printed."""

from __future__ import annotations

from dataclasses import dataclass

from abstraction.facts import Value
from api.pages.timeline import words
from api.pages.timeline.results import PanelPlan
from api.pages.timeline.words import TITRE
from criteria_engine.intervals import exactly
from criteria_engine.limits_of import AnalyteLimit
from criteria_engine.quantities import Quantity, convert


@dataclass(frozen=True, slots=True)
class DrawnLimit:
    """A limit of the trial on the panel's scale: a line, or a band between two numbers."""

    label: str
    low: float
    high: float


def limit_words(limit: AnalyteLimit, unit: str) -> str:
    """A limit as it stands in the text, in the panel's unit."""
    numbers = [words.short(number) for number in limit.values_in(unit)]
    numbers += [f"{_times(times)}upper limit" for times, _ in limit.upper_references]
    return _limit_label(limit, unit, " or ".join(numbers)) if numbers else str(limit)


def drawn_limits(limit: AnalyteLimit, plan: PanelPlan) -> tuple[DrawnLimit, ...]:
    """The limit on the panel's scale: its numbers, or the multiple of a printed reference limit.

    Where no report prints the reference limit it is a band, as wide as the protocol lets it be.
    """
    ends = [(words.short(number), number, number) for number in limit.values_in(plan.unit)]
    printed = _upper_reference(plan)
    for times, bounds in limit.upper_references:
        if printed is not None:
            number = times * printed
            multiple = "" if times == 1 else f" ({_times(times)}{words.short(printed)})"
            told = f"{words.short(number)}{multiple}"
            ends.append((told, number, number))
        elif bounds is not None:
            low, high = times * bounds.low, times * bounds.high
            multiple = "" if times == 1 else f" ({words.short(times)} ×)"
            told = f"{words.short(low)} to {words.short(high)}{multiple}"
            ends.append((told, low, high))
    return tuple(
        DrawnLimit(_limit_label(limit, plan.unit, told), low, high) for told, low, high in ends
    )


def _times(times: float) -> str:
    return "" if times == 1 else f"{words.short(times)} × "


def _limit_label(limit: AnalyteLimit, unit: str, told: str) -> str:
    ratio = "1:" if unit == TITRE else ""
    return f"{limit.criterion} {'' if limit.is_required else 'not '}{limit.sign} {ratio}{told}"


def _upper_reference(plan: PanelPlan) -> float | None:
    """The newest printed upper reference limit, in the panel's unit."""
    printed = (fact.value for one in reversed(plan.results) for fact in one.point.facts)
    known = (_reference_in(value, plan.unit) for value in printed)
    return next((limit for limit in known if limit is not None), None)


def _reference_in(value: Value, unit: str) -> float | None:
    """The reference limit of a report; one without a unit is in that of its number."""
    if value.reference_high is None:
        return None
    is_own_unit = value.unit is None and value.number == value.canonical_number
    printed_in = value.canonical_unit if is_own_unit else value.unit
    extent = convert(Quantity(exactly(value.reference_high), printed_in), unit)
    return extent.low if extent else None
