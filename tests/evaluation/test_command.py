"""``lupus-chart evaluate`` from end to end."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from abstraction import pipeline
from abstraction.exports.brat import write_brat
from abstraction.notes import Note
from corpus.evaluation import Gold, Metrics, evaluate, read_gold, read_run
from tests.cli.conftest import Command
from tests.evaluation.corpora import ASSESSMENTS, FACTS, NOTES, PROTOCOL, write_gold, write_run

SAMPLE = Path(__file__).resolve().parents[2] / "corpus" / "synthetic" / "sample"
RUN_FILES = ["assessments.jsonl", "facts.jsonl", "ledger.jsonl", "notes.jsonl"]
FIGURES = ["metrics.json", "report.html"]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return write_gold(tmp_path / "gold")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def metrics_of(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "metrics.json").read_bytes())
    return found


def as_run(gold: Gold, folder: Path) -> Path:
    """A run that says what the gold says."""
    facts = [mention.fact for patient in gold.patients for mention in patient.mentions]
    return write_run(folder, facts, gold.verdicts)


def test_a_fresh_run_leaves_a_run_and_its_figures(
    lupus_chart: Command, gold: Path, out: Path
) -> None:
    ended = lupus_chart("evaluate", "--gold", gold, "--out", out)
    assert (ended.code, ended.err) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == sorted([*RUN_FILES, *FIGURES])
    found = metrics_of(out)
    assert found["scope"] == {
        "patients": 2,
        "patients_with_verdicts": 2,
        "notes": 3,
        "notes_scored": 3,
        "gold_mentions": 4,
        "predicted_mentions": len((out / "facts.jsonl").read_text().splitlines()),
    }
    assert ended.out.startswith("3 of 3 notes and the verdicts of 2 of 2 patients scored: ")
    assert ended.out.endswith(f"\nFigures: {out}/metrics.json\nReport: {out}/report.html\n")
    for title in ("1. Mentions", "2. Attributes", "3. Criteria", "4. Patients"):
        assert title in ended.out


def test_an_earlier_run_is_scored_as_a_fresh_one(
    lupus_chart: Command, gold: Path, out: Path, tmp_path: Path
) -> None:
    lupus_chart("evaluate", "--gold", gold, "--out", out)
    again = tmp_path / "again"
    assert lupus_chart("evaluate", "--gold", gold, "--pred", out, "--out", again).code == 0
    assert (again / "metrics.json").read_bytes() == (out / "metrics.json").read_bytes()
    assert sorted(path.name for path in again.iterdir()) == FIGURES
    assert (again / "report.html").read_bytes() == (out / "report.html").read_bytes()


def test_a_note_that_could_not_be_extracted_is_named_and_its_facts_are_missed(
    lupus_chart: Command, gold: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = pipeline.extract_facts

    def explode(nlp: Any, note: Note) -> Any:
        if note.patient_id == "p02":
            raise RuntimeError(note.text)
        return extract(nlp, note)

    monkeypatch.setattr(pipeline, "extract_facts", explode)
    ended = lupus_chart("evaluate", "--gold", gold, "--out", out)
    assert ended.code == 1
    assert ended.line == (
        f"lupus-chart: {out}/ledger.jsonl:3: the run did not read the note '2026-02-11_ward' "
        "of 'p02', so its gold facts count as missed"
    )
    by_kind = metrics_of(out)["mention"]["overlap"]["by_kind"]
    assert (by_kind["therapy"]["tp"], by_kind["therapy"]["fn"]) == (0, 1)


def test_without_assessments_the_engine_scores_the_facts(
    lupus_chart: Command, gold: Path, out: Path, tmp_path: Path
) -> None:
    lupus_chart("evaluate", "--gold", gold, "--out", out)
    expected = metrics_of(out)
    (out / "assessments.jsonl").unlink()
    lupus_chart("evaluate", "--gold", gold, "--pred", out, "--out", tmp_path / "again")
    assert metrics_of(tmp_path / "again") == expected


def test_two_fresh_runs_are_the_same_to_the_byte(
    lupus_chart: Command, gold: Path, out: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    lupus_chart("evaluate", "--gold", gold, "--out", out)
    lupus_chart("evaluate", "--gold", gold, "--out", again)
    for name in (*RUN_FILES, *FIGURES):
        assert (again / name).read_bytes() == (out / name).read_bytes()


def test_the_seed_moves_the_intervals_alone(tmp_path: Path) -> None:
    gold = read_gold(SAMPLE, PROTOCOL)
    facts = [one.fact for patient in gold.patients for one in patient.mentions[::2]]
    run = read_run(write_run(tmp_path / "run", facts, gold.verdicts), gold)
    first, second = (evaluate(gold, run, seed=seed).metrics.mention.overlap for seed in (0, 1))
    assert first.micro.recall.value == second.micro.recall.value
    assert first.micro.recall.low != second.micro.recall.low


def test_a_run_compared_with_itself_differs_in_nothing(
    lupus_chart: Command, gold: Path, out: Path, tmp_path: Path
) -> None:
    lupus_chart("evaluate", "--gold", gold, "--out", out)
    ended = lupus_chart(
        "evaluate", "--gold", gold, "--pred", out, "--compare", out, "--out", tmp_path / "again"
    )
    assert ended.code == 0
    comparison = metrics_of(tmp_path / "again")["comparison"]
    assert comparison["notes"] == 3
    for difference in comparison["differences"].values():
        assert difference["this"] == difference["other"]
        assert difference["difference"] in (0.0, None)
        assert (difference["low"], difference["high"]) in ((0.0, 0.0), (None, None))
    for test in ("mentions_found", "attributes_right", "verdicts_right"):
        assert (comparison[test]["b"], comparison[test]["c"]) == (0, 0)
        assert comparison[test]["p_value"] == 1.0
    assert "McNemar" in ended.out


def test_what_another_run_missed_is_counted_mention_by_mention(
    lupus_chart: Command, gold: Path, out: Path, tmp_path: Path
) -> None:
    whole = read_gold(gold, PROTOCOL)
    perfect = as_run(whole, tmp_path / "perfect")
    half = [whole.patients[0].mentions[0].fact, whole.patients[1].mentions[0].fact]
    other = write_run(tmp_path / "half", half, whole.verdicts)
    lupus_chart("evaluate", "--gold", gold, "--pred", perfect, "--compare", other, "--out", out)
    comparison = metrics_of(out)["comparison"]
    # Each patient has two mentions, of which the other run found one.
    assert comparison["differences"]["mention.overlap.recall"] == {
        "this": 1.0,
        "other": 0.5,
        "difference": 0.5,
        "low": 0.5,
        "high": 0.5,
    }
    found = comparison["mentions_found"]
    assert (found["both_right"], found["b"], found["c"], found["both_wrong"]) == (2, 2, 0, 0)
    # Two discordant, both one way: 2 / 2².
    assert (found["exact"], found["statistic"], found["p_value"]) == (True, 0.0, 0.5)


def figures(found: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Every ratio in the metrics by the name of the field it stands in."""
    if isinstance(found, dict):
        if isinstance(found.get("value"), float):
            yield name, found["value"]
        for key, value in found.items():
            if key in ("precision", "recall", "f1", "kappa") and isinstance(value, float):
                yield key, value
            yield from figures(value, key)


