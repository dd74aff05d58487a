"""What the filters leave out could not have been found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from abstraction.notes import Note
from abstraction.pipeline import build_pipeline, extract_facts
from abstraction.pipeline.openings import folded
from abstraction.pipeline.relaxed import plain, relaxed
from abstraction.pipeline.screen import Screen
from abstraction.pipeline.sieve import Sieve, sifted
from abstraction.reading import collect_notes
from nlp_rules import load_rules

CORPUS = Path(__file__).parents[2] / "corpus" / "synthetic"
EVERY_NTH = 16
"""Notes of the corpora that the test reads both ways."""
ODD = "İstanbul ıſK 2024‑05‑١٢ – SLE since May 2019, age\u00a034; é Å\u2028 ´’ ’19 F 34 y/o\r\n"

PATTERNS = (
    r"\b(?:male|female)\b", r"(?<![\w|])IV(?![\w|])", r"\d{1,2}\s?/\s?\d{4}", r"k[^\W\d_]+s",
    r"^\s*(?:dx|é+)\b.*$", r"(?i:sk)+(?=x)", r"[^,;]{2,5}\.", r"(a)?b(?(1)c|d)", r"(x|y)\1",
    r"(?!)|z", r"[À-ÿ]\b", r"\S+\W\D", r"(?>a+)b|c++", r"['’]\d\d",
)  # fmt: skip
PIECES = (
    "male", "Female", " ", "IV", "|", "3/2019", "K", "k", "é", "\n", "dx", "skſKx", ",", "abc",
    "bd", "xx", "z", "٣", "aab", "cc", "’19", "Å", "\u00a0", "_", ".", "q", "\ud800", "12 / 2020",
)  # fmt: skip
WORDS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(WORDS)
def test_a_blunt_pattern_matches_wherever_the_pattern_does(text: str) -> None:
    for pattern in PATTERNS:
        flags = re.IGNORECASE | re.MULTILINE
        if re.search(pattern, text, flags):
            assert re2.compile(relaxed(pattern, flags)).search(plain(text)), pattern
            around = plain(f"x{text}x")
            assert re2.compile(relaxed(pattern, flags, cut=True)).search(around), pattern


@given(WORDS)
def test_a_screen_lets_through_what_matches_in_a_part_of_the_text(text: str) -> None:
    compiled = [re.compile(pattern, re.IGNORECASE) for pattern in PATTERNS]
    screened = Screen({"all": compiled})
    start, end = len(text) // 3, len(text) - len(text) // 4
    alive = screened.live(text, start, end)["all"]
    assert all(pattern in alive for pattern in compiled if pattern.search(text, start, end))


def test_folding_keeps_places_and_knows_what_matches_without_regard_to_case() -> None:
    ascii_letters = re.compile("[a-z]", re.IGNORECASE)
    for character in map(chr, range(0x110000)):
        low = folded(character)
        assert len(low) == 1
        if ascii_letters.match(character):
            assert "a" <= low <= "z", character


FORMS = r"(?<![^\W\d_])(?:(?P<a>\d{1,2}\smay)|(?P<b>may\s\d+)|(?P<c>['’]\d\d)|(?P<d>é+t)|s(?P<e>k))"


@given(st.lists(st.sampled_from(["3 ", "May ", "may 4", "’19", "Été", "ſK", "x", " ", "٣ may"])))
def test_a_sieve_finds_what_its_pattern_finds(pieces: list[str]) -> None:
    text = "".join(pieces)
    sieved = sifted(FORMS, re.IGNORECASE)
    assert isinstance(sieved, Sieve)
    wanted = re.compile(FORMS, re.IGNORECASE).finditer(text)
    found = [(m.span(), m.groupdict()) for m in sieved.finditer(text)]
    assert found == [(m.span(), m.groupdict()) for m in wanted]


def notes() -> Iterator[Note]:
    yield Note(patient_id="p", note_id="odd", text=ODD * 3)
    for corpus in ("dev", "sample"):
        yield from list(collect_notes(CORPUS / corpus))[::EVERY_NTH]


def test_facts_are_the_same_without_any_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    read = list(notes())
    rules = load_rules()
    filtered = [extract_facts(nlp, note) for nlp in [build_pipeline(rules)] for note in read]
    monkeypatch.setattr(Screen, "_numbers", lambda self, text: range(len(self._patterns)))
    monkeypatch.setattr(Sieve, "finditer", lambda self, text: self._plain.finditer(text))
    unfiltered = [extract_facts(nlp, note) for nlp in [build_pipeline(rules)] for note in read]
    assert sum(map(len, filtered)) > len(read)
    assert filtered == unfiltered
