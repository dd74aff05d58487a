"""Whatever is unfit in gold or run is named in one line; the rest is scored."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from abstraction.writing import json_line
from corpus.evaluation import read_gold
from tests.cli.conftest import Command
from tests.evaluation.corpora import (
    ASSESSMENTS,
    FACTS,
    NOTES,
    PROTOCOL,
    fact,
    verdicts_of,
    write_gold,
    write_run,
)

CLINIC = "2026-03-02_clinic"
SLE = FACTS["p01"][0]
PLATELETS: dict[str, Any] = {
    "note_id": CLINIC,
    "kind": "measurement",
    "concept": "platelets",
    "span": {"start": 52, "end": 65, "text": "Platelets 182"},
}
NOT_SCORED = f"the note '{CLINIC}' is not scored"


def evaluated(command: Command, gold: Path, pred: Path | None = None) -> tuple[Any, dict[str, Any]]:
    """How the command ended, and its metrics.json; without ``pred`` an empty run is scored."""
    run = pred or write_run(gold.parent / "run", [], read_gold(gold, PROTOCOL).verdicts)
    out = gold.parent / "out"
    ended = command("evaluate", "--gold", gold, "--pred", run, "--out", out)
    metrics: dict[str, Any] = json.loads((out / "metrics.json").read_bytes())
    for text in NOTES.values():
        assert not [word for word in text.split() if len(word) > 8 and word in ended.err]
    assert ended.err.splitlines() == [
        f"lupus-chart: {problem['where']}: {problem['what']}" for problem in metrics["problems"]
    ]
    assert ended.code == (1 if metrics["problems"] else 0)
    return ended, metrics


def test_sound_gold_and_run_have_no_problems(lupus_chart: Command, tmp_path: Path) -> None:
    ended, metrics = evaluated(lupus_chart, write_gold(tmp_path / "gold"))
    assert (ended.code, ended.err) == (0, "")
    assert (metrics["scope"]["notes_scored"], metrics["scope"]["gold_mentions"]) == (3, 4)


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ("{", "is not a JSON object; it may be about any note, so no note of 'p01' is scored"),
        (f'{{"note_id": "{CLINIC}", "kin', f"is not a JSON object; {NOT_SCORED}"),
        (
            '["a list"]',
            "is not a JSON object; it may be about any note, so no note of 'p01' is scored",
        ),
        (
            {**PLATELETS, "note_id": 7},
            "note_id: is not a word; it may be about any note, so no note of 'p01' is scored",
        ),
        ({"note_id": CLINIC, "kind": "diagnosis"}, f"lacks concept, span; {NOT_SCORED}"),
        (
            {**PLATELETS, "patient_id": "p02"},
            f"is about another patient than 'p01', whose folder it lies in; {NOT_SCORED}",
        ),
        (
            {**PLATELETS, "note_id": "2026-03-03_clinic"},
            "is about a note that 'p01' does not have: '2026-03-03_clinic'; "
            "the record is not scored",
        ),
        (
            {**PLATELETS, "assertion": "maybe"},
            "is not a fact (measurement.assertion: Input should be 'present', 'absent', "
            f"'possible', 'conditional', 'hypothetical' or 'other_person'); {NOT_SCORED}",
        ),
        (
            {**PLATELETS, "colour": "red"},
            f"is not a fact (measurement.colour: Extra inputs are not permitted); {NOT_SCORED}",
        ),
        (
            {**PLATELETS, "kind": "lab"},
            f"is not a fact (kind: is none that a fact has); {NOT_SCORED}",
        ),
        (
            {**PLATELETS, "concept": "plateletes"},
            f"concept: 'plateletes' is no measurement that is known; {NOT_SCORED}",
        ),
        (
            {**PLATELETS, "span": {"start": 51, "end": 64, "text": "Platelets 182"}},
            f"span: its text is not what stands there in the note; {NOT_SCORED}",
        ),
        ({**PLATELETS, "tags": "hard"}, f"tags: is not a list of words; {NOT_SCORED}"),
    ],
)
def test_a_bad_gold_record_is_named_and_its_note_left_out(
    lupus_chart: Command, tmp_path: Path, bad: dict[str, Any] | str, what: str
) -> None:
    gold = write_gold(tmp_path / "gold", {"p01": [*FACTS["p01"], bad], "p02": FACTS["p02"]})
    ended, metrics = evaluated(lupus_chart, gold)
    assert ended.line == f"lupus-chart: {gold}/p01/facts.gold.jsonl:3: {what}"
    left = {"no note": 1, NOT_SCORED: 2, "the record": 3}
    assert metrics["scope"]["notes_scored"] == next(n for w, n in left.items() if w in what)
    assert metrics["scope"]["patients_with_verdicts"] == 2


def test_predictions_in_a_note_with_broken_gold_are_not_scored(
    lupus_chart: Command, tmp_path: Path
) -> None:
    bad = {**PLATELETS, "concept": "plateletes"}
    gold = write_gold(tmp_path / "gold", {"p01": [*FACTS["p01"], bad], "p02": FACTS["p02"]})
    predicted = [fact({"patient_id": "p01", "assertion": "present", **PLATELETS})]
    run = write_run(tmp_path / "run", predicted, read_gold(gold, PROTOCOL).verdicts)
    _, metrics = evaluated(lupus_chart, gold, run)
    assert (metrics["scope"]["predicted_mentions"], metrics["scope"]["gold_mentions"]) == (0, 2)


def test_every_bad_record_is_named(lupus_chart: Command, tmp_path: Path) -> None:
    gold = write_gold(
        tmp_path / "gold", {"p01": ["{", *FACTS["p01"], "{"], "p02": [*FACTS["p02"], "nothing"]}
    )
    ended, _ = evaluated(lupus_chart, gold, write_run(tmp_path / "run", [], {
        patient: verdicts_of(told["criteria"], told["triage"])
        for patient, told in ASSESSMENTS.items()
    }))  # fmt: skip
    places = [line.split(": ")[1] for line in ended.err.splitlines()]
    assert places == [
        f"{gold}/p01/facts.gold.jsonl:1",
        f"{gold}/p01/facts.gold.jsonl:4",
        f"{gold}/p02/facts.gold.jsonl:3",
    ]


def test_a_note_without_gold_must_be_listed_as_annotated(
    lupus_chart: Command, tmp_path: Path
) -> None:
    assessments = deepcopy(ASSESSMENTS)
    del assessments["p01"]["annotated_notes"]
    gold = write_gold(tmp_path / "gold", assessments=assessments)
    ended, metrics = evaluated(lupus_chart, gold)
    assert ended.line == (
        f"lupus-chart: {gold}/p01/facts.gold.jsonl: no gold for this note: "
        "'2026-03-09_letter'; list it in annotated_notes if it holds no fact"
    )
    assert metrics["scope"]["notes_scored"] == 2


@pytest.mark.parametrize(
    ("changes", "line", "what"),
    [
        ({"criteria": {"INC-99": "pass"}}, 7, "'INC-99' is no criterion of NCT07432334"),
        (
            {"criteria": {"INC-01": "maybe"}},
            7,
            "INC-01: the outcome is none of pass, fail, unknown",
        ),
        ({"criteria": []}, 6, "criteria: is not an object of ids and outcomes"),
        (
            {"triage": "eligible"},
            11,
            "triage: is none of ineligible, potentially_eligible, needs_information",
        ),
        ({"annotated_notes": ["x"]}, 13, "annotated_notes: there is no note 'x'"),
        ({"annotated_notes": "x"}, 12, "annotated_notes: is not a list of note ids"),
        ({"anchors": None}, 2, "has no anchors; the verdicts of 'p02' are not scored"),
        (
            {"anchors": {"screening": "soon"}},
            2,
            "anchors: screening: Input should be a valid date or datetime, input is too short; "
            "the verdicts of 'p02' are not scored",
        ),
    ],
)
def test_a_bad_assessment_entry_is_named_with_its_line(
    lupus_chart: Command, tmp_path: Path, changes: dict[str, Any], line: int, what: str
) -> None:
    assessments = deepcopy(ASSESSMENTS)
    assessments["p02"].update(changes)
    gold = write_gold(tmp_path / "gold", assessments=assessments)
    ended, metrics = evaluated(lupus_chart, gold)
    assert ended.line == f"lupus-chart: {gold}/p02/assessment.gold.json:{line}: {what}"
    assert metrics["scope"]["notes_scored"] == 3


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('{"anchors": {},\n"criteria" 1}', ":2", "is not JSON"),
        ("[]", ":1", "is not a JSON object"),
    ],
)
def test_a_broken_assessment_file_is_named(
    lupus_chart: Command, tmp_path: Path, text: str, where: str, what: str
) -> None:
    gold = write_gold(tmp_path / "gold", assessments={**ASSESSMENTS, "p02": text})
    ended, metrics = evaluated(lupus_chart, gold)
    place = f"{gold}/p02/assessment.gold.json{where}"
    assert ended.line == f"lupus-chart: {place}: {what}; the verdicts of 'p02' are not scored"
    assert metrics["scope"]["patients_with_verdicts"] == 1


def test_a_missing_assessment_is_named_where_others_have_one(
    lupus_chart: Command, tmp_path: Path
) -> None:
    gold = write_gold(tmp_path / "gold", assessments={"p01": ASSESSMENTS["p01"]})
    ended, _ = evaluated(lupus_chart, gold)
    assert ended.line == (
        f"lupus-chart: {gold}/p02/assessment.gold.json: there is no such file; "
        "the verdicts of 'p02' are not scored"
    )


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return write_gold(tmp_path / "gold")


@pytest.fixture
def run(gold: Path) -> Path:
    """A run with a fact of each patient, and the gold's own verdicts."""
    found = [
        fact(
            {"patient_id": patient, "assertion": "present"}
            | {name: value for name, value in data.items() if name != "tags"},
            f"f-{patient}",
        )
        for patient, data in (("p01", SLE), ("p02", FACTS["p02"][0]))
    ]
    return write_run(gold.parent / "run", found, read_gold(gold, PROTOCOL).verdicts)


