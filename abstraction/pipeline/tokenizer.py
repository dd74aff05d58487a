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

PIECE = re.compile(
    r"""
    [-+]ve\b                                  # "-ve": one sign of a negative result
  | \d+(?:[.,]\d+)*                           # 12  3.2  1,850  3,2
  | [^\W\d_]+(?:\d+(?!\d*[.,]\d|\d*(?:mg|gm?|mcg)(?![\w/])))?
                                              # dsDNA  C3  HBsAg, but UPCR|2.3, HCQ|200|mg
  | \s+
  | .
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
"""One token, or the white space between two."""


class ClinicalTokenizer:
    """Callable ``str -> Doc``; linear in the text."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        for match in PIECE.finditer(text):
            piece = match[0]
            if piece[0].isspace():
                if words and not spaces[-1] and piece[0] == " ":
                    spaces[-1] = True
                    piece = piece[1:]
                if not piece:
                    continue
            words.append(piece)
            spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)


@spacy.registry.tokenizers("lupus_chart.clinical_tokenizer.v1")
def create_clinical_tokenizer() -> Callable[[spacy.Language], ClinicalTokenizer]:
    """The tokenizer's factory, as spaCy's configuration names it."""
    return lambda nlp: ClinicalTokenizer(nlp.vocab)
