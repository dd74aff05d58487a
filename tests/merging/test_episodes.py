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