def add(run: Path, name: str, *lines: str) -> None:
    with (run / name).open("a") as stream:
        stream.writelines(f"{line}\n" for line in lines)


def predicted(patient: str, note: str, **span: Any) -> str:
    data = {
        "patient_id": patient,
        "note_id": note,
        "kind": "diagnosis",
        "concept": "sle",
        "span": {"start": 0, "end": 3, "text": "xyz", **span},
    }
    return json_line(fact(data)).rstrip("\n")


def test_predictions_about_strangers_are_named_once_each(
    lupus_chart: Command, gold: Path, run: Path
) -> None:
    add(run, "facts.jsonl", *[predicted("p99", "a")] * 3, *[predicted("p01", "b")] * 2)
    ended, metrics = evaluated(lupus_chart, gold, run)
    assert ended.err.splitlines() == [
        f"lupus-chart: {run}/facts.jsonl:3: the gold has no patient 'p99'; "
        "what the run says is not scored",
        f"lupus-chart: {run}/facts.jsonl:6: the gold has no note 'b' of 'p01'; "
        "what the run says of it is not scored",
    ]
    assert metrics["scope"]["predicted_mentions"] == 2


def test_a_prediction_that_does_not_quote_its_note_is_named(
    lupus_chart: Command, gold: Path, run: Path
) -> None:
    add(run, "facts.jsonl", predicted("p01", CLINIC), predicted("p01", CLINIC))
    ended, metrics = evaluated(lupus_chart, gold, run)
    assert ended.line == (
        f"lupus-chart: {run}/facts.jsonl:3: the span's text is not what stands there in the "
        f"note; {NOT_SCORED}"
    )
    assert metrics["scope"]["notes_scored"] == 2


