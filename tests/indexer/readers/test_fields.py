"""Members of JSON objects -> fields of an article: the table of keys, the user's own keys, values of every type."""

from __future__ import annotations

from datetime import date

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Place, ReadArticle, Skipped
from indexer.errors import UsageError
from indexer.readers.fields import FIELD_KEYS, FieldMap, FieldOptions, read_fields

PLACE = Place("news.jsonl", 7)
BODY = "The minister said on Friday that the budget would be ready next week."


def read(members, **options) -> ReadArticle:
    outcome = read_fields(members, PLACE, FieldOptions(**options))
    assert isinstance(outcome, ReadArticle), outcome
    return outcome


def article(members, **options):
    return read({"body": BODY, **members}, **options).article


@pytest.mark.parametrize("key", FIELD_KEYS["title"])
def test_every_title_key_is_the_title(key):
    assert article({key: "Budget"}).title == "Budget"


@pytest.mark.parametrize("key", FIELD_KEYS["body"])
def test_every_body_key_is_the_body(key):
    assert read({key: "Words."}).article.body == "Words."


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("external_id", "a-1", "a-1"),
        ("author", "By Jane Doe and John Smith", ("Jane Doe", "John Smith")),
        ("source", "Azernews.Az", "Azernews.Az"),
        ("url", "https://example.org/a?b=1", "https://example.org/a?b=1"),
        ("lang", "en_US", "en-US"),
    ],
)
def test_every_key_of_a_field_is_that_field(field, value, expected):
    for key in FIELD_KEYS[field]:
        assert getattr(article({key: value}), field) == expected
        assert getattr(article({key.upper(): value}), field) == expected


def test_every_date_key_is_the_date():
    for key in FIELD_KEYS["date"]:
        assert article({key: "2021-03-12"}).published.on == "2021-03-12"


def test_all_tag_keys_are_joined_in_order_and_none_twice():
    members = {"topics": ["cocoa", "trade"], "places": ["usa"], "section": "World", "keywords": "trade, sugar; usa"}
    assert article(members).tag == ("cocoa", "trade", "usa", "World", "sugar")


def test_place_keeps_its_comma():
    assert article({"place": "Salt Lake City, Utah"}).tag == ("Salt Lake City, Utah",)


def test_first_key_of_the_table_wins_and_the_other_is_kept_as_extra():
    read_one = article({"headline": "Second", "title": "First"})
    assert read_one.title == "First"
    assert orjson.loads(read_one.extra_json) == {"headline": "Second"}


def test_empty_or_null_key_gives_way_to_the_next():
    assert read({"body": "", "text": "Words.", "title": None, "headline": "Head"}).article.body == "Words."
    assert read({"body": None, "content": "Words."}).article.body == "Words."


def test_another_case_counts_only_where_it_is_the_only_one():
    assert article({"Title": "Budget"}).title == "Budget"
    unclear = article({"Title": "One", "TITLE": "Two"})
    assert unclear.title == ""
    assert orjson.loads(unclear.extra_json) == {"Title": "One", "TITLE": "Two"}
    assert article({"title": "Zero", "TITLE": "Two"}).title == "Zero"


def test_mapped_keys_come_first_and_reach_into_objects():
    field_map = FieldMap.parse(["title=head.line", "author=meta.author.name", "date=when", "body=story"])
    members = {
        "head": {"line": "Budget"},
        "title": "not this",
        "meta": {"author": {"name": "Jane Doe"}},
        "when": "12 March 2021",
        "story": BODY,
    }
    got = read(members, field_map=field_map).article
    assert (got.title, got.author, got.published.on, got.body) == ("Budget", ("Jane Doe",), "2021-03-12", BODY)
    assert orjson.loads(got.extra_json)["title"] == "not this"


def test_mapped_key_that_is_absent_leaves_the_table_in_force():
    assert article({"title": "Budget"}, field_map=FieldMap.parse(["title=headline_text"])).title == "Budget"


def test_key_with_a_dot_in_its_own_name_is_found():
    assert article({"dc.title": "Budget"}, field_map=FieldMap.parse(["title=dc.title"])).title == "Budget"


@pytest.mark.parametrize("option", ["title", "title=", "titel=headline", "=x"])
def test_mapping_that_means_nothing_is_refused(option):
    with pytest.raises(UsageError, match="--map"):
        FieldMap.parse([option])


