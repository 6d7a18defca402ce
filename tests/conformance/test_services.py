"""What is made of an engine's answers is the same over both: pages, stories, articles like one, what is offered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import orjson
import pytest
from archives import Told, write_to_cluster, write_to_disk
from click.testing import CliRunner
from corpus import first_articles, write_in_commits
from opensearch_nodes import Cluster

from indexer.analysis.analyzer import Analyzer
from indexer.backends.words import choose_collector
from indexer.settings import Settings
from searchapp.backends.cluster import bodies, executing, walks
from searchapp.cli import main
from searchapp.search.cursor import Cursor, CursorExpiredError
from searchapp.search.plan import FacetRequest
from searchapp.search.port import FormsRequest, QueryTooLargeError
from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService
from searchapp.search.similar import SimilarRequest
from searchapp.search.spellings import CloseTo, Wildcard

TODAY = date(2021, 3, 20)
COMMITS = write_in_commits(first_articles())
SETTINGS = replace(Settings(), search_deadline_ms=60_000)


class Services(NamedTuple):
    """The same archive twice."""

    disk: SearchService
    cluster: SearchService


@pytest.fixture(scope="module")
def services(shared_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder = tmp_path_factory.mktemp("services") / "index"
    engines = (
        write_to_disk(folder, COMMITS, choose_collector),
        write_to_cluster(shared_cluster.urls, "services", COMMITS, choose_collector),
    )
    yield Services(*(SearchService(each, Analyzer(), SETTINGS, lambda: TODAY) for each in engines))
    for each in engines:
        each.close()


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest(q="mine map", facets=(FacetRequest("source"), FacetRequest("year")), histogram="month"),
        SearchRequest(q='"human rights" OR протест*', match="any"),
        SearchRequest(q="danger -map AND AND mine", sort="newest", per_page=7, page=2),
        SearchRequest(q="min* title:plan~1", sort="oldest"),
        SearchRequest(q="", sort="newest", per_page=50),
        SearchRequest(q="mine", sort="newest", group="story", per_page=50),
        SearchRequest(q="nowhere-to-be-found date:1850"),
    ],
    ids=lambda request: request.q or "everything",
)
def test_pages_are_the_same_but_for_scores(services: Services, request_: SearchRequest) -> None:
    request = replace(request_, rank="bm25")
    expected, found = (service.search(request) for service in services)
    assert (found.total, found.total_all_words, found.dropped, found.understood) == (
        expected.total,
        expected.total_all_words,
        expected.dropped,
        expected.understood,
    )
    assert (found.facets, found.histogram, found.no_hits) == (expected.facets, expected.histogram, expected.no_hits)
    assert found.notes == expected.notes
    assert [(clause.text, clause.articles) for clause in found.clauses] == [
        (clause.text, clause.articles) for clause in expected.clauses
    ]
    shown = {hit.stored.id: hit._replace(score=0.0) for hit in expected.hits}
    for hit in found.hits:
        if hit.stored.id in shown:
            assert hit._replace(score=0.0) == shown[hit.stored.id]
    if request.sort != "relevance":
        assert [hit.stored.id for hit in found.hits] == list(shown)


def test_articles_are_given_back_as_they_were_written(services: Services, told: Told) -> None:
    ids = (*told.articles, "nosucharticle000")
    for with_original in (True, False):
        found = services.cluster.engine.fetch(ids, with_original=with_original)
        assert found == services.disk.engine.fetch(ids, with_original=with_original)
        assert [each.article if each else None for each in found][:-1] == [
            replace(article, original=article.original if with_original else ()) for article in told.articles.values()
        ]
    assert services.cluster.find_external_id("n-7") == services.disk.find_external_id("n-7")
    assert services.cluster.engine.find_external_id("n-nothing") == ()


def test_stories_are_the_same(services: Services, told: Told) -> None:
    ids = (*told.articles, "nosucharticle000")
    found = services.cluster.engine.find_stories(ids)
    assert found == services.disk.engine.find_stories(ids)
    assert any(found)


def test_values_of_the_whole_archive_are_counted_alike(services: Services) -> None:
    facets = tuple(FacetRequest(name, 100) for name in ("source", "author", "lang", "tag", "collection", "year"))
    assert services.cluster.browse(facets) == services.disk.browse(facets)
    assert services.cluster.facts() == replace(services.disk.facts(), generation=services.cluster.facts().generation)


@pytest.mark.parametrize("typed", ["mine", "map of", "vafa", "reu", "hum", "ceasef", "smi", "кар"])
def test_the_same_is_offered_to_whoever_types(services: Services, typed: str) -> None:
    assert services.cluster.suggest(typed).found == services.disk.suggest(typed).found


@pytest.mark.parametrize("typed", ["Azerbaijna", "ministr", "sumit talks"])
def test_the_same_is_taken_for_meant(services: Services, typed: str) -> None:
    expected, found = (service.search(SearchRequest(q=typed)).did_you_mean for service in services)
    assert expected is not None
    assert found == expected


@pytest.mark.parametrize("spelling", [CloseTo("mine", 1), CloseTo("alief", 2), CloseTo("nat", 1), Wildcard("prot*")])
def test_forms_of_the_archive_are_known(services: Services, spelling: CloseTo | Wildcard) -> None:
    request = FormsRequest("text", spelling, 1000)
    expected = {form.surface for form in services.disk.engine.list_forms(request, 60_000)}
    found = {form.surface for form in services.cluster.engine.list_forms(request, 60_000)}
    # A disk also lists what deleted articles alone held; a cluster reads the forms of patterns from some articles.
    assert found <= expected if isinstance(spelling, Wildcard) else found == expected
    assert found


def test_articles_like_one_are_looked_for_by_the_same_words(services: Services, told: Told) -> None:
    for article_id in list(told.articles)[:40:8]:
        expected, found = (service.similar(SimilarRequest(article_id)) for service in services)
        assert found is not None
        assert expected is not None
        assert found.words == expected.words
        assert article_id not in {hit.stored.id for hit in found.hits}
        assert services.cluster.publications(article_id) is not None


def test_the_parts_of_a_score_are_its_sum(services: Services) -> None:
    for q in ("mine map", 'danger OR "human rights" OR title:plan OR protest*', "mine NEAR/5 map"):
        page = services.cluster.search(SearchRequest(q=q, explain=True, match="any", per_page=20))
        assert page.hits
        for hit in page.hits:
            assert hit.explanation is not None
            parts = (*hit.explanation.clauses, *hit.explanation.extras)
            assert sum(part.score for part in parts) == pytest.approx(hit.score, rel=1e-4)


def test_deep_hits_are_those_of_one_order(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = services.cluster.engine
    for q, sort in (("mine", "relevance"), ("", "newest"), ("mine OR plan", "oldest")):
        plan = services.cluster._plan(SearchRequest(q=q, sort=sort, per_page=1000), engine)[0].plan
        whole = [hit.id for hit in engine.execute(plan).hits]
        with monkeypatch.context() as patched:
            for module in (bodies, executing, walks):
                patched.setattr(module, "MOST_AT_ONCE", 20)
            for first, count in ((0, 50), (30, 7), (45, 60), (30, 7), (37, 1), (len(whole) - 3, 10), (5000, 5)):
                part = engine.execute(plan._replace(first=first, count=count))
                assert [hit.id for hit in part.hits] == whole[first : first + count]
                assert part.total == len(whole)


def test_a_walk_by_cursor_sees_every_hit_once(services: Services) -> None:
    service = services.cluster
    request = SearchRequest(q="mine", per_page=9)
    seen: list[str] = []
    while True:
        page = service.search(request)
        seen += [hit.stored.id for hit in page.hits]
        cursor = service.cursor_after(page)
        if cursor is None:
            break
        assert isinstance(cursor, Cursor)
        request = replace(request, cursor=cursor)
    assert len(seen) == len(set(seen)) == page.total


def test_a_walk_goes_on_in_its_generation_when_more_is_committed(shared_cluster: Cluster) -> None:
    first, second = COMMITS[0][0], COMMITS[1][0]
    engine = write_to_cluster(shared_cluster.urls, "walked", [(first, ())], choose_collector)
    service = SearchService(engine, Analyzer(), SETTINGS, lambda: TODAY)
    page = service.search(SearchRequest(sort="newest", per_page=30))
    cursor = service.cursor_after(page)
    assert cursor is not None
    assert not engine.refresh()
    write_to_cluster(shared_cluster.urls, "walked", [(second, ())], choose_collector).close()
    assert engine.refresh()
    seen = [hit.stored.id for hit in page.hits]
    while cursor is not None:
        page = service.search(SearchRequest(sort="newest", per_page=30, cursor=cursor))
        seen += [hit.stored.id for hit in page.hits]
        cursor = service.cursor_after(page)
    assert sorted(seen) == sorted(article.id for article in first)
    assert service.search(SearchRequest()).total == len(first) + len(second)
    with pytest.raises(CursorExpiredError):
        service.search(SearchRequest(cursor=Cursor(4711, 0, TODAY)))
    engine.close()


def test_the_commands_ask_the_engine_that_settings_name(
    services: Services, shared_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_OPENSEARCH_INDEX", "services")
    monkeypatch.setenv("BROADSHEET_SEARCH_DEADLINE_MS", "60000")
    where = ("--engine", "opensearch", "--opensearch-urls", shared_cluster.urls)
    answered = CliRunner().invoke(main, ["search", "--json", "--sort", "newest", *where, "mine"])
    assert answered.exit_code == 0, answered.output
    expected = services.disk.search(SearchRequest(q="mine", sort="newest"))
    answer = orjson.loads(answered.stdout)
    assert [hit["id"] for hit in answer["results"]] == [hit.stored.id for hit in expected.hits]
    shown = CliRunner().invoke(main, ["show", "--json", *where, expected.hits[0].stored.id])
    assert orjson.loads(shown.stdout)["title"] == expected.hits[0].stored.article.title
    nowhere = CliRunner().invoke(
        main, ["search", "mine", "--engine", "opensearch", "--opensearch-urls", "http://127.0.0.1:9"]
    )
    assert nowhere.exit_code == 1
    assert "cannot be reached" in nowhere.stderr


def test_a_query_of_more_parts_than_a_cluster_takes_is_refused_and_not_broken(services: Services) -> None:
    q = " ".join(f'"{one}{other} x"' for one in "abcdefgh" for other in "abcdefgh")
    with pytest.raises(QueryTooLargeError, match="fewer words"):
        services.cluster.search(SearchRequest(q=q))
    assert services.cluster.search(SearchRequest(q="mine")).total
