"""A rule file is used whole or refused with its name, the line and the reason."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import nlp_rules
from nlp_rules import RuleError, RulePack, load_rules
from nlp_rules.loader import Cues, Diagnoses, Measurements, Sections, Therapies, Units, load_file
from nlp_rules.schema import DatesRule, Rule, SentenceRules

SHIPPED = Path(nlp_rules.__file__).parent
LINES = "\n".join
C3 = "  - {concept: c3, value: quantity, terms: [C3], canonical_unit: g/L"

BAD: dict[str, tuple[type[Rule], str, int, str]] = {
    "an unknown key": (
        Diagnoses,
        LINES(["diagnoses:", "  - concept: sle", "    terms: [lupus]", "    chronc: true"]),
        4,
        "diagnoses.0.chronc: Extra inputs are not permitted",
    ),
    "an unknown key of a term": (
        Therapies,
        LINES(
            [
                "therapies:",
                "  - concept: rituximab",
                "    terms:",
                "      - RTX",
                "      - {text: R, only_if: [x]}",
            ]
        ),
        5,
        "therapies.0.terms.1.only_if: Extra inputs are not permitted",
    ),
    "no terms": (
        Diagnoses,
        LINES(["diagnoses:", "  - concept: sle", "    terms: []"]),
        3,
        "diagnoses.0.terms: Tuple should have at least 1 item",
    ),
    "a key that is missing": (
        Diagnoses,
        LINES(["diagnoses:", "  - concept: sle", "    terms: [lupus]", "  - terms: [stroke]"]),
        4,
        "diagnoses.1.concept: Field required",
    ),
    "an empty name": (
        Diagnoses,
        LINES(["diagnoses:", "  - concept: sle", "    terms:", "      - ''"]),
        4,
        "at least 1 character",
    ),
    "a concept that is no name": (
        Diagnoses,
        LINES(["diagnoses:", "  - concept: Lupus Nephritis", "    terms: [LN]"]),
        2,
        "diagnoses.0.concept: String should match pattern",
    ),
    "a bad regular expression": (
        Diagnoses,
        LINES(
            [
                "diagnoses:",
                "  - concept: sle",
                "    terms:",
                "      - text: SLE",
                "        unless_near: ['(lymph']",
            ]
        ),
        5,
        "not a regular expression: missing ), unterminated subpattern",
    ),
    "a wrong type": (
        Diagnoses,
        LINES(["diagnoses:", "  - concept: sle", "    terms: lupus"]),
        3,
        "diagnoses.0.terms: Input should be a valid tuple",
    ),
    "a number for a word": (
        Units,
        LINES(["units:", "  - ucum: g/L", "    printed:", "      - g/L", "      - 10"]),
        5,
        "units.0.printed.1: Input should be a valid string",
    ),
    "an unquoted no": (
        Cues,
        LINES(["cues:", "  - category: negated", "    cues:", "      - without", "      - no"]),
        5,
        "cues.0.cues.1: Input should be a valid string",
    ),
    "an unknown category": (
        Cues,
        LINES(["cues:", "  - category: negatd", "    cues: [without]"]),
        2,
        "cues.0.category",
    ),
    "an unknown direction": (
        Cues,
        LINES(["cues:", "  - category: negated", "    direction: left", "    cues: [without]"]),
        3,
        "cues.0.direction: Input should be 'forward', 'backward' or 'both'",
    ),
    "a scope of nothing": (
        Cues,
        LINES(["cues:", "  - category: negated", "    scope: 0", "    cues: [without]"]),
        3,
        "cues.0.scope: Input should be greater than 0",
    ),
    "an unknown word list": (
        Cues,
        LINES(
            [
                "words: {kin: [mother]}",
                "cues:",
                "  - category: family",
                "    cues: ['{kin} has', '{kinn} had']",
            ]
        ),
        1,
        "the cue '{kinn} had' names the unknown word list 'kinn'",
    ),
    "an empty band": (
        Measurements,
        LINES(
            [
                "interpretations: []",
                "measurements:",
                f"{C3},",
                "     without_unit: [{unit: g/L, low: 2, high: 1}]}",
            ]
        ),
        4,
        "measurements.0.without_unit.0: Value error, the band 2.0..1.0 is empty",
    ),
    "a band in a unit that nothing converts": (
        Measurements,
        LINES(
            [
                "interpretations: []",
                "measurements:",
                f"{C3},",
                "     without_unit: [{unit: U/L, low: 2, high: 9}]}",
            ]
        ),
        3,
        "measurements.0: Value error, without_unit names 'U/L', which has no conversion",
    ),
    "a factor that is no number": (
        Measurements,
        LINES(
            [
                "interpretations: []",
                "measurements:",
                f"{C3},",
                "     conversions: [{unit: mg/dL, factor: a tenth}]}",
            ]
        ),
        4,
        "measurements.0.conversions.0.factor: String should match pattern",
    ),
    "an unknown implication": (
        Sections,
        LINES(["sections:", "  - section: plan", "    titles: [plan]", "    implies: [future]"]),
        4,
        "sections.0.implies.0",
    ),
    "a month of no year": (
        DatesRule,
        LINES(["months:", "  smarch: 13"]),
        2,
        "months.smarch: Input should be less than or equal to 12",
    ),
    "a syntax error": (
        SentenceRules,
        LINES(["abbreviations:", "  [dr, mr", "other: 1"]),
        3,
        "did not find expected",
    ),
    "a tab for indentation": (
        SentenceRules,
        LINES(["abbreviations:", "\t- dr"]),
        2,
        "cannot start any token",
    ),
    "a key twice": (
        Diagnoses,
        LINES(["diagnoses:", "  - concept: sle", "    terms: [lupus]", "    terms: [SLE]"]),
        4,
        "the key 'terms' stands twice",
    ),
    "a file key twice": (
        SentenceRules,
        LINES(["abbreviations: [dr]", "", "abbreviations: [mr]"]),
        3,
        "the key 'abbreviations' stands twice",
    ),
    "an unknown anchor": (
        SentenceRules,
        LINES(["abbreviations:", "  - dr", "  - *titles"]),
        3,
        "undefined alias",
    ),
    "an empty file": (SentenceRules, "", 1, "Input should be"),
    "a list for a mapping": (SentenceRules, "- dr\n", 1, "Input should be"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_rule_is_refused_with_file_line_and_reason(what: str) -> None:
    shape, text, line, reason = BAD[what]
    with pytest.raises(RuleError) as refused:
        load_file("rules.yaml", text, shape)
    said = str(refused.value)
    assert said.startswith(f"rules.yaml:{line}: "), said
    assert reason in said
    assert "\n" not in said


# ---- a folder of rules ---------------------------------------------------------------------------

SMALL = {
    "diagnoses.yaml": "diagnoses:\n  - {concept: sle, terms: [lupus]}\n",
    "therapies.yaml": "therapies:\n  - {concept: rituximab, terms: [rituximab]}\n",
    "measurements.yaml": f"measurements:\n{C3}}}\ninterpretations: []\n",
    "units.yaml": "units:\n  - {ucum: g/L, printed: [g/L]}\n",
    "context.yaml": "cues:\n  - {category: negated, cues: ['no']}\n",
    "answers.yaml": "kinds: [diagnosis]\ndenied: ['no']\n",
    "dosing.yaml": "dose_units: {mg: 1}\nfrequencies: []\nroutes: {}\n",
}
"""The long files with one rule each."""
FILES = sorted(f"{part}.yaml" for part in RulePack.model_fields if part != "version")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with every rule file, the long ones cut short."""
    for name in FILES:
        text = SMALL.get(name) or (SHIPPED / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_shipped_rules_are_read() -> None:
    pack = load_rules()
    assert re.fullmatch(r"[0-9a-f]{12}", pack.version)
    assert load_rules() == pack


def test_a_pack_cannot_be_changed(folder: Path) -> None:
    pack = load_rules(folder)
    with pytest.raises(ValueError, match="frozen"):
        pack.version = "mine"
    with pytest.raises(ValueError, match="frozen"):
        pack.diagnoses.diagnoses[0].concept = "stroke"


@pytest.mark.parametrize("name", FILES)
def test_any_change_of_any_file_is_another_version(folder: Path, name: str) -> None:
    before = load_rules(folder).version
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    assert load_rules(folder).version != before


def test_one_more_word_is_another_version(folder: Path) -> None:
    before = load_rules(folder).version
    path = folder / "diagnoses.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[lupus]", "[lupus, SLE]"))
    pack = load_rules(folder)
    assert pack.version != before
    path.write_text(SMALL["diagnoses.yaml"])
    assert load_rules(folder).version == before


