"""A therapy's courses over many notes: as exact as told, as open as left."""

import pytest

from tests.merging.told import chart, days, therapy


def only(*facts):
    (episode,) = chart(*facts).episodes
    return episode


def test_a_start_told_more_and_less_exactly_is_one_start():
    one = only(
        therapy("mycophenolate", "2024-02-20", "active", start="2021"),
        therapy("mycophenolate", "2021-05-01", "active", start="2021-03-03"),
    )
    assert days(one.start) == "2021-03-03"
    assert days(one.certain) == "2021-03-03..2024-02-20"
    assert days(one.possible) == "2021-03-03.."
    assert len(one.starts) == len(one.facts) == 2


def test_an_end_without_a_day_came_between_the_last_note_that_has_it_taken_and_its_own():
    one = only(
        therapy("azathioprine", "2022-01-10", "active"),
        therapy("azathioprine", "2022-09-14", "active"),
        therapy("azathioprine", "2023-05-02", "stopped", stop_reason="inefficacy"),
    )
    assert days(one.start) == "..2022-01-10"
    assert days(one.stop) == "2022-09-14..2023-05-02"
    assert days(one.certain) == "2022-01-10..2022-09-14"
    assert one.is_ended
    assert one.stop_reasons == ("inefficacy",)


def test_an_end_told_with_its_day_narrows_the_end_that_others_only_tell_to_have_come():
    one = only(
        therapy("azathioprine", "2023-05-02", "stopped"),
        therapy("azathioprine", "2024-01-02", "stopped", stop="2023"),
        therapy("azathioprine", "2024-06-02", "stopped", stop="2023-02-01..2023-02-28"),
        therapy("azathioprine", "2023-02-11", "active"),
    )
    assert days(one.stop) == "2023-02-11..2023-02-28"


def test_a_drug_that_is_only_mentioned_has_no_certain_day():
    one = only(therapy("cyclophosphamide", "2023-05-02", "unknown"))
    assert (days(one.start), days(one.possible), one.certain) == ("..2023-05-02", "..", None)


def test_a_pause_that_has_its_day_as_a_date_ends_a_course():
    first, second = chart(
        therapy("mycophenolate", "2021-08-15", "held", start="2019", date="2021-08-01"),
        therapy("mycophenolate", "2022-01-10", "active", start="2021-11-02"),
    ).episodes
    assert days(first.stop) == "2021-08-01"
    assert days(second.start) == "2021-11-02"


def test_a_pause_parts_two_courses():
    first, second = chart(
        therapy("mycophenolate", "2025-06-01", "active", start="2019"),
        therapy("mycophenolate", "2021-08-15", "held", stop="2021-08-01"),
        therapy("mycophenolate", "2022-01-10", "active", start="2021-11-02"),
    ).episodes
    assert (days(first.start), days(first.stop)) == ("2019-01-01..2019-12-31", "2021-08-01")
    assert (days(second.start), days(second.stop)) == ("2021-11-02", "2025-06-01..")
    assert not second.is_resumed


def test_taken_again_without_a_new_beginning_began_at_some_time_after_the_end():
    first, second = chart(
        therapy("mycophenolate", "2021-08-15", "stopped"),
        therapy("mycophenolate", "2023-01-10", "active"),
    ).episodes
    assert days(first.stop) == "..2021-08-15"
    assert second.is_resumed
    assert not second.is_disputed
    assert days(second.certain) == "2023-01-10"


def test_an_old_list_beside_a_later_word_that_it_had_ended_makes_no_day_certain():
    first, second = chart(
        therapy("mycophenolate", "2024-02-20", "active"),
        therapy("mycophenolate", "2025-02-11", "active"),
        therapy("mycophenolate", "2025-02-11", "stopped", stop="2024-10-01..2024-10-31"),
    ).episodes
    assert days(first.stop) == "2024-10-01..2024-10-31"
    assert second.is_disputed
    assert second.certain is None
    assert second.told == ()


@pytest.mark.parametrize(
    "steps",
    [
        (
            therapy("prednisone", "2024-03-20", "stopped", mg=40, stop="2024-03-04"),
            therapy("prednisone", "2024-03-20", "active", mg=20, start="2024-03-05"),
        ),
        (
            therapy("prednisone", "2024-03-20", "stopped", mg=40),
            therapy("prednisone", "2024-03-20", "active", mg=20),
        ),
    ],
)
def test_a_dose_that_gave_way_to_another_ends_no_course(steps):
    one = only(*steps, therapy("prednisone", "2024-06-01", "active", mg=10))
    assert not one.is_ended
    assert days(one.possible).endswith("..")
    assert len(one.facts) == 3


