"""The documents about pipeline and rules say what the code does."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from spacy.language import Language

from abstraction.notes import Note
from abstraction.pipeline import build_pipeline, extract_facts
from abstraction.pipeline.build import COMPONENTS
from nlp_rules import RulePack, load_rules
from nlp_rules.schema import (
    CueCategory,
    CueRule,
    MeasurementRule,
    SectionRule,
    Term,
    TherapyRule,
)
from tests.pipeline.test_snippets import SNIPPETS, agrees

DOCS = Path(__file__).resolve().parents[1] / "docs"
PIPELINE = (DOCS / "pipeline.md").read_text(encoding="utf-8")
RULES_PAGE = (DOCS / "rules.md").read_text(encoding="utf-8")
SHIPPED = load_rules()


def words_in_code(text: str) -> set[str]:
    """What stands between backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


# ---- docs/pipeline.md ----------------------------------------------------------------------------

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PIPELINE.splitlines()
    if line.startswith("| `lupus_")
]


def test_the_components_stand_in_the_order_in_which_they_run() -> None:
    assert tuple(row[0].strip("`") for row in ROWS) == COMPONENTS


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_component_reads_and_writes_what_its_row_says(row: list[str]) -> None:
    meta = Language.get_factory_meta(row[0].strip("`"))
    assert words_in_code(row[1]) == set(meta.requires)
    assert words_in_code(row[2]) == set(meta.assigns)
    assert row[3]


def test_every_rule_file_is_named_beside_the_component_that_uses_it() -> None:
    assert {word for word in words_in_code(PIPELINE) if word.endswith(".yaml")} == rule_files()


# ---- docs/rules.md -------------------------------------------------------------------------------


def rule_files() -> set[str]:
    return {f"{part}.yaml" for part in RulePack.model_fields if part != "version"}


def test_every_rule_file_is_explained() -> None:
    assert set(re.findall(r"^\| `(\w+\.yaml)` \|", RULES_PAGE, re.MULTILINE)) == rule_files()


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(set(Term.model_fields), id="keys of a term"),
        pytest.param(set(get_args(CueCategory)), id="categories of cues"),
        pytest.param(
            {"terminate", "pseudo", "clause_end", "verb_end", "cause"}, id="effects of cues"
        ),
        pytest.param(set(CueRule.model_fields) - {"category", "direction", "cues"}, id="cues"),
        pytest.param(
            set(get_args(get_args(SectionRule.model_fields["implies"].annotation)[0])),
            id="what a section implies",
        ),
        pytest.param(
            {"conversions", "without_unit", "plausible", "shorthand", "canonical_unit"}
            & set(MeasurementRule.model_fields),
            id="keys of an analyte",
        ),
    ],
)
def test_every_key_is_explained(names: set[str]) -> None:
    assert sorted(names - words_in_code(RULES_PAGE)) == []


def examples(heading: str) -> list[Any]:
    """The YAML blocks under a heading of docs/rules.md, each the one entry that it lists."""
    section = RULES_PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^ *```yaml\n(.*?)^ *```", section, re.DOTALL | re.MULTILINE)
    entries = [yaml.safe_load(textwrap.dedent(block)) for block in blocks]
    return [entry for (entry,) in entries]


def read_as_wanted(rules: RulePack, snippet: dict[str, Any]) -> bool:
    """Whether each fact that the snippet expects is found under these rules."""
    note = Note(patient_id="p", note_id="n", date=dt.date(2026, 5, 14), text=snippet["text"])
    facts = [fact.model_dump(mode="json") for fact in extract_facts(build_pipeline(rules), note)]
    return all(any(agrees(fact, wanted) for fact in facts) for wanted in snippet["expect"])


def test_the_drug_of_the_example_is_found_once_its_entry_is_there() -> None:
    entry, snippet = examples("Example: a drug")
    drug = TherapyRule.model_validate(entry)
    assert drug.concept not in SHIPPED.concepts["therapy"]
    therapies = SHIPPED.therapies.model_copy(
        update={"therapies": (*SHIPPED.therapies.therapies, drug)}
    )
    extended = SHIPPED.model_copy(update={"version": "with the drug", "therapies": therapies})
    assert read_as_wanted(extended, snippet)


def test_the_sentence_of_the_example_is_misread_without_its_cue() -> None:
    snippet, entry = examples("Example: a misread sentence")
    (cue,) = CueRule.model_validate(entry).cues
    without = tuple(
        rule.model_copy(update={"cues": tuple(c for c in rule.cues if c != cue)})
        for rule in SHIPPED.context.cues
    )
    context = SHIPPED.context.model_copy(update={"cues": without})
    unmended = SHIPPED.model_copy(update={"version": "without the cue", "context": context})
    assert not read_as_wanted(unmended, snippet)
    assert read_as_wanted(SHIPPED, snippet)
    assert snippet in SNIPPETS
