"""Options that several commands share, and the kinds of value they take."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import click


class Day(click.ParamType[dt.date]):
    """A day of the calendar, written YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            return parse_strict_day(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def parse_strict_day(text: str) -> dt.date:
    """The day written YYYY-MM-DD; ``ValueError`` with a readable message for anything else."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError(f"{text!r} is not a day written YYYY-MM-DD")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar") from None


class NamedDay(click.ParamType[tuple[str, dt.date]]):
    """An anchor and its day, written NAME=YYYY-MM-DD."""

    name = "NAME=YYYY-MM-DD"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, dt.date]:
        if isinstance(value, tuple):
            return value
        name, equals, day = str(value).partition("=")
        if not equals or name not in OTHER_ANCHORS:
            known = ", ".join(OTHER_ANCHORS)
            self.fail(f"{value!r} is no NAME=YYYY-MM-DD with a name of {known}", param, ctx)
        try:
            return name, parse_strict_day(day)
        except ValueError as error:
            self.fail(str(error), param, ctx)


OTHER_ANCHORS = ("consent", "first_dose", "start_of_induction", "qualifying_biopsy")
"""The anchors that have no option of their own."""


notes_argument = click.argument("input", metavar="INPUT", type=click.Path(path_type=Path))

out_option = click.option(
    "--out",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to write to; files of an earlier run in it are replaced.",
)

day_first_option = click.option(
    "--day-first/--month-first",
    "day_first",
    default=None,
    help="How 03/02/2025 reads in a note that does not show it; by default either way.",
)

protocol_option = click.option(
    "--protocol", required=True, metavar="P", help="A protocol's name, or the path of its file."
)

screening_option = click.option(
    "--screening-date", type=Day(), help="Day of screening, for every patient not in --anchors."
)

leukapheresis_option = click.option(
    "--leukapheresis-date",
    type=Day(),
    help="Planned day of leukapheresis, which the wash-out windows are counted from.",
)

anchors_option = click.option(
    "--anchors",
    metavar="FILE.csv",
    type=click.Path(path_type=Path),
    help="A date a patient: columns patient_id, screening, leukapheresis, and any other anchor.",
)

anchor_option = click.option(
    "--anchor",
    "other_anchors",
    type=NamedDay(),
    multiple=True,
    help="Another day that a protocol counts windows from: "
    f"{', '.join(OTHER_ANCHORS)}. May be given several times.",
)
