"""From a name or a file to a protocol that may score: sound in every place, or refused whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from criteria_engine.draft import Draft, read_draft, shipped
from criteria_engine.linting import errors_of
from criteria_engine.protocol import Protocol, ProtocolError


def available_protocols() -> tuple[str, ...]:
    """The names of the protocols that are shipped, sorted."""
    return tuple(
        sorted(
            entry.name.removesuffix(".yaml")
            for entry in shipped().iterdir()
            if entry.name.endswith(".yaml")
        )
    )


def find_draft(name_or_path: str | Path, options: Mapping[str, Any] | None = None) -> Draft:
    """What the protocol of that name, or in that file, says, sound or not.

    Raises ``ProtocolError`` with one line when there is no such protocol or it cannot be read.
    """
    path = Path(name_or_path)
    if path.is_file():
        return read_draft(path, options)
    if str(name_or_path) in available_protocols():
        return read_draft(shipped() / f"{name_or_path}.yaml", options)
    known = ", ".join(available_protocols())
    raise ProtocolError(f"no protocol {str(name_or_path)!r}; available: {known}")


def load_protocol(name_or_path: str | Path, options: Mapping[str, Any] | None = None) -> Protocol:
    """The protocol of that name, or in that file, with readings chosen by ``options``.

    Raises ``ProtocolError`` with one line when there is no such protocol or it is not sound: a
    warning of the linter is let pass, an error is not.
    """
    draft = find_draft(name_or_path, options)
    errors = errors_of(draft)
    if errors:
        first, *others = errors
        more = f"; and {len(others)} more, see `lupus-chart protocol check`" if others else ""
        raise ProtocolError(f"{first.file}:{first.line}: {first.says}{more}")
    return draft.protocol()
