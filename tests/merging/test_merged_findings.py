"""Biopsies, results, diagnoses and conflicts over many notes."""

import datetime as dt

from abstraction.chart_record import ChartRecord, chart_record
from tests.merging.told import biopsy, chart, days, diagnosis, lab, therapy


def conflicts(*facts):
    return [(one.about, one.concept, len(one.sides)) for one in chart(*facts).conflicts]


def test_one_biopsy_told_in_many_notes_is_one_and_a_newer_one_supersedes_it():
    first, second = chart(
        biopsy("2021-03-03", "IV", date="2021-02-18"),
        biopsy("2022-01-01", "IV", date="2021-02-01..2021-02-28"),
        biopsy("2023-01-01", "IV", date="2023-01-01", basis="note"),
        biopsy("2024-03-19", "III V", date="2024-03-12"),
    ).biopsies
    assert days(first.when) == "2021-02-18"
    assert len(first.facts) == 3
    assert (first.superseded, second.superseded) == (True, False)
    assert (first.readings, second.readings) == ((("IV",),), (("III", "V"),))


def test_the_phrases_of_one_report_are_one_class_and_its_header_gives_their_day():
    (one,) = chart(
        biopsy("2021-11-23", "", date="2021-11-16", note_id="report"),
        biopsy("2021-11-23", "IV", note_id="report"),
        biopsy("2021-11-23", "V", note_id="report"),
    ).biopsies
    assert one.readings == (("IV", "V"),)
    assert days(one.when) == "2021-11-16"


def test_a_class_without_any_day_was_seen_by_the_first_note_that_tells_it():
    (one,) = chart(biopsy("2022-05-01", "V"), biopsy("2021-05-01", "V")).biopsies
    assert days(one.when) == "..2021-05-01"
    assert not one.superseded


def test_an_allograft_s_biopsy_supersedes_no_native_one():
    found = chart(
        biopsy("2021-03-03", "IV", date="2021-02-18"),
        biopsy("2024-03-03", "", date="2024-02-18", organ="allograft_kidney"),
    ).biopsies
    assert [one.superseded for one in found] == [False, False]


def test_two_classes_of_one_biopsy_stand_against_each_other():
    assert conflicts(
        biopsy("2021-11-23", "V", date="2021-11-16"),
        biopsy("2021-12-07", "IV", date="2021-11-16"),
    ) == [("biopsy_class", "kidney_biopsy", 2)]


def test_a_choice_left_open_and_a_pattern_s_name_contradict_nothing():
    assert not conflicts(
        biopsy("2021-11-23", "III V", readings=[["III"], ["V"]], date="2021-11-16"),
        biopsy("2021-12-07", "V", date="2021-11-16"),
        biopsy("2021-12-08", "IV", class_basis="inferred", date="2021-11-16"),
    )


def test_never_given_against_given_is_shown_with_both_sides():
    (one,) = chart(
        therapy("hydroxychloroquine", "2019-06-04", "active"),
        therapy("hydroxychloroquine", "2023-10-02", "never_given"),
    ).conflicts
    denied, given = one.sides
    assert one.about == "never_given"
    assert [fact.status for fact in (*denied, *given)] == ["never_given", "active"]


def test_never_given_does_not_contradict_what_began_later_or_other_days():
    assert not conflicts(
        therapy("rituximab", "2019-06-04", "never_given"),
        therapy("rituximab", "2023-10-02", "active", start="2023-09-01"),
        therapy("rituximab", "2024-10-02", "never_given", date="2024-09-02..2024-10-02"),
    )


def test_a_list_that_still_names_a_stopped_drug_is_a_conflict():
    assert conflicts(
        therapy("azathioprine", "2021-04-20", "stopped", stop="2021-04-12"),
        therapy("azathioprine", "2025-05-19", "active"),
    ) == [("taken_after_stop", "azathioprine", 2)]


