"""Kidney biopsies: class phrases of lupus nephritis, and biopsies told without a class."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.pipeline.class_grammar import ClassGrammar, ClassPhrase
from abstraction.pipeline.histology_names import HistologyNames
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.targets import GROUP, Sentences, Target
from abstraction.pipeline.texts import text_of

if not Doc.has_extension("biopsies"):
    Doc.set_extension("biopsies", default=None)

_CONCEPT = "kidney_biopsy"
_ITEM = re.compile(r"\s*(?:[-–•*#·]|\(?\w{1,2}[.)]\s|\(?'?\d|[Bb]x\b)")
_LONGEST_HEADING = 40
"""Characters of the longest line without a full stop that is taken for a heading."""


@Language.factory(
    "lupus_biopsies",
    requires=["doc._.targets", "doc._.layout"],
    assigns=["doc._.biopsies", "doc.spans"],
    default_config={"rules": SHIPPED},
)
class BiopsyFinder:
    """Writes ``doc._.biopsies``, for each mention its ``ClassPhrase`` or None, and adds the
    phrases to the mentions that ConText judges."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        self._grammar = ClassGrammar(rule_pack(rules).biopsies)
        self._names = HistologyNames(rule_pack(rules).biopsies, self._grammar)

    def __call__(self, doc: Doc) -> Doc:
        found: list[ClassPhrase | None] = [None] * len(doc._.targets)
        targets, spans = list(doc._.targets), list(doc.spans[GROUP])
        for sentence, phrase in self._phrases(doc):
            span = doc.char_span(phrase.start, phrase.end, label="biopsy", alignment_mode="expand")
            if span is not None:
                spans.append(span)
                found.append(phrase)
                targets.append(_target(sentence, phrase))
        order = sorted(range(len(targets)), key=lambda i: (targets[i].start, targets[i].end))
        doc._.targets = tuple(targets[i] for i in order)
        doc._.biopsies = tuple(found[i] for i in order)
        doc.spans[GROUP] = [spans[i] for i in order]
        return doc

    def _phrases(self, doc: Doc) -> list[tuple[int, ClassPhrase]]:
        """The class phrases of each sentence.

        Without one in the sentence or beside it, a histological pattern's name; without either, a
        biopsy alone, unless it heads what follows.
        """
        text, sentences = text_of(doc), Sentences.of(doc)
        if not (self._grammar.may_tell(text) or self._names.may_tell(text)):
            return []
        concerned = self._grammar.concerns(text)
        bounds = [sentences.bounds(number) for number, _ in enumerate(sentences.starts)]
        classed = [
            list(self._grammar.phrases(text, start, end, concerned=concerned))
            for start, end in bounds
        ]
        found: list[tuple[int, ClassPhrase]] = []
        for number, (start, end) in enumerate(bounds):
            phrases = classed[number]
            beside = [n for n in (number - 1, number + 1) if 0 <= n < len(bounds) and classed[n]]
            if not phrases and not any(_goes_on(text, *bounds[max(number, n)]) for n in beside):
                phrases = list(self._names.phrases(text, start, end))
            heads = _is_heading(text[start:end]) and any(classed[number + 1 : number + 2])
            if not phrases and not heads:
                alone = self._grammar.biopsy_alone(text, start, end, concerned=concerned)
                phrases = [alone] if alone else []
            found.extend((number, phrase) for phrase in phrases)
        return found


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether the sentence ``[start, end)`` goes on with the one before it, and opens no item."""
    return not _ITEM.match(text, start, end)


def _is_heading(sentence: str) -> bool:
    """Whether a line names what the next ones tell: "Biopsy history"."""
    line = sentence.strip()
    return line.endswith(":") or (len(line) <= _LONGEST_HEADING and line[-1:].isalpha())


def _target(sentence: int, phrase: ClassPhrase) -> Target:
    return Target(
        "biopsy", _CONCEPT, phrase.start, phrase.end, sentence, rule_id=f"biopsy.{_CONCEPT}"
    )
