"""What happens to a note after it is written: hard line breaks, slips of the finger, a bad scan.

The facts move with their words: every change is an edit, and every span is carried through it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from corpus.synthetic.banks import Skeleton
from corpus.synthetic.course import facts_of_life
from corpus.synthetic.page import Draft, Page

_SLIPS_PER_LETTER = 0.004
_MISREADINGS_PER_LETTER = 0.03
_GAP = re.compile(r"[ \t]*\n(?:[ \t]*\n){2,}|[ \t]+\n|(?<=[.!?;,]) {2,}(?=\S)")
_WORD = re.compile(r"[a-z]{5,}")


@dataclass(frozen=True, slots=True)
class Edit:
    """``[start, end)`` is replaced by the text."""

    start: int
    end: int
    text: str


def roughened(page: Page, skeleton: Skeleton, dice: Random) -> tuple[str, list[Draft]]:
    """The note's final text and its facts in it."""
    text, drafts = _tidied(page.text, page.drafts)
    if dice.random() < facts_of_life().data["chances"]["typo_note"]:
        text, drafts = edited(text, drafts, _slips(text, drafts, dice))
    if skeleton.wrap:
        text = wrapped(text, skeleton.wrap)
    if skeleton.ocr:
        edits = _misreadings(text, dice)
        for draft in drafts:
            if any(draft.start < edit.end and edit.start < draft.end for edit in edits):
                draft.tags.add("ocr")
        text, drafts = edited(text, drafts, edits)
    if skeleton.crlf:
        ends = [Edit(m.start(), m.end(), "\r\n") for m in re.finditer("\n", text)]
        text, drafts = edited(text, drafts, ends)
    return text, drafts


def edited(text: str, drafts: Sequence[Draft], edits: Sequence[Edit]) -> tuple[str, list[Draft]]:
    """The text after the edits (in order, none overlapping), and the facts moved along."""
    if not edits:
        return text, list(drafts)
    parts: list[str] = []
    starts: list[int] = []
    shifts: list[int] = []
    position = shift = 0
    for edit in edits:
        parts += [text[position : edit.start], edit.text]
        position = edit.end
        shift += len(edit.text) - (edit.end - edit.start)
        starts.append(edit.end)
        shifts.append(shift)
    parts.append(text[position:])

    def moved(place: int) -> int:
        known = bisect_right(starts, place)
        return place + (shifts[known - 1] if known else 0)

    return "".join(parts), [one.moved(moved(one.start), moved(one.end)) for one in drafts]


def wrapped(text: str, width: int) -> str:
    """The text with spaces turned into line breaks, character for character.

    Lines that are aligned by spaces, tabs or pipes stay as they are.
    """
    return "\n".join(
        line
        if len(line) <= width or re.search(r"\S {2,}\S|\t|\|", line)
        else _wrapped_line(line, width)
        for line in text.split("\n")
    )


def _wrapped_line(line: str, width: int) -> str:
    letters = list(line)
    begin = 0
    while len(line) - begin > width:
        space = line.rfind(" ", begin + 1, begin + width + 1)
        if space <= begin:
            break
        letters[space] = "\n"
        begin = space + 1
    return "".join(letters)


def _tidied(text: str, drafts: Sequence[Draft]) -> tuple[str, list[Draft]]:
    """Without the gaps that empty placeholders leave in sentences, at line ends, between lines."""
    gaps = [
        Edit(match.start(), match.end(), "\n" * min(match[0].count("\n"), 2) or " ")
        for match in _GAP.finditer(text)
    ]
    return edited(text, drafts, gaps)


def _slips(text: str, drafts: Sequence[Draft], dice: Random) -> list[Edit]:
    """Two letters exchanged or one lost, in words that no fact stands in."""
    taken = bytearray(len(text) + 1)
    for draft in drafts:
        taken[draft.start : draft.end] = b"\1" * (draft.end - draft.start)
    found = []
    for word in _WORD.finditer(text):
        if dice.random() < _SLIPS_PER_LETTER * len(word[0]) and not any(
            taken[word.start() : word.end()]
        ):
            place = dice.randrange(1, len(word[0]) - 2) + word.start()
            pair = text[place : place + 2]
            found.append(Edit(place, place + 2, dice.choice([pair[::-1], pair[0]])))
    return found


def _misreadings(text: str, dice: Random) -> list[Edit]:
    """Letters and digits taken for their likes, as scanning does."""
    likes: dict[str, str] = facts_of_life().data["scan_confusions"]
    pattern = re.compile("|".join(sorted(map(re.escape, likes), key=len, reverse=True)))
    return [
        Edit(match.start(), match.end(), likes[match[0]])
        for match in pattern.finditer(text)
        if dice.random() < _MISREADINGS_PER_LETTER
    ]
