"""JSON Lines, one value from end to end, and everything that is neither."""

from __future__ import annotations

import gzip
import json
from itertools import islice

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Place, ReadArticle
from indexer.readers.fields import FieldOptions
from indexer.readers.jsonl import JsonLimits, is_json, read_json_lines

LIMITS = JsonLimits()
RUSSIAN = "Президент подписал указ о мерах поддержки предприятий, сообщила пресс-служба в пятницу."


def read(content: bytes, *, limits: JsonLimits = LIMITS, size: int = 1 << 20):
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    return list(read_json_lines(pieces, Place("n.jsonl"), FieldOptions(), limits))


def line(**members) -> bytes:
    return orjson.dumps({"lang": "en", **members}) + b"\n"


def told(outcomes) -> list[str]:
    return [
        outcome.article.title if isinstance(outcome, ReadArticle) else f"{outcome.place.line}: {outcome.reason}"
        for outcome in outcomes
    ]


def test_line_is_an_article_at_its_place():
    first, second = read(line(title="One") + b"\r\n\n" + line(title="Two").rstrip())
    assert (first.place, first.article.title) == (Place("n.jsonl", 1), "One")
    assert (second.place, second.article.title) == (Place("n.jsonl", 4), "Two")


def test_bad_line_costs_itself_only():
    content = line(title="One") + b'{"title": "Tw\n' + b"[1]\n" + b"null\n" + b'"text"\n' + b"7\n" + line(title="Three")
    assert told(read(content)) == [
        "One",
        "2: not JSON",
        *(f"{number}: not a JSON object" for number in (3, 4, 5, 6)),
        "Three",
    ]


def test_bad_first_line_costs_itself_only():
    assert told(read(b'{"title": oops}\n' + line(title="Two"))) == ["1: not JSON", "Two"]
    assert told(read(b"[oops\n" + line(title="Two"))) == ["1: not JSON", "Two"]


def test_long_line_is_named_and_the_rest_goes_on():
    content = line(title="One") + line(title="x" * 500) + line(title="Three")
    assert told(read(content, limits=JsonLimits(line_bytes=200), size=64)) == ["One", "2: line too long", "Three"]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (b'{"lang":"en","title": "a", "title": "b"}', "b"),
        (b'{"lang":"en","title": "n", "x": NaN, "y": Infinity}', "n"),
        (b'{"lang":"en","title": 123456789012345678901234567890}', "123456789012345678901234567890"),
        (b'{"lang":"en","title": "half \\ud83d"}', "half"),
        (b'{"lang":"en","title": "n", "x": ' + b"9" * 5000 + b"}", "n"),
        (b'\xef\xbb\xbf{"lang":"en","title": "marked"}', "marked"),
    ],
)
def test_odd_json_is_still_an_article(written, title):
    (outcome,) = read(written)
    assert outcome.article.title == title


def test_number_beyond_64_bits_loses_no_digit():
    (outcome,) = read(b'{"lang": "en", "title": "t", "id": 12345678901234567890123}\n')
    assert outcome.article.external_id == "12345678901234567890123"


def test_deep_nesting_is_not_json():
    assert told(read(b'{"title":' + b"[" * 200_000 + b"\n" + line(title="Two"))) == ["1: not JSON", "Two"]


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "iso8859-5"])
def test_lines_in_another_encoding_are_decoded(encoding):
    titles = [f"{number} {RUSSIAN}" for number in range(3)]
    content = b"".join(json.dumps({"title": title}, ensure_ascii=False).encode(encoding) + b"\n" for title in titles)
    assert [outcome.article.title for outcome in read(content)] == titles


def test_one_line_of_another_encoding_among_utf8_is_decoded():
    other = json.dumps({"title": RUSSIAN}, ensure_ascii=False).encode("cp1251") + b"\n"
    assert told(read(line(title=RUSSIAN) + other + line(title=RUSSIAN))) == [RUSSIAN] * 3