def test_a_dose_stopped_for_a_reason_ends_the_course_also_beside_another_dose():
    episodes = chart(
        therapy(
            "prednisone", "2024-03-20", "stopped", mg=40, stop="2024-03-04",
            stop_reason="intolerance",
        ),
        therapy("prednisone", "2024-03-20", "active", mg=20),
    ).episodes  # fmt: skip
    assert len(episodes) == 2


def test_a_new_dose_is_no_new_beginning():
    one = only(
        therapy("mycophenolate", "2021-05-01", "active", start="2021-03-03"),
        therapy("mycophenolate", "2024-02-20", "active", mg=1500, start="2023-11-01..2023-11-30"),
    )
    assert days(one.start) == "2021-03-03"
    assert len(one.starts) == 1


def test_beginnings_that_exclude_each_other_leave_all_days_between_them_open():
    one = only(
        therapy("mycophenolate", "2019-05-14", "active", start="2018-11-01..2018-11-30"),
        therapy("mycophenolate", "2021-10-05", "active", start="2019-01-01..2019-01-31"),
    )
    assert days(one.start) == "2018-11-01..2019-01-31"


def test_a_length_of_time_and_one_end_give_the_other():
    one = only(
        therapy(
            "cyclophosphamide", "2024-06-01", "stopped", start="2023-01-10",
            duration_days={"min": 80, "max": 90},
        )
    )  # fmt: skip
    assert days(one.stop) == "2023-03-31..2023-04-10"


def test_never_given_bounds_a_later_course_and_a_planned_end_ends_nothing():
    one = only(
        therapy("belimumab", "2022-05-01", "never_given"),
        therapy("belimumab", "2023-02-01", "active", stop="2023-12-31"),
    )
    assert days(one.start) == "2022-05-01..2023-02-01"
    assert days(one.stop) == "2023-02-01.."


@pytest.mark.parametrize("status", ["planned", "declined", "never_given"])
def test_what_was_not_taken_makes_no_course(status):
    assert chart(therapy("rituximab", "2024-01-01", status)).episodes == ()


def test_a_relative_s_drug_and_a_possible_one_make_no_course():
    others = therapy(
        "rituximab", "2024-01-01", "active", experiencer="family", assertion="other_person"
    )
    maybe = therapy("rituximab", "2024-01-01", "active", assertion="possible")
    assert chart(others, maybe).episodes == ()


def test_told_are_only_the_stretches_of_single_notes():
    one = only(
        therapy("mycophenolate", "2021-05-01", "active", start="2021-03-03"),
        therapy("mycophenolate", "2024-02-20", "active"),
    )
    assert [days(each) for each in one.told] == ["2021-03-03..2021-05-01", "2024-02-20"]


def test_infusions_told_in_several_notes_are_as_many_as_their_days():
    found = chart(
        therapy("rituximab", "2021-04-01", date="2021-03-03"),
        therapy("rituximab", "2021-04-01", date="2021-03-17"),
        therapy("rituximab", "2023-01-01", date="2021-03-01..2021-03-31", temporality="past"),
        therapy("rituximab", "2024-01-01", temporality="past"),
        therapy("rituximab", "2024-01-01", "planned", date="2024-02-01"),
    ).administrations
    assert [days(one.when) for one in found] == ["2021-03-03", "2021-03-17"]
    assert [len(one.facts) for one in found] == [3, 3]
    assert days(found[0].possible) == "..2024-01-01"


def spans(stretches):
    return [days(each) for each in stretches]


@pytest.mark.parametrize(
    ("concept", "more"),
    [
        ("rituximab", {}),
        ("rituximab", {"route": "intravenous"}),
        ("belimumab", {}),
        ("cyclophosphamide", {}),
        ("methylprednisolone", {"route": "intravenous"}),
    ],
)
def test_of_infusions_the_days_between_two_notes_are_possible_and_not_certain(concept, more):
    one = only(
        therapy(concept, "2022-03-01", "active", **more),
        therapy(concept, "2022-09-10", "active", **more),
        therapy(concept, "2023-03-10", "active", **more),
    )
    assert spans(one.certain_days) == spans(one.told) == ["2022-03-01", "2022-09-10", "2023-03-10"]
    assert one.certain is None
    assert (days(one.start), days(one.stop)) == ("..2022-03-01", "2023-03-10..")


def test_what_is_injected_or_swallowed_is_taken_between_two_notes():
    for route in ("subcutaneous", "oral"):
        for concept in ("belimumab", "cyclophosphamide"):
            one = only(
                therapy(concept, "2022-03-01", "active", route=route),
                therapy(concept, "2022-09-10", "active", route=route),
                therapy(concept, "2023-03-10", "active"),
            )
            assert spans(one.certain_days) == ["2022-03-01..2023-03-10"]


