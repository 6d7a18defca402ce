"""JSON Lines -> articles, one line an article; also a file that is one JSON object or one array of them.

In two stages: cutting is cheap and needs no understanding, reading is neither and may be done elsewhere. Memory does
not grow with the file, except for what is one JSON value from end to end, which is read whole up to a limit. A bad
line costs itself and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import orjson

from indexer.article import Place, ReadArticle, Skipped
from indexer.readers.encoding import DecodedText, decode_text
from indexer.readers.fields import FieldOptions, read_fields
from indexer.readers.line_runs import cut_lines
from indexer.readers.pieces import LinePiece, WholePiece

NOT_JSON = "not JSON"
NOT_AN_OBJECT = "not a JSON object"
_MAX_LINE_BYTES = 32 * 1024 * 1024
_MAX_WHOLE_BYTES = 64 * 1024 * 1024
#: Enough lines that handing them over costs nothing, and few enough to be read in a tenth of a second or two.
RUN_BYTES = 512 * 1024
_SAMPLE_BYTES = 262_144
_SHOWN_CHARS = 60
_LEAST_WHOLE = -(2**63)
_MOST_WHOLE = 2**64 - 1
# `[` begins many a scraped text ("[Photo] ..."), `[{` none.
_LOOKS_LIKE_JSON = re.compile(rb"\s{0,200}(?:\{\s{0,200}(?:\"|\}|\Z)|\[\s{0,200}(?:\{|\Z))")


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """In bytes: the longest line, and the largest file that is one JSON value from end to end."""

    line_bytes: int = _MAX_LINE_BYTES
    whole_bytes: int = _MAX_WHOLE_BYTES


_LIMITS = JsonLimits()


def is_json(head: bytes) -> bool:
    """Whether a file that begins so is JSON of objects."""
    return _LOOKS_LIKE_JSON.match(head) is not None


def cut_json(
    pieces: Iterable[bytes], place: Place, limits: JsonLimits = _LIMITS
) -> Iterator[LinePiece | WholePiece | Skipped]:
    """The first stage. `pieces` is the file's content, unpacked; an error that it raises comes through after the lines
    before it."""
    source = iter(pieces)
    held: list[bytes] = []
    if _may_be_one_value(source, held):
        if _hold_all(source, held, limits.whole_bytes):
            yield WholePiece(place, b"".join(held))
            return
        if held[0].lstrip().startswith(b"["):
            yield Skipped(place, "JSON array too large", "write one article a line, without brackets and commas")
            return
    yield from _cut_lines(chain(held, source), place, limits)


def read_json_piece(
    piece: LinePiece | WholePiece, options: FieldOptions, limits: JsonLimits = _LIMITS
) -> Iterator[ReadArticle | Skipped]:
    """The second stage: one outcome for every line that is not blank, or for every value of an array."""
    if isinstance(piece, LinePiece):
        yield from _read_lines(piece, options, limits)
        return
    whole = _one_value(piece.content)
    if whole is not None:
        yield from _read_values(whole, piece.place, options)
        return
    for part in _cut_lines([piece.content], piece.place, limits):
        if isinstance(part, Skipped):
            yield part
        else:
            yield from _read_lines(part, options, limits)


def read_json_lines(
    pieces: Iterable[bytes], place: Place, options: FieldOptions, limits: JsonLimits = _LIMITS
) -> Iterator[ReadArticle | Skipped]:
    """Both stages, one after the other."""
    for piece in cut_json(pieces, place, limits):
        if isinstance(piece, Skipped):
            yield piece
        else:
            yield from read_json_piece(piece, options, limits)


def _cut_lines(pieces: Iterable[bytes], place: Place, limits: JsonLimits) -> Iterator[LinePiece | Skipped]:
    encoding: str | None = None
    for run in cut_lines(pieces, limits.line_bytes, RUN_BYTES):
        if run.content is None:
            yield _line_too_long(Place(place.path, run.number, place.member))
            continue
        if encoding is None:
            encoding = foreign_encoding(run.content[:_SAMPLE_BYTES])
        yield LinePiece(Place(place.path, run.number, place.member), run.content, encoding)


def _read_lines(piece: LinePiece, options: FieldOptions, limits: JsonLimits) -> Iterator[ReadArticle | Skipped]:
    decode = _line_decoder(piece)
    path, first_line, member = piece.place.path, piece.place.line, piece.place.member
    for number, line in enumerate(piece.content.split(b"\n"), start=first_line):
        content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not content or content.isspace():
            continue
        place = Place(path, number, member)
        if len(line) > limits.line_bytes:
            yield _line_too_long(place)
            continue
        try:
            value = orjson.loads(content)
        except orjson.JSONDecodeError:
            yield _read_carefully(content, place, options, decode)
            continue
        if not isinstance(value, dict):
            yield Skipped(place, NOT_AN_OBJECT, f"it is {_name_of(value)}")
        elif float in map(type, value.values()) and any(map(_is_rounded, value.values())):
            yield _read_carefully(content, place, options, decode)
        else:
            yield read_fields(value, place, options)


def _read_carefully(
    content: bytes, place: Place, options: FieldOptions, decode: Callable[[bytes], str]
) -> ReadArticle | Skipped:
    try:
        value = _load_leniently(decode(content))
    except _NotJsonError as error:
        return Skipped(place, NOT_JSON, f"{error}: {_show(content)}")
    return _read_value(value, place, options)


def _line_too_long(place: Place) -> Skipped:
    return Skipped(place, "line too long", "longer than the limit of a line")


def _read_value(value: object, place: Place, options: FieldOptions) -> ReadArticle | Skipped:
    if not isinstance(value, dict):
        return Skipped(place, NOT_AN_OBJECT, f"it is {_name_of(value)}")
    return read_fields(value, place, options)


def _name_of(value: object) -> str:
    names: dict[type, str] = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _is_rounded(value: object) -> bool:
    """Whether it may be a whole number that 64 bits do not hold: as an id it must keep its digits."""
    return isinstance(value, float) and abs(value) >= _MOST_WHOLE


def _show(content: bytes) -> str:
    return content[: _SHOWN_CHARS * 2].decode("utf-8", errors="backslashreplace")[:_SHOWN_CHARS]


# One value from end to end


def _may_be_one_value(source: Iterator[bytes], held: list[bytes]) -> bool:
    """Whether the first line is no JSON by itself, or is an array: `[` or `{` alone, as printed for people. What was
    looked at is put into `held`."""
    for piece in source:
        held.append(piece)
        head = b"".join(held).removeprefix(b"\xef\xbb\xbf").lstrip()
        if not head and len(held) < 4:
            continue
        if head[:1] == b"[":
            return True
        if head[:1] != b"{":
            return False
        first, end, _ = head.partition(b"\n")
        if not end:
            # One piece without a line end: a single object, or the first of long lines. The lines' reader knows both.
            return False
        try:
            orjson.loads(first)
        except orjson.JSONDecodeError:
            return True
        return False
    return False


def _hold_all(source: Iterator[bytes], held: list[bytes], limit_bytes: int) -> bool:
    """Whether all of it fits into the limit; what was read is in `held`."""
    size = sum(map(len, held))
    for piece in source:
        held.append(piece)
        size += len(piece)
        if size > limit_bytes:
            return False
    return True


def _one_value(content: bytes) -> object | None:
    """The one value, None where the content is no single object or array of objects."""
    try:
        value = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) or (isinstance(value, list) and _holds_objects(value)) else None


def _holds_objects(values: list[object]) -> bool:
    return any(isinstance(value, dict) for value in values)


def _read_values(whole: object, place: Place, options: FieldOptions) -> Iterator[ReadArticle | Skipped]:
    """An array's articles are numbered from 1, as lines are."""
    if isinstance(whole, list):
        for number, value in enumerate(whole, start=1):
            yield _read_value(value, Place(place.path, number, place.member), options)
    else:
        yield _read_value(whole, place, options)


