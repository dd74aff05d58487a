"""Reads the rule files into one immutable, content-hashed ``RulePack``.

A bad rule is refused with file, line and reason; nothing is skipped.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nlp_rules.schema import (
    AnswerRules,
    AnswerToTreatmentRule,
    BiopsyRules,
    ConceptRule,
    CueCategory,
    CueRule,
    DatesRule,
    DemographicRules,
    DiagnosisRule,
    DosingRules,
    EndCategory,
    InterpretationRule,
    Lookalike,
    MeasurementRule,
    Pattern,
    Rule,
    SectionRule,
    SentenceRules,
    SeverityRule,
    StatusRule,
    Terms,
    TherapyRule,
    UnitRule,
    ValueRules,
)

HERE = Path(__file__).parent


class RuleError(ValueError):
    """A rule file that cannot be used: ``file:line: reason``."""


class Diagnoses(Rule):
    """``diagnoses.yaml``."""

    diagnoses: tuple[DiagnosisRule, ...]
    answers_to_treatment: tuple[AnswerToTreatmentRule, ...] = ()
    severities: tuple[SeverityRule, ...] = ()
    allergens: Terms = ()
    lookalikes: tuple[Lookalike, ...] = ()


class Therapies(Rule):
    """``therapies.yaml``."""

    therapies: tuple[TherapyRule, ...]
    lookalikes: tuple[Lookalike, ...] = ()


class Measurements(Rule):
    """``measurements.yaml``."""

    measurements: tuple[MeasurementRule, ...]
    interpretations: tuple[InterpretationRule, ...]
    lookalikes: tuple[Lookalike, ...] = ()


class Statuses(Rule):
    """``statuses.yaml``."""

    statuses: tuple[StatusRule, ...]


class Units(Rule):
    """``units.yaml``."""

    units: tuple[UnitRule, ...]


class Cues(Rule):
    """``context.yaml``.

    ``words`` are lists that cues may name in braces; ``exclusive`` are groups of categories of
    which one ends the scope of another ("stopped A and started B"); ``ended_by`` says which
    categories a cue of one kind ends, one way.

    ``sequel_before`` stands before a cue that tells what happened next ("started in 2019, then
    stopped"), ``sequel_behind`` behind one that names no other drug; ``no_sequel`` are cues that
    tell no event; ``goes_on`` are the words before the cue with which a sentence goes on about the
    drug of the sentence before it ("It was stopped in May.").  ``other_name`` stands between a
    drug and another name of it, ``new_dose`` is a cue that changes the dose.  ``not_again`` says of
    a drug that was held that it did not come back; ``order_before`` and ``order_behind`` stand
    around one with which an order opens ("For MMF after biopsy").  ``denies_no_more`` is what
    between a denial and a mention ends its reach: a list of what is taken has begun.
    ``only_where_given`` are therapies that are talked of more than given: one is told of only with
    ``given_before`` or ``given_behind`` beside it, or a year; ``names_other`` behind it makes it
    the name of a team, a form or a study.
    ``limits_denial`` stands right behind what is denied for a time, a place or with an
    exception; ``undone`` right behind a test that was not done.

    ``attributable`` are findings that ``other_diseases`` and ``other_agents`` cause as well as
    lupus: ``cause_gap`` and then ``cause_leads`` ("due to") or ``cause_is`` ("which is", "(") stand
    between the two, ``cause_before`` in front of a finding, ``cause_names`` behind one that is
    itself the cause ("febrile fit").  ``of_mothers`` are told of the patient where the relative
    named beside them is a ``child``.
    """

    words: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    exclusive: tuple[tuple[CueCategory, ...], ...] = ()
    ended_by: dict[CueCategory | EndCategory, tuple[CueCategory, ...]] = Field(default_factory=dict)
    sequel_before: Pattern = r"(?!)"
    sequel_behind: Pattern = r"(?!)"
    no_sequel: tuple[str, ...] = ()
    goes_on: Pattern = r"(?!)"
    other_name: Pattern = r"(?!)"
    attributable: tuple[str, ...] = ()
    of_mothers: tuple[str, ...] = ()
    child: Pattern = r"(?!)"
    other_diseases: Pattern = r"(?!)"
    other_agents: Pattern = r"(?!)"
    cause_gap: Pattern = r"(?!)"
    cause_leads: Pattern = r"(?!)"
    cause_is: Pattern = r"(?!)"
    cause_before: Pattern = r"(?!)"
    cause_names: Pattern = r"(?!)"
    running: Pattern = r"(?!)"
    told_whole: Pattern = r"(?!)"
    told_past: Pattern = r"(?!)"
    told_now: Pattern = r"(?!)"
    change_before: Pattern = r"(?!)"
    change_later: Pattern = r"(?!)"
    to_come_before: Pattern = r"(?!)"
    to_come_behind: Pattern = r"(?!)"
    lapse: Pattern = r"(?!)"
    lapse_behind: Pattern = r"(?!)"
    goes_on_before: Pattern = r"(?!)"
    until: Pattern = r"(?!)"
    depot: Pattern = r"(?!)"
    pulses: Pattern = r"(?!)"
    unfit: Pattern = r"(?!)"
    only_where_given: tuple[str, ...] = ()
    names_other: Pattern = r"(?!)"
    given_before: Pattern = r"(?!)"
    given_behind: Pattern = r"(?!)"
    given_denied: Pattern = r"(?!)"
    thought_before: Pattern = r"(?!)"
    new_dose: Pattern = r"(?!)"
    not_again: Pattern = r"(?!)"
    order_before: Pattern = r"(?!)"
    order_behind: Pattern = r"(?!)"
    denies_no_more: Pattern = r"(?!)"
    limits_denial: Pattern = r"(?!)"
    undone: Pattern = r"(?!)"
    cues: tuple[CueRule, ...]

    @model_validator(mode="after")
    def _words_known(self) -> Self:
        for rule in self.cues:
            for cue in rule.cues:
                for name in re.findall(r"\{(\w*)\}", cue):
                    if name not in self.words:
                        raise ValueError(f"the cue {cue!r} names the unknown word list {name!r}")
        return self

    def expanded(self, cue: str) -> tuple[str, ...]:
        """The cue with each word of the lists it names; itself when it names none."""
        named = re.search(r"\{(\w+)\}", cue)
        if named is None:
            return (cue,)
        filled = (cue.replace(named[0], word) for word in self.words[named[1]])
        return tuple(phrase for each in filled for phrase in self.expanded(each))


class Sections(Rule):
    """``sections.yaml``."""

    sections: tuple[SectionRule, ...]


class RulePack(BaseModel):
    """Every rule of the house, and the version that facts carry.

    ``version`` is the first 12 hexadecimal digits of the SHA-256 over the rule files' contents.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    diagnoses: Diagnoses
    therapies: Therapies
    measurements: Measurements
    values: ValueRules
    statuses: Statuses
    units: Units
    context: Cues
    answers: AnswerRules
    sections: Sections
    sentences: SentenceRules
    dates: DatesRule
    biopsies: BiopsyRules
    dosing: DosingRules
    demographics: DemographicRules

    @cached_property
    def concepts(self) -> dict[str, tuple[str, ...]]:
        """The concepts that facts can carry, by kind, sorted."""
        rules: dict[str, tuple[ConceptRule, ...]] = {
            "diagnosis": self.diagnoses.diagnoses,
            "therapy": self.therapies.therapies,
            "measurement": self.measurements.measurements,
            "status": self.statuses.statuses,
        }
        found = {
            kind: tuple(sorted({r.concept for r in group if r.reported}))
            for kind, group in rules.items()
        }
        found["biopsy"] = ("kidney_biopsy",)
        found["demographic"] = ("age", "birth_date", "sex")
        return found

    @cached_property
    def lookalikes(self) -> tuple[Lookalike, ...]:
        """What resembles a concept and is none, over all files."""
        return (
            *self.diagnoses.lookalikes, *self.therapies.lookalikes, *self.measurements.lookalikes,
        )  # fmt: skip


_FILES: dict[str, type[Rule]] = {
    "diagnoses": Diagnoses,
    "therapies": Therapies,
    "measurements": Measurements,
    "values": ValueRules,
    "statuses": Statuses,
    "units": Units,
    "context": Cues,
    "answers": AnswerRules,
    "sections": Sections,
    "sentences": SentenceRules,
    "dates": DatesRule,
    "biopsies": BiopsyRules,
    "dosing": DosingRules,
    "demographics": DemographicRules,
}


def load_rules(folder: Path = HERE) -> RulePack:
    """The rule pack in ``folder`` (the shipped one when none is named).

    Raises ``RuleError`` with file, line and reason for the first bad rule.
    """
    digest = hashlib.sha256()
    parts: dict[str, Any] = {}
    for name, shape in _FILES.items():
        path = folder / f"{name}.yaml"
        text = _read(path)
        digest.update(f"{name}\n{text}\n".encode())
        parts[name] = load_file(path.name, text, shape)
    return RulePack(version=digest.hexdigest()[:12], **parts)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RuleError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise RuleError(f"{path}: is not UTF-8 text") from None


def load_file[R: Rule](name: str, text: str, shape: type[R]) -> R:
    """One rule file's ``text`` as ``shape``; ``RuleError`` names ``name`` and the line."""
    try:
        data = yaml.load(text, Loader=_UniqueKeys)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleError(f"{name}:{line}: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise RuleError(f"{name}:{line}: a character that YAML does not allow") from None
    except ValueError as error:
        raise RuleError(f"{name}:1: a value that cannot be read ({error})") from None
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        line = _line(text, first["loc"])
        raise RuleError(f"{name}:{line}: {where}: {first['msg']}") from None


class _UniqueKeys(yaml.CSafeLoader):
    """YAML 1.1 without silent overwriting: a key given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key must be a word", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _line(text: str, location: tuple[str | int, ...]) -> int:
    """The line of the deepest node of ``location`` that the file has."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    line = 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            entry = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if entry is None:
                break
            line, node = entry[0].start_mark.line + 1, entry[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                break
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
