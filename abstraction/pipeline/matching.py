"""medspaCy's matcher, made blind to white space and hyphens.

"anti-dsDNA", "anti dsDNA" and "anti-\\ndsDNA" are one phrase.  A phrase never spans a blank line or
a table's cell border.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

from medspacy.common.medspacy_matcher import MedspacyMatcher
from spacy.language import Language
from spacy.tokens import Doc

from abstraction.pipeline.tokenizer import PIECE

Match = tuple[int, int, int]
"""Rule id (hash), first token, one past the last token."""

HYPHENS = frozenset("-‐‑‒–­")
_BORDER = re.compile(r"\n\s*\n|\r\s*\r|\t")


_SHORTEST_BROKEN = 5
"""Letters of the shortest word that is mended: "pIgA" and "A1c" are none."""
_CAPITAL_I = re.compile(r"(?<=[A-Za-z])I+(?=[a-z])")
_SMALL_L = re.compile(r"(?<=[A-Z])l(?=[A-Z])")
_ZERO = re.compile(r"(?<=[A-Za-z])0(?=[A-Za-z])")
_ONE = re.compile(r"(?<=[a-z])1(?=[a-z])")


def mended(word: str) -> str:
    """A word with the letters that a scan has misread, where one reading is left: "AIIergies",
    "MEDlCAL", "impr0ved".  As long as the word."""
    if len(word) < _SHORTEST_BROKEN or (word.isalpha() and word[1:].islower()):
        return word
    word = _CAPITAL_I.sub(lambda found: "l" * len(found[0]), word)
    word = _SMALL_L.sub("I", word)
    return _ONE.sub("l", _ZERO.sub("o", word))


class Compact:
    """A document without its white space and hyphens, and the way back to its tokens."""

    def __init__(self, doc: Doc) -> None:
        words = [token.text for token in doc]
        self.index = [i for i, w in enumerate(words) if not (w.isspace() or w in HYPHENS)]
        self.doc = Doc(doc.vocab, words=[mended(words[i]) for i in self.index])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original tokens ``[start, end)`` of a compact span."""
        return self.index[start], self.index[end - 1] + 1


def compact(doc: Doc) -> Compact:
    """The compact view of ``doc``, made once."""
    view = doc.user_data.get("lupus_compact")
    if view is None:
        view = doc.user_data["lupus_compact"] = Compact(doc)
    return view


def _compact_words(text: str) -> list[str]:
    """The words of a phrase as ``Compact`` keeps them, without a document in between."""
    words = (match[0] for match in PIECE.finditer(text))
    return [mended(w) for w in words if not (w.isspace() or w in HYPHENS)]


class CompactMatcher(MedspacyMatcher):
    """A ``MedspacyMatcher`` whose phrases and text are both compacted; it never prunes."""

    def __init__(self, nlp: Language, attribute: str) -> None:
        super().__init__(nlp, phrase_matcher_attr=attribute, prune=False)
        vocab = nlp.vocab
        self.nlp = lambda text: Doc(vocab, words=_compact_words(text))

    def __call__(self, doc: Doc) -> list[Match]:
        view = compact(doc)
        found = []
        with warnings.catch_warnings():
            # spaCy warns of a matcher without patterns; ours holds phrases alone.
            warnings.simplefilter("ignore", UserWarning)
            matches = super().__call__(view.doc)
        for rule, start, end in matches:
            first, last = view.span(start, end)
            if end - start == 1 or not _BORDER.search(doc[first:last].text):
                found.append((rule, first, last))
        return found


def longest(matches: Iterable[Match]) -> list[Match]:
    """The matches that no longer one overlaps; equal spans all stay.  Sorted by place."""
    kept: list[Match] = []
    taken: set[int] = set()
    spans: set[tuple[int, int]] = set()
    for match in sorted(matches, key=lambda m: (m[1] - m[2], m[1], m[0])):
        _, start, end = match
        if (start, end) in spans or taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            spans.add((start, end))
            kept.append(match)
    return sorted(kept, key=lambda m: (m[1], m[2], m[0]))
