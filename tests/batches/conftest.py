"""Makes the stub pipelines importable in processes that know nothing of pytest."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.cli.conftest import charts, lupus_chart, one_pipeline

__all__ = ["charts", "lupus_chart", "one_pipeline"]

_HERE = str(Path(__file__).parent)
sys.path.insert(0, _HERE)
# Spark's own Python processes are told by the environment.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_HERE, os.environ.get("PYTHONPATH")]))
