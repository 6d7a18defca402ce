"""Passages: whole words, whole sentences where they fit, every matching form, escaped once, in any script."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article
from searchapp.query.parser import parse_query
from searchapp.search.highlight import Wanted, find_marks, highlight_article, mark_text, spans_of, split_paragraphs
from searchapp.search.passages import TARGET_CHARS
from searchapp.search.plan import PhrasePlan, WordPlan
from searchapp.search.planner import plan_search
from searchapp.search.port import FacetCount
from searchapp.search.reading import phrase_variants
from searchapp.search.request import SearchRequest
from searchapp.search.snippets import ELLIPSIS, cut_snippets

ANALYZER = Analyzer()
LANGS = ("en", "az", "de", "und")


def ask(words: str, phrase: str = "", scope: str = "text") -> tuple[WordPlan | PhrasePlan, ...]:
    typed = ANALYZER.read_words(words, LANGS)
    plans: list[WordPlan | PhrasePlan] = [
        WordPlan(scope, word.alternatives, surface=False, weight=1.0, clause=clause)
        for clause, word in enumerate(typed)
    ]
    if phrase:
        quoted = ANALYZER.read_words(phrase, LANGS, quoted=True)
        plans.append(PhrasePlan(scope, phrase_variants(quoted), weight=1.0, clause=len(plans)))
    return tuple(plans)


def cut(body: str, wanted, lang: str = "en"):
    return cut_snippets(Article(body=body, lang=lang), wanted, [1.0] * len(wanted), ANALYZER)


def marked(snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.spans]


def test_every_form_of_a_word_is_highlighted() -> None:
    (snippet,) = cut("They elect a council. The elected met after elections; an electron did not.", ask("election"))
    assert marked(snippet) == ["elect", "elected", "elections"]


def test_phrase_is_one_span_over_the_phrase() -> None:
    (snippet,) = cut("The Human Rights Commissioner spoke of human beings' rights.", ask("", "human rights"))
    assert marked(snippet) == ["Human Rights"]
    assert snippet.html.startswith("The <mark>Human Rights</mark> Commissioner")


def ask_for(q: str) -> Wanted:
    langs = tuple(FacetCount(lang, 1) for lang in LANGS)
    return plan_search(parse_query(q, date(2021, 3, 12)), SearchRequest(q=q), langs, ANALYZER, 1000).marked


@pytest.mark.parametrize(
    ("q", "body", "marks"),
    [
        (
            "protest*",
            "Protesters protested; a protest, no Protestant text.",
            ["Protesters", "protested", "protest", "Protestant"],
        ),
        ("organi?ation", "One organisation, two organizations, an organization.", ["organisation", "organization"]),
        ("nat*", "NATO and the nation.", ["NATO", "nation"]),
        ("well-be*", "Her well-being, her wellbeing.", ["well-being", "wellbeing"]),
        ("Aliev~", "Aliyev, Əliev and Alyv met Alieva.", ["Aliyev", "Əliev", "Alieva"]),
        ("mine NEAR/2 map", "A map of the mines. " + "Far off. " * 3 + "Another map.", ["map", "mines"]),
        ('"rights human"~0', "Human rights, and human beings' rights.", ["Human", "rights"]),
        ('mine NEAR/3 "human rights"', "Mines and human rights.", ["Mines", "human rights"]),
        ("-protest* map", "Map of protests.", ["Map"]),
    ],
)
def test_what_a_pattern_a_close_spelling_or_a_window_finds_is_highlighted(q: str, body: str, marks: list[str]) -> None:
    spans = highlight_article(Article(body=body, lang="en"), ask_for(q), ANALYZER).body_spans
    assert [body[start:end] for start, end in spans] == marks


def test_hyphenated_word_is_highlighted_whole_or_in_parts() -> None:
    (snippet,) = cut("Her well-being, her wellbeing and being well.", ask("wellbeing"))
    assert marked(snippet) == ["well-being", "wellbeing"]


def test_snippet_is_a_whole_sentence_without_ellipsis() -> None:
    body = "Nothing here. " * 30 + "Minefields are mapped by hand. " + "Nothing there. " * 30
    (snippet,) = cut(body.strip(), ask("minefields"))
    assert "Minefields are mapped by hand." in snippet.text
    assert ELLIPSIS not in snippet.text
    assert snippet.text[0].isupper()
    assert snippet.text.endswith(".")
    assert len(snippet.text) <= TARGET_CHARS


def test_long_sentence_is_cut_at_words_and_says_so() -> None:
    body = "and so on with " * 60 + "minefields at last " + "and further on " * 60
    (snippet,) = cut(body.strip(), ask("minefields"))
    assert snippet.text.startswith(f"{ELLIPSIS} ")
    assert snippet.text.endswith(f" {ELLIPSIS}")
    assert set(snippet.text.split()) <= {*body.split(), ELLIPSIS}
    assert marked(snippet) == ["minefields"]


def test_two_passages_say_most_about_the_query_in_order_of_the_text() -> None:
    filler = "A word about the weather. " * 12
    body = f"Maps are old. {filler}\n\n{filler}\n\nThe maps of minefields were handed over. {filler}\n\nMaps again."
    wanted = ask("minefields maps")
    first, second = cut_snippets(Article(body=body, lang="en"), wanted, [5.0, 1.0], ANALYZER)
    assert "Maps are old." in first.text
    assert "The maps of minefields were handed over." in second.text
    assert (first.paragraph, second.paragraph, second.paragraphs) == (1, 3, 4)


def test_words_side_by_side_beat_words_far_apart() -> None:
    filler = "quiet " * 25
    body = f"Mine {filler} map.\n\nA mine map was found.\n\nMap {filler} mine."
    snippets = cut_snippets(Article(body=body, lang="en"), ask("mine map"), [1.0, 1.0], ANALYZER, count=1)
    assert snippets[0].paragraph == 2


def test_hit_without_a_match_in_its_body_shows_the_lead() -> None:
    body = "BAKU\n\nThe commissioner spoke on Friday. She named three districts. " + "More was said. " * 40
    (snippet,) = cut(body, ask("zebra"))
    assert snippet.text.startswith("The commissioner spoke on Friday. She named three districts.")
    assert snippet.spans == ()


def test_article_without_a_body_has_no_snippet() -> None:
    assert cut(" \n\n ", ask("zebra")) == ()


def test_html_is_escaped_once() -> None:
    (snippet,) = cut("""AT&T <b>maps</b> &amp; "mines" aren't""", ask("maps"))
    assert snippet.html == "AT&amp;T &lt;b&gt;<mark>maps</mark>&lt;/b&gt; &amp;amp; &quot;mines&quot; aren&#x27;t"


