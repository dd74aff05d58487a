"""One patient as the report shows it: verdicts, notes with highlights, and what links the two."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from abstraction.chart import chart_of
from abstraction.facts import Fact
from abstraction.notes import Note
from api.pages.fact_details import concept_words, gist, label, origin, rows
from api.pages.note_text import KIND_CUES, Highlight, is_tabular, note_html
from api.pages.timeline import Timeline, Trial, timeline
from api.pages.trace_view import TraceNode, outline
from api.pages.utf16 import Utf16
from criteria_engine.assessment import Assessment, CriterionAssessment, EvidenceReference


@dataclass(frozen=True)
class EvidenceView:
    """A quotation under a verdict; ``element_id`` is null when the fact is not in this run."""

    quote: str
    element_id: str | None
    note_name: str
    gist: str


@dataclass(frozen=True)
class CriterionView:
    """A verdict with all that explains it."""

    element_id: str
    title: str
    registered_text: str
    verdict: CriterionAssessment
    evidence: tuple[EvidenceView, ...]
    trace: TraceNode | None


@dataclass(frozen=True)
class NoteView:
    """A note and its highlighted text."""

    element_id: str
    note: Note
    name: str
    html: Markup
    facts: int
    tabular: bool


@dataclass(frozen=True)
class PatientView:
    """Everything of one patient; ``data`` is what the script shows of a fact when it is chosen."""

    element_id: str
    assessment: Assessment
    criteria: tuple[CriterionView, ...]
    notes: tuple[NoteView, ...]
    data: dict[str, Any]
    timeline: Timeline

    @property
    def counts(self) -> Counter[str]:
        """How many criteria pass, fail and are unknown."""
        return Counter(criterion.verdict.outcome for criterion in self.criteria)

    @property
    def blocking(self) -> tuple[CriterionView, ...]:
        """The criteria that block the patient for good."""
        return tuple(c for c in self._failing() if not c.verdict.modifiable)

    @property
    def blocking_now(self) -> tuple[CriterionView, ...]:
        """The criteria that block until their action is taken."""
        return tuple(c for c in self._failing() if c.verdict.modifiable)

    @property
    def open(self) -> tuple[CriterionView, ...]:
        """The criteria that the notes do not settle."""
        return tuple(c for c in self.criteria if c.verdict.outcome == "unknown")

    @property
    def missing(self) -> tuple[str, ...]:
        """What would settle the unknown criteria, each once, in the order of the criteria."""
        named = (m.concept for c in self.criteria for m in c.verdict.missing)
        return tuple(dict.fromkeys(concept_words(concept) for concept in named))

    def grouped(self) -> Iterator[tuple[str, tuple[CriterionView, ...]]]:
        """The criteria under their kind, in the protocol's order."""
        for kind, criteria in groupby(self.criteria, key=lambda c: c.verdict.kind):
            yield kind, tuple(criteria)

    def _failing(self) -> Iterator[CriterionView]:
        return (c for c in self.criteria if c.verdict.outcome == "fail")


def patient_view(
    element_id: str,
    assessment: Assessment,
    notes: Sequence[Note],
    facts: Sequence[Fact],
    prose: Mapping[str, tuple[str, str]],
    trial: Trial,
) -> PatientView:
    """The patient's verdicts and notes, linked both ways.

    ``notes`` and ``facts`` are in the order in which they are to be numbered.  Raises
    ``ValueError`` when a fact's text is not what its note says at that place.
    """
    note_ids = {note.note_id: f"{element_id}n{i}" for i, note in enumerate(notes, 1)}
    placed = [fact for fact in facts if fact.note_id in note_ids]
    links = _Links(
        names={note.note_id: note_name(note) for note in notes},
        facts={fact.fact_id: fact for fact in placed},
        fact_ids={fact.fact_id: f"{element_id}f{i}" for i, fact in enumerate(placed, 1)},
        verdict_ids={one.id: f"{element_id}c{i}" for i, one in enumerate(assessment.criteria, 1)},
    )
    uses = _uses(assessment, links)
    on_note: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in placed:
        on_note[fact.note_id].append(fact)
    data: dict[str, Any] = {}
    for note in notes:
        utf16 = Utf16(note.text)
        for fact in on_note[note.note_id]:
            data[links.fact_ids[fact.fact_id]] = _fact_data(
                fact, note_ids[note.note_id], uses.get(fact.fact_id, ()), utf16
            )
    return PatientView(
        element_id=element_id,
        assessment=assessment,
        criteria=tuple(_criterion_view(one, links, prose) for one in assessment.criteria),
        notes=tuple(
            _note_view(note_ids[note.note_id], note, on_note[note.note_id], links, uses)
            for note in notes
        ),
        data=data,
        timeline=timeline(
            chart_of(assessment.patient_id, placed), assessment.anchors, trial, links.fact_ids
        ),
    )


