"""Results beside their analytes: first in tables, then, for what no table holds, in prose."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.page import Page
from abstraction.pipeline.paired_visits import PairedVisits
from abstraction.pipeline.prose_results import ProseReader
from abstraction.pipeline.results import Result
from abstraction.pipeline.special_notations import SpecialNotations
from abstraction.pipeline.stacked_results import StackedReader
from abstraction.pipeline.table_results import TableReader
from abstraction.pipeline.unnamed_results import UnnamedReader
from abstraction.pipeline.value_grammar import ValueGrammar

if not Doc.has_extension("measurements"):
    Doc.set_extension("measurements", default=())


@Language.factory(
    "lupus_measurements",
    requires=["doc._.targets", "doc._.dates"],
    assigns=["doc._.measurements", "doc._.dates"],
    default_config={"rules": SHIPPED},
)
class MeasurementReader:
    """Writes ``doc._.measurements``: a ``Result`` for each value, sorted by place.

    A number that is a value is no year any more, and leaves ``doc._.dates``.
    """

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        pack = rule_pack(rules)
        grammar, notations = ValueGrammar(pack), SpecialNotations(pack)
        self._tables = TableReader(grammar, notations, pack.values)
        self._prose = ProseReader(grammar, notations, pack.values)
        self._stacked = StackedReader(grammar)
        self._visits = PairedVisits(grammar)
        self._unnamed = UnnamedReader(pack)

    def __call__(self, doc: Doc) -> Doc:
        page = Page.of(doc)
        numbers = [i for i, t in enumerate(page.targets) if t.kind == "measurement"]
        tabular = list(self._tables.read(page, numbers))
        done = {result.target for result in tabular}
        done |= _also_named(page, tabular)
        stacked = list(self._stacked.read(page, [n for n in numbers if n not in done]))
        done |= {result.target for result in stacked}
        prose = list(self._prose.read(page, [n for n in numbers if n not in done]))
        named = self._visits.complete(page, _in_order([*tabular, *stacked, *prose]))
        unnamed = [
            result.beneath(page.dates.heading(result.start, vital=result.vital))
            for result in self._unnamed.read(page.text, [(r.start, r.end) for r in named])
        ]
        found = _in_order([*named, *unnamed])
        doc._.measurements = tuple(found)
        doc._.dates = page.dates.without(
            (start, end) for r in found for role, start, end in r.parts if role == "value"
        )
        return doc


def _also_named(page: Page, tabular: Iterable[Result]) -> set[int | None]:
    """The mentions that name the analyte of a row's label once more ("Emoglobina / Hemoglobin")."""
    found: set[int | None] = set()
    for number in {result.target for result in tabular if result.target is not None}:
        first = page.targets[number]
        for other in range(number + 1, min(number + 3, len(page.targets))):
            again = page.targets[other]
            between = page.text[first.end : again.start]
            if (
                again.concept == first.concept
                and len(between) <= _SAME_LABEL
                and "\n" not in between
            ):
                found.add(other)
    return found


_SAME_LABEL = 6
"""Characters between two names of one analyte in a label."""


def _in_order(results: Iterable[Result]) -> list[Result]:
    return sorted(results, key=lambda result: (result.start, result.concept))
