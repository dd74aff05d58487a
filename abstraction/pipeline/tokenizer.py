"""Tokens of clinical text: words with their digits, numbers, single signs, and white space.

"UPCR2.3g/g" is UPCR, 2.3, g, / and g; "C3", "HBsAg" and "CD19" stay whole.  Nothing is dropped:
the document's text is the note's text to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import spacy
from spacy.tokens import Doc
from spacy.vocab import Vocab

from abstraction.pipeline.texts import remember_text

_WORDS = r"""
    [-+]ve\b                                  # "-ve": one sign of a negative result
  | \d+(?:[.,]\d+)*                           # 12  3.2  1,850  3,2
  | [^\W\d_]+(?:\d+(?!\d*[.,]\d|\d*(?:mg|gm?|mcg)(?![\w/])))?
                                              # dsDNA  C3  HBsAg, but UPCR|2.3, HCQ|200|mg
  | \S
"""
_FLAGS = re.VERBOSE | re.IGNORECASE
PIECE = re.compile(rf"{_WORDS}|\s+", _FLAGS)
"""One token, or the white space between two."""
_SPACED = re.compile(rf"(?:{_WORDS})[ ]?|\s+", _FLAGS)
"""One token with the space behind it, or white space that is a token itself."""


class ClinicalTokenizer:
    """Callable ``str -> Doc``; linear in the text."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        pieces = _SPACED.findall(text)
        spaces = [piece[-1] == " " and not piece.isspace() for piece in pieces]
        spaced = zip(pieces, spaces, strict=True)
        words = [piece[:-1] if space else piece for piece, space in spaced]
        doc = Doc(self.vocab, words=words, spaces=spaces)
        remember_text(doc, text)
        return doc


@spacy.registry.tokenizers("lupus_chart.clinical_tokenizer.v1")
def create_clinical_tokenizer() -> Callable[[spacy.Language], ClinicalTokenizer]:
    """The tokenizer's factory, as spaCy's configuration names it."""
    return lambda nlp: ClinicalTokenizer(nlp.vocab)
