"""axe-core finds no violation, whatever the theme, the width and what is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from tests.browser.conftest import Opened

VIEWS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}},
    "narrow dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    "high contrast": {"forced_colors": "active"},
    "print": {},
}


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(open_report: Callable[..., Opened], view: str) -> None:
    page = open_report(reduced_motion="reduce", **VIEWS[view]).page
    if view == "print":
        page.emulate_media(media="print")
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.locator("[data-criterion='INC-04'] a.ev").first.click()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_axe_finds_nothing_in_the_dialog_of_keys(open_report: Callable[..., Opened]) -> None:
    page = open_report().page
    page.keyboard.press("?")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_a_narrow_page_never_scrolls_sideways(open_report: Callable[..., Opened]) -> None:
    page = open_report(viewport={"width": 320, "height": 640}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_motion_stops_when_the_reader_asks_for_none(open_report: Callable[..., Opened]) -> None:
    name = "getComputedStyle(document.activeElement).animationName"
    for wish, animation in (("reduce", "none"), ("no-preference", "arrive")):
        page = open_report(reduced_motion=wish).page
        page.locator("[data-criterion='INC-04'] a.ev").first.click()
        assert page.evaluate(name) == animation
