"""The therapies that a protocol asks about, in the order in which it names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from criteria_engine.protocol import Protocol
from criteria_engine.vocabulary import vocabulary


def therapies_of(protocol: Protocol) -> tuple[str, ...]:
    """Every therapy concept that an expression of the protocol names, each once."""
    known = vocabulary().labels["therapy"]
    named = (
        word
        for criterion in protocol.criteria
        for word in _words(criterion.expression.model_dump())
        if word in known
    )
    return tuple(dict.fromkeys(named))


def _words(data: Any) -> Iterator[str]:
    """Every text of the data, in its order."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _words(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _words(value)
