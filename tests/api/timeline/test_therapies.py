"""Courses and doses: certain days solid, possible ones hatched, unknown ends open."""

from __future__ import annotations

import datetime as dt

import pytest
from invented import ANCHORS, drawn, only_mark, picture, therapy, trial

from api.pages.timeline import Trial
from api.pages.timeline.canvas import PLOT_LEFT, PLOT_RIGHT
from api.pages.timeline.marks import MOST_MARKS
from api.pages.timeline.rows import MOST_ROWS

DAY = dt.date.fromisoformat


def test_a_course_is_solid_on_its_certain_days_and_hatched_on_the_possible_ones() -> None:
    told = therapy(
        "mycophenolate",
        status="stopped",
        start="2025-02-01..2025-02-28",
        stop="2025-11-01..2025-11-30",
    )
    shown = picture(told)
    mark, scale = only_mark(shown), shown.scale
    assert mark.certain
    (certain,) = mark.certain
    assert certain.x == scale.begin(DAY("2025-02-28"))
    assert certain.end == pytest.approx(scale.end(DAY("2025-11-01")))
    before, after = mark.possible
    assert (before.x, before.end) == (scale.begin(DAY("2025-02-01")), certain.x)
    assert after.x == pytest.approx(certain.end)
    assert after.end == pytest.approx(scale.end(DAY("2025-11-30")))
    assert mark.before is None and mark.after is None


def test_ends_that_are_not_known_run_to_the_edges() -> None:
    mark = only_mark(picture(therapy("hydroxychloroquine", status="active")))
    assert mark.before and mark.after and mark.certain
    assert mark.before.x == PLOT_LEFT
    assert mark.before.end == pytest.approx(mark.certain[0].x)
    assert mark.after.end == PLOT_RIGHT
    assert mark.after.x == pytest.approx(mark.certain[0].end)
    assert mark.possible == ()


def test_a_past_course_without_days_is_no_bar() -> None:
    mark = only_mark(picture(therapy("tacrolimus", status="stopped", temporality="past")))
    assert mark.certain == () and mark.told == ()
    assert mark.before and mark.after is None
    assert "ended by 2026-03-20" in mark.name


def test_a_course_of_which_no_day_is_known_may_be_anywhere() -> None:
    undated = therapy("tacrolimus", status="stopped", temporality="past", note_date=None)
    mark = only_mark(picture(undated))
    assert mark.before
    assert (mark.before.x, mark.before.end) == (PLOT_LEFT, PLOT_RIGHT)


def test_days_between_two_notes_are_certain_but_not_told() -> None:
    shown = picture(
        therapy("prednisone", "2025-06-01", status="active"),
        therapy("prednisone", "2026-03-20", status="active"),
    )
    mark = only_mark(shown)
    assert mark.certain and len(mark.told) == 2
    assert sum(span.width for span in mark.told) < mark.certain[0].width / 10


def test_doses_are_points_on_their_day_and_bars_where_the_day_is_not_exact() -> None:
    shown = picture(
        therapy("rituximab", date="2025-03-03"), therapy("rituximab", date="2025-08-01..2025-08-31")
    )
    point, bar = (mark for row in shown.rows for mark in row.marks)
    assert point.point == shown.scale.middle(DAY("2025-03-03"))
    assert bar.point is None and len(bar.possible) == 1


def test_held_and_disputed_courses_bear_a_sign() -> None:
    held = therapy("methotrexate", status="held", stop="2026-03-10")
    assert only_mark(picture(held)).sign == "held"
    stopped = therapy("azathioprine", "2026-03-20", status="stopped", stop="2025-05-05")
    copied = therapy("azathioprine", "2026-03-20", status="active", note_id="old_list", words="aza")
    shown = picture(stopped, copied)
    (row,) = shown.rows
    assert "disputed" in {mark.sign for mark in row.marks}
    (conflict,) = row.conflicts
    assert "no new beginning" in conflict.name
    assert "“azathioprine” (2026-03-20) against “aza” (2026-03-20)" in conflict.name


def test_a_disagreement_shows_a_telling_that_has_a_dose_and_its_end_in_one_breath() -> None:
    stopped = therapy("prednisone", "2025-01-01", stop="2025-01-01")
    taken = therapy("prednisone", "2025-01-02", status="stopped", date="2025-01-02")
    (row,) = picture(stopped, taken).rows
    assert [len(one.sides) for one in row.conflicts] == [2]


