"""Protocol files: what is shipped is sound, and what is broken is refused at its line."""

from importlib.resources import files
from pathlib import Path

import pytest
from engine_facts import RECENT_LAB, verdict

from criteria_engine import ProtocolError, available_protocols, load_protocol
from criteria_engine.linting import lint
from criteria_engine.loading import find_draft
from criteria_engine.prose import render
from criteria_engine.scores.instrument import available_instruments, instrument
from criteria_engine.vocabulary import vocabulary

NAME = "NCT07432334"
SOUND = """\
id: TRIAL
title: A trial
source: invented
registered_text: text.txt
options:
  window:
    says: how old a value may be
    default: {days: 30}
    choices: [{days: 30}, {days: 10}]
criteria:
  - id: INC-01
    kind: inclusion
    title: Platelets
    registered: ['Platelets of 50 or more']
    core: true
    if_silent: unknown
    decide_by: chart
    expression:
      op: measurement
      concept: platelets
      at_least: {value: 50, unit: 10*9/L}
      within: option:window
"""


def test_the_example_of_the_docs_is_sound_and_claims_its_whole_text(tmp_path: Path):
    page = (Path(__file__).parents[2] / "docs/protocols.md").read_text(encoding="utf-8")
    blocks = {name: page.split(f"```{name}\n")[1].split("```")[0] for name in ("text", "yaml")}
    text = tmp_path / "example.registered.txt"
    text.write_text(blocks["text"], encoding="utf-8")
    path = tmp_path / "example.yaml"
    path.write_text(blocks["yaml"], encoding="utf-8")
    assert not lint(find_draft(path))
    assert [one.id for one in load_protocol(path).criteria][-1] == "EXC-01"


def test_the_docs_list_every_instrument_with_its_groups():
    page = (Path(__file__).parents[2] / "docs/protocols.md").read_text(encoding="utf-8")
    for name in available_instruments():
        groups = ", ".join(f"`{group}`" for group in instrument(name, "ever").groups)
        assert f"| `{name}` | {groups} |" in page


@pytest.fixture
def write(tmp_path: Path):
    (tmp_path / "text.txt").write_text("Inclusion: Platelets of 50 or more.", encoding="utf-8")

    def write_protocol(text: str) -> Path:
        path = tmp_path / "trial.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_protocol


def test_all_31_criteria_of_the_contract_are_there():
    ids = [criterion.id for criterion in load_protocol(NAME).criteria]
    expected = [f"INC-{n:02}" for n in range(1, 15)] + [f"EXC-{n:02}" for n in range(1, 18)]
    assert ids == expected


def test_core_and_modifiable_are_those_of_the_contract():
    protocol = load_protocol(NAME)
    assert protocol.core == ("INC-01", "INC-02", "INC-03", "INC-04", "INC-05")
    modifiable = [criterion.id for criterion in protocol.criteria if criterion.modifiable]
    assert modifiable == ["EXC-07", "EXC-08", "EXC-09"]


def test_every_sentence_of_the_registered_text_is_claimed():
    protocol = load_protocol(NAME)
    rest = protocol.registered_text
    for criterion in protocol.criteria:
        for piece in criterion.registered:
            assert piece in protocol.registered_text
            rest = rest.replace(piece, " ")
    for heading in ("Inclusion Criteria:", "Exclusion Criteria:", "Minimum Age: 16 Years"):
        assert heading in rest
    unclaimed = rest.split("Healthy Volunteers:")[0]
    unclaimed = unclaimed.replace("Inclusion Criteria:", "").replace("Exclusion Criteria:", "")
    assert not unclaimed.replace("*", "").strip()


def test_the_prose_stands_beside_the_registered_text():
    protocol = load_protocol(NAME)
    text = " ".join(render(protocol).split())
    for criterion in protocol.criteria:
        assert criterion.id in text
        for piece in criterion.registered:
            start = protocol.registered_text.index(piece)
            place = f"1:{start + 1} ({start}-{start + len(piece)})"
            assert f"{place} {' '.join(piece.split())}" in text
    assert (
        "platelets at least 50 x10*9/L (the latest value in the 30 days before screening)" in text
    )


def test_the_prose_is_an_outline_of_readable_width():
    lines = render(load_protocol(NAME)).splitlines()
    assert max(map(len, lines)) <= 92
    start = next(n for n, line in enumerate(lines) if line.startswith("INC-06"))
    passes = lines.index("  Passes with", start)
    assert lines[passes + 1] == "    all of:"
    assert lines[passes + 2].startswith("      - ALT at most 5 x the upper reference limit")


def test_every_choice_of_an_option_is_shown_in_words():
    text = render(load_protocol(NAME))
    shown = text[text.index("laboratory_window:") :].splitlines()
    assert shown[1:3] == [
        "    - the 30 days before screening (default)",
        "    - the 10 days before screening",
    ]


