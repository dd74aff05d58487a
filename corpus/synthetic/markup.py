"""The markup of phrases and notes: text with slots, marked facts, placeholders, optional parts.

docs/phrase-banks.md is its reference.  ``parse`` turns a phrase into a tree once; what the tree
says is decided where it is told (``telling``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

FORMS = ("lines", "sentences", "list")


class MarkupError(ValueError):
    """A phrase that cannot be read; the message says what is wrong and near which character."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words as they stand."""

    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A word or number of the course, or of the note's frame."""

    name: str


@dataclass(frozen=True, slots=True)
class Marked:
    """The span of one fact or more: the topic's own where ``concepts`` is empty."""

    children: tuple[Node, ...]
    concepts: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A placeholder: what there is to say on the topic, in one of the forms (None: one thing)."""

    topic: str
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Optional:
    """A part that is left out where one of its placeholders has nothing to say."""

    children: tuple[Node, ...]


Node = Text | Slot | Marked | Call | Optional

_TOKEN = re.compile(
    r"""(?P<call><<(?P<topic>[a-z][a-z0-9_]*)(?::(?P<form>[a-z]+))?>>)
      | (?P<open>\[\[) | (?P<close>(?:\|(?P<fact>[^\[\]|<>{}]+))?\]\])
      | (?P<option>\{\?) | (?P<end>\?\})
      | (?P<slot>\{(?P<name>[A-Za-z_]+)\})""",
    re.VERBOSE,
)
_STRAY = re.compile(r"<<|>>|\[\[|\]\]|\{|\}")


@cache
def parse(source: str) -> tuple[Node, ...]:
    """The tree of a phrase or note.  ``MarkupError`` where markup is unknown or does not close."""
    stack: list[tuple[str, int, list[Node]]] = [("", 0, [])]
    position = 0
    for token in _TOKEN.finditer(source):
        _text(source, position, token.start(), stack[-1][2])
        position = token.end()
        if token["slot"]:
            stack[-1][2].append(Slot(token["name"]))
        elif token["call"]:
            if token["form"] not in (None, *FORMS):
                raise MarkupError(f"<<{token['topic']}:{token['form']}>>: no such form")
            stack[-1][2].append(Call(token["topic"], token["form"]))
        elif token["open"] or token["option"]:
            stack.append((token[0], token.start(), []))
        else:
            opener, start, children = stack.pop()
            if opener != ("{?" if token["end"] else "[["):
                raise MarkupError(f"{token[0]} at character {position} closes nothing")
            stack[-1][2].append(
                Optional(tuple(children))
                if token["end"]
                else _marked(tuple(children), token["fact"], start)
            )
    _text(source, position, len(source), stack[-1][2])
    if len(stack) > 1:
        raise MarkupError(f"{stack[-1][0]} at character {stack[-1][1]} is not closed")
    return tuple(stack[0][2])


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node of the tree, outer before inner."""
    for node in nodes:
        yield node
        if isinstance(node, Marked | Optional):
            yield from walk(node.children)


def _text(source: str, start: int, end: int, into: list[Node]) -> None:
    if start == end:
        return
    stray = _STRAY.search(source, start, end)
    if stray:
        raise MarkupError(f"{stray[0]} at character {stray.start()} belongs to no markup")
    into.append(Text(source[start:end]))


def _marked(children: tuple[Node, ...], fact: str | None, start: int) -> Marked:
    if not children:
        raise MarkupError(f"[[ at character {start} marks nothing")
    if any(isinstance(child, Marked | Call | Optional) for child in children):
        raise MarkupError(f"[[ at character {start} holds more than text and slots")
    if fact is None:
        return Marked(children)
    concepts, *fields = fact.split()
    pairs = [field.partition("=") for field in fields]
    wrong = [name for name, equals, _ in pairs if not equals]
    if wrong:
        raise MarkupError(f"[[ at character {start}: {wrong[0]!r} is not written key=value")
    return Marked(children, tuple(concepts.split("+")), {name: value for name, _, value in pairs})