def test_numbers_become_text():
    assert article({"id": 17}).external_id == "17"
    assert article({"title": 2.5}).title == "2.5"
    assert article({"date": 1615552140}).published.on == "2021-03-12"
    assert article({"date": 1916}).published.on == "1916"


def test_object_where_text_is_expected_costs_the_article_and_names_the_key():
    outcome = read_fields({"body": {"html": "x"}, "title": "Budget"}, PLACE, FieldOptions())
    assert outcome == Skipped(PLACE, "body is not text", outcome.detail)


def test_object_with_a_name_is_an_author_or_a_publisher():
    got = article({"author": [{"@type": "Person", "name": "Jane Doe"}], "publisher": {"name": "Azernews"}})
    assert (got.author, got.source) == (("Jane Doe",), "Azernews")


def test_list_of_paragraphs_is_a_body():
    assert read({"body": ["One.", "Two."]}).article.body == "One.\n\nTwo."


def test_list_of_authors_keeps_commas_inside_names():
    assert article({"authors": ["Smith, John", "By Jane Doe", "Smith, John"]}).author == ("Smith, John", "Jane Doe")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://example.org/a", "/a/b", "http://", "https://a b.org", "http://[bad"]
)
def test_address_that_is_no_web_address_is_kept_as_extra(url):
    outcome = read({"body": BODY, "link": url})
    assert outcome.article.url is None
    assert orjson.loads(outcome.article.extra_json) == {"link": url}
    assert "url is no web address" in outcome.notes


def test_date_that_is_not_understood_keeps_its_words_and_is_counted():
    outcome = read({"body": BODY, "date": "a while ago"})
    assert (outcome.article.published.on, outcome.article.published.raw) == (None, "a while ago")
    assert outcome.notes == ("date not understood",)


def test_date_to_come_is_not_understood_when_today_is_given():
    assert article({"date": "2030-01-01"}, today=date(2021, 3, 12)).published.on is None


def test_extra_keys_are_sorted_json_and_counted():
    outcome = read({"body": BODY, "z": {"b": 1, "a": [None]}, "dateline": "BAKU"})
    assert outcome.article.extra_json == '{"dateline":"BAKU","z":{"a":[null],"b":1}}'
    assert outcome.notes == ("extra key z", "extra key dateline")


def test_collection_is_the_option_then_the_source_then_main():
    assert article({"source": "Azernews"}, collection="wire").collection == "wire"
    assert article({"source": "Azernews"}).collection == "Azernews"
    assert article({}).collection == "main"


@pytest.mark.parametrize("lang", ["", None, "und", "???"])
def test_language_is_identified_where_none_is_given(lang):
    assert article({"lang": lang}).lang == "en"


@pytest.mark.parametrize("members", [{}, {"title": " ", "body": "\n"}, {"words": BODY}, {"body": None}])
def test_article_without_text_is_skipped(members):
    assert read_fields(members, PLACE, FieldOptions()).reason == "no text"


def test_skipped_article_says_which_key_may_be_its_text():
    assert "--map body=words" in read_fields({"words": BODY}, PLACE, FieldOptions()).detail


def test_entities_are_resolved_where_no_markup_is():
    assert article({"title": "AT&amp;T &ndash; R&D &copy"}).title == "AT&T – R&D &copy"
    assert read({"body": "<p>a &lt; b</p>"}).article.body == "<p>a &lt; b</p>"


def test_nul_halves_of_characters_and_line_ends_are_cleaned():
    got = read({"body": "a\x00b\ud800c\r\nd\re\u2028f", "x\udc00": ["\udc00"]}).article
    assert got.body == "abc\nd\ne\nf"
    assert orjson.loads(got.extra_json) == {"x": [""]}


_TEXTS = st.text(st.characters(exclude_categories=()))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_KNOWN_KEYS = [key for keys in FIELD_KEYS.values() for key in keys]
_KEYS = st.sampled_from([*_KNOWN_KEYS, "Title", "BODY", "x"]) | st.text(max_size=4)


@given(st.dictionaries(_KEYS, _VALUES, max_size=8))
def test_any_object_is_an_article_or_a_reason(members):
    outcome = read_fields({"lang": "en", **members}, PLACE, FieldOptions())
    if isinstance(outcome, ReadArticle):
        got = outcome.article
        assert got.title.strip() or got.body.strip()
        orjson.dumps([got.title, got.body, got.author, got.source, got.tag, got.external_id, got.published.raw])
        assert isinstance(orjson.loads(got.extra_json), dict)
        assert len(got.id) == 16
    else:
        assert outcome.reason
