"""Web archives (WARC, ISO 28500) -> pages, as they go by: what servers answered, and texts made of it.

Records are parsed by warcio, over a stream of our own: its iterator warns on standard error, and reads lines as long as
a file says. Pages are answers with 200 in HTML or plain text, and records of the kinds `conversion` and `resource`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from indexer.article import Place, Skipped
from indexer.readers.extras import skip_without
from indexer.readers.formats import Format, tell_format
from indexer.readers.pieces import NOT_A_PAGE, NOT_AN_ANSWER, HtmlPiece, TextPiece
from indexer.readers.streams import DamagedError, Meter, PieceReader
from indexer.readers.unpacking import GZIP_START, ZSTD_START, unpack_gzip, unpack_zstd

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord
    from warcio.statusandheaders import StatusAndHeaders

_MAX_PAGE_BYTES: Final = 32 * 1024 * 1024
_READ_BYTES: Final = 65_536
_MAX_BLANK_LINES: Final = 64
_CHARSET = re.compile(r"charset\s{0,4}=\s{0,4}[\"']?([\w.:\-]{1,40})", re.IGNORECASE)
_HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})
#: What describes other records, or asks for them: it never held an article.
_ABOUT_OTHERS: Final = frozenset({"warcinfo", "request", "metadata", "continuation"})
_TOO_LARGE: Final = "page too large"

Page = HtmlPiece | TextPiece


def cut_web_archive(reader: PieceReader, place: Place) -> Iterator[Page | Skipped]:
    """Pages by the number of their record, from 1. Raises DamagedError after the last whole record."""
    try:
        from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415 an extra
        from warcio.recordloader import ArcWarcRecordLoader  # noqa: PLC0415 see above
    except ImportError:
        yield skip_without("warcio", "warc", "web archives", place)
        return
    loader = ArcWarcRecordLoader(verify_http=False)
    number = 0
    while line := _next_line(reader):
        number += 1
        try:
            record = loader.parse_record_stream(reader, line, "warc", no_record_parse=True)
        except ArchiveLoadFailed as error:
            raise DamagedError("damaged web archive", f"record {number}: {str(error)[:100]}") from error
        if record.rec_headers.get_header("Content-Length") is None:
            raise DamagedError("truncated web archive", f"record {number} does not say how long it is")
        outcome = _read_record(record, Place(place.path, number, place.member))
        left = record.raw_stream.limit
        if reader.skip(left) < left:
            raise DamagedError("truncated web archive", f"in record {number}")
        if outcome is not None:
            yield outcome


def _next_line(reader: PieceReader) -> bytes:
    """The first line of the next record, nothing at the end."""
    for _ in range(_MAX_BLANK_LINES):
        line: bytes = reader.readline()
        if not line or line.strip():
            return line
    raise DamagedError("damaged web archive", "nothing but empty lines where a record should begin")


def _read_record(record: ArcWarcRecord, place: Place) -> Page | Skipped | None:
    """None for a record that is about others."""
    kind = record.rec_type or ""
    if kind in _ABOUT_OTHERS:
        return None
    address = record.rec_headers.get_header("WARC-Target-URI") or ""
    if record.length > 2 * _MAX_PAGE_BYTES:
        return Skipped(place, _TOO_LARGE, f"a record of {record.length:,} bytes")
    if kind in {"conversion", "resource"}:
        return _read_page(record.raw_stream, record.content_type or "", "", address, place)
    if kind == "revisit":
        return Skipped(place, NOT_AN_ANSWER, "found the same as another time")
    if kind != "response" or not address.startswith(("http:", "https:")):
        return Skipped(place, NOT_A_PAGE, f"a record of the kind {kind[:40]!r}")
    return _read_answer(record, address, place)


def _read_answer(record: ArcWarcRecord, address: str, place: Place) -> Page | Skipped:
    from warcio.bufferedreaders import ChunkedDataReader  # noqa: PLC0415 an extra
    from warcio.statusandheaders import StatusAndHeadersParser  # noqa: PLC0415 see above

    try:
        headers: StatusAndHeaders = StatusAndHeadersParser([], verify=False).parse(record.raw_stream)
    except EOFError:
        return Skipped(place, NOT_AN_ANSWER, "an empty answer")
    status = headers.get_statuscode()
    if status != "200":
        return Skipped(place, NOT_AN_ANSWER, f"status {status[:20]}")
    is_chunked = (headers.get_header("Transfer-Encoding") or "").lower() == "chunked"
    stream = ChunkedDataReader(record.raw_stream) if is_chunked else record.raw_stream
    packing = headers.get_header("Content-Encoding") or ""
    return _read_page(stream, headers.get_header("Content-Type") or "", packing, address, place)


def _read_page(stream: PieceReader, content_type: str, packing: str, address: str, place: Place) -> Page | Skipped:
    """`stream` is whatever has a `read`."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind not in _HTML_TYPES and kind != "text/plain":
        return Skipped(place, NOT_A_PAGE, kind[:80])
    content = _read_limited(iter(lambda: stream.read(_READ_BYTES), b""))
    try:
        content = None if content is None else _unpack(content, packing.strip().lower())
    except DamagedError as error:
        return Skipped(place, str(error), error.detail)
    except _UnknownPackingError:
        return Skipped(place, "packed by a method that is not read", packing[:40])
    if content is None:
        return Skipped(place, _TOO_LARGE, f"more than {_MAX_PAGE_BYTES // 1024**2} MB")
    charset = found[1] if (found := _CHARSET.search(content_type)) else ""
    is_html = kind in _HTML_TYPES or (not kind and tell_format(content, "") is Format.HTML)
    return (HtmlPiece if is_html else TextPiece)(place, content, address, charset)


def _read_limited(pieces: Iterator[bytes]) -> bytes | None:
    """All of it, None where that is too much."""
    held = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > _MAX_PAGE_BYTES:
            return None
        held.append(piece)
    return b"".join(held)


class _UnknownPackingError(Exception):
    pass


def _unpack(content: bytes, packing: str) -> bytes | None:
    """Content as the server meant it, None where that is too large. What says that it is packed and is not, as after
    some crawlers, is taken as it is."""
    match packing:
        case "" | "identity":
            return content
        case "gzip" | "x-gzip":
            return _read_limited(unpack_gzip(iter([content]), Meter())) if content.startswith(GZIP_START) else content
        case "zstd":
            return _read_limited(unpack_zstd(iter([content]), Meter())) if content.startswith(ZSTD_START) else content
        case "deflate":
            return _inflate(content)
        case "br":
            return _unpack_brotli(content)
        case _:
            raise _UnknownPackingError


def _inflate(content: bytes) -> bytes | None:
    """Servers mean zlib or bare deflate by the same word."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            unpacked = zlib.decompressobj(bits).decompress(content, _MAX_PAGE_BYTES + 1)
        except zlib.error:
            continue
        return unpacked if len(unpacked) <= _MAX_PAGE_BYTES else None
    return content


def _unpack_brotli(content: bytes) -> bytes | None:
    """Warcio unpacks it where somebody has installed brotli."""
    from warcio.bufferedreaders import BufferedReader  # noqa: PLC0415 an extra

    make = BufferedReader.DECOMPRESSORS.get("br")
    if make is None:
        raise _UnknownPackingError
    unpacker = make()
    try:
        # A little at a time: a few bytes may become megabytes.
        return _read_limited(unpacker.decompress(content[at : at + 1024]) for at in range(0, len(content), 1024))
    except Exception as error:  # of a library that nobody has to have: its name is not known here
        raise DamagedError("damaged brotli", str(error)) from error
