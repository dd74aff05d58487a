"""Words that a scan has misread are matched as what they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abstraction.pipeline.matching import mended


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("AIIergies", "Allergies"),
        ("hydroxychIoroquine", "hydroxychloroquine"),
        ("MEDlCAL", "MEDICAL"),
        ("impr0ved", "improved"),
        ("CIass", "Class"),
    ],
)
def test_a_misread_letter_is_mended(printed: str, meant: str) -> None:
    assert mended(printed) == meant


@pytest.mark.parametrize(
    "word", ["HbA1c", "Imuran", "CD19", "ISN", "pIgA", "IVIG", "CKD3b", "PolIII"]
)
def test_a_word_that_is_right_stays(word: str) -> None:
    assert mended(word) == word


@given(st.text())
def test_a_mended_word_is_as_long_as_it_was(word: str) -> None:
    assert len(mended(word)) == len(word)
