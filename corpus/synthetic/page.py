"""A note being written: text, and the facts that stand in it, with their characters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus.synthetic.drafts import KIND_OF, interval

UNTOLD = ...
"""The value of a field that the gold leaves out, because two careful readers could differ on it."""


@dataclass(frozen=True, slots=True)
class OwnFact:
    """A fact that a phrase is about: its concept and what is known of it before a word is said."""

    concept: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """What a slot prints, and what that discloses of the phrase's own facts.

    ``which`` is the own fact that it speaks of (None: all of them).
    """

    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    which: int | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """A list in running text, each item a fact: "fever, mouth ulcers or hair loss"."""

    items: tuple[tuple[str, OwnFact], ...]
    conjunction: str
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class Draft:
    """A gold record in the making."""

    start: int
    end: int
    concept: str
    fields: dict[str, Any]
    tags: set[str]

    def disclose(self, fields: Mapping[str, Any]) -> None:
        """Add what a word says; a nested field is added to, not replaced."""
        for name, value in fields.items():
            known = self.fields.get(name)
            if isinstance(known, Mapping) and isinstance(value, Mapping):
                self.fields[name] = {**known, **value}
            else:
                self.fields[name] = value

    def moved(self, start: int, end: int) -> Draft:
        """The same record over other characters."""
        return Draft(start, end, self.concept, dict(self.fields), set(self.tags))


class Page:
    """Text that grows at its end."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.length = 0
        self.drafts: list[Draft] = []

    def write(self, text: str) -> tuple[int, int]:
        """Add the text; the characters where it stands now."""
        start = self.length
        self._parts.append(text)
        self.length += len(text)
        return start, self.length

    def add(self, other: Page) -> None:
        """Add another page's text and facts."""
        by = self.length
        self.drafts += [one.moved(one.start + by, one.end + by) for one in other.drafts]
        self.write(other.text)

    def mark(self, start: int, end: int, fact: OwnFact, tags: Iterable[str] = ()) -> Draft:
        """A record over the characters."""
        draft = Draft(start, end, fact.concept, dict(fact.fields), {*fact.tags, *tags})
        self.drafts.append(draft)
        return draft

    @property
    def text(self) -> str:
        whole = "".join(self._parts)
        self._parts = [whole]
        return whole

    def begins_sentence(self) -> bool:
        """Whether the next word would be the first of a sentence or a line."""
        tail = self.text[-3:].rstrip(" ")
        return not tail or tail[-1] in ".!?\n"

    def follows_stop(self) -> bool:
        """Whether the next word comes right after a full stop and a space."""
        return self.text[-2:-1] in tuple(".!?")

    def raised(self) -> Page:
        """The page with its first letter in upper case."""
        raised = Page()
        raised.write(self.text[:1].upper() + self.text[1:])
        raised.drafts = self.drafts
        return raised


def record(draft: Draft, text: str, patient_id: str, note_id: str, day: dt.date) -> dict[str, Any]:
    """The draft as a line of a gold file; a field that says "note" is the note's own day."""
    fields = {
        name: interval(day, day, "note") if value == "note" else _told(value)
        for name, value in draft.fields.items()
        if value is not UNTOLD
    }
    words = text[draft.start : draft.end]
    return {
        "patient_id": patient_id,
        "note_id": note_id,
        "kind": KIND_OF[draft.concept],
        "concept": draft.concept,
        "span": {"start": draft.start, "end": draft.end, "text": words},
        "assertion": fields.pop("assertion", "present"),
        "experiencer": fields.pop("experiencer", "patient"),
        **fields,
        "tags": sorted(draft.tags | ({"line_break"} if "\n" in words else set())),
    }


def _told(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: inner for name, inner in value.items() if inner is not UNTOLD}
    return value
