"""The report of a run: one HTML file in which every verdict stands beside its evidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from markupsafe import Markup

from abstraction.facts import Fact
from abstraction.notes import Note
from api.pages.note_text import ASSERTION_SIGNS, KIND_CUES
from api.pages.patient_view import anchors_in_words, patient_view
from api.pages.self_contained import content_security_policy
from api.pages.templating import static, templates
from api.pages.timeline import Trial
from criteria_engine.assessment import Assessment, Triage

TRIAGE_ORDER: tuple[Triage, ...] = ("potentially_eligible", "needs_information", "ineligible")

_NO_TRIAL = Trial()


class CriterionProse(NamedTuple):
    """What a criterion is called and what the trial's register says, word for word."""

    title: str
    registered_text: str


class Provenance(NamedTuple):
    """What made the run: the software, the rule pack, how many notes could not be read, how many
    things in the input are no notes, and what a reader should know of the notes."""

    software_version: str
    rule_pack_version: str
    notes_failed: int = 0
    no_notes: int = 0
    remarks: tuple[str, ...] = ()


def render_report(
    notes: Iterable[Note],
    facts: Iterable[Fact],
    assessments: Iterable[Assessment],
    *,
    protocol_prose: Mapping[str, tuple[str, str]],
    provenance: Provenance,
    trial: Trial = _NO_TRIAL,
) -> str:
    """The whole report as one HTML document, the same bytes for the same records in any order.

    ``protocol_prose`` gives for each criterion id its title and registered text
    (``CriterionProse`` or a plain pair); a criterion that it lacks is shown by its id alone.
    ``trial`` names the limits and therapies that the timelines show.
    Facts of notes that are not given are left out.  Raises ``ValueError`` when a note's patient
    has no assessment or a fact does not quote its note to the letter.
    """
    assessed = sorted(assessments, key=lambda each: each.patient_id)
    notes_of: defaultdict[str, list[Note]] = defaultdict(list)
    for note in sorted(notes, key=Note.order):
        notes_of[note.patient_id].append(note)
    facts_of: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in sorted(facts, key=lambda each: (*each.order(), each.fact_id)):
        facts_of[fact.patient_id].append(fact)
    if strangers := sorted(notes_of.keys() - {each.patient_id for each in assessed}):
        raise ValueError(f"no assessment of the patients {', '.join(strangers)}, who have notes")

    patients = [
        patient_view(
            f"p{index}",
            each,
            notes_of[each.patient_id],
            facts_of[each.patient_id],
            protocol_prose,
            trial,
        )
        for index, each in enumerate(assessed, start=1)
    ]
    style, script = static("base.css", "report.css", "timeline.css"), static("report.js")
    triage = Counter(each.triage for each in assessed)
    return (
        templates()
        .get_template("report.html.j2")
        .render(
            csp=content_security_policy(style, script),
            style=Markup(style),
            script=Markup(script),
            patients=patients,
            protocols=sorted(
                {f"{each.protocol} version {each.protocol_version}" for each in assessed}
            ),
            names=sorted({each.protocol for each in assessed}),
            anchors=sorted({anchors_in_words(each) for each in assessed}),
            triage=[(name, triage[name]) for name in TRIAGE_ORDER],
            provenance=provenance,
            notes=sum(len(patient.notes) for patient in patients),
            facts=sum(len(patient.data) for patient in patients),
            kinds=KIND_CUES,
            signs=ASSERTION_SIGNS,
        )
    )
