"""From a verdict to its words and back, by pointer and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Opened, Run

FOCUSED = "document.activeElement.textContent"
CRITERION = "document.activeElement.closest('[data-criterion]')?.dataset.criterion"
PATIENT = "document.activeElement.closest('[data-patient]')?.dataset.patient"


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def criterion(page: Page, name: str, patient: str = "LC-0417") -> Locator:
    """A criterion of a patient."""
    return page.locator(f"[data-patient='{patient}'] [data-criterion='{name}']")


def test_a_click_on_evidence_shows_and_announces_the_words(
    open_report: Callable[..., Opened],
) -> None:
    page = open_report().page
    criterion(page, "INC-12").locator("a.ev").first.click()
    mark = page.locator(":focus")
    expect(mark).to_have_text("10.8")
    expect(mark).to_be_in_viewport()
    expect(mark).to_have_css("outline-style", "solid")
    expect(page.locator("#live")).to_contain_text("Evidence for INC-12: “10.8”")
    panel = page.locator("#panel")
    for words in ("hemoglobin", "10.8 g/dL", "108 g/L", "2026-03-20 (from its column or heading)",
                  "rule measurement.hemoglobin", "low"):  # fmt: skip
        expect(panel).to_contain_text(words)


@pytest.mark.parametrize("key", ["Enter", "b", "Backspace"])
def test_a_key_goes_back_to_the_verdict_that_sent_the_reader(
    open_report: Callable[..., Opened], key: str
) -> None:
    page = open_report().page
    link = criterion(page, "INC-04").locator("a.ev").nth(1)
    link.focus()
    press(page, "Enter")
    expect(page.locator(":focus")).to_have_text("anti-dsDNA 212 IU/mL")
    press(page, key)
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()


def test_a_second_click_on_the_words_goes_back(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    link = criterion(page, "INC-07").locator("a.ev").first
    link.click()
    page.locator(":focus").click()
    expect(link).to_be_focused()


def test_words_that_one_verdict_uses_lead_to_it(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    page.locator("[data-note$='echo'] a", has_text="LVEF").focus()
    press(page, "b")
    assert page.evaluate(CRITERION) == "INC-08"


def test_words_that_several_verdicts_use_list_them(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    page.locator("[data-note$='rheumatology'] a", has_text="ANA 1:640").focus()
    panel = page.locator("#panel")
    expect(panel.locator("ul a")).to_have_text(
        ["INC-02 SLE by EULAR/ACR 2019", "INC-04 ANA, anti-dsDNA or anti-Sm"]
    )
    press(page, "Enter")
    expect(panel.locator("ul a").first).to_be_focused()
    press(page, "Tab", "Enter")
    assert page.evaluate(CRITERION) == "INC-04"


def test_words_that_no_verdict_uses_say_so(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    page.locator("[data-note$='rheumatology'] a", has_text="seizures").click()
    expect(page.locator("#panel")).to_contain_text("No verdict rests on this fact")
    expect(page.locator("#panel")).to_contain_text("absent")


def test_the_cues_of_a_fact_are_marked_while_it_is_chosen(
    open_report: Callable[..., Opened],
) -> None:
    page = open_report().page
    cues = "[...CSS.highlights.get('cue') ?? []].map(String)"
    page.locator("[data-note$='rheumatology'] a", has_text="Mycophenolate").focus()
    assert page.evaluate(cues) == ["twice daily", "6 May 2025"]
    expect(page.locator("#panel")).to_contain_text("“twice daily”")
    page.locator("a", has_text="WBC").last.focus()
    page.locator("span[data-fact]", has_text=" 4.2").click()
    assert page.evaluate(cues) == ["4.2"], "offsets hold behind characters of two UTF-16 units"
    press(page, "Escape")
    assert page.evaluate(cues) == []
    expect(page.locator("#panel")).to_be_hidden()


def test_two_facts_on_the_same_words_are_both_shown(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    page.locator("[data-note$='rheumatology'] a", has_text="C3 and C4 low").focus()
    expect(page.locator("#panel h2")).to_have_count(2)


def test_the_whole_report_is_walked_by_single_keys(
    open_report: Callable[..., Opened], run: Run
) -> None:
    opened = open_report()
    page = opened.page
    press(page, "n")
    assert page.evaluate(PATIENT) == "LC-0417"
    names = [each.id for each in run.assessments[0].criteria]
    walked = []
    for _ in names:
        press(page, "j")
        walked.append(page.evaluate(CRITERION))
        expect(page.locator(":focus")).to_be_in_viewport()
    assert walked == names
    press(page, "k", "k")
    assert page.evaluate(CRITERION) == names[-3]
    press(page, "n")
    assert page.evaluate(PATIENT) == "LC-0522"
    press(page, "j", "Enter")
    assert page.evaluate(FOCUSED) == "61 y/o"
    press(page, "j")
    assert page.evaluate(CRITERION) == "INC-02"
    press(page, "o")
    expect(criterion(page, "INC-02", "LC-0522").locator("blockquote")).to_be_visible()
    press(page, "p")
    assert page.evaluate(PATIENT) == "LC-0417"
    press(page, "l")
    assert page.evaluate("location.hash") == "#patients"
    assert opened.errors == []


def test_evidence_is_reached_with_tab_alone(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    press(page, "Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the patients")
    press(page, "Enter", "Tab")
    expect(page.locator(":focus")).to_have_text("LC-0417")
    press(page, "Enter")
    for _ in range(20):
        press(page, "Tab")
        if page.evaluate(FOCUSED) == "Skip the timeline":
            press(page, "Enter", "Tab")
        if page.locator(":focus").evaluate("element => element.matches('a.ev')"):
            break
    expect(page.locator(":focus")).to_have_text("“34-year-old”")
    press(page, "Enter")
    assert page.locator(":focus").get_attribute("data-fact")


def test_the_keys_are_explained_and_can_be_turned_off(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Single-letter keys are on").uncheck()
    press(page, "Escape")
    expect(dialog).to_be_hidden()
    press(page, "n")
    assert page.evaluate("location.hash") == ""


def test_an_address_with_a_fact_opens_at_its_words(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    criterion(page, "INC-11").locator("a.ev").first.click()
    fragment = "#" + page.url.partition("#")[2]
    again = open_report(fragment=fragment).page
    expect(again.locator(":focus")).to_have_text("188")
    expect(again.locator(":focus")).to_be_in_viewport()


def test_the_browsers_back_returns_along_the_way(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    press(page, "n", "j", "j", "Enter")
    assert page.evaluate(FOCUSED) == "ANA 1:640"
    page.go_back()
    page.wait_for_function(f"{CRITERION} === 'INC-02'")


def test_the_words_are_found_by_the_browsers_search(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    assert page.evaluate("window.find('Basal cell carcinoma removed')")
    assert page.evaluate("getSelection().toString()") == "Basal cell carcinoma removed"
