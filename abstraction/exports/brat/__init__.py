"""Gold and predictions as BRAT folders: ``write_brat`` and ``read_brat``.

``docs/brat.md`` tells what each line of a ``.ann`` means.
"""

from abstraction.exports.brat.annotating import NotWritable
from abstraction.exports.brat.folders import (
    BratFact,
    BratFolder,
    BratNote,
    read_brat,
    write_brat,
)

__all__ = ["BratFact", "BratFolder", "BratNote", "NotWritable", "read_brat", "write_brat"]
