"""No word of a note is logged, warned of or printed by what reads it."""

from __future__ import annotations

import datetime as dt
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loguru import logger

COMMAND = Path(sys.executable).with_name("lupus-chart")
MARKER = "Zyxomarkeria"
TEXT = (
    f"{MARKER}, 34 y/o F with SLE.\r\nPMH: {MARKER} disease, stroke {MARKER}.\n"
    f"{MARKER}: 3.2 {MARKER}/L on 03/02/2025; UPCR 2.4 {MARKER}.\n"
    f"Meds: {MARKER} 200 mg BID, MMF 1 g {MARKER}\n\n{MARKER.upper()}:\n| {MARKER} | 1 |\n"
    f"Class IV {MARKER} lupus nephritis, no {MARKER} or fever\u2028{MARKER}\n"
)


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """All that is logged or warned of at any level, by whatever library."""
    lines: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.getMessage()} {record.__dict__}")

    root, listener = logging.getLogger(), Listener(level=0)
    level, sink = root.level, logger.add(lines.append, level=0)
    root.addHandler(listener)
    root.setLevel(logging.NOTSET)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield lines
            lines.extend(str(warning.message) for warning in caught)
    finally:
        root.removeHandler(listener)
        root.setLevel(level)
        logger.remove(sink)


@pytest.mark.parametrize("date", [dt.date(2026, 5, 14), None])
def test_reading_a_note_says_nothing(
    read: Any, said: list[str], capfd: pytest.CaptureFixture[str], date: dt.date | None
) -> None:
    assert len(read(TEXT, date)) > 3
    assert [line for line in said if MARKER.lower() in line.lower()] == []
    assert capfd.readouterr() == ("", "")


def test_the_listener_hears(said: list[str]) -> None:
    logging.getLogger("a.library").debug("one")
    logger.trace("two")
    assert "one" in said[0]
    assert "two" in said[1]


def test_screening_prints_no_word_of_a_note(tmp_path: Path) -> None:
    chart = tmp_path / "charts" / "p01"
    chart.mkdir(parents=True)
    (chart / "2026-03-02_clinic.txt").write_text(TEXT, encoding="utf-8", newline="")
    (chart / "2026-03-03_broken.txt").write_bytes(MARKER.encode() + b"\0")
    ended = subprocess.run(
        [
            COMMAND, "screen", tmp_path / "charts", "--protocol", "NCT07432334",
            "--screening-date", "2026-04-01", "--out", tmp_path / "out",
        ],
        env={**os.environ, "LOGURU_LEVEL": "TRACE", "PYTHONWARNINGS": "always"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert MARKER.lower() not in (ended.stdout + ended.stderr).lower()
    assert MARKER in (tmp_path / "out" / "notes.jsonl").read_text(encoding="utf-8")
    assert MARKER not in (tmp_path / "out" / "ledger.jsonl").read_text(encoding="utf-8")
