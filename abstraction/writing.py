"""Files that appear whole or not at all, one JSON object a line."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from abstraction.notes import Frozen

_LINE_SEPARATORS = {ord(c): f"\\u{ord(c):04x}" for c in "\x85\u2028\u2029"}
"""Characters that JSON lets stand in a string and that some readers take for the end of a line."""


def json_line(record: Frozen) -> str:
    """The record as one JSON object on one line, for whatever reader's notion of a line."""
    return as_line(record.model_dump_json())


def as_line(json: str) -> str:
    """JSON that holds no line feed as a line of its own."""
    return json.translate(_LINE_SEPARATORS) + "\n"


@contextmanager
def replacing(*paths: Path) -> Iterator[tuple[TextIO, ...]]:
    """Streams to write the files' next content to; the files change together, at the end.

    On any exception the files stay as they were and nothing is left behind.  The streams write
    UTF-8 and leave line ends alone.  Raises ``OSError`` where the folder does not allow writing.
    """
    drafts: list[tuple[Path, Path]] = []
    try:
        with ExitStack() as stack:
            streams = []
            for path in paths:
                handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
                drafts.append((Path(name), path))
                stream = open(handle, "w", encoding="utf-8", newline="")  # noqa: SIM115
                streams.append(stack.enter_context(stream))
            yield tuple(streams)
        for draft, path in drafts:
            draft.chmod(0o666 & ~_umask())
            os.replace(draft, path)
    finally:
        for draft, _ in drafts:
            draft.unlink(missing_ok=True)


def _umask() -> int:
    """The permissions that this process withholds from new files."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
