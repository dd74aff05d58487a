"""A date in any form means an interval that holds the true day, and nothing else is a date."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from abstraction.dates import Days, hull, whole_month, whole_year
from abstraction.pipeline.date_grammar import DateGrammar, DateMention
from nlp_rules import load_rules

GRAMMAR = DateGrammar(load_rules().dates)
NOTE_DATE = dt.date(2026, 5, 14)
DAYS = st.dates(dt.date(1951, 1, 1), NOTE_DATE)
"""Also a two-digit year is unambiguous in these, seen from the day of the note."""

Print = Callable[[dt.date], str]


def dates(text: str, note_date: dt.date | None = NOTE_DATE) -> list[DateMention]:
    return list(GRAMMAR.find(text, note_date))


def the_date(text: str, printed: str) -> Days:
    """The days of the only date of ``text``, which is what ``printed`` says there."""
    (mention,) = dates(text)
    assert text[mention.start : mention.end] == printed.rstrip(".")
    assert mention.basis == "explicit"
    return mention.days


def ordinal(day: int) -> str:
    suffix = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


def month(day: dt.date) -> str:
    return calendar.month_name[day.month]


def short(day: dt.date) -> str:
    return calendar.month_abbr[day.month]


# ---- a day ---------------------------------------------------------------------------------------

ONE_DAY: dict[str, Print] = {
    "2025-03-04": lambda d: f"{d:%Y-%m-%d}",
    "2025/03/04": lambda d: f"{d:%Y/%m/%d}",
    "04.03.2025": lambda d: f"{d:%d.%m.%Y}",
    "4.3.2025": lambda d: f"{d.day}.{d.month}.{d.year}",
    "4.3.25": lambda d: f"{d.day}.{d.month}.{d:%y}",
    "4 March 2025": lambda d: f"{d.day} {month(d)} {d.year}",
    "04 March 2025": lambda d: f"{d:%d} {month(d)} {d.year}",
    "4th March 2025": lambda d: f"{ordinal(d.day)} {month(d)} {d.year}",
    "4th of March, 2025": lambda d: f"{ordinal(d.day)} of {month(d)}, {d.year}",
    "4 Mar 2025": lambda d: f"{d.day} {short(d)} {d.year}",
    "4 mar 2025": lambda d: f"{d.day} {short(d).lower()} {d.year}",
    "4-Mar-2025": lambda d: f"{d.day}-{short(d)}-{d.year}",
    "04-MAR-2025": lambda d: f"{d:%d}-{short(d).upper()}-{d.year}",
    "4-Mar-25": lambda d: f"{d.day}-{short(d)}-{d:%y}",
    "4 Mar '25": lambda d: f"{d.day} {short(d)} '{d:%y}",
    "March 4, 2025": lambda d: f"{month(d)} {d.day}, {d.year}",
    "March 4th, 2025": lambda d: f"{month(d)} {ordinal(d.day)}, {d.year}",
    "March 4 2025": lambda d: f"{month(d)} {d.day} {d.year}",
    "Mar 4, 2025": lambda d: f"{short(d)} {d.day}, {d.year}",
    "Mar. 4, 2025": lambda d: f"{short(d)}. {d.day}, {d.year}",
}


@pytest.mark.parametrize("form", ONE_DAY)
@given(DAYS)
@settings(max_examples=40, deadline=None)
def test_a_printed_day_is_that_day(form: str, day: dt.date) -> None:
    printed = ONE_DAY[form](day)
    assert the_date(f"Seen on {printed} in clinic", printed) == Days(start=day, end=day)
    assert the_date(f"UPCR 2.1 ({printed}).", printed) == Days(start=day, end=day)


# ---- day first or month first --------------------------------------------------------------------

DAY_FIRST: dict[str, Print] = {
    "04/03/2025": lambda d: f"{d:%d/%m/%Y}",
    "4/3/2025": lambda d: f"{d.day}/{d.month}/{d.year}",
    "04/03/25": lambda d: f"{d:%d/%m/%y}",
    "4/3/25": lambda d: f"{d.day}/{d.month}/{d:%y}",
    "04-03-2025": lambda d: f"{d:%d-%m-%Y}",
}
MONTH_FIRST: dict[str, Print] = {
    "03/04/2025": lambda d: f"{d:%m/%d/%Y}",
    "3/4/2025": lambda d: f"{d.month}/{d.day}/{d.year}",
    "03/04/25": lambda d: f"{d:%m/%d/%y}",
    "3/4/25": lambda d: f"{d.month}/{d.day}/{d:%y}",
    "03-04-2025": lambda d: f"{d:%m-%d-%Y}",
}
NUMERIC = [*DAY_FIRST.values(), *MONTH_FIRST.values()]


def swapped(day: dt.date) -> dt.date:
    """The day that the same digits mean read the other way round."""
    return day.replace(month=day.day, day=day.month)


@given(DAYS, st.sampled_from(NUMERIC))
@settings(max_examples=200, deadline=None)
def test_digits_keep_every_day_that_they_can_mean(day: dt.date, print_: Print) -> None:
    printed = print_(day)
    days = the_date(f"Seen on {printed} in clinic", printed)
    one = Days(start=day, end=day)
    if day.day > 12 or day.day == day.month:
        assert days == one
    else:
        other = swapped(day)
        both = hull(one, Days(start=other, end=other))
        assert days == (both if other <= NOTE_DATE else one)


@given(DAYS, DAYS, st.sampled_from(sorted(DAY_FIRST)), st.sampled_from(sorted(DAY_FIRST)))
@settings(max_examples=100, deadline=None)
def test_one_plain_date_settles_the_day_first_note(
    day: dt.date, plain: dt.date, form: str, plain_form: str
) -> None:
    assume(plain.day > 12)
    text = f"Seen {DAY_FIRST[plain_form](plain)}. UPCR 2.1 on {DAY_FIRST[form](day)} again"
    assert [m.days for m in dates(text)] == [Days(start=d, end=d) for d in (plain, day)]


@given(DAYS, DAYS, st.sampled_from(sorted(MONTH_FIRST)), st.sampled_from(sorted(MONTH_FIRST)))
@settings(max_examples=100, deadline=None)
def test_one_plain_date_settles_the_month_first_note(
    day: dt.date, plain: dt.date, form: str, plain_form: str
) -> None:
    assume(plain.day > 12)
    text = f"Seen {MONTH_FIRST[plain_form](plain)}. UPCR 2.1 on {MONTH_FIRST[form](day)} again"
    assert [m.days for m in dates(text)] == [Days(start=d, end=d) for d in (plain, day)]


def test_dates_that_contradict_each_other_settle_nothing() -> None:
    found = dates("Seen 14/02/2025 and 02/20/2025; UPCR on 03/04/2025.")
    assert found[-1].days == Days(start=dt.date(2025, 3, 4), end=dt.date(2025, 4, 3))


@given(st.dates(dt.date(2000, 1, 1), dt.date(2049, 12, 31)), st.integers(0, 99))
@settings(max_examples=150, deadline=None)
def test_a_short_year_is_the_latest_not_after_the_next(note_date: dt.date, year: int) -> None:
    (mention,) = dates(f"on 25.12.{year:02d}", note_date)
    found = mention.days.start.year
    assert found % 100 == year
    assert note_date.year + 1 - 100 < found <= note_date.year + 1


# ---- a month, a quarter, a year ------------------------------------------------------------------

ONE_MONTH: dict[str, Print] = {
    "March 2025": lambda d: f"{month(d)} {d.year}",
    "march 2025": lambda d: f"{month(d).lower()} {d.year}",
    "March of 2025": lambda d: f"{month(d)} of {d.year}",
    "Mar 2025": lambda d: f"{short(d)} {d.year}",
    "Mar. 2025": lambda d: f"{short(d)}. {d.year}",
    "Mar-2025": lambda d: f"{short(d)}-{d.year}",
    "Mar '25": lambda d: f"{short(d)} '{d:%y}",
    "Mar ’25": lambda d: f"{short(d)} ’{d:%y}",
    "03/2025": lambda d: f"{d:%m/%Y}",
    "3/2025": lambda d: f"{d.month}/{d.year}",
    "2025-03": lambda d: f"{d:%Y-%m}",
}


@pytest.mark.parametrize("form", ONE_MONTH)
@given(DAYS)
@settings(max_examples=30, deadline=None)
def test_a_printed_month_is_every_day_of_it(form: str, day: dt.date) -> None:
    printed = ONE_MONTH[form](day)
    days = the_date(f"MMF since {printed} for nephritis", printed)
    assert days == whole_month(day.year, day.month)


@given(DAYS)
@settings(max_examples=60, deadline=None)
def test_a_printed_year_or_quarter_holds_the_day(day: dt.date) -> None:
    assert the_date(f"SLE since {day.year} or so", str(day.year)) == whole_year(day.year)
    quarter = f"Q{(day.month + 2) // 3} {day.year}"
    days = the_date(f"biopsy in {quarter}", quarter)
    assert days.start <= day <= days.end
    assert (days.end - days.start).days < 93


@given(DAYS, st.sampled_from(sorted({*ONE_DAY, *DAY_FIRST, *MONTH_FIRST, *ONE_MONTH})))
@settings(max_examples=150, deadline=None)
def test_no_form_is_ever_narrower_than_the_truth(day: dt.date, form: str) -> None:
    printed = (ONE_DAY | DAY_FIRST | MONTH_FIRST | ONE_MONTH)[form](day)
    for note_date in (NOTE_DATE, None):
        for mention in dates(f"given on {printed}, tolerated", note_date):
            if note_date is not None or "25" not in form.replace("2025", ""):
                assert mention.days.start <= day <= mention.days.end


# ---- relative to the note ------------------------------------------------------------------------


@given(st.integers(1, 36), st.sampled_from(["day", "week", "month", "year"]), DAYS)
@settings(max_examples=100, deadline=None)
def test_a_time_ago_holds_the_day_that_long_ago(count: int, unit: str, note_date: dt.date) -> None:
    length = {"day": 1.0, "week": 7.0, "month": 30.44, "year": 365.24}[unit]
    (mention,) = dates(f"rituximab {count} {unit}{'s' * (count > 1)} ago", note_date)
    assert mention.basis == "relative"
    assert mention.days.start <= note_date - dt.timedelta(days=round(count * length))
    assert mention.days.end >= note_date - dt.timedelta(days=round(count * length))
    assert mention.days.end <= note_date


@pytest.mark.parametrize(
    "text", ["3 months ago", "last week", "yesterday", "today", "in March", "on 3/14", "14 March"]
)
def test_without_the_notes_date_nothing_relative_is_resolved(text: str) -> None:
    assert dates(f"Rituximab {text}.", None) == []


# ---- not dates -----------------------------------------------------------------------------------

NO_DATES = (
    "BP 120/80", "BP: 118/76 mmHg", "blood pressure 110/70", "ANA 1:640", "ANA 1/640", "AI 9/24",
    "CI 3/12", "AI 9/24, CI 3/12", "activity index 9/24", "Hgb/Hct 9.1/27", "Hgb 9.1/27.3",
    "C3/C4 45/6", "C3/C4 0.45/0.06", "tel 020 7946 0958", "Tel. 555-123-4567", "(555) 123-4567",
    "phone 555.123.4567", "power 5/5", "strength 4/5", "2/6 systolic murmur grade 2/6",
    "vision 20/40", "GCS 15/15", "pain 7/10", "SLEDAI-2K 12", "2000 mg", "MMF 2000 mg/day",
    "1-0-1", "prednisone 1-0-0", "UPCR 2.1", "C3 0.45", "3.2.1", "MRN 20231204", "ISN/RPS 2003",
    "CD19/20", "temp 38.2", "1 in 640", "99/100/101", "32/13/2025", "0/0/2025", "30/02/2025",
    "2025-02-30", "2025-13-01", "INR 2.0-3.0", "Plt 1,990", "T1/T2 signal", "50-55 %",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_DATES)
def test_this_is_no_date(text: str) -> None:
    assert dates(text) == []
    assert dates(f"{text}.") == []


@given(st.integers(60, 250), st.integers(30, 140))
@settings(max_examples=60, deadline=None)
def test_a_blood_pressure_is_no_date(systolic: int, diastolic: int) -> None:
    assert dates(f"BP {systolic}/{diastolic}, HR 88") == []


@given(st.sampled_from([20, 40, 80, 160, 320, 640, 1280, 2560, 5120]), st.sampled_from(":/"))
def test_a_titre_is_no_date(titre: int, sign: str) -> None:
    assert dates(f"ANA 1{sign}{titre} speckled") == []


@given(st.text(st.sampled_from("0123456789/-. :'MarOct"), max_size=24))
@settings(max_examples=300, deadline=None)
def test_dates_of_any_text_are_in_order_and_apart(text: str) -> None:
    found = dates(text)
    assert all(0 <= m.start < m.end <= len(text) for m in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


# ---- days of a list, of which only the last bears the year ---------------------------------------


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("infusions on 07 July and 08 July 2015", ["2015-07-07", "2015-07-08"]),
        ("on 02/26, 02/27 and 02/28/2021", ["2021-02-26", "2021-02-27", "2021-02-28"]),
        ("on 26/2, 27/2 and 28/2/21", ["2021-02-26", "2021-02-27", "2021-02-28"]),
        ("March 3, March 17 and April 1, 2019", ["2019-03-03", "2019-03-17", "2019-04-01"]),
        ("from 28 December to 3 January 2020", ["2019-12-28", "2020-01-03"]),
        ("am 12.03., 26.03. und 09.04.2019", ["2019-03-12", "2019-03-26", "2019-04-09"]),
        ("13/3 - 15/4/2019", ["2019-03-13", "2019-04-15"]),
    ],
)
def test_days_of_a_list_share_the_year_of_the_last(text: str, days: list[str]) -> None:
    found = dates(text)
    assert [(one.days.start.isoformat(), one.days.end.isoformat()) for one in found] == [
        (day, day) for day in days
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("12 May 2.4, 3 June 2019 1.2", "2026-05-12"),
        ("on 3 May she fell; 5 May 2019", "2026-05-03"),
    ],
)
def test_a_day_with_words_before_the_next_date_keeps_its_own_year(text: str, first: str) -> None:
    assert dates(text)[0].days.start.isoformat() == first


def test_a_strength_before_a_date_is_no_day() -> None:
    assert [one.days.start.isoformat() for one in dates("power 4/5, 13/4/2020 seen")] == [
        "2020-04-13"
    ]


@given(st.lists(DAYS, min_size=2, max_size=5, unique=True))
def test_a_list_of_days_of_one_year_is_read_as_that_year(days: list[dt.date]) -> None:
    ordered = sorted(day.replace(year=2020) for day in days)
    printed = " and ".join(f"{day.day} {month(day)}" for day in ordered) + " 2020"
    assert [one.days.start for one in dates(printed)] == ordered


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1 g (16, 17 and 18/05/2022)", ["2022-05-16", "2022-05-17", "2022-05-18"]),
        ("x3 (25-27/7/24)", ["2024-07-25", "2024-07-27"]),
        ("2019/6/23-6/25", ["2019-06-23", "2019-06-25"]),
        ("from 3 March 2019 to 5 April", ["2019-03-03", "2019-04-05"]),
        ("28 Dec 2023 - 3 Jan", ["2023-12-28", "2024-01-03"]),
        ("from tomorrow", ["2026-05-15"]),
    ],
)
def test_ends_of_a_range_share_what_only_one_of_them_prints(text: str, days: list[str]) -> None:
    assert [one.days.start.isoformat() for one in dates(text)] == days


def test_months_behind_their_year_may_have_one_digit() -> None:
    assert [str(one.days.start) for one in dates("2019/6-2020/1 monthly")] == [
        "2019-06-01",
        "2020-01-01",
    ]


def test_the_number_of_an_item_is_no_day() -> None:
    assert [str(one.days.start) for one in dates("1 - 23/04/2020 seen")] == ["2020-04-23"]
