"""Whatever happens to a note after it is written, its facts stay on their words."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from corpus.synthetic.noise import Edit, edited, wrapped
from corpus.synthetic.page import Draft

LETTERS = st.text(alphabet="abc \n", min_size=1, max_size=60)


@st.composite
def texts_with_edits(draw: st.DrawFn) -> tuple[str, list[Edit], list[Draft]]:
    """A text, edits between its words, and facts over whole words that no edit touches."""
    words = draw(st.lists(st.text(alphabet="abcdef", min_size=1, max_size=6), min_size=1))
    pieces: list[str] = []
    edits: list[Edit] = []
    drafts: list[Draft] = []
    position = 0
    for word in words:
        drafts.append(Draft(position, position + len(word), "sle", {}, set()))
        pieces.append(word)
        position += len(word)
        gap = draw(st.sampled_from([" ", "\n", "  "]))
        if draw(st.booleans()):
            edits.append(Edit(position, position + len(gap), draw(st.text("xyz\r\n", max_size=4))))
        pieces.append(gap)
        position += len(gap)
    return "".join(pieces), edits, drafts


@given(texts_with_edits())
def test_facts_move_with_their_words(case: tuple[str, list[Edit], list[Draft]]) -> None:
    text, edits, drafts = case
    new_text, moved = edited(text, drafts, edits)
    assert [new_text[one.start : one.end] for one in moved] == [
        text[one.start : one.end] for one in drafts
    ]


@given(LETTERS, st.integers(min_value=5, max_value=20))
def test_wrapping_turns_spaces_into_line_ends_and_nothing_else(text: str, width: int) -> None:
    result = wrapped(text, width)
    assert len(result) == len(text)
    assert all(a == b or (a, b) == (" ", "\n") for a, b in zip(text, result, strict=True))


def test_a_table_is_not_wrapped() -> None:
    row = "creatinine   1.1   1.4   2.0   mg/dL   0.5-1.1"
    assert wrapped(row, 20) == row
    assert wrapped("a\tb " * 10, 20) == "a\tb " * 10


def test_wrapping_keeps_lines_within_the_width() -> None:
    dice = Random(1)
    text = " ".join("x" * dice.randint(1, 9) for _ in range(200))
    assert max(len(line) for line in wrapped(text, 40).split("\n")) <= 40
