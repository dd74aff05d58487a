"""The linter: every check finds its defect at its line, and says nothing of a sound protocol."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from criteria_engine import ProtocolError, available_protocols, load_protocol
from criteria_engine.linting import CHECKS, Problem, lint
from criteria_engine.loading import find_draft
from scripts.write_units import ANALYTE_UNITS, analyte_units

TEXT = """\
Eligibility Criteria:

Inclusion Criteria:

* Platelets of 50 or more

Exclusion Criteria:

* Prior cyclophosphamide
* Prior malignancy
"""
HEAD = """\
id: TRIAL
title: A trial
source: invented
registered_text: text.txt
"""
OPTIONS = """\
options:
  window:
    says: how old a value may be
    default: {before: screening, days: 30}
    choices: [{before: screening, days: 30}, {before: screening, days: 10}]
"""
PLATELETS = """\
  - id: INC-01
    kind: inclusion
    title: Platelets
    registered: [Platelets of 50 or more]
    if_silent: unknown
    decide_by: chart
    expression:
      op: measurement
      concept: platelets
      at_least: {value: 50, unit: 10*9/L}
      within: option:window
"""
DRUG = """\
  - id: EXC-01
    kind: exclusion
    title: Cyclophosphamide
    registered: [Prior cyclophosphamide]
    if_silent: unknown
    decide_by: chart
    expression:
      op: finding
      name: cyclophosphamide
      therapies: [cyclophosphamide]
      within: ever
"""
CANCER = """\
  - id: EXC-02
    kind: exclusion
    title: Malignancy
    registered: [Prior malignancy]
    if_silent: unknown
    decide_by: chart
    expression:
      op: all
      of:
        - {op: finding, name: malignancy, diagnoses: [malignancy], within: ever}
        - {op: sex, of: female}
