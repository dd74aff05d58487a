"""The medspaCy pipeline: notes in, facts out.

One registered spaCy component a file, each doing one thing to the ``Doc`` and writing only its own
extension; the last turns what they found into plain facts.
"""

from abstraction.pipeline.build import build_pipeline, extract_facts

__all__ = ["build_pipeline", "extract_facts"]
