"""The registered text: a claim is found however an export spells it, and never where it is not."""

from __future__ import annotations

import pytest

from criteria_engine.registered import RegisteredText

TEXT = (
    "Inclusion Criteria: * Age 16 to 55 * UPCR \\> 1 mg/mg Exclusion Criteria: * Age 16 to 55 fits"
)


def passage(text: str, claim: str, kind="inclusion"):
    return RegisteredText(text).find(claim, kind)[0]


@pytest.mark.parametrize(
    "text",
    [
        "UPCR > 1 mg/mg in urine",
        "UPCR \\> 1 mg/mg in urine",
        "UPCR &gt; 1 mg/mg in urine",
        "UPCR  >\n   1 mg/mg in\u00a0urine",
        "* UPCR > 1 mg/mg\n* in urine",
        "1. UPCR > 1 mg/mg\r\n2. in urine",
        "\\- UPCR \\> 1 mg/mg \\* in urine",
    ],
)
@pytest.mark.parametrize("claim", ["UPCR \\> 1 mg/mg in urine", "UPCR > 1 mg/mg * in urine"])
def test_a_claim_is_found_in_every_export(text, claim):
    found = passage(text, claim)
    assert found is not None
    assert text[found.start : found.end] == found.text
    assert found.text.startswith("UPCR") and found.text.endswith("urine")


@pytest.mark.parametrize(
    "claim", ["Age 16 to 5", "ge 16 to 55", "Age 16 to 56", "UPCR < 1 mg/mg", "", " * "]
)
def test_what_is_not_there_is_not_found(claim):
    assert passage(TEXT, claim) is None


def test_a_claim_is_found_in_the_list_of_its_kind():
    text = RegisteredText(TEXT)
    inclusion, exclusion = (text.find("Age 16 to 55", k)[0] for k in ("inclusion", "exclusion"))
    assert inclusion.start < TEXT.index("Exclusion") < exclusion.start
    assert text.find("UPCR > 1 mg/mg", "exclusion") == (passage(TEXT, "UPCR > 1 mg/mg"), True)


@pytest.mark.parametrize(
    "heads",
    [
        ("Inclusion Criteria:", "Exclusion Criteria:"),
        ("INCLUSION CRITERIA", "EXCLUSION CRITERIA"),
        ("Inclusion:", "Exclusion:"),
        ("Key Inclusion Criteria:", "Key Exclusion Criteria"),
    ],
)
def test_headings_and_what_stands_before_them_are_no_criteria(heads):
    text = RegisteredText(f"A summary.\n{heads[0]}\n* Age 16\n{heads[1]}\n* Pregnancy\n")
    claimed = [text.find("Age 16", "inclusion")[0], text.find("Pregnancy", "exclusion")[0]]
    assert [piece.text for piece in text.unclaimed(claimed)] == []
    assert text.find("Age 16", "exclusion")[1] and text.find("Pregnancy", "inclusion")[1]


def test_line_and_column_count_from_one():
    found = passage("Inclusion Criteria:\n\n  * Age 16 to 55\n", "Age 16 to 55")
    assert (found.line, found.column) == (3, 5)


def test_what_nobody_claims_is_told_piece_by_piece():
    text = RegisteredText(
        "About the study.\nInclusion Criteria:\n* Age 16 to 55\n* Adults. Of sound mind\n"
        "Exclusion Criteria:\n* Pregnancy\nSex: ALL\nMinimum Age: 16 Years\n"
    )
    claimed = text.find("Age 16 to 55", "inclusion")[0]
    told = [piece.text for piece in text.unclaimed([claimed])]
    assert told == ["Adults.", "Of sound mind", "Pregnancy"]
    assert text.sentences == 4


def test_the_rest_of_a_sentence_that_is_half_claimed_is_unclaimed():
    text = RegisteredText("Inclusion Criteria: * ALT at most 40; bilirubin at most 34")
    claimed = text.find("ALT at most 40;", "inclusion")[0]
    assert [piece.text for piece in text.unclaimed([claimed])] == ["bilirubin at most 34"]
