"""Further doses of a drug named once: "pred 40, then 20 from March", "MMF 3 g, now 1 g BID".

Each is a step of its own.  Between two of them stand only words that ``dosing.yaml`` lists, dates
and frequencies: any other word could be the name of another drug.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from abstraction.facts import TherapyStatus
from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.printed import any_of
from nlp_rules.schema import DoseStepRules

_BLANK = re.compile(r"[\s\u00a0,;:()\[\]–—.-]+")
_BLANK_WITHIN = re.compile(r"[ \t\u00a0]+")
_ARROW = re.compile(r"→|-+>|=+>|➔|>")
_TO = re.compile(r"\s?[-–~]\s?")
"""Between the two dates that a step begins and ends on."""
_YEAR = re.compile(r"\d{4}|\d[/.-]\d{1,2}[/.-]\d{2}|['’]\d\d")
_NEXT_YEARS = 240
"""Days after which a step's day without a year is taken for one that comes."""
_FARTHEST = 90
"""Characters from one step to the next."""

_Bare = Callable[[str, int, int], "re.Match[str] | None"]
"""Reads a number without a unit that is a dose: text, where it begins, how far it may reach."""


@dataclass(frozen=True, slots=True)
class Step:
    """A further dose: its characters, and whether it is said to be so ``now`` or to come ``then``.

    ``begins`` and ``ends`` are the dates that stand beside it; ``yearless`` and ``ends_yearless``:
    they have no year.  ``follows`` is the day on which the dose before it ended, for a step that
    begins on no day of its own.
    """

    start: int
    end: int
    number: str
    unit: str | None
    now: bool = False
    then: bool = False
    begins: DateMention | None = None
    ends: DateMention | None = None
    yearless: bool = False
    ends_yearless: bool = False
    follows: DateMention | None = None


