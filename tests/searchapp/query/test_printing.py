from __future__ import annotations

from datetime import date

import pytest
from golden_queries import ROWS, TODAY
from hypothesis import example, given
from hypothesis import strategies as st
from spell import spell
from trees import trees

from searchapp.query.lexer import Limits
from searchapp.query.nodes import And, DateRange, Everything, InField, Node, Not, Or, Phrase, Word, Words
from searchapp.query.parser import parse_query
from searchapp.query.printing import print_query, understood

#: Canonical syntax can be longer than what was typed.
ROOMY = Limits(max_chars=100_000, max_clauses=10_000, max_depth=100, max_phrase_words=1_000)

SIGNS = [
    "AND",
    "OR",
    "NOT",
    "-",
    "--",
    "–",
    "(",
    ")",
    "（",
    '"',
    "“",
    "”",
    "‘",
    "’",
    "„",
    "«",
    ":",
    "：",
    "*",
    "?",
    "~",
    "~2",
]
SIGNS += [
    "||",
    "&&",
    "\\",
    "\\OR",
    "NEAR/2",
    " NEAR ",
    " ",
    "  ",
    "\t",
    "\u200f",
    "\x00",
    "..",
    "…",
    "/",
    "://",
    "צ",
    "\ud800",
    "İ",
]
SIGNS += [
    "title:",
    "lang:",
    "date:",
    "after:",
    "foo:",
    "Title: ",
    "mine",
    "MAP",
    "2021",
    "2021-03",
    "last week",
    "since:",
    "by:",
    "ИЛИ",
    " И ",
    "НЕ",
    "＊",
    "～",
    "＆＆",
    "ＮＥＡＲ／２",
    "《",
    "x",
    "T",
]
typed_texts = st.one_of(st.text(), st.lists(st.sampled_from(SIGNS), max_size=25).map("".join))


def same_again(tree: Node) -> str:
    return spell(parse_query(print_query(tree), TODAY, ROOMY).tree)


@given(trees)
def test_printed_tree_is_parsed_to_the_same_tree(tree: Node) -> None:
    assert same_again(tree) == spell(tree)


@given(typed_texts)
@example("‘tis a title:workers’ ‘tis")
@example('x "a b" 12"')
@example("A || B || C || D")
def test_any_text_means_the_same_after_printing(text: str) -> None:
    tree = parse_query(text, TODAY).tree
    assert same_again(tree) == spell(tree)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.typed)
def test_golden_query_means_the_same_after_printing(row) -> None:
    assert same_again(parse_query(row.typed, TODAY).tree) == row.tree


@given(trees)
def test_every_tree_can_be_told(tree: Node) -> None:
    told = understood(tree)
    assert told
    assert told.count("(") == told.count(")")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("minefield maps", "minefield AND maps"),
        ("minefield", "minefield"),
        ("", "all articles"),
        ('minefield "human rights" maps', 'minefield AND maps AND "human rights"'),
        ("a b OR c", "(a AND b) OR c"),
        ("(a OR b) c", "(a OR b) AND c"),
        ("a -b", "a AND NOT b"),
        ("-(a b)", "NOT (a AND b)"),
        ("title:(a b)", "title:(a AND b)"),
        ("-title:a", "NOT title:a"),
        ("date:2021-03", "date:2021-03-01..2021-03-31"),
        ("date:yesterday", "date:2021-03-11"),
        ("after:2021", "date:2022-01-01.."),
        (r"mine \OR map", "mine AND or AND map"),
        ("protest* gov?rn Aliev~", "protest* AND gov?rn AND Aliev~1"),
        ('a NEAR "b c"', 'a NEAR/10 "b c"'),
        ("title:(a NEAR/2 b) -(c NEAR/3 d)", "title:(a NEAR/2 b) AND NOT (c NEAR/3 d)"),
    ],
)
def test_query_is_told_in_words(typed: str, told: str) -> None:
    assert understood(parse_query(typed, TODAY).tree) == told


def test_tree_that_a_planner_cut_down_is_told() -> None:
    a, b = Word("a", 0, 1), Word("b", 2, 3)
    assert understood(Or((a, b), 0, 3)) == "a OR b"
    assert understood(And((Or((a, b), 0, 3), Phrase("c d", 4, 9, 2)), 0, 9)) == '(a OR b) AND "c d"~2'
    assert understood(And((Words((a,), 0, 1), a), 0, 1)) == "a AND a"
    assert understood(Not(Not(a, 0, 1), 0, 1)) == "NOT (NOT a)"
    assert understood(InField("title", Words((a,), 0, 1), 0, 1)) == "title:a"
    assert understood(DateRange(None, date(2021, 1, 1), 0, 0)) == "date:..2021-01-01"
    assert understood(Everything()) == "all articles"
