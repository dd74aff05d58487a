"""The data on how therapies are given agrees with what the notes are read by."""

from abstraction.merging.regimens import in_single_doses, interchangeable_with, regimens
from nlp_rules import load_rules
from tests.merging.told import therapy


def test_drugs_that_are_read_as_given_on_single_days_are_merged_so():
    assert regimens().single_doses >= set(load_rules().dates.administered)


def test_every_drug_of_the_data_is_one_that_notes_are_read_for():
    known = {rule.concept for rule in load_rules().therapies.therapies}
    named = {*regimens().single_doses, *regimens().infused, *sum(regimens().interchangeable, ())}
    assert named <= known
    assert not regimens().single_doses & regimens().infused


def test_a_cream_is_no_single_dose_and_a_drug_without_a_twin_is_its_own():
    assert in_single_doses(therapy("triamcinolone", "2024-01-01", route="intra_articular"))
    assert not in_single_doses(therapy("triamcinolone", "2024-01-01", route="topical"))
    assert interchangeable_with("azathioprine") == ("azathioprine",)
