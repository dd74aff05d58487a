"""What holds for every chart: order, repetition, openness, and where each day comes from."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from abstraction.chart import Chart, chart_of
from abstraction.dates import Days, Window
from abstraction.facts import TherapyFact
from tests.merging.told import biopsy, chart, lab, therapy

FIRST = dt.date(2019, 1, 1)
DAYS = st.integers(0, 1500).map(lambda number: FIRST + dt.timedelta(days=number))
LENGTHS = st.sampled_from([0, 0, 30, 365])


@st.composite
def intervals(draw: st.DrawFn) -> str:
    start = draw(DAYS)
    return f"{start}..{start + dt.timedelta(days=draw(LENGTHS))}"


@st.composite
def therapies(draw: st.DrawFn) -> TherapyFact:
    note = draw(st.none() | DAYS)
    status = draw(
        st.sampled_from(["active", "active", "stopped", "held", "unknown", "never_given", None])
    )
    given_days: dict[str, str] = {}
    if status in ("active", "stopped", "held", "unknown") and draw(st.booleans()):
        given_days["start"] = draw(intervals())
    if status in ("stopped", "held") and draw(st.booleans()):
        given_days["stop"] = draw(intervals())
    if given_days.get("start", "") > given_days.get("stop", "9"):
        del given_days["start"]
    if not given_days and draw(st.booleans()):
        given_days["date"] = draw(intervals())
    more = {"mg": draw(st.sampled_from([5, 10, 20]))} if draw(st.booleans()) else {}
    concept = draw(st.sampled_from(["mycophenolate", "rituximab"]))
    return therapy(concept, str(note) if note else None, status, **given_days, **more)


@st.composite
def others(draw: st.DrawFn):
    note = str(draw(DAYS))
    when = draw(st.none() | intervals())
    basis = draw(st.sampled_from(["explicit", "note"]))
    if draw(st.booleans()):
        return biopsy(note, draw(st.sampled_from(["", "IV", "V", "III V"])), date=when, basis=basis)
    return lab("upcr", note, draw(st.sampled_from([0.5, 1.1, 2.4])), date=when, basis=basis)


FACTS = st.lists(therapies() | others(), max_size=9)


def merged(one: Chart):
    return one.episodes, one.administrations, one.biopsies, one.series, one.conflicts


@given(FACTS, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_and_their_repetition_change_nothing(facts, dice):
    shuffled = [*facts, *facts]
    dice.shuffle(shuffled)
    assert merged(chart(*facts)) == merged(chart(*shuffled))


@given(FACTS)
def test_merging_what_was_merged_changes_nothing(facts):
    whole = chart(*facts)
    for one in whole.administrations:
        again = chart_of("p01", [*one.facts]).administrations
        assert [each.when for each in again if each.when == one.when] == [one.when]
    again = chart_of("p01", [fact for one in whole.episodes for fact in one.facts])
    assert {one.concept for one in again.episodes} == {one.concept for one in whole.episodes}


@given(FACTS)
def test_every_fact_that_counts_is_in_what_it_was_merged_into(facts):
    whole = chart(*facts)
    parts = (*whole.episodes, *whole.administrations, *whole.biopsies)
    held = {fact.fact_id for one in parts for fact in one.facts}
    held |= {fact.fact_id for one in whole.series for point in one.points for fact in point.facts}
    counted = {
        fact.fact_id
        for fact in facts
        if not (isinstance(fact, TherapyFact) and fact.status == "never_given")
    }
    assert counted <= held | {
        fact.fact_id for one in whole.conflicts for s in one.sides for fact in s
    }


@given(FACTS)
def test_no_day_stands_in_a_chart_that_no_fact_of_it_names(facts):
    whole = chart(*facts)
    for one in (*whole.episodes, *whole.administrations):
        named = {day for fact in whole.of("therapy", [one.concept]) for day in days_of(fact)}
        windows = (one.start, one.stop, one.certain) if hasattr(one, "start") else (one.when,)
        assert {
            day for window in windows if window for day in (window.start, window.end) if day
        } <= named
    for biopsied in whole.biopsies:
        named = {day for fact in biopsied.facts for day in days_of(fact)}
        assert {day for day in (biopsied.when.start, biopsied.when.end) if day} <= named


@given(FACTS)
def test_certain_days_are_possible_and_courses_follow_each_other(facts):
    for one in chart(*facts).episodes:
        assert one.facts
        assert all(holds(one.possible, each) for each in one.certain_days)
        assert all(before.end < after.start for before, after in pairwise(one.certain_days))
        assert one.certain == (one.certain_days[0] if len(one.certain_days) == 1 else None)
        for told in one.told:
            assert any(holds(Window(days.start, days.end), told) for days in one.certain_days)
    for before, after in pairwise(chart(*facts).episodes):
        if before.concept == after.concept and before.certain_days and after.certain_days:
            assert before.certain_days[-1].end < after.certain_days[0].start


@given(FACTS)
def test_of_infusions_only_told_days_are_certain(facts):
    for one in chart(*facts).episodes:
        if one.concept == "rituximab":
            assert one.certain_days == one.told
            named = {day for fact in one.facts for day in days_of(fact)}
            assert all(days.start in named and days.end in named for days in one.told)


@given(FACTS)
def test_a_plan_begins_and_ends_nothing_and_stands_where_no_beginning_is_told(facts):
    plans = [
        therapy("mycophenolate", "2020-02-01", "planned"),
        therapy("rituximab", None, "planned"),
    ]
    before, after = chart(*facts).episodes, chart(*facts, *plans).episodes
    assert [replace(one, plans=()) for one in after] == list(before)
    for one in after:
        assert not one.plans or not one.starts
        assert not set(one.plans) & set(one.facts)


@given(FACTS)
def test_courses_of_drugs_named_for_each_other_lose_no_possible_day(facts):
    renamed = [
        fact.model_copy(update={"concept": ("prednisone", "prednisolone")[place % 2]})
        for place, fact in enumerate(facts)
        if isinstance(fact, TherapyFact) and fact.status != "never_given"
    ]
    apart = chart(*renamed)
    together = {fact.fact_id for one in apart.joint_episodes for fact in one.facts}
    assert together == {fact.fact_id for one in apart.episodes for fact in one.facts}
    assert {one.concept for one in apart.joint_episodes} <= {"prednisone", "prednisolone"}


@given(FACTS)
def test_every_side_of_a_conflict_has_a_fact(facts):
    for one in chart(*facts).conflicts:
        assert len(one.sides) > 1
        assert all(one.sides)


@given(FACTS, therapies())
def test_a_note_that_only_tells_of_a_drug_never_narrows_what_was_open(facts, added):
    """A statement without a beginning or an end leaves every day possible that was."""
    if added.start or added.stop or added.status in ("stopped", "held", "never_given"):
        return
    before, after = chart(*facts), chart(*facts, added)
    for day in (FIRST + dt.timedelta(days=step) for step in range(-50, 2000, 7)):
        for concept in ("mycophenolate", "rituximab"):
            if possibly_on(before, concept, day):
                assert possibly_on(after, concept, day), day


@given(FACTS, st.none() | DAYS)
def test_a_bare_mention_makes_no_day_certain(facts, note):
    mention = therapy("mycophenolate", str(note) if note else None, "unknown")
    before, after = chart(*facts), chart(*facts, mention)
    certain = [[one.certain for one in each.episodes if one.certain] for each in (before, after)]
    assert certain[0] == certain[1]


@given(FACTS, DAYS)
def test_facts_of_another_therapy_change_nothing(facts, day):
    other = therapy("belimumab", str(day), "stopped", start="2020-01-01", stop="2020-06-01")
    with_it = chart(*facts, other)
    assert [one for one in with_it.episodes if one.concept != "belimumab"] == list(
        chart(*facts).episodes
    )


def possibly_on(whole: Chart, concept: str, day: dt.date) -> bool:
    windows = [one.possible for one in whole.episodes if one.concept == concept]
    windows += [one.possible for one in whole.administrations if one.concept == concept]
    return any(
        (window.start is None or window.start <= day) and (window.end is None or day <= window.end)
        for window in windows
    )


def holds(outer: Window, inner: Days) -> bool:
    return (outer.start is None or outer.start <= inner.start) and (
        outer.end is None or inner.end <= outer.end
    )


def days_of(fact) -> set[dt.date]:
    """Every day that a fact names, with its note's."""
    windows = [getattr(fact, name, None) for name in ("date", "start", "stop")]
    named = {day for window in windows if window for day in (window.start, window.end)}
    return named | ({fact.note_date} if fact.note_date else set())