def test_therapies_of_the_trial_come_first_in_its_order_then_the_others_by_name() -> None:
    names = ("voxelotor", "rituximab", "dialysis", "hydroxychloroquine", "prednisone", "apremilast")
    shown = picture(*(therapy(name, status="active") for name in names))
    assert [row.name for row in shown.rows] == [
        "prednisone", "hydroxychloroquine", "rituximab", "apremilast", "dialysis", "voxelotor",
    ]  # fmt: skip
    assert [heading.text for heading in shown.headings] == [
        "Therapies that the trial asks about",
        "Other therapies",
    ]


def test_marks_that_overlap_lie_in_lanes() -> None:
    shown = picture(
        *(therapy("rituximab", date=f"2025-03-{day:02}") for day in (1, 2, 3)),
        therapy("rituximab", date="2026-01-01"),
    )
    (row,) = shown.rows
    assert [mark.lane for mark in row.marks] == [0, 1, 2, 0]
    assert row.lanes == 3


def test_a_later_course_is_never_drawn_above_one_that_is_still_under_way() -> None:
    shown = picture(
        therapy(
            "azathioprine", status="stopped", start="2024-01-01", stop="2024-06-01..2024-12-31"
        ),
        therapy("azathioprine", status="active", start="2024-07-01..2025-12-31"),
        therapy("azathioprine", date="2025-03-01"),
    )
    lanes = [mark.lane for row in shown.rows for mark in row.marks]
    assert lanes == sorted(lanes)


def test_what_is_not_drawn_is_counted_and_told() -> None:
    doses = [
        therapy("ivig", date=(dt.date(2020, 1, 1) + dt.timedelta(40 * i)).isoformat())
        for i in range(MOST_MARKS + 5)
    ]
    others = [therapy(f"drug_{i:02}", status="active") for i in range(MOST_ROWS + 2)]
    found = drawn(*doses, *others)
    assert found.picture
    assert len(found.picture.rows) == MOST_ROWS
    assert found.picture.left_out[0] == (
        f"3 therapies after the first {MOST_ROWS}: drug 40, drug 41, IVIG"
    )
    assert len(found.text.therapies) == len(doses) + len(others)
    few = drawn(*doses).picture
    assert few and few.left_out == ("5 older marks of IVIG",)
    assert len(few.rows[0].marks) == MOST_MARKS


def test_the_text_tells_each_course_with_its_ends_and_evidence() -> None:
    told = therapy(
        "cyclophosphamide",
        status="stopped",
        start="2022-05-01..2022-05-31",
        stop="2022-10-01..2022-10-31",
        stop_reason="inefficacy",
        response="inadequate",
        words="Euro-Lupus",
    )
    (line,) = drawn(told, therapy("rituximab", date="2025-03-03")).text.therapies[:1]
    assert (line.name, line.start, line.stop) == ("cyclophosphamide", "2022-05", "2022-10")
    assert line.certain == "2022-05-31 to 2022-10-01"
    assert (line.reason, line.response) == ("lack of effect", "inadequate")
    assert [link.text for link in line.evidence.links] == ["“Euro-Lupus” (2026-03-20)"]


def test_a_window_of_the_calendar_is_told_as_such_and_any_other_by_its_limits() -> None:
    told = therapy(
        "tacrolimus",
        status="stopped",
        start="2021-01-01..2021-12-31",
        stop="2022-02-03..2022-05-06",
    )
    (line,) = drawn(told).text.therapies
    assert line.start == "2021"
    assert line.stop == "between 2022-02-03 and 2022-05-06"
    assert line.certain == "2021-12-31 to 2022-02-03"


def test_plans_and_refusals_are_not_drawn_and_an_empty_chart_has_no_picture() -> None:
    planned = therapy(
        "rituximab", assertion="hypothetical", temporality="planned", status="planned"
    )
    found = drawn(planned, therapy("belimumab", assertion="absent", status="never_given"))
    assert found.picture is None and found.text.is_empty
    assert drawn().picture is None


def test_days_after_the_screening_are_shaded_and_the_anchors_named() -> None:
    shown = picture(therapy("prednisone", status="active"))
    assert shown.later
    assert shown.later.x == shown.scale.end(ANCHORS.screening)
    assert shown.later.end == pytest.approx(PLOT_RIGHT)
    assert [one.label for one in shown.anchors] == [
        "Leukapheresis 2026-04-20",
        "Screening 2026-04-01",
    ]
    assert len({one.label_y for one in shown.anchors}) == 2


def test_without_a_trial_every_therapy_is_drawn_and_no_result() -> None:
    found = drawn(therapy("prednisone", status="active"), of=Trial())
    assert found.picture and [row.name for row in found.picture.rows] == ["prednisone"]
    assert [heading.text for heading in found.picture.headings] == ["Therapies"]
    assert trial().therapies
