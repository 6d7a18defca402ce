"""What a page shows is the same by compiled loops as article by article, whatever the articles and the query."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, ReadArticle
from indexer.readers.read import ReadOptions, read_articles
from searchapp.query.parser import parse_query
from searchapp.search.highlight import Wanted
from searchapp.search.named_forms import name_forms
from searchapp.search.plan import PhrasePlan, SpellingPlan, WordPlan
from searchapp.search.planner import plan_search
from searchapp.search.port import Expansion, FacetCount
from searchapp.search.reading import phrase_variants
from searchapp.search.request import SearchRequest
from searchapp.search.showing import CompiledShowing, PlainShowing

ANALYZER = Analyzer()
PLAIN = PlainShowing(ANALYZER)
COMPILED = CompiledShowing(ANALYZER)
LANGS = ("en", "az", "de", "fr", "ru", "zh", "und")

WORDS = (
    *("map", "maps", "Mine", "mine map", "elections", "elect-ing", "well-being", "wellbeing", "U.S.", "us", "US"),
    *("é", "cafe\u0301", "résumé", "resume", "l'état", "地雷", "图", "ərazi", "карта", "карты", "1,000", "3.5"),
    *("Dr.", "No.", "p.", "Okla.", "O\u212ala.", "Ph.D.", "e.g.", "A.", "12.", "(3.", "vgl.", "a" * 90, "NATO"),
)
SIGNS = (
    *("&", "<b>", '"', "'", ".", ". ", "! ", "?) ", "...", ".\n", ".)", "。", "？」", "…", "😀", "\u200d", "\u0301"),
    *("\t", "\n", "\r\n", "\n\n", "\n \n", "\n\n\n", "\u2028", "\u3000", "\x1c", " ", " ", " ", " ", "-", "-\n", "¬\n"),
)
gaps = st.sampled_from([" ", " ", " ", " ", " ", " ", "-", ", ", ". ", "", "\n"])
running_text = st.lists(st.tuples(st.sampled_from(WORDS), gaps), max_size=150).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)
any_text = st.lists(st.one_of(st.sampled_from(WORDS + SIGNS), st.text(max_size=8)), max_size=100).map("".join)
filler = st.integers(0, 40).map(lambda times: "and so on with that " * times)
capitals = running_text.map(str.upper)
bodies = st.lists(st.one_of(running_text, running_text, any_text, filler, capitals), max_size=5).map("".join)
articles = st.lists(
    st.builds(Article, title=any_text, body=bodies, lang=st.sampled_from(LANGS)), min_size=1, max_size=4
)
queries = st.lists(
    st.sampled_from(
        [
            "map",
            "mine",
            "election",
            "elect",
            "electing",
            "well-being",
            "us",
            "U.S.",
            "地雷",
            "ərazi",
            "café",
            "é",
            "карта",
            "1000",
        ]
    ),
    max_size=4,
).map(" ".join)
phrases = st.sampled_from(["", "mine map", "well being", "the u.s.", "地雷 图", "and so", "so on with", "map map"])
scopes = st.sampled_from(["text", "text", "text", "title"])


def ask(words: str, phrase: str = "", scope: str = "text") -> Wanted:
    typed = ANALYZER.read_words(words, LANGS)
    plans: list[WordPlan | PhrasePlan] = [
        WordPlan(scope, word.alternatives, surface=False, weight=1.0, clause=clause)
        for clause, word in enumerate(typed)
    ]
    if phrase:
        quoted = ANALYZER.read_words(phrase, LANGS, quoted=True)
        plans.append(PhrasePlan("text", phrase_variants(quoted), weight=1.0, clause=len(plans)))
    return tuple(plans)


def ask_wide(q: str) -> Wanted:
    """Words near each other, and patterns."""
    langs = tuple(FacetCount(lang, 1) for lang in LANGS)
    return plan_search(parse_query(q, date(2021, 3, 12)), SearchRequest(q=q), langs, ANALYZER, 1000).marked


def assert_same(shown: list[Article], wanted: Wanted, rarity: list[float]) -> None:
    for compiled in (CompiledShowing(ANALYZER), COMPILED):
        for ours, plain in zip(compiled.show(shown, wanted, rarity), PLAIN.show(shown, wanted, rarity), strict=True):
            assert ours == plain


@given(
    shown=articles,
    words=queries,
    phrase=phrases,
    scope=scopes,
    rarity=st.lists(st.floats(0.01, 12), min_size=16, max_size=16),
)
def test_any_page_shows_the_same(
    shown: list[Article], words: str, phrase: str, scope: str, rarity: list[float]
) -> None:
    assert_same(shown, ask(words, phrase, scope), rarity)


@given(
    shown=articles,
    q=st.sampled_from(
        [
            "map NEAR/2 mine",
            '"mine map"~3 mine',
            'us NEAR/3 "well being" NEAR map',
            "title:(map NEAR/4 elections) café NEAR/9 é",
            'well-being NEAR/1 map "the u.s."',
            "map NEAR/20 map NEAR/20 map",
            "карта NEAR/5 地雷",
            "ma* NEAR/5 map elect*",
        ]
    ),
)
def test_any_page_shows_windows_and_patterns_alike(shown: list[Article], q: str) -> None:
    wanted = ask_wide(q)
    assert_same(shown, wanted, [1.0] * 8)


@given(
    shown=articles, q=st.sampled_from(["ma*", "el?ct* map", "mapp~ us~2", "title:m* well-b*", "u* NEAR/3 map", "й*"])
)
def test_pattern_whose_forms_are_known_shows_what_the_pattern_does(shown: list[Article], q: str) -> None:
    wanted = ask_wide(q)
    texts = [(each.title, each.lang) for each in shown] + [(each.body, each.lang) for each in shown]
    surfaces = {
        form for text, lang in texts for token in ANALYZER.analyse(text, lang).tokens for form in token.surfaces
    }
    expansions = []
    for clause in wanted:
        if isinstance(clause, SpellingPlan):
            named = tuple(sorted(form for form in surfaces if clause.spelling.fits(form)))
            expansions.append(Expansion(clause.clause, len(named), named))
    named_forms = name_forms(wanted, expansions)
    assert not any(isinstance(clause, SpellingPlan) for clause in named_forms)
    rarity = [1.0] * 8
    assert PLAIN.show(shown, named_forms, rarity) == PLAIN.show(shown, wanted, rarity)
    assert_same(shown, named_forms, rarity)


@pytest.mark.parametrize(
    ("file", "words", "phrase"),
    [
        ("news/reuters21578.jsonl.gz", "oil prices said U.S. bank", "crude oil"),
        ("news/newspapers1916.jsonl.gz", "war german the of president", "the president"),
        ("pages/trafilatura/rawtext.jsonl.gz", "the and der die le la 的 в", "of the"),
    ],
)
def test_real_articles_show_the_same(test_data: Path, file: str, words: str, phrase: str) -> None:
    events = read_articles([test_data / file], ReadOptions())
    read = [event.article for _, event in zip(range(60), events, strict=False) if isinstance(event, ReadArticle)]
    wanted = ask(words, phrase)
    for first in range(0, len(read), 10):
        assert_same(read[first : first + 10], wanted, [1.5 + clause for clause in range(len(wanted))])


def test_book_shows_the_same_as_far_as_it_is_looked_at() -> None:
    quiet = "A quiet day. And so on with that. " * 2500
    book = Article(title="Maps", body=f"Mines.\n\n{quiet}\n\nThe map of mines.\n{quiet}The mine map.{quiet}", lang="en")
    for wanted in (ask("mine map"), ask("quiet", "mine map"), ask("mine"), ask("map", scope="title")):
        assert_same([book, Article(title="map", body="a map", lang="en")], wanted, [1.0, 2.0])
