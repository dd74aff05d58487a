"""Writing the notes: a skeleton's placeholders filled with what there is to say, in words.

``tell`` writes one note; ``Told`` is that note with its facts and with what it said, for whoever
judges the chart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from corpus.synthetic import statements
from corpus.synthetic.banks import Skeleton, topics
from corpus.synthetic.course import Biopsy, Episode, facts_of_life
from corpus.synthetic.markup import Call, Marked, Node, Optional, Slot, Text, parse, walk
from corpus.synthetic.noise import roughened
from corpus.synthetic.page import UNTOLD, Draft, Page
from corpus.synthetic.speaking import Speaker, Spoken
from corpus.synthetic.statements import Frame, Moment
from corpus.synthetic.tables import write_table
from corpus.synthetic.voice import Voice
from corpus.synthetic.wording import Wording

_REPEATED = 2
"""How often a topic that hangs on no course is said where a note asks for all that there is."""
_BETWEEN: Mapping[str | None, str] = {"lines": "\n", "list": ", "}
_SHARE_OF_PANELS = 0.7


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a note said: the topic, what it was about, which slots were printed."""

    topic: str
    day: dt.date
    subject: Any
    printed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """A note: its text, the facts that stand in it, and what it said."""

    day: dt.date
    type: str
    text: str
    drafts: tuple[Draft, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A note to write: its skeleton, its day, what it is about, what it has to add at its end."""

    skeleton: Skeleton
    day: dt.date
    subject: Biopsy | Episode | None = None
    addenda: tuple[str, ...] = ()


def tell(voice: Voice, assignment: Assignment) -> Told:
    """The note of the assignment; the notes of a chart are told oldest first."""
    skeleton = assignment.skeleton
    writer = _Writer(voice, assignment)
    page = writer.page(parse(skeleton.text))
    for topic in assignment.addenda:
        page.write("\n")
        writer.say(page, statements.addendum(topic, writer.moment, writer.wording), sentence=True)
        page.write("\n")
    if writer.carries is not None:
        voice.carried = writer.carries
    text, drafts = roughened(page, skeleton, voice.dice)
    return Told(assignment.day, skeleton.type, text, tuple(drafts), tuple(writer.said))


class _Writer:
    """One note in the making."""

    def __init__(self, voice: Voice, assignment: Assignment) -> None:
        skeleton = assignment.skeleton
        self.voice = voice
        self.wording = Wording(voice.bank, voice.course, voice.dice, skeleton.dates)
        self.moment = Moment(voice.course, skeleton.role, assignment.day, assignment.subject)
        self.speaker = Speaker(voice, self.wording, self.moment)
        self.said: list[Said] = []
        self.carries: tuple[dt.date, Page] | None = None
        self.blocks: Mapping[str, Callable[[Page], None]] = {
            "labs_table": self._labs_table,
            "labs_prose": self._labs_prose,
            "copied": self._copied,
        }

    def page(self, nodes: Iterable[Node]) -> Page:
        """The skeleton's text with every placeholder filled."""
        page = Page()
        for node in nodes:
            if isinstance(node, Text):
                doubled = node.text[:1] == "." and page.text[-1:] in tuple(".!?")
                page.write(node.text[1:] if doubled else node.text)
            elif isinstance(node, Slot):
                page.write(self.speaker.slot(node.name).text)
            elif isinstance(node, Marked):
                self.speaker.mark(page, node)
                self.said.append(
                    Said(
                        "person_line",
                        self.moment.day,
                        None,
                        frozenset(node.concepts),
                    )
                )
            elif isinstance(node, Call):
                self._fill(page, node)
            elif self._speaks(node):
                page.add(self.page(node.children))
        return page

    def _speaks(self, node: Optional) -> bool:
        """Whether every placeholder of the part has something to say."""
        calls = (child for child in walk(node.children) if isinstance(child, Call))
        return all(self._has(call.topic) for call in calls)

    def _has(self, topic: str) -> bool:
        if topic in ("labs_table", "labs_prose"):
            return statements.newest_panel(self.moment) is not None
        if topic == "copied":
            return self.voice.carried is not None
        return bool(statements.frames(topic, self.moment, self.wording))

    # --- placeholders -----------------------------------------------------------------------

    def _fill(self, page: Page, call: Call) -> None:
        block = self.blocks.get(call.topic)
        if block is None:
            self._frames(page, call)
        elif self._has(call.topic):
            block(page)

    def _frames(self, page: Page, call: Call) -> None:
        """What there is to say on a topic, or on all the topics of a placeholder."""
        moment = replace(self.moment, by_lines=call.form == "lines")
        found = statements.frames(call.topic, moment, self.wording)
        topic = topics().get(call.topic)
        if topic and call.form is None:
            found = found[:1]
        elif topic and topic.repeats:
            found = found * min(_REPEATED, self.voice.choices(found[0]))
        prose = call.form == "sentences" or (call.form is None and topic is None)
        part = Page()
        for number, frame in enumerate(found):
            if number:
                part.write(_BETWEEN.get(call.form, " "))
            begins = number > 0 or page.begins_sentence()
            self.say(part, frame, sentence=prose, raise_first=begins, item=call.form is not None)
        if call.topic == "treatment" and self.moment.role in ("earlier", "visit") and part.drafts:
            self.carries = (self.moment.day, part)
        page.add(part)

    def _labs_table(self, page: Page) -> None:
        known = [one for one in self.voice.course.panels if one.day <= self.moment.day][-3:]
        analytes = [one for one in self._reported() if any(one in panel.results for panel in known)]
        if analytes:
            table, told = write_table(known, analytes, self.wording)
            page.add(table)
            self.said += [self._remember("result_item", result) for result in told]

    def _labs_prose(self, page: Page) -> None:
        panel = statements.newest_panel(self.moment)
        assert panel is not None
        bare = self.voice.dice.random() < facts_of_life().data["chances"]["unit_missing"]
        self.say(page, statements.heading_frame(panel.day, self.wording))
        analytes = [one for one in self._reported() if one in panel.results]
        frames = [
            statements.result_frame(one, panel, self.wording, bare=bare, basis=self.moment.basis)
            for one in analytes
        ]
        self._listed(page, frames, self.voice.dice.choice([", ", ", ", "; ", ". "]))

    def _listed(self, page: Page, frames: Iterable[Frame], joiner: str) -> None:
        page.write(" ")
        for number, frame in enumerate(frames):
            if number:
                page.write(joiner)
            self.say(page, frame, item=True, raise_first=False)
        page.write(".")

    def _reported(self) -> list[str]:
        """The analytes of the panels that this writer reports."""
        every: list[list[str]] = facts_of_life().data["panels"]
        chosen = [group for group in every if self.voice.dice.random() < _SHARE_OF_PANELS]
        return [one for group in chosen or every[:1] for one in group]

    def _copied(self, page: Page) -> None:
        """A paragraph of an older note, under a line that says so.

        What was current then may not be now, and two readers would tell it differently.
        """
        assert self.voice.carried is not None
        day, part = self.voice.carried
        header = self.voice.dice.choice(facts_of_life().data["copied_forward"])
        page.write(header.format(date=self.wording.day(day)) + "\n")
        copy = Page()
        copy.add(part)
        for draft in copy.drafts:
            draft.tags.add("copied_forward")
            draft.disclose({"status": UNTOLD, "temporality": UNTOLD})
        page.add(copy)

    # --- words --------------------------------------------------------------------------------

    def say(
        self,
        page: Page,
        frame: Frame,
        *,
        sentence: bool = False,
        item: bool = False,
        raise_first: bool = True,
    ) -> None:
        """Add the frame in words: as a sentence, with a stop at its end, or as they come."""
        spoken = self.speaker.speak(frame, item=item)
        begins = raise_first and (sentence or page.follows_stop())
        page.add(spoken.page.raised() if begins else spoken.page)
        if sentence and page.text.rstrip()[-1:] not in tuple(".!?:;"):
            page.write(".")
        self.said.append(self._remember(frame.topic, frame.subject, spoken))

    def _remember(self, topic: str, subject: Any, spoken: Spoken | None = None) -> Said:
        printed = spoken.printed if spoken else frozenset[str]()
        return Said(topic, self.moment.day, subject, printed)
