"""The report of an evaluation as a file: closed, deterministic, and every error in it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abstraction.exports.brat import read_brat
from abstraction.facts import parse_fact
from abstraction.notes import Note
from abstraction.reading import ReadError
from api.cli import main
from api.pages.error_ids import error_ids
from api.pages.evaluation_errors import browser_data
from api.pages.evaluation_report import render_evaluation_report
from api.pages.report import Provenance
from api.pages.visible import visible
from corpus.evaluation import Evaluation, Gold, GoldPatient, Run, evaluate, read_gold, read_run
from corpus.evaluation.brat_folders import as_written
from corpus.evaluation.plots import plots
from corpus.evaluation.reasons import gold_assessments, run_assessments
from criteria_engine.assessment import Assessment
from tests.api.test_report_colours import contrast, over
from tests.evaluation.corpora import (
    ASSESSMENTS,
    PROTOCOL,
    fact,
    gold_mention,
    gold_of,
    predicted_mention,
    record,
    run_of,
    verdicts_of,
    write_gold,
    write_run,
)

EVIL = "</script><script>alert(1)</script><!--"
MADE_BY = Provenance("0.1.0", "abc123")
TITLES = {one.id: one.title for one in PROTOCOL.criteria}


def gold() -> Gold:
    """Two patients; p has a miss, a wrong boundary and attribute, and wrong verdicts."""
    return gold_of(
        [
            gold_mention(record("sle", 0, 5), "gold:1", tags=("negation",)),
            gold_mention(record("stroke", 10, 15, temporality="past"), "gold:2"),
            gold_mention(record("asthma", 20, 25), "gold:3"),
            gold_mention(record("sle", 0, 5, patient="q"), "gold:4"),
        ],
        {
            "p": verdicts_of(
                {"INC-04": "pass", "INC-11": "pass", "EXC-12": "unknown"}, "needs_information"
            ),
            "q": verdicts_of({"INC-04": "pass"}, "needs_information"),
        },
        patients=("p", "q"),
    )


def run() -> Run:
    return run_of(
        [
            predicted_mention(record("stroke", 10, 17, temporality="current"), "run:1"),
            predicted_mention(record("hiv", 20, 25), "run:2"),
            predicted_mention(record("fever", 40, 45), "run:3"),
            predicted_mention(record("sle", 0, 5, patient="q"), "run:4"),
        ],
        {
            "p": verdicts_of(
                {"INC-04": "fail", "INC-11": "unknown", "EXC-12": "pass"}, "ineligible"
            ),
            "q": verdicts_of({"INC-04": "pass"}, "needs_information"),
        },
    )


def explained(outcome: str, reason: str, note: str = "n") -> Assessment:
    """Patient p's INC-04 with a reason and the words it rests on."""
    place = {"fact_id": "f", "note_id": note, "start": 10, "end": 17, "text": "abcdefg"}
    verdict = {
        "id": "INC-04",
        "kind": "inclusion",
        "outcome": outcome,
        "basis": "documented",
        "reason": reason,
        "evidence": [place],
        "missing": [{"concept": "ana", "why": "no titre"}],
    }
    return Assessment.model_validate(
        {
            "patient_id": "p",
            "protocol": PROTOCOL.id,
            "protocol_version": "1",
            "anchors": {"screening": "2026-04-01"},
            "triage": "ineligible",
            "criteria": [verdict],
        }
    )


def render(evaluation: Evaluation, by_run: Any = (), by_gold: Any = (), **said: Any) -> str:
    given = {"corpus": "sample", "provenance": MADE_BY} | said
    return render_evaluation_report(evaluation, by_run, by_gold, **given)


