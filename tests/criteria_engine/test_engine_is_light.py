"""The engine alone needs no language processing."""

import subprocess
import sys

SCRIPT = """
import datetime as dt, sys
from abstraction.chart import charts
from criteria_engine import Anchors, assess, load_protocol
import criteria_engine.prose
(chart,) = charts([], ["p01"])
assess(chart, load_protocol("NCT07432334"), Anchors(screening=dt.date(2026, 4, 1)))
heavy = {"spacy", "medspacy", "nlp_rules", "pyarrow", "api", "corpus"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""


def test_scoring_loads_no_language_processing():
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
