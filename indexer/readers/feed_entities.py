"""The ampersands of a feed, put right as it goes by: what they name becomes numbers, and what names nothing a sign.

Half of all feeds have `&nbsp;` or a bare `&` in them, which XML does not know. libxml2 goes on after such an error, but
from then on drops `&lt;` and `&gt;` in silence, and a text loses its tags' brackets and keeps their names. Numbers
are safe, and there is nothing left that a document type could have declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5
from typing import Final

_REFERENCE = re.compile(rb"&(?:#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_BEGIN: Final = b"<![CDATA["
_END: Final = b"]]>"
#: The longest thing that must not be cut in two.
_LONGEST: Final = 40


def mend_entities(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes with every reference a number; inside CDATA an ampersand is an ampersand."""
    held = b""
    is_inside = False
    for piece in pieces:
        content = held + piece
        mended, at, is_inside = _mend(content, is_inside=is_inside, is_last=False)
        held = content[at:]
        yield mended
    mended, _, _ = _mend(held, is_inside=is_inside, is_last=True)
    if mended:
        yield mended


def _mend(content: bytes, *, is_inside: bool, is_last: bool) -> tuple[bytes, int, bool]:
    """What could be mended, how far that is, and whether a CDATA section is open there."""
    parts: list[bytes] = []
    at = 0
    while True:
        mark = _END if is_inside else _BEGIN
        found = content.find(mark, at)
        if found < 0:
            break
        end = found + len(mark)
        parts.append(content[at:end] if is_inside else _REFERENCE.sub(_number, content[at:end]))
        at, is_inside = end, not is_inside
    stop = len(content) if is_last else _safe_end(content, at)
    parts.append(content[at:stop] if is_inside else _REFERENCE.sub(_number, content[at:stop]))
    return b"".join(parts), stop, is_inside


def _safe_end(content: bytes, at: int) -> int:
    """Before whatever may go on in the next piece."""
    start = max(at, len(content) - _LONGEST)
    ends = [found for mark in (b"&", b"<", b"]") if (found := content.find(mark, start)) >= 0]
    return min(ends, default=len(content))


def _number(match: re.Match[bytes]) -> bytes:
    if match[1] is None:
        return match[0] if len(match[0]) > 1 else b"&#38;"
    meant = html5.get(match[1].decode("ascii") + ";")
    return b"&#38;" + match[0][1:] if meant is None else b"".join(b"&#%d;" % ord(letter) for letter in meant)
