"""Whose the activity and chronicity indices are: what a biopsy found, never a class it denies.

"Class IV, no class V, AI 10" prints the indices behind the class that is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from abstraction.pipeline.class_grammar import ClassPhrase, paragraph_end


def with_found_indices(
    text: str, phrases: Sequence[ClassPhrase | None], denied: Collection[int]
) -> tuple[ClassPhrase | None, ...]:
    """The phrases, in order of place, with every index of a phrase whose number is in ``denied``
    given to the affirmed class phrase that was last told before it, else to the next one.

    Where that one has indices of its own, or stands out of reach, the denied ones are nobody's.
    """
    found = list(phrases)
    for number in sorted(denied):
        phrase = found[number]
        if phrase is None or not _has_index(phrase):
            continue
        values = tuple(part for part in phrase.parts if part[0] == "value")
        found[number] = replace(
            phrase,
            activity_index=None,
            chronicity_index=None,
            parts=tuple(part for part in phrase.parts if part not in values),
        )
        owner = _owner(text, found, number, denied, values[0][1])
        if owner is None:
            continue
        told = found[owner]
        if told is not None and not _has_index(told):
            found[owner] = replace(
                told,
                activity_index=phrase.activity_index,
                chronicity_index=phrase.chronicity_index,
                parts=(*told.parts, *values),
            )
    return tuple(found)


def _owner(
    text: str,
    phrases: Sequence[ClassPhrase | None],
    number: int,
    denied: Collection[int],
    index: int,
) -> int | None:
    """The nearest affirmed class phrase before the denied one whose paragraph still holds the
    index, else the nearest one behind it in the index's own paragraph."""
    affirmed = [
        n for n, phrase in enumerate(phrases) if phrase and phrase.classes and n not in denied
    ]
    for other in (
        max((n for n in affirmed if n < number), default=None),
        min((n for n in affirmed if n > number), default=None),
    ):
        if other is not None and (phrase := phrases[other]) is not None:
            first, last = sorted((phrase.end, index))
            if last <= paragraph_end(text, first):
                return other
    return None


def _has_index(phrase: ClassPhrase) -> bool:
    return phrase.activity_index is not None or phrase.chronicity_index is not None
