"""What changed between two runs: which verdicts flipped, and through which facts.

Facts are known by their place in a note, since their ids change with what is read out of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Literal

from pydantic import TypeAdapter

from abstraction.facts import Fact
from abstraction.notes import Frozen
from criteria_engine.assessment import (
    Anchors,
    Assessment,
    Basis,
    CriterionAssessment,
    EvidenceReference,
    Outcome,
    Triage,
)

_Place = tuple[str, int, int]
_REFERENCE = TypeAdapter(EvidenceReference)
_NAMES = tuple(field.name for field in fields(EvidenceReference))


class Verdict(Frozen):
    """How a criterion came out in one of the runs."""

    outcome: Outcome
    basis: Basis
    reason: str


class FactChange(Frozen):
    """A fact behind a verdict that one run has otherwise than the other.

    ``gained`` and ``lost`` facts are known to one run only; ``reread`` ones stand at the same
    words, or overlapping ones, with another meaning; ``weighed`` ones are in both and count
    otherwise.  ``old`` and ``new`` say how each run has it.
    """

    change: Literal["gained", "lost", "reread", "weighed"]
    note_id: str
    start: int
    end: int
    text: str
    old: str | None = None
    new: str | None = None


class Flip(Frozen):
    """A criterion whose verdict is another one; None where a run does not have the criterion."""

    criterion: str
    old: Verdict | None
    new: Verdict | None
    facts: tuple[FactChange, ...]


class PatientChange(Frozen):
    """What is different of one patient.

    ``anchors`` and ``protocol`` hold the old and the new where they differ.
    """

    patient_id: str
    anchors: tuple[Anchors, Anchors] | None
    protocol: tuple[str, str] | None
    triage: tuple[Triage, Triage] | None
    flips: tuple[Flip, ...]

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return bool(self.anchors or self.protocol or self.triage or self.flips)


class Changes(Frozen):
    """All that differs: patients of one run only, and those that came out otherwise."""

    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    compared: int
    patients: tuple[PatientChange, ...]

    @property
    def any(self) -> bool:
        """Whether there is a difference at all."""
        return bool(self.only_old or self.only_new or self.patients)


Meaning = frozenset[str]
"""What the facts at one place of a note say, field by field."""
Meanings = Mapping[str, Mapping[_Place, Meaning]]
"""The meaning of every place, for each patient."""

_ASIDE = "aside"
_NOT_MEANING = {
    "fact_id",
    "patient_id",
    "note_id",
    "note_date",
    "span",
    "evidence",
    "codes",
    "source",
}


def meanings_of(facts: Iterable[Fact]) -> Meanings:
    """What the facts say, by patient and place, so that two runs' readings can be compared."""
    found: defaultdict[str, defaultdict[_Place, set[str]]]
    found = defaultdict(lambda: defaultdict(set))
    for fact in facts:
        place = (fact.note_id, fact.span.start, fact.span.end)
        data = fact.model_dump(mode="json", exclude=_NOT_MEANING, exclude_none=True)
        found[fact.patient_id][place].update(_fields(data))
    return {
        patient_id: {place: frozenset(said) for place, said in places.items()}
        for patient_id, places in found.items()
    }


