"""Lets the tests of this folder share ``invented``, also under importlib's import mode."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
