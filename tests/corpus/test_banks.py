"""Phrase banks: the shipped ones are whole and independent; a faulty one is told line by line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from corpus.synthetic.banks import BANKS, BankError, load_bank, topics
from corpus.synthetic.independence import shared_wordings
from corpus.synthetic.markup import Text, parse, walk
from tests.cli.conftest import Command, lupus_chart

__all__ = ["lupus_chart"]

BANK_NAMES = ("dev", "test")


@pytest.mark.parametrize("name", BANK_NAMES)
def test_a_shipped_bank_has_no_fault(name: str) -> None:
    bank = load_bank(BANKS / name)
    assert bank.phrases.keys() == topics().keys()


@pytest.mark.parametrize("name", BANK_NAMES)
def test_a_shipped_bank_shares_hardly_a_turn_of_phrase_with_the_rules(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    bank = load_bank(BANKS / name)
    phrases = sum(len(found) for found in bank.phrases.values())
    shared = shared_wordings(bank)
    record_property("shared_wordings", f"{len(shared)} of {phrases}")
    assert len(shared) / phrases < 0.03, [(one.topic, one.words) for one in shared]


def own_words(phrase: str) -> int:
    """The words that stand in the phrase itself, its slots aside."""
    texts = [node.text for node in walk(parse(phrase)) if isinstance(node, Text)]
    return len(re.findall(r"[a-z]+", " ".join(texts)))


def test_the_two_banks_were_not_written_from_each_other() -> None:
    """Bare forms ("{analyte}: {value}") coincide; turns of phrase hardly do."""
    said = [
        {
            text
            for found in load_bank(BANKS / name).phrases.values()
            for phrase in found
            if own_words(text := phrase.text.lower()) > 3
        }
        for name in BANK_NAMES
    ]
    assert len(said[0] & said[1]) / len(said[1]) < 0.01


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A bank of one's own to break."""
    return Path(shutil.copytree(BANKS / "dev", tmp_path / "mine"))


def broken(copy: Path, file: str, change: Callable[[dict[str, list[object]]], None]) -> str:
    path = copy / file
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BankError) as error:
        load_bank(copy)
    return "\n".join(error.value.problems)


def test_a_phrase_that_says_too_little_is_named(copy: Path) -> None:
    told = broken(
        copy, "phrases/course.yaml", lambda data: data["therapy_failed"].append("[[{drug}]] failed")
    )
    assert "phrases/course.yaml: therapy_failed #" in told
    assert "says nothing of {start}" in told


def test_a_concept_that_is_none_is_named(copy: Path) -> None:
    told = broken(
        copy,
        "phrases/around.yaml",
        lambda data: data["family_history"].append("[[gout|gout]] in an aunt"),
    )
    assert "no such concept: gout" in told


def test_an_unknown_topic_and_a_missing_one_are_named(copy: Path) -> None:
    told = broken(
        copy, "phrases/around.yaml", lambda data: data.update(smalltalk=data.pop("filler"))
    )
    assert "smalltalk: no such topic" in told
    assert "no phrases for filler" in told


def test_a_field_that_no_fact_has_is_named(copy: Path) -> None:
    told = broken(
        copy,
        "phrases/around.yaml",
        lambda data: data["family_history"].append("[[SLE|sle mood=bad]]"),
    )
    assert "no fact has a field 'mood'" in told


def test_the_command_tells_every_fault_in_a_line(lupus_chart: Command, copy: Path) -> None:
    (copy / "vocabulary.yaml").write_text("drugs: [", encoding="utf-8")
    ended = lupus_chart("corpus", "check-bank", copy)
    assert ended.code == 2
    assert "vocabulary.yaml:1: is not YAML" in ended.err
    assert "Traceback" not in ended.err