def annotated_sample(folder: Path) -> Path:
    """The sample, with the notes that hold no fact listed as annotated."""
    copytree(SAMPLE, folder)
    for path in folder.glob("*/assessment.gold.json"):
        stated = json.loads(path.read_bytes())
        notes = sorted(note.stem for note in path.parent.glob("*.txt"))
        path.write_text(json.dumps({**stated, "annotated_notes": notes}))
    return folder


def test_a_run_that_says_what_the_gold_says_is_perfect(
    lupus_chart: Command, out: Path, tmp_path: Path
) -> None:
    gold = annotated_sample(tmp_path / "gold")
    run = as_run(read_gold(gold, PROTOCOL), tmp_path / "run")
    ended = lupus_chart("evaluate", "--gold", gold, "--pred", run, "--out", out)
    assert (ended.code, ended.err) == (0, "")
    found = metrics_of(out)
    assert found["errors"] == {}
    assert found["scope"]["notes"] == found["scope"]["notes_scored"] == 32
    for level in ("mention", "attribute"):
        assert {value for _, value in figures(found[level])} == {1.0}
    overall = found["criterion"]["overall"]
    assert (overall["accuracy"]["value"], overall["agreement"]["kappa"]) == (1.0, 1.0)
    for wrong in ("reversed", "abstained", "overcalled"):
        assert overall[wrong]["value"] == 0.0
    patient = found["patient"]
    assert patient["triage_accuracy"]["value"] == patient["triage_agreement"]["kappa"] == 1.0


def test_no_text_of_a_note_is_in_the_metrics(out: Path, lupus_chart: Command, gold: Path) -> None:
    lupus_chart("evaluate", "--gold", gold, "--out", out)
    text = (out / "metrics.json").read_text()
    for words in ("Systemic", "erythematosus", "1:640", "colleague", "Prednisone", "10 mg"):
        assert any(words in note for note in NOTES.values())
        assert words not in text


def test_a_second_annotator_is_held_against_the_first(
    lupus_chart: Command, gold: Path, out: Path, tmp_path: Path
) -> None:
    stroke, _ = FACTS["p02"]
    second = write_gold(
        tmp_path / "second",
        {"p01": FACTS["p01"], "p02": [{**stroke, "assertion": "present"}]},
        {**ASSESSMENTS, "p02": {**ASSESSMENTS["p02"], "criteria": {"INC-11": "unknown"}}},
    )
    ended = lupus_chart("evaluate", "--gold", gold, "--pred", second, "--out", out)
    assert (ended.code, ended.err) == (0, "")
    found = metrics_of(out)
    assert found["rater"] == "annotator"
    # The second did not mark prednisone: 3 of 4, and nothing beside.
    assert found["mention"]["overlap"]["micro"]["f1"]["value"] == 6 / 7
    # Assertions absent-present, present-present twice: chance alone agrees in 2/3 of them too.
    agreement = found["attribute"]["by_attribute"]["assertion"]["category"]["agreement"]
    assert (agreement["rated"], agreement["kappa"]) == (3, 0.0)
    by_criterion = found["criterion"]["by_criterion"]
    assert by_criterion["INC-11"]["agreement"]["rated"] == 2
    assert by_criterion["INC-04"]["agreement"]["reason"] == "both raters used one class"
    assert found["criterion"]["engine_on_gold_facts"]["value"] is None


