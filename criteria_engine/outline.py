"""An expression as an indented outline: each part on a line of its own, in its own words.

It is made from ``prose()`` and the parts that a node has, so that every family of expressions has
one: a node's own words are its prose without the prose of its parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from criteria_engine.expressions.boolean import Not
from criteria_engine.expressions.node import Node
from criteria_engine.vocabulary import vocabulary
from criteria_engine.wording import listed

_PARTS = ("of", "parts")
"""The keys of the parts that need no word of their own."""

_KEYS = {
    "presumed": "presumed absent where not mentioned",
    "whole": "denied as a whole by the denial of",
    "aside_for_judgement": "left to the investigator where documented",
}
"""What the keys of other parts are called where the key itself says too little."""

_CONCEPTS = ("drugs", "therapies", "diagnoses", "statuses", "positive", "measurements")
"""The keys under which a node lists what it looks for."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A line, and the lines that belong below it."""

    text: str
    below: tuple[Outline, ...] = ()

    def lines(self, depth: int = 0) -> Iterator[tuple[int, str]]:
        """Every line with its depth."""
        yield depth, self.text
        for one in self.below:
            yield from one.lines(depth + 1)


def outline(node: Node) -> Outline:
    """The outline of an expression."""
    groups = list(_groups(node))
    below: list[Outline] = []
    for key, parts in groups:
        told = tuple(outline(part) for part in parts)
        if key in _PARTS or len(groups) == 1:
            below += told
        else:
            below.append(Outline(f"{_words(key)}:", told))
    only = below[0] if len(below) == 1 and isinstance(node, Not) else None
    if only is not None:
        return Outline(f"not: {only.text}", only.below)
    own = _own_words(node.prose(), [part.prose() for _, parts in groups for part in parts])
    return Outline(f"{own}:" if below else own, (*below, *_looked_for(node)))


def _groups(node: Node) -> Iterator[tuple[str, tuple[Node, ...]]]:
    """The node's parts by the key that they stand under."""
    for key in type(node).model_fields:
        value: Any = getattr(node, key)
        values = value if isinstance(value, tuple) else (value,)
        parts = tuple(one for one in values if isinstance(one, Node))
        if parts:
            yield key, parts


def _own_words(prose: str, parts: list[str]) -> str:
    """The prose without that of the parts; an ellipsis stands for one amid its words."""
    for part in sorted(parts, key=len, reverse=True):
        prose = prose.replace(part, _CUT)
    prose = re.sub(rf"\({_CUT}(?:; {_CUT})*\)", _CUT, prose)
    if prose.count(_CUT) == 1:
        prose = prose.removeprefix(_CUT).removesuffix(_CUT)
    return prose.replace(_CUT, "…").strip(" :;,") or "this"


_CUT = "\0"


def _looked_for(node: BaseModel) -> Iterator[Outline]:
    """What counts as the thing that the node names, where its name does not say it."""
    for key in type(node).model_fields:
        value = getattr(node, key)
        for one in value if isinstance(value, tuple) else ():
            if isinstance(one, BaseModel) and not isinstance(one, Node):
                name, labels = getattr(one, "name", ""), _unnamed(one)
                yield from [Outline(f"{name}: {listed(labels)}")] if labels else ()
    if labels := _unnamed(node):
        yield Outline(f"looks at: {listed(labels)}")


def _unnamed(part: BaseModel) -> list[str]:
    """The concepts of a part that bears a name, in words; none where the name says them all."""
    name = getattr(part, "name", None)
    concepts = dict.fromkeys(word for key in _CONCEPTS for word in getattr(part, key, None) or ())
    labels = [_label(concept) for concept in concepts]
    if not isinstance(name, str) or all(label.casefold() in name.casefold() for label in labels):
        return []
    return labels


def _label(concept: str) -> str:
    kinds = vocabulary().labels.values()
    return next((known[concept] for known in kinds if concept in known), concept)


def _words(key: str) -> str:
    return _KEYS.get(key, key.replace("_", " "))
