"""A cue: words that change how a mention is meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue that reaches a mention: its meaning and its characters ``[start, end)``.

    ``distance`` counts the words between cue and mention; a comma counts as two, a semicolon and
    another mention of the same kind as five.  ``separated``: a comma or semicolon stands between.
    ``answers``: the cue is a form's answer, which reaches nothing but what was asked.
    """

    category: str
    start: int
    end: int
    distance: int
    before: bool
    separated: bool = False
    answers: bool = False