@pytest.mark.parametrize("indent", [None, 2])
def test_file_may_be_one_array(indent):
    values = [{"title": "One", "lang": "en"}, 7, {"title": "Three", "lang": "en"}]
    outcomes = read(json.dumps(values, indent=indent).encode())
    assert told(outcomes) == ["One", "2: not a JSON object", "Three"]
    assert [outcome.place.line for outcome in outcomes] == [1, 2, 3]


def test_file_may_be_one_object_printed_for_people():
    (outcome,) = read(json.dumps({"title": "One", "lang": "en"}, indent=2).encode())
    assert (outcome.place, outcome.article.title) == (Place("n.jsonl"), "One")


def test_array_over_the_limit_is_named():
    content = json.dumps([{"title": "One"}] * 100).encode()
    assert told(read(content, limits=JsonLimits(whole_bytes=200), size=64)) == ["0: JSON array too large"]


def test_lines_are_read_as_they_come():
    pieces = (line(title=str(number)) for number in range(10**12))
    assert told(islice(read_json_lines(pieces, Place("n.jsonl"), FieldOptions()), 3)) == ["0", "1", "2"]


@pytest.mark.parametrize("head", [b'{"a"', b"{}", b' \n{ "a": 1', b"{\n", b'[{"a": 1}', b"[\n  {"])
def test_json_is_told_by_its_beginning(head):
    assert is_json(head)


@pytest.mark.parametrize("head", [b"", b"[Photo] The minister", b"{{ template }}", b"Plain", b"[1] A note"])
def test_text_is_not_taken_for_json(head):
    assert not is_json(head)


_ODD_LINES = [b'{"title": "a"}', b"{}", b"[", b"{", b"]", b'{"body": ["x"], "lang": "en"}', b'{"a": "\xff"}']
_LINES = st.lists(st.binary(max_size=40) | st.sampled_from(_ODD_LINES), max_size=12)


@given(_LINES, st.integers(1, 64))
def test_any_bytes_give_one_outcome_a_line(parts, size):
    # Begun by a line of its own, so that the whole is no single value.
    content = b"\n".join([line(title="first").rstrip(), *parts])
    outcomes = read(content, size=size)
    lines = content.split(b"\n")
    expected = [number for number, part in enumerate(lines, start=1) if part.strip(b" \t\r\v\f")]
    assert [outcome.place.line for outcome in outcomes] == expected


@given(st.binary() | _LINES.map(b"\n".join), st.integers(1, 64))
def test_any_bytes_never_raise(content, size):
    for outcome in read(content, size=size):
        assert isinstance(outcome, ReadArticle) or outcome.reason


def test_stories_of_the_wire_are_read_whole(test_data):
    with gzip.open(test_data / "news" / "reuters21578.jsonl.gz") as lines:
        content = b"".join(islice(lines, 400))
    outcomes = read(content)
    assert [type(outcome) for outcome in outcomes] == [ReadArticle] * 400
    for outcome, written in zip(outcomes, map(orjson.loads, content.splitlines()), strict=True):
        got = outcome.article
        assert (got.external_id, got.source, got.lang) == (written["id"], written["source"], written["lang"])
        assert got.body == written["body"].strip("\n")
        assert got.published.on == written["date"][:10]
        assert got.published.at is None
        assert got.published.precision == "second"
        assert set(got.tag) == {*written.get("topics", ()), *written.get("places", ())}
        assert all("," not in name and not name.lower().startswith("by ") for name in got.author)


def test_pages_of_newspapers_are_read_whole(test_data):
    with gzip.open(test_data / "news" / "newspapers1916.jsonl.gz") as lines:
        content = b"".join(islice(lines, 50))
    outcomes = read(content)
    assert [type(outcome) for outcome in outcomes] == [ReadArticle] * 50
    assert all(outcome.article.published.on.startswith("1916-") for outcome in outcomes)
    assert all(outcome.article.url.startswith("https://") for outcome in outcomes)