def _fields(data: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _fields(value, f"{above}{name}.")
        else:
            yield f"{above}{name} {value}"


def compare(
    old: Sequence[Assessment],
    new: Sequence[Assessment],
    old_meanings: Meanings | None = None,
    new_meanings: Meanings | None = None,
) -> Changes:
    """The differences in verdict, triage, protocol, anchors and patients, by patient.

    A verdict is another one when its outcome or its basis is.  With the meanings of both runs'
    facts given, facts of the same words that are read otherwise are told too.
    """
    before = {one.patient_id: one for one in old}
    after = {one.patient_id: one for one in new}
    both = sorted(before.keys() & after.keys())
    patients = (
        _patient(
            before[name],
            after[name],
            (old_meanings or {}).get(name, {}),
            (new_meanings or {}).get(name, {}),
        )
        for name in both
    )
    return Changes(
        only_old=tuple(sorted(before.keys() - after.keys())),
        only_new=tuple(sorted(after.keys() - before.keys())),
        compared=len(both),
        patients=tuple(one for one in patients if one.differs),
    )


def _patient(
    old: Assessment,
    new: Assessment,
    old_meanings: Mapping[_Place, Meaning],
    new_meanings: Mapping[_Place, Meaning],
) -> PatientChange:
    before = {one.id: one for one in old.criteria}
    after = {one.id: one for one in new.criteria}
    names = [old.protocol, old.protocol_version], [new.protocol, new.protocol_version]
    protocols = " ".join(names[0]), " ".join(names[1])
    return PatientChange(
        patient_id=old.patient_id,
        anchors=(old.anchors, new.anchors) if old.anchors != new.anchors else None,
        protocol=protocols if protocols[0] != protocols[1] else None,
        triage=(old.triage, new.triage) if old.triage != new.triage else None,
        flips=tuple(
            Flip(
                criterion=name,
                old=_verdict(before.get(name)),
                new=_verdict(after.get(name)),
                facts=tuple(_facts(before.get(name), after.get(name), old_meanings, new_meanings)),
            )
            for name in dict.fromkeys((*before, *after))
            if _decision(before.get(name)) != _decision(after.get(name))
        ),
    )


def _decision(one: CriterionAssessment | None) -> tuple[Outcome, Basis] | None:
    return (one.outcome, one.basis) if one else None


def _verdict(one: CriterionAssessment | None) -> Verdict | None:
    return Verdict(outcome=one.outcome, basis=one.basis, reason=one.reason) if one else None


def _facts(
    old: CriterionAssessment | None,
    new: CriterionAssessment | None,
    old_meanings: Mapping[_Place, Meaning],
    new_meanings: Mapping[_Place, Meaning],
) -> Iterator[FactChange]:
    """The facts that count in either run and not alike in both, in the order of the notes."""
    before, after = _roles(old), _roles(new)
    gone = {place for place in before if place not in after}
    for place in sorted(before.keys() | after.keys()):
        if place in gone:
            continue
        reference, is_now = after[place]
        if place in before:
            was = before[place][1]
            said, says = old_meanings.get(place), new_meanings.get(place)
            if said is not None and says is not None and said != says:
                yield _change("reread", reference, _only(said, says), _only(says, said))
            elif was != is_now:
                yield _change("weighed", reference, was, is_now)
        elif (former := next((one for one in sorted(gone) if _overlap(one, place)), None)) is None:
            if _counts(is_now):
                yield _change("gained", reference, None, is_now)
        else:
            gone.discard(former)
            quoted = before[former][0].text
            yield _change("reread", reference, f'"{quoted}"', f'"{reference.text}"')
    for place in sorted(gone):
        reference, was = before[place]
        if _counts(was):
            yield _change("lost", reference, was, None)


def _change(
    change: Literal["gained", "lost", "reread", "weighed"],
    reference: EvidenceReference,
    old: str | None,
    new: str | None,
) -> FactChange:
    return FactChange(
        change=change,
        note_id=reference.note_id,
        start=reference.start,
        end=reference.end,
        text=reference.text,
        old=old,
        new=new,
    )


def _only(one: Meaning, other: Meaning) -> str:
    return ", ".join(sorted(one - other)) or "nothing more"


def _counts(role: str) -> bool:
    return not role.startswith(_ASIDE)


def _roles(one: CriterionAssessment | None) -> dict[_Place, tuple[EvidenceReference, str]]:
    """Every fact of the trace, with how it counts: for, against, or aside and why."""
    roles: dict[_Place, tuple[EvidenceReference, list[str]]] = {}
    for data, role in _trace_facts(one.trace) if one else ():
        reference = _REFERENCE.validate_python({name: data[name] for name in _NAMES})
        told = roles.setdefault(_place(reference), (reference, []))[1]
        if role not in told:
            told.append(role)
    return {place: (reference, ", ".join(told)) for place, (reference, told) in roles.items()}


def _trace_facts(node: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    for side in ("for", "against"):
        for data in node.get(side, ()):
            yield data, f"{side} it"
    for data in node.get("aside", ()):
        yield data, f"aside ({data['why']})"
    for child in node.get("of", ()):
        yield from _trace_facts(child)


def _place(reference: EvidenceReference) -> _Place:
    return reference.note_id, reference.start, reference.end


def _overlap(one: _Place, other: _Place) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
