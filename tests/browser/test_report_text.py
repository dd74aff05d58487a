"""What the report shows of a note is the note, and nothing in a note can act."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import Page

from abstraction.facts import Fact
from api.pages.visible import visible

if TYPE_CHECKING:
    from tests.browser.conftest import Opened, Run

PIECES = """([quote]) => {
  for (const data of document.querySelectorAll('script[type="application/json"]')) {
    for (const [id, fact] of Object.entries(JSON.parse(data.textContent))) {
      if (fact.origin.some(([label, value]) => label === 'Fact' && value === quote)) {
        const pieces = document.querySelectorAll(`[data-fact="${id}"]`);
        return [...pieces].map(piece => piece.textContent);
      }
    }
  }
  return null;
}"""


def pieces(page: Page, fact: Fact) -> list[str]:
    """The texts of the elements that together highlight the fact."""
    return page.evaluate(PIECES, [fact.fact_id])


def test_every_note_reads_to_the_letter(open_report: Callable[..., Opened], run: Run) -> None:
    page = open_report().page
    shown = page.evaluate(
        """() => [...document.querySelectorAll('[data-note]')].map(note => [
             note.closest('[data-patient]').dataset.patient, note.dataset.note,
             note.querySelector('[data-text]').textContent])"""
    )
    assert {(patient, note): text for patient, note, text in shown} == {
        (visible(note.patient_id), note.note_id): visible(note.text) for note in run.notes
    }


def test_only_what_html_cannot_show_is_replaced(
    open_report: Callable[..., Opened], run: Run
) -> None:
    page = open_report().page
    text = page.locator("[data-patient^=ZZ] [data-text]")
    hostile = run.notes[-1].text
    expected = hostile.replace("\x00", "\u2400").replace("\x07", "\u2407").replace("\x7f", "\u2421")
    assert text.evaluate("element => element.textContent") == expected
    assert "\r\n" in expected and "\r" in expected.replace("\r\n", "")


def test_every_fact_is_highlighted_on_exactly_its_words(
    open_report: Callable[..., Opened], run: Run
) -> None:
    page = open_report().page
    assert {fact.fact_id: "".join(pieces(page, fact)) for fact in run.facts} == {
        fact.fact_id: visible(fact.span.text) for fact in run.facts
    }


def test_overlapping_facts_stay_apart(open_report: Callable[..., Opened], run: Run) -> None:
    page = open_report().page
    note = "2026-03-14_rheumatology"
    assert pieces(page, run.fact(note, "kidney_biopsy")) == ["class IV + V ", "lupus nephritis"]
    assert pieces(page, run.fact(note, "lupus_nephritis")) == ["lupus nephritis"]
    lines = page.evaluate(
        """() => {
             const inner = [...document.querySelectorAll('i[data-fact]')]
               .find(piece => piece.textContent === 'lupus nephritis');
             return [inner, inner.parentElement].map(piece => {
               const style = getComputedStyle(piece);
               return [style.textDecorationStyle, style.textUnderlineOffset];
             });
           }"""
    )
    (inner_style, inner_offset), (outer_style, outer_offset) = lines
    assert inner_style != outer_style
    assert inner_offset != outer_offset


def test_columns_of_a_table_stand_in_a_typeface_of_equal_widths(
    open_report: Callable[..., Opened],
) -> None:
    page = open_report().page
    family = "note => getComputedStyle(note.querySelector('[data-text]')).fontFamily"
    assert "monospace" in page.locator("[data-note$='laboratory']").evaluate(family)
    assert "monospace" not in page.locator("[data-note$='rheumatology']").evaluate(family)
    page.keyboard.press("m")
    assert "monospace" in page.locator("[data-note$='rheumatology']").evaluate(family)


def test_markup_in_a_note_never_acts(open_report: Callable[..., Opened]) -> None:
    opened = open_report()
    opened.page.wait_for_load_state("load")
    assert "owned" not in opened.page.title()
    assert opened.page.locator("img, iframe, object, embed, base").count() == 0
    assert opened.page.evaluate("document.querySelectorAll('[onclick], [onerror]').length") == 0
    assert opened.page.evaluate("document.scripts.length") == 1 + 4
    assert opened.errors == []


def test_the_policy_stops_what_is_not_the_reports_own(open_report: Callable[..., Opened]) -> None:
    opened = open_report()
    opened.page.evaluate(
        """() => {
             const style = document.createElement('style');
             style.textContent = 'body { display: none }';
             document.head.append(style);
             const image = new Image();
             image.src = 'https://example.org/pixel.png';
             document.body.append(image);
           }"""
    )
    assert opened.page.evaluate("getComputedStyle(document.body).display") == "block"
    assert "'unsafe" not in opened.page.content().partition("<title>")[0]
    assert all("Content Security Policy" in message for message in opened.errors)
    assert len(opened.errors) >= 2


def test_nothing_but_the_file_is_read(open_report: Callable[..., Opened]) -> None:
    opened = open_report(offline=True)
    for key in ("n", "j", "Enter", "b", "?", "Escape"):
        opened.page.keyboard.press(key)
    assert [url.partition("#")[0] for url in opened.requests] == [opened.page.url.partition("#")[0]]
    assert opened.errors == []


def test_paper_shows_every_criterion_and_every_note_in_full(
    open_report: Callable[..., Opened], run: Run
) -> None:
    page = open_report().page
    page.emulate_media(media="print")
    hidden = """selector => [...document.querySelectorAll(selector)]
      .filter(element => element.getBoundingClientRect().height === 0
                      || !element.checkVisibility({contentVisibilityAuto: false})).length"""
    criteria = sum(len(each.criteria) for each in run.assessments)
    assert page.locator("[data-criterion]").count() == criteria
    for selector in ("[data-criterion]", "blockquote", ".trace", ".evidence", "[data-text]"):
        assert page.evaluate(hidden, selector) == 0, selector
    assert page.evaluate(
        "[...document.querySelectorAll('.notes')].every(n => n.scrollHeight === n.clientHeight)"
    )
    assert page.locator(".tools").is_hidden()
    assert page.locator("#panel").is_hidden()


def test_without_script_links_still_lead_to_the_words_and_back(
    open_report: Callable[..., Opened],
) -> None:
    page = open_report(java_script_enabled=False).page
    link = page.locator("[data-criterion='INC-04'] a.ev").first
    link.click()
    mark = page.locator(f"[id='{page.url.partition('#')[2]}']")
    assert mark.text_content() == "ANA 1:640"
    mark.click()
    criterion = page.locator(f"[id='{page.url.partition('#')[2]}']")
    assert criterion.get_attribute("data-criterion") == "INC-02"
