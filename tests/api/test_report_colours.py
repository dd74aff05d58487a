"""The colours of the report keep WCAG AA contrast in both themes, on every tint they may stand on.

A browser check cannot judge text that something overlaps; these numbers can.
"""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

KINDS = ("dx", "bx", "rx", "ms", "dm", "st", "dt")
Colour = tuple[float, float, float]


def themes() -> dict[str, dict[str, str]]:
    """The hexadecimal custom properties of each theme; the dark one overrides the light one."""
    css = files("api.pages").joinpath("static", "base.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    properties = [dict(re.findall(r"--([\w-]+): (#\w+);", block)) for block in (light, dark)]
    return {"light": properties[0], "dark": properties[0] | properties[1]}


def over(colour: str, ground: Colour) -> Colour:
    """The colour, which may be translucent, laid over an opaque ground."""
    digits = colour.removeprefix("#")
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = (int(digits[i : i + 2], 16) / 255 for i in range(0, len(digits), 2))
    share = alpha[0] if alpha else 1.0
    mixed = [share * a + (1 - share) * b for a, b in zip((red, green, blue), ground, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def contrast(first: Colour, second: Colour) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""

    def luminance(colour: Colour) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("text", ["ink", "soft", "link", "pass", "fail", "unknown", *KINDS])
@pytest.mark.parametrize("ground", ["page", "sheet"])
def test_words_are_readable(theme: str, text: str, ground: str) -> None:
    colours = themes()[theme]
    below = over(colours[ground], (0, 0, 0))
    assert contrast(over(colours[text], below), below) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("outer", KINDS)
@pytest.mark.parametrize("inner", KINDS)
def test_highlighted_words_and_their_lines_are_readable(theme: str, outer: str, inner: str) -> None:
    colours = themes()[theme]
    sheet = over(colours["sheet"], (0, 0, 0))
    once = over(colours[f"{outer}-t"], sheet)
    twice = over(colours[f"{inner}-t"], once)
    ink = over(colours["ink"], sheet)
    assert min(contrast(ink, ground) for ground in (once, twice)) >= 4.5
    assert contrast(over(colours[outer], sheet), sheet) >= 3
    assert contrast(over(colours[outer], once), once) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marked_cues_are_readable(theme: str) -> None:
    colours = themes()[theme]
    cue = over(colours["cue"], (0, 0, 0))
    assert contrast(over(colours["on-cue"], cue), cue) >= 4.5
