"""The timeline in words: days, ends of courses, values, and how much stands behind each."""

from __future__ import annotations

from collections.abc import Sequence

from abstraction.dates import Days, Window, whole_month, whole_year
from abstraction.facts import Fact, StopReason, Value
from abstraction.merging.administrations import Administration
from abstraction.merging.biopsies import Biopsy
from abstraction.merging.conflicts import Conflict, ConflictKind
from abstraction.merging.episodes import Episode
from api.pages.fact_details import printed_value, unit
from criteria_engine.wording import joined, listed

TITRE = "{titer}"
_ELLIPSIS = "…"
_MOST_QUOTED = 40
_REASONS: dict[StopReason, str] = {
    "inefficacy": "lack of effect",
    "intolerance": "not tolerated",
    "completed": "course completed",
    "access": "not obtainable",
    "pregnancy": "pregnancy",
    "other": "another reason",
}
_ABOUT: dict[ConflictKind, str] = {
    "never_given": "denied for a time in which another note has it given",
    "taken_after_stop": "taken after a told end, and no new beginning is told",
    "start": "beginnings that exclude each other",
    "stop": "ends that exclude each other",
    "biopsy_class": "different classes of one biopsy",
    "result": "positive and negative on one day",
    "diagnosis": "affirmed and denied on one day",
}


def interval(days: Days) -> str:
    """All of these days, as short as they can be told."""
    return _unit_of_calendar(days) or f"{days.start.isoformat()} to {days.end.isoformat()}"


def window(when: Window) -> str:
    """Some day of a window, an open end said to be open."""
    if when.start and when.end:
        days = Days(start=when.start, end=when.end)
        between = f"between {when.start.isoformat()} and {when.end.isoformat()}"
        return _unit_of_calendar(days) or between
    if when.end:
        return f"some time up to {when.end.isoformat()}"
    if when.start:
        return f"{when.start.isoformat()} or later"
    return "day not known"


def _unit_of_calendar(days: Days) -> str | None:
    """The day, the month or the year that the days are; None where they are none of these."""
    first, last = days.start, days.end
    if first == last:
        return first.isoformat()
    for unit_of_calendar, length in ((whole_month(first.year, first.month), 7),
                                     (whole_year(first.year), 4)):  # fmt: skip
        if (first, last) == (unit_of_calendar.start, unit_of_calendar.end):
            return first.isoformat()[:length]
    return None


def beginning(episode: Episode) -> str:
    """When the course began, as far as it is told."""
    if episode.start.start and episode.start.end:
        return window(episode.start)
    if not episode.starts:
        after, by = episode.start.start, episode.start.end
        known = [
            *([f"after {after.isoformat()}"] if after else []),
            *([f"by {by.isoformat()}"] if by else []),
        ]
        planned = [f"planned in the note of {told_in(fact)}" for fact in episode.plans]
        return ", ".join([*known, "day not told", *dict.fromkeys(planned)])
    return window(episode.start)


def ending(episode: Episode) -> str:
    """When the course ended, as far as it is told."""
    if not episode.is_ended:
        last = episode.certain_days[-1].end if episode.certain_days else None
        return f"no end told, taken on {last.isoformat()}" if last else "no end told"
    held = "held, " if is_held(episode) else ""
    stop = episode.stop
    if stop.start is None and stop.end is not None:
        return f"{held}by {stop.end.isoformat()}, day not told"
    return f"{held}{window(stop)}"


def is_held(episode: Episode) -> bool:
    """Whether what ended the course is told as a pause."""
    return bool(episode.stops) and all(fact.status == "held" for fact in episode.stops)


def certain_days(episode: Episode) -> str:
    """The days that are certain, and what makes them less so."""
    said = [joined([interval(one) for one in episode.certain_days]) or "none"]
    if episode.is_disputed:
        said.append("disputed: a note of these days or later has it ended before")
    elif episode.is_resumed:
        said.append("after a told end, no new beginning is told")
    return joined(said)


def reasons(episode: Episode) -> str:
    """Why the course ended, in words."""
    return listed([_REASONS[reason] for reason in episode.stop_reasons])