@pytest.mark.parametrize(
    ("bad", "what", "notes"),
    [
        ("nonsense", "is not a JSON object; if it was a fact, it counts as not found", 3),
        ('{"patient_id": "p01", "no', "is not a JSON object; no note of 'p01' is scored", 1),
        (
            f'{{"patient_id": "p01", "note_id": "{CLINIC}", "kind": "diagnosis"}}',
            f"is not a fact (diagnosis.fact_id: Field required); {NOT_SCORED}",
            2,
        ),
    ],
)
def test_a_broken_prediction_costs_its_note_alone(
    lupus_chart: Command, gold: Path, run: Path, bad: str, what: str, notes: int
) -> None:
    add(run, "facts.jsonl", bad)
    ended, metrics = evaluated(lupus_chart, gold, run)
    assert ended.line == f"lupus-chart: {run}/facts.jsonl:3: {what}"
    assert metrics["scope"]["notes_scored"] == notes
    assert metrics["scope"]["patients_with_verdicts"] == 2


def test_the_engine_does_not_decide_on_broken_facts(
    lupus_chart: Command, gold: Path, run: Path
) -> None:
    (run / "assessments.jsonl").unlink()
    add(run, "facts.jsonl", predicted("p01", CLINIC))
    ended, metrics = evaluated(lupus_chart, gold, run)
    assert ended.err.splitlines()[1] == (
        f"lupus-chart: {run}/facts.jsonl: a fact is broken, so the verdicts of 'p01' are not scored"
    )
    assert metrics["scope"]["patients_with_verdicts"] == 1


