from __future__ import annotations

import pickle
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import fields, formats
from whoosh.qparser import QueryParser

from indexer.analysis.token import AnalysedText, Token
from indexer.article import Article, OriginalLine, Published, encode_article
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.schema import (
    PackedPositions,
    build_schema,
    make_postings,
    stored_article,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = st.lists(TEXT, max_size=3).map(tuple)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
PUBLISHED = st.one_of(
    st.just(Published()),
    st.dates().map(lambda day: Published(on=day.isoformat(), precision="day", raw=f"on {day}")),
    st.sampled_from(
        [
            Published(on="2021", precision="year"),
            Published(on="2021-03", precision="month", confidence="likely"),
            Published(on="2021-03-12", precision="minute", confidence="sure", zone="ET"),
            Published(on="2021-03-12", precision="minute", zone="BST"),
        ]
    ),
    st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES).map(  # noqa: DTZ001 Hypothesis adds the zone
        lambda at: Published(on=at.date().isoformat(), at=at, precision="second", raw=str(at))
    ),
)
ARTICLES = st.builds(
    Article,
    title=TEXT,
    body=TEXT,
    author=NAMES,
    source=TEXT,
    url=st.none() | TEXT,
    published=PUBLISHED,
    lang=st.sampled_from(["en", "de", "az", "zh-Hant", "und"]),
    tag=NAMES,
    external_id=st.none() | TEXT,
    collection=TEXT,
    original=st.lists(st.builds(OriginalLine, text=TEXT, left_out=TEXT), max_size=3).map(tuple),
    extra_json=st.sampled_from(["{}", '{"dateline":"GENEVA"}']),
)


def token(position: int, *words: str) -> Token:
    return Token(0, 1, position, 1, words, tuple(f"en:{word}" for word in words))


@settings(max_examples=40)
@given(st.lists(ARTICLES, max_size=4, unique_by=lambda article: article.id))
def test_articles_come_back_from_an_index_as_they_went_in(articles: list[Article]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = WhooshIndex.create(Path(folder, "index"))
        with index.writer(16) as writer:
            for article in articles:
                writer.write(make_draft(article, "/a.jsonl"))
            writer.commit()
        held = list(index.articles())
    assert [each.article for each in held] == articles
    assert [each.id for each in held] == [article.id for article in articles]
    assert [each.article.content_hash for each in held] == [article.content_hash for article in articles]


def test_articles_that_say_nothing_of_confidence_and_zone_are_stored_as_they_always_were() -> None:
    plain = Article(title="Maps", published=Published("2021-03-12", None, "day", "12 March 2021"))
    assert len(orjson.loads(encode_article(plain)[0])) == 14
    weighed = replace(plain, published=replace(plain.published, confidence="likely"))
    assert orjson.loads(encode_article(weighed)[0])[14:] == ["likely", ""]
    assert weighed.content_hash != plain.content_hash


def test_an_article_without_anything_comes_back() -> None:
    assert stored_article({}) == Article()


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, unique=True).map(sorted))
def test_packed_positions_say_what_whoosh_positions_say(positions: list[int]) -> None:
    packed, stock = PackedPositions(), formats.Positions()
    assert packed.decode_positions(packed.encode(positions)) == stock.decode_positions(stock.encode(positions))
    assert packed.decode_frequency(packed.encode(positions)) == len(positions)


def test_a_word_read_twice_at_one_place_counts_once() -> None:
    twice = AnalysedText((token(0, "us", "us"), token(0, "us"), token(4, "us")), 5)
    assert make_postings(twice, "surfaces").ready == ((b"us", 2, 2.0, PackedPositions().encode([0, 4])),)


def test_terms_and_surfaces_are_kept_apart() -> None:
    analysed = AnalysedText((Token(0, 5, 0, 1, ("mines",), ("en:mine",)),), 1)
    assert [posting[0] for posting in make_postings(analysed, "terms").ready] == [b"en:mine"]
    assert [posting[0] for posting in make_postings(analysed, "surfaces").ready] == [b"mines"]


def test_the_schema_survives_the_pickle_of_a_table_of_contents() -> None:
    schema = build_schema()
    again = pickle.loads(pickle.dumps(schema, 2))
    assert again.names() == schema.names()
    assert [again[name] for name in ("title", "body_surface", "tag")] == [
        schema[name] for name in ("title", "body_surface", "tag")
    ]


def test_whooshs_own_query_parser_searches_the_index(index_articles_of, folder: Path) -> None:
    index_articles_of(
        Article(title="Maps of minefields", body="The commissioner has urged.", external_id="1", lang="en"),
        Article(title="Nothing of the kind", body="The maps are gone.", external_id="2", lang="en"),
    )
    whoosh = WhooshIndex.open(folder).whoosh
    with whoosh.searcher() as searcher:
        found = {
            typed: {hit["external_id"] for hit in searcher.search(QueryParser("title", whoosh.schema).parse(typed))}
            for typed in (
                "minefield",
                "map",
                "body:map",
                'title_surface:"maps of minefields"',
                "title_surface:minefields",
                "absent",
            )
        }
    assert found == {
        "minefield": {"1"},
        "map": {"1"},
        "body:map": {"2"},
        'title_surface:"maps of minefields"': {"1"},
        "title_surface:minefields": {"1"},
        "absent": set(),
    }


def test_no_field_is_searched_and_a_column_by_accident() -> None:
    schema = build_schema()
    columns = {name for name, field in schema.items() if isinstance(field, fields.COLUMN)}
    searched = {name for name, field in schema.items() if field.indexed}
    assert columns & searched == set()
    assert {"first_day", "last_day", "instant", "lang", "collection", "content_hash", "origin"} <= columns
