"""How well a run agrees with a gold corpus: mentions, attributes, criteria, patients.

``read_gold`` and ``read_run`` read what is to be compared and name every line that is unfit for
it; ``evaluate`` counts, with intervals over patients; ``Evaluation`` holds the figures and every
single error with its cause.
"""

from corpus.evaluation.evaluation import Evaluation, evaluate
from corpus.evaluation.gold import read_gold
from corpus.evaluation.metrics import Metrics
from corpus.evaluation.records import Gold, GoldPatient, Mention, Run, Verdicts
from corpus.evaluation.runs import UnreadableRun, read_run

__all__ = [
    "Evaluation",
    "Gold",
    "GoldPatient",
    "Mention",
    "Metrics",
    "Run",
    "UnreadableRun",
    "Verdicts",
    "evaluate",
    "read_gold",
    "read_run",
]
