"""How severe a disease is said to be, what an allergy is to, and which study is a trial."""

import pytest

SEVERITY = {
    "PMH: severe asthma on mepolizumab.": "severe",
    "Asthma (severe, steroid dependent).": "severe",
    "Brittle asthma with two ICU stays.": "severe",
    "Mild asthma, salbutamol as needed.": "mild",
    "Asthma since childhood, mild intermittent.": "mild",
    "She has well-controlled asthma.": "mild",
    "Moderate persistent asthma.": "moderate",
    "Asthma with one severe exacerbation in 2012.": None,
    "Asthma, not severe.": None,
    "Asthma. Severe lupus nephritis.": None,
    "No severe asthma.": None,
}


@pytest.mark.parametrize(("text", "severity"), SEVERITY.items())
def test_the_severity_that_a_sentence_tells(read, text, severity):
    told = [fact for fact in read(text) if fact.concept == "asthma"]
    assert [fact.severity for fact in told] == [severity]
    for fact in told:
        cues = [part for part in fact.evidence if part.role == "cue"]
        assert severity is None or cues, "what tells the severity is shown"


def test_an_allergy_names_the_therapy_it_is_to(read):
    facts = read("Allergies: cyclophosphamide (anaphylaxis), penicillin.")
    told = {fact.span.text: fact.substance for fact in facts if fact.concept == "drug_allergy"}
    assert told == {"cyclophosphamide": "cyclophosphamide", "penicillin": None}


STUDIES = {
    "Currently enrolled in a phase II trial of a new drug.": [("trial_participation", "current")],
    "She takes part in an interventional trial elsewhere.": [("trial_participation", "current")],
    "She is enrolled in the national lupus registry.": [("observational_study", "current")],
    "CLINICAL TRIALS UNIT": [],
    "Clinical Trial Coordinator: the ward sister": [],
    "I am referring her for your clinical study.": [],
    "She completed a clinical trial in 2021.": [("trial_participation", "past")],
}
NO_PART = [
    "Other trial: not participating.",
    "Other trials: not taking part",
    "Clinical trial participation: not enrolled",
    "Any other study? Not involved.",
    "Not participating in another trial.",
]


@pytest.mark.parametrize(("text", "told"), STUDIES.items())
def test_only_a_trial_that_one_is_in_is_participation(read, text, told):
    facts = [fact for fact in read(text) if fact.kind == "status"]
    assert [(fact.concept, fact.temporality) for fact in facts] == told


@pytest.mark.parametrize("text", NO_PART)
def test_who_takes_no_part_is_in_no_trial(read, text):
    told = [fact.assertion for fact in read(text) if fact.concept == "trial_participation"]
    assert told == ["absent"]
