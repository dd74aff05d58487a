"""Parts of an expression that can never make a difference, and options that nothing asks for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from pydantic import BaseModel

from criteria_engine.draft import Draft, Placed
from criteria_engine.expressions.boolean import All, AtLeast, Not
from criteria_engine.expressions.boolean import Any as AnyOf
from criteria_engine.expressions.demographics import Sex
from criteria_engine.expressions.node import Node
from criteria_engine.expressions.scores import Score
from criteria_engine.linting.check import Told, check
from criteria_engine.logic import Truth
from criteria_engine.scores.instrument import instrument
from criteria_engine.scores.totals import total


@check("repeated-part", "error")
def repeated_part(draft: Draft) -> Iterator[Told]:
    """The same expression twice in one place: the second never decides, and counts twice."""
    for placed in _everything(draft):
        for name in type(placed.part).model_fields:
            value = getattr(placed.part, name)
            seen: list[BaseModel] = []
            for index, part in enumerate(value if isinstance(value, tuple) else ()):
                if isinstance(part, BaseModel) and part in seen:
                    says = "the same stands in this list before; drop one of the two"
                    yield (*placed.place, name, index), says
                elif isinstance(part, BaseModel):
                    seen.append(part)


@check("count-above-parts", "error")
def count_above_parts(draft: Draft) -> Iterator[Told]:
    """More parts asked for than there are: it could never hold."""
    for placed in _everything(draft):
        part = placed.part
        if isinstance(part, AtLeast) and part.count > len(part.of):
            says = f"at least {part.count} of {len(part.of)} parts can never hold; lower the count"
            yield (*placed.place, "count"), says


@check("never-or-always", "error")
def never_or_always(draft: Draft) -> Iterator[Told]:
    """Parts that contradict each other: an ``all`` never holds, an ``any`` always does."""
    for placed in _everything(draft):
        part = placed.part
        if not isinstance(part, All | AnyOf):
            continue
        for (_, first), (index, second) in combinations(enumerate(part.of), 2):
            if _opposite(first, second) or _opposite(second, first):
                when = "never" if isinstance(part, All) else "always"
                says = f"the opposite stands in this list, so that it {when} holds; drop either"
                yield (*placed.place, "of", index), says


@check("out-of-reach", "error")
def out_of_reach(draft: Draft) -> Iterator[Told]:
    """More points asked for than an instrument's items can give."""
    for placed in _everything(draft):
        score = placed.part
        if not isinstance(score, Score):
            continue
        scored = instrument(score.instrument, score.within)
        counting = [item for item in scored.items if item.id not in scored.named(score.without)]
        most = total(scored, ((item, Truth.TRUE) for item in counting)).most
        if score.at_least is not None and score.at_least > most:
            says = f"{scored.name} comes to {most} points at most here; lower at_least"
            yield (*placed.place, "at_least"), says
        for index, part in enumerate(score.parts):
            some = [item for item in counting if item.id in scored.named(part.of)]
            most = total(scored, ((item, Truth.TRUE) for item in some)).most
            if part.at_least > most:
                says = f"these items come to {most} points at most; lower at_least"
                yield (*placed.place, "parts", index), says


@check("unused-option", "warning")
def unused_option(draft: Draft) -> Iterator[Told]:
    """An option that no criterion asks for: choosing it changes nothing."""
    used = {name for _, name in draft.uses_of_options}
    for name in draft.options:
        if name not in used:
            says = f"no criterion uses the option {name!r}; write option:{name} where it is meant"
            yield ("options", name), says


@check("repeated-choice", "warning")
def repeated_choice(draft: Draft) -> Iterator[Told]:
    """A choice that is offered twice."""
    for name, option in draft.options.items():
        for index, choice in enumerate(option.choices):
            if choice in option.choices[:index]:
                yield ("options", name, "choices", index), "this choice is offered twice; drop one"


def _opposite(one: Node, other: Node) -> bool:
    """Whether exactly one of the two holds, whatever the chart says."""
    if isinstance(one, Not):
        return one.of == other
    return isinstance(one, Sex) and isinstance(other, Sex) and one.of != other.of


def _everything(draft: Draft) -> Iterator[Placed]:
    for one in draft.criteria:
        for root in one.expressions:
            yield from root.everything()
