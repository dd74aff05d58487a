"""A small invented run, its report, and a real Chromium to open it in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from abstraction.facts import Fact, parse_fact
from abstraction.notes import Note
from api.pages.report import CriterionProse, Provenance, render_report
from api.pages.timeline import Trial
from criteria_engine import load_protocol
from criteria_engine.assessment import Assessment
from criteria_engine.limits_of import limits_of
from criteria_engine.therapies_of import therapies_of

INVENTED = Path(__file__).with_name("invented_run.yaml")
TRUTHS = {"pass": "true", "fail": "false", "unknown": "unknown"}
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Run(NamedTuple):
    """The records of a run, as the commands hand them to the report."""

    notes: tuple[Note, ...]
    facts: tuple[Fact, ...]
    assessments: tuple[Assessment, ...]
    prose: Mapping[str, CriterionProse]

    def fact(self, note_id: str, concept: str) -> Fact:
        """The first fact of this concept in this note."""
        return next(f for f in self.facts if (f.note_id, f.concept) == (note_id, concept))

    @staticmethod
    def trial() -> Trial:
        """What the timelines show of the trial."""
        protocol = load_protocol("NCT07432334")
        return Trial(limits_of(protocol), therapies_of(protocol))

    def html(self) -> str:
        """The run's report."""
        return render_report(
            self.notes,
            self.facts,
            self.assessments,
            protocol_prose=self.prose,
            provenance=Provenance("0.1.0", "3f6c1a9be2d40715", notes_failed=1),
            trial=self.trial(),
        )


def invented_run() -> Run:
    """Four patients: one who may be eligible, one who is not, one undecided, one hostile."""
    data = yaml.safe_load(INVENTED.read_text(encoding="utf-8"))
    criteria = data["criteria"]
    notes: list[Note] = []
    facts: list[Fact] = []
    assessments: list[Assessment] = []
    for patient, told in data["patients"].items():
        own_notes = {
            name: Note(patient_id=patient, note_id=name, **note)
            for name, note in told["notes"].items()
        }
        own_facts = {name: invented_fact(own_notes, **fact) for name, fact in told["facts"].items()}
        notes.extend(own_notes.values())
        facts.extend(own_facts.values())
        assessments.append(invented_assessment(patient, told, own_facts, criteria))
    prose = {
        name: CriterionProse(each["title"], f"Words of the register on {each['title']}.")
        for name, each in criteria.items()
    }
    return Run(tuple(notes), tuple(facts), tuple(assessments), prose)


def invented_fact(
    notes: Mapping[str, Note], *, note: str, quote: str, kind: str, concept: str, **said: Any
) -> Fact:
    """A fact on the first place where the note says ``quote``.

    ``cues`` are pairs of role and words, each taken where it stands nearest before the end of the
    quote, else after it; ``date`` and ``basis`` default to the note's own day.
    """
    on = notes[note]
    start = on.text.index(quote)
    end = start + len(quote)
    cues = []
    for role, words in said.pop("cues", ()):
        at = max(on.text.rfind(words, 0, end), on.text.find(words, start))
        cues.append({"role": role, **on.span(at, at + len(words)).model_dump()})
    day = said.pop("date", on.date)
    basis = said.pop("basis", "note")
    return parse_fact(
        {
            "fact_id": f"{on.patient_id}-{on.note_id}-{concept}-{start}",
            "patient_id": on.patient_id,
            "note_id": on.note_id,
            "note_date": on.date,
            "kind": kind,
            "concept": concept,
            "span": on.span(start, end),
            "evidence": cues,
            "date": {"start": day, "end": day, "basis": basis} if day else None,
            "source": {"method": "rule", "id": f"{kind}.{concept}", "version": "3f6c1a9b"},
            **said,
        }
    )


def invented_assessment(
    patient: str,
    told: Mapping[str, Any],
    facts: Mapping[str, Fact],
    criteria: Mapping[str, Mapping[str, str]],
) -> Assessment:
    """All criteria in order; those without a verdict are unknown because no note speaks of them."""
    verdicts = []
    for name, criterion in criteria.items():
        silent = {
            "outcome": "unknown",
            "basis": "silent",
            "reason": f"No note speaks of it: {criterion['title']}",
            "evidence": [],
            "missing": [{"concept": criterion["missing"], "why": "a note or a test that says so"}],
        }
        verdict = told["verdicts"].get(name, silent)
        evidence = [
            {"fact_id": fact.fact_id, "note_id": fact.note_id, **fact.span.model_dump()}
            for fact in (facts[each] for each in verdict["evidence"])
        ]
        leaf = {
            "op": "is",
            "asks": f"{criterion['title']}, by the notes",
            "truth": TRUTHS[verdict["outcome"]],
            "reason": verdict["reason"],
            "for": evidence,
        }
        trace = {**leaf, "op": "all", "asks": criterion["title"], "for": [], "of": [leaf]}
        kind = "inclusion" if name.startswith("INC") else "exclusion"
        verdicts.append({"id": name, "kind": kind, **verdict, "evidence": evidence, "trace": trace})
    return Assessment.model_validate(
        {
            "patient_id": patient,
            "protocol": "NCT07432334",
            "protocol_version": "1.0+8c1d",
            "anchors": {"screening": "2026-04-01", "leukapheresis": told["leukapheresis"]},
            "triage": told["triage"],
            "criteria": verdicts,
        }
    )


@pytest.fixture(scope="session")
def run() -> Run:
    """The invented run."""
    return invented_run()


@pytest.fixture(scope="session")
def report(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its report, written to a file."""
    path = tmp_path_factory.mktemp("run") / "report.html"
    path.write_text(run.html(), encoding="utf-8", newline="")
    return path


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Headless Chromium: the one that CHROMIUM names, or the one on the path."""
    executable = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    if not executable:
        pytest.fail("These tests need Chromium: install it, or name its executable in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


class Opened(NamedTuple):
    """The report in a page, with what the page asked of the network and complained of."""

    page: Page
    requests: list[str]
    errors: list[str]


@pytest.fixture
def open_report(chromium: Browser, report: Path) -> Iterator[Callable[..., Opened]]:
    """Opens the report; options go to the browser context (viewport, colour scheme, …)."""
    contexts: list[BrowserContext] = []

    def open_(path: Path = report, fragment: str = "", **options: Any) -> Opened:
        context = chromium.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
        contexts.append(context)
        context.set_default_timeout(10_000)
        page, requests, errors = context.new_page(), [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: errors.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: errors.append("dialog") or dialog.dismiss())
        page.goto(path.as_uri() + fragment)
        return Opened(page, requests, errors)

    yield open_
    for context in contexts:
        context.close()
