"""The last component: what the others found becomes plain facts, and spaCy ends here."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.dates import DateInterval
from abstraction.facts import (
    BiopsyFact,
    Code,
    DemographicFact,
    DiagnosisFact,
    Evidence,
    Fact,
    MeasurementFact,
    Role,
    Source,
    StatusFact,
    TherapyFact,
    Value,
)
from abstraction.notes import Span
from abstraction.pipeline.assertions import (
    Judgement,
    judge_statement,
    judge_therapy,
    nearest,
)
from abstraction.pipeline.biopsies import ClassPhrase
from abstraction.pipeline.context import Cue
from abstraction.pipeline.dating import interval, of_note, under
from abstraction.pipeline.measurements import Result
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.targets import Sentences, Target
from abstraction.pipeline.therapies import Dosing
from abstraction.pipeline.value_grammar import to_value
from nlp_rules.loader import RulePack
from nlp_rules.schema import CodeRule, DiagnosisRule, TherapyRule

for _name in ("facts", "patient_id", "note_id", "note_type"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=() if _name == "facts" else None)

_SYSTEMS = {
    "loinc": "http://loinc.org",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
    "snomed": "http://snomed.info/sct",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
}
Part = tuple[Role, int, int]
_BORDERS = {",": 10, ";": 40}
"""How much farther a date is, in characters, across a comma or a semicolon."""


@Language.factory(
    "lupus_facts",
    requires=[
        "doc._.targets", "doc._.cues", "doc._.layout", "doc._.dates", "doc._.measurements",
        "doc._.biopsies", "doc._.therapies", "doc._.demographics",
    ],
    assigns=["doc._.facts"],
    default_config={"rules": SHIPPED},
)  # fmt: skip
class FactWriter:
    """Writes ``doc._.facts``, sorted by place."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        self._rules = rule_pack(rules)

    def __call__(self, doc: Doc) -> Doc:
        unique = {fact.fact_id: fact for fact in _NoteFacts(doc, self._rules).all()}
        doc._.facts = tuple(sorted(unique.values(), key=lambda fact: fact.order()))
        return doc


