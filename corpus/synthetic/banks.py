"""A phrase bank read from its folder, checked against the topics.

A bank is data: ``vocabulary.yaml``, ``phrases/*.yaml``, ``notes/*.yaml``.  ``load_bank`` gives it
frozen; ``BankError`` lists everything that is wrong with it, a line each with file and place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from abstraction.notes import Frozen
from corpus.synthetic.course import LOCALES, ROOM, Locale, Sex, facts_of_life
from corpus.synthetic.drafts import KIND_OF, BadField, field_values
from corpus.synthetic.markup import Call, Marked, MarkupError, Node, Slot, Text, parse, walk

Role = Literal[
    "visit", "earlier", "pathology", "echo", "lung", "labs", "virology", "infusion", "lists",
    "phone", "washout", "personal",
]  # fmt: skip

FRAME_SLOTS = frozenset(
    [
        "name", "title", "surname", "age", "sexword", "sexletter", "he", "He", "him", "his", "His",
        "birth_date", "record_number", "note_date", "hospital", "clinician", "month_year",
    ]
)  # fmt: skip
"""What every phrase and note may print without its topic offering it."""

PLACEHOLDERS = frozenset(
    [
        "biopsies", "treatment", "medications", "not_given", "findings", "denials", "response",
        "labs_table", "labs_prose", "serology", "antibodies", "copied",
    ]
)  # fmt: skip
"""Placeholders of notes that stand for several topics."""

BANKS = ROOM / "banks"


class BankError(ValueError):
    """A bank that cannot be told from; ``problems`` has a line for each fault."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class Topic(Frozen):
    """One thing that a note can say: see the head of topics.yaml."""

    says: str
    own: tuple[str, ...] = ()
    slots: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    defaults: dict[str, Any] = Field(default_factory=dict)
    must: tuple[str, ...] = ()
    settles: dict[str, Literal["pass", "fail", "unknown"]] = Field(default_factory=dict)
    group: str | None = None
    repeats: bool = False
    min: int = 0


def _phrase(written: Any) -> Any:
    return {"text": written} if isinstance(written, str) else written


class Phrase(Frozen):
    """One way to say a topic, and for whom it suits (empty: for all)."""

    text: str = Field(min_length=1)
    tags: tuple[str, ...] = ()
    locales: frozenset[Locale] = frozenset()
    sexes: frozenset[Sex] = frozenset()
    set: dict[str, Any] = Field(default_factory=dict)

    def suits(self, locale: Locale, sex: Sex) -> bool:
        return (not self.locales or locale in self.locales) and (
            not self.sexes or sex in self.sexes
        )


class Skeleton(Frozen):
    """A note with placeholders."""

    id: str
    register_: str = Field(alias="register")
    role: Role
    locales: frozenset[Locale] = frozenset()
    type: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    wrap: int | None = Field(default=None, ge=40)
    dates: str | None = None
    ocr: bool = False
    crlf: bool = False
    text: str = Field(min_length=1)

    def suits(self, locale: Locale) -> bool:
        return not self.locales or locale in self.locales


class Word(Frozen):
    """A word and what makes it hard."""

    text: str = Field(min_length=1)
    tags: tuple[str, ...] = ()
    locales: frozenset[Locale] = frozenset()


def _word(written: Any) -> Any:
    return {"text": str(written)} if isinstance(written, str | int | float) else written


Words = tuple[Annotated[Word, BeforeValidator(_word)], ...]


class Frequency(Word):
    """How often a drug is taken; ``per_day`` 1/7 is weekly."""

    per_day: float = Field(gt=0)


class ClassForm(Word):
    """How a biopsy's classes may be printed after the word "class"."""

    classes: tuple[Literal["I", "II", "III", "IV", "V", "VI"], ...]
    letters: Literal["A", "A/C", "C"] | None = None


class DateForms(Frozen):
    """strftime forms of a whole date and of a month."""

    day: tuple[str, ...] = Field(min_length=1)
    month: tuple[str, ...] = Field(min_length=1)


class Vocabulary(Frozen):
    """The words of a bank."""

    given_names: dict[Sex, dict[Locale, tuple[str, ...]]]
    surnames: dict[Locale, tuple[str, ...]]
    hospitals: dict[Locale, tuple[str, ...]]
    clinicians: dict[Locale, tuple[str, ...]]
    titles: dict[Sex, tuple[str, ...]]
    sexwords: dict[Sex, Words]
    sexletters: dict[Sex, Words]
    drugs: dict[str, Words]
    dose_styles: tuple[str, ...]
    dose_units: dict[str, Words]
    frequencies: tuple[Annotated[Frequency, BeforeValidator(_word)], ...]
    analytes: dict[str, Words]
    results: dict[Literal["negative", "positive"], Words]
    flags: dict[Literal["low", "high"], Words]
    class_forms: tuple[ClassForm, ...]
    symptoms: dict[str, Words]
    table_words: dict[str, Words]
    dates: dict[Locale, DateForms]


