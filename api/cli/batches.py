"""The options that say how many notes are worked on at once, where, and how long each may take."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from abstraction.batch import BuildExtractor, Engine

NOTE_TIMEOUT = 600.0
"""Seconds a note may take in a worker process: no note of sane size takes a tenth of it."""

SPARK_NOTES_AT_A_TIME = 128
"""A Spark job costs a tenth of a second before its first note."""


@dataclass(frozen=True, slots=True)
class Batches:
    """How the notes of a run are worked on; none of it but ``note_timeout`` changes a byte."""

    workers: int = 1
    engine: Literal["local", "spark"] = "local"
    note_timeout: float | None = None
    resume: bool = False


def batch_options[**P](command: Callable[P, int]) -> Callable[..., int]:
    """Adds the options to a command, which is given them together as ``batches``."""

    @click.option(
        "--workers",
        type=click.IntRange(min=1),
        default=1,
        metavar="N",
        help="Processes that work on notes; 1, the default, is this process.",
    )
    @click.option(
        "--engine",
        type=click.Choice(["local", "spark"]),
        default="local",
        metavar="local/spark",
        help="Worker processes here, the default, or Spark (lupus-chart[spark] and Java 17).",
    )
    @click.option(
        "--note-timeout",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        help="Give a note up after so long; needs a worker process, where it is "
        f"{NOTE_TIMEOUT:g} by default.",
    )
    @click.option(
        "--resume", is_flag=True, help="Take up a run into DIR that was cut off, if there is one."
    )
    @functools.wraps(command)
    def with_batches(
        *args: object,
        workers: int,
        engine: Literal["local", "spark"],
        note_timeout: float | None,
        resume: bool,
        **options: object,
    ) -> int:
        batches = Batches(workers, engine, note_timeout, resume)
        return command(*args, batches=batches, **options)  # type: ignore[arg-type]

    return with_batches


def engine_of(batches: Batches, build: BuildExtractor) -> Engine:
    """The engine that was asked for; ``click.UsageError`` where Spark is not installed."""
    from abstraction.batch import extract_batches
    from abstraction.workers import worker_engine

    timeout = NOTE_TIMEOUT if batches.note_timeout is None else batches.note_timeout
    if batches.engine == "spark":
        try:
            from abstraction.spark import spark_engine
        except ModuleNotFoundError as error:
            if error.name != "pyspark":
                raise
            raise click.UsageError(
                "--engine spark: PySpark is not installed; install lupus-chart[spark]"
            ) from None
        return spark_engine(build, batches.workers, timeout)
    if batches.workers == 1 and batches.note_timeout is None:
        return functools.partial(extract_batches, build=build)
    return worker_engine(build, batches.workers, timeout)
