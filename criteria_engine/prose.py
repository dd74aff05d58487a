"""A protocol in plain English, each criterion beside the registered text it claims."""

from __future__ import annotations

from criteria_engine.protocol import Criterion, Protocol
from criteria_engine.wording import sentence

_SILENCE = {
    "unknown": "a silent chart leaves it open",
    "presume_pass": "a silent chart is presumed to pass",
}
_DECIDER = {
    "chart": "decided from the chart",
    "screening_test": "decided by a test at screening",
    "investigator": "decided by the investigator",
}


def render(protocol: Protocol) -> str:
    """The whole protocol as text for a terminal: criteria in order, then the open readings."""
    lines = [
        f"{protocol.id}: {protocol.title}",
        f"Source: {protocol.source}",
        f"Version: {protocol.version}",
        f"Core: {', '.join(protocol.core)}",
    ]
    for criterion in protocol.criteria:
        lines += ["", *_criterion(criterion)]
    if protocol.options:
        lines += ["", "Readings that the registered text leaves open"]
        for name, option in protocol.options.items():
            choices = ", ".join(_plain(choice) for choice in option.choices)
            lines.append(f"  {name}: {option.says}")
            lines.append(f"    default {_plain(option.default)}; choices: {choices}")
    return "\n".join(lines) + "\n"


def _criterion(criterion: Criterion) -> list[str]:
    marks = [
        word
        for word, marked in (("core", criterion.core), ("modifiable", criterion.modifiable))
        if marked
    ]
    head = f"{criterion.id} {criterion.kind}: {criterion.title}"
    verb = "Passes with" if criterion.kind == "inclusion" else "Fails with"
    return [
        f"{head} ({', '.join(marks)})" if marks else head,
        *(f"  Registered: {piece}" for piece in criterion.registered),
        f"  {verb}: {criterion.expression.prose()}",
        *(f"  Reading: {reading}" for reading in criterion.readings),
        f"  {sentence(_DECIDER[criterion.decide_by])}; {_SILENCE[criterion.if_silent]}",
    ]


def _plain(value: object) -> str:
    if isinstance(value, list):
        return " and ".join(map(_plain, value))
    if isinstance(value, dict) and "op" in value:
        return " ".join(str(value[key]) for key in ("op", "name", "concept") if key in value)
    if isinstance(value, dict) and "name" in value:
        return str(value["name"])
    if isinstance(value, dict):
        return " ".join(f"{amount} {unit}" for unit, amount in value.items())
    return str(value)
