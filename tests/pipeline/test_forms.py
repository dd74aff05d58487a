"""Answers that a page's layout gives: signs, boxes, columns, heads of lists."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abstraction.pipeline.forms import FormReader, answered
from nlp_rules import load_rules

FINDINGS = {
    "fever": "fever",
    "seizures": "seizure",
    "stroke": "stroke",
    "asthma": "asthma",
    "alopecia": "alopecia",
    "arthritis": "arthritis",
    "pleurisy": "pleurisy",
    "psychosis": "psychosis",
}
STYLES = {
    "before, in brackets": lambda name, there: f"({'+' if there else '-'}) {name}",
    "after, in brackets": lambda name, there: f"{name} ({'+' if there else '-'})",
    "ticks before": lambda name, there: f"{'✓' if there else '✗'} {name}",
    "yes or no": lambda name, there: f"{name}: {'yes' if there else 'no'}",
}
ROWS = {
    "boxes with words": lambda n, t: f"{n}? [{'X' if t else ' '}] Yes [{' ' if t else 'X'}] No",
    "ballot boxes": lambda n, t: f"{n}   {'☒' if t else '☐'} Yes  {'☐' if t else '☒'} No",
    "circled": lambda n, t: f"{n} ....... {'(Y)  N' if t else 'Y  (N)'}",
    "dotted": lambda n, t: f"{n} ....... {'present' if t else 'absent'}",
    "a tick a line": lambda n, t: f"{'☒' if t else '☐'} {n}",
}
READER = FormReader(load_rules().answers.forms)
answers = st.lists(
    st.tuples(st.sampled_from(sorted(FINDINGS)), st.booleans()),
    min_size=2,
    max_size=6,
    unique_by=lambda pair: pair[0],
)


def asserted(read: Any, text: str) -> dict[str, str]:
    return {f.concept: f.assertion for f in read(text) if f.concept in FINDINGS.values()}


def expected(pairs: list[tuple[str, bool]]) -> dict[str, str]:
    return {FINDINGS[name]: "present" if there else "absent" for name, there in pairs}


@settings(max_examples=40, deadline=None)
@given(pairs=answers, style=st.sampled_from(sorted(STYLES)))
def test_each_finding_of_a_line_gets_its_own_sign(
    pairs: list[tuple[str, bool]], style: str, read: Any
) -> None:
    text = "Review: " + ", ".join(STYLES[style](name, there) for name, there in pairs)
    assert asserted(read, text) == expected(pairs)


@settings(max_examples=40, deadline=None)
@given(pairs=answers, style=st.sampled_from(sorted(ROWS)))
def test_each_row_of_a_form_gets_its_own_answer(
    pairs: list[tuple[str, bool]], style: str, read: Any
) -> None:
    if style == "a tick a line" and not any(there for _, there in pairs):
        pairs = [(pairs[0][0], True), *pairs[1:]]
    text = "\n".join(ROWS[style](name.capitalize(), there) for name, there in pairs)
    assert asserted(read, text) == expected(pairs)


@settings(max_examples=30, deadline=None)
@given(pairs=answers, absent_first=st.booleans())
def test_a_table_s_columns_answer_their_rows(
    pairs: list[tuple[str, bool]], absent_first: bool, read: Any
) -> None:
    head = ("No", "Yes") if absent_first else ("Yes", "No")
    rows = [f"| Finding | {head[0]} | {head[1]} | Note |", "|---|---|---|---|"]
    for name, there in pairs:
        first = there != absent_first
        rows.append(f"| {name} | {'x' if first else ''} | {'' if first else 'x'} | |")
    assert asserted(read, "\n".join(rows)) == expected(pairs)


@settings(max_examples=30, deadline=None)
@given(
    denied=st.lists(st.sampled_from(sorted(FINDINGS)[:4]), min_size=1, unique=True),
    there=st.lists(st.sampled_from(sorted(FINDINGS)[4:]), min_size=1, unique=True),
    bullets=st.booleans(),
)
def test_a_head_reaches_its_own_list_and_no_further(
    denied: list[str], there: list[str], bullets: bool, read: Any
) -> None:
    joint = "\n- " if bullets else "; "
    opening = "\n- " if bullets else " "
    text = f"Denies:{opening}{joint.join(denied)}\nHas:{opening}{joint.join(there)}\n"
    told = expected([(name, False) for name in denied] + [(name, True) for name in there])
    assert asserted(read, text) == told


@pytest.mark.parametrize(
    "text",
    [
        "- SLE\n- asthma\n- seizures",
        "Diagnoses: SLE - class IV nephritis, asthma - controlled",
        "asthma - on inhalers",
        "[ ] asthma  [ ] stroke",
        "SLE: fever 39, arthritis 2/28 joints",
    ],
)
def test_a_bullet_a_dash_and_a_blank_form_deny_nothing(text: str, read: Any) -> None:
    assert "absent" not in asserted(read, text).values()


@settings(deadline=None)
@given(
    text=st.text(alphabet="+-–()[] xXyYnNoes|☐☒✓✗\n\t.:,;abF0", max_size=300),
)
def test_answers_stay_inside_the_text(text: str) -> None:
    for answer in READER.answers(text):
        assert 0 <= answer.start < answer.end <= len(text)
        assert 0 <= answer.low <= answer.high <= len(text)
        assert answered(answer, [0], [len(text) + 1]) == []
