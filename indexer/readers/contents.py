"""What is in a file, a layer at a time: packed files and archives are opened as they go by, down to what can be read.

Each form of file is cut by its own module; this one only tells which. Damage costs what it damaged: a member of an
archive, or all that follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO, Final

from indexer.article import Place, Skipped
from indexer.readers.encoding import DecodedText, decode_text
from indexer.readers.fields import NO_MAP, FieldMap
from indexer.readers.formats import HEAD_BYTES, Format, is_named_json, strip_packing, tell_format
from indexer.readers.jsonl import cut_json
from indexer.readers.member_names import read_member_name
from indexer.readers.members import Member
from indexer.readers.pieces import BINARY, EMPTY, HtmlPiece, PdfPiece, Piece, TextPiece
from indexer.readers.streams import BombError, DamagedError, Meter, PieceReader, read_raw, take_head
from indexer.readers.tar_members import read_tar
from indexer.readers.unpacking import unpack_gzip, unpack_zstd
from indexer.readers.wide_text import narrow_text, tell_wide
from indexer.readers.zip_members import read_zip_file, read_zip_stream

#: An archive in an archive in an archive, each of them packed once more.
MAX_LAYERS: Final = 6
_MAX_ARCHIVES: Final = 3
_MAX_TEXT_BYTES: Final = 32 * 1024 * 1024
_MAX_PDF_BYTES: Final = 128 * 1024 * 1024
TOO_DEEP: Final = "nested too deeply"


@dataclass(frozen=True, slots=True)
class Layer:
    """Where in a file somebody is reading: `name` is that of the file or the member, without what it was packed in,
    `charset` an encoding that is known for sure. Layers and archives around it are counted."""

    place: Place
    name: str
    meter: Meter
    field_map: FieldMap = NO_MAP
    charset: str = ""
    layers: int = 0
    archives: int = 0


def cut_file(file: BinaryIO, layer: Layer) -> Iterator[Piece | Skipped]:
    """The pieces of an open file. Raises DamagedError after the last that could be read."""
    if file.seekable():
        head = file.read(HEAD_BYTES)
        file.seek(0)
        if tell_format(head, layer.name) is Format.ZIP:
            members = read_zip_file(file, layer.meter)
            if members is not None:
                yield from _cut_members(members, layer, None)
                return
            file.seek(0)
            yield from cut_content(read_raw(file, layer.meter), layer)
            raise DamagedError("truncated zip", "its directory is missing")
    yield from cut_content(read_raw(file, layer.meter), layer)


def cut_content(pieces: Iterator[bytes], layer: Layer) -> Iterator[Piece | Skipped]:
    """The pieces of what goes by. Raises DamagedError after the last that could be read."""
    head, everything = take_head(pieces, HEAD_BYTES)
    if not head:
        # Either there is nothing, or what is there cannot be unpacked, and says why.
        for _ in everything:
            pass
        yield Skipped(layer.place, EMPTY)
        return
    form = tell_format(head, layer.name)
    if form is Format.TEXT and (encoding := tell_wide(head)):
        head, everything = take_head(narrow_text(everything, encoding), HEAD_BYTES)
        layer = replace(layer, charset="utf-8")
        form = tell_format(head, layer.name)
    yield from _cut_as(form, head, everything, layer)


def _cut_as(form: Format, head: bytes, everything: Iterator[bytes], layer: Layer) -> Iterator[Piece | Skipped]:
    match form:
        case Format.GZIP | Format.ZSTD | Format.ZIP | Format.TAR:
            yield from _open_layer(everything, form, layer)
        case Format.JSON:
            yield from cut_json(everything, layer.place)
        case Format.HTML | Format.PDF:
            yield _hold(everything, form, layer)
        case Format.WARC:
            from indexer.readers.web_archive import cut_web_archive  # noqa: PLC0415 most runs meet none

            yield from cut_web_archive(PieceReader(everything), layer.place)
        case Format.FEED:
            from indexer.readers.feed import cut_feed  # noqa: PLC0415 lxml takes a while to be loaded

            yield from cut_feed(PieceReader(everything), layer.place, layer.charset)
        case Format.XML:
            _look_behind(everything)
            yield Skipped(layer.place, "XML of another kind", "RSS and Atom are read, and pages in HTML")
        case Format.DOCUMENT:
            _look_behind(everything)
            yield Skipped(layer.place, BINARY, "looks like an office document or an e-book")
        case Format.TEXT:
            yield from _cut_text(head, everything, layer)


def _look_behind(everything: Iterator[bytes]) -> None:
    """Raises DamagedError where the head is all that could be read: what it looks like is no reason then."""
    for _ in islice(everything, 2):
        pass


def _open_layer(pieces: Iterator[bytes], form: Format, layer: Layer) -> Iterator[Piece | Skipped]:
    is_archive = form in {Format.ZIP, Format.TAR}
    if layer.layers >= MAX_LAYERS or (is_archive and layer.archives >= _MAX_ARCHIVES):
        yield Skipped(layer.place, TOO_DEEP, f"{layer.archives} archives inside each other, {layer.layers} layers")
        return
    if is_archive:
        reader = PieceReader(pieces)
        members = read_tar(reader) if form is Format.TAR else read_zip_stream(reader, layer.meter)
        yield from _cut_members(members, layer, reader)
        while reader.next_piece():  # to the end of what it is packed in, which has a checksum
            pass
        return
    unpack = unpack_gzip if form is Format.GZIP else unpack_zstd
    inside = replace(layer, name=strip_packing(layer.name), layers=layer.layers + 1)
    yield from cut_content(unpack(pieces, layer.meter), inside)


def _cut_members(members: Iterator[Member], archive: Layer, reader: PieceReader | None) -> Iterator[Piece | Skipped]:
    """Every member in turn. `reader` is what the archive goes by in, None for one that can be sought in."""
    for member in members:
        name, reason = read_member_name(member.name)
        outer = archive.place
        place = Place(outer.path, 0, f"{outer.member}!{name}" if outer.member else name)
        if reason:
            yield Skipped(place, reason)
            continue
        if member.refusal is not None:
            yield Skipped(place, *member.refusal)
            continue
        inside = replace(
            archive, place=place, name=name, charset="", layers=archive.layers + 1, archives=archive.archives + 1
        )
        try:
            yield from cut_content(member.pieces, inside)
        except BombError:
            raise
        except DamagedError as error:
            if reader is not None and reader.failure is error:
                raise
            yield Skipped(place, str(error), error.detail or "what came before the damage was read")


def _cut_text(head: bytes, pieces: Iterator[bytes], layer: Layer) -> Iterator[Piece | Skipped]:
    from indexer.readers.table_form import tell_table  # noqa: PLC0415 only where it is no JSON

    form = tell_table(head, layer.name, layer.field_map)
    if form is None:
        if is_named_json(layer.name) and isinstance(decode_text(head[:HEAD_BYTES]), DecodedText):
            yield from cut_json(pieces, layer.place)
        else:
            yield _hold(pieces, Format.TEXT, layer)
        return
    from indexer.readers.table import cut_table  # noqa: PLC0415 see above

    yield from cut_table(pieces, layer.place, form, layer.field_map)


def _hold(pieces: Iterator[bytes], form: Format, layer: Layer) -> TextPiece | HtmlPiece | PdfPiece | Skipped:
    """What is one article from end to end, whole."""
    limit = _MAX_PDF_BYTES if form is Format.PDF else _MAX_TEXT_BYTES
    held: list[bytes] = []
    size_bytes = 0
    for piece in pieces:
        size_bytes += len(piece)
        if size_bytes > limit:
            return Skipped(layer.place, "text too large", f"one page of more than {limit // 1024**2} MB")
        held.append(piece)
    content = b"".join(held)
    if form is Format.PDF:
        return PdfPiece(layer.place, content)
    if form is Format.HTML:
        return HtmlPiece(layer.place, content, charset=layer.charset)
    return TextPiece(layer.place, content, charset=layer.charset)
