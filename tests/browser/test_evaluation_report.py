"""The report of an evaluation in a real browser: the error browser, the tables, the paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from abstraction.facts import parse_fact
from abstraction.notes import Note
from api.pages.evaluation_report import render_evaluation_report
from api.pages.report import Provenance
from corpus.evaluation import Evaluation, Gold, GoldPatient, Mention, Run, Verdicts, evaluate
from criteria_engine import Anchors, load_protocol
from criteria_engine.assessment import Assessment, Outcome

if TYPE_CHECKING:
    from tests.browser.conftest import Opened

PROTOCOL = load_protocol("NCT07432334")
TEXT = (
    "Clinic 😀 letter of 14 March 2026.\r\n"
    "Impression: <b>systemic lupus</b> erythematosus. No asthma, no stroke.\n"
    + "Nothing else of note was said on this day.\n"
    * 40
    + "Medication: prednisone 10 mg daily, held since Friday.\n"
    "ANA 1:640. Rituximab 1 g on 2026-03-28.\n"
)
OTHER = "Telephone call.\rShe has fever.\n"


def mention(note: Note, quote: str, kind: str, concept: str, by: str, **said: Any) -> Mention:
    """A fact on the first place of the quote: of the gold with these fields, or of the run."""
    start = note.text.index(quote)
    told = {
        "fact_id": f"{by}-{note.note_id}-{start}-{concept}",
        "patient_id": note.patient_id,
        "note_id": note.note_id,
        "kind": kind,
        "concept": concept,
        "span": note.span(start, start + len(quote)).model_dump(),
        "source": {"method": "rule", "id": f"{kind}.{concept}", "version": "1"},
        **said,
    }
    given = frozenset({"assertion", *said}) if by == "gold" else None
    tags = ("misspelled",) if quote == "asthma" and by == "gold" else ()
    return Mention(parse_fact(told), given, tags, f"facts.gold.jsonl:{start}")


def assessment(patient: str, outcome: Outcome, reason: str, note: Note, quote: str) -> Assessment:
    """EXC-08 of the patient, with the words it rests on."""
    start = note.text.index(quote)
    place = {
        "fact_id": "f",
        "note_id": note.note_id,
        **note.span(start, start + len(quote)).model_dump(),
    }
    verdict = {
        "id": "EXC-08", "kind": "exclusion", "outcome": outcome, "basis": "documented",
        "reason": reason, "evidence": [place],
    }  # fmt: skip
    return Assessment.model_validate(
        {
            "patient_id": patient,
            "protocol": PROTOCOL.id,
            "protocol_version": "1",
            "anchors": {"screening": "2026-04-01"},
            "triage": "ineligible",
            "criteria": [verdict],
        }
    )


def invented(
    patients: int = 2, notes: int = 1
) -> tuple[Evaluation, list[Assessment], list[Assessment]]:
    """Patients whose notes say the same; each note gives six errors, each patient two more."""
    anchors = Anchors.model_validate({"screening": "2026-04-01", "leukapheresis": "2026-04-20"})
    told: list[GoldPatient] = []
    found: list[Mention] = []
    outcomes: dict[str, Verdicts] = {}
    by_run, by_gold = [], []
    for number in range(1, patients + 1):
        name = f"p{number:03}"
        letters = [Note(patient_id=name, note_id=f"letter-{i}", text=TEXT) for i in range(notes)]
        call = Note(patient_id=name, note_id="call", text=OTHER)
        gold = [mention(call, "fever", "diagnosis", "fever", "gold")]
        for note in letters:
            gold += [
                mention(note, "systemic lupus", "diagnosis", "sle", "gold"),
                mention(note, "asthma", "diagnosis", "asthma", "gold", assertion="absent"),
                mention(note, "prednisone 10 mg", "therapy", "prednisone", "gold", status="held"),
                mention(note, "ANA 1:640", "measurement", "ana", "gold"),
            ]
            found += [
                mention(note, "systemic lupus</b> erythematosus", "diagnosis", "sle", "run"),
                mention(note, "prednisone", "therapy", "prednisone", "run", status="active"),
                mention(note, "ANA 1:640", "measurement", "anti_dsdna", "run"),
                mention(note, "stroke", "diagnosis", "stroke", "run"),
            ]
        found.append(mention(call, "fever", "diagnosis", "fever", "run"))
        right = Verdicts("gold", anchors, {"EXC-08": "fail", "INC-04": "pass"}, "ineligible")
        wrong = Verdicts("run", anchors, {"EXC-08": "pass", "INC-04": "pass"}, "needs_information")
        outcomes[name] = wrong
        by_run.append(assessment(name, "pass", "Rituximab long ago", letters[0], "prednisone"))
        by_gold.append(
            assessment(name, "fail", "Rituximab on 2026-03-28", letters[0], "Rituximab 1 g")
        )
        whole = tuple(note.note_id for note in (*letters, call))
        told.append(GoldPatient(name, (*letters, call), whole, tuple(gold), right))
    run = Run("run", tuple(found), outcomes, frozenset(), ())
    return evaluate(Gold(PROTOCOL, tuple(told), ()), run), by_run, by_gold


def written(folder: Path, patients: int = 2, notes: int = 1) -> Path:
    found, by_run, by_gold = invented(patients, notes)
    page = render_evaluation_report(
        found, by_run, by_gold, corpus="invented", provenance=Provenance("0.1.0", "abc")
    )
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8", newline="")
    return path


@pytest.fixture(scope="module")
def evaluation_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("evaluation"))


@pytest.fixture
def opened(open_report: Callable[..., Opened], evaluation_report: Path) -> Callable[..., Opened]:
    def open_(fragment: str = "", **options: Any) -> Opened:
        return open_report(evaluation_report, fragment, **options)

    return open_


def group(page: Page, title: str) -> Locator:
    """The errors of this cause, opened."""
    box = page.locator("#list details", has=page.locator("summary", has_text=title))
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    return box.locator("a")


def fields(page: Page) -> dict[str, list[str]]:
    """The rows of the comparison, by the first line of their heading."""
    return {
        row.locator("th").inner_text().splitlines()[0]: row.locator("td").all_inner_texts()
        for row in page.locator("#told tbody tr").all()
    }


def marked(page: Page, style: str) -> str:
    """The text of the pieces that are highlighted so."""
    return "".join(page.locator(f"#page .text .{style}-on").all_inner_texts())


def test_the_page_works_closed_to_everyone_and_complains_of_nothing(
    opened: Callable[..., Opened], evaluation_report: Path
) -> None:
    told = opened()
    told.page.keyboard.press("j")
    assert told.errors == []
    assert told.requests == [evaluation_report.as_uri()]


def test_a_click_shows_the_words_of_gold_and_run_in_their_note(
    opened: Callable[..., Opened],
) -> None:
    page = opened().page
    group(page, "Wrong boundary").filter(has_text="SLE").first.click()
    expect(page.locator("#shown-h")).to_have_text("Wrong boundary: SLE")
    assert marked(page, "g") == "systemic lupus"
    assert marked(page, "r") == "systemic lupus</b> erythematosus"
    gold, run = page.locator("#page .g-on").first, page.locator("#page .r-on").last
    expect(gold).to_have_css("border-bottom-style", "solid")
    expect(run).to_have_css("border-top-style", "dashed")
    expect(gold).to_have_attribute("data-l", "gold + run")
    told = fields(page)
    assert told["≠ words"] == ["“systemic lupus”", "“systemic lupus</b> erythematosus”"]
    assert told["comes from"] == ["facts.gold.jsonl:50", "rule diagnosis.sle"]
    assert page.locator("#page .text").evaluate("e => e.textContent") == TEXT


def test_the_words_are_scrolled_to_and_other_spans_stay_faint(
    opened: Callable[..., Opened],
) -> None:
    page = opened().page
    group(page, "Wrong status").first.click()
    expect(page.locator("#page .text .on").first).to_be_in_viewport()
    assert fields(page)["≠ status"] == ["held", "active"]
    assert page.locator("#told tr.own th").inner_text() == "≠ status"
    faint = page.locator("#page .text .g:not(.on)")
    assert "asthma" in faint.all_inner_texts()
    expect(page.locator("#page .text .r:not(.on)", has_text="stroke")).to_have_attribute(
        "title", "run: stroke"
    )


def test_a_miss_has_a_gold_side_alone_and_an_extra_a_run_side(
    opened: Callable[..., Opened],
) -> None:
    page = opened().page
    group(page, "Missed").first.click()
    assert (marked(page, "g"), marked(page, "r")) == ("asthma", "")
    assert page.locator("#told thead th").all_inner_texts() == ["gold"]
    expect(page.locator("#told")).to_contain_text("difficulty: misspelled")
    group(page, "Extra").first.click()
    assert (marked(page, "g"), marked(page, "r")) == ("", "stroke")
    assert page.locator("#told thead th").all_inner_texts() == ["run"]


def test_a_wrong_verdict_shows_both_reasons_and_who_is_to_blame(
    opened: Callable[..., Opened],
) -> None:
    page = opened().page
    group(page, "Verdict reversed").first.click()
    told = page.locator("#told")
    for words in ("Gold: fail. Run: pass.", "On the run's facts: pass", "Rituximab long ago",
                  "On the gold facts: fail", "Rituximab on 2026-03-28", "to blame",
                  "Anti-CD20 therapy"):  # fmt: skip
        expect(told).to_contain_text(words)
    assert marked(page, "e") == "prednisone"
    told.get_by_role("button", name="“Rituximab 1 g”").click()
    assert marked(page, "e") == "Rituximab 1 g"
    expect(page.locator("#page .text .on")).to_be_in_viewport()


def test_a_wrong_triage_leads_to_the_patients_wrong_verdicts(
    opened: Callable[..., Opened],
) -> None:
    page = opened().page
    group(page, "Wrong triage").last.click()
    page.locator("#told a", has_text="EXC-08").click()
    expect(page.locator("#shown-h")).to_contain_text("Verdict reversed: EXC-08")
    expect(page.locator("#told")).to_contain_text("patient p002")


def test_keys_go_through_all_errors_in_the_order_of_the_list(
    opened: Callable[..., Opened],
) -> None:
    told = opened()
    page = told.page
    seen = []
    for _ in range(16):
        page.keyboard.press("j")
        seen.append(page.url.partition("#")[2])
        expect(page.locator("#shown-h")).to_be_focused()
        expect(page.locator("#list [aria-current]")).to_be_in_viewport()
    assert len(set(seen)) == 16
    page.keyboard.press("j")
    assert page.url.endswith(seen[-1]), "the last one stays"
    page.keyboard.press("k")
    assert page.url.endswith(seen[-2])
    assert told.errors == []


def test_without_a_pointer_an_error_is_opened_and_left_again(
    opened: Callable[..., Opened],
) -> None:
    page = opened().page
    page.locator("#list summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#list li a").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#shown-h")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#list [aria-current]")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("j")
    assert page.get_by_role("searchbox").input_value() == "j"
    page.get_by_role("searchbox").fill("")
    page.get_by_role("checkbox").uncheck()
    page.locator("#list summary").first.focus()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).not_to_be_focused()


def test_filters_narrow_the_list_and_its_counts(opened: Callable[..., Opened]) -> None:
    page = opened().page
    count = page.locator("#count")
    expect(count).to_have_text("16 errors")
    page.get_by_role("combobox", name="Patient").select_option("p002")
    expect(count).to_have_text("8 of 16 errors")
    page.get_by_role("combobox", name="Kind").select_option("therapy")
    expect(count).to_have_text("2 of 16 errors")
    expect(page.locator("#list summary")).to_have_text(["Wrong boundary 1 of 4found, with other "
        "first or last characters", "Wrong status 1 of 2"])  # fmt: skip
    page.get_by_role("button", name="Clear").click()
    expect(count).to_have_text("16 errors")
    for label, value, left in (("Difficulty", "misspelled", 2), ("Concept", "ANA", 2),
                               ("To blame", "engine", 2)):  # fmt: skip
        page.get_by_role("combobox", name=label).select_option(value)
        expect(count).to_have_text(f"{left} of 16 errors")
        page.get_by_role("button", name="Clear").click()
    page.get_by_role("searchbox").fill("BOUNDARY sle")
    expect(count).to_have_text("2 of 16 errors")
    page.get_by_role("searchbox").fill("no such thing")
    expect(page.locator("#list")).to_have_text("No error is like that.")


def test_an_address_opens_its_error_whatever_is_filtered(opened: Callable[..., Opened]) -> None:
    page = opened().page
    group(page, "Wrong concept").last.click()
    fragment = page.url.partition("#")[2]
    assert fragment.startswith("e-")
    again = opened(f"#{fragment}").page
    expect(again.locator("#shown-h")).to_have_text("Wrong concept: ANA")
    expect(again.locator("#told")).to_contain_text("patient p002")
    expect(again.locator("#page .text .on").first).to_be_in_viewport()
    again.get_by_role("combobox", name="Patient").select_option("p001")
    again.evaluate("location.hash = ''")
    again.evaluate(f"location.hash = '{fragment}'")
    expect(again.locator("#count")).to_have_text("16 errors")
    missing = opened("#e-0000000000").page
    expect(missing.locator("#shown-h")).to_have_text("This error is not in this report")


def test_the_browsers_back_returns_to_the_error_before(opened: Callable[..., Opened]) -> None:
    page = opened().page
    group(page, "Missed").first.click()
    group(page, "Extra").first.click()
    page.go_back()
    expect(page.locator("#shown-h")).to_have_text("Missed: asthma")


def test_a_table_sorts_by_pointer_and_by_key(opened: Callable[..., Opened]) -> None:
    page = opened().page
    rows = page.locator("#t-concepts tbody th")
    head = page.locator("#t-concepts thead th", has_text="Concept")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    names = [text.split()[0] for text in rows.all_inner_texts()]
    assert names == sorted(names, key=str.lower)
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert [text.split()[0] for text in rows.all_inner_texts()] == names[::-1]
    page.locator("#t-concepts thead button", has_text="Gold").click()
    expect(head).not_to_have_attribute("aria-sort", "descending")
    gold = page.locator("#t-concepts tbody tr > :nth-child(2)").all_inner_texts()
    assert [int(number) for number in gold] == sorted(map(int, gold))


def test_without_script_the_figures_stay_and_what_is_missing_is_said(
    opened: Callable[..., Opened],
) -> None:
    page = opened(java_script_enabled=False).page
    expect(page.get_by_text("JavaScript is off.")).to_be_visible()
    expect(page.locator("#causes tbody tr")).to_have_count(7)
    expect(page.locator("#browser")).to_be_hidden()
    expect(page.locator(".plot svg").first).to_be_visible()
    expect(page.locator("#t-concepts")).to_be_visible()


def test_a_second_annotator_is_named_and_nobody_is_blamed(
    open_report: Callable[..., Opened], tmp_path: Path
) -> None:
    found, _, _ = invented()
    second = replace(found.run, rater="annotator")
    path = tmp_path / "report.html"
    path.write_text(
        render_evaluation_report(
            evaluate(found.gold, second), [], [], corpus="two", provenance=Provenance("1", "")
        ),
        encoding="utf-8",
    )
    page = open_report(path).page
    group(page, "Verdict reversed").first.click()
    told = page.locator("#told")
    expect(told).to_contain_text("Gold: fail. Second annotator: pass.")
    expect(told).to_contain_text("No reason is recorded")
    expect(told).not_to_contain_text("to blame")
    group(page, "Extra").first.click()
    assert told.locator("thead th").all_inner_texts() == ["second annotator"]


def test_a_long_list_is_drawn_in_parts(open_report: Callable[..., Opened], tmp_path: Path) -> None:
    page = open_report(written(tmp_path, patients=10, notes=50)).page
    expect(page.locator("#count")).to_have_text("3020 errors")
    assert page.locator("#list li").count() == 0
    missed = group(page, "Missed")
    expect(missed).to_have_count(100)
    page.get_by_role("button", name="Show 100 more of 400").click()
    expect(missed).to_have_count(200)
    last = page.evaluate(
        "JSON.parse(document.getElementById('data').textContent).errors.at(-21).id"
    )
    page.evaluate(f"location.hash = '#e-{last}'")
    expect(page.locator("#list [aria-current]")).to_be_in_viewport()
    expect(page.locator("#page .text .on").first).to_be_in_viewport()


VIEWS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}},
    "narrow dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    "high contrast": {"forced_colors": "active"},
    "print": {},
}


@pytest.mark.parametrize("cause", ["Wrong boundary", "Verdict reversed"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(opened: Callable[..., Opened], view: str, cause: str) -> None:
    page = opened(reduced_motion="reduce", **VIEWS[view]).page
    group(page, cause).first.click()
    if view == "print":
        page.emulate_media(media="print")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_a_narrow_page_never_scrolls_sideways(opened: Callable[..., Opened]) -> None:
    page = opened(viewport={"width": 320, "height": 640}).page
    page.keyboard.press("j")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_paper_has_the_figures_the_plots_and_the_causes(opened: Callable[..., Opened]) -> None:
    page = opened().page
    page.emulate_media(media="print")
    expect(page.locator("#browser")).to_be_hidden()
    expect(page.locator("#causes")).to_be_visible()
    expect(page.locator("#t-criteria")).to_be_visible()
    concepts = page.locator(".scroll", has=page.locator("#t-concepts"))
    assert concepts.evaluate("e => e.scrollHeight <= e.clientHeight")
