"""Cohen's kappa: how far two raters agree beyond what chance alone would give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from abstraction.notes import Frozen

Confusion = Mapping[str, Mapping[str, int]]
"""How often the first rater said the outer class and the second the inner one."""


class Agreement(Frozen):
    """``kappa = (observed - expected) / (1 - expected)``; where undefined, the reason."""

    rated: int
    observed: float | None
    expected: float | None
    kappa: float | None
    reason: str | None = None


def confusion(
    rated: Iterable[tuple[str, str]], classes: Iterable[str] = ()
) -> dict[str, dict[str, int]]:
    """The table of (first, second), square: over ``classes`` in their order, then others sorted."""
    pairs = list(rated)
    fixed = tuple(classes)
    others = {name for pair in pairs for name in pair} - set(fixed)
    names = (*fixed, *sorted(others))
    table = {first: dict.fromkeys(names, 0) for first in names}
    for first, second in pairs:
        table[first][second] += 1
    return table


def cohen_kappa(table: Confusion) -> Agreement:
    """The agreement of the two raters of a confusion table."""
    rows = {name: sum(cells.values()) for name, cells in table.items()}
    columns: dict[str, int] = {}
    for cells in table.values():
        for name, count in cells.items():
            columns[name] = columns.get(name, 0) + count
    total = sum(rows.values())
    if not total:
        return Agreement(
            rated=0, observed=None, expected=None, kappa=None, reason="both raters rated nothing"
        )
    agreed = sum(cells.get(name, 0) for name, cells in table.items())
    by_chance = sum(count * columns.get(name, 0) for name, count in rows.items())
    observed, expected = agreed / total, by_chance / total**2
    if by_chance == total**2:
        return Agreement(
            rated=total,
            observed=observed,
            expected=expected,
            kappa=None,
            reason="both raters used one class",
        )
    kappa = (agreed * total - by_chance) / (total**2 - by_chance)
    return Agreement(rated=total, observed=observed, expected=expected, kappa=kappa)
