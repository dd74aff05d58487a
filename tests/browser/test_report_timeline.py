"""The timeline of a patient: marks that lead to their words, the same told as text, no overflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Opened

OVERLAPS = """svg => {
  const boxes = [...svg.querySelectorAll('.tk, .ty')].map(text => text.getBoundingClientRect());
  return boxes.filter((a, i) => boxes.some((b, j) => j > i
    && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length;
}"""
OUTSIDE = """svg => {
  const sheet = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < sheet.left - 1 || box.right > sheet.right + 1
      || box.top < sheet.top - 1 || box.bottom > sheet.bottom + 1;
  }).map(text => text.textContent);
}"""
FOCUSED_FACT = "document.activeElement.closest('[data-fact]')?.dataset.fact"


def timeline(page: Page, patient: str = "LC-0417") -> Locator:
    """The timeline of a patient, scrolled into view."""
    found = page.locator(f"[data-patient='{patient}'] .timeline")
    found.scroll_into_view_if_needed()
    return found


def test_every_mark_leads_to_a_highlight_and_says_what_it_is(
    open_report: Callable[..., Opened],
) -> None:
    page = open_report().page
    marks = page.evaluate(
        """[...document.querySelectorAll('.tl a')].map(a => [a.getAttribute('href').slice(1),
             a.querySelector('title').textContent,
             !!document.querySelector(`[data-fact="${a.getAttribute('href').slice(1)}"]`)])"""
    )
    assert len(marks) >= 10
    assert all(found for _, _, found in marks)
    assert all("in 1 note" in name or "notes" in name for _, name, _ in marks)
    sections = page.evaluate(
        """[...document.querySelectorAll('.tl a')].every(a =>
             a.closest('[data-patient]').id === a.getAttribute('href').slice(1).split('f')[0])"""
    )
    assert sections, "a mark leads to the notes of its own patient"


def test_a_click_on_a_mark_shows_its_words_and_b_goes_back(
    open_report: Callable[..., Opened],
) -> None:
    opened = open_report()
    page = opened.page
    row = timeline(page).get_by_role("group", name="mycophenolate", exact=True)
    mark = row.get_by_role("link").first
    expect(mark).to_have_accessible_name(
        "mycophenolate: begun 2025-05-06; no end told, taken on 2026-03-14; certain days "
        "2025-05-06 to 2026-03-14. 1 fact in 1 note."
    )
    target = (mark.get_attribute("href") or "").removeprefix("#")
    mark.focus()
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED_FACT) == target
    expect(page.locator(":focus")).to_contain_text("Mycophenolate 1 g")
    expect(page.locator("#panel")).to_contain_text("mycophenolate")
    page.keyboard.press("b")
    expect(mark).to_be_focused()
    row.locator(".hit").first.click()
    assert page.evaluate(FOCUSED_FACT) == target
    assert opened.errors == []


def test_marks_are_reached_with_tab_alone(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    timeline(page).locator("summary").first.focus()
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.tl a') !== null")


def test_the_text_holds_what_the_picture_holds(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    timelines = page.locator(".timeline").filter(has=page.locator(".tl"))
    assert timelines.count() >= 2
    for one in timelines.all():
        rows = one.locator(".tl [role=group]").evaluate_all(
            "rows => rows.map(row => [row.getAttribute('aria-label').split(/[,;]/)[0], "
            "row.querySelectorAll('a:not(.cf)').length])"
        )
        told = one.locator(".told tbody tr").evaluate_all(
            "rows => rows.map(row => [row.querySelector('th').textContent.split(',')[0], "
            "row.querySelector('td:last-child').querySelectorAll('a').length])"
        )
        names = [name for name, _ in told]
        for name, marks in rows:
            lines = [links for other, links in told if other == name]
            assert name in names
            assert marks in (len(lines), sum(lines)), f"{name}: a line a course, a link a result"
        links = one.evaluate(
            """timeline => { const of = (within) => new Set([...timeline.querySelectorAll(within)]
                 .map(a => a.getAttribute('href')));
               const told = of('.told a');
               return [...of('.tl a')].filter(href => !told.has(href)); }"""
        )
        assert links == []


def test_no_label_leaves_the_sheet_and_no_two_ticks_touch(
    open_report: Callable[..., Opened],
) -> None:
    page = open_report().page
    for svg in page.locator(".tl").all():
        svg.scroll_into_view_if_needed()
        assert svg.evaluate(OUTSIDE) == []
        assert svg.evaluate(OVERLAPS) == 0


def test_on_a_narrow_page_the_picture_scrolls_in_its_own_box(
    open_report: Callable[..., Opened],
) -> None:
    page = open_report(viewport={"width": 360, "height": 740}).page
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    sheet = timeline(page).locator(".sheet")
    assert sheet.evaluate("box => box.scrollWidth > box.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_on_paper_picture_and_text_are_both_there(open_report: Callable[..., Opened]) -> None:
    page = open_report(viewport={"width": 700, "height": 900}).page
    page.emulate_media(media="print")
    one = timeline(page)
    expect(one.locator(".tl")).to_be_visible()
    expect(one.locator(".told table").first).to_be_visible()
    assert one.locator(".sheet").evaluate("box => box.scrollWidth <= box.clientWidth + 1")
    fills = one.locator(".tl .rx .ce").evaluate_all(
        "bars => bars.map(bar => getComputedStyle(bar).fill)"
    )
    assert set(fills) == {"rgb(0, 0, 0)"}


def test_a_patient_of_whom_nothing_can_be_drawn_has_a_sentence(
    open_report: Callable[..., Opened],
) -> None:
    page = open_report().page
    without = page.locator(".timeline").filter(has_not=page.locator(".tl"))
    assert without.count() == 2
    for one in without.all():
        expect(one).to_contain_text("so there is no picture")