def test_a_note_that_the_run_did_not_read_is_named_and_counts(
    lupus_chart: Command, gold: Path, run: Path
) -> None:
    ledger = [
        {"patient_id": patient, "note_id": note, "status": status}
        for patient, note, status in (
            ("p01", CLINIC, "read"),
            ("p01", "2026-03-09_letter", "failed"),
        )
    ]
    add(run, "ledger.jsonl", *map(json.dumps, ledger), "[]")
    ended, metrics = evaluated(lupus_chart, gold, run)
    so = "so its gold facts count as missed"
    assert ended.err.splitlines() == [
        f"lupus-chart: {run}/ledger.jsonl:3: is not a line of a ledger",
        f"lupus-chart: {run}/ledger.jsonl:2: the run did not read the note "
        f"'2026-03-09_letter' of 'p01', {so}",
        f"lupus-chart: {run}/ledger.jsonl: the run did not read the note "
        f"'2026-02-11_ward' of 'p02', {so}",
        f"lupus-chart: {run}/assessments.jsonl:2: the run read no note of 'p02', "
        "so its verdicts are not scored",
    ]
    assert metrics["scope"]["notes_scored"] == 3
    assert metrics["scope"]["patients_with_verdicts"] == 1


def assessment(run: Path, **changes: Any) -> str:
    """The run's assessment of p01 with changes."""
    first = json.loads((run / "assessments.jsonl").read_text().splitlines()[0])
    return json.dumps({**first, **changes})


@pytest.mark.parametrize(
    ("changes", "what", "scored"),
    [
        (
            {"anchors": {"screening": "2026-04-02"}},
            "other anchors than in {gold}/p01/assessment.gold.json; the verdicts are not scored",
            1,
        ),
        (
            {"protocol": "NCT0"},
            "is about the protocol 'NCT0' and not NCT07432334; the verdicts are not scored",
            1,
        ),
        ({"triage": "maybe"}, "is not an assessment (triage: Input should be 'ineligible', "
         "'potentially_eligible' or 'needs_information')", 1),
        ({"criteria": []}, "has no verdict on EXC-12, INC-04, INC-11, so it is not scored", 1),
    ],
)  # fmt: skip
def test_an_unfit_assessment_is_named_and_not_scored(
    lupus_chart: Command, gold: Path, run: Path, changes: dict[str, Any], what: str, scored: int
) -> None:
    path = run / "assessments.jsonl"
    path.write_text(f"{assessment(run, **changes)}\n{path.read_text().splitlines()[1]}\n")
    ended, metrics = evaluated(lupus_chart, gold, run)
    assert ended.line == f"lupus-chart: {path}:1: {what.format(gold=gold)}"
    assert metrics["scope"]["patients_with_verdicts"] == scored
    assert metrics["scope"]["notes_scored"] == 3


def test_two_assessments_of_one_patient_are_not_chosen_from(
    lupus_chart: Command, gold: Path, run: Path
) -> None:
    add(run, "assessments.jsonl", assessment(run), assessment(run, patient_id="p99"))
    ended, metrics = evaluated(lupus_chart, gold, run)
    path = run / "assessments.jsonl"
    assert ended.err.splitlines() == [
        f"lupus-chart: {path}:3: names patient 'p01' a second time; neither is scored",
        f"lupus-chart: {path}:4: the gold has no patient 'p99'; the verdicts are not scored",
    ]
    assert metrics["scope"]["patients_with_verdicts"] == 1