@dataclass(frozen=True)
class Bank:
    """Everything that the notes are told with."""

    name: str
    vocabulary: Vocabulary
    phrases: Mapping[str, tuple[Phrase, ...]]
    skeletons: tuple[Skeleton, ...]


@cache
def topics() -> Mapping[str, Topic]:
    """The topics of topics.yaml by name."""
    data = yaml.safe_load((ROOM / "topics.yaml").read_text(encoding="utf-8"))
    return {name: Topic.model_validate(topic) for name, topic in data.items()}


@cache
def groups() -> Mapping[str, tuple[str, ...]]:
    """The topics of each group, in the order of the file."""
    found: dict[str, list[str]] = {}
    for name, topic in topics().items():
        if topic.group:
            found.setdefault(topic.group, []).append(name)
    return {group: tuple(names) for group, names in found.items()}


_PHRASES = TypeAdapter(dict[str, tuple[Annotated[Phrase, BeforeValidator(_phrase)], ...]])
_SKELETONS = TypeAdapter(tuple[Skeleton, ...])


def load_bank(folder: Path) -> Bank:
    """The bank of the folder.  ``BankError`` with every fault that was found."""
    problems: list[str] = []

    def read(path: Path, shape: Callable[[Any], Any]) -> Any:
        try:
            return shape(yaml.safe_load(path.read_text(encoding="utf-8")))
        except OSError as error:
            problems.append(f"{path}: cannot be read ({error.strerror})")
        except yaml.YAMLError as error:
            place = getattr(error, "problem_mark", None)
            line = f":{place.line + 1}" if place else ""
            problems.append(f"{path}{line}: is not YAML ({getattr(error, 'problem', error)})")
        except ValidationError as error:
            problems.extend(
                f"{path}: {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
                for fault in error.errors(include_url=False, include_input=False)
            )
        return None

    vocabulary = read(folder / "vocabulary.yaml", Vocabulary.model_validate)
    phrases: dict[str, tuple[Phrase, ...]] = {}
    for path in sorted((folder / "phrases").glob("*.yaml")):
        for topic, found in (read(path, _PHRASES.validate_python) or {}).items():
            phrases[topic] = phrases.get(topic, ()) + found
            problems += [f"{path}: {line}" for line in _phrase_faults(topic, found)]
    skeletons: list[Skeleton] = []
    for path in sorted((folder / "notes").glob("*.yaml")):
        for skeleton in read(path, _SKELETONS.validate_python) or ():
            skeletons.append(skeleton)
            problems += [f"{path}: {skeleton.id}: {line}" for line in _skeleton_faults(skeleton)]
    problems += [f"{folder}: {line}" for line in _gaps(vocabulary, phrases, skeletons)]
    if problems:
        raise BankError(problems)
    return Bank(folder.name, vocabulary, phrases, tuple(skeletons))


def _phrase_faults(name: str, found: tuple[Phrase, ...]) -> Iterator[str]:
    topic = topics().get(name)
    if topic is None:
        yield f"{name}: no such topic"
        return
    if len(found) < topic.min:
        yield f"{name}: {len(found)} phrases, {topic.min} are needed"
    if len({phrase.text for phrase in found}) < len(found):
        yield f"{name}: a phrase stands twice"
    for number, phrase in enumerate(found, start=1):
        where = f"{name} #{number}"
        try:
            nodes = parse(phrase.text)
        except MarkupError as error:
            yield f"{where}: {error}"
            continue
        yield from (f"{where}: {fault}" for fault in _topic_faults(topic, phrase, nodes))
        yield from (f"{where}: {fault}" for fault in _mark_faults(nodes))


def _topic_faults(topic: Topic, phrase: Phrase, nodes: tuple[Node, ...]) -> Iterator[str]:
    everything = tuple(walk(nodes))
    slots = {node.name for node in everything if isinstance(node, Slot)}
    if unknown := sorted(slots - topic.slots - FRAME_SLOTS):
        yield f"the topic has no slot {{{unknown[0]}}}"
    if missing := sorted(topic.needs - slots):
        yield f"says nothing of {{{missing[0]}}}"
    if any(isinstance(node, Call) for node in everything):
        yield "a placeholder <<...>> stands in notes only"
    marks = [node for node in everything if isinstance(node, Marked)]
    own = sum(not mark.concepts for mark in marks)
    if own != (1 if topic.own else 0):
        yield f"marks the topic's own fact {own} times"
    concepts = {concept for mark in marks for concept in mark.concepts}
    yield from (f"does not mark {concept}" for concept in topic.must if concept not in concepts)
    try:
        field_values({key: str(value) for key, value in phrase.set.items()})
    except BadField as error:
        yield str(error)