"""
SOUND = HEAD + OPTIONS + "criteria:\n" + PLATELETS + DRUG + CANCER

# A check, what of the sound protocol is replaced by what, and a text of the line it is found at.
DEFECTS = [
    ("unknown-concept", "concept: platelets", "concept: plateletz", "plateletz"),
    ("unknown-concept", "therapies: [cyclophosphamide]", "therapies: [cyclo]", "[cyclo]"),
    ("unknown-set", "therapies: [cyclophosphamide]", "therapies: ['set:anti_cd2O']", "cd2O"),
    ("unknown-op", "op: finding\n", "op: findin\n", "expression:"),
    ("unknown-option", "option:window", "option:windw", "windw"),
    ("schema", "value: 50", "valu: 50", "valu"),
    ("schema", "decide_by: chart", "decide_by: nobody", "nobody"),
    ("missing-if-silent", "    if_silent: unknown\n", "", "id: INC-01"),
    ("no-registered-text", "registered: [Platelets of 50 or more]", "registered: []", "[]"),
    ("no-registered-text", "    registered: [Platelets of 50 or more]\n", "", "id: INC-01"),
    ("no-text-file", "text.txt", "gone.txt", "gone.txt"),
    ("no-window", "      within: option:window\n", "", "expression:"),
    ("empty-window", "within: ever\n", "within: {before: screening, days: 0}\n", "days: 0"),
    ("empty-window", "within: ever\n", "within: {before: leukapheresis}\n", "leukapheresis"),
    ("window-without-anchor", "within: ever\n", "within: {days: 7}\n", "days: 7"),
    ("anchor-without-day", "within: ever\n", "within: {before: lunch, days: 7}\n", "lunch"),
    ("duplicate-id", "id: EXC-02", "id: EXC-01", "id: EXC-01"),
    ("id-of-other-kind", "id: EXC-02", "id: INC-02", "kind: exclusion"),
    ("no-action", "title: Malignancy", "title: Malignancy\n    modifiable: true", "modifiable"),
    (
        "action-never-told",
        "title: Malignancy",
        "title: Malignancy\n    action: wait",
        "action: wait",
    ),
    (
        "core-by-investigator",
        "decide_by: chart",
        "decide_by: investigator\n    core: true",
        "core: true",
    ),
    ("claim-not-in-text", "Platelets of 50 or more", "Platelets of 60 or more", "of 60"),
    ("claim-in-other-list", "[Prior malignancy]", "[Platelets of 50 or more]", "of 50"),
    ("unknown-unit", "10*9/L", "furlong", "furlong"),
    ("wrong-dimension", "10*9/L", "mg/dL", "mg/dL"),
    ("limit-without-unit", ", unit: 10*9/L", "", "value: 50"),
    (
        "limit-in-one-unit",
        "concept: platelets\n      at_least: {value: 50, unit: 10*9/L}",
        "concept: total_bilirubin\n      at_least: {value: 2, unit: mg/dL}",
        "mg/dL",
    ),
    (
        "contradictory-bounds",
        "10*9/L}\n",
        "10*9/L}\n      at_most: {value: 20000, unit: /uL}\n",
        "value: 50",
    ),
    (
        "contradictory-bounds",
        "{op: sex, of: female}",
        "{op: age, at_least: 60, at_most: 18}",
        "at_most: 18",
    ),
    (
        "contradictory-bounds",
        "{value: 50, unit: 10*9/L}",
        "{upper_reference: 5, unit: 10*9/L, if_not_printed: {low: 70, high: 19}}",
        "low: 70",
    ),
    (
        "contradictory-bounds",
        "- {op: sex, of: female}",
        "- {op: age, at_least: 60, at_most: 70}\n        - {op: age, at_least: 16, at_most: 55}",
        "at_most: 55",
    ),
    (
        "repeated-part",
        "- {op: sex, of: female}",
        "- {op: sex, of: female}\n        - {of: female, op: sex}",
        "{of: female, op: sex}",
    ),
    ("count-above-parts", "op: all\n", "op: at_least\n      count: 3\n", "count: 3"),
    (
        "never-or-always",
        "- {op: sex, of: female}",
        "- {op: sex, of: female}\n        - {op: sex, of: male}",
        "of: male",
    ),
    (
        "never-or-always",
        "- {op: sex, of: female}",
        "- {op: sex, of: female}\n        - {op: not, of: {op: sex, of: female}}",
        "op: not",
    ),
    (
        "out-of-reach",
        "- {op: sex, of: female}",
        "- {op: score, instrument: sledai_2k, within: ever, at_least: 200}",
        "at_least: 200",
    ),
    (
        "out-of-reach",
        "- {op: sex, of: female}",
        "- {op: score, instrument: sledai_2k, within: ever, at_least: 8,\n"
        "           without: [laboratory], parts: [{of: [laboratory], at_least: 4}]}",
        "parts:",
    ),
    ("unused-option", "option:window", "ever", "window:"),
    (
        "repeated-choice",
        "{before: screening, days: 10}]",
        "{before: screening, days: 30}]",
        "choices:",
    ),
    ("unsound-choice", "{before: screening, days: 10}]", "{before: lunch, days: 3}]", "choices:"),
    (
        "overlapping-exclusions",
        "diagnoses: [malignancy]",
        "therapies: [methotrexate, cyclophosphamide]",
        "methotrexate",
    ),
    (
        "presumes-itself",
        "diagnoses: [malignancy]",
        "diagnoses: [malignancy], presumed_absent_with: [malignancy]",
        "presumed_absent_with",
    ),
    (
        "nothing-to-accept",
        "title: Malignancy",
        "title: Malignancy\n    accepts: {no-action: it is known}",
        "accepts",
    ),
    ("unclaimed-text", "", "", "* Prior malignancy"),
]


@pytest.fixture
def write(tmp_path: Path):
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")

    def write_protocol(text: str) -> Path:
        path = tmp_path / "trial.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_protocol


def found(path: Path) -> tuple[Problem, ...]:
    return lint(find_draft(path))


def test_a_sound_protocol_has_no_findings(write):
    assert found(write(SOUND)) == ()


@pytest.mark.parametrize("name", available_protocols())
def test_the_shipped_protocols_have_no_errors(name):
    assert [str(one) for one in lint(find_draft(name)) if one.severity == "error"] == []


@pytest.mark.parametrize(("check", "sound", "broken", "at"), DEFECTS)
def test_each_check_finds_its_defect_at_its_line(write, check, sound, broken, at):
    assert sound in SOUND
    text = SOUND.replace(CANCER, "") if check == "unclaimed-text" else SOUND
    path = write(text.replace(sound, broken, 1))
    problems = [one for one in found(path) if one.check == check]
    assert len(problems) == 1, [str(one) for one in found(path)]
    (problem,) = problems
    lines = Path(problem.file).read_text(encoding="utf-8").splitlines()
    assert at in lines[problem.line - 1]
    assert str(problem).startswith(f"{problem.file}:{problem.line}: {problem.severity}: ")
    assert "\n" not in str(problem)
    if problem.severity == "error" and check != "unsound-choice":
        with pytest.raises(ProtocolError, match=f":{problem.line}: "):
            load_protocol(path)
    elif check not in ("unsound-choice", "repeated-choice"):
        assert load_protocol(path).id == "TRIAL"


def test_every_check_has_a_defect_that_shows_it():
    assert {check.name for check in CHECKS} - {check for check, *_ in DEFECTS} == {"unused-anchor"}


def test_all_errors_of_a_file_are_told_at_once(write):
    text = SOUND.replace("concept: platelets", "concept: plateletz")
    text = text.replace("therapies: [cyclophosphamide]", "therapies: [cyclo]")
    text = text.replace("op: all\n", "op: at_least\n      count: 3\n")
    text = text.replace("Prior malignancy]", "Prior cancer]")
    checks = [one.check for one in found(write(text)) if one.severity == "error"]
    assert checks == [
        "unknown-concept",
        "unknown-concept",
        "claim-not-in-text",
        "count-above-parts",
    ]


def test_a_broken_part_does_not_hide_what_is_wrong_beside_it(write):
    text = SOUND.replace("op: all\n", "op: at_least\n      cout: 1\n")
    text = text.replace("{op: sex, of: female}", "{op: age, at_least: 60, at_most: 18}")
    assert {"schema", "contradictory-bounds"} <= {one.check for one in found(write(text))}


@pytest.mark.parametrize(
    ("sound", "odd"),
    [
        ("therapies: [cyclophosphamide]", "therapies: [{}, 'set:nope', 1]"),
        ("title: Malignancy", "title: Malignancy\n    accepts: 1"),
        ("registered: [Prior malignancy]", "registered: [1, {}]"),
        ("expression:\n      op: all", "expression:\n      op: [all]"),
        ("within: option:window", "within: [option:window]"),
        ("says: how old a value may be", "says: []"),
        ("    kind: exclusion\n", "    kind: {}\n"),
        ("criteria:\n", "anchors: 1\ncriteria:\n  - 1\n"),
    ],
)
def test_what_is_of_the_wrong_shape_is_told_and_no_traceback(write, sound, odd):
    assert sound in SOUND
    path = write(SOUND.replace(sound, odd, 1))
    assert any(one.severity == "error" for one in found(path))
    with pytest.raises(ProtocolError):
        load_protocol(path)


def test_a_warning_that_is_meant_can_be_accepted(write):
    overlapping = SOUND.replace("diagnoses: [malignancy]", "therapies: [cyclophosphamide]")
    assert [one.check for one in found(write(overlapping))] == ["overlapping-exclusions"]
    reason = "title: Malignancy\n    accepts: {overlapping-exclusions: the text says both}"
    assert found(write(overlapping.replace("title: Malignancy", reason))) == ()


def test_an_error_cannot_be_accepted(write):
    text = SOUND.replace("10*9/L", "mg/dL")
    text = text.replace("title: Platelets", "title: Platelets\n    accepts: {wrong-dimension: no}")
    assert "wrong-dimension" in {one.check for one in found(write(text))}


def test_windows_of_different_anchors_do_not_overlap(write):
    text = SOUND.replace("diagnoses: [malignancy]", "therapies: [cyclophosphamide]")
    text = text.replace("within: ever}", "within: {before: leukapheresis, days: 7}}")
    assert found(write(text)) == ()


def test_a_limit_in_a_second_unit_is_fine_beside_the_canonical_one(write):
    text = SOUND.replace("concept: platelets", "concept: total_bilirubin")
    two = "[{value: 34, unit: umol/L}, {value: 2, unit: mg/dL}]"
    assert found(write(text.replace("{value: 50, unit: 10*9/L}", two))) == ()


def test_the_units_of_analytes_are_those_of_the_rules():
    assert ANALYTE_UNITS.read_text(encoding="utf-8") == analyte_units()
    assert yaml.safe_load(analyte_units())["hemoglobin"][0] == "g/L"