def test_days_of_a_beginning_or_an_end_that_exclude_each_other_are_conflicts():
    assert conflicts(
        therapy("mycophenolate", "2019-05-14", "stopped", start="2018-11-01", stop="2019-02-01"),
        therapy("mycophenolate", "2021-10-05", "stopped", start="2018-12-01", stop="2019-03-01"),
    ) == [("start", "mycophenolate", 2), ("stop", "mycophenolate", 2)]


def test_positive_and_negative_of_one_day_and_affirmed_and_denied_are_conflicts():
    assert conflicts(
        lab("hbsag", "2024-01-02", None, unit=None, interpretation="positive", date="2024-01-01"),
        lab("hbsag", "2024-01-03", None, unit=None, interpretation="negative", date="2024-01-01"),
        diagnosis("fever", "2024-01-02", date="2024-01-02", basis="note"),
        diagnosis("fever", "2024-01-02", date="2024-01-02", basis="note", assertion="absent"),
    ) == [("diagnosis", "fever", 2), ("result", "hbsag", 2)]


def test_a_result_that_notes_repeat_is_one_point():
    (series,) = chart(
        lab("upcr", "2024-03-03", 2.4, date="2024-03-02"),
        lab("upcr", "2024-05-03", 2.4, date="2024-03-01..2024-03-31"),
        lab("upcr", "2024-05-03", 1.1, date="2024-05-02"),
        lab("upcr", "2024-05-03", None, assertion="hypothetical", temporality="planned"),
    ).series
    assert [(days(one.when), one.value.number) for one in series.points] == [
        ("2024-03-02", 2.4),
        ("2024-05-02", 1.1),
    ]
    assert len(series.points[0].facts) == 2


def test_a_condition_has_its_sides_its_onset_and_its_occurrences():
    (one,) = chart(
        diagnosis("seizure", "2024-03-03", date="2021-05-01..2021-05-31", temporality="past"),
        diagnosis("seizure", "2023-03-03", date="2021", temporality="past", onset="2021"),
        diagnosis("seizure", "2024-03-03", date="2024-03-03", basis="note", assertion="absent"),
        diagnosis("seizure", "2024-03-03", experiencer="family", assertion="other_person"),
    ).conditions
    assert [len(side) for side in (one.affirmed, one.denied, one.possible)] == [2, 1, 0]
    assert days(one.onset) == "2021-01-01..2021-12-31"
    assert [days(each.when) for each in one.occurrences] == ["2021-05-01..2021-05-31"]


def test_what_was_so_only_after_a_day_is_set_apart():
    whole = chart(
        lab("upcr", "2024-03-03", 2.4, date="2024-03-02"),
        lab("upcr", "2024-05-03", 1.1, date="2024-05-02"),
        therapy("anifrolumab", "2024-05-03", "active", start="2024-05-01"),
        therapy("mycophenolate", "2024-05-03", "active", start="2021"),
    )
    day = dt.date(2024, 4, 1)
    assert [fact.concept for fact in whole.later_than(day)] == ["upcr", "anifrolumab"]
    assert [one.concept for one in whole.up_to(day).episodes] == ["mycophenolate"]


def test_a_chart_s_record_names_a_fact_for_all_it_says_and_sets_later_facts_apart():
    facts = (
        therapy("mycophenolate", "2024-05-03", "active", start="2021"),
        therapy("rituximab", "2024-05-03", date="2021-03-03"),
        biopsy("2024-05-03", "IV", date="2021-02-18"),
        lab("upcr", "2024-03-03", 2.4, date="2024-03-02"),
        lab("upcr", "2024-05-03", 1.1, date="2024-05-02"),
        diagnosis("sle", "2024-03-03", onset="2016"),
    )
    record = chart_record(chart(*facts), dt.date(2024, 4, 1))
    parts = (*record.episodes, *record.administrations, *record.biopsies)
    parts += tuple(point for series in record.series for point in series.points)
    assert all(part.facts for part in parts)
    told = {fact_id for part in parts for fact_id in part.facts}
    told |= {fact_id for one in record.conditions for fact_id in one.affirmed}
    assert record.later == (facts[4].fact_id,)
    assert told | set(record.later) == {fact.fact_id for fact in facts}
    assert record == ChartRecord.model_validate_json(record.model_dump_json())