def test_pulses_beside_a_daily_course_take_nothing_from_it():
    one = only(
        therapy("methylprednisolone", "2022-03-01", "active", route="oral"),
        therapy(
            "methylprednisolone", "2023-06-01", "stopped", route="intravenous",
            start="2022-05-03", stop="2022-05-05", stop_reason="completed",
        ),
        therapy("methylprednisolone", "2022-04-01", "active", route="oral"),
    )  # fmt: skip
    assert spans(one.certain_days) == ["2022-03-01..2022-04-01", "2022-05-03..2022-05-05"]


def test_a_course_of_infusions_that_one_note_tells_is_certain_but_not_between_two_single_doses():
    told_as_a_course = only(
        therapy("belimumab", "2024-08-20", "stopped", start="2023-09-01", stop="2024-06-01")
    )
    assert spans(told_as_a_course.certain_days) == ["2023-09-01..2024-06-01"]
    two_doses = only(
        therapy("rituximab", "2026-01-15", "stopped", start="2023-03-27", stop="2024-11-16")
    )
    assert spans(two_doses.certain_days) == ["2023-03-27", "2024-11-16"]
    assert days(two_doses.possible) == "2023-03-27..2024-11-16"


def test_the_last_of_some_doses_is_no_other_end_of_an_earlier_course():
    whole = chart(
        therapy("rituximab", "2022-03-22", "stopped", start="2022-02-15", stop="2022-03-01"),
        therapy("rituximab", "2024-06-11", "stopped", stop="2023-09-12"),
    )
    first, last = whole.episodes
    assert (days(first.start), days(first.stop)) == ("2022-02-15", "2022-03-01")
    assert (days(last.start), days(last.stop)) == ("2022-03-01..2023-09-12", "2023-09-12")
    assert spans(last.certain_days) == ["2023-09-12"]
    assert whole.conflicts == ()


def test_an_end_that_is_retold_less_exactly_stays_one_end():
    one = only(
        therapy("rituximab", "2022-03-22", "stopped", start="2022-02-15", stop="2022-03-01"),
        therapy("rituximab", "2024-06-11", "stopped", stop="2022-03-01..2022-03-31"),
    )
    assert days(one.stop) == "2022-03-01"


def test_a_dose_after_the_last_of_some_doses_contradicts_nothing_but_an_end_for_a_reason():
    def conflicts(**more):
        return [
            one.about
            for one in chart(
                therapy("rituximab", "2022-03-22", "stopped", stop="2022-03-01", **more),
                therapy("rituximab", "2023-01-10", "active"),
            ).conflicts
        ]

    assert conflicts() == []
    assert conflicts(stop_reason="intolerance") == ["taken_after_stop"]


def test_infusions_that_earlier_notes_could_not_know_of_are_another_course():
    whole = chart(
        therapy("cyclophosphamide", "2022-03-22", "stopped", start="2021-09-01", stop="2022-03-01"),
        therapy("cyclophosphamide", "2025-06-11", "stopped", stop="2025-02-12"),
    )
    assert [days(one.stop) for one in whole.episodes] == ["2022-03-01", "2025-02-12"]
    assert whole.conflicts == ()


def test_a_pause_with_its_two_days_parts_two_courses_and_contradicts_nothing():
    whole = chart(
        therapy("mycophenolate", "2024-02-10", "active", start="2023-01-01..2023-01-31"),
        therapy("mycophenolate", "2024-04-10", "held", stop="2024-03-04"),
        therapy("mycophenolate", "2024-04-10", "active", start="2024-03-25"),
        therapy("mycophenolate", "2024-08-10", "active"),
    )
    first, second = whole.episodes
    assert days(first.stop) == "2024-03-04"
    assert days(second.start) == "2024-03-25"
    assert spans(second.certain_days) == ["2024-03-25..2024-08-10"]
    assert not second.is_resumed and not second.is_disputed
    assert whole.conflicts == ()


def test_a_note_that_tells_of_a_pause_and_of_the_drug_taken_tells_of_a_pause_that_is_over():
    whole = chart(
        therapy("mycophenolate", "2024-06-11", "active", start="2022-08-01..2022-08-31"),
        therapy("mycophenolate", "2024-06-11", "held", stop="2024-03-04..2024-03-25"),
    )
    first, second = whole.episodes
    assert days(first.stop) == "2024-03-04..2024-03-25"
    assert not second.is_disputed
    assert spans(second.certain_days) == ["2024-06-11"]
    assert whole.conflicts == ()


