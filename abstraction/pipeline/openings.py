"""What a match of a regular expression begins with, told by the expression's own syntax tree.

Python tries a pattern at every character of a text.  Where a match can only begin with a digit or
one of a few words, it is enough to try it there, and of its alternatives those that begin so; what
is found is the same.  Case is folded throughout, so that what is told of a pattern holds whether
or not it is blind to case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from re import _compiler, _constants as op, _parser  # type: ignore[attr-defined]  # isort: skip

_MOST_OPENINGS, LONGEST_OPENING = 40, 4
"""Beginnings of a pattern that are followed on, and the characters of the longest."""
_ODD_CASES = (("İ", "i"), ("ı", "i"), ("ſ", "s"), ("K", "k"))
"""The letters beyond ASCII that a pattern blind to case takes for one of ASCII."""
_PLAIN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûü")
"""Letters beyond ASCII whose case is folded as ASCII's is."""
_DIGITS = frozenset("0123456789")
_DIGIT, _SPACE = re.compile(r"(?![0-9])\d"), re.compile(r"\s")
_BLANKS = {code: " " for code in range(128) if chr(code).isspace()}


def folded(text: str) -> str:
    """``text`` in lower case, as long as it was, with every letter that matches an ASCII letter
    without regard to case in the shape of that letter, each digit one of ASCII, and white space a
    space."""
    if not text.isascii():
        text = _SPACE.sub(" ", _DIGIT.sub("0", text))
        for odd, plain in _ODD_CASES:
            text = text.replace(odd, plain)
    return text.translate(_BLANKS).lower()


_NO_LETTER = repr(_parser.parse(r"(?<![^\W\d_])").data[0])


@dataclass(frozen=True, slots=True)
class Openings:
    """What every match begins with: one of the strings ``prefixes``, folded.

    ``apart``: no letter stands before it, where it begins with one.
    """

    prefixes: frozenset[str]
    apart: bool


def openings(pattern: str, flags: int = 0) -> Openings | None:
    """What every match of ``pattern`` begins with; None where that can be anything, or nothing."""
    tree = _parser.parse(pattern, flags)
    start = _opening_of(tree)
    if start is None or "" in start.ends or "" in start.goes_on:
        return None
    return Openings(_shortest(start.goes_on | start.ends), _is_apart(tree.data))


def _is_apart(parts: Sequence[tuple[Any, Any]]) -> bool:
    """Whether parts begin with a word's boundary, or with a letter's prohibition."""
    if not parts:
        return False
    kind, value = parts[0]
    if kind is op.BRANCH:
        return all(_is_apart(branch.data) for branch in value[1])
    return (kind, value) == (op.AT, op.AT_BOUNDARY) or repr(parts[0]) == _NO_LETTER


def _plain(character: str) -> bool:
    """Whether folding makes of two characters one just where a pattern does that is blind to
    case."""
    lower = character.lower()
    if character.isascii() or lower in _PLAIN:
        return True
    return lower == character.upper() and not character.isdecimal()


def _low(character: str) -> str:
    return " " if character.isspace() else character.lower()


@dataclass(frozen=True, slots=True)
class _Opening:
    """How a part of a pattern begins: strings behind which the next part goes on, and those that
    are all that is told."""

    goes_on: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()


_EMPTY = _Opening(goes_on=frozenset({""}))


def _opening_of(parts: Iterable[tuple[Any, Any]]) -> _Opening | None:
    goes_on, ends = frozenset({""}), frozenset[str]()
    for part in parts:
        following = _opening_of_part(*part)
        if following is None:
            return None if "" in goes_on else _Opening(ends=ends | goes_on)
        ends |= {a + b for a in goes_on for b in following.ends}
        goes_on = frozenset(a + b for a in goes_on for b in following.goes_on)
        many = len(goes_on) > _MOST_OPENINGS
        long = {one for one in goes_on if one and (many or len(one) >= LONGEST_OPENING)}
        ends |= {one[:LONGEST_OPENING] for one in long}
        goes_on -= long
        if not goes_on:
            break
    return _Opening(goes_on, ends)


