"""Which date a result of prose has: its clause's, its sentence's, or its heading's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.dating import interval
from abstraction.pipeline.page import Page
from abstraction.pipeline.results import Result

_BEHIND = 30
"""Characters behind a value within which a date is its own."""


def dated(
    page: Page, result: Result, others: Sequence[Result], sentence: tuple[int, int]
) -> Result:
    """The result with its date: the one right behind it, then the last before it in the sentence
    that still carries, then the sentence's only one, then its heading's.

    ``others`` are all results of the sentence ``[start, end)``, this one among them.  Without any
    of these dates the result stays as it is.
    """
    start, end = sentence
    inside = [
        date
        for date in page.dates.within(start, end)
        if not any(r.printed and r.printed.start <= date.start < r.printed.end for r in others)
    ]
    own = result.printed.after if result.printed else result.end
    following = min((r.start for r in others if r.start >= own), default=end)
    behind = min(following, own + _BEHIND)
    found = next((date for date in inside if own <= date.start < behind), None)
    if result.earlier and found is None:
        return result
    found = found or max(
        (d for d in inside if d.end <= result.start and _carries(page.text, d, result)),
        key=lambda d: d.start,
        default=None,
    )
    if found is None and len({date.days for date in inside}) == 1:
        found = inside[0]
    if found is None:
        return result.beneath(page.dates.heading(result.start))
    parts = (*result.parts, ("date", found.start, found.end))
    return replace(result, date=interval(found), parts=parts)


def _carries(text: str, date: DateMention, result: Result) -> bool:
    """Whether a date before a result is the result's too; "3 weeks ago" ends with its clause."""
    return date.basis != "relative" or not re.search(r"[,;]", text[date.end : result.start])
