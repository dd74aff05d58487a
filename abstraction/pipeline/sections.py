"""Sections of a note: medspaCy's ``Sectionizer`` with our titles and our idea of where one starts.

A title counts at the start of a line before a colon, a dash or the line's end, or inside a line
before a colon ("PMH: SLE. Meds: HCQ").  An unknown heading that looks like one ends the section
before it, so that a family history never swallows what follows.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from medspacy.section_detection import Section, Sectionizer, SectionRule
from spacy.language import Language
from spacy.tokens import Doc

from abstraction.pipeline.matching import CompactMatcher, Match, longest
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.texts import text_of

if not Doc.has_extension("layout"):
    Doc.set_extension("layout", default=None)

_LEAD = re.compile(
    r"(?:^|[\n\r])[ \t]*"
    r"(?:[-*•·>]+[ \t]*|#+[ \t]*|\**[ \t]*|\(?\d{1,2}[.)][ \t]*|[A-Z][.)][ \t]+)?\**[ \t]*$"
)
_INLINE_LEAD = re.compile(r"(?:[.;!?)]|\s{2,}|\||[\n\r\t])\s*$")
_COLON = re.compile(r"^[ \t]{0,40}(?:\([^()\n]{1,40}\)[ \t]{0,40})?\**[ \t]{0,40}[:：]")
_DASH = re.compile(r"^[ \t]{0,40}\**[ \t]{1,40}[-–—][ \t]{1,40}")
_LINE_END = re.compile(r"^[ \t]{0,40}(?:\([^()\n]{1,40}\)[ \t]{0,40})?\**[ \t]{0,40}(?:[\n\r]|$)")
_UNKNOWN = re.compile(
    r"^[ \t]*(?:#+[ \t]*)?\**(?P<title>[A-Z][A-Za-z&/,' ()-]{3,50})\**[ \t]*:[ \t]*\**[ \t]*$"
    r"|^[ \t]*(?:\*\*|#+[ \t])[ \t]*(?P<marked>[A-Z][^\n*#]{2,50}?)[ \t]*(?:\*\*)?[ \t]*$"
    r"|^[ \t]*(?P<upper>[A-Z][A-Z&/, ()-]{4,50})[ \t]*(?::|$)",
    re.MULTILINE,
)


_NEXT_LINE = re.compile(r"\r\n|\n|\r")
_PARAGRAPH = re.compile(r"\W*\w.*?\r?\n[ \t]*\r?\n", re.DOTALL)
_OF_ONE_PARAGRAPH = frozenset({"family", "criteria"})
_ABOUT_OTHERS = frozenset({"family", "education", "allergy"})
"""What a heading implies that must not reach over its line when it stands inside one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The sections of a document by character offset, with what each implies."""

    starts: tuple[int, ...]
    names: tuple[str | None, ...]
    implies: tuple[frozenset[str], ...]

    def at(self, offset: int) -> int:
        """The number of the section that holds the character ``offset``."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def name(self, offset: int) -> str | None:
        """The section's name at ``offset``; none before the first title."""
        return self.names[self.at(offset)] if self.names else None

    def implied(self, offset: int) -> frozenset[str]:
        """What standing at ``offset`` implies ("family", "past", "medication_list" …)."""
        return self.implies[self.at(offset)] if self.implies else frozenset()


