"""Which of many patterns a text can hold, by one pass of RE2 over it.

Most patterns match in few notes, and Python searches for each of them by itself.  What is left
out here could not have been found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import re2

from abstraction.pipeline.relaxed import plain, relaxed

_MEMORY = 16 << 20
"""Bytes that RE2 may keep of what it has learned of the patterns."""
_FLAGS = re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE
"""The flags of a compiled pattern that a parser wants to know."""


class Screen:
    """Groups of patterns by name, of which a text gets to see those that it can hold.

    ``cut``: or that pieces cut from it can hold.
    """

    def __init__(
        self, groups: Mapping[str, Iterable[re.Pattern[str]]], *, cut: bool = False
    ) -> None:
        self._groups = tuple(groups)
        self._patterns = [(name, pattern) for name in groups for pattern in groups[name]]
        options = re2.Options()
        options.max_mem = _MEMORY
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for _, pattern in self._patterns:
            self._set.Add(relaxed(pattern.pattern, pattern.flags & _FLAGS, cut=cut))
        self._everywhere = self._set.Add("")
        self._set.Compile()
        # Readers ask of a note in turn; that of one note is known.
        self._last: tuple[str, dict[str, list[re.Pattern[str]]]] | None = None

    def live(
        self, text: str, start: int = 0, end: int | None = None
    ) -> dict[str, list[re.Pattern[str]]]:
        """Of each group the patterns that may match in ``text[start:end]``, in their order."""
        whole = not start and end is None
        if whole and self._last is not None and text is self._last[0]:
            return self._last[1]
        found: dict[str, list[re.Pattern[str]]] = {name: [] for name in self._groups}
        # The character before the first one decides whether a word begins with that.
        for number in self._numbers(text[max(0, start - 1) : end]):
            if number != self._everywhere:
                name, pattern = self._patterns[number]
                found[name].append(pattern)
        if whole:
            self._last = text, found
        return found

    def _numbers(self, text: str) -> Sequence[int]:
        numbers = self._set.Match(plain(text))
        # The empty pattern matches everywhere: where it does not, RE2 ran out of memory.
        return sorted(numbers) if numbers else range(len(self._patterns))
