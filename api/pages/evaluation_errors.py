"""What the error browser shows, as plain data: every error, and each note it points to once.

Texts are the ones a page can show, a character for a character; places are UTF-16 indices, as a
browser counts.  Words that come again and again stand once, in ``words``, and are told by their
place there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from abstraction.facts import Fact
from abstraction.notes import Note
from api.pages.error_ids import error_ids
from api.pages.fact_details import label, words
from api.pages.note_text import is_tabular
from api.pages.patient_view import note_name
from api.pages.utf16 import Utf16
from api.pages.visible import visible
from corpus.evaluation import Evaluation, Mention
from corpus.evaluation.attributes import judge
from corpus.evaluation.errors import ScoredError
from corpus.evaluation.records import NoteKey
from criteria_engine.assessment import Assessment, CriterionAssessment, EvidenceReference

_LONE_RETURN = re.compile(r"\r(?!\n)")
Verdicts = Mapping[tuple[str, str], CriterionAssessment]
_Row = tuple[str, str | None, str | None, str]


def browser_data(
    evaluation: Evaluation, by_run: Iterable[Assessment], by_gold: Iterable[Assessment]
) -> dict[str, Any]:
    """The errors, the notes and the verdicts' reasons.

    ``by_run`` explains the run's verdicts; ``by_gold`` are the engine's on the gold facts.
    """
    return _Collector(evaluation, _by_criterion(by_run), _by_criterion(by_gold)).data()


class _Collector:
    """Numbers words, notes and comparisons as the errors first name them."""

    def __init__(self, evaluation: Evaluation, by_run: Verdicts, by_gold: Verdicts) -> None:
        self._errors = evaluation.errors
        self._by_run, self._by_gold = by_run, by_gold
        self._criteria = {
            one.id: {"title": one.title, "text": "\n".join(one.registered)}
            for one in evaluation.gold.protocol.criteria
        }
        self._texts = {
            (patient.patient_id, note.note_id): note
            for patient in evaluation.gold.patients
            for note in patient.notes
        }
        self._gold = _on_note(
            mention for patient in evaluation.gold.patients for mention in patient.mentions
        )
        self._run = _on_note(evaluation.run.mentions)
        self._words: dict[str, int] = {}
        self._notes: dict[NoteKey, int] = {}
        self._places: dict[NoteKey, Utf16] = {}
        self._pairs: dict[tuple[int, int], int] = {}
        self._pairs_told: list[dict[str, Any]] = []

    def data(self) -> dict[str, Any]:
        names = error_ids(self._errors)
        errors = [self._error(*named) for named in zip(names, self._errors, strict=True)]
        notes = [self._note(self._texts[key]) for key in self._notes]
        return {
            "errors": errors,
            "pairs": self._pairs_told,
            "notes": notes,
            "criteria": self._criteria,
            "words": [*self._words],
        }

    def _error(self, name: str, error: ScoredError) -> dict[str, Any]:
        about = error.gold or error.predicted
        told = {
            "id": name,
            "cause": self._word(error.cause),
            "patient": self._word(error.patient_id),
            "kind": self._word(about.fact.kind) if about else None,
            "concept": self._word(label(about.fact)) if about else None,
            "about": self._word(error.about) if error.about else None,
            "expected": self._word(error.expected) if error.expected else None,
            "found": self._word(error.found) if error.found else None,
            "blame": self._word(error.attribution) if error.attribution else None,
            "tags": [self._word(tag) for tag in error.tags] or None,
            "pair": self._pair(error.gold, error.predicted) if about else None,
            "verdict": self._verdict(error) if error.level == "criterion" else None,
        }
        return {field: value for field, value in told.items() if value is not None}

    def _pair(self, gold: Mention | None, predicted: Mention | None) -> int:
        key = (id(gold), id(predicted))
        if key not in self._pairs:
            self._pairs[key] = len(self._pairs_told)
            self._pairs_told.append(
                {
                    "gold": self._side(gold, _line(gold.where)) if gold else None,
                    "run": self._side(predicted, _maker(predicted)) if predicted else None,
                    "rows": self._rows(gold, predicted),
                }
            )
        return self._pairs[key]

    def _side(self, mention: Mention, origin: str) -> list[int]:
        """Note, start, end, and as words: kind, concept, where it comes from."""
        fact, place = mention.fact, self._place(mention.note)
        return [
            self._number(mention.note),
            place.index(fact.span.start),
            place.index(fact.span.end),
            self._word(fact.kind),
            self._word(label(fact)),
            self._word(origin),
        ]

    def _rows(self, gold: Mention | None, predicted: Mention | None) -> list[list[int]]:
        """Attribute, gold's value, run's value, how they compare; -1 is no value."""
        return [
            [self._word(name), self._value(one), self._value(other), self._word(how)]
            for name, one, other, how in _compared(gold, predicted)
            if one or other
        ]

    def _verdict(self, error: ScoredError) -> dict[str, Any]:
        key = (error.patient_id, error.about or "")
        return {
            "run": self._reason(error.patient_id, self._by_run.get(key)),
            "gold": self._reason(error.patient_id, self._by_gold.get(key)),
        }

    def _reason(
        self, patient_id: str, verdict: CriterionAssessment | None
    ) -> dict[str, Any] | None:
        if verdict is None:
            return None
        return {
            "outcome": verdict.outcome,
            "basis": words(verdict.basis),
            "reason": visible(verdict.reason),
            "action": verdict.action,
            "missing": [f"{words(one.concept)}: {one.why}" for one in verdict.missing],
            "evidence": [
                place
                for reference in verdict.evidence
                if (place := self._evidence(patient_id, reference))
            ],
        }

    def _evidence(self, patient_id: str, reference: EvidenceReference) -> list[int] | None:
        """Note, start and end; None where the gold has no such note."""
        key = (patient_id, reference.note_id)
        if key not in self._texts:
            return None
        place = self._place(key)
        return [self._number(key), place.index(reference.start), place.index(reference.end)]

    def _note(self, note: Note) -> dict[str, Any]:
        key = (note.patient_id, note.note_id)
        return {
            "patient": visible(note.patient_id),
            "id": visible(note.note_id),
            "name": visible(note_name(note)),
            "columns": is_tabular(note.text),
            "text": _LONE_RETURN.sub("\n", visible(note.text)),
            "gold": self._spans(key, self._gold.get(key, ())),
            "run": self._spans(key, self._run.get(key, ())),
        }

    def _spans(self, key: NoteKey, facts: Iterable[Fact]) -> list[int]:
        """Start, end and concept of each, one after the other."""
        place = self._place(key)
        return [
            number
            for fact in facts
            for number in (
                place.index(fact.span.start), place.index(fact.span.end), self._word(label(fact)),
            )
        ]  # fmt: skip

    def _place(self, key: NoteKey) -> Utf16:
        return self._places.setdefault(key, Utf16(self._texts[key].text))

    def _number(self, key: NoteKey) -> int:
        return self._notes.setdefault(key, len(self._notes))

    def _word(self, word: str) -> int:
        return self._words.setdefault(visible(word), len(self._words))

    def _value(self, value: str | None) -> int:
        return -1 if value is None else self._word(value)


def _compared(gold: Mention | None, predicted: Mention | None) -> Iterator[_Row]:
    """Every scored attribute, then what only one side tells and is not scored."""
    scored = judge(gold, predicted) if gold and predicted else ()
    yield from ((one.attribute.name, one.gold, one.predicted, one.how) for one in scored)
    names = {one.attribute.name for one in scored}
    for mention in (gold, predicted):
        for one in judge(mention, mention) if mention else ():
            if one.attribute.name not in names:
                sides = (one.gold, None) if mention is gold else (None, one.predicted)
                yield one.attribute.name, *sides, "not scored"


def _by_criterion(assessments: Iterable[Assessment]) -> Verdicts:
    return {
        (assessment.patient_id, verdict.id): verdict
        for assessment in assessments
        for verdict in assessment.criteria
    }


def _on_note(mentions: Iterable[Mention]) -> dict[NoteKey, list[Fact]]:
    facts: dict[NoteKey, list[Fact]] = {}
    for mention in sorted(mentions, key=lambda one: one.order):
        facts.setdefault(mention.note, []).append(mention.fact)
    return facts


def _line(where: str) -> str:
    """The file and line, without the folders that this machine has them in."""
    return where.replace("\\", "/").rpartition("/")[2]


def _maker(mention: Mention) -> str:
    if mention.given is not None:
        return _line(mention.where)
    return f"{mention.fact.source.method} {mention.fact.source.id}"
