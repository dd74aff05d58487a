"""Which categories of therapy were tried: a category counts once, however many of its drugs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from abstraction.chart import Chart
from abstraction.facts import Route, TherapyFact
from abstraction.statements import each_once
from criteria_engine.located import read_yaml
from criteria_engine.vocabulary import expanded


@dataclass(frozen=True, slots=True)
class CategoryTried:
    """A category, the drugs of it that were given, and the facts that say so."""

    category: str
    drugs: tuple[str, ...]
    facts: tuple[TherapyFact, ...]


@cache
def counted_categories() -> Mapping[str, tuple[str, ...]]:
    """The categories of standard of care that a trial counts, each with its drugs."""
    text = (files("criteria_engine") / "therapy_categories.yaml").read_text(encoding="utf-8")
    return {name: expanded(drugs) for name, drugs in read_yaml(text).data.items()}


def categories_tried(
    chart: Chart,
    categories: Mapping[str, Collection[str]],
    *,
    not_by_route: Collection[Route] = (),
) -> tuple[CategoryTried, ...]:
    """The categories of which the patient was given a drug, in the order of ``categories``.

    A plan, a refusal, a relative's drug and one by a route in ``not_by_route`` count for nothing.
    """
    given = [(one.concept, one.facts) for one in chart.episodes]
    given += [(one.concept, one.facts) for one in chart.administrations]
    tried = []
    for category, drugs in categories.items():
        of_it = [
            fact
            for concept, facts in given
            if concept in drugs
            for fact in facts
            if fact.assertion == "present" and fact.route not in not_by_route
        ]
        if of_it:
            named = tuple(sorted({fact.concept for fact in of_it}))
            tried.append(CategoryTried(category, named, each_once(of_it)))
    return tuple(tried)
