"""Which prediction answers which gold mention: one to one, and the best such pairing there is.

The most pairs come first, then the pairs that lie closest (intersection over union), then those
that agree in most attributes.  The input's order plays no part: mentions are sorted first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.optimize import linear_sum_assignment

from abstraction.notes import Span
from corpus.evaluation.attributes import judge
from corpus.evaluation.records import Mention

Mode = Literal["exact", "overlap", "type"]
"""``exact``: same note, kind, concept and span.  ``overlap``: same note, kind and concept, at
least one character in common.  ``type``: same note and kind, a character in common, and the
concepts may differ."""
MODES: tuple[Mode, ...] = get_args(Mode)

_CLOSENESS = 1_000_000
"""Steps between spans that barely touch and equal ones; whole numbers keep the sums exact."""

_Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold mention and the prediction that answers it."""

    gold: Mention
    predicted: Mention


@dataclass(frozen=True, slots=True)
class Matches:
    """The pairs, the gold mentions without a partner and the predictions without one, sorted."""

    pairs: tuple[Pair, ...]
    missed: tuple[Mention, ...]
    extra: tuple[Mention, ...]


def match(gold: Iterable[Mention], predicted: Iterable[Mention], mode: Mode) -> Matches:
    """The best pairing of the mentions in this mode."""
    golds = sorted(gold, key=lambda mention: mention.order)
    predictions = sorted(predicted, key=lambda mention: mention.order)
    partner: dict[int, int] = {}
    for component in _components(_edges(golds, predictions, mode)):
        partner.update(_assign(component, golds, predictions))
    taken = set(partner.values())
    return Matches(
        tuple(Pair(golds[i], predictions[partner[i]]) for i in sorted(partner)),
        tuple(one for i, one in enumerate(golds) if i not in partner),
        tuple(one for j, one in enumerate(predictions) if j not in taken),
    )


def overlap(one: Span, other: Span) -> int:
    """How many characters two spans share; spans are half open, so neighbours share none."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _edges(golds: Sequence[Mention], predictions: Sequence[Mention], mode: Mode) -> list[_Edge]:
    """Every gold and prediction, by their places in the lists, that may be a pair."""
    grouped: Mapping[tuple[object, ...], list[int]] = _grouped(predictions, mode)
    starts = {key: [predictions[j].fact.span.start for j in js] for key, js in grouped.items()}
    longest = {
        key: max(predictions[j].fact.span.end - predictions[j].fact.span.start for j in js)
        for key, js in grouped.items()
    }
    edges = []
    for i, mention in enumerate(golds):
        key, span = _group(mention, mode), mention.fact.span
        if key not in grouped:
            continue
        first = bisect_left(starts[key], span.start - longest[key] + 1)
        last = bisect_left(starts[key], span.end)
        edges += [
            (i, j) for j in grouped[key][first:last] if overlap(span, predictions[j].fact.span)
        ]
    return edges


def _grouped(mentions: Sequence[Mention], mode: Mode) -> dict[tuple[object, ...], list[int]]:
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, mention in enumerate(mentions):
        groups[_group(mention, mode)].append(place)
    return groups


def _group(mention: Mention, mode: Mode) -> tuple[object, ...]:
    """What two mentions must have in common before their spans are looked at."""
    fact = mention.fact
    if mode == "type":
        return (*mention.note, fact.kind)
    if mode == "overlap":
        return (*mention.note, fact.kind, fact.concept)
    return (*mention.note, fact.kind, fact.concept, fact.span.start, fact.span.end)


def _components(edges: Sequence[_Edge]) -> list[list[_Edge]]:
    """The edges in groups that share neither a gold nor a prediction with another group."""
    by_gold: dict[int, list[_Edge]] = defaultdict(list)
    by_predicted: dict[int, list[_Edge]] = defaultdict(list)
    for edge in edges:
        by_gold[edge[0]].append(edge)
        by_predicted[edge[1]].append(edge)
    components = []
    seen: set[_Edge] = set()
    for first in edges:
        if first in seen:
            continue
        seen.add(first)
        component = [first]
        for edge in component:
            for neighbour in (*by_gold[edge[0]], *by_predicted[edge[1]]):
                if neighbour not in seen:
                    seen.add(neighbour)
                    component.append(neighbour)
        components.append(sorted(component))
    return components


def _assign(
    edges: Sequence[_Edge], golds: Sequence[Mention], predictions: Sequence[Mention]
) -> dict[int, int]:
    """The prediction of each gold in one component."""
    if len(edges) == 1:
        return dict(edges)
    rows = sorted({i for i, _ in edges})
    columns = sorted({j for _, j in edges})
    row, column = _places(rows), _places(columns)
    weights = np.zeros((len(rows), len(columns)))
    possible = set(edges)
    worth = _worth(
        [_closeness(golds[i].fact.span, predictions[j].fact.span) for i, j in edges],
        [_agreements(golds[i], predictions[j]) for i, j in edges],
        pairs=min(len(rows), len(columns)),
    )
    for (i, j), weight in zip(edges, worth, strict=True):
        weights[row[i], column[j]] = weight
    chosen = zip(*linear_sum_assignment(weights, maximize=True), strict=True)
    pairs = ((rows[r], columns[c]) for r, c in chosen)
    return dict(pair for pair in pairs if pair in possible)


def _worth(closeness: Sequence[int], agreements: Sequence[int], pairs: int) -> list[int]:
    """A weight an edge, so that any sum over ``pairs`` edges orders by the three aims in turn."""
    step = pairs * max(agreements) + 1
    values = [near * step + agreed for near, agreed in zip(closeness, agreements, strict=True)]
    one_more_pair = pairs * max(values) + 1
    return [one_more_pair + value for value in values]


def _closeness(one: Span, other: Span) -> int:
    shared = overlap(one, other)
    union = (one.end - one.start) + (other.end - other.start) - shared
    return round(_CLOSENESS * shared / union)


def _agreements(gold: Mention, predicted: Mention) -> int:
    same_concept = gold.fact.concept == predicted.fact.concept
    return same_concept + sum(judgement.right for judgement in judge(gold, predicted))


def _places(members: Sequence[int]) -> dict[int, int]:
    return {member: place for place, member in enumerate(members)}