def course(name: str, episode: Episode) -> str:
    """The whole course in a sentence or two."""
    said = [
        f"{name}: begun {beginning(episode)}",
        f"ended {ending(episode)}" if episode.is_ended else ending(episode),
        f"certain days {certain_days(episode)}",
    ]
    if episode.stop_reasons:
        said.append(f"reason for the end: {reasons(episode)}")
    if episode.responses:
        said.append(f"response {listed(episode.responses)}")
    return f"{'; '.join(said)}. {behind(episode.facts)}."


def dose(name: str, given: Administration) -> str:
    """One administration in a sentence."""
    return f"{name}, single administration: {window(given.when)}. {behind(given.facts)}."


def classes(biopsy: Biopsy) -> str:
    """The class or classes of a biopsy; several where the notes leave more than one."""
    told = [" + ".join(reading) for reading in biopsy.readings if reading]
    return f"class {listed(told, 'or')}" if told else "no class told"


def sample(name: str, biopsy: Biopsy) -> str:
    """One biopsy in a sentence."""
    newer = "; superseded by a later one" if biopsy.superseded else ""
    return f"{name}: {classes(biopsy)}, {window(biopsy.when)}{newer}. {behind(biopsy.facts)}."


def behind(facts: Sequence[Fact]) -> str:
    """How many facts in how many notes."""
    notes = len({fact.note_id for fact in facts})
    return f"{_counted(len(facts), 'fact')} in {_counted(notes, 'note')}"


def short(number: float) -> str:
    """A number to three digits or to the unit, whichever is finer."""
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def canonical(value: Value) -> str | None:
    """The value in the analyte's own unit, without the unit; None where it has none."""
    ratio = "1:" if value.canonical_unit == TITRE else ""
    if value.canonical_number is not None:
        return f"{value.comparator or ''}{ratio}{short(value.canonical_number)}"
    if value.canonical_low is not None and value.canonical_high is not None:
        return f"{short(value.canonical_low)}–{short(value.canonical_high)}"
    return None


def as_told(value: Value, unit_beside: str = "") -> str:
    """The value in its canonical unit, with what the note prints where that is something else."""
    number, printed = canonical(value), printed_value(value)
    if number is None:
        said = [printed or "", value.interpretation or ""]
        return ", ".join(one for one in said if one) or "no value"
    told = f"{number} {unit_beside}".rstrip()
    if as_printed := _as_printed(value, printed):
        told = f"{told} ({as_printed})"
    return f"{told}, {value.interpretation}" if value.interpretation else told


def _as_printed(value: Value, printed: str | None) -> str:
    """How the note prints a value that stands in another unit there, or in none."""
    if value.unit is not None:
        return f"printed {printed}" if value.unit != value.canonical_unit and printed else ""
    if value.canonical_unit in (None, TITRE):
        return ""
    is_same = (value.number, value.low) == (value.canonical_number, value.canonical_low)
    return "no unit printed" if is_same else f"printed {printed}, no unit printed"


def unit_words(code: str) -> str:
    """The unit as print shows it; a titre has none."""
    return "titre" if code == TITRE else unit(code)


def conflict_about(conflict: Conflict) -> str:
    """What the two sides disagree on."""
    return _ABOUT[conflict.about]


def quoted(fact: Fact) -> str:
    """The words of a fact with the day of its note."""
    return f"“{shortened(' '.join(fact.span.text.split()), _MOST_QUOTED)}” ({told_in(fact)})"


def told_in(fact: Fact) -> str:
    """The note that a fact stands in, by its day."""
    return fact.note_date.isoformat() if fact.note_date else f"undated note {fact.note_id}"


def sides(conflict: Conflict) -> str:
    """Both sides of a disagreement, each by its first words."""
    return " against ".join(_side(side) for side in conflict.sides)


def shortened(text: str, most: int) -> str:
    """The text, cut where it is longer than ``most`` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + _ELLIPSIS


def _side(side: Sequence[Fact]) -> str:
    more = f" and {len(side) - 1} more" if len(side) > 1 else ""
    return f"{quoted(side[0])}{more}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
