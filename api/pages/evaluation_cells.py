"""What the tables of an evaluation are made of: cells, rows, and tables of gold by run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from api.pages.fact_details import words
from corpus.evaluation.agreement import Agreement
from corpus.evaluation.figures import Figure, Mean

UNDEFINED = "–"


class Cell(NamedTuple):
    """What stands in a cell, what it is sorted by, a smaller addition, and a class of style."""

    text: str
    key: float | str | None = None
    aside: str = ""
    style: str = ""


class Table(NamedTuple):
    """A captioned table.  The first cell of a row is its heading; the others are figures."""

    name: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sortable: bool = False


class Confusion(NamedTuple):
    """How often the gold said the row's class and the run the column's."""

    name: str
    caption: str
    classes: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    note: str


def percent(figure: Figure | Mean) -> Cell:
    """The figure in percent, and its interval."""
    return Cell(hundredths(figure.value), figure.value, interval(figure))


def hundredths(value: float | None) -> str:
    """The share in percent to one decimal, or a dash."""
    return UNDEFINED if value is None else f"{100 * value:.1f}"


def interval(figure: Figure | Mean) -> str:
    """Both bounds in percent; "" where there is no interval."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{100 * figure.low:.1f}–{100 * figure.high:.1f}"


def confusion(
    name: str, caption: str, table: Mapping[str, Mapping[str, int]], agreement: Agreement
) -> Confusion:
    """The table, and in a line the agreement or why there is none."""
    note = (
        f"Cohen's kappa {agreement.kappa:.2f}"
        if agreement.kappa is not None
        else f"No kappa: {agreement.reason}"
    )
    classes = tuple(table)
    rows = tuple(tuple(table[gold][found] for found in classes) for gold in classes)
    return Confusion(name, caption, tuple(map(words, classes)), rows, note)


def count(number: int) -> Cell:
    """A count."""
    return Cell(str(number), number)


def danger(number: int) -> Cell:
    """A count that must not be overlooked where it is not zero."""
    return Cell(str(number), number, style="danger" if number else "")


def kappa(agreement: Agreement) -> Cell:
    """Cohen's kappa, or a dash where it is undefined."""
    value = agreement.kappa
    return Cell(UNDEFINED if value is None else f"{value:.2f}", value)


def sort_number(cell: Cell) -> float:
    """What the cell is sorted by; 0 for what is no number."""
    return cell.key if isinstance(cell.key, float | int) else 0.0


def weakest_first(rows: Iterable[Sequence[Cell]], by: int) -> tuple[tuple[Cell, ...], ...]:
    """The rows by their column ``by``, the lowest first, then by name."""
    ordered = sorted(rows, key=lambda row: (sort_number(row[by]), str(row[0].key)))
    return tuple(tuple(row) for row in ordered)


def signed(value: float | None) -> str:
    """The difference in percent points, with its sign."""
    if value is None:
        return UNDEFINED
    points = round(100 * value, 1)
    return f"{points:+.1f}".replace("-", "\N{MINUS SIGN}") if points else "0.0"