def test_the_version_follows_the_content(write):
    first = load_protocol(write(SOUND)).version
    assert load_protocol(write(SOUND)).version == first
    assert load_protocol(write(SOUND.replace("50, unit", "60, unit"))).version != first
    assert load_protocol(write(SOUND), {"window": {"days": 10}}).version != first


def test_a_chosen_reading_changes_the_verdict():
    assert verdict("INC-11", RECENT_LAB).outcome == "pass"
    strict = load_protocol(NAME, {"laboratory_window": {"before": "screening", "days": 10}})
    assert verdict("INC-11", RECENT_LAB, by=strict).outcome == "unknown"


@pytest.mark.parametrize(
    ("sound", "broken", "line", "reason"),
    [
        ("concept: platelets", "concept: plateletz", 20, "'plateletz' is no measurement concept"),
        ("op: measurement", "op: measurment", 18, "measurment"),
        ("at_least: {value: 50", "at_least: {valu: 50", 21, "valu"),
        ("within: option:window", "within: option:windw", 22, "there is no option 'windw'"),
        ("within: option:window", "within: {days: 3, months: 1}", 22, "days or in months"),
        ("if_silent: unknown", "if_silent: ignore", 16, "if_silent"),
        ("    if_silent: unknown\n", "", 11, "if_silent"),
        ("Platelets of 50 or more'", "Platelets of 51 or more'", 14, "not in the registered text"),
        ("default: {days: 30}", "default: {days: 3}", 6, "none of the choices"),
        ("kind: inclusion", "kind: inclusion\n    kind: exclusion", 13, "stands here twice"),
        ("title: A trial", "title: [A trial", 3, ""),
        ("registered_text: text.txt", "registered_text: ../text.txt", 4, "beside the protocol"),
        ("registered_text: text.txt", "registered_text: gone.txt", 4, "cannot be read"),
        ("id: TRIAL\n", "- 1\n", None, ""),
    ],
)
def test_a_broken_file_is_refused_at_its_line(write, sound, broken, line, reason):
    assert sound in SOUND
    path = write(SOUND.replace(sound, broken, 1))
    with pytest.raises(ProtocolError) as refusal:
        load_protocol(path)
    message = str(refusal.value)
    assert "\n" not in message
    assert message.startswith(f"{path}:{line}: " if line else f"{path}:")
    assert reason in message


def test_the_sound_file_is_sound(write):
    assert load_protocol(write(SOUND)).id == "TRIAL"


def test_a_refusal_says_how_many_more_errors_there_are(write):
    broken = SOUND.replace("concept: platelets", "concept: plateletz")
    path = write(broken.replace("if_silent: unknown", "if_silent: ignore"))
    with pytest.raises(
        ProtocolError, match=r":16: .*; and 1 more, see `lupus-chart protocol check`"
    ):
        load_protocol(path)


def test_what_the_linter_calls_an_error_never_scores(write):
    with pytest.raises(ProtocolError, match=r"trial\.yaml:21: .* not measured in 'mg/dL'"):
        load_protocol(write(SOUND.replace("10*9/L", "mg/dL")))


def test_a_warning_lets_a_protocol_score(write):
    unused = "  unused:\n    says: nothing\n    default: a\n    choices: [a, b]\ncriteria:\n"
    assert load_protocol(write(SOUND.replace("criteria:\n", unused))).id == "TRIAL"


def test_a_repeated_criterion_is_refused(write):
    criterion = SOUND[SOUND.index("  - id: INC-01") :]
    with pytest.raises(
        ProtocolError, match=r"trial\.yaml:23: the criterion INC-01 stands here twice"
    ):
        load_protocol(write(SOUND + criterion))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00binary", b"just words", b"\x00"])
def test_a_file_that_is_no_protocol_is_refused(tmp_path, content):
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    with pytest.raises(ProtocolError, match=r"odd\.yaml:1: "):
        load_protocol(path)


def test_an_unknown_name_lists_what_is_available():
    with pytest.raises(ProtocolError, match=f"no protocol 'NOPE'; available: .*{NAME}"):
        load_protocol("NOPE")
    assert NAME in available_protocols()


def test_an_unknown_reading_is_refused():
    with pytest.raises(ProtocolError, match="no option 'mood'"):
        load_protocol(NAME, {"mood": "good"})
    with pytest.raises(ProtocolError, match="no choice of the option"):
        load_protocol(NAME, {"who_labelled_biopsy": "perhaps"})


def test_value_sets_hold_known_concepts():
    known = {concept for concepts in vocabulary().labels.values() for concept in concepts}
    for name, members in vocabulary().value_sets.items():
        assert set(members) <= known, name
        assert len(set(members)) == len(members), name


def test_no_python_of_the_engine_names_a_trial_a_drug_or_a_test():
    words = vocabulary()
    names = {*available_protocols()} | {
        concept
        for kind in ("therapy", "measurement", "diagnosis")
        for concept in words.labels[kind]
        if len(concept) > 3
    }
    folder = Path(str(files("criteria_engine")))
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tokens = {token.strip("\"'`.,:;()[]{}") for token in text.replace("/", " ").split()}
        assert not tokens & names, path.name
