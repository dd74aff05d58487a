"""The command, run in this process; small charts to run it on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import nlp_rules
from api.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The only line on standard error."""
        (line,) = self.err.splitlines()
        return line


Command = Callable[..., Ended]


@pytest.fixture(scope="session", autouse=True)
def one_pipeline() -> Iterator[None]:
    """Builds the pipeline once for all the runs in this process; it costs seconds."""
    from abstraction import pipeline

    rules = nlp_rules.load_rules()
    build = functools.cache(functools.partial(pipeline.build_pipeline, rules))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nlp_rules, "load_rules", lambda: rules)
        patch.setattr(
            pipeline, "build_pipeline", lambda _, day_first=None: build(day_first=day_first)
        )
        yield


@pytest.fixture
def lupus_chart(capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs ``lupus-chart`` with the given arguments."""

    def run(*arguments: str | Path) -> Ended:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        said = capfd.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return run


CHARTS = {
    "p01/2026-03-02_rheumatology.txt": (
        "34-year-old woman with systemic lupus erythematosus since 2015.\r\n"
        "ANA 1:640 positive, anti-dsDNA 88 IU/mL. Platelets 182 x10^9/L.\r\n"
    ),
    "p01/2026-03-09_nephrology.txt": "Class IV lupus nephritis. Rituximab 1 g on 2026-03-28.\n",
    "p02/2026-02-11_ed.txt": "No history of lupus. Sprained ankle.\n",
    "p03/2026-01-05_letter.md": "Dear colleague, thank you for seeing her.\n",
}


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    """A folder of charts of three patients."""
    root = tmp_path / "charts"
    for name, text in CHARTS.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return root
