"""A cue: words that change how a mention is meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue that reaches a mention: its meaning and its characters ``[start, end)``.

    ``distance`` counts the words between cue and mention; a comma counts as two, a semicolon and
    another mention of the same kind as five.  ``separated``: a comma or semicolon stands between.
    ``answers``: the cue is a form's answer, which reaches nothing but what was asked.  ``rivals``:
    how many other mentions stand in between.  ``sequel``: it tells what happened next, and names no
    other drug ("started in 2019, then stopped").  ``opens_date``: it is a word that leads to a date
    ("since").
    """

    category: str
    start: int
    end: int
    distance: int
    before: bool
    separated: bool = False
    answers: bool = False
    rivals: int = 0
    sequel: bool = False
    opens_date: bool = False
