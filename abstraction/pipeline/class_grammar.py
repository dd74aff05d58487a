"""Class phrases of lupus nephritis, by ``biopsies.yaml``.

"IV" the route is never IV the class, and a NYHA, CKD or Banff grade is none either: a phrase counts
only with a renal word near it, and never after a word of another scale.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from abstraction.facts import ActivityLetters, BiopsyClass, ClassBasis
from abstraction.pipeline.parts import Part
from abstraction.pipeline.printed import any_of
from abstraction.pipeline.screen import Screen
from nlp_rules.schema import BiopsyRules

_ORDER: tuple[BiopsyClass, ...] = ("I", "II", "III", "IV", "V", "VI")
Organ = Literal["native_kidney", "allograft_kidney"]
_LINK = r"[\s\u00a0\u2009\u202f]{0,4}"
_BEFORE, _AFTER = 40, 30
"""Characters before and after a phrase that can show it to be of another scale."""
_FORM = 60
"""Characters from a phrase's first on in which its own form can show the scale."""
_SAME_ORGAN = 300
"""Characters before a sentence in which the organ of its biopsy may be named."""
_REACH = 200
"""Characters after a phrase's sentence in which its indices may still stand."""
_MOST_ACTIVITY, _MOST_CHRONICITY = 24, 12
"""Highest NIH activity and chronicity index, of the trial reference."""


@dataclass(frozen=True, slots=True)
class ClassPhrase:
    """A class phrase: characters ``[start, end)``, the classes, and each possible set of them.

    The indices are the NIH activity index (0 to 24) and chronicity index (0 to 12).
    """

    start: int
    end: int
    classes: tuple[BiopsyClass, ...] = ()
    readings: tuple[tuple[BiopsyClass, ...], ...] = ()
    class_basis: ClassBasis | None = None
    letters: ActivityLetters | None = None
    activity_index: float | None = None
    chronicity_index: float | None = None
    system: Literal["isn_rps", "who"] | None = None
    organ: Organ = "native_kidney"
    uncertain: bool = False
    """Whether the report itself leaves the choice: "class III vs V"."""
    parts: tuple[Part, ...] = ()

    @classmethod
    def without_class(cls, start: int, end: int, organ: Organ) -> ClassPhrase:
        """A biopsy told by the characters ``[start, end)`` alone."""
        return cls(start, end, organ=organ, parts=(("mention", start, end),))


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(any_of(patterns), re.IGNORECASE)