def test_title_scope_is_not_highlighted_in_the_body() -> None:
    wanted = ask("maps", scope="title")
    highlighted = highlight_article(Article(title="Maps", body="Maps", lang="en"), wanted, ANALYZER)
    assert highlighted.title_spans == ((0, 4),)
    assert highlighted.body_spans == ()


def test_offsets_count_code_points_and_spare_combining_marks() -> None:
    text = "😀 cafe\u0301 maps"
    spans = spans_of(find_marks(ANALYZER.analyse(text, "en"), ask("café"), "body"))
    assert [text[start:end] for start, end in spans] == ["cafe\u0301"]
    assert mark_text(text, spans) == "😀 <mark>cafe\u0301</mark> maps"


def test_text_without_spaces_is_cut_to_size() -> None:
    body = "地雷原の地図が見つかった" * 60
    (snippet, *_) = cut(body, ask("地図"), "ja")
    assert 0 < len(snippet.text) <= TARGET_CHARS + 2 * len(ELLIPSIS) + 2
    assert marked(snippet)


def test_chinese_sentences_end_at_their_own_stop() -> None:
    body = "今天天气很好。" * 40 + "地雷图已经移交。" + "明天下雨。" * 60
    (snippet,) = cut(body, ask("地雷"), "zh")
    assert ELLIPSIS not in snippet.text
    assert snippet.text.endswith("。")


