"""The figures of an evaluation as pictures: SVG that is drawn here and asks for nothing.

A picture holds no font, script or style; its colours are the few named here, so that the page it
stands in can replace them.  Its size depends on no font either: the same metrics give the same
bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

import altair as alt
import vl_convert

from abstraction.facts import Kind
from corpus.evaluation.figures import Figure
from corpus.evaluation.metrics import Metrics
from criteria_engine.vocabulary import vocabulary

INK, SOFT, RULE, MARK, ON_BAR = "#1c2025", "#555d66", "#d9d9d3", "#0a5291", "#ffffff"
OUTCOMES = {
    "right": "#00664b",
    "abstained": "#5b6672",
    "overcalled": "#8a5b00",
    "reversed": "#a13a00",
}
"""What a verdict can be, from the left of its bar to the right, and the colour of the piece."""

_STEP, _TOP = 17, 24
_NAMES, _ROOM, _COUNTS = 194, 152, 82
_CRITERIA, _BARS, _TROUBLE = 300, 300, 150
_LETTERS_PER_PIXEL = 1 / 6.4
_TAG = re.compile(r"<[^>]*>")
_NOT_OF_THE_PICTURE = re.compile(r' (?:xmlns(?::\w+)?|role|aria-\w+)="[^"]*"')
"""The page says what the picture is, and that it is SVG."""


class Row(NamedTuple):
    """One line of a plot: a figure, its interval if there is one, and what it was counted on."""

    name: str
    value: float
    low: float | None
    high: float | None
    counted: int


@dataclass(frozen=True, slots=True)
class Plots:
    """SVG elements for a page of HTML; None, or no entry, where there is nothing to draw."""

    concepts: Mapping[str, str]
    tags: str | None
    attributes: str | None
    criteria: str | None


def plots(metrics: Metrics, titles: Mapping[str, str]) -> Plots:
    """All plots, weakest first; ``concepts`` has one a kind, ``titles`` names the criteria."""
    overlap = metrics.mention.overlap
    concepts = {
        kind: _rows(
            (vocabulary().label(kind, concept), scores.f1, scores.tp + scores.fn)
            for name, scores in overlap.by_concept.items()
            for of, _, concept in [name.partition("/")]
            if of == kind
        )
        for kind in get_args(Kind)
    }
    tags = _rows(
        (tag.replace("_", " "), one, one.denominator) for tag, one in overlap.recall_by_tag.items()
    )
    attributes = _rows(
        (name.replace("_", " "), one.accuracy, one.accuracy.denominator)
        for name, one in metrics.attribute.by_attribute.items()
    )
    return Plots(
        concepts={kind: _dots(rows) for kind, rows in concepts.items() if rows},
        tags=_dots(tags) if tags else None,
        attributes=_dots(attributes) if attributes else None,
        criteria=_outcomes(metrics, titles) if metrics.criterion.by_criterion else None,
    )


def _rows(figures: Iterable[tuple[str, Figure, int]]) -> list[Row]:
    """A row a figure that has a value, the lowest first."""
    rows = [
        Row(name, one.value, one.low, one.high, counted)
        for name, one, counted in figures
        if one.value is not None
    ]
    return sorted(rows, key=lambda row: (row.value, row.name))


def _dots(rows: Sequence[Row]) -> str:
    """A dot a row with its interval, its name to the left and its count to the right."""
    points = [{"row": place, "value": row.value} for place, row in enumerate(rows)]
    bars = [
        {"row": place, "low": row.low, "high": row.high}
        for place, row in enumerate(rows)
        if row.low is not None
    ]
    layers = [
        _names([row.name for row in rows], _NAMES),
        *([_chart(bars).mark_rule(color=MARK, strokeWidth=2, opacity=0.55).encode(
            x=_share("low"), x2="high:Q", y=_ROW)] if bars else []),
        _chart(points).mark_point(color=MARK, filled=True, size=42, opacity=1).encode(
            x=_share("value"), y=_ROW),
        _words([f"{row.value:.0%} n {row.counted}" for row in rows], _ROOM + 8, SOFT),
    ]  # fmt: skip
    return _drawn(layers, len(rows), (_NAMES, _ROOM, _COUNTS))


def _outcomes(metrics: Metrics, titles: Mapping[str, str]) -> str:
    """A bar a criterion, cut by what became of its verdicts; the count stands in each piece."""
    by_criterion = metrics.criterion.by_criterion
    counts = {
        name: {
            "right": scores.accuracy.numerator,
            "abstained": scores.abstained.numerator,
            "overcalled": scores.overcalled.numerator,
            "reversed": scores.reversed.numerator,
        }
        for name, scores in by_criterion.items()
    }
    order = sorted(counts, key=lambda name: (by_criterion[name].accuracy.value or 0, name))
    pieces = [piece for place, name in enumerate(order) for piece in _pieces(place, counts[name])]
    wide = [piece for piece in pieces if piece["end"] - piece["start"] > 0.06]
    colours = alt.Color(
        "outcome:N", legend=None, scale=alt.Scale(domain=[*OUTCOMES], range=[*OUTCOMES.values()])
    )
    trouble = [
        ", ".join(
            f"{counts[name][what]} {what}"
            for what in ("reversed", "overcalled")
            if counts[name][what]
        )
        for name in order
    ]
    layers = [
        _names([f"{name} {titles.get(name, '')}".strip() for name in order], _CRITERIA),
        _chart(pieces)
        .mark_bar(height=_STEP - 4)
        .encode(x=_share("start"), x2="end:Q", y=_ROW, color=colours),
        _chart(wide)
        .mark_text(color=ON_BAR, fontSize=10.5)
        .encode(x=_share("middle"), y=_ROW, text="count:Q"),
        _words(trouble, _BARS + 8, INK),
    ]
    return _drawn(layers, len(order), (_CRITERIA, _BARS, _TROUBLE))


def _pieces(place: int, counts: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    total, before = sum(counts.values()), 0
    for outcome in OUTCOMES:
        count = counts[outcome]
        start, end = before / total, (before + count) / total
        before += count
        if count:
            middle = (start + end) / 2
            yield {
                "row": place, "outcome": outcome, "count": count,
                "start": start, "end": end, "middle": middle,
            }  # fmt: skip


_ROW = alt.Y("row:O", axis=None, sort=None)
"""In the order met: the names, which every row has, are the first layer."""


def _chart(rows: Sequence[Mapping[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=[dict(row) for row in rows]))


def _share(field: str) -> alt.X:
    """A share of one on the axis that all layers have in common."""
    ticks = alt.Axis(
        orient="top", title=None, format=".0%", values=[0, 0.25, 0.5, 0.75, 1], domain=False,
        ticks=False, gridColor=RULE, labelColor=SOFT, labelFlush=False, labelPadding=5,
        labelBound=False, labelOverlap=False,
    )  # fmt: skip
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, 1]), axis=ticks)


def _names(names: Sequence[str], room: int) -> alt.Chart:
    """The rows' names, ending where the plot begins; one that is too long is cut."""
    most = int(room * _LETTERS_PER_PIXEL)
    short = [name if len(name) <= most else f"{name[: most - 1].rstrip()}…" for name in names]
    return _words(short, -8, INK, "right")


def _words(texts: Sequence[str], x: int, colour: str, align: Any = "left") -> alt.Chart:
    told = [{"row": place, "text": text} for place, text in enumerate(texts)]
    chart: alt.Chart = (
        _chart(told)
        .mark_text(align=align, color=colour, fontSize=11)
        .encode(x=alt.value(x), y=_ROW, text="text:N")
    )
    return chart


def _drawn(layers: Sequence[alt.Chart], rows: int, widths: tuple[int, int, int]) -> str:
    """The SVG; ``widths`` are the pixels left of the plot, of it, and right of it."""
    left, width, right = widths
    spec = (
        alt.layer(*layers)
        .properties(
            width=width,
            height=rows * _STEP,
            autosize=alt.AutoSizeParams(type="none"),
            padding={"left": left, "right": right, "top": _TOP, "bottom": 4},
        )
        .configure(font="sans-serif", aria=False, background="transparent")
        .configure_view(stroke=None)
        .to_dict()
    )
    svg: str = vl_convert.vegalite_to_svg(spec)
    return _TAG.sub(lambda tag: _NOT_OF_THE_PICTURE.sub("", tag[0]), svg)
