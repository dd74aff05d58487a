"""What every fact has, whatever its kind: identity, place, evidence, section, codes, source."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from spacy.tokens import Doc

from abstraction.dates import DateInterval
from abstraction.facts import Code, Evidence, Kind, Source
from abstraction.notes import Span
from abstraction.pipeline.attribution import Attribution
from abstraction.pipeline.cues import Cue
from abstraction.pipeline.dating import interval, of_note
from abstraction.pipeline.disease_answers import DiseaseAnswers
from abstraction.pipeline.own_children import OwnChildren
from abstraction.pipeline.page import Page
from abstraction.pipeline.parts import Part, in_order
from abstraction.pipeline.sections import Layout
from abstraction.pipeline.severities import Severities
from abstraction.pipeline.targets import Target
from nlp_rules.loader import RulePack
from nlp_rules.schema import CodeRule

_SYSTEMS = {
    "loinc": "http://loinc.org",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
    "snomed": "http://snomed.info/sct",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
}
"""Canonical addresses of code systems, as HL7 FHIR registers them."""
_BYGONE = 30
"""Days: SLEDAI-2K counts what was there at the visit or in the 30 days before it."""
_SINCE = 24
"""Characters before a date in which a word such as "since" may stand."""
_BORDERS = {",": 10, ";": 40}
"""How much farther a date is, in characters, across a comma or a semicolon."""
_OWN = 60
"""How much nearer, in characters, a date is that follows in the clause or in brackets."""
_DATE_RIVALS = frozenset({"therapy", "measurement"})
"""Kinds of mention that a date in between belongs to."""


class Common(TypedDict):
    """The fields that every fact has."""

    fact_id: str
    patient_id: str
    note_id: str
    note_date: dt.date | None
    concept: str
    span: Span
    evidence: tuple[Evidence, ...]
    section: str | None
    codes: tuple[Code, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class FactParts:
    """One note, from which the common parts of its facts are made."""

    page: Page
    layout: Layout
    patient_id: str
    note_id: str
    note_date: dt.date | None
    version: str
    ends_list: re.Pattern[str]
    since: re.Pattern[str]
    ahead: re.Pattern[str]
    resumed: re.Pattern[str]
    administered: frozenset[str]
    in_sessions: frozenset[str]
    by_sentence: dict[int, list[Target]]
    answers: DiseaseAnswers
    severities: Severities
    attribution: Attribution
    children: OwnChildren

    @classmethod
    def of(cls, doc: Doc, rules: RulePack) -> FactParts:
        """The parts of a document whose facts ``rules`` find."""
        by_sentence: dict[int, list[Target]] = defaultdict(list)
        for target in doc._.targets:
            by_sentence[target.sentence].append(target)
        return cls(
            page=Page.of(doc),
            layout=doc._.layout,
            patient_id=doc._.patient_id or "",
            note_id=doc._.note_id or "",
            note_date=doc._.note_date,
            version=rules.version,
            ends_list=re.compile(rules.dates.ends_list, re.IGNORECASE),
            since=re.compile(
                rf"\b(?:{'|'.join(re.escape(word) for word in rules.dates.since)})\W*$",
                re.IGNORECASE,
            ),
            ahead=re.compile(rules.dates.ahead, re.IGNORECASE),
            resumed=re.compile(rules.dates.resumed, re.IGNORECASE),
            administered=frozenset(rules.dates.administered),
            in_sessions=frozenset(rules.dates.in_sessions),
            by_sentence=by_sentence,
            answers=DiseaseAnswers.by(rules.diagnoses.answers_to_treatment),
            severities=Severities.by(rules.diagnoses.severities),
            attribution=Attribution.of(rules.context),
            children=OwnChildren.of(rules.context),
        )

    @property
    def note_day(self) -> DateInterval | None:
        """The note's own day; None when it has no date."""
        return of_note(self.note_date)

    def common(
        self,
        kind: Kind,
        concept: str,
        place: tuple[int, int],
        parts: Iterable[Part],
        codes: Sequence[CodeRule] = (),
    ) -> Common:
        """The common fields of a fact that the characters ``place`` = ``[start, end)`` tell.

        ``fact_id`` is the first 16 hexadecimal digits of a SHA-256 over patient, note, kind,
        concept, place and rule.
        """
        start, end = place
        rule_id = f"{kind}.{concept}"
        identity = "\x1f".join(
            (self.patient_id, self.note_id, kind, concept, str(start), str(end), rule_id)
        )
        text = self.page.text
        return {
            "fact_id": hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:16],
            "patient_id": self.patient_id,
            "note_id": self.note_id,
            "note_date": self.note_date,
            "concept": concept,
            "span": Span(start=start, end=end, text=text[start:end]),
            "evidence": tuple(
                Evidence(role=role, start=first, end=last, text=text[first:last])
                for role, first, last in in_order(parts)
            ),
            "section": self.layout.name(start),
            "codes": tuple(Code(system=_SYSTEMS[c.system], code=c.code) for c in codes),
            "source": Source(method="rule", id=rule_id, version=self.version),
        }

    def implied(self, target: Target) -> Collection[str]:
        """What the section that a mention stands in implies."""
        return self.layout.implied(target.start)

    def day_in_clause(
        self, target: Target, *, own: bool = False, listed: bool = False
    ) -> tuple[DateInterval, Part] | None:
        """The date of the mention's own sentence that stands nearest, after it or before it, with
        no other mention of its kind, therapy or measurement in between.

        ``listed``: a date before a list is that of each member ("in 2015 with A, B and C").
        ``own``: what follows in brackets or in the same clause is the mention's own ("class IV
        (biopsy July 2023)") and wins over what stands before it.
        """
        rivals = [
            other
            for other in self.by_sentence[target.sentence]
            if (other.kind == target.kind or other.kind in _DATE_RIVALS) and other is not target
        ]
        near = []
        for date in self.page.dates.within(*self.page.sentences.bounds(target.sentence)):
            after = date.start >= target.end
            low, high = (target.end, date.start) if after else (date.end, target.start)
            between = [rival for rival in rivals if low <= rival.start < high]
            if listed and not after and not self.ends_list.search(self.page.text, low, high):
                between = [rival for rival in between if rival.kind != target.kind]
            if not between:
                gap = self.page.text[low:high]
                far = high - low + sum(_BORDERS.get(sign, 0) for sign in gap)
                if own and after and ";" not in gap and ("(" in gap or "," not in gap):
                    far -= _OWN
                near.append((far, not after, date))
        if not near:
            return None
        _, _, date = min(near, key=lambda found: found[:2])
        return interval(date), ("date", date.start, date.end)

    def is_bygone(self, day: DateInterval, place: Part) -> bool:
        """Whether what was so on ``day``, told by the characters of ``place``, is over by itself:
        more than 30 days before the note, and not "since" then."""
        if self.note_date is None or day.basis not in ("explicit", "relative"):
            return False
        _, start, _ = place
        before = self.page.text[max(0, start - _SINCE) : start]
        return (self.note_date - day.end).days > _BYGONE and not self.since.search(before)


def mention_of(target: Target) -> Part:
    """The mention itself, as evidence."""
    return ("mention", target.start, target.end)


def cue_parts(cues: Sequence[Cue]) -> list[Part]:
    """The cues that decided, as evidence."""
    return [("cue", cue.start, cue.end) for cue in cues]
