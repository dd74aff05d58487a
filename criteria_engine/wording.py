"""How days, values and lists are written in a reason."""

from __future__ import annotations

from collections.abc import Iterable

from abstraction.facts import Fact, MeasurementFact
from criteria_engine.quantities import number_text, quantity_text
from criteria_engine.vocabulary import vocabulary


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def shortened(text: str, length: int) -> str:
    """The text on one line, its end left out where it is longer."""
    plain = " ".join(text.split())
    return plain if len(plain) <= length else f"{plain[: length - 1].rstrip()}…"


def listed(words: Iterable[str], joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c", each once."""
    items = list(dict.fromkeys(words))
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def joined(reasons: Iterable[str]) -> str:
    """Several reasons in one sentence, each once."""
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))


MOST_TOLD = 3
"""Statements that a reason spells out; the rest are counted, and stand in the evidence."""


def few(reasons: Iterable[str], most: int = MOST_TOLD) -> str:
    """The first reasons in one sentence, and how many more there are."""
    each = list(dict.fromkeys(reason for reason in reasons if reason))
    shown = min(most, MOST_TOLD)
    more = len(each) - shown
    if more <= 0:
        return joined(each)
    return joined([*each[:shown], f"{more} more {'statement' if more == 1 else 'statements'}"])


def label(fact: Fact) -> str:
    """The words for what the fact is about."""
    return vocabulary().label(fact.kind, fact.concept)


def date_text(fact: Fact) -> str:
    """When the fact was so, as far as the chart tells: "on 2026-03-20", "undated"."""
    if fact.date is None:
        return f"undated, told on {fact.note_date}" if fact.note_date else "undated"
    if fact.date.start == fact.date.end:
        return f"on {fact.date.start}"
    return f"between {fact.date.start} and {fact.date.end}"


def value_text(fact: MeasurementFact) -> str:
    """The value as the note gives it, with its unit: "88 x10*9/L", "<10 U/L", "50-55 %"."""
    value = fact.value
    if value.number is not None:
        text = quantity_text(number_text(value.number), value.unit)
        return f"{value.comparator or ''}{text}"
    if value.low is not None and value.high is not None:
        return quantity_text(f"{number_text(value.low)}-{number_text(value.high)}", value.unit)
    return value.interpretation or "without a value"
