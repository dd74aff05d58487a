"""A regular expression made blunt, so that RE2 can look for many of them in one pass.

The blunt pattern matches wherever the pattern matches, and in other places too: it knows nothing of
what stands around a match, and little of letters beyond ASCII.  It is matched against ``plain``
text, in which every character is one of ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from re import _constants as op, _parser  # isort: skip

_ANY = "(?s:.)"
_LETTER, _SIGN, _DIGIT, _SPACE = "Q", "\x7f", "0", " "
"""What stands in plain text for a letter, a sign, a digit and a space beyond ASCII."""
_KIN = {"İ": "i", "ı": "i", "ſ": "s", "K": "k"}
"""The letters beyond ASCII that a pattern blind to case takes for one of ASCII."""
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_BORDER = re.compile(r"\\b|\^(?!\\x)|\$")
"""What a blunt pattern says of the borders of a word or line; its characters are all numbered."""
_MOST_REPEATED = 3
"""Times that a part is asked for which the pattern wants more often."""


def plain(text: str) -> bytes:
    """``text`` as blunt patterns want it: as long, and each character one of ASCII."""
    if not text.isascii():
        text = _FOREIGN.sub(lambda found: _ascii(found[0]), text)
    return text.encode("ascii")


def relaxed(pattern: str, flags: int = 0, *, cut: bool = False) -> str:
    """A pattern in RE2's syntax that matches plain text wherever ``pattern`` matches the text.

    ``cut``: also wherever ``pattern`` matches in a piece that is cut from the text.
    """
    multiline = "m" if flags & re.MULTILINE else ""
    found = _sequence(_parser.parse(pattern, flags).data, bool(multiline))
    return f"(?i{multiline})" + (_BORDER.sub("", found) if cut else found)


def _ascii(character: str) -> str:
    if character in _KIN:
        return _KIN[character]
    if character.isdecimal():
        return _DIGIT
    return _SPACE if character.isspace() else _LETTER if character.isalnum() else _SIGN


def _sequence(parts: Sequence[tuple[Any, Any]], multiline: bool) -> str:
    found = ""
    for place, (kind, value) in enumerate(parts):
        if kind is op.ASSERT_NOT and _holds_words(value[1]):
            ahead = value[0] > 0
            beside = parts[place - 1 : place] if ahead else parts[place + 1 : place + 2]
            found += r"\b" if beside and _is_word(*beside[0], last=ahead) else ""
        else:
            found += _part(kind, value, multiline)
    return found


def _part(kind: Any, value: Any, multiline: bool) -> str:
    if kind is op.LITERAL:
        return _characters(_class(((kind, value),)))
    if kind is op.IN:
        return _characters(_class(tuple(value)))
    if kind is op.SUBPATTERN:
        return f"(?:{_sequence(value[3].data, multiline)})"
    if kind is op.ATOMIC_GROUP:
        return f"(?:{_sequence(value.data, multiline)})"
    if kind is op.BRANCH:
        return f"(?:{'|'.join(_sequence(branch.data, multiline) for branch in value[1])})"
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, most, part = value
        return _repeated(least, most, part, multiline)
    if kind is op.AT:
        lines = {op.AT_BEGINNING: "^", op.AT_END: "$"} if multiline else {}
        return {op.AT_BOUNDARY: r"\b", **lines}.get(value, "")
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return ""
    if kind is op.FAILURE:
        return r"[^\x00-\x{10ffff}]"
    return _ANY if kind in (op.ANY, op.NOT_LITERAL) else f"{_ANY}*"


def _repeated(least: int, most: Any, part: Any, multiline: bool) -> str:
    once = f"(?:{_sequence(part.data, multiline)})"
    if most is op.MAXREPEAT or most > _MOST_REPEATED:
        return once * min(least, _MOST_REPEATED) + once + "*"
    return f"{once}{{{least},{most}}}"


@lru_cache(maxsize=1024)
def _class(told: tuple[tuple[Any, Any], ...]) -> frozenset[str]:
    """The ASCII characters that stand in plain text for those of a class."""
    negated = any(kind is op.NEGATE for kind, _ in told)
    categories = {value for kind, value in told if kind is op.CATEGORY}
    listed = [value for kind, value in told if kind is op.LITERAL]
    ranges = [value for kind, value in told if kind is op.RANGE]

    def holds(character: str) -> bool:
        code = ord(character)
        return (
            code in listed
            or any(low <= code <= high for low, high in ranges)
            or any(_CATEGORIES[category](character) for category in categories)
        )

    found: set[str] = set()
    for character in map(chr, range(128)):
        cases = (character.lower(), character.upper())
        if any(holds(case) != negated for case in cases):
            found.update(cases)
    foreign = [chr(code) for code in listed if code > 127]
    if negated or any(high > 127 for _, high in ranges) or any(one in _KIN for one in foreign):
        beyond = {_LETTER, _SIGN, _DIGIT, _SPACE, "i", "s", "k"}
        if negated and op.CATEGORY_NOT_WORD in categories:
            beyond -= {_SIGN, _SPACE}
        if negated and op.CATEGORY_WORD in categories:
            beyond -= {_LETTER, _DIGIT, "i", "s", "k"}
        found |= beyond - {_DIGIT if negated and op.CATEGORY_DIGIT in categories else ""}
    else:
        found.update(_ascii(character) for character in foreign)
        found.update(
            sign
            for category in categories
            for sign, example in ((_LETTER, "é"), (_SIGN, "–"), (_DIGIT, "٣"), (_SPACE, "\xa0"))
            if _CATEGORIES[category](example)
        )
    return frozenset(found)


_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    op.CATEGORY_DIGIT: lambda c: c.isdecimal(),
    op.CATEGORY_NOT_DIGIT: lambda c: not c.isdecimal(),
    op.CATEGORY_SPACE: lambda c: c.isspace(),
    op.CATEGORY_NOT_SPACE: lambda c: not c.isspace(),
    op.CATEGORY_WORD: lambda c: c.isalnum() or c == "_",
    op.CATEGORY_NOT_WORD: lambda c: not (c.isalnum() or c == "_"),
}


@lru_cache(maxsize=1024)
def _characters(accepted: frozenset[str]) -> str:
    codes = sorted(ord(character) for character in accepted)
    if not codes:
        return r"[^\x00-\x{10ffff}]"
    return f"[{''.join(rf'\x{{{code:x}}}' for code in codes)}]"


def _holds_words(parts: Any) -> bool:
    """Whether what may not stand here are the characters of words, and more."""
    if len(parts) != 1 or parts[0][0] is not op.IN:
        return False
    items = parts[0][1]
    kinds = {kind for kind, _ in items}
    return op.NEGATE not in kinds and (op.CATEGORY, op.CATEGORY_WORD) in items


def _is_word(kind: Any, value: Any, *, last: bool) -> bool:
    """Whether a part's first or last character is surely one of a word."""
    if kind in (op.LITERAL, op.IN):
        accepted = _class(((kind, value),) if kind is op.LITERAL else tuple(value))
        return all(character.isalnum() or character == "_" for character in accepted)
    if kind is op.SUBPATTERN:
        return bool(value[3].data) and _is_word(*value[3].data[-1 if last else 0], last=last)
    if kind is op.BRANCH:
        ends = [branch.data[-1 if last else 0] if branch.data else None for branch in value[1]]
        return all(end is not None and _is_word(*end, last=last) for end in ends)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, _, part = value
        return least > 0 and bool(part.data) and _is_word(*part.data[-1 if last else 0], last=last)
    return False
