"""Trees as the parser makes them, drawn at random: what nodes.py promises holds of each."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from searchapp.query.joining import join_all, join_any
from searchapp.query.nodes import (
    CloseWord,
    DateRange,
    InField,
    Near,
    Node,
    Not,
    Pattern,
    Phrase,
    PlainWord,
    Word,
    Words,
)

PLAIN = [
    "mine",
    "map",
    "well-being",
    "AT&T",
    "Əliyev",
    "地雷",
    "or",
    "OR",
    "AND",
    "NOT",
    "15:29",
    "NEAR/3",
    "NEAR",
    "g*t",
    "&&",
    "\\OR",
    "И",
    "ИЛИ",
    "＆＆",
    "ＮＥＡＲ／３",
    "by:",
]
words = st.one_of(
    st.sampled_from([*PLAIN, "MINE", "KARTE"]), st.text("abcÀÉж9", min_size=1, max_size=6), st.text("ABŻД", min_size=1)
)
plain_words: st.SearchStrategy[PlainWord] = st.one_of(
    words.map(lambda text: Word(text, 0, 0)),
    words.map(lambda text: Word(text, 0, 0)),
    st.sampled_from(["protest*", "gov*ment", "organi?ation", "OR*", "NEAR/5*", "?Ab*c??d", "地雷*"]).map(
        lambda text: Pattern(text, 0, 0)
    ),
    st.builds(
        lambda text, steps: CloseWord(text, steps, 0, 0),
        st.sampled_from(["Aliev", "OR", "a~b"]),
        st.sampled_from([1, 2]),
    ),
)
phrase_texts = st.lists(words, min_size=1, max_size=4).map(" ".join)
days = st.dates(date(1, 1, 1), date(9999, 12, 31))


def _words(children: list[PlainWord]) -> Words:
    return Words(tuple(children), 0, 0)


def _range(first: date | None, last: date | None) -> DateRange:
    return DateRange(min(first, last), max(first, last), 0, 0) if first and last else DateRange(first, last, 0, 0)


def _negate(child: Node) -> Node:
    return child.child if isinstance(child, Not) else Not(child, 0, 0)


def _all_apart(children: list[Node]) -> Node:
    joined = join_all(children, set(range(len(children))))
    assert joined is not None
    return joined


def _any(children: list[Node]) -> Node:
    joined = join_any(children)
    assert joined is not None
    return joined


leaves: st.SearchStrategy[Node] = st.one_of(
    st.lists(plain_words, min_size=1, max_size=4).map(_words),
    phrase_texts.map(lambda text: Phrase(text, 0, 0)),
    st.builds(
        lambda texts, slop: Phrase(" ".join(texts), 0, 0, slop),
        st.lists(words, min_size=2, max_size=4),
        st.integers(0, 1000),
    ),
    st.builds(
        lambda units, distance: Near(tuple(units), distance, 0, 0),
        st.lists(
            st.one_of(words.map(lambda text: Word(text, 0, 0)), phrase_texts.map(lambda text: Phrase(text, 0, 0))),
            min_size=2,
            max_size=4,
        ),
        st.integers(0, 1000),
    ),
    st.tuples(days, st.none() | days).map(lambda pair: _range(*pair)),
    days.map(lambda day: _range(None, day)),
)
trees: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda nodes: st.one_of(
        st.lists(nodes, min_size=2, max_size=4).map(_all_apart),
        st.lists(nodes, min_size=2, max_size=4).map(_any),
        nodes.map(_negate),
        st.builds(lambda field, child: InField(field, child, 0, 0), st.sampled_from(["title", "author", "tag"]), nodes),
    ),
    max_leaves=12,
)