def test_annotators_share_only_the_notes_that_both_annotated(
    lupus_chart: Command, gold: Path, out: Path, tmp_path: Path
) -> None:
    second = write_gold(tmp_path / "second")
    (second / "p01" / "2026-03-09_letter.txt").write_text("Another letter altogether.\n")
    (second / "p01" / "extra.txt").write_text("More.\n")
    (second / "p02" / "2026-02-11_ward.txt").unlink()
    (second / "p02" / "renamed.txt").write_text("Ward.\n")
    (second / "p02" / "facts.gold.jsonl").unlink()
    ended = lupus_chart("evaluate", "--gold", gold, "--pred", second, "--out", out)
    assert ended.code == 1
    assert metrics_of(out)["scope"]["notes_scored"] == 1
    about = [line.split(": ", 2)[2] for line in ended.err.splitlines()]
    so = ", so it is not scored"
    assert about[-4:] == [
        f"the note '2026-03-09_letter' of 'p01' has another text than in the gold{so}",
        f"the note '2026-02-11_ward' of 'p02' was annotated in the gold and is not here{so}",
        f"the note 'extra' of 'p01' is not in the gold{so}",
        f"the note 'renamed' of 'p02' is not in the gold{so}",
    ]


def test_gold_that_was_marked_in_brat_gives_the_same_figures(
    lupus_chart: Command, tmp_path: Path
) -> None:
    gold = read_gold(SAMPLE, PROTOCOL)
    notes = [note for patient in gold.patients for note in patient.notes]
    lines = (path.read_bytes().decode() for path in sorted(SAMPLE.glob("*/facts.gold.jsonl")))
    write_brat(notes, (json.loads(line) for text in lines for line in text.split("\n") if line),
               tmp_path / "brat")  # fmt: skip
    for path in SAMPLE.glob("*/assessment.gold.json"):
        (tmp_path / "brat" / path.parent.name / path.name).write_bytes(path.read_bytes())
    marked = read_gold(tmp_path / "brat", PROTOCOL)
    assert marked.problems == ()
    half = [one.fact for patient in gold.patients for one in patient.mentions[::2]]
    run = write_run(tmp_path / "run", half, gold.verdicts)

    def mentions(read: Gold) -> Metrics:
        figures = evaluate(read, read_run(run, read)).metrics
        return figures.model_copy(update={"problems": (), "scope": None})

    assert marked.scored_notes == gold.scored_notes
    assert mentions(marked).mention == mentions(gold).mention
    assert mentions(marked).attribute == mentions(gold).attribute


def test_a_broken_line_of_brat_costs_its_note(
    lupus_chart: Command, gold: Path, out: Path, tmp_path: Path
) -> None:
    whole = read_gold(gold, PROTOCOL)
    brat = tmp_path / "brat"
    write_brat(
        (note for patient in whole.patients for note in patient.notes),
        (one.fact for patient in whole.patients for one in patient.mentions),
        brat,
    )
    ann = brat / "p02" / "2026-02-11_ward.ann"
    ann.write_text(ann.read_text() + "T99\tnonsense\n")
    run = as_run(whole, tmp_path / "run")
    ended = lupus_chart("evaluate", "--gold", brat, "--pred", run, "--out", out)
    assert ended.code == 1
    assert ended.line.startswith(f"lupus-chart: {ann}:")
    assert ended.line.endswith("; the note '2026-02-11_ward' is not scored")
    found = metrics_of(out)
    assert found["scope"]["notes_scored"] == 2
    assert found["mention"]["exact"]["micro"]["f1"]["value"] == 1.0


def test_a_terminal_sees_the_tables(gold: Path, tmp_path: Path) -> None:
    run = as_run(read_gold(gold, PROTOCOL), tmp_path / "run")
    command = Path(sys.executable).with_name("lupus-chart")
    master, slave = pty.openpty()
    subprocess.run(
        [command, "evaluate", "--gold", gold, "--pred", run, "--out", tmp_path / "out"],
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"},
        stdout=slave,
        check=True,
    )
    os.close(slave)
    shown = os.read(master, 65_536).decode()
    os.close(master)
    assert "1. Mentions" in shown
    assert "─" in shown


def test_importing_the_command_loads_no_statistics() -> None:
    program = "import api.cli, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    heavy = {"numpy", "scipy", "statsmodels", "pydantic", "altair", "vl_convert"}
    assert set(loaded.stdout.split()) & heavy == set()
