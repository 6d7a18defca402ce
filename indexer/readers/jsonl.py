"""JSON Lines -> articles, one line an article; also a file that is one JSON object or one array of them.

Memory does not grow with the file, except for what is one JSON value from end to end, which is read whole up to a
limit. A bad line costs itself and nothing else.
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
from indexer.readers.gunzip import Line, split_lines

NOT_JSON = "not JSON"
NOT_AN_OBJECT = "not a JSON object"
_MAX_LINE_BYTES = 32 * 1024 * 1024
_MAX_WHOLE_BYTES = 64 * 1024 * 1024
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


def read_json_lines(
    pieces: Iterable[bytes], path: str, options: FieldOptions, limits: JsonLimits = _LIMITS
) -> Iterator[ReadArticle | Skipped]:
    """One outcome for every line that is not blank. `pieces` is the file's content, unpacked; an error that it raises
    comes through after the articles before it."""
    source = iter(pieces)
    held: list[bytes] = []
    if _may_be_one_value(source, held):
        whole = _read_whole(source, held, limits.whole_bytes)
        if whole is not None:
            yield from _read_values(whole, path, options)
            return
        if sum(map(len, held)) > limits.whole_bytes and held[0].lstrip().startswith(b"["):
            yield Skipped(Place(path), "JSON array too large", "write one article a line, without brackets and commas")
            return
    decode = _line_decoder(b"".join(held)[:_SAMPLE_BYTES])
    for line in split_lines(chain(held, source), limits.line_bytes):
        outcome = _read_line(line, path, options, decode)
        if outcome is not None:
            yield outcome


def _read_line(
    line: Line, path: str, options: FieldOptions, decode: Callable[[bytes], str]
) -> ReadArticle | Skipped | None:
    place = Place(path, line.number)
    if line.content is None:
        return Skipped(place, "line too long", "longer than the limit of a line")
    content = line.content.removeprefix(b"\xef\xbb\xbf") if line.number == 1 else line.content
    if not content or content.isspace():
        return None
    try:
        value = orjson.loads(content)
        needs_care = isinstance(value, dict) and any(map(_is_rounded, value.values()))
    except orjson.JSONDecodeError:
        needs_care = True
    if needs_care:
        try:
            value = _load_leniently(decode(content))
        except _NotJsonError as error:
            return Skipped(place, NOT_JSON, f"{error}: {_show(content)}")
    return _read_value(value, place, options)


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


def _read_whole(source: Iterator[bytes], held: list[bytes], limit_bytes: int) -> object | None:
    """The one value, None where the content is no single array or object; all that was read is in `held`."""
    size = sum(map(len, held))
    for piece in source:
        held.append(piece)
        size += len(piece)
        if size > limit_bytes:
            return None
    try:
        value = orjson.loads(b"".join(held).removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) or (isinstance(value, list) and _holds_objects(value)) else None


def _holds_objects(values: list[object]) -> bool:
    return any(isinstance(value, dict) for value in values)


def _read_values(whole: object, path: str, options: FieldOptions) -> Iterator[ReadArticle | Skipped]:
    """An array's articles are numbered from 1, as lines are."""
    if isinstance(whole, list):
        for number, value in enumerate(whole, start=1):
            yield _read_value(value, Place(path, number), options)
    else:
        yield _read_value(whole, Place(path), options)


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


def _line_decoder(sample: bytes) -> Callable[[bytes], str]:
    """Decodes lines that are not UTF-8, in the encoding that the file's first lines speak for."""
    encodings: list[str] = []

    def decode(content: bytes) -> str:
        if _is_utf8(content):
            return content.decode("utf-8")
        if not encodings:
            foreign = [line for line in sample.split(b"\n")[:-1] if not _is_utf8(line)]
            found = decode_text(b"\n".join(foreign) or content)
            encodings.append(found.encoding if isinstance(found, DecodedText) else "cp1252")
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
