"""The note and the span: where every fact of the house points back to.

Offsets are Python string indices (Unicode code points), half open ``[start, end)``, into the
note's text exactly as it was read.  ``note.text[span.start:span.end] == span.text`` always.
"""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Frozen(BaseModel):
    """Base of every record that is passed between rooms: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Frozen):
    """The characters ``[start, end)`` of a note and the text that stands there.

    Raises ``ValueError`` (by pydantic) when the text's length is not ``end - start``.
    """

    start: int = Field(ge=0, description="First code point of the span in the note's text.")
    end: int = Field(gt=0, description="One past the last code point of the span.")
    text: str = Field(min_length=1, description="note.text[start:end], to the letter.")

    @model_validator(mode="after")
    def _length_agrees(self) -> Self:
        if self.end - self.start != len(self.text):
            raise ValueError(
                f"a span {self.start}..{self.end} cannot hold {len(self.text)} characters"
            )
        return self


class Note(Frozen):
    """One document of one patient, its text untouched since it was decoded."""

    patient_id: str = Field(min_length=1)
    note_id: str = Field(min_length=1, description="Unique among the patient's notes.")
    date: dt.date | None = Field(default=None, description="Day the note was written, if known.")
    type: str | None = Field(default=None, description="Kind of note, as the source names it.")
    title: str | None = None
    author: str | None = None
    text: str

    def span(self, start: int, end: int) -> Span:
        """The span ``[start, end)`` of this note's text."""
        return Span(start=start, end=end, text=self.text[start:end])

    def order(self) -> tuple[str, str, str]:
        """Sort key by patient, day and id; a note without a date comes first of its patient."""
        return (self.patient_id, self.date.isoformat() if self.date else "", self.note_id)
