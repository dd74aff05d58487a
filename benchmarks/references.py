"""What the speed of the pipeline is stated against: the field's own tools over the same terms.

Their packages are the extra ``bench``, never of the product.  Each function gives something that
reads one text; what it finds is thrown away.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import spacy

Reads = Callable[[str], object]

TARGET = "TARGET"
_QUALIFIERS = ("negation", "family", "history", "hypothesis")


def bare_tokenizer() -> Reads:
    """spaCy's English tokenizer alone."""
    return spacy.blank("en")


def one_scan(terms: Sequence[str]) -> Reads:
    """One pass of an Aho-Corasick automaton over the text: the floor for any reader of terms."""
    from ahocorasick_rs import AhoCorasick

    automaton = AhoCorasick(list(terms))
    return lambda text: automaton.find_matches_as_indexes(text.lower())


def medspacy_tuned(terms: Sequence[str]) -> Reads:
    """medSpaCy with spaCy's sentencizer, and with span groups in place of ``doc.ents``."""
    _quietly_import_medspacy()
    from medspacy.ner import TargetRule

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    matcher = nlp.add_pipe("medspacy_target_matcher", config={"result_type": "group"})
    matcher.add([TargetRule(term, TARGET) for term in terms])
    nlp.add_pipe("medspacy_context", config={"input_span_type": "group"})
    nlp.add_pipe("medspacy_sectionizer", config={"input_span_type": "group"})
    return nlp


def medspacy_as_shipped(terms: Sequence[str]) -> Reads:
    """medSpaCy as ``medspacy.load()`` gives it, with PyRuSH and the sectionizer."""
    medspacy = _quietly_import_medspacy()
    from loguru import logger
    from medspacy.ner import TargetRule

    # Its sentence splitter writes the note's tokens to stderr at each step.
    logger.remove()
    parts = ["pyrush", "target_matcher", "context", "sectionizer"]
    nlp = medspacy.load(medspacy_enable=[f"medspacy_{part}" for part in parts])
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(term, TARGET) for term in terms])
    return nlp


def edsnlp_with_its_tokenizer(terms: Sequence[str]) -> Reads:
    """edsnlp: matcher, four qualifiers and sections behind its own tokenizer."""
    import edsnlp

    return _edsnlp(edsnlp.blank("eds"), terms)


def edsnlp_with_spacys(terms: Sequence[str]) -> Reads:
    """The same behind spaCy's English tokenizer."""
    import edsnlp  # noqa: F401 — registers its components

    return _edsnlp(spacy.blank("en"), terms)


def _edsnlp(nlp: spacy.Language, terms: Sequence[str]) -> Reads:
    nlp.add_pipe("eds.sentences")
    nlp.add_pipe("eds.normalizer")
    nlp.add_pipe("eds.matcher", config={"terms": {TARGET: list(terms)}, "attr": "LOWER"})
    for qualifier in _QUALIFIERS:
        nlp.add_pipe(f"eds.{qualifier}")
    nlp.add_pipe("eds.sections")
    return nlp


def _quietly_import_medspacy():  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import medspacy
    return medspacy