def embedded(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(gold(), run())


@pytest.fixture(scope="module")
def page(evaluation: Evaluation) -> str:
    by_run = [explained("fail", "No antibody is positive")]
    return render(evaluation, by_run, [explained("pass", "ANA 1:640")])


def words_of(page: str) -> str:
    """What a reader sees of the page without its script."""
    shown = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", shown)))


# ---- one closed file, the same for the same evaluation


def test_the_order_of_the_mentions_does_not_change_a_byte(page: str) -> None:
    shuffled = run()
    mentions = [*shuffled.mentions]
    random.Random(1).shuffle(mentions)
    again = evaluate(gold(), replace(shuffled, mentions=tuple(mentions)))
    by_run = [explained("fail", "No antibody is positive")]
    assert render(again, by_run, [explained("pass", "ANA 1:640")]) == page


def test_the_policy_names_the_hashes_of_the_very_style_and_script(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    directives = policy[1].replace("&#39;", "'").split("; ")
    assert "default-src 'none'" in directives
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        source = re.search(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert source
        digest = base64.b64encode(hashlib.sha256(source[1].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in directives
    assert not re.search(r'<[^>]* (?:style|on\w+)="', page), "the policy would refuse it"


def test_nothing_outside_the_file_is_named(page: str) -> None:
    assert not re.search(r"https?:|src=|@import|url\(|<link|<image|xlink", page)
    assert set(re.findall(r'href="(.)', page)) == {"#"}


def test_markup_is_text_wherever_it_stands() -> None:
    note = Note(patient_id=EVIL, note_id=EVIL, title=EVIL, type=EVIL, author=EVIL, text=EVIL)
    told = {
        **record("sle", 0, 5),
        "patient_id": EVIL,
        "note_id": EVIL,
        "span": note.span(0, 5).model_dump(),
    }
    mention = gold_mention(told, EVIL, tags=(EVIL,))
    patient = GoldPatient(EVIL, (note,), (EVIL,), (mention,), verdicts_of({"INC-04": "pass"}))
    problem = ReadError(where=EVIL, what=EVIL)
    corpus = Gold(PROTOCOL, (patient,), (problem,))
    found = evaluate(corpus, run_of((), {EVIL: verdicts_of({"INC-04": "fail"})}))
    because = explained("fail", EVIL, EVIL).model_copy(update={"patient_id": EVIL})
    page = render(found, [because], [], corpus=EVIL, provenance=Provenance(EVIL, EVIL))
    assert EVIL not in page
    assert page.count("<script") == 2
    assert embedded(page)["notes"][0]["text"] == EVIL


# ---- the figures


def test_reversed_verdicts_come_first_and_apart_from_abstentions(page: str) -> None:
    words = words_of(page)
    danger = words.index("1 of 4 verdicts say the opposite of the gold")
    abstained = words.index("1 of 4 are left open though the gold decides")
    assert danger < words.index("Is it found?") < abstained
    assert "0 pass where the gold fails" in words
    assert "1 fail where the gold passes" in words


def test_each_level_is_told_in_a_plain_sentence(page: str) -> None:
    words = words_of(page)
    for sentence in (
        "2 of 4 things that the gold marks were found 50.0 %",
        "2 of 4 things that were marked are in the gold",
        "1 of 4 verdicts are the gold's",
        "1 of 4 are decided though the gold leaves them open",
        "1 of 2 patients get the triage that the gold gives",
        "1 of 4 criteria are decided, and rightly",
        "lupus-chart 0.1.0, rule pack abc123",
    ):
        assert sentence in words


def rows_of(page: str, table: str) -> list[list[str]]:
    body = re.search(rf'<table id="t-{table}".*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    assert body
    return [
        [words_of(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)
    ]


def test_the_weakest_concept_stands_first(page: str) -> None:
    rows = rows_of(page, "concepts")
    assert [row[0] for row in rows][-1] == "stroke diagnosis"
    assert rows[-1][1:5] == ["1", "1", "0", "0"]
    f1 = [float(row[7].split()[0]) for row in rows]
    assert f1 == sorted(f1)


def test_criteria_with_reversals_stand_first_with_all_nine_counts(page: str) -> None:
    rows = rows_of(page, "criteria")
    assert [row[0].split()[0] for row in rows] == ["INC-04", "EXC-12", "INC-11"]
    assert rows[0][1:4] == ["1", "0", "0"]
    nine = {row[0]: row[1:] for row in rows_of(page, "nine")}
    assert nine["INC-04"] == ["1", "1", "·", "·", "·", "·", "·", "·", "·"]


def test_every_problem_is_named(evaluation: Evaluation) -> None:
    problem = ReadError(where="gold/p/facts.gold.jsonl:7", what="is not a JSON object")
    metrics = evaluation.metrics.model_copy(update={"problems": (problem, problem)})
    words = words_of(render(replace(evaluation, metrics=metrics)))
    assert "2 things were unfit and not scored" in words
    assert words.count("gold/p/facts.gold.jsonl:7: is not a JSON object") == 2


def test_a_comparison_is_shown_when_there_is_one(page: str) -> None:
    assert 'id="comparison"' not in page
    compared = render(evaluate(gold(), run(), run_of((), run().verdicts)))
    differences = {row[0]: row[3] for row in rows_of(compared, "differences")}
    assert differences["mention, overlap, recall"] == "+50.0"
    assert rows_of(compared, "mcnemar")[0][1:5] == ["0", "2", "0", "2"]


def test_a_run_without_error_has_no_list_of_errors() -> None:
    told = gold()
    said = [
        replace(one, given=None, tags=()) for patient in told.patients for one in patient.mentions
    ]
    perfect = render(evaluate(told, run_of(said, told.verdicts)))
    assert "There is no error." in perfect
    assert 'id="browser"' not in perfect
    assert "0 of 4 verdicts say the opposite of the gold" in words_of(perfect)


def test_what_was_not_scored_is_said() -> None:
    words = words_of(render(evaluate(gold_of([gold_mention(record("sle", 0, 5), "g")]), run_of())))
    assert "No verdict was scored." in words
    assert "No triage was scored." in words
    assert "Reversed verdicts" not in words


# ---- the plots


def names_in(svg: str) -> list[str]:
    return re.findall(r'<text text-anchor="end"[^>]*>([^<]*)</text>', svg)


def test_a_plot_has_a_row_a_figure_the_weakest_first(evaluation: Evaluation) -> None:
    drawn = plots(evaluation.metrics, TITLES)
    assert set(drawn.concepts) == {"diagnosis"}
    names = names_in(drawn.concepts["diagnosis"])
    assert sorted(names) == ["HIV infection", "SLE", "asthma", "fever", "stroke"]
    assert names[-1] == "stroke"
    assert names_in(drawn.tags or "") == ["negation"]
    assert "1 reversed" in (drawn.criteria or "")
    assert drawn == plots(evaluation.metrics, TITLES)


def test_a_plot_names_no_font_of_its_own_no_script_and_no_address(evaluation: Evaluation) -> None:
    drawn = plots(evaluation.metrics, {"INC-04": "<b>&"})
    for svg in (*drawn.concepts.values(), drawn.tags, drawn.attributes, drawn.criteria):
        assert svg is not None
        assert svg.startswith("<svg")
        assert not re.search(r"<script|<style|<image|href|http|style=|@", svg)
        assert set(re.findall(r'font-family="([^"]*)"', svg)) == {"sans-serif"}
    assert "INC-04 &lt;b&gt;&amp;" in (drawn.criteria or "")


def test_there_is_no_plot_of_nothing() -> None:
    drawn = plots(evaluate(gold_of(), run_of()).metrics, TITLES)
    assert (drawn.concepts, drawn.tags, drawn.attributes, drawn.criteria) == ({}, None, None, None)


def test_every_plot_has_words_for_those_who_do_not_see_it(page: str) -> None:
    labels = re.findall(r'<div class="plot" role="img" aria-label="([^"]+)"><svg', page)
    assert len(labels) == page.count("<svg") == 4
    assert all("table" in label for label in labels)


# ---- the errors


def told_errors(data: Any) -> list[tuple[str, str]]:
    words = data["words"]
    return [(words[one["cause"]], words[one["patient"]]) for one in data["errors"]]


def test_every_error_is_in_the_data(evaluation: Evaluation, page: str) -> None:
    data = embedded(page)
    assert told_errors(data) == [(one.cause, one.patient_id) for one in evaluation.errors]
    counted = dict(re.findall(r'<tr data-cause="(\w+)">.*?<td class="n">(\d+)</td>', page))
    assert {cause: int(count) for cause, count in counted.items()} == evaluation.metrics.errors
    assert next(iter(counted)) == "verdict_reversed"


def test_gold_and_run_stand_side_by_side_attribute_by_attribute(page: str) -> None:
    data = embedded(page)
    words = data["words"]
    (error,) = [one for one in data["errors"] if words[one["cause"]] == "wrong_temporality"]
    pair = data["pairs"][error["pair"]]
    rows = {words[row[0]]: [words[place] if place >= 0 else None for place in row[1:]]
            for row in pair["rows"]}  # fmt: skip
    assert rows["temporality"] == ["past", "current", "wrong"]
    assert rows["assertion"] == ["present", "present", "equal"]
    assert rows["experiencer"] == [None, "patient", "not scored"]
    assert pair["gold"][1:3] == [10, 15]
    assert pair["run"][1:3] == [10, 17]


def test_a_wrong_verdict_is_told_with_both_reasons_and_their_words(page: str) -> None:
    data = embedded(page)
    words = data["words"]
    (error,) = [one for one in data["errors"] if words[one["cause"]] == "verdict_reversed"]
    assert words[error["blame"]] in ("engine", "extraction")
    reasons = error["verdict"]
    assert reasons["run"]["reason"] == "No antibody is positive"
    assert reasons["gold"]["reason"] == "ANA 1:640"
    note, start, end = reasons["run"]["evidence"][0]
    assert data["notes"][note]["text"][start:end] == "abcdefg"
    assert reasons["run"]["missing"] == ["ana: no titre"]
    assert data["criteria"]["INC-04"]["title"] == TITLES["INC-04"]


def test_only_notes_that_an_error_points_to_are_in_the_file(page: str) -> None:
    assert [note["patient"] for note in embedded(page)["notes"]] == ["p"]


def test_evidence_in_a_note_that_the_gold_does_not_have_is_left_out(evaluation: Evaluation) -> None:
    data = browser_data(evaluation, [explained("fail", "x", "elsewhere")], [])
    verdicts = [one["verdict"] for one in data["errors"] if "verdict" in one]
    assert [one["run"]["evidence"] for one in verdicts if one["run"]] == [[]]


def test_an_error_keeps_its_name_when_others_are_mended(evaluation: Evaluation) -> None:
    names = error_ids(evaluation.errors)
    assert len(set(names)) == len(evaluation.errors)
    assert error_ids(evaluation.errors[2:5]) == names[2:5]
    assert all(re.fullmatch("[0-9a-f]{10}", name) for name in names)
    twice = [evaluation.errors[0]] * 2
    assert len(set(error_ids(twice))) == 2


@settings(deadline=None)
@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("😀<>&\r\n\t\0\u2028"),
        min_size=1,
    ),
    st.data(),
)
def test_places_are_right_in_any_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    note = Note(patient_id="p", note_id="n", text=text)
    told = {**record("sle", 0, 1), "span": note.span(start, end).model_dump()}
    mention = gold_mention(told, "g")
    corpus = Gold(PROTOCOL, (GoldPatient("p", (note,), ("n",), (mention,), None),), ())
    shown = browser_data(evaluate(corpus, run_of()), [], [])
    (told_note,) = shown["notes"]
    _, first, last, *_ = shown["pairs"][0]["gold"]
    units = told_note["text"].encode("utf-16-le")
    quoted = units[2 * first : 2 * last].decode("utf-16-le")
    assert quoted.replace("\n", "\r") == visible(text[start:end]).replace("\n", "\r")
    assert told_note["gold"][:2] == [first, last]


# ---- the command


def command(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", *map(str, arguments)])
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A gold corpus, and a run that finds only half of it and reverses a verdict."""
    corpus = write_gold(tmp_path / "corpus")
    told = read_gold(corpus, PROTOCOL)
    facts = [
        fact({**json.loads(one.fact.model_dump_json()), "temporality": "past"}, f"f{place}")
        if place == 0
        else one.fact
        for patient in told.patients
        for place, one in enumerate(patient.mentions)
        if one.fact.concept != "stroke"
    ]
    wrong = {
        name: replace(one, criteria={**one.criteria, "INC-11": "fail"})
        for name, one in told.verdicts.items()
    }
    return corpus, write_run(tmp_path / "run", facts, wrong)


def test_the_command_writes_the_report_and_prints_its_path(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, found = folders
    out = tmp_path / "out"
    said = command(capsys, "--gold", corpus, "--pred", found, "--out", out)
    assert said.endswith(f"\nReport: {out}/report.html\n")
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<bdi>corpus</bdi>" in page
    assert "2 of 6 verdicts say the opposite of the gold" in words_of(page)
    assert str(tmp_path) not in page, "no folder of the machine"
    assert not (out / "brat").exists()


def test_reasons_are_those_of_the_scored_run_or_else_the_engines(
    folders: tuple[Path, Path],
) -> None:
    corpus, found = folders
    told = read_gold(corpus, PROTOCOL)
    scored = evaluate(told, read_run(found, told))
    recorded = run_assessments(scored, found)
    assert {c.outcome for one in recorded for c in one.criteria if c.id == "INC-11"} == {"fail"}
    assert {one.patient_id for one in gold_assessments(scored)} == set(ASSESSMENTS)
    (found / "assessments.jsonl").unlink()
    afresh = evaluate(told, read_run(found, told))
    assert {one.patient_id: one.triage for one in run_assessments(afresh, found)} == {
        name: one.triage for name, one in afresh.run.verdicts.items()
    }


def test_brat_folders_read_back_give_the_same_figures(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, found = folders
    out = tmp_path / "out"
    said = command(capsys, "--gold", corpus, "--pred", found, "--out", out, "--brat")
    assert said.endswith(f"\nBRAT: {out}/brat\n")

    told = read_gold(corpus, PROTOCOL)
    back = read_gold(out / "brat" / "gold", PROTOCOL)
    assert back.problems == ()
    records = [
        json.dumps(as_written(one), sort_keys=True)
        for patient in told.patients
        for one in patient.mentions
    ]
    assert records == [
        json.dumps(as_written(one), sort_keys=True)
        for patient in back.patients
        for one in patient.mentions
    ]
    brat = read_brat(out / "brat" / "predicted")
    facts = [parse_fact(one.record) for note in brat.notes for one in note.facts or ()]
    again = write_run(tmp_path / "again", facts, {})
    one, other = (
        evaluate(corpus_, read_run(run_, corpus_)).metrics
        for corpus_, run_ in ((told, found), (back, again))
    )
    assert (one.mention, one.attribute) == (other.mention, other.attribute)
    assert set(one.mention.overlap.recall_by_tag) == {"long name", "negation"}


# ---- colours


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_and_lines_keep_their_contrast(theme: str) -> None:
    static = Path(__file__).resolve().parents[2] / "api" / "pages" / "static"
    colours: dict[str, str] = {}
    for name in ("base.css", "evaluation.css"):
        blocks = re.findall(r":root \{(.*?)\}", (static / name).read_text(), re.DOTALL)
        for block in blocks[: 1 if theme == "light" else 2]:
            colours |= dict(re.findall(r"--([\w-]+): (#\w+);", block))
    sheet = over(colours["sheet"], (0, 0, 0))
    for tint in ("gold-t", "run-t"):
        ground = over(colours[tint], sheet)
        assert contrast(over(colours["ink"], ground), ground) >= 4.5
        assert contrast(over(colours["soft"], ground), ground) >= 4.5
    for line in ("gold", "run", "mark"):
        assert contrast(over(colours[line], sheet), sheet) >= 3
    for bar in ("right", "abstained", "overcalled", "reversed"):
        ground = over(colours[bar], sheet)
        assert contrast(over(colours["on-bar"], ground), ground) >= 4.5
