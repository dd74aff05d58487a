"""Truth in three values: strong Kleene logic.

False is below unknown, unknown below true; "and" is the lowest, "or" the highest.  One decisive
fact settles a question even while others are open.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """True, false, or not known."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    @property
    def known(self) -> bool:
        """Whether the question is decided."""
        return self is not Truth.UNKNOWN

    @property
    def word(self) -> str:
        """The value as the trace writes it: ``true``, ``false`` or ``unknown``."""
        return _WORDS[self]


_WORDS = ("false", "unknown", "true")


def truth_of(value: bool) -> Truth:
    """The certain truth of a Python boolean."""
    return Truth.TRUE if value else Truth.FALSE


def all_of(truths: Iterable[Truth]) -> Truth:
    """Conjunction; true when there is nothing to contradict it."""
    return min(truths, default=Truth.TRUE)


def any_of(truths: Iterable[Truth]) -> Truth:
    """Disjunction; false when there is nothing to support it."""
    return max(truths, default=Truth.FALSE)


def negate(truth: Truth) -> Truth:
    """Not; unknown stays unknown."""
    return Truth(2 - truth)


def implies(premise: Truth, conclusion: Truth) -> Truth:
    """If the premise holds, so does the conclusion."""
    return any_of((negate(premise), conclusion))


def exclusive(first: Truth, second: Truth) -> Truth:
    """Exactly one of the two; unknown while either is."""
    if not (first.known and second.known):
        return Truth.UNKNOWN
    return truth_of(first is not second)


def at_least(count: int, truths: Iterable[Truth]) -> Truth:
    """Whether ``count`` or more hold, counting the unknown ones both ways."""
    values = tuple(truths)
    certain = sum(truth is Truth.TRUE for truth in values)
    possible = sum(truth is not Truth.FALSE for truth in values)
    if certain >= count:
        return Truth.TRUE
    return Truth.UNKNOWN if possible >= count else Truth.FALSE


def agreed(truths: Iterable[Truth]) -> Truth:
    """The one answer of every possible reading; unknown when they differ or there is none."""
    answers = set(truths)
    return answers.pop() if len(answers) == 1 else Truth.UNKNOWN
