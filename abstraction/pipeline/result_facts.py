"""Facts with a value: measurements and demographics."""

from __future__ import annotations

from collections.abc import Sequence

from abstraction.facts import DemographicFact, MeasurementFact, Temporality, Value
from abstraction.pipeline.assertions import judge_statement, nearest
from abstraction.pipeline.canonical import to_value
from abstraction.pipeline.cues import Cue
from abstraction.pipeline.demographics import Demographic
from abstraction.pipeline.fact_parts import FactParts, cue_parts
from abstraction.pipeline.parts import Part
from abstraction.pipeline.results import Result

_WHOSE = frozenset({"family", "donor", "other_person", "education"})
"""Cues that bear on a result: whose it is; a negative result is present all the same."""
_SECTIONS = frozenset({"donor", "education"})
"""Headings that bear on a result.  A table after the family history is the patient's own."""
_CLOSE = 2
"""Words between a result and a "previous" that is its own."""


def measurement_fact(
    note: FactParts, result: Result, cues: Sequence[Cue]
) -> MeasurementFact | None:
    """A result; None where neither a value nor a cue says anything of it.

    Ordered or pending it is hypothetical and planned; "no proteinuria" reads as negative.  What
    is told as past and has no date of its own keeps none.
    """
    target = None if result.target is None else note.page.targets[result.target]
    judged = judge_statement(
        [cue for cue in cues if cue.category in _WHOSE],
        set(note.layout.implied(target.start if target else result.start)) & _SECTIONS,
        chronic=False,
    )
    parts: list[Part] = [*result.parts, *cue_parts(judged.cues)]
    value, date = Value(), result.date
    assertion, temporality = judged.assertion, judged.temporality
    pending, negated = nearest(cues, "pending"), nearest(cues, "negated")
    if result.printed is not None:
        value = to_value(result.printed, result.rule)
        if result.items is not None:
            value = value.model_copy(update={"items": result.items})
    elif pending is not None or (target is not None and result.start > target.end):
        assertion, temporality = "hypothetical", "planned"
        parts.extend(cue_parts([pending] if pending else []))
    elif negated is not None and negated.before and result.rule.value == "presence":
        value = Value(interpretation="negative")
        parts.extend(cue_parts([negated]))
    elif negated is not None and target is not None and target.term and target.term.denied_is:
        value = Value(interpretation=target.term.denied_is)
        parts.extend(cue_parts([negated]))
    else:
        return None
    past = nearest(cues, "historical")
    told_past = result.earlier or (past is not None and past.distance <= _CLOSE)
    if date is None and assertion != "hypothetical" and not told_past:
        date = note.note_day
    undated: Temporality = "planned" if temporality == "planned" else "past"
    return MeasurementFact(
        **note.common(
            "measurement", result.concept, (result.start, result.end), parts, result.rule.codes
        ),
        assertion=assertion,
        temporality=temporality if date is not None else undated,
        experiencer=judged.experiencer,
        date=date,
        value=value,
    )


def demographic_fact(note: FactParts, found: Demographic) -> DemographicFact | None:
    """Age (of the note's day), sex or birth date; None in a section about other people."""
    implied = note.layout.implied(found.start)
    if "family" in implied or "education" in implied:
        return None
    parts: list[Part] = [("value", found.value_start, found.value_end)]
    return DemographicFact(
        **note.common("demographic", found.concept, (found.start, found.end), parts),
        date=note.note_day if found.concept == "age" else None,
        value=found.value,
    )
