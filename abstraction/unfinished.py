"""A run under way: its draft files, and up to where they may be believed.

The drafts are only appended to.  Now and then they are forced to disk, and then one transaction of
a small database says how long they are and how many notes they hold.  A run that was cut off, at
any moment, is taken up from there: what lies beyond in the drafts is cut away.  The database stays
locked meanwhile, so that no two runs write to one folder.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from abstraction.reading import ReadError

FOLDER = ".unfinished"
"""Lies in the folder that the run writes to, until the run is done."""

Key = Mapping[str, str]
"""What a run's bytes depend on, each under the words that tell a user what it is."""

_TABLES = """
CREATE TABLE IF NOT EXISTS run (
    key TEXT, notes INTEGER, facts INTEGER, failed INTEGER, sizes TEXT, whole INTEGER
);
CREATE TABLE IF NOT EXISTS remarks (record TEXT);
"""


class CannotResume(Exception):
    """What was cut off in the folder cannot be taken up by this run; the message says why."""


class Busy(Exception):
    """Another run is writing to the folder."""


class Reached(NamedTuple):
    """How far a run has come: notes done, their facts, and the notes that failed."""

    notes: int = 0
    facts: int = 0
    failed: int = 0

    def plus(self, notes: int, facts: int, failed: int) -> Reached:
        return Reached(self.notes + notes, self.facts + facts, self.failed + failed)


class Unfinished:
    """The run under way in ``out``; ``with`` lets go of the folder whatever happens.

    ``resume`` takes up what was cut off there, if anything was; without it all starts anew.
    ``names`` are those of the drafts.  Raises ``CannotResume``, ``Busy``, ``OSError``.
    """

    def __init__(self, out: Path, names: Sequence[str], key: Key, *, resume: bool = False) -> None:
        self.folder = out / FOLDER
        self.reached = Reached()
        self.whole = False
        self._out = out
        self._streams: dict[str, BinaryIO] = {}
        self.folder.mkdir(exist_ok=True)
        with ExitStack() as closing:
            self._database = _open_database(self.folder, fresh=not resume)
            closing.callback(self._database.close)
            sizes = self._take_up(key, dict.fromkeys(names, 0))
            if not self.whole:
                for name, size in sizes.items():
                    stream = _open_draft(self.folder / name, size)
                    self._streams[name] = closing.enter_context(stream)
            self._closing = closing.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go; where no note was done for good, nothing is left behind."""
        # Where the disk is full, closing a draft says so once more.
        with suppress(OSError):
            self._closing.close()
        if self.reached == Reached() and not self.whole:
            shutil.rmtree(self.folder, ignore_errors=True)

    def append(self, name: str, lines: Iterable[str]) -> None:
        """Write lines to a draft; they count from the next ``commit`` on."""
        self._streams[name].writelines(line.encode() for line in lines)

    def commit(
        self, reached: Reached, remarks: Iterable[ReadError] = (), *, whole: bool = False
    ) -> None:
        """Force the drafts to disk and say that they hold this much; ``whole``: and are done."""
        sizes = {}
        for name, stream in self._streams.items():
            stream.flush()
            os.fsync(stream.fileno())
            sizes[name] = stream.tell()
        with _told_as_os_errors(), _transaction(self._database):
            self._database.executemany(
                "INSERT INTO remarks VALUES (?)", ((each.model_dump_json(),) for each in remarks)
            )
            self._database.execute(
                "UPDATE run SET notes = ?, facts = ?, failed = ?, sizes = ?, whole = ?",
                (*reached, json.dumps(sizes), whole),
            )
        self.reached, self.whole = reached, whole

    def remarks(self) -> tuple[ReadError, ...]:
        """What was told of the notes done so far, in their order."""
        rows = self._database.execute("SELECT record FROM remarks ORDER BY rowid")
        return tuple(ReadError.model_validate_json(record) for (record,) in rows)

    def move(self, names: Iterable[str]) -> None:
        """Put the whole files in their places; those that are there already stay."""
        for stream in self._streams.values():
            stream.close()
        for name in names:
            if (self.folder / name).exists():
                os.replace(self.folder / name, self._out / name)
        if os.name == "posix":
            force_to_disk(self._out)

    def forget(self) -> None:
        """Take away what was needed to take the run up."""
        self._closing.close()
        shutil.rmtree(self.folder)

    def _take_up(self, key: Key, anew: dict[str, int]) -> dict[str, int]:
        """How much of each draft counts; starts the record of a new run where there is none."""
        with _told_as_os_errors(), _transaction(self._database):
            row = self._database.execute("SELECT * FROM run").fetchone()
            if row is None:
                self._database.execute(
                    "INSERT INTO run VALUES (?, 0, 0, 0, ?, FALSE)",
                    (json.dumps(dict(key)), json.dumps(anew)),
                )
                return anew
            stored, *reached, sizes, whole = row
        known: dict[str, str] = json.loads(stored)
        changed = [what for what in key if key[what] != known.get(what)]
        if changed:
            raise CannotResume(f"{' and '.join(changed)} changed since the run was cut off")
        self.reached, self.whole = Reached(*reached), bool(whole)
        found: dict[str, int] = json.loads(sizes)
        return found


def force_to_disk(path: Path) -> None:
    """What was written to the file, or which files lie in the folder, outlives a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_database(folder: Path, *, fresh: bool) -> sqlite3.Connection:
    """The database of the folder, locked for this process alone until it is closed."""
    path = folder / "progress.sqlite"
    try:
        with _told_as_os_errors():
            database = sqlite3.connect(path, timeout=0, isolation_level=None)
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("PRAGMA synchronous = FULL")
            with _transaction(database):
                for statement in _TABLES.split(";"):
                    database.execute(statement)
                if fresh:
                    database.execute("DELETE FROM run")
                    database.execute("DELETE FROM remarks")
            return database
    except sqlite3.DatabaseError:
        if fresh:
            path.unlink()
            return _open_database(folder, fresh=True)
        raise CannotResume("the record of how far the run had come is damaged") from None


def _open_draft(path: Path, size: int) -> BinaryIO:
    """The draft, cut to so many bytes and open at its end."""
    path.touch()
    if path.stat().st_size < size:
        raise CannotResume(f"{path.name} of the run is shorter than it was")
    stream = path.open("r+b")
    stream.truncate(size)
    stream.seek(size)
    return stream


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN EXCLUSIVE")
    try:
        yield
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


@contextmanager
def _told_as_os_errors() -> Iterator[None]:
    """What stands in SQLite's way is told like what stands in the way of any other file."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise Busy from None
        raise OSError(errno.EIO, str(error)) from None