class StepReader:
    """Finds the steps behind a dose by ``dosing.yaml``."""

    def __init__(self, words: DoseStepRules, frequencies: Sequence[re.Pattern[str]]) -> None:
        self._now = re.compile(words.now, re.IGNORECASE)
        self._then = re.compile(words.then, re.IGNORECASE)
        self._to = re.compile(words.to, re.IGNORECASE)
        self._from = re.compile(words.begins, re.IGNORECASE)
        self._until = re.compile(words.ends, re.IGNORECASE)
        self._spent = re.compile(words.spent, re.IGNORECASE)
        self._no_step = re.compile(words.no_step, re.IGNORECASE)
        self._anew = re.compile(words.anew, re.IGNORECASE)
        self._filler = re.compile(rf"(?:{any_of(words.between)})(?!\w)", re.IGNORECASE)
        self._frequencies = frequencies

    def read(
        self,
        text: str,
        start: int,
        limit: int,
        dates: Sequence[DateMention],
        dose: re.Pattern[str],
        bare: _Bare,
    ) -> Iterator[Step]:
        """The steps in ``[start, limit)``, which is what stands behind a dose and no other drug
        claims; ``dose`` has the groups ``number`` and ``unit``, ``bare`` finds the first alone."""
        by_start = {date.start: date for date in dates}
        begins, ends, position = self._behind(text, start, by_start)
        listed = ends is not None
        while position < limit:
            reach = min(limit, position + _FARTHEST)
            step = self._next(
                text, position, reach, by_start, dose, bare, listed, begins is not None
            )
            if step is None:
                return
            if step.begins is None and ends is not None:
                step = replace(step, follows=ends, yearless=_is_yearless(text, ends))
            yield step
            begins, ends, position = self._behind(text, step.end, by_start)
            listed = step.then or ends is not None

    def _next(
        self,
        text: str,
        position: int,
        limit: int,
        dates: dict[int, DateMention],
        dose: re.Pattern[str],
        bare: _Bare,
        listed: bool,
        dated: bool,
    ) -> Step | None:
        """The next dose; ``listed``: it need not be led to, for the one before it ends or is to
        come; ``dated``: the one before it bears a day, so that a number with another one is too.
        """
        now = then = led = False
        begins: DateMention | None = None
        until = to_date = False
        place = position
        while place < limit:
            if blank := _BLANK.match(text, place, limit):
                place = blank.end()
                continue
            if (date := dates.get(place)) is not None:
                begins, place = (begins if to_date else date), date.end
                to_date = False
                continue
            if arrow := _ARROW.match(text, place, limit):
                led, place = True, arrow.end()
                continue
            found = dose.match(text, place, limit)
            if found is None and (led or now or then or begins):
                found = bare(text, place, limit)
            elif found is None and dated and (number := bare(text, place, limit)):
                found = number if any(self._behind(text, number.end(), dates)[:2]) else None
            if found is not None and not self._no_step.search(text, position, place):
                begins_behind, ends, _ = self._behind(text, found.end(), dates)
                if begins and begins_behind and self._anew.search(text, begins.end, found.start()):
                    begins = begins_behind
                begins = begins or begins_behind
                in_list = listed and found.groupdict().get("unit") is not None
                if not (led or now or then or until or begins or ends or in_list):
                    return None
                return Step(
                    found.start(),
                    found.end(),
                    found["number"],
                    found.groupdict().get("unit"),
                    now,
                    then or (until and not now) or (in_list and not now and begins is None),
                    begins,
                    ends,
                    _is_yearless(text, begins),
                    _is_yearless(text, ends),
                )
            if spent := self._spent.match(text, place, limit):
                then, place = not now, spent.end()
                continue
            for pattern in (self._now, self._then, self._to, self._until):
                if word := pattern.match(text, place, limit):
                    now, then = now or pattern is self._now, then or pattern is self._then
                    led = led or pattern is self._to
                    to_date = pattern is self._until
                    until = until or to_date
                    place = word.end()
                    break
            else:
                word = self._passing(text, place, limit)
                if word is None:
                    return None
                place = word.end()
        return None

    def _passing(self, text: str, place: int, limit: int) -> re.Match[str] | None:
        """A frequency, or a word that may stand between two steps."""
        filler = self._filler.match(text, place, limit)
        return self._frequency(text, place, limit) or (filler if filler and filler[0] else None)

    def _behind(
        self, text: str, place: int, dates: dict[int, DateMention]
    ) -> tuple[DateMention | None, DateMention | None, int]:
        """The dates right behind a step: when it begins, when it ends, and where they end."""
        begins = ends = role = None
        end = place
        limit = min(len(text), place + _FARTHEST)
        bracketed = False
        while place < limit:
            if blank := _BLANK_WITHIN.match(text, place, limit):
                place = blank.end()
            elif text[place] == "(" and begins is ends is None and not bracketed:
                bracketed, place = True, place + 1
            elif text[place] == ")" and bracketed and role is None and (begins or ends):
                place = end = place + 1
                break
            elif (date := dates.get(place)) is not None:
                if role == "until":
                    ends = ends or date
                elif role == "from" or begins is None:
                    begins = begins or date
                else:
                    break
                role, place, end = None, date.end, date.end
                if begins is date and (dash := _TO.match(text, place, limit)):
                    role, place = "until", dash.end()
            elif word := self._until.match(text, place, limit):
                role, place = "until", word.end()
            elif word := self._from.match(text, place, limit):
                role, place = "from", word.end()
            elif word := self._frequency(text, place, limit):
                place = word.end()
            elif role and (filler := self._filler.match(text, place, limit)) and filler[0]:
                place = filler.end()
            else:
                break
        return begins, ends, end

    def _frequency(self, text: str, place: int, limit: int) -> re.Match[str] | None:
        for pattern in self._frequencies:
            word = pattern.match(text, place, limit)
            if word is not None and word.end() > place:
                return word
        return None


def standings_of(steps: Sequence[Step], note_date: dt.date | None) -> list[TherapyStatus | None]:
    """What the order of the steps makes of the first dose and of each step.

    The last step that is in effect is taken, those before it are over, those behind it planned.
    Without any in effect the first dose stands as its own words say.
    """
    effective = [number for number, step in enumerate(steps) if _in_effect(step, note_date)]
    last = effective[-1] if effective else -1
    before: list[TherapyStatus | None] = ["stopped"] * (last + 1)
    over = bool(effective) and _is_over(steps[last], note_date)
    taken: list[TherapyStatus | None] = [("stopped" if over else "active") if effective else None]
    planned: list[TherapyStatus | None] = ["planned"] * (len(steps) - last - 1)
    return [*before, *taken, *planned]


def _is_yearless(text: str, date: DateMention | None) -> bool:
    return date is not None and not _YEAR.search(text, date.start, date.end)


def _is_over(step: Step, note_date: dt.date | None) -> bool:
    """Whether a step had ended by the day of the note."""
    if step.ends is None or note_date is None or step.ends.days.end >= note_date:
        return False
    far_back = (note_date - step.ends.days.end).days > _NEXT_YEARS
    return not (step.ends_yearless and far_back)


def _in_effect(step: Step, note_date: dt.date | None) -> bool:
    """Whether a step has been taken by the day of the note."""
    if _is_over(step, note_date):
        return True
    begins = step.begins or step.follows
    if begins is not None and note_date is not None:
        far_back = (note_date - begins.days.start).days > _NEXT_YEARS
        return begins.days.start <= note_date and not (step.yearless and far_back)
    return step.now or not (step.then or step.ends is not None)