def _opening_of_part(kind: Any, value: Any) -> _Opening | None:
    if kind is op.LITERAL:
        character = chr(value)
        return _Opening(frozenset({_low(character)})) if _plain(character) else None
    if kind is op.IN:
        return _opening_of_class(value)
    if kind is op.SUBPATTERN:
        return _opening_of(value[3])
    if kind is op.ATOMIC_GROUP:
        return _opening_of(value)
    if kind is op.BRANCH:
        return _either([_opening_of(branch) for branch in value[1]])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, most, part = value
        once = _opening_of(part)
        if once is not None and most > 1:
            once = _Opening(ends=once.goes_on | once.ends)
        return _either([once, _EMPTY]) if least == 0 else once
    if kind in (op.ASSERT, op.ASSERT_NOT, op.AT):
        return _EMPTY
    return _Opening() if kind is op.FAILURE else None


def _opening_of_class(items: Iterable[tuple[Any, Any]]) -> _Opening | None:
    characters: set[str] = set()
    digits: frozenset[str] = frozenset()
    for kind, value in items:
        if kind is op.LITERAL:
            characters.add(chr(value))
        elif kind is op.RANGE and value[1] < 128:
            characters.update(map(chr, range(value[0], value[1] + 1)))
        elif kind is op.CATEGORY and value is op.CATEGORY_DIGIT:
            digits = _DIGITS
        elif kind is op.CATEGORY and value is op.CATEGORY_SPACE:
            characters.add(" ")
        else:
            return None
    if not all(_plain(character) for character in characters):
        return None
    return _Opening(frozenset(map(_low, characters)), digits)


def _either(branches: list[_Opening | None]) -> _Opening | None:
    goes_on, ends = frozenset[str](), frozenset[str]()
    for branch in branches:
        if branch is None:
            return None
        goes_on, ends = goes_on | branch.goes_on, ends | branch.ends
    return _Opening(goes_on, ends)


def _shortest(prefixes: frozenset[str]) -> frozenset[str]:
    """Without those that begin with another."""
    return frozenset(
        one for one in prefixes if not any(one[:cut] in prefixes for cut in range(1, len(one)))
    )


# ---- the alternatives that can begin with a character --------------------------------------------


class Alternatives:
    """A pattern in parts: each of its outermost alternatives by itself, with how it begins.

    What the first alternative that matches finds, the pattern finds.  Groups keep their names and
    numbers.  Each alternative is compiled at first use.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._flags = flags
        self._tree = _parser.parse(pattern, flags)
        data = self._tree.data
        self._place = next((n for n, (kind, _) in enumerate(data) if kind not in _WIDTHLESS), 0)
        branching = bool(data) and data[self._place][0] is op.BRANCH
        self._branches: list[Any] = data[self._place][1][1] if branching else [None]
        starts = [_opening_of(branch) if branching else None for branch in self._branches]
        self._prefixes = [
            ("",)
            if start is None
            else tuple({one[:LONGEST_OPENING] for one in start.goes_on | start.ends})
            for start in starts
        ]
        self._firsts = [frozenset(one[:1] for one in prefixes) for prefixes in self._prefixes]
        self._compiled: dict[tuple[int, ...], re.Pattern[str]] = {}

    def beginning(self, opening: str) -> tuple[re.Pattern[str], ...]:
        """The alternatives, in order, that can match where the folded text goes on with
        ``opening``, which is as long as the longest opening or ends the text.

        Figures differ in everything: those that can begin with the same one are one pattern.
        """
        if opening[:1].isalpha():
            return tuple(
                self._pattern((number,))
                for number, prefixes in enumerate(self._prefixes)
                if opening.startswith(prefixes)
            )
        chosen = tuple(
            number
            for number, firsts in enumerate(self._firsts)
            if opening[:1] in firsts or "" in firsts
        )
        return (self._pattern(chosen),) if chosen else ()

    def _pattern(self, chosen: tuple[int, ...]) -> re.Pattern[str]:
        """The pattern with the alternatives of these numbers alone."""
        if chosen not in self._compiled:
            data = list(self._tree.data)
            if len(self._branches) > 1:
                kept = [self._branches[number] for number in chosen]
                data[self._place] = (op.BRANCH, (None, kept))
            tree = _parser.SubPattern(self._tree.state, data)
            self._compiled[chosen] = _compiler.compile(tree, self._flags)
        return self._compiled[chosen]


_WIDTHLESS = (op.ASSERT, op.ASSERT_NOT, op.AT)
