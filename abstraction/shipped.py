"""The extractor that is installed with the program: its rules, in the medSpaCy pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from abstraction.quiet import quiet

if TYPE_CHECKING:
    from abstraction.attempt import Extractor


@dataclass(frozen=True, slots=True)
class ShippedExtractor:
    """Makes the extractor; plain data, so that it can be sent to another process.

    ``day_first``: how notes that do not show it write day and month; None keeps both readings.
    """

    day_first: bool | None = None

    def __call__(self) -> Extractor:
        with quiet():
            from abstraction.pipeline import build_pipeline, extract_facts
            from nlp_rules import load_rules

            return partial(extract_facts, build_pipeline(load_rules(), day_first=self.day_first))