@Language.factory(
    "lupus_sections",
    assigns=["doc._.sections", "doc._.layout"],
    default_config={"rules": SHIPPED},
)
class ClinicalSectionizer(Sectionizer):
    """Titles and what they imply come from the rule pack's ``sections.yaml``."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        sections = rule_pack(rules).sections.sections
        super().__init__(nlp, name=name, rules=None, span_attrs=None)
        # medspaCy keeps its matcher private; ours sees titles across odd spacing.
        self._Sectionizer__matcher = self._titles = CompactMatcher(nlp, "LOWER")
        self.add(
            [
                SectionRule(literal=title, category=entry.section)
                for entry in sections
                for title in entry.titles
            ]
        )
        kin = rule_pack(rules).context.words.get("kin", ())
        self._kin = frozenset(word.split()[0].lower() for word in kin)
        self._kin_word = re.compile(
            rf"\b(?:{'|'.join(re.escape(word) for word in kin)})\b", re.IGNORECASE
        )
        subjects = "|".join(rule_pack(rules).context.words.get("subject", ("patient",)))
        self._own_label = re.compile(
            rf"(?:^[ \t]*|[.;]\s+)(?P<label>[A-Z][A-Za-z]{{2,}})[\w /&-]{{0,28}}:"
            rf"|(?:[.;]\s+|^[ \t]*)(?:[Tt]he\s+)?(?P<subject>(?i:{subjects}))\b(?!['’])",
            re.MULTILINE,
        )
        self._implies = {entry.section: frozenset(entry.implies) for entry in sections}

    def __call__(self, doc: Doc) -> Doc:
        text = text_of(doc)
        found = [m for m in self._titles(doc) if self._is_title(doc, text, m)]
        headings = [
            (doc[start].idx, doc[end - 1].idx + len(doc[end - 1]), start, self._rule(rule))
            for rule, start, end in longest(found)
        ]
        doc._.sections = self._sections(doc, headings)
        doc._.layout = self._layout(text, headings)
        return doc

    def _rule(self, rule: int) -> SectionRule:
        return self._titles.rule_map[self.nlp.vocab.strings[rule]]

    def _is_title(self, doc: Doc, text: str, match: Match) -> bool:
        _, start, end = match
        first, last = doc[start].idx, doc[end - 1].idx + len(doc[end - 1])
        before, after = text[max(0, first - 30) : first], text[last : last + 50]
        title = text[first:last]
        if _LEAD.search(before) or first == 0:
            if _COLON.match(after) or (_DASH.match(after) and len(title) > 2):
                return True
            alone = bool(_LINE_END.match(after))
            return alone and len(title) > 3 and (title.isupper() or title[0].isupper())
        colon = _COLON.match(after)
        return bool(colon and title[0].isupper() and len(title) > 1 and _INLINE_LEAD.search(before))

    def _sections(
        self, doc: Doc, headings: list[tuple[int, int, int, SectionRule]]
    ) -> list[Section]:
        sections = []
        if not headings or headings[0][2] > 0:
            sections.append(Section(None, 0, 0, 0, headings[0][2] if headings else len(doc)))
        for heading, following in zip(headings, [*headings[1:], None], strict=False):
            _, title_end, start, rule = heading
            body = next((i for i in range(start, len(doc)) if doc[i].idx >= title_end), len(doc))
            end = following[2] if following else len(doc)
            sections.append(Section(rule.category, start, body, body, end, rule=rule))
        return sections

    def _close_inline(self, text: str, known: dict[int, tuple[int, str | None]]) -> None:
        """Ends a heading inside a line with its line: what follows is of the line's own section."""
        outer: str | None = None
        for start in sorted(known):
            end, name = known[start]
            lead = text[max(0, start - 30) : start]
            if start == 0 or _LEAD.search(lead):
                outer = name
                continue
            line_end = _NEXT_LINE.search(text, end)
            if line_end is not None and self._implies.get(name or "", frozenset()) & _ABOUT_OTHERS:
                known.setdefault(line_end.end(), (line_end.end(), outer))

    def _close_family(self, text: str, known: dict[int, tuple[int, str | None]]) -> None:
        """Ends a section about relatives at another label, where a sentence turns to the patient,
        or with its paragraph; criteria of a trial end with their paragraph too."""
        starts = sorted(known)
        for start, following in zip(starts, [*starts[1:], len(text)], strict=False):
            end, name = known[start]
            implied = self._implies.get(name or "", frozenset())
            if implied & _OF_ONE_PARAGRAPH:
                paragraph = _PARAGRAPH.match(text, end, following)
                if paragraph is not None:
                    known.setdefault(paragraph.end(), (paragraph.end(), None))
                    following = paragraph.end()
            if "family" in implied:
                following = self._relatives_end(text, end, following)
                if following < len(text):
                    known.setdefault(following, (following, None))
                for label in self._own_label.finditer(text, end, following):
                    if label["subject"] or label["label"].lower() not in self._kin:
                        start_own = label.start("subject" if label["subject"] else "label")
                        known[start_own] = (start_own, None)
                        break

    def _relatives_end(self, text: str, end: int, following: int) -> int:
        """Where a heading with its relatives on the same line ends: with that line, unless the next
        one carries it on or names relatives of its own."""
        line_end = _NEXT_LINE.search(text, end, following)
        if line_end is None or not text[end : line_end.start()].strip(" \t:-*"):
            return following
        while line_end is not None:
            next_end = _NEXT_LINE.search(text, line_end.end(), following)
            line = text[line_end.end() : next_end.start() if next_end else following]
            if not line.lstrip()[:1].islower() and not self._kin_word.search(line):
                return line_end.end()
            line_end = next_end
        return following

    def _layout(self, text: str, headings: list[tuple[int, int, int, SectionRule]]) -> Layout:
        known: dict[int, tuple[int, str | None]] = {
            start: (end, rule.category) for start, end, _, rule in headings
        }
        titles = sorted(known)
        for match in _UNKNOWN.finditer(text):
            start, end = match.span(match.lastgroup or 0)
            inside = bisect_left(titles, start)
            if inside == len(titles) or titles[inside] >= end + 2:
                known[start] = (end, None)
        self._close_inline(text, known)
        self._close_family(text, known)
        starts = sorted(known)
        if not starts or starts[0] > 0:
            starts.insert(0, 0)
            known.setdefault(0, (0, None))
        names = tuple(known[s][1] for s in starts)
        return Layout(
            starts=tuple(starts),
            names=names,
            implies=tuple(self._implies.get(n, frozenset()) if n else frozenset() for n in names),
        )
