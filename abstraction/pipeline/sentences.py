"""Where sentences begin in clinical text: lists, headings and tables as well as prose.

A line ends a sentence unless it was wrapped: prose that runs on in the next line.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc

from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.printed import any_of
from abstraction.pipeline.screen import Screen
from abstraction.pipeline.texts import text_of
from nlp_rules.schema import SentenceRules

_STOP = re.compile(r"[.!?]+[\"')\]]*(?=\s)")
_BULLET = re.compile(r"\s*(?:[-*•·‣▪◦o]\s|\(?\d{1,2}[.)]\s|\(?[a-z][.)]\s|#|\||>)", re.IGNORECASE)
_TITLE = re.compile(r"\s*[A-Z][\w&/ ,()'-]{0,40}:")
_CELLS = re.compile(r"\t|\S {3,}\S.*\S {3,}\S|\|")
_WHOLE_DAY = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b")
"""A day in figures behind a full stop, which no number goes on with: "UPCR 95. 05/06/2025: ..."."""
_LEADER = "...."
"""Dots that lead the eye to the next column."""
_LONGEST = 2_000
"""Characters of the longest sentence."""
_WRAPPED_AT = 45
"""Shortest line, in characters, that is taken for wrapped prose when the next starts upper case."""


class SentenceGrammar:
    """The patterns of ``sentences.yaml``."""

    def __init__(self, rules: SentenceRules) -> None:
        self.abbreviations = frozenset(rules.abbreviations)
        self.open_end = re.compile(rf"(?:{any_of(rules.runs_on)})\s*$", re.IGNORECASE)
        self.opening = re.compile(rf"\s*(?:{any_of(rules.opens_line)})")
        self.named = re.compile(rf"(?:{any_of(rules.named_by_letter)})\Z", re.IGNORECASE)
        self.together = re.compile(any_of(rules.carries_on), re.IGNORECASE)
        self._screen = Screen({"together": [self.together]}, cut=True)

    def may_carry_on(self, lines: Sequence[str]) -> bool:
        """Whether some line can carry on the one before it by the words of both."""
        return bool(self._screen.live("\n".join(line.rstrip() for line in lines))["together"])


def sentence_starts(text: str, grammar: SentenceGrammar) -> list[int]:
    """Offsets at which a sentence begins, ascending; the first is 0 (none for an empty text)."""
    if not text:
        return []
    starts = {0}
    for match in _STOP.finditer(text):
        if _ends_sentence(text, match, grammar.abbreviations, grammar.named):
            starts.add(_skip_space(text, match.end()))
    position = 0
    lines = text.splitlines(keepends=True)
    widths = _paragraph_widths(lines)
    may_carry_on = grammar.may_carry_on(lines)
    for line, following, width in zip(lines, [*lines[1:], ""], widths, strict=True):
        position += len(line)
        if not following or not line.strip():
            continue
        if may_carry_on and grammar.together.search(_pair(line, following)):
            starts.discard(_skip_space(text, position))
        elif not _runs_on(line, following, width, grammar.open_end, grammar.opening):
            starts.add(_skip_space(text, position))
    return _capped(sorted(s for s in starts if s < len(text)), text)


def _capped(starts: list[int], text: str) -> list[int]:
    """Breaks what no sentence is long enough for (a dump without a full stop) at white space, so
    that nothing that looks at a whole sentence takes longer than the text allows."""
    found: list[int] = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        found.append(start)
        while end - found[-1] > _LONGEST:
            gap = text.rfind(" ", found[-1] + 1, found[-1] + _LONGEST)
            found.append(gap + 1 if gap > found[-1] else found[-1] + _LONGEST)
    return found


def _paragraph_widths(lines: Sequence[str]) -> list[int]:
    """For each line the width of the widest line of its paragraph."""
    widths: list[int] = []
    paragraph: list[int] = []
    for line in [*lines, ""]:
        if line.strip():
            paragraph.append(len(line.rstrip()))
            continue
        widths.extend([max(paragraph, default=0)] * len(paragraph))
        widths.append(0)
        paragraph = []
    return widths[: len(lines)]


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _ends_sentence(
    text: str, stop: re.Match[str], abbreviations: frozenset[str], named: re.Pattern[str]
) -> bool:
    if stop[0].startswith(_LEADER):
        return False
    if not stop[0].startswith("."):
        return not (stop[0].startswith("?") and text[stop.start() - 1 : stop.start()].isspace())
    word = re.search(r"[^\s(,;:\[]*$", text[max(0, stop.start() - 20) : stop.start()])
    before = word[0].lower() if word else ""
    lettered = len(before) == 1 and before.isalpha() and _is_name(text, stop.start() - 1, named)
    if lettered:
        return text[stop.end() :].lstrip()[:1].isupper()
    if before in abbreviations and not (len(before) == 1 and _after_number(text, stop.start())):
        return False
    if len(before) == 1 and before.isalpha() and not _after_number(text, stop.start()):
        return False
    rest = text[stop.end() : stop.end() + 40].lstrip()
    if not rest:
        return True
    if rest[0].isupper() or not rest[0].isalnum():
        return True
    if rest[0].isdigit():
        return not re.fullmatch(r"\d{1,2}", before) or bool(_WHOLE_DAY.match(rest))
    return len(before) >= 3


def _pair(line: str, following: str) -> str:
    """Two lines with one break between them, whatever the break of the file."""
    return f"{line.rstrip()}\n{following.rstrip()}"


def _is_name(text: str, letter: int, named: re.Pattern[str]) -> bool:
    """Whether the letter at that place names something ("class V", "hepatitis C")."""
    return bool(named.search(text, max(0, letter - 24), letter))


def _after_number(text: str, stop: int) -> bool:
    """Whether the letter before the stop is a unit ("1 g.") and no initial ("J. Doe")."""
    return bool(re.search(r"\d\s?$", text[max(0, stop - 6) : stop - 1]))


def _runs_on(
    line: str, following: str, width: int, open_end: re.Pattern[str], opening: re.Pattern[str]
) -> bool:
    """Whether ``following`` carries on the sentence that ``line`` leaves open.

    ``width`` is that of the widest line of the paragraph: a wrapped line had no room for the next
    line's first word.  ``open_end`` is what no sentence ends with, ``opening`` what begins one.
    """
    body, next_body = line.rstrip(), following.strip()
    if not body.strip() or not next_body:
        return False
    if _BULLET.match(following) or _TITLE.match(following) or opening.match(following):
        return False
    if _CELLS.search(body.strip()) or _CELLS.search(next_body):
        return False
    if body[-1] in ".!?:;":
        return False
    if open_end.search(body) or next_body[0].islower():
        return True
    no_room = len(body) + 1 + len(next_body.split(maxsplit=1)[0]) > width
    return no_room and len(body) >= _WRAPPED_AT and not next_body.isupper()


@Language.factory(
    "lupus_sentences",
    assigns=["token.is_sent_start", "doc.sents"],
    default_config={"rules": SHIPPED},
)
class ClinicalSentencizer(Sentencizer):
    """spaCy's ``Sentencizer`` with boundaries from ``sentence_starts``."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        super().__init__(name=name)
        self._grammar = SentenceGrammar(rule_pack(rules).sentences)

    def predict(self, docs: Iterable[Doc]) -> list[list[bool]]:
        """For each token of each document whether it begins a sentence."""
        return [self._starts(doc) for doc in docs]

    def _starts(self, doc: Doc) -> list[bool]:
        offsets: Sequence[int] = doc.to_array("IDX").tolist()
        flags = [False] * len(offsets)
        for start in sentence_starts(text_of(doc), self._grammar):
            index = bisect_left(offsets, start)
            if index < len(flags):
                flags[index] = True
        if flags:
            flags[0] = True
        return flags
