"""What could not be read, as a record that is safe to print."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from abstraction.notes import Frozen
from abstraction.reading.decoding import storable

Line = Annotated[str, AfterValidator(storable)]
"""Text that can be written down even where a file name in it is no Unicode."""


class ReadError(Frozen):
    """One thing that could not be read, or not all of it, in one clear line.

    ``where`` is the file, with the line or row where there is one; ``what`` says what is wrong
    and never quotes a note's text.  ``patient_id`` and ``note_id`` are given where they are known:
    the note itself may have been read all the same, for instance without its impossible date.
    """

    where: Line
    what: Line
    patient_id: Line | None = None
    note_id: Line | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def why(error: OSError) -> str:
    """The operating system's reason, without the path (the caller says where)."""
    return f"cannot be read ({error.strerror or type(error).__name__})"
