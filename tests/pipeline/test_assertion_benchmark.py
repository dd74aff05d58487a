"""``benchmarks/assertion.py``: sentences in the NegEx kit's form, and whole snippets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SENTENCES = Path(__file__).with_name("assertion.tsv")


def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "assertion.py", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )


def test_every_sentence_of_ours_is_judged_right() -> None:
    done = benchmark(str(SENTENCES))
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert {name: figure["f1"] for name, figure in figures.items()} == {
        "negated": 1.0,
        "historical": 1.0,
        "hypothetical": 1.0,
        "other": 1.0,
    }


def test_a_target_that_its_sentence_does_not_hold_is_counted_and_left_out(tmp_path: Path) -> None:
    table = tmp_path / "kit.tsv"
    header, first, *_ = SENTENCES.read_text(encoding="utf-8").splitlines()
    table.write_text(f"{header}\n{first}\ngout\tNo cough.\tNegated\tRecent\tPatient\n")
    done = benchmark(str(table))
    assert done.stdout.startswith("1 of 2 sentences")


def test_a_table_without_a_column_is_refused_in_one_line(tmp_path: Path) -> None:
    table = tmp_path / "kit.tsv"
    table.write_text("target\tsentence\nfever\tNo fever.\n")
    done = benchmark(str(table))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "negation" in done.stderr


def test_snippets_go_through_the_pipeline(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(
        '{"text": "Evaluate for lupus nephritis.", "concept": "lupus_nephritis",'
        ' "expected": "hypothetical"}\n'
        '{"text": "FHx: SLE (mother)", "concept": "sle", "expected": "other_person"}\n'
    )
    done = benchmark("--text-cases", str(cases))
    assert done.stdout.startswith("2 of 2 snippets right"), done.stdout
    assert json.loads(done.stdout.splitlines()[-1])["other_person"]["f1"] == 1.0
