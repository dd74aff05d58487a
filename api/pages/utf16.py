"""Places in a text as a browser counts them."""

from __future__ import annotations

from bisect import bisect_left


class Utf16:
    """Code point indices of a text as the UTF-16 indices that a browser counts in."""

    def __init__(self, text: str) -> None:
        self._pairs = [] if text.isascii() else [i for i, c in enumerate(text) if c > "\uffff"]

    def index(self, position: int) -> int:
        return position + bisect_left(self._pairs, position)
