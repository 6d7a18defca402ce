"""What no ordinary archive holds, from the article to the hit: every case is indexed, merged, verified and searched."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import MAX_TERM_CHARS
from indexer.analysis.tokenizer import NewsTokenizer
from indexer.article import Article, Published
from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.cli import main
from searchapp.search.plan import FacetRequest
from searchapp.search.request import Filters, Page, SearchRequest
from searchapp.search.service import SearchService

TODAY = date(2024, 5, 6)
MEMORY_MB = 256
WORDS_OF_ONE_ARTICLE = 1_000_000
DIFFERENT_VALUES = 100_000

Indexed = Callable[[Sequence[Article]], SearchService]


@pytest.fixture
def indexed(tmp_path: Path) -> Indexed:
    """Two commits and a merge of them: what is searched was packed twice."""

    def index(articles: Sequence[Article]) -> SearchService:
        folder = tmp_path / "index"
        with WhooshIndex.create(folder).writer(MEMORY_MB) as writer:
            for part in (articles[::2], articles[1::2]):
                for article in part:
                    writer.write(make_draft(article, "/extremes"))
                writer.commit(tidy=False)
            gone = make_draft(Article(title="Gone again", external_id="gone"), "/extremes")
            writer.write(gone)
            writer.commit(tidy=False)
            writer.remove(gone.id)
            writer.purge()
        assert verify_index(folder, deep=True).damages == ()
        # No case here is about time: a machine that is busy must not cut an answer short.
        return SearchService(WhooshEngine(folder), Analyzer(), Settings(search_deadline_ms=60_000), lambda: TODAY)

    return index


def ask(service: SearchService, q: str, **options) -> Page:
    page = service.search(SearchRequest(q=q, **options))
    assert page.total_is_exact
    return page


def keys(page: Page) -> list[str | None]:
    return [hit.stored.article.external_id for hit in page.hits]


# Long texts


def test_positions_beyond_16_bits_are_kept(indexed: Indexed) -> None:
    filler = "alpha beta gamma delta "
    long = f"first words {filler * 17_500}the needle haystack end"
    service = indexed(
        [
            Article(title="Long", body=long, external_id="long", lang="en"),
            Article(title="Other", body="haystack needle, the needle and a haystack", external_id="short", lang="en"),
        ]
    )
    assert keys(ask(service, '"needle haystack"')) == ["long"]
    assert keys(ask(service, '"delta the needle haystack end"')) == ["long"]
    assert keys(ask(service, '"haystack needle"')) == ["short"]
    assert keys(ask(service, "first NEAR/3 haystack")) == []
    assert keys(ask(service, "first NEAR/70010 haystack")) == []
    assert keys(ask(service, "gamma NEAR/4 needle")) == ["long"]
    (hit,) = ask(service, '"needle haystack"').hits
    assert "needle</mark> <mark>haystack" in "".join(snippet.html for snippet in hit.snippets).replace(
        "needle haystack</mark>", "needle</mark> <mark>haystack</mark>"
    )


def test_a_document_of_a_million_words_goes_the_whole_way(tmp_path: Path) -> None:
    body = " ".join(f"w{number % 5000} the" for number in range(WORDS_OF_ONE_ARTICLE // 2))
    articles = [
        {"id": "million", "title": "A million words", "body": f"{body} the very last sentence.", "lang": "en"},
        {"id": "few", "title": "Few words", "body": "the very sentence, last of all", "lang": "en"},
    ]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(map(orjson.dumps, articles)))
    folder = str(tmp_path / "index")
    assert run("index", str(tmp_path / "a.jsonl"), "--index-dir", folder).exit_code == 0
    assert run("verify", "--deep", "--index-dir", folder).exit_code == 0
    assert found_by_command(folder, '"the very last sentence"') == ["million"]
    assert found_by_command(folder, "w4999 last") == ["million"]
    assert found_by_command(folder, '"w4998 the w4999 the w0"') == ["million"]
    assert sorted(found_by_command(folder, "last sentence")) == ["few", "million"]
    segments = WhooshIndex.open(tmp_path / "index").view().segments
    assert max(segment.mapped.columns.body_length.max() for segment in segments) == WORDS_OF_ONE_ARTICLE + 4


def run(*arguments: str):
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def found_by_command(folder: str, q: str) -> list[str]:
    answer = orjson.loads(
        CliRunner(env={"BROADSHEET_SEARCH_DEADLINE_MS": "60000"})
        .invoke(main, ["search", "--json", "--match", "all", "--index-dir", folder, "--", q], catch_exceptions=False)
        .stdout
    )
    assert answer["total_is_exact"]
    return [each["external_id"] for each in answer["results"]]


# Nothing


def test_articles_without_a_body_without_a_title_and_without_words_are_kept(indexed: Indexed) -> None:
    service = indexed(
        [
            Article(title="Only a headline", external_id="title", lang="en"),
            Article(body="Only a text.", external_id="body", lang="en"),
            Article(title="...", body="?! --- \u200b", external_id="signs"),
            Article(external_id="nothing"),
        ]
    )
    assert set(keys(ask(service, "only", match="all"))) == {"title", "body"}
    assert keys(ask(service, "headline")) == ["title"]
    assert set(keys(ask(service, ""))) == {"title", "body", "signs", "nothing"}
    assert set(keys(ask(service, "-only"))) == {"signs", "nothing"}


def test_an_archive_of_empty_articles_is_searched(indexed: Indexed) -> None:
    service = indexed([Article(external_id=str(number)) for number in range(300)])
    assert ask(service, "").total == 300
    for q in ("word", '"a phrase"', "title:word", "wor*", "word~", "a NEAR/3 b", "-word", "date:2021", "source:x"):
        assert ask(service, q).total == (300 if q == "-word" else 0)


def test_articles_with_most_fields_empty_are_counted_and_sorted(indexed: Indexed) -> None:
    bare = [Article(title=f"Headline {number}", external_id=f"bare{number}") for number in range(200)]
    full = Article(
        title="Headline in full", body="Text.", author=("Ada Lorne",), source="The Star", lang="en", tag=("war",),
        published=Published("2021-03-12"), external_id="full",
    )  # fmt: skip
    service = indexed([*bare[:101], full, *bare[101:]])
    names = ("source", "author", "lang", "tag", "year", "collection")
    page = ask(
        service, "headline", facets=tuple(FacetRequest(name) for name in names), histogram="month", sort="newest"
    )
    assert page.total == 201
    assert keys(page)[0] == "full"
    facets = {counts.name: [(each.value, each.count) for each in counts.counts] for counts in page.facets}
    assert facets == {
        "source": [("The Star", 1)], "author": [("Ada Lorne", 1)], "lang": [("und", 200), ("en", 1)],
        "tag": [("war", 1)], "year": [("2021", 1)], "collection": [("main", 201)],
    }  # fmt: skip
    assert [(bucket.start, bucket.count, bucket.of) for bucket in page.histogram] == [("2021-03", 1, 1)]
    assert keys(ask(service, "headline", sort="oldest"))[0] == "full"
    assert keys(ask(service, "headline", filters=Filters(author=("Ada Lorne",)))) == ["full"]


# Many values, and one


def test_a_hundred_thousand_different_values_of_a_field(indexed: Indexed) -> None:
    each = 20
    articles = [
        Article(
            title=f"Issue {number}",
            author=tuple(f"Author N{number * each + place}" for place in range(each)),
            source=f"Paper {number}",
            tag=("all", f"tag{number}"),
            external_id=str(number),
        )
        for number in range(DIFFERENT_VALUES // each)
    ]
    service = indexed(articles)
    last = DIFFERENT_VALUES - 1
    page = ask(service, "", facets=(FacetRequest("author", 3), FacetRequest("source", 2), FacetRequest("tag", 2)))
    facets = {counts.name: [(value.value, value.count) for value in counts.counts] for counts in page.facets}
    assert facets == {
        "author": [("Author N0", 1), ("Author N1", 1), ("Author N10", 1)],
        "source": [("Paper 0", 1), ("Paper 1", 1)],
        "tag": [("all", len(articles)), ("tag0", 1)],
    }
    assert page.total == len(articles)
    assert keys(ask(service, "issue", filters=Filters(author=(f"Author N{last}",)))) == [str(last // each)]
    assert keys(ask(service, f"author:n{last}")) == [str(last // each)]
    assert keys(ask(service, 'author:"author n77777"')) == [str(77_777 // each)]
    assert ask(service, "author:author").total == len(articles)
    assert ask(service, "author:n9999*").total == 2


def test_a_vocabulary_of_one_term(indexed: Indexed) -> None:
    articles = [
        Article(title="word" if number % 2 else "", body=" ".join(["word"] * (number % 7)), external_id=str(number))
        for number in range(1000)
    ]
    service = indexed(articles)
    holding = [article.external_id for article in articles if article.title or article.body]
    assert ask(service, "word").total == len(holding)
    assert ask(service, '"word word"').total == sum(article.body.count("word") > 1 for article in articles)
    assert ask(service, '"word word word word word word"').total == sum(
        article.body.count("word") > 5 for article in articles
    )
    assert ask(service, "wo*").total == ask(service, "wird~").total == len(holding)
    assert ask(service, "word -title:word").total == sum(bool(each.body and not each.title) for each in articles)
    assert ask(service, "other").total == 0


# Any script, any length


def script_words() -> Iterator[tuple[str, str]]:
    """For every script of Unicode (the first word of its letters' names) a word of some of its letters."""
    letters: dict[str, list[str]] = {}
    for code in range(0x41, sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in {"Lo", "Ll", "Lm"}:
            name = unicodedata.name(char, f"UNNAMED {code >> 12:x}").split("-")[0].split()
            letters.setdefault(
                " ".join(name[:2] if name[0] in {"OLD", "CJK", "LINEAR", "UNNAMED"} else name[:1]), []
            ).append(char)
    for script, chars in sorted(letters.items()):
        step = max(1, len(chars) // 5)
        yield script, "".join(chars[step : 4 * step : step] or chars[:3])


WORDS = dict(script_words())
#: The letters of these are spellings of other scripts' letters, and fold to them; or they show nothing, or stand for
#: an apostrophe.
SHARED = {"MATHEMATICAL", "FULLWIDTH", "HALFWIDTH", "MODIFIER", "PARENTHESIZED", "COMBINING", "DOUBLE-STRUCK"}


def test_every_script_of_unicode_is_found_by_its_words(indexed: Indexed) -> None:
    assert len(WORDS) > 150
    assert sum(max(map(ord, word)) > 0xFFFF for word in WORDS.values()) > 70
    tokenizer = NewsTokenizer()
    written = {script: word for script, word in WORDS.items() if list(tokenizer.spans(word))}
    assert set(WORDS) - set(written) <= SHARED
    service = indexed(
        [Article(title=script, body=f"12 {word} 34", external_id=script) for script, word in written.items()]
    )
    for script, word in written.items():
        for q in (word, f'"{word}"'):
            page = ask(service, q, match="all", per_page=100)
            assert script in keys(page), (script, word)
            if script not in SHARED:
                assert page.total <= 3, (script, word, keys(page))
            (hit,) = (each for each in page.hits if each.stored.article.external_id == script)
            marked = [snippet.text[start:end] for snippet in hit.snippets for start, end in snippet.spans]
            assert "".join(marked), (script, word)


@pytest.mark.parametrize("letter", ["x", "ж", "ß", "ǆ", "𐐨", "の"])
@pytest.mark.parametrize("length", [MAX_TERM_CHARS - 1, MAX_TERM_CHARS, MAX_TERM_CHARS + 1, 300])
def test_words_about_as_long_as_a_term_may_be_are_found(indexed: Indexed, letter: str, length: int) -> None:
    word = letter * length
    service = indexed(
        [Article(body=f"before {word} after", external_id="long"), Article(body="x ж", external_id="short")]
    )
    assert keys(ask(service, word)) == ["long"]
    assert keys(ask(service, f'"{word}"')) == ["long"]
    assert keys(ask(service, f"{letter * 50}*")) == ["long"]


def test_a_word_of_a_hundred_thousand_letters_hides_nothing_behind_it(indexed: Indexed, tmp_path: Path) -> None:
    service = indexed([Article(body=f"before {'z' * 100_000} after", external_id="long")])
    assert keys(ask(service, '"before" after')) == ["long"]
    assert keys(ask(service, "z" * 200)) == ["long"]
    (segment,) = WhooshIndex.open(tmp_path / "index").view().segments
    terms = segment.mapped.text.terms
    assert max(len(terms[number]) for number in range(len(terms))) <= MAX_TERM_CHARS + len("en:")
