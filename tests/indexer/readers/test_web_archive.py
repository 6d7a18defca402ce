"""Web archives as warcio writes them: which records are pages, and what becomes of the others."""

from __future__ import annotations

import gzip
import io
import sys
import zlib

import pytest
import zstandard
from warcio.archiveiterator import ArchiveIterator

from indexer.readers.pieces import HtmlPiece, TextPiece
from tests.indexer.readers.forms import cut, page, read, told

HTML = page("A harbour opens again")
ADDRESS = "https://harbour.example/a"


def make_record(kind: str, body: bytes, **headers: str) -> bytes:
    fields = {"WARC-Type": kind, "WARC-Date": "2021-03-12T15:29:00Z", "WARC-Record-ID": "<urn:uuid:1>", **headers}
    said = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"WARC/1.1\r\n{said}Content-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n\r\n"


class Archive:
    """`packed`: each record by itself, as crawlers do."""

    def __init__(self, *, packed: bool = False) -> None:
        self._packed = packed
        self.content = b""
        self.record("warcinfo", b"software: tests\r\n", "application/warc-fields")

    def answer(
        self, body: bytes, *, status: str = "200 OK", kind: str = "text/html", address: str = ADDRESS, **headers
    ):
        fields = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
        said = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return self.record(
            "response",
            f"HTTP/1.1 {status}\r\n{said}\r\n".encode() + body,
            "application/http; msgtype=response",
            address,
        )

    def record(self, record_type: str, body: bytes, kind: str, address: str = ADDRESS):
        made = make_record(record_type, body, **{"WARC-Target-URI": address, "Content-Type": kind})
        self.content += gzip.compress(made, mtime=0) if self._packed else made
        return self


@pytest.mark.parametrize("packed", [False, True])
def test_pages_are_articles_at_the_number_of_their_record(packed):
    archive = Archive(packed=packed).answer(HTML, kind="text/html; charset=utf-8").answer(page("Another day"))
    first, second = read(archive.content, "crawl.bin")
    assert told([first, second]) == ["crawl.bin:2 A harbour opens again", "crawl.bin:3 Another day"]
    assert first.article.url == ADDRESS


def test_header_says_the_encoding():
    (piece,) = cut(Archive().answer(b"<p>caf\xe9</p>", kind='text/html; charset="ISO-8859-1"').content)
    assert isinstance(piece, HtmlPiece)
    assert (piece.content, piece.address, piece.charset) == (b"<p>caf\xe9</p>", ADDRESS, "ISO-8859-1")


CHUNKED = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (HTML[:100], HTML[100:])) + b"0\r\n\r\n"
PACKED = {
    "gzip": gzip.compress(HTML, mtime=0),
    "x-gzip": gzip.compress(HTML, mtime=0),
    "deflate": zlib.compress(HTML),
    "identity": HTML,
    "zstd": zstandard.compress(HTML),
}


@pytest.mark.parametrize("packing", PACKED)
def test_answers_are_unpacked_as_their_headers_say(packing):
    (piece,) = cut(Archive().answer(PACKED[packing], Content_Encoding=packing).content)
    assert piece.content == HTML


def test_bare_deflate_chunks_and_headers_that_are_not_true_are_understood():
    bare = zlib.compressobj(wbits=-15)
    archive = Archive().answer(bare.compress(HTML) + bare.flush(), Content_Encoding="deflate")
    archive.answer(CHUNKED, Transfer_Encoding="chunked").answer(HTML, Content_Encoding="gzip")
    assert [piece.content for piece in cut(archive.content)] == [HTML] * 3


@pytest.mark.parametrize(
    ("answer", "reason", "detail"),
    [
        ({"status": "404 Not Found"}, "not answered with a page", "status 404"),
        ({"status": "301 Moved"}, "not answered with a page", "status 301"),
        ({"kind": "image/png"}, "not a page", "image/png"),
        ({"Content_Encoding": "rot13"}, "packed by a method that is not read", "rot13"),
        ({"address": "dns:harbour.example"}, "not a page", "a record of the kind 'response'"),
    ],
)
def test_what_is_no_page_is_counted_with_its_reason(answer, reason, detail):
    skipped, read_one = cut(Archive().answer(b"body", **answer).answer(HTML).content)
    assert (skipped.reason, skipped.detail, skipped.place.line) == (reason, detail, 2)
    assert read_one.place.line == 3


def test_answer_that_does_not_unpack_costs_itself():
    broken = gzip.compress(HTML)[:-20]
    skipped, _ = cut(Archive().answer(broken, Content_Encoding="gzip").answer(HTML).content)
    assert (skipped.place.line, skipped.reason) == (2, "truncated gzip")


def test_page_that_unpacks_without_end_is_given_up():
    bomb = gzip.compress(bytes(40_000_000))
    skipped, _ = cut(Archive().answer(bomb, Content_Encoding="gzip").answer(HTML).content)
    assert skipped.reason == "page too large"


def test_texts_made_of_pages_and_saved_resources_are_read():
    text = b"The harbour opens again\n\nWords of it."
    archive = Archive().record("conversion", text, "text/plain").record("resource", HTML, "text/html")
    archive.record("metadata", b"a: b", "application/warc-fields").record("resource", b"x", "image/gif")
    first, second, third = cut(archive.content)
    assert isinstance(first, TextPiece)
    assert (first.content, first.address) == (text, ADDRESS)
    assert isinstance(second, HtmlPiece)
    assert (third.reason, third.detail) == ("not a page", "image/gif")


def test_text_is_read_in_the_encoding_of_its_header_and_has_its_address():
    text = "Přístav se znovu otevře\n\nRada v pátek uvedla, že přístav bude znovu otevřen před koncem zimy, a to celý."
    (only,) = read(Archive().record("conversion", text.encode("iso-8859-2"), "text/plain; charset=iso-8859-2").content)
    assert (only.article.title, only.article.url) == ("Přístav se znovu otevře", ADDRESS)


@pytest.mark.parametrize("packed", [False, True])
def test_archive_cut_off_anywhere_keeps_its_whole_records_and_says_so_once(packed, capsys):
    content = Archive(packed=packed).answer(HTML).answer(HTML).answer(b"no", kind="image/png").content
    whole = cut(content)
    for length in range(40, len(content), 5):
        found = cut(content[:length])
        kept = [piece for piece in found if piece in whole]
        assert kept == whole[: len(kept)]
        assert [piece.reason.split()[0] for piece in found[len(kept) :]] in (["truncated"], ["damaged"], [])
    assert capsys.readouterr() == ("", "")


def test_record_that_lies_about_its_length_ends_the_archive_there():
    content = Archive().answer(HTML).answer(HTML).content
    lying = content.replace(b"Content-Length: ", b"Content-Length: 9", 3)
    assert cut(lying)[-1].reason in {"truncated web archive", "damaged web archive"}


def test_without_warcio_the_skip_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "warcio.recordloader", None)
    (skipped,) = cut(Archive().answer(HTML).content)
    assert skipped.reason == "web archives are read with warcio"
    assert skipped.detail == 'install it with: pip install "broadsheet[warc]"'


def test_warcio_reads_the_archives_of_these_tests():
    """Whatever is asserted above is about archives, not about what the tests take for one."""
    content = Archive(packed=True).answer(HTML).record("resource", HTML, "text/html").content
    kinds = [(record.rec_type, len(record.content_stream().read())) for record in ArchiveIterator(io.BytesIO(content))]
    assert kinds == [("warcinfo", 17), ("response", len(HTML)), ("resource", len(HTML))]
