"""Documents that are written from the code say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.write_docs import DOCS, documents


@pytest.mark.parametrize(
    ("path", "content"),
    [pytest.param(path, text, id=path.name) for path, text in documents().items()],
)
def test_generated_documents_are_current(path: Path, content: str) -> None:
    assert path.read_text(encoding="utf-8") == content, "run `make docs`"


def test_no_schema_is_left_over() -> None:
    assert set((DOCS / "schema").iterdir()) == {
        path for path in documents() if path.suffix == ".json"
    }


def test_the_readme_quotes_the_figures_as_they_were_written_down() -> None:
    root = Path(__file__).parents[1]
    readme = (root / "README.md").read_text(encoding="utf-8")
    quoted = readme.partition("<!-- figures -->\n")[2].partition("<!-- end of figures -->")[0]
    rows = quoted.splitlines()
    assert len(rows) > 5
    figures = (root / "docs" / "figures.md").read_text(encoding="utf-8").splitlines()
    assert [row for row in rows if row not in figures] == []
