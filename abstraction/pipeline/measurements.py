"""Results beside their analytes: first in tables, then, for what no table holds, in prose."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.page import Page
from abstraction.pipeline.prose_results import ProseReader
from abstraction.pipeline.special_notations import SpecialNotations
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
        self._unnamed = UnnamedReader(pack)

    def __call__(self, doc: Doc) -> Doc:
        page = Page.of(doc)
        numbers = [i for i, t in enumerate(page.targets) if t.kind == "measurement"]
        tabular = list(self._tables.read(page, numbers))
        done = {result.target for result in tabular}
        prose = list(self._prose.read(page, [n for n in numbers if n not in done]))
        named = [*tabular, *prose]
        unnamed = [
            result.beneath(page.dates.heading(result.start, vital=result.vital))
            for result in self._unnamed.read(page.text, [(r.start, r.end) for r in named])
        ]
        found = sorted([*named, *unnamed], key=lambda result: (result.start, result.concept))
        doc._.measurements = tuple(found)
        doc._.dates = page.dates.without(
            (start, end) for r in found for role, start, end in r.parts if role == "value"
        )
        return doc
