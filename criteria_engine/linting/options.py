"""Every reading that may be chosen must be as sound as the default."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from criteria_engine.draft import Draft
from criteria_engine.linting.check import Problem


def unsound_choices(
    draft: Draft, errors: Callable[[Draft], Iterable[Problem]]
) -> Iterator[Problem]:
    """Choices with which the protocol would be refused, though it is not with the default."""
    known = {(one.check, one.place) for one in errors(draft.without_text())}
    for name, option in draft.options.items():
        for index, choice in enumerate(option.choices):
            if choice == draft.readings[name]:
                continue
            for one in errors(draft.choosing(name, choice).without_text()):
                if (one.check, one.place) not in known:
                    place = ("options", name, "choices", index)
                    says = f"with this choice, line {one.line} is wrong: {one.says}"
                    line = draft.line(place)
                    yield Problem("unsound-choice", "error", one.file, line, says, place)
                    break
