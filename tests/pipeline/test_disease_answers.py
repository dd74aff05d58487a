"""What a sentence tells of the answer of lupus, or of its nephritis, to treatment as a whole."""

from typing import Any

import pytest

INADEQUATE = [
    "Refractory lupus nephritis class IV despite IV cyclophosphamide and MMF.",
    "Her lupus nephritis has been refractory to both cyclophosphamide and mycophenolate.",
    "Persistently active lupus nephritis despite Euro-Lupus and MMF for 9 months.",
    "SLE remains active despite prednisone, azathioprine and tacrolimus over 12 months.",
    "Treatment-resistant SLE.",
    "SLE never controlled on standard therapy.",
    "Lupus nephritis has failed two induction regimens.",
    "Failed to achieve remission of her lupus nephritis after two induction regimens.",
    "No response of the SLE to months of treatment.",
]
ANSWERED = {
    "SLE in remission since 2020.": "complete",
    "Lupus is well controlled.": "complete",
    "SLE quiescent; no flares, good response to treatment.": "complete",
    "Lupus nephritis achieved a partial response.": "partial",
}
NOT_TOLD = [
    "The SLE is not refractory to treatment.",
    "Her SLE is no longer refractory.",
    "She was referred for a trial in refractory SLE.",
    "SLE with refractory thrombocytopenia.",
    "SLE, resistant hypertension on four drugs.",
    "SLE, BP not controlled.",
    "SLE flare with arthritis, prednisone increased.",
    "SLE not in remission.",
    "Steroid-refractory SLE.",
    "SLE, on hydroxychloroquine, not responding to paracetamol.",
    "Previously refractory SLE, now in complete remission.",
]
NOT_THE_PATIENTS = [
    "Mother has refractory SLE.",
    "?refractory SLE",
    "If the lupus nephritis proves refractory we would use obinutuzumab.",
    "No evidence of refractory lupus nephritis.",
]


def answers(read: Any, text: str) -> list[str | None]:
    return [fact.response for fact in read(text) if fact.concept in ("sle", "lupus_nephritis")]


@pytest.mark.parametrize("text", INADEQUATE)
def test_a_disease_that_did_not_answer(read: Any, text: str) -> None:
    assert answers(read, text) == ["inadequate"]
    (fact,) = (fact for fact in read(text) if fact.concept in ("sle", "lupus_nephritis"))
    assert fact.assertion == "present"
    assert any(part.role == "cue" for part in fact.evidence)


@pytest.mark.parametrize("text", sorted(ANSWERED))
def test_a_disease_that_answered(read: Any, text: str) -> None:
    assert answers(read, text) == [ANSWERED[text]]


@pytest.mark.parametrize("text", [*NOT_TOLD, *NOT_THE_PATIENTS])
def test_what_tells_no_answer_of_the_patients_disease(read: Any, text: str) -> None:
    assert answers(read, text) == [None]
