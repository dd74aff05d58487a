"""How a drug stands by all that a note says of it, where its own words say too little."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from abstraction.facts import Evidence, Fact, TherapyFact

_TAKEN = ("active", "held", "stopped")


def shared_standing(facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts, where a bare mention of a drug takes the standing that the note gives the drug.

    Only where its own words say nothing and all other mentions that say something agree; the
    words of one of them become its evidence.
    """
    every = list(facts)
    told: dict[str, list[TherapyFact]] = defaultdict(list)
    for fact in every:
        if (
            isinstance(fact, TherapyFact)
            and fact.status in _TAKEN
            and fact.experiencer == "patient"
        ):
            told[fact.concept].append(fact)
    for fact in every:
        says = told[fact.concept] if isinstance(fact, TherapyFact) and _is_bare(fact) else []
        if len({other.status for other in says}) == 1:
            nearest = min(says, key=lambda other: abs(other.span.start - fact.span.start))
            yield _standing_as(fact, nearest)
        elif isinstance(fact, TherapyFact) and _is_new_in_plan(fact, told[fact.concept]):
            planned = {"status": "planned", "assertion": "hypothetical", "temporality": "planned"}
            yield fact.model_copy(update={**planned, "date": None})
        else:
            yield fact


def _is_new_in_plan(fact: TherapyFact, told: Sequence[TherapyFact]) -> bool:
    """Whether a plan names a drug that the note does not say to be taken."""
    if fact.section != "plan" or fact.status != "active" or fact.start is not None:
        return False
    if any(part.role == "cue" for part in fact.evidence):
        return False
    return not any(other.section != "plan" and other.status != "stopped" for other in told)


def _is_bare(fact: TherapyFact) -> bool:
    """Whether a mention says of a drug neither how it stands nor when it was given."""
    undated = fact.start is None and fact.stop is None and fact.date is None
    cues = any(part.role in ("cue", "reason") for part in fact.evidence)
    return fact.status == "unknown" and fact.assertion == "present" and undated and not cues


def _standing_as(fact: Fact, other: TherapyFact) -> Fact:
    cues = tuple(part for part in other.evidence if part.role in ("cue", "reason"))
    mention = Evidence(role="cue", start=other.span.start, end=other.span.end, text=other.span.text)
    evidence = sorted(
        {*fact.evidence, *(cues or (mention,))}, key=lambda part: (part.start, part.end, part.role)
    )
    return fact.model_copy(
        update={
            "status": other.status,
            "temporality": other.temporality,
            "evidence": tuple(evidence),
        }
    )
