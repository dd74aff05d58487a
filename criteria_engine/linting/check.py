"""What a check of the linter is, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from criteria_engine.draft import Draft
from criteria_engine.located import Path as Place

Severity = Literal["error", "warning"]
"""A protocol with an error never scores; a warning is for its author to weigh."""

Told = tuple[Place, str]
"""A place in the file, and one sentence: what is wrong with it and what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a check found: where, what is wrong, and what to do about it."""

    check: str
    severity: Severity
    file: str
    line: int
    says: str
    place: Place = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.says} ({self.check})"


@dataclass(frozen=True, slots=True)
class Check:
    """One independent check over a draft, which may be wrong in other places."""

    name: str
    severity: Severity
    find: Callable[[Draft], Iterable[Told]]

    def problems(self, draft: Draft) -> Iterable[Problem]:
        """What it finds, each with its line."""
        for place, says in self.find(draft):
            line = draft.line(place)
            yield Problem(self.name, self.severity, str(draft.file), line, says, place)


def check(name: str, severity: Severity) -> Callable[[Callable[[Draft], Iterable[Told]]], Check]:
    """Makes a function that looks for one thing a check of that name."""
    return lambda find: Check(name, severity, find)