# What orjson refuses and is JSON all the same: another encoding, NaN, halves of characters


class _NotJsonError(Exception):
    pass


def _load_leniently(text: str) -> object:
    try:
        return json.loads(text, parse_constant=lambda _: None, parse_int=_read_whole_number)
    except json.JSONDecodeError as error:
        raise _NotJsonError(f"{error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise _NotJsonError("nested too deeply") from error


def _read_whole_number(digits: str) -> int | str:
    """Numbers beyond 64 bits stay as they are written: as text they lose nothing."""
    if len(digits) > 20 or not _LEAST_WHOLE <= int(digits) <= _MOST_WHOLE:
        return digits
    return int(digits)


def foreign_encoding(sample: bytes) -> str:
    """The encoding of the lines of a sample that are not UTF-8; "" where all are."""
    if _is_utf8(sample):
        return ""
    foreign = [line for line in sample.split(b"\n")[:-1] if not _is_utf8(line)]
    if not foreign:
        return ""
    found = decode_text(b"\n".join(foreign))
    return found.encoding if isinstance(found, DecodedText) else "cp1252"


def _line_decoder(piece: LinePiece) -> Callable[[bytes], str]:
    """Decodes lines that are not UTF-8, in the encoding that the file's first lines speak for, or else these lines."""
    encodings = [piece.encoding] if piece.encoding else []

    def decode(content: bytes) -> str:
        if _is_utf8(content):
            return content.decode("utf-8")
        if not encodings:
            encodings.append(foreign_encoding(piece.content + b"\n") or "cp1252")
        try:
            return content.decode(encodings[0])
        except UnicodeDecodeError:
            decoded = decode_text(content)
            return decoded.text if isinstance(decoded, DecodedText) else content.decode("latin-1")

    return decode


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
