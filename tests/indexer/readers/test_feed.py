"""RSS and Atom: what entries say, in all the ways in which feeds say it; broken feeds, and feeds that mean harm."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Place, Skipped
from indexer.readers.feed import cut_feed
from indexer.readers.feed_entities import mend_entities
from indexer.readers.streams import PieceReader
from tests.indexer.readers.forms import cut, read, told

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
  xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Tidewire</title><link>https://tidewire.example/</link><language>en-gb</language>
<atom:link rel="self" href="https://tidewire.example/feed"/>
<image><title>A logo</title><link>https://tidewire.example/logo</link></image>
<item><title>AT&amp;amp;T &lt;em&gt;wins&lt;/em&gt; the ferry</title><link>https://tidewire.example/1?a=b&amp;c=d</link>
<description>The short of it.</description>
<content:encoded><![CDATA[<p>The long of it,&nbsp;with words.</p>
<script>alert(1)</script><p>And more.</p>]]></content:encoded>
<dc:creator>Ann Lee</dc:creator><pubDate>Fri, 12 Mar 2021 15:29:00 +0400</pubDate>
<category>ferries</category><category>money</category><guid isPermaLink="false">tw-1</guid>
<media:content url="x.jpg"><media:title>A picture</media:title></media:content></item>
<item><title>Second&nbsp;story</title><guid>https://tidewire.example/2</guid>
<description>&lt;p&gt;All there is.&lt;/p&gt;</description>
<author>bo@tidewire.example (Bo Ray)</author><pubDate>soon</pubDate></item>
</channel></rss>
"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Bote</title>
<link href="https://bote.example/"/><link rel="self" href="https://bote.example/atom"/>
<entry><title type="text">Wind &lt; Sturm</title><link rel="enclosure" href="a.mp3" type="audio/mpeg"/><link href="/1"/>
<id>urn:1</id><published>2021-03-11T10:00:00Z</published><updated>2021-03-12T10:00:00Z</updated>
<author><name>Ann Lee</name><email>a@b.example</email></author><author><name>Bo Ray</name></author>
<category term="wx" label="Wetter"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Es <b>weht</b>.</p><p>Sehr.</p></div></content>
<summary>Wind.</summary></entry>
<entry xml:lang="en"><title type="html">This &amp;amp; that</title><id>urn:2</id>
<updated>2021-03-13T10:00:00+01:00</updated>
<content type="html">&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.</content><source><title>Tidewire</title></source></entry>
</feed>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://old.example/rss"><title>Old news</title><link>https://old.example/</link></channel>
<item rdf:about="https://old.example/1"><title>One</title><link>https://old.example/1</link>
<description>Words of it.</description><dc:date>2005-01-02T03:04:05+01:00</dc:date><dc:subject>sea</dc:subject></item>
</rdf:RDF>"""


def one(outcome):
    article = outcome.article
    return article.title, article.body, article.author, article.url, article.external_id, article.source, article.lang


def test_rss_has_its_whole_text_before_its_summary():
    first, second = read(RSS.encode())
    assert one(first) == (
        *("AT&T wins the ferry", "The long of it,\xa0with words.\n\nAnd more.".replace("\xa0", " ")),
        *(("Ann Lee",), "https://tidewire.example/1?a=b&c=d", "tw-1", "Tidewire", "en-GB"),
    )
    assert first.article.published.at.isoformat() == "2021-03-12T15:29:00+04:00"
    assert (first.article.tag, first.place, first.notes) == (("ferries", "money"), Place("file", 1), ())
    assert one(second)[:4] == ("Second story", "All there is.", ("Bo Ray",), "https://tidewire.example/2")
    assert (second.place.line, second.article.published.raw) == (2, "soon")
    assert second.notes == ("date not understood", "feed entry with a summary alone")


def test_atom_says_which_text_is_markup():
    first, second = read(ATOM.encode())
    assert one(first) == (
        *("Wind < Sturm", "Es weht.\n\nSehr.", ("Ann Lee", "Bo Ray")),
        *("https://bote.example/1", "urn:1", "Bote", "de"),
    )
    assert (first.article.published.on, first.article.tag) == ("2021-03-11", ("Wetter",))
    assert one(second) == ("This & that", "One.\n\nTwo.", (), None, "urn:2", "Tidewire", "en")
    assert second.article.published.on == "2021-03-13"


def test_rss_of_the_first_kind_is_read():
    (only,) = read(RDF.encode())
    assert one(only)[:2] == ("One", "Words of it.")
    assert (only.article.published.at.isoformat(), only.article.tag) == ("2005-01-02T03:04:05+01:00", ("sea",))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_encoding_of_the_bytes_goes_before_what_is_declared(encoding):
    assert told(read(RSS.encode(encoding))) == told(read(RSS.encode()))


