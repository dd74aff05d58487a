"""A fact in words: the rows of its detail panel and the one line that stands beside a verdict."""

from __future__ import annotations

from collections.abc import Iterator

from abstraction.dates import DateBasis, DateInterval, Days
from abstraction.facts import (
    BiopsyFact,
    Code,
    DateFact,
    DemographicFact,
    DiagnosisFact,
    Fact,
    MeasurementFact,
    TherapyFact,
    Value,
)
from criteria_engine.vocabulary import vocabulary

Row = tuple[str, str]

_DATE_BASIS: dict[DateBasis, str] = {
    "explicit": "written in the text",
    "relative": "counted from the note's date",
    "section": "from its column or heading",
    "note": "nothing said; the note's own date",
}
_READABLE_UNITS = (
    ("10*12", "10¹²"), ("10*9", "10⁹"), ("10*6", "10⁶"), ("10*3", "10³"),
    ("{1.73_m2}", "1.73 m²"), ("(24.h)", "24 h"), ("umol", "µmol"), ("Cel", "°C"),
    ("mm[Hg]", "mmHg"), ("[IU]", "IU"), ("/[HPF]", "per high-power field"),
)  # fmt: skip
_TITRE = "{titer}"


def words(name: str) -> str:
    """A name of the vocabulary as a reader would write it: ``anti_dsdna`` is ``anti dsdna``."""
    return name.replace("_", " ")


def label(fact: Fact) -> str:
    """What the fact is about, in the engine's own words for it."""
    return vocabulary().label(fact.kind, fact.concept)


def concept_words(concept: str) -> str:
    """The words for a concept whose kind is not told."""
    labels = vocabulary().labels.values()
    return next((known[concept] for known in labels if concept in known), words(concept))


def number(value: float) -> str:
    """A number without trailing zeros, to twelve significant digits."""
    return format(value, ".12g")


def days(interval: Days) -> str:
    """One day, or the first and the last."""
    if interval.start == interval.end:
        return interval.start.isoformat()
    return f"{interval.start.isoformat()} to {interval.end.isoformat()}"


def dated(interval: DateInterval) -> str:
    """An interval and where it comes from."""
    return f"{days(interval)} ({_DATE_BASIS[interval.basis]})"


def unit(code: str) -> str:
    """A UCUM code as print shows it; what is not in the short list stays as it is."""
    for ucum, printed in _READABLE_UNITS:
        code = code.replace(ucum, printed)
    return code


def quantity(
    amount: float | None,
    low: float | None,
    high: float | None,
    comparator: str | None,
    ucum: str | None,
) -> str | None:
    """A number or a range with its unit; ``None`` where there is neither."""
    if amount is not None:
        text = number(amount)
    elif low is not None and high is not None:
        text = f"{number(low)} to {number(high)}"
    else:
        return None
    if ucum == _TITRE:
        text, ucum = f"1:{text}", None
    parts = [comparator, text, unit(ucum) if ucum else None]
    return " ".join(part for part in parts if part)


def printed_value(value: Value) -> str | None:
    """The value as the note gives it."""
    return quantity(value.number, value.low, value.high, value.comparator, value.unit)


def canonical_value(value: Value) -> str | None:
    """The value after conversion to the unit that the engine compares in."""
    return quantity(
        value.canonical_number,
        value.canonical_low,
        value.canonical_high,
        value.comparator,
        value.canonical_unit,
    )


def rows(fact: Fact) -> list[Row]:
    """Everything the fact says, as label and text, the most telling first."""
    return [
        *_specific(fact),
        ("Assertion", words(fact.assertion)),
        ("Time", words(fact.temporality)),
        ("Whose", words(fact.experiencer)),
        ("Date", dated(fact.date) if fact.date else "not known"),
    ]


def origin(fact: Fact) -> list[Row]:
    """Where the fact comes from and by what it is known elsewhere."""
    return [
        *([("Section", words(fact.section))] if fact.section else []),
        *([("Codes", ", ".join(map(_code, fact.codes)))] if fact.codes else []),
        ("Made by", f"{fact.source.method} {fact.source.id}, version {fact.source.version}"),
        ("Fact", fact.fact_id),
    ]


