"""What a careful reader of the notes would decide, criterion by criterion.

The reader knows the readings of the public contract (section 8) and judges only what the notes
said, not the course behind them.  A criterion on which the contract does not settle what such a
chart means is left out.  Nothing here knows the criteria engine.
"""

from corpus.synthetic.verdicts.assessing import CRITERIA, assessment

__all__ = ["CRITERIA", "assessment"]