def test_declared_encoding_is_used():
    text = RSS.replace("UTF-8", "windows-1251").replace("Tidewire", "Вестник")
    assert read(text.encode("cp1251"))[0].article.source == "Вестник"


@pytest.mark.parametrize("feed", [RSS, ATOM, RDF], ids=["rss", "atom", "rdf"])
def test_feed_cut_off_anywhere_keeps_its_whole_entries_and_says_so_once(feed):
    content = feed.encode()
    whole = [entry for piece in cut(content) for entry in piece.entries]
    for length in range(content.index(b"<title"), len(content.rstrip()), 3):
        found = cut(content[:length])
        skips = [piece for piece in found if isinstance(piece, Skipped)]
        assert [skip.reason for skip in skips] == ["truncated XML"], length
        entries = [entry for piece in found if not isinstance(piece, Skipped) for entry in piece.entries]
        assert entries == whole[: len(entries)], length


def test_cut_does_not_depend_on_the_pieces():
    content = RSS.encode()
    for size in (1, 7, 100):
        pieces = (content[start : start + size] for start in range(0, len(content), size))
        assert list(cut_feed(PieceReader(pieces), Place("file"), "")) == cut(content)


def test_damage_of_what_a_feed_is_packed_in_comes_after_its_entries():
    entries = "".join(f"<item><title>{number}</title></item>" for number in range(20_000))
    packed = gzip.compress(f"<rss><channel>{entries}</channel></rss>".encode())
    outcomes = told(read(packed[: len(packed) // 2]))
    assert outcomes[:2] == ["file:1 0", "file:2 1"]
    assert outcomes[-1] == "file skipped: truncated gzip"
    assert len(outcomes) > 1000


def test_entities_of_a_feed_are_never_expanded_and_nothing_is_fetched(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("password")
    bomb = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12))
    text = (
        f'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY a0 "lol">{bomb}'
        f'<!ENTITY file SYSTEM "{secret.as_uri()}"><!ENTITY % far SYSTEM "http://127.0.0.1:9/y"> %far;]>'
        "<rss><channel><item><title>&a11;</title><description>&file; words</description></item></channel></rss>"
    )
    outcomes = read(text.encode())
    assert "password" not in str(outcomes)
    assert "lol" not in str(outcomes)
    assert len(str(outcomes)) < 2000


def test_memory_does_not_grow_with_a_feed():
    entry = b"<item><title>A title</title><description>" + b"words " * 300 + b"</description><x/></item>"

    def pieces():
        yield b"<rss><channel>"
        for _ in range(200):
            yield (entry + b"<junk>words</junk>") * 50
        yield b"</channel></rss>"

    tracemalloc.start()
    entries = sum(len(piece.entries) for piece in cut_feed(PieceReader(pieces()), Place("f"), ""))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert entries == 10_000
    assert peak < 8_000_000  # of 19 MB


@pytest.mark.parametrize("wrong", ["&nbsp;", "&", "&unheard;", "\x0b", "&#0;", "</p>"])
def test_what_is_wrong_in_one_entry_takes_nothing_from_the_next(wrong):
    """After an error the parser would drop `&lt;` and `&gt;` in silence."""
    first = f"<item><title>First {wrong} story</title></item>"
    second = "<item><title>R&amp;D</title><link>https://a.example/?a=1&copy=2&amp;b=&lt;</link><description>&lt;p&gt;A&amp;lt;B&lt;/p&gt;&lt;p&gt;C</description></item>"
    found = read(f"<rss><channel>{first}{second}</channel></rss>".encode())
    article = found[-1].article
    assert (article.title, article.body, article.url) == ("R&D", "A<B\n\nC", "https://a.example/?a=1&copy=2&b=<")


@given(
    st.lists(
        st.sampled_from(["&nbsp;", "&amp;", "&", "<![CDATA[", "]]>", "&#65;", "&x", "ab", "&euml;", "]", "<b>"]),
        max_size=30,
    ),
    st.integers(1, 50),
)
def test_mending_does_not_depend_on_the_pieces(parts, size):
    content = "".join(parts).encode()
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    assert b"".join(mend_entities(iter(pieces))) == b"".join(mend_entities(iter([content])))


def test_entry_of_endless_elements_is_skipped_and_its_neighbours_are_read():
    large = b"<item><title>Large</title>" + b"<x/>" * 60_000 + b"</item>"
    small = b"<item><title>Small</title></item>"
    content = b"<rss><channel>" + small + large + small + b"</channel></rss>"
    assert told(read(content)) == ["file:1 Small", "file:2 skipped: entry too large", "file:3 Small"]
