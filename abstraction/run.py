"""One run: notes in, facts, notes and ``ledger.jsonl`` out.

The run knows nothing of language processing: it is handed an engine, from batches of notes to
batches of facts.  A note that the engine fails on is entered in the ledger with the reason, and the
other notes are still worked on.  Results are set down in the order of the notes, so the files are
the same whatever the engine, and a run that was cut off can be taken up.
"""

from __future__ import annotations

import importlib.metadata
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from abstraction.attempt import Extractor
from abstraction.notes import Frozen, Note
from abstraction.reading import NoteCollection, ReadError
from abstraction.unfinished import Unfinished
from abstraction.writing import as_line, json_line

if TYPE_CHECKING:
    import pyarrow as pa

    from abstraction.batch import Engine

FACTS, NOTES, LEDGER = "facts.jsonl", "notes.jsonl", "ledger.jsonl"
TABLES = ("facts.parquet", "notes.parquet")
"""What a run writes in place of ``FACTS`` and ``NOTES`` where Parquet is asked for."""

NOTES_AT_A_TIME = 16
CHARACTERS_AT_A_TIME = 1 << 20
"""A batch ends where it has so many notes or so much text, but holds one note at least."""

COMMIT_SECONDS = 1.0
"""Work that may have to be done again after a run was cut off."""

Complaints = Mapping[tuple[str | None, str | None], Sequence[ReadError]]
"""What was wrong in the input, under the patient and note as far as they are known."""


class LedgerEntry(Frozen):
    """What became of one note, or of one thing in the input that is no note.

    A note that was read may still carry an ``error``: no words in it, a date that is none, a
    second text under its id.
    """

    patient_id: str | None = None
    note_id: str | None = None
    status: Literal["read", "failed"]
    rule_pack: str = Field(description="Version of the rules: the hash of their content.")
    characters: int = Field(default=0, ge=0, description="Code points that were looked at.")
    facts: int = Field(default=0, ge=0)
    where: str | None = Field(default=None, description="File, line or row that the error is in.")
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did: notes read, facts written, every error, and every patient of the input.

    A patient none of whose notes could be read is among the patients all the same.  ``unread``
    counts the notes that failed, ``no_notes`` what lay in the input and is no note.
    """

    notes: int
    facts: int
    patients: tuple[str, ...]
    errors: tuple[ReadError, ...]
    unread: int = 0
    no_notes: int = 0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is done: ``settings`` are all that its bytes depend on besides notes and rules.

    ``resume`` takes up a run that was cut off in the same folder; ``outdated`` names the files of
    earlier runs that would be false beside this one's.
    """

    settings: str = ""
    resume: bool = False
    format: Literal["jsonl", "parquet"] = "jsonl"
    outdated: tuple[str, ...] = ()
    notes_at_a_time: int = NOTES_AT_A_TIME


def record_run(notes: NoteCollection, extract: Extractor, rule_pack: str, out: Path) -> RunSummary:
    """``record`` with an extractor that works in this process."""
    from abstraction.batch import extract_batches

    return record(notes, partial(extract_batches, build=lambda: extract), rule_pack, out)


def record(
    notes: NoteCollection,
    engine: Engine,
    rule_pack: str,
    out: Path,
    options: RunOptions = RunOptions(),
    done: Callable[[int], None] = lambda notes: None,
) -> RunSummary:
    """Extract the facts of every note and write the run's three files into the folder ``out``.

    The files are sorted by patient, note and place in the note, and replaced when all are whole.
    ``done`` is told of every stretch of notes how many they are.  Raises ``OSError`` where ``out``
    cannot be written to, ``CannotResume``, ``Busy``, ``EngineFailed``.
    """
    complaints = _by_note(notes.errors)
    elsewhere = {key: told for key, told in complaints.items() if not _is_read(key, notes)}
    key = {
        "the input": notes.fingerprint(),
        "the rules": rule_pack,
        "the program": importlib.metadata.version("lupus-chart"),
        "the options": f"{options.format} {options.settings}",
    }
    drafts = (FACTS, NOTES, LEDGER)
    with Unfinished(out, drafts, key, resume=options.resume) as run:
        done(run.reached.notes)
        if not run.whole:
            _work_off(run, notes, engine, options, done, partial(_entry, complaints, rule_pack))
            for told in elsewhere.values():
                run.append(LEDGER, (json_line(_unread(error, rule_pack)) for error in told))
            run.commit(run.reached, whole=True)
        files: tuple[str, ...] = drafts
        if options.format == "parquet":
            from abstraction.parquet_files import convert

            files = (*convert(run.folder), LEDGER)
        for name in {*options.outdated, *TABLES, *drafts} - {*files}:
            (out / name).unlink(missing_ok=True)
        run.move(files)
        summary = RunSummary(
            notes=run.reached.notes,
            facts=run.reached.facts,
            patients=notes.patients(),
            errors=(*notes.errors, *run.remarks()),
            unread=run.reached.failed + sum(note_id is not None for _, note_id in elsewhere),
            no_notes=sum(len(told) for (_, note_id), told in elsewhere.items() if note_id is None),
        )
        run.forget()
    return summary


