"""What a file is, told by how it begins; its name counts only where the content could be two things."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from indexer.readers.jsonl import is_json
from indexer.readers.tar_members import is_tar
from indexer.readers.unpacking import GZIP_START, ZSTD_START
from indexer.readers.zip_members import EMPTY_ZIP, ZIP_START

#: Enough to tell by, where there is as much.
HEAD_BYTES: Final = 4096
_PREAMBLE_BYTES: Final = 65_536
_UTF8_MARK: Final = b"\xef\xbb\xbf"


class Format(Enum):
    GZIP = auto()
    ZSTD = auto()
    ZIP = auto()
    TAR = auto()
    WARC = auto()
    PDF = auto()
    JSON = auto()
    HTML = auto()
    FEED = auto()
    #: XML of another kind.
    XML = auto()
    #: A zip archive by its form, and a document by what it is for.
    DOCUMENT = auto()
    #: A table or a page's text: who looks at its lines can tell.
    TEXT = auto()


_WARC = re.compile(rb"WARC/\d")
_HTML_ROOT = re.compile(rb"<(?:!doctype\s{1,20}html|html|head|body)\b", re.IGNORECASE)
#: How scrapers save parts of pages.
_HTML_PART = re.compile(
    rb"<(?:a|article|aside|b|blockquote|br|center|dd|div|dl|em|figure|font|footer|form|h[1-6]|header|hr|iframe|img|"
    rb"li|link|main|meta|nav|noscript|ol|p|picture|pre|script|section|span|strong|style|table|title|tr|ul|video)"
    rb"(?:\s[^<>]{0,4000})?/?>",
    re.IGNORECASE,
)
_HTML_INSIDE = re.compile(rb"<(?:!doctype\s{1,20}html|html[\s>]|body[\s>])", re.IGNORECASE)
_ANY_TAG = re.compile(rb"</?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,400})?/?>", re.IGNORECASE)
_FEED_ROOT = re.compile(rb"<(?:\w{1,20}:)?(?:rss|feed|RDF)\b")
_ELEMENT = re.compile(rb"<[A-Za-z_][\w.\-]{0,100}(?::[\w.\-]{1,100})?[\s>/]")
_DOCUMENT_PARTS: Final = (b"[Content_Types].xml", b"mimetype", b"_rels/.rels", b"META-INF/", b"docProps/")
_HTML_NAMES: Final = (".html", ".htm", ".xhtml", ".shtml")
_JSON_NAMES: Final = (".jsonl", ".ndjson", ".json")
_PACKED_NAMES: Final = (".gz", ".zst", ".zstd")


def strip_packing(name: str) -> str:
    """What a packed file's name would be without it: `a.csv.gz` is `a.csv`; `.tgz` is a tar."""
    folded = name.lower()
    ending = next((ending for ending in _PACKED_NAMES if folded.endswith(ending)), "")
    return name[: len(name) - len(ending)]


def tell_format(head: bytes, name: str) -> Format:
    """Of a file that begins so. Nothing is sure about TEXT."""
    if head.startswith(GZIP_START):
        return Format.GZIP
    if head.startswith(ZSTD_START):
        return Format.ZSTD
    if head.startswith((ZIP_START, EMPTY_ZIP)):
        return Format.DOCUMENT if head[30:].startswith(_DOCUMENT_PARTS) else Format.ZIP
    plain = head[:_PREAMBLE_BYTES].removeprefix(_UTF8_MARK).lstrip()
    if is_json(plain):
        return Format.JSON
    if plain.startswith(b"%PDF-"):
        return Format.PDF
    if _WARC.match(plain):
        return Format.WARC
    if is_tar(head):
        return Format.TAR
    return _tell_text(plain, name.lower())


def is_named_json(name: str) -> bool:
    """A `.jsonl` whose first line is broken is still read as one, so that its other lines are."""
    return name.lower().endswith(_JSON_NAMES)


def _tell_text(plain: bytes, name: str) -> Format:
    if plain.startswith(b"<"):
        rest, is_xml = _skip_preamble(plain)
        if _HTML_ROOT.match(rest):
            return Format.HTML
        if _FEED_ROOT.match(rest):
            return Format.FEED
        if is_xml:
            return Format.XML
        if _HTML_PART.match(rest):
            return Format.HTML
        if _ELEMENT.match(rest) and name.endswith((".xml", ".rss", ".atom", ".rdf")):
            return Format.XML
    if b"<" in plain and b"\x00" not in plain[:HEAD_BYTES]:
        head = plain[:HEAD_BYTES]
        if _HTML_INSIDE.search(head) or (name.endswith(_HTML_NAMES) and _ANY_TAG.search(head)):
            return Format.HTML
    return Format.TEXT


def _skip_preamble(plain: bytes) -> tuple[bytes, bool]:
    """What follows declarations, comments and a document type that is not HTML's; whether a declaration said XML."""
    at, is_xml = 0, False
    while True:
        while plain[at : at + 1].isspace():
            at += 1
        if plain.startswith(b"<!--", at):
            end = plain.find(b"-->", at)
            after = end + 3
        elif plain.startswith(b"<?", at):
            is_xml |= plain.startswith(b"<?xml", at)
            end = plain.find(b"?>", at)
            after = end + 2
        elif plain[at : at + 9].upper() == b"<!DOCTYPE" and not _HTML_ROOT.match(plain, at):
            is_xml = True
            bracket, end = plain.find(b"[", at), plain.find(b">", at)
            if 0 <= bracket < end:
                end = plain.find(b">", max(plain.find(b"]", bracket), bracket))
            after = end + 1
        else:
            return plain[at:], is_xml
        if end < 0:
            return b"", is_xml
        at = after
