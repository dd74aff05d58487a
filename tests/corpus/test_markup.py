"""The markup of phrases: what it may say, and what is refused with the reason."""

from __future__ import annotations

import pytest

from corpus.synthetic.markup import Call, Marked, MarkupError, Optional, Slot, Text, parse, walk


def test_a_phrase_is_text_slots_and_spans() -> None:
    nodes = parse("on [[{drug} {dose}]] since {start}, no [[stroke|stroke assertion=absent]]")
    assert nodes == (
        Text("on "),
        Marked((Slot("drug"), Text(" "), Slot("dose"))),
        Text(" since "),
        Slot("start"),
        Text(", no "),
        Marked((Text("stroke"),), ("stroke",), {"assertion": "absent"}),
    )


def test_one_span_may_hold_several_facts() -> None:
    (marked,) = parse("[[ANA, dsDNA and Sm all negative|ana+anti_dsdna+anti_sm]]")
    assert isinstance(marked, Marked)
    assert marked.concepts == ("ana", "anti_dsdna", "anti_sm")


def test_a_note_has_placeholders_and_optional_parts() -> None:
    nodes = parse("HPI\n{?FH: <<family_history:lines>>\n?}<<sign_off>>")
    assert [node for node in walk(nodes) if isinstance(node, Call)] == [
        Call("family_history", "lines"),
        Call("sign_off"),
    ]
    assert isinstance(nodes[1], Optional)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("on [[{drug} since", "is not closed"),
        ("on {drug]] since", "belongs to no markup"),
        ("on drug]] since", "closes nothing"),
        ("<<labs:table>>", "no such form"),
        ("{?FH: <<family_history>>", "is not closed"),
        ("[[]] here", "marks nothing"),
        ("[[a [[b|sle]]|stroke]]", "more than text and slots"),
        ("[[MI|myocardial_infarction past]]", "not written key=value"),
        ("a << b", "belongs to no markup"),
    ],
)
def test_broken_markup_is_refused_with_the_reason(text: str, complaint: str) -> None:
    with pytest.raises(MarkupError, match=complaint):
        parse(text)