def _mark_faults(nodes: tuple[Node, ...]) -> Iterator[str]:
    for node in walk(nodes):
        if not isinstance(node, Marked):
            continue
        first, last = node.children[0], node.children[-1]
        if isinstance(first, Text) and first.text[0].isspace():
            yield "a marked span begins with a space"
        if isinstance(last, Text) and last.text[-1].isspace():
            yield "a marked span ends with a space"
        yield from (f"no such concept: {one}" for one in node.concepts if one not in KIND_OF)
        try:
            field_values(node.fields)
        except BadField as error:
            yield str(error)


def _skeleton_faults(skeleton: Skeleton) -> Iterator[str]:
    try:
        nodes = parse(skeleton.text)
    except MarkupError as error:
        yield str(error)
        return
    yield from _mark_faults(nodes)
    for node in walk(nodes):
        if (
            isinstance(node, Call)
            and node.topic not in topics().keys() | groups().keys() | PLACEHOLDERS
        ):
            yield f"no such placeholder: <<{node.topic}>>"
        extra = {"biopsy_date"} if skeleton.role == "pathology" else set()
        if isinstance(node, Slot) and node.name not in FRAME_SLOTS | extra:
            yield f"no such slot in a note: {{{node.name}}}"
        if isinstance(node, Marked) and not node.concepts:
            yield "a mark without a concept stands in phrases only"


def _gaps(
    vocabulary: Vocabulary | None,
    phrases: Mapping[str, tuple[Phrase, ...]],
    skeletons: Iterable[Skeleton],
) -> Iterator[str]:
    """What a patient of some locale would look for in vain."""
    for name in topics():
        if name not in phrases:
            yield f"no phrases for {name}"
            continue
        for locale in LOCALES:
            for sex in ("female", "male"):
                pregnancy = name in ("pregnancy_denied", "pregnant")
                if not any(phrase.suits(locale, sex) for phrase in phrases[name]) and not (
                    pregnancy and sex == "male"
                ):
                    yield f"no phrase of {name} suits {locale}, {sex}"
    for role in Role.__args__:  # type: ignore[attr-defined]
        for locale in LOCALES:
            if not any(one.role == role and one.suits(locale) for one in skeletons):
                yield f"no note of the role {role} for {locale}"
    ids = Counter(one.id for one in skeletons)
    yield from (f"two notes are called {one}" for one, count in ids.items() if count > 1)
    if vocabulary is not None:
        yield from _vocabulary_gaps(vocabulary)


def _vocabulary_gaps(vocabulary: Vocabulary) -> Iterator[str]:
    needed = facts_of_life()
    for what, known, wanted in (
        ("drugs", vocabulary.drugs, needed.drugs),
        ("analytes", vocabulary.analytes, needed.analytes),
        ("symptoms", vocabulary.symptoms, needed.symptoms),
    ):
        for concept in sorted(set(wanted) - set(known)):
            yield f"vocabulary.yaml: {what} lack {concept}"
        for concept, words in known.items():
            for locale in LOCALES:
                if concept in wanted and not any(
                    not w.locales or locale in w.locales for w in words
                ):
                    yield f"vocabulary.yaml: {what}: no name of {concept} suits {locale}"
    shared: dict[str, str] = {}
    for concept, words in vocabulary.analytes.items():
        for word in words:
            other = shared.setdefault(word.text.lower(), concept)
            if other != concept:
                yield f"vocabulary.yaml: {word.text!r} names both {other} and {concept}"
    for style in vocabulary.dose_styles:
        if sorted(re.findall(r"\{(\w+)\}", style)) != ["number", "unit"]:
            yield f"vocabulary.yaml: dose_styles: {style!r} needs {{number}} and {{unit}} once"
    forms = {form.classes for form in vocabulary.class_forms}
    for classes in needed.biopsy_classes:
        if tuple(classes) not in forms:
            yield f"vocabulary.yaml: class_forms lack {'+'.join(classes)}"
    for per_day in needed.frequencies:
        for locale in LOCALES:
            if not any(
                abs(one.per_day - per_day) < 1e-3 and (not one.locales or locale in one.locales)
                for one in vocabulary.frequencies
            ):
                yield f"vocabulary.yaml: frequencies: none of {per_day:g} a day suits {locale}"
    for locale in LOCALES:
        if locale not in vocabulary.dates:
            yield f"vocabulary.yaml: dates lack {locale}"
