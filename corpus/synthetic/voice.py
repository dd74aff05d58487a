"""The one voice of a patient's chart: names that stay, phrases that are not said twice in a row."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from functools import cache
from random import Random

from corpus.synthetic.banks import FRAME_SLOTS, Bank, Phrase
from corpus.synthetic.course import Course, facts_of_life
from corpus.synthetic.markup import Slot, parse, walk
from corpus.synthetic.page import Page, Piece
from corpus.synthetic.statements import Frame
from corpus.synthetic.wording import Wording


class Voice:
    """What the notes of a chart share: the bank, the person's frame, what was said before.

    ``carried`` is the last paragraph that a later note can copy, and the day it was written.
    """

    def __init__(self, bank: Bank, course: Course, dice: Random) -> None:
        self.bank = bank
        self.course = course
        self.dice = dice
        self.carried: tuple[dt.date, Page] | None = None
        self._used: Counter[str] = Counter()
        self._person = self._personal_slots()

    def phrase(self, frame: Frame, *, item: bool = False) -> Phrase:
        """A phrase for the frame: one that it has the words for, the least used so far.

        ``LookupError`` where the bank has none.
        """
        fitting = self._fitting(frame)
        if not fitting:
            raise LookupError(f"no phrase of {frame.topic} for {self.course.locale}")
        if item:
            fitting = [one for one in fitting if not one.text.rstrip().endswith(".")] or fitting
        fewest = min(self._used[phrase.text] for phrase in fitting)
        chosen = self.dice.choice([one for one in fitting if self._used[one.text] == fewest])
        self._used[chosen.text] += 1
        return chosen

    def choices(self, frame: Frame) -> int:
        """In how many ways the frame can be said."""
        return len(self._fitting(frame))

    def _fitting(self, frame: Frame) -> list[Phrase]:
        offered = FRAME_SLOTS | frame.slots.keys()
        return [
            phrase
            for phrase in self.bank.phrases[frame.topic]
            if phrase.suits(self.course.locale, self.course.sex) and _asked(phrase.text) <= offered
        ]

    def slot(self, name: str, wording: Wording, day: dt.date) -> Piece:
        """A slot of every note: the person, the place, the day."""
        if name in self._person:
            return Piece(self._person[name])
        if name == "age":
            return Piece(str(self.course.age(day)))
        if name in ("sexword", "sexletter"):
            words = wording.words.sexwords if name == "sexword" else wording.words.sexletters
            word = wording.suited(words[self.course.sex])
            return Piece(word.text, tags=word.tags)
        if name == "birth_date":
            born = self.course.birth_date
            return Piece(wording.day(born), tags=wording.date_tags(born))
        if name == "note_date":
            return Piece(wording.day(day))
        if name == "month_year":
            return Piece(wording.month(day))
        raise LookupError(f"no slot {name}")

    def _personal_slots(self) -> Mapping[str, str]:
        words, course, dice = self.bank.vocabulary, self.course, self.dice
        given = dice.choice(words.given_names[course.sex][course.locale])
        surname = dice.choice(words.surnames[course.locale])
        family_first = course.locale in facts_of_life().data["family_name_first"]
        female = course.sex == "female"
        return {
            "name": f"{surname} {given}" if family_first else f"{given} {surname}",
            "surname": surname,
            "title": dice.choice(words.titles[course.sex]),
            "he": "she" if female else "he",
            "He": "She" if female else "He",
            "him": "her" if female else "him",
            "his": "her" if female else "his",
            "His": "Her" if female else "His",
            "record_number": f"{dice.randrange(10**6, 10**7)}",
            "hospital": dice.choice(words.hospitals[course.locale]),
            "clinician": dice.choice(words.clinicians[course.locale]),
        }


@cache
def _asked(text: str) -> frozenset[str]:
    """The slots that a phrase prints."""
    return frozenset(node.name for node in walk(parse(text)) if isinstance(node, Slot))
