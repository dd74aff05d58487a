"""No pattern of the rules or of the code takes longer, a character, the longer the text is.

A pattern that backtracks without end would take ages on these texts; the test has no clock, the
suite's own limit is enough.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel

import abstraction.pipeline
from abstraction.notes import Note
from abstraction.pipeline import build_pipeline, extract_facts
from nlp_rules import load_rules

LENGTH = 1_000
ADVERSARIAL = {
    "blanks": " " * LENGTH,
    "blank lines": "\n" * LENGTH,
    "blanks and letters": "a " * LENGTH,
    "digits": "1" * LENGTH,
    "digits and points": "1." * LENGTH,
    "digits and commas": "1," * LENGTH,
    "digits and slashes": "1/" * LENGTH,
    "digits and dashes": "1-" * LENGTH,
    "numbers in a row": "12 345 " * (LENGTH // 4),
    "brackets": "(" * LENGTH,
    "brackets and words": "(was " * (LENGTH // 4),
    "dots": "." * LENGTH,
    "pluses": "+" * LENGTH,
    "angles": "<" * LENGTH,
    "colons": "a:" * LENGTH,
    "pipes": "a | " * (LENGTH // 2),
    "tabs": "1\t" * LENGTH,
    "semicolons": "a;" * LENGTH,
    "the same word": "and " * (LENGTH // 2),
    "results": "Cr 1.1 -> " * (LENGTH // 8),
    "dates": "on 3/2/25 of " * (LENGTH // 8),
    "months": "March April " * (LENGTH // 8),
    "analytes": "C3/C4, ANA and dsDNA or Sm " * (LENGTH // 16),
    "one word": "a" * LENGTH,
    "negations": "no not without denies " * (LENGTH // 16),
}


def patterns_of_code() -> Iterator[tuple[str, re.Pattern[str]]]:
    """The compiled patterns that the pipeline's modules hold."""
    for module in pkgutil.iter_modules(abstraction.pipeline.__path__):
        loaded = importlib.import_module(f"abstraction.pipeline.{module.name}")
        for name, value in vars(loaded).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name}.{name}", value


def patterns_of_rules(value: Any, where: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The regular expressions of the rule files, compiled as the pipeline does."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            said = getattr(value, name)
            kind = repr(field.annotation) + repr(field.metadata)
            if "_compiles" in kind and said:
                for each in (said,) if isinstance(said, str) else _strings(said):
                    yield f"{where}.{name}", re.compile(each, re.IGNORECASE | re.MULTILINE)
            else:
                yield from patterns_of_rules(said, f"{where}.{name}")
    elif isinstance(value, tuple | list):
        for place, each in enumerate(value):
            yield from patterns_of_rules(each, f"{where}.{place}")
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from patterns_of_rules(each, f"{where}.{key}")


@cache
def every_pattern() -> tuple[re.Pattern[str], ...]:
    rules = load_rules()
    parts = ("dates", "values", "biopsies", "sections", "dosing", "answers")
    of_rules = (p for part in parts for _, p in patterns_of_rules(getattr(rules, part), part))
    return (*(pattern for _, pattern in patterns_of_code()), *of_rules)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _strings(each)


def test_the_patterns_are_found() -> None:
    rules = load_rules()
    found = dict(patterns_of_rules(rules.dates, "dates"))
    assert any(name.endswith("not_dates_before") for name in found)
    assert any(name.startswith("trends.") for name, _ in patterns_of_code())


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_each_pattern_ends_on_text_made_to_hold_it_up(name: str) -> None:
    """Tried from the first character and searched for near it, as the readers do."""
    text = ADVERSARIAL[name]
    window = text[:200]
    for pattern in every_pattern():
        pattern.match(text)
        pattern.search(window)


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_a_note_of_such_text_is_read(name: str, nlp: Any) -> None:
    note = Note(patient_id="p", note_id="n", text=f"UPCR 2.4 {ADVERSARIAL[name]} Cr 1.1")
    for fact in extract_facts(nlp, note):
        assert note.text[fact.span.start : fact.span.end] == fact.span.text


@pytest.fixture(scope="module")
def nlp() -> Any:
    return build_pipeline(load_rules())