class ClassGrammar:
    """Reads class phrases by ``biopsies.yaml``."""

    def __init__(self, rules: BiopsyRules) -> None:
        names = sorted(rules.numerals, key=lambda n: (-len(n), n))
        self._numerals = tuple(names)
        self._classes = rules.numerals
        self._subclasses = rules.subclasses
        # "V", "Vd", "IV-G(A/C)", "III (A)": numeral, distribution, activity letters
        numeral = "(?:" + "|".join(re.escape(n) for n in names) + ")"
        tail = (
            rf"(?P<sub>[a-d](?![a-z]))?(?:{_LINK}-?{_LINK}\(?(?P<dist>(?-i:[SG]))\)?(?![a-z]))?"
            rf"(?:{_LINK}-?{_LINK}\(?{_LINK}(?P<letters>A{_LINK}/{_LINK}C|A|C){_LINK}\)?(?![a-z]))?"
        )
        one = rf"(?<![\w|]){numeral}{tail}(?![\w|])"
        plain = re.sub(r"\?P<\w+>", "?:", one)
        joiner = "|".join(rules.joiners)
        alternative = "|".join((*rules.choices, *rules.separators))
        word = "|".join(w if "\\" in w else re.escape(w) for w in rules.class_words)
        firm = "|".join(
            w if "\\" in w else re.escape(w)
            for w in rules.class_words
            if w not in rules.doubtful_class_words
        )
        between = rf"{_LINK}(?:{joiner}|{alternative}){_LINK}(?:(?:{firm})\b{_LINK})?"
        self._phrase = re.compile(
            rf"(?P<word>\b(?:{word})(?![a-z])\.?{_LINK}[:=(-]?{_LINK})?(?P<first>(?<!/){plain})"
            rf"(?P<rest>(?:{between}{plain})*)",
            re.IGNORECASE,
        )
        self._one = re.compile(one, re.IGNORECASE)
        self._choice = _any(rules.choices)
        self._transformation = re.compile(rules.transformation, re.IGNORECASE)
        self._became = re.compile(rules.became, re.IGNORECASE)
        self._separator = _any(rules.separators)
        self._renal = _any(rules.renal_context)
        self._note = _any(rules.note_context)
        self._own_scale = _any(rules.own_scale)
        self._lower_bound = _any(rules.lower_bound)
        self._not_after = _any(rules.not_after)
        self._not_before = _any(rules.not_before)
        self._intravenous = _any(rules.intravenous_after)
        self._allograft = _any(rules.allograft)
        self._native = re.compile(rules.native, re.IGNORECASE)
        self._any_biopsy = _any(rules.any_biopsy)
        self._other_organ = _any(rules.other_organ)
        self._versus = re.compile(rules.versus, re.IGNORECASE)
        self._isn = _any(rules.isn_rps)
        self._who = _any(rules.who)
        self._biopsy = _any(rules.biopsy_words)
        self._activity = _any(rules.activity_index)
        self._chronicity = _any(rules.chronicity_index)
        self._kidney_biopsy = _any(rules.kidney_biopsy)
        self._bare_beside = _any(rules.bare_numeral_beside)
        self._bare_not_after = _any(rules.bare_numeral_not_after)
        self._doubtful = frozenset(rules.doubtful_class_words)
        self._screen = Screen(
            {
                "phrase": [self._phrase],
                "renal": [self._renal],
                "note": [self._note],
                "alone": [self._kidney_biopsy, self._any_biopsy],
            }
        )
        self._scales = Screen({"own": [self._own_scale]}, cut=True)

    def may_tell(self, text: str) -> bool:
        """Whether a class phrase or a biopsy can stand anywhere in ``text``."""
        live = self._screen.live(text)
        scaled = live["renal"] or live["note"] or self._scales.live(text)["own"]
        return bool(live["alone"] or (live["phrase"] and scaled))

    def concerns(self, text: str) -> bool:
        """Whether the note speaks of lupus nephritis or a kidney biopsy at all."""
        return bool(self._screen.live(text)["note"]) and bool(self._note.search(text))

    def phrases(self, text: str, start: int, end: int, *, concerned: bool) -> Iterator[ClassPhrase]:
        """The class phrases of the sentence ``[start, end)``.

        ``concerned``: the note speaks of lupus nephritis, so that the sentence need not; in any
        other note a phrase must show by its own form that it is of this scale ("IV-G (A/C)").
        """
        live = self._screen.live(text, start, end)
        scaled = concerned or live["renal"] or self._scales.live(text, start, end)["own"]
        if not (live["phrase"] and scaled):
            return
        renal = bool(live["renal"]) and bool(self._renal.search(text, start, end))
        found = [
            candidate
            for candidate in self._candidates(text, start, end, renal)
            if renal or concerned or self._own_scale.search(text[candidate[0] : end][:_FORM])
        ]
        for number, (first, body, last) in enumerate(found):
            stop = found[number + 1][0] if number + 1 < len(found) else end
            yield self._read(text, first, body, last, start, stop, end)

    def _candidates(
        self, text: str, start: int, end: int, renal: bool
    ) -> Iterator[tuple[int, int, int]]:
        """Each phrase as its first character, the first of its numerals, and one past its last."""
        position = start
        changes = bool(self._transformation.search(text, start, end))
        while match := self._phrase.search(text, position, end):
            position = max(match.end(), match.start() + 1)
            if not self._is_class(text, match, start, end, renal):
                position = match.end("first") if match["word"] is None else match.end("word") + 1
                position = max(position, match.start() + 1)
                continue
            last = self._first_class(text, match) if changes else None
            last = last or self._closed(text, match, self._without_route(text, match, end))
            position = max(last, match.start() + 1)
            yield match.start(), match.start("first"), last

    def _without_route(self, text: str, match: re.Match[str], end: int) -> int:
        """Where the phrase ends when its last numeral is a route ("class V, IV steroids")."""
        pieces = list(self._one.finditer(text, match.start("first"), match.end()))
        while len(pieces) > 1 and pieces[-1][0].upper() in ("IV", "V"):
            last = pieces[-1].end()
            link = text[pieces[-2].end() : pieces[-1].start()]
            if pieces[-1][0].upper() == "V" and link.strip() != ",":
                break
            if not self._intravenous.search(text[last : min(end, last + _AFTER)]):
                break
            pieces.pop()
        return pieces[-1].end() if pieces else match.end()

    def _first_class(self, text: str, match: re.Match[str]) -> int | None:
        """Where the phrase ends when its next numeral is what the class became: "III to V"."""
        pieces = list(self._one.finditer(text, match.start("first"), match.end()))
        for piece, following in pairwise(pieces):
            if self._became.fullmatch(text[piece.end() : following.start()]):
                return piece.end()
        return None

    def _closed(self, text: str, match: re.Match[str], last: int) -> int:
        """One past the bracket that closes what the phrase opens: "class (IV+V)"."""
        opened = "(" in text[match.start() : match.start("first")]
        return last + 1 if opened and text[last : last + 1] == ")" else last

    def _is_class(self, text: str, match: re.Match[str], start: int, end: int, renal: bool) -> bool:
        before = text[max(start, match.start() - _BEFORE) : match.start()]
        if self._not_after.search(before) or self._not_after.search(before + (match["word"] or "")):
            return False
        after = text[match.end() : min(end, match.end() + _AFTER)]
        if self._not_before.search(after):
            return False
        printed = self._one.search(match["first"])
        if printed is None:
            return False
        numeral = match["first"][: len(self._numeral(printed))]
        if match["word"]:
            word = match["word"].strip().lower().rstrip(".:(= ")
            return renal or word not in self._doubtful
        if not numeral.isupper() or not re.fullmatch(r"[IV]+|[Ⅰ-Ⅵ]", numeral):
            return False
        lettered = printed["sub"] or printed["letters"] or printed["dist"] or match["rest"]
        if numeral in ("IV", "V", "I") and not lettered and self._intravenous.search(after):
            return False
        if self._bare_not_after.search(before) and not match["rest"] and not printed["letters"]:
            return False
        beside = text[max(start, match.start() - 32) : match.start()] + " \0 " + after
        bracketed = printed["letters"] and ("(" in printed[0] or "/" in printed["letters"])
        apart = not printed[0][len(numeral) : len(numeral) + 1].isalpha()
        if printed["dist"] and not apart and not printed["letters"]:
            return False
        marked = bool(bracketed or (printed["dist"] and apart and numeral in ("III", "IV")))
        named = self._bare_beside.search(beside)
        if numeral == "I" and not marked:
            return False
        return bool(marked or named) or (bool(match["rest"]) and renal and "+" in match["rest"])

    def _read(
        self, text: str, first: int, numerals: int, last: int, start: int, stop: int, end: int
    ) -> ClassPhrase:
        body = text[numerals:last]
        pieces = list(self._one.finditer(body))
        classes = [self._class(p) for p in pieces]
        readings: list[list[BiopsyClass]] = [list(classes[0])]
        for previous, piece, found in zip(pieces, pieces[1:], classes[1:], strict=False):
            link = body[previous.end() : piece.start()]
            if self._joins(link, readings[-1], found):
                readings = [[*r, *found] for r in readings]
            else:
                readings.append(list(found))
        if len(classes) == 1 and self._lower_bound.search(text[start:first][-_BEFORE:]):
            higher = _ORDER[_ORDER.index(classes[0][0]) :]
            readings = [[one] for one in higher if one != "V" or classes[0] == ["V"]]
        sets = tuple(dict.fromkeys(sorted_classes(r) for r in readings))
        letters = next((p["letters"] for p in pieces if p["letters"]), None)
        before = text[max(start, first - 60) : first]
        around = text[max(start, first - 60) : min(end, last + 40)]
        reach = stop if stop < end else self._index_end(text, end)
        activity = self._activity.search(text, last, reach)
        chronicity = self._chronicity.search(text, last, reach)
        parts: list[Part] = []
        if biopsy := list(self._biopsy.finditer(text, start, end)):
            nearest = min(biopsy, key=lambda b: abs(b.start() - first))
            parts.append(("mention", nearest.start(), nearest.end()))
        parts.append(("class", first, last))
        parts.extend(("value", m.start(), m.end()) for m in (activity, chronicity) if m)
        return ClassPhrase(
            start=first,
            end=last,
            classes=sorted_classes([c for r in readings for c in r]),
            readings=sets if len(sets) > 1 else (),
            class_basis="printed",
            letters=_letters(letters),
            activity_index=_index(activity, _MOST_ACTIVITY),
            chronicity_index=_index(chronicity, _MOST_CHRONICITY),
            system=self._system(before, around),
            organ=self.organ(text, start, end),
            uncertain=any(
                self._versus.fullmatch(body[a.end() : b.start()].strip())
                for a, b in pairwise(pieces)
            ),
            parts=tuple(parts),
        )

    def _system(self, before: str, around: str) -> Literal["isn_rps", "who"] | None:
        if self._isn.search(around):
            return "isn_rps"
        return "who" if self._who.search(before) else None

    def _index_end(self, text: str, end: int) -> int:
        """Where the indices of a phrase may stand at the latest: its paragraph's end, or the next
        class phrase."""
        reach = paragraph_end(text, end)
        following = self._phrase.search(text, end, reach)
        while following is not None and following["word"] is None:
            following = self._phrase.search(
                text, max(following.end(), following.start() + 1), reach
            )
        return following.start() if following else reach

    def _numeral(self, piece: re.Match[str]) -> str:
        """The numeral that a piece opens with, as the rules spell it."""
        printed = piece[0].lower()
        return next(name for name in self._numerals if printed.startswith(name.lower()))

    def _class(self, piece: re.Match[str]) -> list[BiopsyClass]:
        """The class of one numeral; a subclass such as WHO Vd can hold a second class."""
        found = self._classes[self._numeral(piece)]
        second = self._subclasses.get(found + (piece["sub"] or "").lower())
        return [found, second] if second else [found]

    def _joins(self, link: str, left: list[BiopsyClass], right: list[BiopsyClass]) -> bool:
        """Whether both classes are of one biopsy: III or IV beside V, however it is linked, but
        never a plain choice ("vs", "or")."""
        if self._choice.search(link):
            return False
        if self._separator.search(link):
            membranous = "V" in left or "V" in right
            return membranous and left != right and "/" in link
        return True

    def organ(self, text: str, start: int, end: int) -> Organ:
        """Native or allograft, by the sentence ``[start, end)`` or what was last said before it."""
        if self._allograft.search(text, start, end):
            return "allograft_kidney"
        if self._native.search(text, start, end):
            return "native_kidney"
        low = max(0, start - _SAME_ORGAN)
        graft = max((m.end() for m in self._allograft.finditer(text, low, start)), default=-1)
        native = max((m.end() for m in self._native.finditer(text, low, start)), default=-1)
        return "allograft_kidney" if graft > native else "native_kidney"

    def biopsy_alone(
        self, text: str, start: int, end: int, *, concerned: bool
    ) -> ClassPhrase | None:
        """A kidney biopsy named in a sentence without a class phrase; in a note of lupus nephritis
        also one whose organ goes without saying."""
        if not self._screen.live(text, start, end)["alone"]:
            return None
        match = self._kidney_biopsy.search(text, start, end)
        if match is None and concerned and not self._other_organ.search(text, start, end):
            match = self._any_biopsy.search(text, start, end)
        if match is None:
            return None
        first = match.start() + len(match[0]) - len(match[0].lstrip(" -"))
        return ClassPhrase.without_class(first, match.end(), self.organ(text, start, end))


def paragraph_end(text: str, end: int) -> int:
    """Where what is told of a biopsy up to ``end`` may still go on to, at the latest."""
    blank = re.compile(r"\n[ \t\r]*\n").search(text, max(0, end - 2), end + _REACH)
    return blank.start() if blank else min(len(text), end + _REACH)


def sorted_classes(classes: list[BiopsyClass]) -> tuple[BiopsyClass, ...]:
    """Each class once, in the order of their numerals."""
    return tuple(sorted(set(classes), key=_ORDER.index))


def _letters(printed: str | None) -> ActivityLetters | None:
    if printed is None:
        return None
    squeezed = re.sub(r"\s", "", printed).upper()
    return "A/C" if squeezed == "A/C" else "A" if squeezed == "A" else "C"


def _index(match: re.Match[str] | None, most: int) -> float | None:
    if match is None:
        return None
    number = float(match["number"])
    return number if number <= most else None
