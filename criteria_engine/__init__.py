"""Facts in, verdicts out: deterministic, three-valued, and every verdict with its proof.

Nothing in this room reads text or loads spaCy.
"""

from criteria_engine.assessment import Anchors, Assessment
from criteria_engine.engine import Judgement, assess, explain, judge
from criteria_engine.loading import available_protocols, load_protocol
from criteria_engine.protocol import Protocol, ProtocolError

__all__ = [
    "Anchors",
    "Assessment",
    "Judgement",
    "Protocol",
    "ProtocolError",
    "assess",
    "available_protocols",
    "explain",
    "judge",
    "load_protocol",
]
