"""Files in UTF-16 and UTF-32 -> the same in UTF-8, as they go by, so that every other reader knows bytes of ASCII."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final

from indexer.readers.encoding import DecodedText, decode_text
from indexer.readers.streams import DamagedError

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TOLD_BY: Final = 4096


def tell_wide(head: bytes) -> str:
    """The encoding of a file that begins so, "" where its characters of ASCII are single bytes."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    sample = head[:_TOLD_BY]
    if b"\x00" not in sample:
        return ""
    found = decode_text(sample)
    return found.encoding if isinstance(found, DecodedText) and found.encoding.startswith("utf-16") else ""


def narrow_text(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Raises DamagedError where the bytes are not what they are marked as; half a character at the end is dropped."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for piece in pieces:
        try:
            text = decoder.decode(piece)
        except UnicodeError as error:
            raise DamagedError("damaged text", f"not {encoding}: {error}") from error
        if text:
            yield text.encode("utf-8", "surrogatepass")
