"""Cursors as they stand in addresses: a place in the hits, readable by the service alone that gave it out.

Nothing is kept for a cursor. It carries its place, when it was given, and which search it belongs to, under a code
whose key is made anew at each start and is in no file: after a restart, when no older generation is open any more,
every cursor has expired. It hides nothing, so it is no secret that a cursor has a number in it.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from time import monotonic
from typing import Final

from searchapp.search.cursor import CURSOR_LIVES_S, Cursor, CursorExpiredError
from searchapp.search.request import SearchRequest
from searchapp.web.parameters import ParameterError, shorten
from searchapp.web.params import CURSOR_CHARS, write_params

#: Generation, first hit, day, seconds on the clock, digest of the search.
_PLACE: Final = struct.Struct(">IIII8s")
_CODE_BYTES: Final = 12
_PLAIN: Final = SearchRequest()


class Cursors:
    """Writes and reads them. `clock` gives seconds and never goes back. Who shares a key reads what the other wrote."""

    def __init__(self, clock: Callable[[], float] = monotonic, key: bytes | None = None) -> None:
        self._clock = clock
        self._key = key or secrets.token_bytes(32)

    def write(self, cursor: Cursor, request: SearchRequest) -> str:
        """`request` is the search whose hits go on there."""
        numbers = (cursor.generation, cursor.first, cursor.today.toordinal(), int(self._clock()))
        place = _PLACE.pack(*numbers, _digest(request))
        return urlsafe_b64encode(place + self._code(place)).decode("ascii")

    def read(self, text: str, request: SearchRequest) -> Cursor:
        """Raises ParameterError where it is none, or belongs to another search; CursorExpiredError where it was given
        too long ago, or by a process that is no more."""
        try:
            written = urlsafe_b64decode(text.encode("ascii"))
        except (UnicodeEncodeError, binascii.Error):
            written = b""
        if len(text) != CURSOR_CHARS or len(written) != _PLACE.size + _CODE_BYTES:
            raise ParameterError(
                "bad_value", "cursor", f"`cursor` cannot be {shorten(text)!r}; it takes what `next` of an answer gave"
            )
        place, code = written[: _PLACE.size], written[_PLACE.size :]
        if not hmac.compare_digest(code, self._code(place)):
            raise CursorExpiredError("was given before the service was started anew, or was changed on its way")
        generation, first, day, given_at, digest = _PLACE.unpack(place)
        if digest != _digest(request):
            raise ParameterError(
                "bad_value", "cursor", "`cursor` belongs to another search; follow `next` without changing it"
            )
        if self._clock() - given_at > CURSOR_LIVES_S:
            raise CursorExpiredError(f"was given more than {CURSOR_LIVES_S // 60} minutes ago")
        return Cursor(generation, first, date.fromordinal(day))

    def period(self) -> int:
        """Changes often enough that an answer of one period has cursors which live half their time at least when the
        next begins: an answer that is kept must not be given again after that."""
        return int(self._clock() // (CURSOR_LIVES_S / 2))

    def _code(self, place: bytes) -> bytes:
        return hashlib.blake2b(place, key=self._key, digest_size=_CODE_BYTES).digest()


def _digest(request: SearchRequest) -> bytes:
    """What makes another walk of it: not how many hits are taken at a time, and not what is counted beside them."""
    walked = replace(
        request, page=1, per_page=_PLAIN.per_page, cursor=None, facets=_PLAIN.facets, histogram=_PLAIN.histogram
    )
    return hashlib.blake2b(write_params(walked).encode("ascii"), digest_size=8).digest()
