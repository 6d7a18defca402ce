from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from golden_queries import ROWS, TODAY, Row
from hypothesis import given
from hypothesis import strategies as st
from spell import spell
from test_printing import typed_texts

from searchapp.query.lexer import Limits
from searchapp.query.nodes import (
    And,
    CloseWord,
    DateRange,
    InField,
    Near,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    Query,
    Word,
    Words,
)
from searchapp.query.notes import MAX_NOTES_OF_A_CODE, MESSAGES, Notes
from searchapp.query.parser import parse_query, parse_tokens


def parse(raw: str) -> Query:
    return parse_query(raw, TODAY)


def codes(query: Query) -> tuple[str, ...]:
    return tuple(note.code for note in query.notes)


def walk(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Words | Near | And | Or):
        for child in node.children:
            yield from walk(child)
    elif isinstance(node, InField | Not):
        yield from walk(node.child)


def depth(node: Node) -> int:
    children = (
        node.children
        if isinstance(node, Words | Near | And | Or)
        else [node.child]
        if isinstance(node, InField | Not)
        else []
    )
    return 1 + max(map(depth, children), default=0)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.typed)
def test_golden_query(row: Row) -> None:
    query = parse(row.typed)
    assert (spell(query.tree), codes(query)) == (row.tree, row.codes)


def test_golden_table_shows_every_note_but_the_limits() -> None:
    limits = {"too_long", "too_many_clauses", "too_deep", "phrase_too_long"}
    assert {code for row in ROWS for code in row.codes} == MESSAGES.keys() - limits
    assert len({row.typed for row in ROWS}) == len(ROWS) >= 80


@given(typed_texts)
def test_any_text_gives_a_tree_that_holds_what_nodes_promise(text: str) -> None:
    query = parse(text)
    nodes = list(walk(query.tree))
    assert (
        sum(isinstance(node, Word | Pattern | CloseWord | Phrase | DateRange) for node in nodes) <= Limits().max_clauses
    )
    for node in nodes:
        assert 0 <= node.start <= node.end <= len(text)
        if isinstance(node, And | Or):
            assert len(node.children) >= 2
            assert not any(isinstance(child, type(node)) for child in node.children)
        if isinstance(node, Not):
            assert not isinstance(node.child, Not)
        if isinstance(node, Near):
            assert len(node.children) >= 2
            assert all(not isinstance(unit, Phrase) or unit.slop is None for unit in node.children)
        if isinstance(node, Word | Pattern | CloseWord | Phrase):
            assert node.text.split()
            node.text.encode()
    assert all(note.code in MESSAGES and 0 <= note.at <= len(text) for note in query.notes)


chunks = st.sampled_from(
    ["mine", "Map", "NATO", "G7", "OR", "AND", "NOT", "NEAR", "ＯＲ", "or", "é", "人权", "15", "a_b", "x-y", "&&", "US"]
)
plain_words = st.builds(
    lambda words, sign: sign.join(words),
    st.lists(chunks, min_size=1, max_size=70),
    st.sampled_from([" ", " ", " OR ", " AND ", "  "]),
)
framed = st.sampled_from(
    [
        "{}",
        "({})",
        '"{}"',
        "{} date:2021-03",
        "({}) date:2020..2021-05",
        "({}) date:2021..2020",
        "({})",
        "{}*",
        "{}~",
        "{}~2",
    ]
)
dates = st.sampled_from(
    [
        "2021",
        "2021-13",
        "2020..",
        "2020.2021",
        "20210312",
        "2021-03-12..2022",
        "1916-",
        "2021-2022",
        "2020-01-31..2021-02-28",
    ]
)


@given(plain_words, framed, dates)
def test_plain_words_are_read_as_the_parser_reads_them(words: str, frame: str, day: str) -> None:
    for raw in (frame.format(words), f"{frame.format(words)} date:{day}"):
        assert parse_query(raw, TODAY) == parse_tokens(raw, TODAY)


@given(st.lists(st.text("abcжəé-", min_size=1, max_size=8).filter(lambda word: word.strip("-") == word), min_size=1))
def test_words_keep_their_text_and_their_places(words: list[str]) -> None:
    raw = "  ".join(words)
    tree = parse_query(raw, TODAY, Limits(max_chars=10_000, max_clauses=1_000)).tree
    assert isinstance(tree, Words)
    assert [word.text for word in tree.children] == words
    assert [raw[word.start : word.end] for word in tree.children] == words


def test_places_are_those_of_what_was_typed() -> None:
    raw = 'mine -(map "a b") title:“human rights” date:2021'
    assert [(type(node).__name__, raw[node.start : node.end]) for node in walk(parse(raw).tree)] == [
        ("And", raw),
        ("Words", "mine"),
        ("Word", "mine"),
        ("Not", '-(map "a b")'),
        ("And", 'map "a b"'),
        ("Words", "map"),
        ("Word", "map"),
        ("Phrase", '"a b"'),
        ("InField", "title:“human rights”"),
        ("Phrase", "“human rights”"),
        ("DateRange", "date:2021"),
    ]


@pytest.mark.parametrize(
    ("raw", "code", "at", "part"),
    [
        ('minefield "maps', "unclosed_quote", 10, "unclosed quote at 10"),
        ("AND AND mine", "operator_ignored", 0, "ignored: AND AND"),
        ("mine (map", "unclosed_bracket", 5, "unclosed bracket at 5"),
        ("mine) map", "extra_bracket", 4, "bracket at 4"),
        ("mine foo:bar", "unknown_field", 5, "“foo”"),
        ("mine date:2021-13", "bad_date", 10, "“2021-13”"),
    ],
)
def test_note_says_what_and_where(raw: str, code: str, at: int, part: str) -> None:
    (note,) = parse(raw).notes
    assert (note.code, note.at) == (code, at)
    assert part in note.message