def gist(fact: Fact) -> str:
    """The fact in one line: what, whether so, how much, when and how the day is known."""
    said = [label(fact)]
    if fact.assertion != "present":
        said.append(words(fact.assertion))
    if fact.experiencer != "patient" and fact.assertion != "other_person":
        said.append(fact.experiencer)
    said.extend(text for label, text in _specific(fact) if label in _IN_GIST)
    if fact.date and fact.date.basis == "note":
        said.append("dated by its note")
    elif fact.date:
        said.append(dated(fact.date))
    return " · ".join(said)


def _code(code: Code) -> str:
    """The code after the last word of its system's address: ``rxnorm 8640``."""
    return f"{code.system.rpartition('/')[2]} {code.code}"


_IN_GIST = frozenset(
    {"Value", "In canonical unit", "Result", "Status", "Daily dose", "Classes", "Either"}
)


def _specific(fact: Fact) -> Iterator[Row]:
    match fact:
        case MeasurementFact():
            yield from _measurement(fact.value)
        case TherapyFact():
            yield from _therapy(fact)
        case BiopsyFact():
            yield from _biopsy(fact)
        case DiagnosisFact():
            if fact.onset:
                yield "Onset", dated(fact.onset)
            if fact.resolved is not None:
                yield "Resolved", "yes" if fact.resolved else "no"
        case DemographicFact():
            if fact.value.number is not None:
                yield "Value", f"{number(fact.value.number)} years"
            elif fact.value.text:
                yield "Value", fact.value.text
        case DateFact():
            yield "Value", days(fact.value)


def _measurement(value: Value) -> Iterator[Row]:
    printed, canonical = printed_value(value), canonical_value(value)
    if printed:
        yield "Value", printed
    if canonical and canonical != printed:
        inferred = " (no unit printed; only this one is possible)"
        yield "In canonical unit", canonical + (inferred if value.unit_basis == "inferred" else "")
    if value.readings:
        options = (f"{number(r.canonical_number)} if {unit(r.unit)}" for r in value.readings)
        yield "Either", "; ".join(options)
    if value.interpretation:
        yield "Result", value.interpretation
    if value.reference_low is not None or value.reference_high is not None:
        ends = (value.reference_low, value.reference_high)
        yield "Reference", " to ".join("open" if end is None else number(end) for end in ends)
    if value.plausible is False:
        yield "Plausible", "no: outside the possible range, decides nothing"


def _therapy(fact: TherapyFact) -> Iterator[Row]:
    if fact.status:
        yield "Status", words(fact.status)
    if fact.dose:
        yield "Dose", quantity(fact.dose.number, None, None, None, fact.dose.unit) or ""
    if fact.frequency is not None:
        yield "Times a day", number(fact.frequency)
    if fact.daily_dose_mg is not None:
        yield "Daily dose", f"{number(fact.daily_dose_mg)} mg a day"
    if fact.route:
        yield "Route", words(fact.route)
    if fact.start:
        yield "Start", dated(fact.start)
    if fact.stop:
        yield "Stop", dated(fact.stop)
    if fact.duration_days:
        least, most = fact.duration_days.min, fact.duration_days.max
        yield "Duration", f"{least} days" if least == most else f"{least} to {most} days"
    if fact.response:
        yield "Response", fact.response
    if fact.stop_reason:
        yield "Stopped for", fact.stop_reason


def _biopsy(fact: BiopsyFact) -> Iterator[Row]:
    yield "Organ", words(fact.organ)
    yield "Classes", " + ".join(fact.classes) or "none named"
    if fact.class_basis == "inferred":
        yield "Basis", "inferred from the pattern's name, no class is printed"
    if fact.readings:
        yield "Either", " or ".join(" + ".join(reading) for reading in fact.readings)
    if fact.activity_letters:
        yield "Activity letters", fact.activity_letters
    if fact.activity_index is not None:
        yield "Activity index", f"{number(fact.activity_index)} of 24"
    if fact.chronicity_index is not None:
        yield "Chronicity index", f"{number(fact.chronicity_index)} of 12"
    if fact.system:
        yield "System", {"isn_rps": "ISN/RPS", "who": "WHO"}[fact.system]
