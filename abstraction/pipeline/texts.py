"""The text of a document: spaCy joins it from its tokens anew each time that it is asked."""

from __future__ import annotations

from spacy.tokens import Doc

_KEY = "lupus_text"


def remember_text(doc: Doc, text: str) -> None:
    """Keeps the text that ``doc`` was made of."""
    doc.user_data[_KEY] = text


def text_of(doc: Doc) -> str:
    """``doc.text``, joined once."""
    text: str | None = doc.user_data.get(_KEY)
    if text is None:
        text = doc.user_data[_KEY] = doc.text
    return text
