"""Notes as they lie on disk, read without changing a character.

``read_notes`` takes a folder of charts, one patient's folder, one note or a table, and yields
each note once, sorted by patient and note id, after one ``ReadError`` for each thing that could
not be read.  Nothing is skipped silently and nothing stops the other notes.
"""

from abstraction.reading.collection import NoRoom, NoteCollection, collect_notes, read_notes
from abstraction.reading.errors import ReadError

__all__ = ["NoRoom", "NoteCollection", "ReadError", "collect_notes", "read_notes"]
