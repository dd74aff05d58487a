"""``annotation.conf``: the types, relations and attributes as a BRAT server is told them."""

from __future__ import annotations

from collections.abc import Iterable

from abstraction.exports.brat.vocabulary import CHOICES, EVIDENCE, MODELS, TypeNames
from abstraction.facts import Kind


def annotation_conf(names: TypeNames, more: Iterable[tuple[Kind, str]] = ()) -> str:
    """``annotation.conf`` for the known concepts and ``more`` (kind and concept)."""
    known = {(kind, concept) for concept, kind in names.kinds.items()} | set(more)
    by_kind: dict[Kind, list[str]] = {
        kind: [names.of(kind, concept) for k, concept in sorted(known) if k == kind]
        for kind in MODELS
    }
    used = {kind: listed for kind, listed in by_kind.items() if listed}
    groups = [*used.items(), ("evidence", list(EVIDENCE))]
    macros = [f"<{kind.upper()}>={'|'.join(listed)}" for kind, listed in used.items()]
    facts = "|".join(f"<{kind.upper()}>" for kind in used)
    relations = [f"{role}\tArg1:{facts}, Arg2:{name}" for name, role in EVIDENCE.items()]
    sections = {
        "entities": [
            line
            for group, listed in groups
            for line in [f"!{group.capitalize()}", *(f"\t{name}" for name in listed)]
        ],
        "relations": [
            *macros,
            "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>",
            *relations,
        ],
        "events": [],
        "attributes": [*macros, *_attribute_lines(used)],
    }
    return "\n".join("\n".join([f"[{name}]", *lines, ""]) for name, lines in sections.items())


def _attribute_lines(used: Iterable[Kind]) -> list[str]:
    lines = []
    for choice in CHOICES.values():
        of = "|".join(f"<{kind.upper()}>" for kind in used if kind in choice.kinds)
        if of:
            lines.append(f"{choice.name}\tArg:{of}, Value:{'|'.join(choice.values)}")
    return lines
