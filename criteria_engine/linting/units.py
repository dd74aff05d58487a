"""Units of limits: that the engine knows them, and that they measure what the analyte measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel

from criteria_engine.draft import Draft, Placed
from criteria_engine.expressions.limits import Limit
from criteria_engine.intervals import exactly
from criteria_engine.linting.check import Told, check
from criteria_engine.quantities import Quantity, convert, is_scaled


@check("unknown-unit", "error")
def unknown_unit(draft: Draft) -> Iterator[Told]:
    """A unit that nothing is reported in: no value could ever be held against the limit.

    Of an analyte whose units are not known, any may be right.
    """
    for placed, limit, concept in _limits(draft):
        if limit.unit and concept in analyte_units() and not _is_known(limit.unit):
            says = f"{limit.unit!r} is no unit that the engine knows; write it in UCUM, as 10*9/L"
            yield (*placed.place, "unit"), says


@check("wrong-dimension", "error")
def wrong_dimension(draft: Draft) -> Iterator[Told]:
    """A unit that the analyte's values do not convert to: no value would ever decide."""
    for placed, limit, concept in _limits(draft):
        units = analyte_units().get(concept)
        if units and limit.unit and _is_known(limit.unit) and not _converts(limit.unit, units):
            known = " or ".join(units)
            says = f"{concept} is not measured in {limit.unit!r}; write the limit in {known}"
            yield (*placed.place, "unit"), says


@check("limit-without-unit", "error")
def limit_without_unit(draft: Draft) -> Iterator[Told]:
    """A bare number for an analyte with a unit: 5 g/dL and 5 g/L would be held to be the same."""
    for placed, limit, concept in _limits(draft):
        units = analyte_units().get(concept, ())
        if units and limit.unit is None and _is_a_number(limit) and not units[0].startswith("{"):
            says = f"the limit of {concept} has no unit; write it with one, such as {units[0]}"
            yield placed.place, says


@check("limit-in-one-unit", "warning")
def limit_in_one_unit(draft: Draft) -> Iterator[Told]:
    """A limit only in a unit that needs the substance: values in other units leave it open."""
    for placed, group, concept in _limit_groups(draft):
        units = analyte_units().get(concept)
        named = [limit.unit for limit in group if limit.unit and _is_a_number(limit)]
        if units and named and not any(_converts(unit, units[:1]) for unit in named):
            if not all(_converts(unit, units) for unit in named):
                continue
            says = (
                f"values of {concept} that are reported in {units[0]} cannot be held against "
                f"{named[0]}; give the limit in {units[0]} beside it"
            )
            yield placed, says


@cache
def analyte_units() -> Mapping[str, tuple[str, ...]]:
    """Of each analyte its canonical unit, then those that its values convert from."""
    text = (files("criteria_engine") / "analyte_units.yaml").read_text(encoding="utf-8")
    return {name: tuple(units) for name, units in yaml.safe_load(text).items()}


@cache
def _is_known(unit: str) -> bool:
    return is_scaled(unit) or any(unit in units for units in analyte_units().values())


def _converts(unit: str, units: tuple[str, ...]) -> bool:
    return any(convert(Quantity(exactly(1), unit), one) is not None for one in units)


def _is_a_number(limit: Limit) -> bool:
    """Whether the limit holds a number of its own, rather than the laboratory's printed one."""
    return limit.value is not None or limit.if_not_printed is not None


def _limits(draft: Draft) -> Iterator[tuple[Placed, Limit, str]]:
    """Each limit on a measured value, with its place and the analyte."""
    for placed, owner in _everything(draft):
        concept = getattr(owner, "concept", None)
        if isinstance(placed.part, Limit) and isinstance(concept, str):
            yield placed, placed.part, concept


def _limit_groups(draft: Draft) -> Iterator[tuple[tuple[str | int, ...], list[Limit], str]]:
    """The same limit in its several units, with its place and the analyte."""
    groups: dict[tuple[str | int, ...], tuple[list[Limit], str]] = {}
    for placed, limit, concept in _limits(draft):
        groups.setdefault(placed.place[:-1], ([], concept))[0].append(limit)
    for place, (limits, concept) in groups.items():
        yield place, limits, concept


def _everything(draft: Draft) -> Iterator[tuple[Placed, BaseModel]]:
    """Every part with the one that it stands in."""
    for one in draft.criteria:
        for root in one.expressions:
            for owner in root.everything():
                yield from ((below, owner.part) for below in owner.below())
