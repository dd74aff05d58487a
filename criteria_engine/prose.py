"""A protocol in plain English, each criterion beside the registered text it claims."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError

from criteria_engine.expressions import Expression, Node
from criteria_engine.expressions.timing import After, AnyTiming, Before, EarlierThan, Since, Span
from criteria_engine.outline import outline
from criteria_engine.protocol import Criterion, Option, Protocol
from criteria_engine.registered import Claim, RegisteredText, claims
from criteria_engine.wording import listed, sentence

WIDTH = 92
"""Columns of the text: what a terminal and a printed page both hold."""

_SILENCE = {
    "unknown": "a silent chart leaves it open",
    "presume_pass": "a silent chart is presumed to pass",
}
_DECIDER = {
    "chart": "decided from the chart",
    "screening_test": "decided by a test at screening",
    "investigator": "decided by the investigator",
}
_WINDOW: TypeAdapter[AnyTiming] = TypeAdapter(AnyTiming)
_LENGTH: TypeAdapter[Span] = TypeAdapter(Span)
_EXPRESSION: TypeAdapter[Node] = TypeAdapter(Expression)


def render(protocol: Protocol, width: int = WIDTH) -> str:
    """The whole protocol as text for a terminal: criteria in order, then the open readings.

    The sentences of the registered text are numbered as they are first claimed; each has its
    place there: line and column, and its characters from the first to before the last.
    """
    lines = [
        f"{protocol.id}: {protocol.title}",
        f"Source: {protocol.source}",
        f"Version: {protocol.version}",
        f"Core: {', '.join(protocol.core) or 'none'}",
        "Registered text: [number] line:column (characters from-to), as the registry prints it",
    ]
    numbers: dict[tuple[int, int], int] = {}
    text = RegisteredText(protocol.registered_text)
    for criterion in protocol.criteria:
        told = ((criterion.id, criterion.kind, criterion.registered),)
        lines += ["", *_criterion(criterion, claims(text, told), numbers)]
    if protocol.options:
        lines += ["", "Readings that the registered text leaves open"]
        for name, option in protocol.options.items():
            lines += ["", *_option(name, option)]
    return "\n".join(line for one in lines for line in _wrapped(one, width)) + "\n"


def _criterion(
    criterion: Criterion, claimed: tuple[Claim, ...], numbers: dict[tuple[int, int], int]
) -> Iterator[str]:
    marks = [
        word
        for word, marked in (("core", criterion.core), ("modifiable", criterion.modifiable))
        if marked
    ]
    yield f"{criterion.id} {', '.join((criterion.kind, *marks))}: {criterion.title}"
    yield "  Registered text"
    for claim in claimed:
        yield f"    {_place(claim, numbers)} {claim.text}"
    yield "  Passes with" if criterion.kind == "inclusion" else "  Fails with"
    for depth, text in outline(criterion.expression).lines():
        yield f"    {'  ' * depth}{'- ' if depth else ''}{text}"
    if criterion.readings:
        yield "  Our readings"
        yield from (f"    - {reading}" for reading in criterion.readings)
    if criterion.action:
        yield f"  What lifts it: {criterion.action}"
    yield f"  {sentence(_DECIDER[criterion.decide_by])}; {_SILENCE[criterion.if_silent]}"


def _place(claim: Claim, numbers: dict[tuple[int, int], int]) -> str:
    passage = claim.passage
    if passage is None:
        return "[not found]"
    number = numbers.setdefault((passage.start, passage.end), len(numbers) + 1)
    return f"[{number}] {passage.line}:{passage.column} ({passage.start}-{passage.end})"


def _option(name: str, option: Option) -> Iterator[str]:
    yield f"  {name}: {option.says}"
    for choice in option.choices:
        default = " (default)" if choice == option.default else ""
        yield f"    - {_plain(choice)}{default}"


def _plain(value: object) -> str:
    """A choice in words: an expression, a window, a length of time, a name, or several of these."""
    if isinstance(value, list):
        return listed(map(_plain, value))
    if not isinstance(value, dict):
        return str(value)
    form: TypeAdapter[Node] | TypeAdapter[Span] | TypeAdapter[AnyTiming]
    for form in (_EXPRESSION, _LENGTH, _WINDOW):
        try:
            read = form.validate_python(value)
        except ValidationError:
            continue
        if isinstance(read, Node | Before | EarlierThan | After | Since):
            return read.prose()
        return str(read)
    return str(value.get("name") or ", ".join(f"{key} {one}" for key, one in value.items()))


def _wrapped(line: str, width: int) -> list[str]:
    """The line in lines of that width, the later ones set below the first word."""
    bare = line.lstrip(" ")
    indent = len(line) - len(bare)
    hanging = " " * (indent + (2 if bare.startswith("- ") or not indent else 4))
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