def test_a_list_that_still_names_a_drug_that_another_note_of_the_day_has_held_is_disputed():
    whole = chart(
        therapy("mycophenolate", "2024-06-11", "held", stop="2024-03-04"),
        therapy("mycophenolate", "2024-06-11", "active", note_id="a_list"),
    )
    assert whole.episodes[1].is_disputed
    assert [one.about for one in whole.conflicts] == ["taken_after_stop"]


MOFETIL, SODIUM = [
    [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code}]
    for code in ("68149", "265323")
]


@pytest.mark.parametrize(
    "switch",
    [
        (
            therapy("mycophenolate", "2023-06-20", "stopped", stop="2023-06-05"),
            therapy("mycophenolate", "2023-06-20", "active", mg=720, start="2023-06-05"),
        ),
        (
            therapy(
                "mycophenolate", "2023-06-20", "stopped", stop="2023-06-05",
                stop_reason="intolerance",
            ),
            therapy("mycophenolate", "2023-06-20", "unknown", start="2023-06-06"),
        ),
        (
            therapy("mycophenolate", "2023-06-20", "stopped", codes=MOFETIL),
            therapy("mycophenolate", "2023-06-20", "active", start="2023-06-05", codes=SODIUM),
        ),
    ],
)  # fmt: skip
def test_a_change_of_brand_ends_no_treatment_and_begins_none(switch):
    one = only(
        therapy("mycophenolate", "2023-02-03", "active"),
        *switch,
        therapy("mycophenolate", "2024-06-20", "active"),
    )
    assert spans(one.certain_days) == ["2023-02-03..2024-06-20"]
    assert (days(one.start), one.is_ended) == ("..2023-02-03", False)


def test_a_brand_that_is_begun_where_another_ended_does_not_begin_the_treatment():
    one = only(
        therapy("tacrolimus", "2023-06-20", "stopped", stop="2023-06-05"),
        therapy("tacrolimus", "2023-06-20", "active", start="2023-06-05"),
    )
    assert days(one.start) == "..2023-06-05"
    assert spans(one.certain_days) == ["2023-06-05..2023-06-20"]


def test_a_restart_after_a_gap_is_a_course_of_its_own():
    first, second = chart(
        therapy("tacrolimus", "2023-06-20", "stopped", stop="2023-05-01"),
        therapy("tacrolimus", "2023-06-20", "active", start="2023-06-05"),
    ).episodes
    assert (days(first.stop), days(second.start)) == ("2023-05-01", "2023-06-05")


def test_a_plan_begins_nothing_but_stands_beside_a_beginning_that_no_note_tells():
    plan = therapy("azathioprine", "2023-02-03", "planned")
    later = therapy("azathioprine", "2023-09-03", "planned")
    one = only(
        plan, later, therapy("azathioprine", "2024-02-03", "stopped", stop="2023-05-01..2023-05-31")
    )
    assert days(one.start) == "..2023-05-31"
    assert one.plans == (plan,)
    assert plan not in one.facts
    told = therapy("azathioprine", "2024-02-03", "active", start="2023-02-05")
    assert only(plan, told).plans == ()


def test_a_course_that_no_day_is_certain_of_began_by_its_end():
    first, _ = chart(
        therapy("mycophenolate", "2021-01-18", "stopped", stop="2014-01-01..2014-12-31"),
        therapy("mycophenolate", "2023-09-05", "active", start="2023-08-25"),
        therapy("mycophenolate", "2024-08-20", "unknown"),
    ).episodes
    assert days(first.start) == "..2014-12-31"


def test_prednisone_and_prednisolone_are_one_treatment_and_two_drugs():
    whole = chart(
        therapy("prednisone", "2023-06-20", "active", start="2023-01-10"),
        therapy("prednisolone", "2024-06-20", "active"),
        therapy("prednisolone", "2022-06-20", "never_given"),
        therapy("dexamethasone", "2024-06-20", "active"),
    )
    assert [one.concept for one in whole.episodes] == [
        "dexamethasone",
        "prednisolone",
        "prednisone",
    ]
    dexamethasone, joint = whole.joint_episodes
    assert (dexamethasone.concept, joint.concept) == ("dexamethasone", "prednisone")
    assert spans(joint.certain_days) == ["2023-01-10..2024-06-20"]
    assert {fact.concept for fact in joint.facts} == {"prednisone", "prednisolone"}


def test_a_treatment_told_under_one_of_its_names_keeps_that_name():
    (one,) = chart(therapy("prednisolone", "2024-06-20", "active")).joint_episodes
    assert one.concept == "prednisolone"
