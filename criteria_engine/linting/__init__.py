"""The linter: independent checks over a protocol as it is written.

A new check is a function with a name and a severity, added to ``CHECKS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from criteria_engine.draft import Draft
from criteria_engine.linting import bounds, branches, concepts, criteria, units, windows
from criteria_engine.linting.check import Check, Problem
from criteria_engine.linting.options import unsound_choices
from criteria_engine.linting.text import Coverage, coverage, unclaimed_text

CHECKS: tuple[Check, ...] = (
    criteria.duplicate_id,
    criteria.id_of_other_kind,
    criteria.modifiable_without_action,
    criteria.action_without_modifiable,
    criteria.core_by_investigator,
    criteria.claim_not_in_text,
    criteria.claim_in_other_list,
    units.unknown_unit,
    units.wrong_dimension,
    units.limit_without_unit,
    units.limit_in_one_unit,
    bounds.contradictory_bounds,
    windows.window_without_anchor,
    windows.unused_anchor,
    branches.repeated_part,
    branches.count_above_parts,
    branches.never_or_always,
    branches.out_of_reach,
    branches.unused_option,
    branches.repeated_choice,
    concepts.overlapping_exclusions,
    concepts.presumes_itself,
)
"""Every check beyond the form of a protocol, which the draft itself knows."""

__all__ = ["CHECKS", "Coverage", "Problem", "coverage", "errors_of", "lint"]


def lint(draft: Draft) -> tuple[Problem, ...]:
    """Everything that is wrong with the protocol, by file and line."""
    found = [*_form(draft), *_found(draft, CHECKS), *unsound_choices(draft, errors_of)]
    return _ordered([*_not_accepted(draft, found), *unclaimed_text(draft)])


def errors_of(draft: Draft) -> tuple[Problem, ...]:
    """What forbids to score by the protocol with its chosen readings."""
    checks = (one for one in CHECKS if one.severity == "error")
    return _ordered([*_form(draft), *_found(draft, checks)])


def _form(draft: Draft) -> Iterator[Problem]:
    file = str(draft.file)
    for one in draft.wrong:
        yield Problem(one.check, "error", file, draft.line(one.place), one.says, one.place)


def _found(draft: Draft, checks: Iterable[Check]) -> Iterator[Problem]:
    for one in checks:
        yield from one.problems(draft)


def _not_accepted(draft: Draft, found: list[Problem]) -> Iterator[Problem]:
    """The problems but for the warnings that their criterion accepts; and what it accepts though
    there is nothing to accept."""
    accepted = {
        (criterion.place, name)
        for criterion in draft.criteria
        for names in (criterion.data.get("accepts"),)
        for name in (names if isinstance(names, dict) else ())
    }
    used = {
        (one.place[:2], one.check)
        for one in found
        if one.severity == "warning" and (one.place[:2], one.check) in accepted
    }
    yield from (one for one in found if (one.place[:2], one.check) not in used)
    for place, name in sorted(accepted - used):
        where = (*place, "accepts", name)
        says = f"there is no warning {name!r} here to accept; drop it"
        yield Problem(
            "nothing-to-accept", "warning", str(draft.file), draft.line(where), says, where
        )


def _ordered(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by file and line; on one line the one that says most comes first."""

    def order(one: Problem) -> tuple[str, int, bool, str, str]:
        return one.file, one.line, one.check == "schema", one.check, one.says

    once = {(one.file, one.line, one.check, one.says): one for one in problems}
    return tuple(sorted(once.values(), key=order))