@dataclass(frozen=True)
class _Links:
    """What a patient's notes, facts and verdicts are called on the page, by their own ids."""

    names: Mapping[str, str]
    facts: Mapping[str, Fact]
    fact_ids: Mapping[str, str]
    verdict_ids: Mapping[str, str]


def _criterion_view(
    verdict: CriterionAssessment, links: _Links, prose: Mapping[str, tuple[str, str]]
) -> CriterionView:
    title, registered_text = prose.get(verdict.id, ("", ""))
    return CriterionView(
        element_id=links.verdict_ids[verdict.id],
        title=title,
        registered_text=registered_text,
        verdict=verdict,
        evidence=tuple(_evidence_view(reference, links) for reference in verdict.evidence),
        trace=_trace(verdict, links.fact_ids) if verdict.trace else None,
    )


def _trace(verdict: CriterionAssessment, fact_ids: Mapping[str, str]) -> TraceNode:
    """The outline of the trace, without the reason that stands above it already."""
    root = outline(verdict.trace, fact_ids)
    repeated = root.reason.casefold() == verdict.reason.casefold()
    return root._replace(reason="") if repeated and root.children else root


def _evidence_view(reference: EvidenceReference, links: _Links) -> EvidenceView:
    fact = links.facts.get(reference.fact_id)
    return EvidenceView(
        quote=reference.text,
        element_id=links.fact_ids.get(reference.fact_id),
        note_name=links.names.get(reference.note_id, reference.note_id),
        gist=gist(fact) if fact else "",
    )


def _note_view(
    element_id: str,
    note: Note,
    facts: Sequence[Fact],
    links: _Links,
    uses: Mapping[str, tuple[str, ...]],
) -> NoteView:
    for fact in facts:
        _check_place(note, fact)
    highlights = [
        Highlight(links.fact_ids[fact.fact_id], fact, next(iter(uses.get(fact.fact_id, ())), None))
        for fact in facts
    ]
    return NoteView(
        element_id=element_id,
        note=note,
        name=links.names[note.note_id],
        html=note_html(note.text, highlights),
        facts=len(facts),
        tabular=is_tabular(note.text),
    )


def _uses(assessment: Assessment, links: _Links) -> dict[str, tuple[str, ...]]:
    """For each fact the verdicts that rest on it, in the protocol's order."""
    uses: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for criterion in assessment.criteria:
        for reference in criterion.evidence:
            uses[reference.fact_id][links.verdict_ids[criterion.id]] = None
    return {fact_id: tuple(verdicts) for fact_id, verdicts in uses.items()}


def _check_place(note: Note, fact: Fact) -> None:
    if note.text[fact.span.start : fact.span.end] != fact.span.text:
        raise ValueError(
            f"fact {fact.fact_id} of note {note.note_id} (patient {note.patient_id}) "
            f"does not quote characters {fact.span.start}..{fact.span.end} of the note"
        )


def note_name(note: Note) -> str:
    day = note.date.isoformat() if note.date else "undated"
    return f"{day} {note.title or note.type or note.note_id}"


def _fact_data(fact: Fact, note_id: str, verdicts: Iterable[str], utf16: Utf16) -> dict[str, Any]:
    return {
        "kind": KIND_CUES[fact.kind].word,
        "concept": label(fact),
        "note": note_id,
        "span": [utf16.index(fact.span.start), utf16.index(fact.span.end)],
        "rows": rows(fact),
        "origin": origin(fact),
        "cues": [
            [cue.role, utf16.index(cue.start), utf16.index(cue.end)]
            for cue in fact.evidence
            if cue.role != "mention"
        ],
        "verdicts": list(verdicts),
    }


def anchors_in_words(assessment: Assessment) -> str:
    """The days that the windows are counted from."""
    given = assessment.anchors
    leukapheresis = given.leukapheresis.isoformat() if given.leukapheresis else "not set"
    others = "".join(
        f", {name.replace('_', ' ')} {day.isoformat()}"
        for name, day in given.given()
        if name not in ("screening", "leukapheresis")
    )
    return f"screening {given.screening.isoformat()}, leukapheresis {leukapheresis}{others}"
