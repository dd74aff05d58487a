"""Silence around code that may print what it reads.

Libraries log, warn and print, and what they have at hand is the text of a patient's note.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing inside reaches a log, a warning, standard output or standard error."""
    from loguru import logger

    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    logger.disable("")
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.enable("")
        logging.disable(disabled)
