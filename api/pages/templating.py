"""The templates of the pages, which print every text escaped, and the files beside them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.pages.fact_details import concept_words, words
from api.pages.patient_view import anchors_in_words
from api.pages.self_contained import embedded_json
from api.pages.visible import as_html


@cache
def templates() -> Environment:
    """The environment of ``templates/``; an unknown name in a template raises."""
    environment = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        words=words,
        concept=concept_words,
        embedded_json=embedded_json,
        anchors=anchors_in_words,
        px=_px,
    )
    return environment


def static(*names: str) -> str:
    """The text of these files of ``static/``, one after the other."""
    folder = files("api.pages").joinpath("static")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


def _px(place: float) -> str:
    """A place in a drawing, to a tenth."""
    return f"{place:.1f}".removesuffix(".0")


def _finalize(value: Any) -> Any:
    """Every text that a template prints passes here, so none reaches the page unescaped."""
    return value if isinstance(value, Markup) else as_html(str(value))
