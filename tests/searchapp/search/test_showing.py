"""What a page shows is the same by compiled loops as article by article, whatever the articles and the query."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
from searchapp.search.plan import Clause, PhrasePlan, SpellingPlan, Unit, WindowPlan, WordPlan
from searchapp.search.planner import plan_search
from searchapp.search.port import FacetCount
from searchapp.search.reading import phrase_variants
from searchapp.search.request import SearchRequest
from searchapp.search.showing import CompiledShowing, PlainShowing
from searchapp.search.spellings import CloseTo, Wildcard

ANALYZER = Analyzer()
PLAIN = PlainShowing(ANALYZER)
COMPILED = CompiledShowing()
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
wide = st.lists(
    st.sampled_from(
        [
            "ma*",
            "?i*",
            "el*",
            "elec?",
            "map~",
            "mine~~",
            "us~",
            "amp~",
            "lect~",
            "selections~",
            "нарта~",
            "?ap*",
            "地*",
            "地?",
            "с*",
            "кар*",
            "res*",
            "mine map",
            "=maps mine",
            "so with",
        ]
    ),
    max_size=2,
)


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


def ask_widely(choice: str, clause: int) -> Clause:
    """A pattern, a close spelling, or a window of two words."""
    match choice.split():
        case [pattern] if set(pattern) & set("*?"):
            return SpellingPlan("text", Wildcard(pattern), 1.0, clause)
        case [close]:
            return SpellingPlan("text", CloseTo(close.rstrip("~"), close.count("~")), 1.0, clause)
        case words:
            typed = [ANALYZER.read_words(word, LANGS, quoted=word.startswith("=")) for word in words]
            units = tuple(
                Unit(tuple(tuple((form,) for form in run) for run in word.alternatives if len(run) == 1), surface)
                for (word, *_), surface in zip(typed, (word.startswith("=") for word in words), strict=True)
            )
            return WindowPlan("text", (units,), 3, 1.0, clause)


def ask_typed(q: str) -> Wanted:
    """What is marked of a typed query."""
    langs = tuple(FacetCount(lang, 1) for lang in LANGS)
    return plan_search(parse_query(q, date(2021, 3, 12)), SearchRequest(q=q), langs, ANALYZER, 1000).marked


def assert_same(shown: list[Article], wanted: Wanted, rarity: list[float]) -> None:
    for compiled in (CompiledShowing(), COMPILED):
        for ours, plain in zip(compiled.show(shown, wanted, rarity), PLAIN.show(shown, wanted, rarity), strict=True):
            assert ours == plain
    for article in shown:
        assert COMPILED.highlight(article, wanted) == PLAIN.highlight(article, wanted)


@given(
    shown=articles,
    words=queries,
    phrase=phrases,
    scope=scopes,
    others=wide,
    rarity=st.lists(st.floats(0.01, 12), min_size=16, max_size=16),
)
def test_any_page_shows_the_same(
    shown: list[Article], words: str, phrase: str, scope: str, others: list[str], rarity: list[float]
) -> None:
    wanted = ask(words, phrase, scope)
    wanted += tuple(ask_widely(choice, len(wanted) + number) for number, choice in enumerate(others))
    assert_same(shown, wanted, rarity)


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
    wanted = ask_typed(q)
    assert_same(shown, wanted, [1.0] * 8)


@given(
    shown=articles, q=st.sampled_from(["ma*", "el?ct* map", "mapp~ us~2", "title:m* well-b*", "u* NEAR/3 map", "й*"])
)
def test_pattern_shows_what_the_forms_that_it_fits_show(shown: list[Article], q: str) -> None:
    wanted = ask_typed(q)
    texts = [(each.title, each.lang) for each in shown] + [(each.body, each.lang) for each in shown]
    surfaces = {
        form for text, lang in texts for token in ANALYZER.analyse(text, lang).tokens for form in token.surfaces
    }
    as_words = tuple(
        WordPlan(
            clause.scope,
            tuple((form,) for form in sorted(surfaces) if clause.spelling.fits(form)),
            surface=True,
            weight=clause.weight,
            clause=clause.clause,
        )
        if isinstance(clause, SpellingPlan)
        else clause
        for clause in wanted
    )
    rarity = [1.0] * 8
    assert PLAIN.show(shown, as_words, rarity) == PLAIN.show(shown, wanted, rarity)
    assert_same(shown, as_words, rarity)


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


def test_many_threads_see_the_same_as_one() -> None:
    compiled = CompiledShowing()
    pages = []
    for number in range(24):
        words = [f"map{number % 5}", "mines", "U.S.", "地雷", f"word{number}", "elections"]
        body = " ".join(words[(place * (number + 3)) % len(words)] for place in range(400))
        pages.append(
            ([Article(title="Maps", body=body, lang=LANGS[number % len(LANGS)])], ask(f"mine word{number} us"))
        )
    expected = [PLAIN.show(shown, wanted, [1.0] * 8) for shown, wanted in pages]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            assert list(pool.map(lambda page: compiled.show(*page, [1.0] * 8), pages)) == expected