def test_the_version_is_that_of_the_content_wherever_and_however_it_lies(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("moved")
    for name in reversed(FILES):
        shutil.copyfile(folder / name, other / name)
    (other / "README.md").write_text("no rule file")
    assert load_rules(other) == load_rules(folder)


def test_line_ends_are_no_change(folder: Path) -> None:
    before = load_rules(folder)
    for name in FILES:
        path = folder / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_rules(folder) == before


def test_the_version_says_which_file_holds_what(folder: Path) -> None:
    versions = set()
    for remarked in ("dates.yaml", "sentences.yaml"):
        path = folder / remarked
        before = path.read_bytes()
        path.write_bytes(before + b"# checked\n")
        versions.add(load_rules(folder).version)
        path.write_bytes(before)
    assert len(versions) == 2


def test_a_bad_rule_in_a_folder_names_its_file(folder: Path) -> None:
    (folder / "statuses.yaml").write_text("statuses:\n  - concept: x\n    words: [x]\n")
    with pytest.raises(RuleError, match=r"^statuses\.yaml:\d: statuses\.0\.\w+: "):
        load_rules(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "units.yaml").unlink()
    with pytest.raises(
        RuleError, match=r"units\.yaml: cannot be read \(No such file or directory\)$"
    ):
        load_rules(folder)


def test_a_file_that_is_not_utf8_is_named(folder: Path) -> None:
    (folder / "units.yaml").write_bytes("units:\n  - {ucum: u, printed: [µg]}\n".encode("cp1252"))
    with pytest.raises(RuleError, match=r"units\.yaml: is not UTF-8 text$"):
        load_rules(folder)


def test_a_word_list_is_written_out(folder: Path) -> None:
    (folder / "context.yaml").write_text(
        "words: {kin: [mother, aunt], her: [her, his]}\n"
        "cues:\n  - {category: family, cues: ['{her} {kin} has', mom]}\n"
    )
    cues = load_rules(folder).context
    assert cues.expanded("mom") == ("mom",)
    assert cues.expanded("{her} {kin} has") == (
        "her mother has", "her aunt has", "his mother has", "his aunt has",
    )  # fmt: skip
