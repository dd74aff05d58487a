"""The day a note was written, where its file name or its row says so."""

from __future__ import annotations

import datetime as dt
import re

EARLIEST, LATEST = 1900, 2100
"""Years outside are placeholders of some database (0001-01-01, 9999-12-31), not days of a note."""

_DAY_FIRST_IN_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:_(.*))?", re.DOTALL)


class NoDay(ValueError):
    """What stands where a date should be is none; the message quotes only that."""


def parse_day(value: object) -> dt.date | None:
    """The day of a date, a time stamp or an ISO 8601 text (its own wall clock); None for nothing.

    Raises ``NoDay`` for anything else.  "03/04/2025" is two days, so it is refused, not guessed.
    """
    match value:
        case None | "":
            return None
        case dt.datetime():
            day = value.date()
        case dt.date():
            day = value
        case str():
            try:
                day = dt.datetime.fromisoformat(value.strip()).date()
            except ValueError:
                raise NoDay(f"{value.strip()[:20]!r} is not a date (YYYY-MM-DD)") from None
        case _:
            raise NoDay(f"{str(value)[:20]!r} is not a date (YYYY-MM-DD)")
    if not EARLIEST <= day.year <= LATEST:
        raise NoDay(f"{day} is not the date of a note")
    return day


def split_name(stem: str) -> tuple[str, str | None]:
    """The date and the type that a file name tells, here of "2025-03-14_rheumatology" both.

    The date is returned as it is written, "" where the name does not start with one;
    ``parse_day`` says whether there is such a day.
    """
    match = _DAY_FIRST_IN_NAME.fullmatch(stem)
    return (match[1], match[2] or None) if match else ("", None)
