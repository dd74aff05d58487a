"""How therapies are given, as far as their days depend on it: data of ``regimens.yaml``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import yaml

from abstraction.facts import Route, TherapyFact
from abstraction.notes import Frozen

_INTO_A_VEIN: Route = "intravenous"
_BY_ONESELF: frozenset[Route | None] = frozenset({"oral", "topical", "ophthalmic", "inhaled"})


class Regimens(Frozen):
    """Concepts by how they are given."""

    single_doses: frozenset[str]
    infused: frozenset[str]
    interchangeable: tuple[tuple[str, ...], ...]


@cache
def regimens() -> Regimens:
    """The shipped data.

    Raises ``ValueError`` (by pydantic) when the file does not have this shape.
    """
    text = (files("abstraction.merging") / "regimens.yaml").read_text(encoding="utf-8")
    return Regimens.model_validate(yaml.safe_load(text))


def interchangeable_with(concept: str) -> tuple[str, ...]:
    """The concepts that name the same treatment, the concept itself among them."""
    together = (group for group in regimens().interchangeable if concept in group)
    return next(together, (concept,))


def in_single_doses(fact: TherapyFact) -> bool:
    """Whether its drug is given in single doses, between which nothing is taken."""
    return fact.concept in regimens().single_doses and fact.route not in _BY_ONESELF


def routes_told(facts: Iterable[TherapyFact]) -> frozenset[Route]:
    """The routes that the facts tell."""
    return frozenset([fact.route for fact in facts if fact.route])


def is_infused(fact: TherapyFact, routes: frozenset[Route]) -> bool:
    """Whether the fact tells of infusions; ``routes`` are told of the same course.

    A drug that is injected too is not, where only another route is told of its course.
    """
    if fact.route == _INTO_A_VEIN or in_single_doses(fact):
        return True
    if fact.route is not None or fact.concept not in regimens().infused:
        return False
    return not routes or _INTO_A_VEIN in routes
