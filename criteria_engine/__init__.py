"""Facts in, verdicts out: deterministic, three-valued, and every verdict with its proof.

Nothing in this room reads text or loads spaCy.
"""
