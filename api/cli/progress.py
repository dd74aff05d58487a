"""A progress bar for a person at a terminal; nothing for a pipe, a file or a log."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Advance(Protocol):
    """Tells how many more are done."""

    def __call__(self, more: int = 1, /) -> None: ...


@contextmanager
def progress(what: str, total: int) -> Iterator[Advance]:
    """A bar on standard error, and the function to call as the ``total`` get done.

    What its first call tells of was done before or tells nothing of the rate: it is left out there.
    """
    if not sys.stderr.isatty():
        yield lambda more=1, /: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f}/s" if task.speed else "")

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=total, start=False)

        def done(more: int = 1, /) -> None:
            bar.advance(task, more)
            bar.start_task(task)

        yield done
