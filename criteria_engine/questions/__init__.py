"""Questions that a coordinator asks of a run, as pure functions over assessments and charts.

What would decide it, what expires, the earliest date for an anchor, and what changed.
"""

from criteria_engine.questions.changes import Changes, compare, meanings_of
from criteria_engine.questions.decide import Decision, decide
from criteria_engine.questions.earliest import EarliestDate, earliest
from criteria_engine.questions.expires import Expiries, expires

__all__ = [
    "Changes",
    "Decision",
    "EarliestDate",
    "Expiries",
    "compare",
    "decide",
    "earliest",
    "expires",
    "meanings_of",
]
