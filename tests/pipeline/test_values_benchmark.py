"""``benchmarks/values.py``: measurements and dates of short texts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SUITE = Path(__file__).with_name("values.jsonl")


def benchmark(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "values.py", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )


def test_every_text_of_ours_is_read_right() -> None:
    done = benchmark(SUITE)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["measurements"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert figures["dates"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}


def test_only_what_a_row_holds_is_scored(tmp_path: Path) -> None:
    suite = tmp_path / "suite.jsonl"
    rows = [
        {"text": "UPCR 2.4 on 3/14/25", "note_date": "2025-04-01", "dates": []},
        {"text": "Cr 1.1", "measurements": [{"concept": "creatinine", "number": 1.2}]},
        {
            "text": "AZA 2019-2021",
            "dates": [{"text": "2019-2021", "start": "2019-01-01", "end": "2021-12-31"}],
        },
    ]
    suite.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    figures = json.loads(benchmark(suite).stdout.splitlines()[-1])
    assert figures["measurements"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    assert figures["dates"]["recall"] == 1.0
    assert figures["dates"]["precision"] == 0.5


def test_a_suite_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"text": "Cr 1.1"}\nno JSON\n', encoding="utf-8")
    for path, told in ((broken, "line 2"), (tmp_path / "none.jsonl", "No such file")):
        done = benchmark(path)
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert line.startswith("values.py: ") and told in line
