"""One note, one attempt: its facts in order, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from abstraction.facts import Fact, FactBase
from abstraction.failures import type_and_place
from abstraction.notes import Note
from abstraction.quiet import quiet

Extractor = Callable[[Note], Sequence[Fact]]
"""What finds the facts of a note; a run knows nothing else of language processing."""


class Ungrounded(ValueError):
    """A fact whose text is not what stands at its place in the note."""


def attempt(extract: Extractor, note: Note) -> tuple[list[FactBase], str | None]:
    """The note's facts in order and None, or no facts and what happened.

    What happened is told by the error's type and place: its message may quote the note.
    """
    try:
        with quiet():
            facts = sorted(extract(note), key=lambda fact: (*fact.order(), fact.fact_id))
            for fact in facts:
                _check_grounding(note, fact)
    except Exception as error:
        return [], f"the facts could not be extracted ({type_and_place(error)})"
    return list(facts), None


def _check_grounding(note: Note, fact: FactBase) -> None:
    """Raise ``Ungrounded`` unless every span of the fact is the note's own text."""
    if (fact.patient_id, fact.note_id) != (note.patient_id, note.note_id):
        raise Ungrounded(fact.fact_id)
    for span in (fact.span, *fact.evidence):
        if note.text[span.start : span.end] != span.text:
            raise Ungrounded(fact.fact_id)
