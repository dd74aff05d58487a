"""Notes given to Spark: the function that worker processes run, in ``mapInArrow``.

``facts_of`` is for programs with a DataFrame of notes of their own; ``spark_engine`` is what
``--engine spark`` runs, a job of one task for each batch, so that a run can be taken up after any
of them.  A Spark task, too, has its notes read by a process that can be killed and replaced.
"""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Generator, Iterable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa

# PySpark warns of a pandas that is newer than itself, which nothing here uses.
warnings.filterwarnings("ignore", category=FutureWarning, module=r"pyspark\.")

from py4j.java_gateway import JavaGateway  # noqa: E402
from pyspark import SparkConf, SparkContext  # noqa: E402
from pyspark.errors import PySparkException  # noqa: E402
from pyspark.java_gateway import launch_gateway  # noqa: E402
from pyspark.sql import DataFrame, SparkSession  # noqa: E402
from pyspark.sql.pandas.types import from_arrow_schema  # noqa: E402

from abstraction.batch import NOTES, RESULTS, BuildExtractor, Engine, EngineFailed, batch_of  # noqa: E402
from abstraction.workers import Worker, in_order  # noqa: E402


def facts_of(notes: DataFrame, build: BuildExtractor, note_timeout: float | None) -> DataFrame:
    """A row of ``RESULTS`` for each fact of a frame with the columns of ``NOTES``."""
    read = partial(_read, build=build, note_timeout=note_timeout)
    return notes.select(*NOTES.names).mapInArrow(read, from_arrow_schema(RESULTS))


def spark_engine(build: BuildExtractor, workers: int, note_timeout: float | None) -> Engine:
    """An engine of the Spark that the environment configures, else of ``local[workers]``."""

    def engine(batches: Iterator[pa.RecordBatch]) -> Generator[pa.RecordBatch, None, None]:
        with _session(workers) as spark:

            def job(batch: pa.RecordBatch) -> pa.RecordBatch:
                notes = spark.createDataFrame(pa.Table.from_batches([batch])).coalesce(1)
                table = facts_of(notes, build, note_timeout).toArrow().select(RESULTS.names)
                (found,) = table.cast(RESULTS).combine_chunks().to_batches() or [_NOTHING]
                return found

            try:
                yield from in_order(job, batches, spark.sparkContext.defaultParallelism)
            except PySparkException as error:
                raise EngineFailed(f"Spark could not do a job ({type(error).__name__})") from None

    return engine


_NOTHING = batch_of([], RESULTS)


def _read(
    batches: Iterable[pa.RecordBatch], build: BuildExtractor, note_timeout: float | None
) -> Iterator[pa.RecordBatch]:
    """What a Spark task does with its batches."""
    worker = _worker(build, note_timeout)
    return (worker.extract(batch.cast(NOTES)) for batch in batches)


@functools.cache
def _worker(build: BuildExtractor, note_timeout: float | None) -> Worker:
    """The worker of this Python process of Spark's, which outlives the task."""
    return Worker(build, note_timeout)


@contextlib.contextmanager
def _session(workers: int) -> Iterator[SparkSession]:
    """A Spark session that writes nothing to the terminal, stopped at the end.

    Without a master in the environment it is one of this machine alone, and listens to no other.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory(prefix="lupus-chart-spark-") as folder:
        gateway = _silent_gateway(Path(folder))
        conf = SparkConf(_jvm=gateway.jvm).setAppName("lupus-chart")
        conf.set("spark.sql.warehouse.dir", folder)
        if not conf.contains("spark.master"):
            conf.setMaster(f"local[{workers}]")
            conf.set("spark.driver.host", "127.0.0.1").set("spark.driver.bindAddress", "127.0.0.1")
            conf.set("spark.ui.enabled", "false").set("spark.local.dir", folder)
        spark = SparkSession(SparkContext(conf=conf, gateway=gateway))
        try:
            yield spark
        finally:
            spark.stop()
            gateway.shutdown()
            SparkContext._gateway = SparkContext._jvm = None


def _silent_gateway(folder: Path) -> JavaGateway:
    """A Java machine with Spark in it, that says nothing: its logs might quote a note."""
    silence = folder / "log4j2.properties"
    silence.write_text("rootLogger.level = off\n", encoding="utf-8")
    conf = SparkConf(loadDefaults=False)
    conf.set("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={silence.as_uri()}")
    try:
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return launch_gateway(conf, silent)  # type: ignore[no-untyped-call]
    except (PySparkException, OSError):
        raise EngineFailed("Spark did not start; it needs Java 17 or newer") from None
