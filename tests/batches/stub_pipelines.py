"""Pipelines that are quick, slow, hang or die, made anew in every worker process."""

from __future__ import annotations

import os
import re
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from abstraction.attempt import Extractor
from abstraction.facts import DiagnosisFact, Fact, Source
from abstraction.notes import Note

SECRET = "Jane Doe"


@dataclass(frozen=True)
class Stub:
    """Finds every "SLE".  A note that says so hangs, dies, raises, or dies the first time only."""

    seconds: float = 0.0
    seen: Path | None = None

    def __call__(self) -> Extractor:
        return self._extract

    def _extract(self, note: Note) -> tuple[Fact, ...]:
        time.sleep(self.seconds)
        if "hang" in note.text:
            # Inside the regex engine no other code of the process is let run.
            re.match(r"(a+)+$", "a" * 60 + "b")
        if "die once" in note.text and self.seen and not self.seen.exists():
            self.seen.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if "die always" in note.text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "raise" in note.text:
            raise KeyError(note.text)
        return tuple(
            DiagnosisFact(
                fact_id=f"{note.note_id}-{match.start()}",
                patient_id=note.patient_id,
                note_id=note.note_id,
                concept="sle",
                span=note.span(match.start(), match.end()),
                source=Source(method="rule", id="diagnosis.sle", version="v"),
            )
            for match in re.finditer("SLE", note.text)
        )


@dataclass(frozen=True)
class Unbuildable:
    """A pipeline that cannot be made."""

    def __call__(self) -> Extractor:
        raise KeyError(SECRET)


@dataclass(frozen=True)
class DiesAtStart:
    """A pipeline whose process ends while it is made."""

    def __call__(self) -> Extractor:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def some_notes(count: int) -> list[Note]:
    """Invented notes of a few patients, with none to three facts each; some hold no words."""
    return [
        Note(
            patient_id=f"p{number % 7}",
            note_id=f"n{number:04}",
            text=f"{SECRET}\u2028 {'SLE ' * (number % 4)}" if number % 11 else " ",
        )
        for number in range(count)
    ]
