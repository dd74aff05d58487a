"""How far a phrase bank and the extraction rules share their wording.

A corpus is a test of the rules only as long as neither was written from the other.  Both speak of
the same drugs and diseases, so single words and names of two or three words are no sign; four
words in a row are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from corpus.synthetic.banks import Bank

WORDS_IN_A_ROW = 4

_MARKUP = re.compile(r"\[\[|\|[a-z0-9_+]+(?: [^\]]*)?\]\]|\]\]|<<[^>]*>>|\{\??|\?\}")
_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*|\{\w+\}")
_SLOT = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class SharedWording:
    """A phrase of a bank, and the first words in a row that a rule holds too."""

    topic: str
    phrase: str
    words: str


def shared_wordings(bank: Bank) -> list[SharedWording]:
    """The phrases of the bank that share four words in a row with a rule, by topic and place."""
    known = _runs_of_the_rules()
    found = []
    for topic, phrases in bank.phrases.items():
        for phrase in phrases:
            shared = next((run for run in _runs(phrase.text) if run in known), None)
            if shared:
                found.append(SharedWording(topic, phrase.text, " ".join(shared)))
    return found


def _runs_of_the_rules() -> frozenset[tuple[str, ...]]:
    rules = files("nlp_rules")
    texts = (one.read_text("utf-8") for one in rules.iterdir() if one.name.endswith(".yaml"))
    return frozenset(run for text in texts for words in _strings(yaml.safe_load(text))
                     for run in _runs(words))  # fmt: skip


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every four words in a row; a slot of the phrase ends a row."""
    row: list[str] = []
    for word in [*_words(text), "{end}"]:
        if _SLOT.fullmatch(word):
            yield from zip(*(row[start:] for start in range(WORDS_IN_A_ROW)), strict=False)
            row = []
        else:
            row.append(word)


def _words(text: str) -> Iterable[str]:
    kept = _MARKUP.sub(lambda match: match[0] if match[0] == "{" else " ", text)
    return _WORD.findall(kept.lower())


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _strings(key)
            yield from _strings(value)
    elif isinstance(data, list):
        for item in data:
            yield from _strings(item)
