"""What may be said of an error that nobody foresaw."""

from __future__ import annotations

import traceback
from pathlib import Path

_HOUSE = Path(__file__).parents[1]
_ROOMS = tuple(
    _HOUSE / room for room in ("abstraction", "api", "corpus", "criteria_engine", "nlp_rules")
)


def type_and_place(error: Exception) -> str:
    """The error's type and the last line of our own code that it came through.

    Its message is left out: it may quote a note.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        frame
        for frame in frames
        if any(Path(frame.filename).is_relative_to(room) for room in _ROOMS)
    ]
    last = (own or frames)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
