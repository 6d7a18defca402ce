"""What a file is, told by how it begins, whatever it is called."""

from __future__ import annotations

import gzip

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers.formats import Format, strip_packing, tell_format
from tests.indexer.readers.forms import cut, json_lines, make_tar, make_zip, page, read, told

HEADS: list[tuple[bytes, Format]] = [
    (gzip.compress(b"x"), Format.GZIP),
    (zstandard.compress(b"x"), Format.ZSTD),
    (make_zip([("a", b"x")]), Format.ZIP),
    (make_zip([]), Format.ZIP),
    (make_zip([("[Content_Types].xml", b"x")]), Format.DOCUMENT),
    (make_zip([("mimetype", b"application/epub+zip")]), Format.DOCUMENT),
    (make_tar([("a", b"x")]), Format.TAR),
    (b"WARC/1.1\r\nWARC-Type: warcinfo", Format.WARC),
    (b"%PDF-1.7\n", Format.PDF),
    (b'{"title": 1}', Format.JSON),
    (b'\xef\xbb\xbf [ {"title": 1} ]', Format.JSON),
    (b"<!DOCTYPE html><html>", Format.HTML),
    (b"\xef\xbb\xbf\n <!doctype HTML>", Format.HTML),
    (b"<!-- saved from url=(0020) -->\n<!-- more -->\n<html lang=en>", Format.HTML),
    (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN'><html>", Format.HTML),
    (b"<!--" + b"x" * 9000 + b"--><html>", Format.HTML),
    (b'<div class="article"><p>Words</p>', Format.HTML),
    (b"<p>Words of a fragment</p>", Format.HTML),
    (b"<article>\n<h1>Words</h1>", Format.HTML),
    (b"Warning: mysql_connect() failed\n<br />\n<html><body>", Format.HTML),
    (b"<rss version='2.0'><channel>", Format.FEED),
    (b"<?xml version='1.0'?>\n<!-- x --><feed xmlns='http://www.w3.org/2005/Atom'>", Format.FEED),
    (b"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'b'>]><rss>", Format.FEED),
    (b"<?xml version='1.0'?><rdf:RDF>", Format.FEED),
    (b"<?xml version='1.0'?><urlset>", Format.XML),
    (b"Plain words, and a < sign.", Format.TEXT),
    (b"<3 this town\n\nWords of a page.", Format.TEXT),
    (b"<sigh> said the mayor\n\nWords of a page.", Format.TEXT),
    (b"[Photo] A harbour", Format.TEXT),
    (b"title,body\nOne,Two\n", Format.TEXT),
    (b"", Format.TEXT),
]


@pytest.mark.parametrize(("head", "form"), HEADS, ids=lambda value: value.name if isinstance(value, Format) else "")
@pytest.mark.parametrize("name", ["file", "file.jpg", "file.txt", "file.csv"])
def test_form_is_told_by_content_whatever_the_name_says(head, form, name):
    assert tell_format(head, name) is form


def test_name_counts_where_the_content_could_be_two_things():
    assert tell_format(b"Words <b>and</b> more", "page.HTML") is Format.HTML
    assert tell_format(b"Words <b>and</b> more", "page.txt") is Format.TEXT
    assert told(read(b"oops\n" + json_lines("One"), "a.jsonl")) == ["a.jsonl:1 skipped: not JSON", "a.jsonl:2 One"]
    assert tell_format(b"<records><x>1</x></records>", "a.xml") is Format.XML


@given(st.binary(max_size=600), st.text(max_size=8))
def test_anything_is_something(head, name):
    assert isinstance(tell_format(head, name), Format)


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a.csv.gz", "a.csv"), ("a.jsonl.ZST", "a.jsonl"), ("a.tgz", "a.tgz"), (".gz", ""), ("a.html", "a.html")],
)
def test_packing_goes_from_the_name(name, plain):
    assert strip_packing(name) == plain


@pytest.mark.parametrize("name", ["lie.txt", "lie.jsonl", "lie.html", "lie.zip", "lie.pdf", "lie.csv", "lie.warc.gz"])
def test_suffixes_that_lie_change_nothing(name):
    assert told(read(json_lines("One"), name)) == [f"{name}:1 One"]
    assert told(read(page("Two"), name)) == [f"{name} Two"]
    assert told(read(b"title,body,date\nThree,Words.,2021\n", name)) == [f"{name}:2 Three"]
    assert told(read(make_tar([("x", json_lines("Four"))]), name)) == [f"{name}!x:1 Four"]


def test_pages_in_two_bytes_a_character_are_pages():
    (piece,) = cut(page("Äpfel").decode().encode("utf-16"))
    assert (piece.charset, piece.content.decode()) == ("utf-8", page("Äpfel").decode())
