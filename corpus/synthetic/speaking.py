"""One thing said: a frame put into the words of a phrase, and the facts that the words state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus.synthetic.banks import Phrase, topics
from corpus.synthetic.course import Biopsy
from corpus.synthetic.drafts import field_values
from corpus.synthetic.markup import Marked, Node, Slot, Text, parse
from corpus.synthetic.page import Draft, Items, OwnFact, Page, Piece
from corpus.synthetic.statements import Frame, Moment
from corpus.synthetic.voice import Voice
from corpus.synthetic.wording import Wording


@dataclass(slots=True)
class Spoken:
    """The words of a frame, its own facts among their facts, and the slots that were printed."""

    frame: Frame
    defaults: Mapping[str, Any]
    tags: tuple[str, ...]
    page: Page = field(default_factory=Page)
    own: list[Draft] = field(default_factory=list)
    pieces: list[tuple[str, Piece]] = field(default_factory=list)

    @property
    def printed(self) -> frozenset[str]:
        """The slots that were printed and the concepts that were marked beside the own ones."""
        marked = (draft.concept for draft in self.page.drafts if draft not in self.own)
        return frozenset((*(name for name, _ in self.pieces), *marked))


class Speaker:
    """Puts frames into words, in one note."""

    def __init__(self, voice: Voice, wording: Wording, moment: Moment) -> None:
        self.voice = voice
        self.wording = wording
        self.moment = moment

    def speak(self, frame: Frame, *, item: bool = False) -> Spoken:
        """The frame in the words of a phrase."""
        phrase = self.voice.phrase(frame, item=item)
        spoken = Spoken(frame, _in_value(topics()[frame.topic].defaults), phrase.tags)
        for node in parse(phrase.text):
            self._node(spoken, node)
        self._disclose(spoken, phrase)
        return spoken

    def slot(self, name: str) -> Piece:
        """A slot of the note itself."""
        if name == "biopsy_date" and isinstance(self.moment.subject, Biopsy):
            return Piece(self.wording.day(self.moment.subject.day))
        return self.voice.slot(name, self.wording, self.moment.day)

    def mark(self, page: Page, node: Marked) -> None:
        """A fact that the note's own text holds."""
        spoken = Spoken(Frame("person_line"), {}, (), page)
        self._foreign(spoken, node)

    def _node(self, spoken: Spoken, node: Node) -> None:
        if isinstance(node, Text):
            spoken.page.write(node.text)
        elif isinstance(node, Slot):
            self._slot(spoken, node.name)
        elif isinstance(node, Marked) and not node.concepts:
            start = spoken.page.length
            self._words(spoken, node.children)
            for own in spoken.frame.own:
                spoken.own.append(spoken.page.mark(start, spoken.page.length, own, spoken.tags))
        elif isinstance(node, Marked):
            self._foreign(spoken, node)

    def _words(self, spoken: Spoken, children: Sequence[Node]) -> None:
        for child in children:
            self._node(spoken, child)

    def _slot(self, spoken: Spoken, name: str) -> None:
        offered = spoken.frame.slots.get(name)
        piece = offered() if offered else self.slot(name)
        if isinstance(piece, Items):
            self._items(spoken, piece)
            piece = Piece("")
        spoken.page.write(piece.text)
        spoken.pieces.append((name, piece))

    def _items(self, spoken: Spoken, items: Items) -> None:
        """A list in running text, each item a fact."""
        page, last = spoken.page, len(items.items) - 1
        for number, (words, fact) in enumerate(items.items):
            if number:
                page.write(f" {items.conjunction} " if number == last else ", ")
            draft = page.mark(*page.write(words), fact, (*items.tags, *spoken.tags))
            draft.disclose(spoken.defaults)

    def _foreign(self, spoken: Spoken, node: Marked) -> None:
        """The span of facts that are not the topic's own."""
        start, before = spoken.page.length, len(spoken.pieces)
        self._words(spoken, node.children)
        for concept in node.concepts:
            draft = spoken.page.mark(start, spoken.page.length, OwnFact(concept), spoken.tags)
            draft.disclose(self._demographic(concept))
            draft.disclose(spoken.defaults)
            draft.disclose(_in_value(field_values(node.fields)))
            for _, piece in spoken.pieces[before:]:
                draft.tags.update(piece.tags)

    def _disclose(self, spoken: Spoken, phrase: Phrase) -> None:
        """Give the own facts what the topic, the phrase and the printed words say of them."""
        stated = _in_value(field_values({key: str(value) for key, value in phrase.set.items()}))
        for number, draft in enumerate(spoken.own):
            draft.disclose(spoken.defaults)
            draft.disclose(stated)
            for _, piece in spoken.pieces:
                if piece.which in (None, number):
                    draft.disclose(piece.fields)
                    draft.tags.update(piece.tags)
            dose, per_day = draft.fields.get("dose"), draft.fields.get("frequency")
            if dose and per_day:
                milligrams = dose["number"] * (1000 if dose["unit"] == "g" else 1)
                draft.fields["daily_dose_mg"] = milligrams * per_day

    def _demographic(self, concept: str) -> Mapping[str, Any]:
        course = self.voice.course
        if concept == "age":
            return {"value": {"number": course.age(self.moment.day), "unit": "a"}}
        if concept == "sex":
            return {"value": {"text": course.sex}}
        if concept == "birth_date":
            return {"value": {"text": course.birth_date.isoformat()}}
        return {}


def _in_value(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with an interpretation where a measurement has it: inside its value."""
    told = dict(fields)
    if "interpretation" in told:
        told["value"] = {"number": None, "interpretation": told.pop("interpretation")}
    return told