def test_endless_word_is_cut_rather_than_shown_whole() -> None:
    snippets = cut("x" * 5000 + " maps " + "y" * 5000, ask("maps"))
    assert all(len(snippet.text) < 2 * TARGET_CHARS for snippet in snippets)
    assert [marked(snippet) for snippet in snippets] == [["maps"]]


def test_match_at_the_end_of_a_book_is_found() -> None:
    body = "A quiet day. " * 20_000 + "The minefields were mapped. " + "A quiet day. " * 20_000
    (snippet,) = cut(body, ask("minefields"))
    assert "The minefields were mapped." in snippet.text
    assert marked(snippet) == ["minefields"]


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("", []),
        ("one", ["one"]),
        ("one\ntwo", ["one\ntwo"]),
        ("one\n\ntwo", ["one", "two"]),
        ("one\n \t\n\n\ntwo\r\n\r\nthree", ["one", "two", "three"]),
        ("\n\n one \n\n", ["one"]),
    ],
)
def test_empty_lines_keep_paragraphs_apart(body: str, paragraphs: list[str]) -> None:
    assert [body[start:end] for start, end in split_paragraphs(body)] == paragraphs


WORDS = [
    "map",
    "maps",
    "Mine",
    "elections",
    "well-being",
    "U.S.",
    "é",
    "cafe\u0301",
    "地雷",
    "ərazi",
    "1,000",
    "Dr.",
    "a" * 90,
]
SIGNS = [
    "&",
    "<b>",
    '"',
    "'",
    ".",
    "。",
    "?",
    "…",
    "😀",
    "\u200d",
    "\u0301",
    "\t",
    "\n",
    "\n\n",
    " ",
    " ",
    " ",
    " ",
    " ",
]
gaps = st.sampled_from([" ", " ", " ", " ", " ", "-", ", ", "", "\t", "\n"])
running_text = st.lists(st.tuples(st.sampled_from(WORDS), gaps), max_size=150).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)
any_text = st.lists(st.one_of(st.sampled_from(WORDS + SIGNS), st.text(max_size=8)), max_size=100).map("".join)
bodies = st.lists(st.one_of(running_text, running_text, any_text), max_size=4).map("".join)
queries = st.sampled_from(["map", "mine maps", "election", "well-being us", "地雷", "ərazi cafe", "é"])


@given(body=bodies, query=queries, phrase=st.sampled_from(["", "mine map", "well being"]))
def test_any_snippet_is_text_of_the_article_marked_inside_it(body: str, query: str, phrase: str) -> None:
    snippets = cut(body, ask(query, phrase))
    assert bool(snippets) == bool(body.strip())
    flat = re.sub(r"\s", " ", body)
    tokens = [token for token in ANALYZER.analyse(body, "en").tokens if token.end - token.start <= 100]
    for snippet in snippets:
        assert html.unescape(re.sub("</?mark>", "", snippet.html)) == snippet.text
        assert 1 <= snippet.paragraph <= snippet.paragraphs
        shown = snippet.text.removeprefix(f"{ELLIPSIS} ").removesuffix(f" {ELLIPSIS}")
        if shown not in flat:  # the text has an ellipsis of its own there
            shown = shown if snippet.text not in flat else snippet.text
        assert shown in flat
        end = 0
        for start, stop in snippet.spans:
            assert end <= start < stop <= len(snippet.text)
            end = stop
    spaced = [token for token in tokens if body[token.start : token.end].isascii()]
    for passage_start, passage_end in find_shown(flat, snippets):
        for token in spaced:
            assert not token.start < passage_start < token.end, (body, token)
            assert not token.start < passage_end < token.end, (body, token)


