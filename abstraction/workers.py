"""Notes given to worker processes, each with a pipeline of its own.

A worker says which note it starts.  One that takes too long over a note is killed, whatever code
it is in, and the note is given up; one that dies is replaced, and the note that it died of twice
is given up.  The other notes of the batch are worked on again, so that nothing is lost.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from abstraction.batch import BuildExtractor, Engine, EngineFailed, extract_batch
from abstraction.failures import type_and_place
from abstraction.quiet import quiet

if TYPE_CHECKING:
    import pyarrow as pa

MOST_DEATHS = 2
"""Workers that may die of one note: one may have been ended from outside."""

AHEAD = 8
"""Batches a worker that are taken before the first of them is done."""

_SPAWN = get_context("spawn")


def worker_engine(build: BuildExtractor, workers: int, note_timeout: float | None) -> Engine:
    """An engine of so many worker processes; a note may take ``note_timeout`` seconds."""

    def engine(batches: Iterator[pa.RecordBatch]) -> Generator[pa.RecordBatch, None, None]:
        crew = _Crew(partial(Worker, build, note_timeout))
        try:
            yield from in_order(crew.work, batches, workers)
        finally:
            crew.dismiss()

    return engine


def in_order[T, R](work: Callable[[T], R], items: Iterator[T], threads: int) -> Iterator[R]:
    """``work`` done on every item by so many threads, the results in the order of the items."""
    pool = ThreadPoolExecutor(threads)
    under_way: deque[Future[R]] = deque()
    try:
        for item in items:
            under_way.append(pool.submit(work, item))
            if len(under_way) >= AHEAD * threads:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class _Crew:
    """A worker for each thread that asks for work to be done."""

    def __init__(self, hire: Callable[[], Worker]) -> None:
        self._hire = hire
        self._own = threading.local()
        self._workers: list[Worker] = []

    def work(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if not hasattr(self._own, "worker"):
            self._own.worker = self._hire()
            self._workers.append(self._own.worker)
        facts: pa.RecordBatch = self._own.worker.extract(batch)
        return facts

    def dismiss(self) -> None:
        for worker in self._workers:
            worker.stop()


@dataclass(frozen=True, slots=True)
class _Lost:
    """A process that is gone: at which row of its batch, and why the row may be to blame."""

    row: int | None
    why: str
    too_long: bool = False


class Worker:
    """One process with a pipeline, started when it is needed and replaced when it is lost."""

    def __init__(self, build: BuildExtractor, note_timeout: float | None) -> None:
        self._build = build
        self._timeout = note_timeout
        self._process: _Process | None = None
        self._stopped = False

    def extract(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """What ``extract_batch`` makes of the batch, whatever becomes of the process meanwhile."""
        given_up: dict[int, str] = {}
        deaths: Counter[int | None] = Counter()
        while True:
            answer = self._running().ask(batch, given_up, self._timeout)
            if not isinstance(answer, _Lost):
                return answer
            self._process = None
            deaths[answer.row] += 1
            if answer.too_long or deaths[answer.row] >= MOST_DEATHS:
                if answer.row is None:
                    raise EngineFailed(f"worker processes end between two notes ({answer.why})")
                given_up[answer.row] = answer.why

    def stop(self) -> None:
        """End the process at once; the worker does nothing any more."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def _running(self) -> _Process:
        if self._process is None:
            self._process = _Process(self._build)
            if self._stopped:
                self._process.kill()
            self._process.await_ready()
        return self._process


class _Process:
    """The process and the pipe to it."""

    def __init__(self, build: BuildExtractor) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(
            target=_serve, args=(theirs, build, os.getpid()), daemon=True
        )
        with _without_interrupts():
            self._process.start()
        theirs.close()

    def await_ready(self) -> None:
        """Wait for the pipeline.  Raises ``EngineFailed`` where it cannot be made."""
        said = self._hear(None)
        if said is None:
            raise EngineFailed(f"a worker process ended while it started ({self._ending()})")
        if said != _READY:
            self.kill()
            raise EngineFailed(f"a worker process could not make its pipeline ({said})")

    def ask(
        self, batch: pa.RecordBatch, given_up: dict[int, str], timeout: float | None
    ) -> pa.RecordBatch | _Lost:
        row: int | None = None
        try:
            self._pipe.send((batch, given_up))
        except OSError:
            return _Lost(None, self._ending())
        while True:
            try:
                said = self._hear(timeout if row is not None else None)
            except TimeoutError:
                self.kill()
                why = f"the note took longer than {timeout:g} s (--note-timeout)"
                return _Lost(row, why, too_long=True)
            if said is None:
                return _Lost(row, f"the worker process died of the note ({self._ending()})")
            if not isinstance(said, int):
                return said
            row = said

    def kill(self) -> None:
        self._process.kill()

    def _hear(self, timeout: float | None) -> pa.RecordBatch | int | str | None:
        """What the process says next, None when it is gone; ``TimeoutError`` after the timeout."""
        try:
            if self._pipe.poll(timeout):
                said: pa.RecordBatch | int | str = self._pipe.recv()
                return said
        except (EOFError, OSError):
            # It may be gone in the middle of a word.
            return None
        raise TimeoutError

    def _ending(self) -> str:
        self._process.join()
        code = self._process.exitcode or 0
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


_READY = "ready"


def _serve(pipe: Connection, build: BuildExtractor, parent: int) -> None:
    """What a worker process does: make the pipeline, then answer batches until the pipe closes."""
    _end_with(parent)
    _say_nothing()
    try:
        with quiet():
            extract = build()
    except Exception as error:
        pipe.send(type_and_place(error))
        return
    pipe.send(_READY)
    while True:
        try:
            batch, given_up = pipe.recv()
        except EOFError:
            return
        pipe.send(extract_batch(batch, extract, pipe.send, given_up))


def _end_with(parent: int) -> None:
    """Be killed when the process that asks is gone, even in code that lets nothing else run.

    Where the kernel has no such thing the process ends when it next reads from its pipe.
    """
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _say_nothing() -> None:
    """Nothing that a library prints may reach a terminal or a log: it could be a note's text."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """A process started inside does not take Ctrl-C as meant for itself."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