class _NoteFacts:
    """The facts of one document."""

    def __init__(self, doc: Doc, rules: RulePack) -> None:
        self._text: str = doc.text
        self._doc = doc
        self._version = rules.version
        self._note_day = of_note(doc._.note_date)
        self._sentences = Sentences.of(doc)
        self._by_sentence: dict[int, list[Target]] = defaultdict(list)
        for target in doc._.targets:
            self._by_sentence[target.sentence].append(target)

    def all(self) -> Iterator[Fact]:
        doc = self._doc
        for number, target in enumerate(doc._.targets):
            cues: Sequence[Cue] = doc._.cues[number]
            if target.rule is not None and not target.rule.reported:
                continue
            if target.kind in ("therapy", "allergen") and self._is_allergy(target, cues):
                yield self._allergy(target, cues)
            elif target.kind == "diagnosis":
                yield self._diagnosis(target, cues)
            elif target.kind == "status":
                yield self._status(target, cues)
            elif target.kind == "biopsy":
                yield self._biopsy(target, cues, doc._.biopsies[number])
            elif target.kind == "therapy":
                yield self._therapy(target, cues, doc._.therapies[number])
        for result in doc._.measurements:
            if result.rule.reported and (fact := self._measurement(result)):
                yield fact
        yield from self._demographics()

    # ---- parts that every fact has ---------------------------------------------------------------

    def _common(
        self, kind: str, concept: str, start: int, end: int, rule_id: str,
        parts: Sequence[Part], codes: Sequence[CodeRule] = (),
    ) -> dict[str, Any]:  # fmt: skip
        doc = self._doc
        identity = "\x1f".join(
            (doc._.patient_id or "", doc._.note_id or "", kind, concept, str(start), str(end), rule_id)
        )
        return {
            "fact_id": hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:16],
            "patient_id": doc._.patient_id or "",
            "note_id": doc._.note_id or "",
            "note_date": doc._.note_date,
            "concept": concept,
            "span": Span(start=start, end=end, text=self._text[start:end]),
            "evidence": tuple(
                Evidence(role=role, start=s, end=e, text=self._text[s:e])
                for role, s, e in sorted(set(parts), key=lambda p: (p[1], p[2], p[0]))
            ),
            "section": doc._.layout.name(start),
            "codes": tuple(Code(system=_SYSTEMS[c.system], code=c.code) for c in codes),
            "source": Source(method="rule", id=rule_id, version=self._version),
        }

    def _implied(self, target: Target) -> frozenset[str]:
        return self._doc._.layout.implied(target.start)

    def _day_in_clause(self, target: Target) -> tuple[DateInterval, Part] | None:
        """The date of the mention's own sentence that stands nearest, after it or before it, with
        no other mention of its kind in between."""
        start, end = self._sentences.bounds(target.sentence)
        rivals = [
            t for t in self._by_sentence[target.sentence]
            if t.kind in (target.kind, "therapy", "measurement") and t is not target
        ]  # fmt: skip
        near = []
        for date in self._doc._.dates.within(start, end):
            after = date.start >= target.end
            low, high = (target.end, date.start) if after else (date.end, target.start)
            if not any(low <= r.start < high for r in rivals):
                borders = sum(_BORDERS.get(sign, 0) for sign in self._text[low:high])
                near.append((high - low + borders, not after, date))
        if not near:
            return None
        _, _, date = min(near, key=lambda n: (n[0], n[1]))
        return interval(date), ("date", date.start, date.end)

    # ---- by kind ---------------------------------------------------------------------------------

    def _diagnosis(self, target: Target, cues: Sequence[Cue]) -> DiagnosisFact:
        rule = target.rule
        chronic = isinstance(rule, DiagnosisRule) and rule.chronic
        judged = judge_statement(cues, self._implied(target), chronic)
        if target.term is not None and target.term.denies and judged.assertion == "present":
            judged = Judgement("absent", "current", judged.experiencer)
        parts: list[Part] = [("mention", target.start, target.end), *_cue_parts(judged.cues)]
        clause = self._day_in_clause(target) if judged.experiencer == "patient" else None
        date, onset = self._note_day, None
        if clause is not None and judged.assertion == "present":
            parts.append(clause[1])
            if clause[0].basis == "note":
                date = clause[0]
            elif chronic and judged.temporality == "current":
                onset = clause[0]
            else:
                date = clause[0]
        elif judged.temporality == "past":
            date = None
        return DiagnosisFact(
            **self._common(
                "diagnosis", target.concept, target.start, target.end, target.rule_id, parts,
                rule.codes if rule else (),
            ),
            assertion=judged.assertion, temporality=judged.temporality,
            experiencer=judged.experiencer, date=date, onset=onset, resolved=judged.resolved,
        )  # fmt: skip

    def _status(self, target: Target, cues: Sequence[Cue]) -> StatusFact:
        judged = judge_statement(cues, self._implied(target), chronic=False)
        parts: list[Part] = [("mention", target.start, target.end), *_cue_parts(judged.cues)]
        return StatusFact(
            **self._common(
                "status", target.concept, target.start, target.end, target.rule_id, parts
            ),
            assertion=judged.assertion, temporality=judged.temporality,
            experiencer=judged.experiencer, date=self._note_day,
        )  # fmt: skip

    def _biopsy(
        self, target: Target, cues: Sequence[Cue], phrase: ClassPhrase
    ) -> BiopsyFact:
        judged = judge_statement(cues, self._implied(target) - {"past"}, chronic=True)
        if judged.assertion == "present" and (hearsay := nearest(cues, "hearsay")):
            judged = Judgement("possible", cues=(hearsay,))
        parts: list[Part] = [*phrase.parts, *_cue_parts(judged.cues)]
        clause = self._day_in_clause(target)
        date: DateInterval | None = None
        if clause is not None:
            date = clause[0]
            parts.append(clause[1])
        elif heading := self._doc._.dates.heading(target.start):
            date = under(heading)
            parts.append(("date", heading.start, heading.end))
        return BiopsyFact(
            **self._common(
                "biopsy", target.concept, target.start, target.end, target.rule_id, parts
            ),
            assertion=judged.assertion, temporality=judged.temporality,
            experiencer=judged.experiencer, date=date, organ=phrase.organ,
            classes=phrase.classes, readings=phrase.readings, activity_letters=phrase.letters,
            activity_index=phrase.activity_index, chronicity_index=phrase.chronicity_index,
            system=phrase.system,
        )  # fmt: skip

    def _therapy(self, target: Target, cues: Sequence[Cue], dosing: Dosing) -> TherapyFact:
        rule = target.rule
        dosed = dosing.dose is not None or dosing.frequency is not None
        judged = judge_therapy(cues, self._implied(target), dosed=dosed)
        parts: list[Part] = [*dosing.parts, *_cue_parts(judged.cues)]
        start = stop = date = None
        none_since = judged.status == "never_given" and any(r == "start" for r, _ in dosing.dates)
        if none_since:
            judged = replace(judged, assertion="present", temporality="past", status="stopped")
        for role, mention in dosing.dates:
            days = interval(mention)
            if role == "start" and none_since:
                stop = days
            elif role == "start" and start is None:
                start = days
            elif role == "stop" or (role == "on" and judged.status == "stopped"):
                stop = days
            elif role == "on" and judged.status == "active" and days.basis != "note":
                start = start or days
            elif role == "on":
                date = date or days
        single = isinstance(rule, TherapyRule) and rule.form in ("procedure", "vaccine")
        status = judged.status
        note_date = self._doc._.note_date
        ended = stop is not None and (note_date is None or stop.start <= note_date)
        told_whole = status == "unknown" and judged.temporality == "past" and dosing.course
        if (status in ("unknown", "active") and ended) or told_whole:
            status, judged = "stopped", replace(judged, temporality="past")
        uncued = not any(c.category in ("active", "stopped", "held") for c in cues)
        infused = dosing.route == "intravenous" and dosing.dose is not None
        given_once = single or (
            infused and dosing.frequency is None and not dosing.course and (date is not None or uncued)
        )
        if given_once and status in ("active", "unknown", "stopped") and start is None:
            date, stop = date or stop, None
            if date is None and not single and status == "active":
                date = self._note_day
            status = None
        if date is None and start is None and stop is None and status in ("active", "held"):
            date = self._note_day
        return TherapyFact(
            **self._common(
                "therapy", target.concept, dosing.start, dosing.end, target.rule_id, parts,
                rule.codes if rule else (),
            ),
            assertion=judged.assertion,
            temporality=_past(start, stop, date, judged.temporality, single, self._doc._.note_date),
            experiencer=judged.experiencer, date=date, status=status, dose=dosing.dose,
            frequency=dosing.frequency, daily_dose_mg=dosing.daily_dose_mg, route=dosing.route,
            start=start, stop=stop, stop_reason=judged.stop_reason,
            response="inadequate" if judged.inadequate else _response(cues),
        )  # fmt: skip

    def _is_allergy(self, target: Target, cues: Sequence[Cue]) -> bool:
        """Whether the drug stands in an allergy list, and not as one that is being taken."""
        allergy = nearest(cues, "allergy")
        if allergy is None and "allergy" not in self._implied(target):
            return False
        rivals = [c for c in cues if c.category in ("active", "stopped", "historical")]
        return allergy is None or not any(c.distance < allergy.distance for c in rivals)

    def _allergy(self, target: Target, cues: Sequence[Cue]) -> DiagnosisFact:
        judged = judge_statement(cues, frozenset(), chronic=True)
        parts: list[Part] = [("mention", target.start, target.end), *_cue_parts(judged.cues)]
        if allergy := nearest(cues, "allergy"):
            parts.append(("cue", allergy.start, allergy.end))
        return DiagnosisFact(
            **self._common(
                "diagnosis", "drug_allergy", target.start, target.end, "diagnosis.drug_allergy", parts
            ),
            assertion=judged.assertion, temporality="current", experiencer=judged.experiencer,
            date=self._note_day,
        )  # fmt: skip

    def _measurement(self, result: Result) -> MeasurementFact | None:
        target: Target = self._doc._.targets[result.target]
        cues: Sequence[Cue] = self._doc._.cues[result.target]
        printed = result.printed
        judged = judge_statement(
            [c for c in cues if c.category in ("family", "donor", "other_person", "education")],
            self._implied(target) & {"family", "education"},
            chronic=False,
        )
        parts: list[Part] = [*result.parts, *_cue_parts(judged.cues)]
        value, date = Value(), result.date
        assertion, temporality = judged.assertion, judged.temporality
        if printed is not None:
            value = to_value(printed, result.rule)
        else:
            pending, negated = nearest(cues, "pending"), nearest(cues, "negated")
            if pending is not None:
                assertion, temporality = "hypothetical", "planned"
                parts.append(("cue", pending.start, pending.end))
            elif negated is not None and negated.before and result.rule.value == "presence":
                value = Value(interpretation="negative")
                parts.append(("cue", negated.start, negated.end))
            else:
                return None
        past = nearest(cues, "historical")
        told_past = result.earlier or (past is not None and past.distance <= 2)
        if date is None and assertion != "hypothetical" and not told_past:
            date = self._note_day
        return MeasurementFact(
            **self._common(
                "measurement", result.concept, result.start, result.end,
                f"measurement.{result.concept}", parts, result.rule.codes,
            ),
            assertion=assertion,
            temporality=_measured(date, temporality, self._doc._.note_date),
            experiencer=judged.experiencer, date=date, value=value,
        )  # fmt: skip

    def _demographics(self) -> Iterator[DemographicFact]:
        for found in self._doc._.demographics:
            implied = self._doc._.layout.implied(found.start)
            if "family" in implied or "education" in implied:
                continue
            parts: list[Part] = [("value", found.value_start, found.value_end)]
            yield DemographicFact(
                **self._common(
                    "demographic", found.concept, found.start, found.end,
                    f"demographic.{found.concept}", parts,
                ),
                date=self._note_day if found.concept == "age" else None,
                value=found.value,
            )  # fmt: skip


def _cue_parts(cues: Sequence[Cue]) -> list[Part]:
    return [("cue", cue.start, cue.end) for cue in cues]


def _response(cues: Sequence[Cue]):  # type: ignore[no-untyped-def]
    if nearest(cues, "complete"):
        return "complete"
    return "partial" if nearest(cues, "partial") else None


def _measured(date: DateInterval | None, temporality, note_date: dt.date | None):  # type: ignore[no-untyped-def]
    """Past when the result's day lies before the note's, or nothing says when it was."""
    if temporality == "planned":
        return temporality
    if date is None:
        return "past"
    return temporality


def _past(
    start: DateInterval | None, stop: DateInterval | None, date: DateInterval | None,
    temporality, single: bool, note_date: dt.date | None,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """An administration before the note's day is past."""
    if temporality == "planned" or note_date is None:
        return temporality
    if date is not None and start is None and date.end < note_date:
        return "past"
    return temporality