def _work_off(
    run: Unfinished,
    notes: NoteCollection,
    engine: Engine,
    options: RunOptions,
    done: Callable[[int], None],
    entry_of: Callable[[_Outcome], LedgerEntry],
) -> None:
    """Append what becomes of every note that the run has not come to yet."""
    from abstraction.batch import notes_batch

    under_way: deque[list[Note]] = deque()

    def batches() -> Iterator[pa.RecordBatch]:
        for stretch in _stretches(notes.after(run.reached.notes), options.notes_at_a_time):
            under_way.append(stretch)
            yield notes_batch(stretch)

    reached, remarks, committed = run.reached, list[ReadError](), time.monotonic()
    with closing(engine(batches())) as results:
        for result in results:
            outcomes = list(_outcomes(under_way.popleft(), result))
            run.append(NOTES, (json_line(each.note) for each in outcomes))
            run.append(FACTS, (as_line(fact) for each in outcomes for fact in each.facts))
            run.append(LEDGER, (json_line(entry_of(each)) for each in outcomes))
            remarks.extend(each.remark for each in outcomes if each.remark is not None)
            reached = reached.plus(
                notes=len(outcomes),
                facts=sum(len(each.facts) for each in outcomes),
                failed=sum(each.failed for each in outcomes),
            )
            if time.monotonic() - committed >= COMMIT_SECONDS:
                run.commit(reached, remarks)
                remarks, committed = [], time.monotonic()
            done(len(outcomes))
    run.commit(reached, remarks)


def _stretches(notes: Iterable[Note], most: int) -> Iterator[list[Note]]:
    """The notes in lists that are small enough to be sent to a worker and held in memory."""
    stretch: list[Note] = []
    characters = 0
    for note in notes:
        if stretch and (len(stretch) >= most or characters + len(note.text) > CHARACTERS_AT_A_TIME):
            yield stretch
            stretch, characters = [], 0
        stretch.append(note)
        characters += len(note.text)
    if stretch:
        yield stretch


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one note: the JSON of its facts in order, or why it failed.

    ``remark`` is what a user is to be told, of a note that failed or that holds no words.
    """

    note: Note
    facts: tuple[str, ...]
    failed: bool
    remark: ReadError | None


def _outcomes(notes: Iterable[Note], result: pa.RecordBatch) -> Iterator[_Outcome]:
    """The rows of a batch of results beside the notes that they came from."""
    facts: dict[tuple[str, str], list[str]] = {}
    errors: dict[tuple[str, str], str] = {}
    columns = ("patient_id", "note_id", "record", "error")
    for patient_id, note_id, record, error in zip(
        *(result.column(name).to_pylist() for name in columns), strict=True
    ):
        if error is None:
            facts.setdefault((patient_id, note_id), []).append(record)
        else:
            errors[patient_id, note_id] = error
    for note in notes:
        error = errors.get((note.patient_id, note.note_id))
        what = error or _without_words(note)
        yield _Outcome(
            note=note,
            facts=tuple(facts.get((note.patient_id, note.note_id), ())),
            failed=error is not None,
            remark=_remark(note, what) if what else None,
        )


def _without_words(note: Note) -> str | None:
    """The remark on a note that a blank scan may have left: a silent chart it is not."""
    if any(character.isalpha() for character in note.text):
        return None
    return "the note holds no words"


def _remark(note: Note, what: str) -> ReadError:
    return ReadError(
        where=f"{note.patient_id}/{note.note_id}",
        what=what,
        patient_id=note.patient_id,
        note_id=note.note_id,
    )


def _by_note(errors: Iterable[ReadError]) -> Complaints:
    grouped: dict[tuple[str | None, str | None], list[ReadError]] = {}
    for error in errors:
        grouped.setdefault((error.patient_id, error.note_id), []).append(error)
    return grouped


def _is_read(key: tuple[str | None, str | None], notes: NoteCollection) -> bool:
    patient_id, note_id = key
    return patient_id is not None and note_id is not None and (patient_id, note_id) in notes


def _entry(complaints: Complaints, rule_pack: str, outcome: _Outcome) -> LedgerEntry:
    note = outcome.note
    said = [*complaints.get((note.patient_id, note.note_id), ())]
    if outcome.remark is not None:
        said.append(outcome.remark)
    return LedgerEntry(
        patient_id=note.patient_id,
        note_id=note.note_id,
        status="failed" if outcome.failed else "read",
        rule_pack=rule_pack,
        characters=0 if outcome.failed else len(note.text),
        facts=len(outcome.facts),
        where=said[0].where if said else None,
        error="; ".join(error.what for error in said) or None,
    )


def _unread(error: ReadError, rule_pack: str) -> LedgerEntry:
    return LedgerEntry(
        patient_id=error.patient_id,
        note_id=error.note_id,
        status="failed",
        rule_pack=rule_pack,
        where=error.where,
        error=error.what,
    )
