"""Lupus nephritis told by its histological pattern alone: "diffuse proliferative LN"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from abstraction.facts import BiopsyClass
from abstraction.pipeline.class_grammar import ClassGrammar, ClassPhrase, sorted_classes
from abstraction.pipeline.printed import any_of
from abstraction.pipeline.screen import Screen
from nlp_rules.schema import BiopsyRules


class HistologyNames:
    """Reads the names of ``biopsies.yaml``.

    What they mean is inferred, not printed: the phrase carries ``class_basis`` "inferred".
    """

    def __init__(self, rules: BiopsyRules, classes: ClassGrammar) -> None:
        self._names = tuple(
            (
                re.compile(name.pattern.replace("{lupus}", rules.lupus_nephritis), re.IGNORECASE),
                name.readings,
            )
            for name in rules.histology_names
        )
        self._screen = Screen({"name": [pattern for pattern, _ in self._names]})
        self._biopsy = re.compile(any_of(rules.biopsy_words), re.IGNORECASE)
        self._classes = classes

    def may_tell(self, text: str) -> bool:
        """Whether a name can stand anywhere in ``text``."""
        return bool(self._screen.live(text)["name"])

    def phrases(self, text: str, start: int, end: int) -> Iterator[ClassPhrase]:
        """The names in the sentence ``[start, end)``, none inside another."""
        if not self._screen.live(text, start, end)["name"]:
            return
        taken: list[tuple[int, int]] = []
        for pattern, readings in self._names:
            for match in pattern.finditer(text, start, end):
                first, last = match.span()
                if not any(first < t[1] and t[0] < last for t in taken):
                    taken.append((first, last))
                    yield self._phrase(text, first, last, readings, start, end)

    def _phrase(
        self,
        text: str,
        first: int,
        last: int,
        readings: tuple[tuple[BiopsyClass, ...], ...],
        start: int,
        end: int,
    ) -> ClassPhrase:
        biopsy = self._biopsy.search(text, start, end)
        mention = (("mention", *biopsy.span()),) if biopsy else ()
        return ClassPhrase(
            start=first,
            end=last,
            classes=sorted_classes([c for reading in readings for c in reading]),
            readings=readings if len(readings) > 1 else (),
            class_basis="inferred",
            organ=self._classes.organ(text, start, end),
            parts=(*mention, ("class", first, last)),
        )
