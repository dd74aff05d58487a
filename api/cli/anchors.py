"""The days that a trial's windows are counted from, for all patients alike or a line a patient."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import click

from abstraction.reading.delimited import numbered_rows, open_table, table_reader
from api.cli.options import parse_strict_day
from criteria_engine.assessment import AnchorName, Anchors

NAMES: tuple[AnchorName, ...] = get_args(AnchorName)
"""Every anchor that may be given a day, as options and columns name it."""
_NOT_BEFORE_SCREENING: tuple[AnchorName, ...] = ("leukapheresis", "first_dose")


@dataclass(frozen=True, slots=True)
class Dates:
    """The anchors that are given a day, and where they are given."""

    days: Mapping[AnchorName, dt.date]
    where: str


@dataclass(frozen=True, slots=True)
class AnchorTable:
    """The dates of every patient: a line of the table, else the dates given for all."""

    common: Dates
    rows: Mapping[str, Dates]

    def for_patients(self, patient_ids: Iterable[str]) -> dict[str, Anchors]:
        """The anchors of each patient; ``click.UsageError`` for one without a screening date."""
        return {patient_id: self._of(patient_id) for patient_id in patient_ids}

    def strangers(self, patient_ids: Iterable[str]) -> list[str]:
        """A line for each row of the table that is about nobody in the input: a mistyped id?"""
        known = set(patient_ids)
        return [
            f"{row.where}: no patient {patient_id} in the input"
            for patient_id, row in self.rows.items()
            if patient_id not in known
        ]

    def _of(self, patient_id: str) -> Anchors:
        row = self.rows.get(patient_id, self.common)
        days = {**self.common.days, **row.days}
        if "screening" not in days:
            raise click.UsageError(
                f"patient {patient_id} has no screening date: add a line to the --anchors file, "
                "or give --screening-date"
            )
        _check_order(days, row.where)
        return Anchors.model_validate(days)


def read_anchors(
    screening: dt.date | None,
    leukapheresis: dt.date | None,
    path: Path | None,
    others: Sequence[tuple[AnchorName, dt.date]] = (),
) -> AnchorTable:
    """The dates given by options and by file, checked.  ``click.UsageError`` says what is wrong."""
    given: dict[AnchorName, dt.date] = {}
    named: tuple[tuple[AnchorName, dt.date | None], ...] = (
        ("screening", screening),
        ("leukapheresis", leukapheresis),
        *others,
    )
    for name, day in named:
        if day is not None and given.setdefault(name, day) != day:
            raise click.UsageError(f"--anchor {name}={day}: {name} is given as {given[name]} too")
    if "screening" not in given and path is None:
        raise click.UsageError("give --screening-date, or --anchors with a line a patient")
    common = Dates(given, "--leukapheresis-date" if leukapheresis else "--anchor")
    _check_order(given, common.where)
    return AnchorTable(common, _read_rows(path) if path else {})


def _read_rows(path: Path) -> dict[str, Dates]:
    rows: dict[str, Dates] = {}
    try:
        with open_table(path) as stream:
            reader = table_reader(stream)
            header = [name.strip().lower() for name in next(reader, [])]
            lacking = [name for name in ("patient_id", "screening") if name not in header]
            if lacking:
                raise click.UsageError(f"{path}: has no column {', '.join(lacking)}")
            for line, row in numbered_rows(reader, header):
                where = f"{path}:{line}"
                if isinstance(row, str):
                    raise click.UsageError(f"{where}: {row}")
                patient_id = row["patient_id"].strip()
                if not patient_id:
                    raise click.UsageError(f"{where}: has no patient_id")
                if patient_id in rows:
                    raise click.UsageError(f"{where}: names patient {patient_id} a second time")
                rows[patient_id] = _dates(row, where)
    except OSError as error:
        raise click.UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except csv.Error as error:
        raise click.UsageError(f"{path}: has a broken header ({error})") from None
    return rows


def _dates(row: Mapping[str, str], where: str) -> Dates:
    found: dict[AnchorName, dt.date] = {}
    for name in NAMES:
        written = row.get(name, "").strip()
        try:
            if written:
                found[name] = parse_strict_day(written)
        except ValueError as error:
            raise click.UsageError(f"{where}: {name} {error}") from None
    return Dates(found, where)


def _check_order(days: Mapping[AnchorName, dt.date], where: str) -> None:
    screening = days.get("screening")
    for name in _NOT_BEFORE_SCREENING:
        day = days.get(name)
        if screening is not None and day is not None and day < screening:
            raise click.UsageError(
                f"{where}: {name.replace('_', ' ')} on {day} would be before screening on "
                f"{screening}; is one of the two mistyped?"
            )
