"""Text as HTML can carry it, a character for a character.

HTML drops NUL, cannot hold a lone surrogate, and shows most control characters as nothing at all;
a reader of a record must see that something stands there.  So each is replaced by one visible
character (the Unicode control pictures where there is one) and offsets stay what they were.
TAB and LF are kept.  CR is kept too: it is written ``&#13;``, because a parser turns a literal
one into LF.
"""

from __future__ import annotations

from markupsafe import Markup, escape

_REPLACEMENT = 0xFFFD
_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"}
_VISIBLE: dict[int, int] = {
    **_PICTURES,
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), _REPLACEMENT),
    **dict.fromkeys(range(0xD800, 0xE000), _REPLACEMENT),
    **dict.fromkeys((0xFFFE, 0xFFFF), _REPLACEMENT),
}


def visible(text: str) -> str:
    """``text`` with every character that HTML cannot show replaced by one that it can."""
    return text.translate(_VISIBLE)


def as_html(text: str) -> Markup:
    """``text`` made visible and escaped, for an element or a quoted attribute."""
    return Markup(str(escape(visible(text))).replace("\r", "&#13;"))
