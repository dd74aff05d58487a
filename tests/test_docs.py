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