def test_explicit_and_is_never_in_the_words_that_match_may_loosen() -> None:
    tree = parse("mine map AND chart plan").tree
    assert isinstance(tree, And)
    assert [spell(child) for child in tree.children] == ["(words mine plan)", "(words map)", "(words chart)"]


@pytest.mark.parametrize(
    ("raw", "is_headline"),
    [
        ("ARMENIA AND AZERBAIJAN SIGN", True),
        ("WORLD WAR ENDS TODAY", True),
        ("WAR AND PEACE", False),
        ("Armenia AND Azerbaijan SIGN", False),
        ("ВОЙНА OR МИР В ЕВРОПЕ", True),
        ("日本 OR 中国 OR 韓国", False),
        ("1914 OR 1915 OR 1916", False),
        ("title:ARMENIA AND BAKU OR GANJA", False),
    ],
)
def test_pasted_headline_is_more_than_three_words_in_capitals(raw: str, is_headline: bool) -> None:
    assert parse(raw).pasted_headline is is_headline
    assert ("pasted_headline" in codes(parse(raw))) is (is_headline and raw != "WORLD WAR ENDS TODAY")


def test_first_512_characters_are_searched_without_a_half_word() -> None:
    query = parse("abcdefghi " * 52)
    assert codes(query) == ("too_long",)
    assert {word.text for word in walk(query.tree) if isinstance(word, Word)} == {"abcdefghi"}
    assert codes(parse("a" + " " * 5000)) == ()


def test_first_64_clauses_are_searched() -> None:
    query = parse("x OR " * 70 + "y")
    assert codes(query) == ("too_many_clauses",)
    assert isinstance(query.tree, Or)
    assert len(query.tree.children) == 64
    assert codes(parse("x " * 64)) == ()


def test_first_32_words_of_a_phrase_are_searched() -> None:
    query = parse('"' + "w " * 33 + '"')
    assert codes(query) == ("phrase_too_long",)
    assert isinstance(query.tree, Phrase)
    assert len(query.tree.text.split()) == 32
    assert codes(parse('"' + "w " * 32 + '"')) == ()


def test_brackets_deeper_than_20_are_ignored() -> None:
    nested = "(a OR b " * 21 + ")" * 21
    assert codes(parse(nested)) == ("too_deep",)
    assert codes(parse("(a OR b " * 20 + ")" * 20)) == ()


def test_notes_of_one_code_are_bounded() -> None:
    query = parse(")" * 100 + " mine")
    assert codes(query) == ("extra_bracket",) * MAX_NOTES_OF_A_CODE
    notes = Notes()
    notes.add("bad_date", 0, typed="x" * 1000, field="date")
    assert len(notes.in_order()[0].message) < 300


@pytest.mark.parametrize("first_day", [date(1, 1, 1), date(9999, 12, 31)])
def test_days_at_the_ends_of_the_calendar_do_no_harm(first_day: date) -> None:
    for raw in ["date:yesterday", "date:tomorrow", 'date:"last week"', 'date:"this year"', 'after:"9999 years ago"']:
        assert parse_query(raw, first_day).raw == raw


HOSTILE = {
    "one star": "*",
    "two stars": "**",
    "star on both sides": "*a*",
    "question marks": "?????*",
    "short prefix": "a*",
    "fifty wildcards": " OR ".join(f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxy" * 2),
    "five steps": "government~5",
    "range in brackets": "[TO]",
    "range of letters": "[a TO z]",
    "regular expression": "/(a+)+$/",
    "letters without a space": "a" * 100_000,
    "ten thousand words": " ".join(f"w{number}" for number in range(10_000)),
    "a long OR": " OR ".join(f"w{number}" for number in range(20_000)),
    "a long phrase": '"' + "word " * 5_000 + '"',
    "a wide window": '"a b"~99999999999',
    "brackets open": "(" * 3_000,
    "brackets closed": ")" * 3_000,
    "brackets open and closed": "(" * 3_000 + ")" * 3_000,
    "nested ORs": "(a OR " * 500 + "b" + ")" * 500,
    "quotes": '"' * 10_001,
    "only operators": "AND AND OR NOT",
    "only negative": "-a -b",
    "figures for days": "date:00000000..99999999",
    "a long figure": "date:9999999999999999999",
    "days that exclude each other": "after:tomorrow before:yesterday",
    "NUL": "a\x00b \x00",
    "lone surrogates": "\ud800 a\udfffb",
    "combining marks": "e" + "\u0301" * 5_000,
    "right-to-left overrides": "\u202emine\u202c map",
    "markup": "<script>alert(1)</script>",
    "an attribute": '"onmouseover=',
    "line ends": "mine\r\nSet-Cookie: a=b",
    "nots": "NOT " * 2_000 + "a",
    "hyphens": "-" * 5_000,
    "fields": "title:" * 2_000,
    "unknown fields": "a:" * 3_000 + "b",
    "single quotes": "‘a" * 3_000,
    "inches": '1"' * 3_000,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_query_gives_a_bounded_tree(raw: str) -> None:
    query = parse(raw)
    assert sum(1 for _ in walk(query.tree)) <= 4 * Limits().max_clauses
    assert depth(query.tree) <= 4 * Limits().max_depth
    assert len(query.notes) <= MAX_NOTES_OF_A_CODE * len(MESSAGES)
    is_long = len(raw) > Limits().max_chars
    assert bool({"too_long", "too_many_clauses"} & set(codes(query))) or not is_long


def test_nothing_behind_the_limit_of_characters_is_looked_at() -> None:
    start = "(mine OR map " * 39 + "("
    assert parse(start + "a" * 10).tree == parse(start + "a" * 10 + ')"' * 100_000).tree