def find_shown(flat: str, snippets) -> list[tuple[int, int]]:
    """Where the snippets stand, for those whose text stands in one place only."""
    found = []
    for snippet in snippets:
        shown = snippet.text.removeprefix(f"{ELLIPSIS} ").removesuffix(f" {ELLIPSIS}")
        if flat.count(shown) == 1:
            found.append((flat.index(shown), flat.index(shown) + len(shown)))
    return found


FILLER = "A word about the weather. " * 12


def test_a_third_passage_shows_a_word_that_two_could_not() -> None:
    said = ["Maps are old.", "Minefields are older.", "A plan was drawn.", "Maps again."]
    body = f"\n\n{FILLER}\n\n".join(said)
    snippets = cut_snippets(Article(body=body, lang="en"), ask("minefields maps plan"), [3.0, 2.0, 1.0], ANALYZER)
    assert [marked(snippet) for snippet in snippets] == [["Maps"], ["Minefields"], ["plan"]]
    assert [(snippet.paragraph, snippet.paragraphs) for snippet in snippets] == [(1, 7), (3, 7), (5, 7)]


def test_no_third_passage_repeats_what_two_show() -> None:
    body = f"\n\n{FILLER}\n\n".join(["Maps are old.", "Maps are new.", "Maps are lost.", "Maps are found."])
    assert len(cut(body, ask("maps"))) == 2
    body = f"\n\n{FILLER}\n\n".join(["Maps and minefields.", "A plan.", "Maps are lost.", "Plans of minefields."])
    snippets = cut_snippets(Article(body=body, lang="en"), ask("minefields maps plan"), [3.0, 2.0, 1.0], ANALYZER)
    assert len(snippets) == 2


def test_the_rarer_word_is_shown_where_there_is_room_for_one() -> None:
    body = f"Maps are old. {FILLER}\n\nMinefields are older. {FILLER}"
    (snippet,) = cut_snippets(Article(body=body, lang="en"), ask("minefields maps"), [5.0, 1.0], ANALYZER, count=1)
    assert marked(snippet) == ["Minefields"]
    (snippet,) = cut_snippets(Article(body=body, lang="en"), ask("minefields maps"), [1.0, 5.0], ANALYZER, count=1)
    assert marked(snippet) == ["Maps"]


def test_more_distinct_words_beat_one_word_many_times() -> None:
    body = f"Maps, maps, maps and maps. {FILLER}\n\nMinefields on maps. {FILLER}"
    (snippet,) = cut_snippets(Article(body=body, lang="en"), ask("minefields maps"), [1.0, 1.0], ANALYZER, count=1)
    assert marked(snippet) == ["Minefields", "maps"]


def test_phrase_beside_a_word_of_it_is_still_one_span() -> None:
    (snippet,) = cut("Human rights, and rights that are human.", ask("rights", "human rights"))
    assert marked(snippet) == ["Human rights", "rights"]
    assert snippet.html.startswith("<mark>Human rights</mark>, and <mark>rights</mark>")


texts = st.lists(
    st.sampled_from(
        ["maps", "Minefields", "a", "word", "of.", "weather;", "well-being", "U.S.", "ünïcode", "\n\n", "x" * 40]
    ),
    min_size=1,
    max_size=400,
).map(" ".join)


@given(texts)
def test_a_hit_never_has_an_empty_snippet_and_never_half_a_word(body: str) -> None:
    article = Article(body=body, lang="en")
    snippets = cut_snippets(article, ask("minefields maps well-being"), [1.0, 1.0, 1.0], ANALYZER)
    words = set(body.split())
    assert bool(snippets) == bool(body.strip())
    assert len(snippets) <= 3
    for snippet in snippets:
        assert snippet.text.strip(f" {ELLIPSIS}")
        assert set(snippet.text.split()) <= {*words, ELLIPSIS}
        assert 1 <= snippet.paragraph <= snippet.paragraphs
