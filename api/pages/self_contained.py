"""What lets one HTML file carry its own style, script and data and still refuse everyone else's."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from markupsafe import Markup

_UNSAFE_IN_SCRIPT = str.maketrans(
    {character: f"\\u{ord(character):04x}" for character in "<>&'\u2028\u2029"}
)


def content_security_policy(style: str, script: str) -> str:
    """A policy under which this style and this script work and nothing else loads or runs."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def embedded_json(data: Any) -> Markup:
    """JSON that stays JSON inside a ``<script>`` element, whatever the text in it."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return Markup(text.translate(_UNSAFE_IN_SCRIPT))


def _digest(source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