def test_a_patient_without_an_assessment_is_named(
    lupus_chart: Command, gold: Path, run: Path
) -> None:
    path = run / "assessments.jsonl"
    path.write_text(path.read_text().splitlines(keepends=True)[0])
    ended, metrics = evaluated(lupus_chart, gold, run)
    assert ended.line == f"lupus-chart: {path}: has no verdicts on 'p02', so none are scored"
    assert metrics["scope"]["patients_with_verdicts"] == 1


def test_nothing_to_score_is_an_error(lupus_chart: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    empty = tmp_path / "empty"
    empty.mkdir()
    for gold, what in (
        (empty, "holds no notes (.txt or .md), nor folders of notes"),
        (tmp_path / "nowhere", "there is no such file or folder"),
    ):
        ended = lupus_chart("evaluate", "--gold", gold, "--out", out)
        assert ended.code == 2
        assert ended.line == (
            f"lupus-chart evaluate: {gold}: nothing could be scored; {gold}: {what}"
        )
    a_file = tmp_path / "gold.jsonl"
    a_file.write_text("{}\n")
    ended = lupus_chart("evaluate", "--gold", a_file, "--out", out)
    assert (ended.code, "is a file, and a gold corpus is a folder" in ended.line) == (2, True)
    assert not out.exists()


def test_notes_without_any_gold_are_nothing_to_score(lupus_chart: Command, tmp_path: Path) -> None:
    gold = write_gold(tmp_path / "gold", facts={}, assessments={})
    ended = lupus_chart("evaluate", "--gold", gold, "--out", tmp_path / "out")
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 3
    assert "nothing could be scored" in ended.err.splitlines()[-1]


@pytest.mark.parametrize("option", ["--pred", "--compare"])
def test_a_folder_that_holds_no_run_is_refused(
    lupus_chart: Command, gold: Path, tmp_path: Path, option: str
) -> None:
    out = tmp_path / "out"
    ended = lupus_chart("evaluate", "--gold", gold, option, tmp_path / "none", "--out", out)
    assert ended.code == 2
    assert ended.line == f"lupus-chart evaluate: {tmp_path}/none: there is no such folder"
    (tmp_path / "none").mkdir()
    ended = lupus_chart("evaluate", "--gold", gold, option, tmp_path / "none", "--out", out)
    assert ended.line == (
        f"lupus-chart evaluate: {tmp_path}/none: holds no facts.jsonl (a run's) "
        "and no gold facts (a second annotator's)"
    )


def test_an_unknown_protocol_is_refused(lupus_chart: Command, gold: Path, tmp_path: Path) -> None:
    ended = lupus_chart("evaluate", "--gold", gold, "--protocol", "NCT0", "--out", tmp_path / "out")
    assert ended.code == 2
    assert ended.line.startswith("lupus-chart evaluate: no protocol 'NCT0'")


@pytest.mark.parametrize(("word", "line"), [("criterias", 3), ("annotated", 4)])
def test_a_misspelt_key_of_an_assessment_is_named(
    lupus_chart: Command, gold: Path, tmp_path: Path, word: str, line: int
) -> None:
    (gold / "p01" / "assessment.gold.json").write_text(
        '{\n "anchors": {"screening": "2026-04-01"},\n "criterias": {},\n "annotated": []\n}\n',
        encoding="utf-8",
    )
    ended, _ = evaluated(lupus_chart, gold)
    assert f"p01/assessment.gold.json:{line}: {word!r} is no key of this file" in ended.err
    assert ended.code == 1


def test_a_record_told_twice_is_named(lupus_chart: Command, gold: Path) -> None:
    path = gold / "p01" / "facts.gold.jsonl"
    first, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(f"{first}\n{first}\n{rest}", encoding="utf-8")
    ended, _ = evaluated(lupus_chart, gold)
    assert "facts.gold.jsonl:2: says again what facts.gold.jsonl:1 says" in ended.err


def test_nothing_is_written_among_the_gold(lupus_chart: Command, gold: Path) -> None:
    for out in (gold, gold / "p01", gold / "new"):
        ended = lupus_chart("evaluate", "--gold", gold, "--out", out)
        assert ended.code == 2
        assert "lies in the gold corpus" in ended.line
    assert not (gold / "new").exists()
