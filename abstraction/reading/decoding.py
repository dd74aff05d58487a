"""From bytes to text, so that every offset can be counted again by anyone.

A file is UTF-8, else cp1252; line ends stay as they are.  A byte-order mark at the start of a
note is the first character of its text (U+FEFF), exactly as decoding the file as UTF-8 gives it;
at the start of a table it belongs to the table and is dropped.  What no Unicode text may hold
(half of a surrogate pair, which JSON can spell and a file name can hide) becomes U+FFFD, one
character for one, so that offsets stay.  A byte that cp1252 leaves undefined becomes U+FFFD too.
"""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

BINARY_SHARE = 0.05
"""Share of control characters above which a file is no text: prose has none, random bytes have
more than twice as many."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK = 1 << 20


class NotText(ValueError):
    """The bytes are not those of a text; the message says what they look like."""


def decode(data: bytes) -> str:
    """The text of a note's bytes: UTF-8, else cp1252.  Raises ``NotText`` for anything binary."""
    if data.startswith(_UTF16_MARKS):
        raise NotText("is UTF-16; save it as UTF-8")
    if b"\0" in data:
        raise NotText("is not text (it holds NUL bytes)")
    text = decode_line(data)
    if len(_CONTROL.findall(text)) > BINARY_SHARE * len(text):
        raise NotText("is not text (too many control characters)")
    return text


def decode_line(data: bytes) -> str:
    """UTF-8, else cp1252 with U+FFFD for the five bytes it leaves undefined."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def storable(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD: same length, and UTF-8 can hold it."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def table_encoding(stream: BinaryIO) -> str:
    """The encoding of a whole table: "utf-8-sig" when every byte is UTF-8, else "cp1252"."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
