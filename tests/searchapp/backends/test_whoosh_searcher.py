"""The embedded engine: one answer for any number of threads, whatever is committed meanwhile."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.errors import IndexDamagedError, IndexNotFoundError
from searchapp.backends.lifetimes import MOST_KEPT
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.cursor import CURSOR_LIVES_S
from searchapp.search.plan import EveryArticle, FacetRequest, PhrasePlan, Plan, PlanNode, WordPlan

WORDS = ("mine", "map", "peace", "talk", "river", "border", "minister", "school")


def make_article(number: int, collection: str = "main") -> Article:
    chosen = [WORDS[(number * step + step) % len(WORDS)] for step in range(1, 8)]
    return Article(
        title=" ".join(chosen[:2]),
        body=" ".join(["common", *chosen]),
        external_id=str(number),
        collection=collection,
        source=f"Paper {number % 3}",
        lang="en",
        published=Published(f"20{10 + number % 10}-01-01", None, "day"),
    )


def add(folder: Path, articles: list[Article]) -> tuple[int, int]:
    with WhooshIndex.open_or_create(folder).writer(32) as writer:
        for article in articles:
            writer.write(make_draft(article, "/somewhere"))
        commit = writer.commit()
    return commit.generation, commit.articles


def word(term: str, clause: int = 0) -> WordPlan:
    return WordPlan("text", ((f"en:{term}",),), surface=False, weight=1.0, clause=clause)


def make_plan(node: PlanNode, **options) -> Plan:
    return Plan(node, node, match="all", filters=(), sort="relevance", first=0, **{"count": 10, **options})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for first in (0, 40, 80):
        add(tmp_path / "index", [make_article(number) for number in range(first, first + 40)])
    return tmp_path / "index"


def test_missing_index_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError, match="broadsheet index"):
        WhooshEngine(tmp_path / "nowhere")


def test_damaged_index_is_not_opened(folder: Path) -> None:
    segment = max(folder.glob("*.seg"), key=lambda path: path.stat().st_size)
    segment.write_bytes(segment.read_bytes()[:200])
    with pytest.raises(IndexDamagedError):
        WhooshEngine(folder)
    gc.collect()


def test_empty_index_answers(tmp_path: Path) -> None:
    add(tmp_path / "index", [])
    engine = WhooshEngine(tmp_path / "index")
    found = engine.execute(make_plan(EveryArticle(), facets=(FacetRequest("year"),), histogram="month"))
    assert (found.hits, found.total, found.facets[0].counts, found.histogram) == ((), 0, (), ())
    assert engine.execute(make_plan(word("mine"))).total == 0
    assert engine.facts().articles == 0
    engine.close()


def test_sixteen_threads_get_the_answers_of_one(folder: Path) -> None:
    plans = [make_plan(word(term), facets=(FacetRequest("source"),), histogram="year") for term in WORDS]
    slots = (("mine",), ("map",))
    plans += [make_plan(PhrasePlan("text", (slots,), 1.0, 0)), make_plan(EveryArticle(), count=100)]
    engine = WhooshEngine(folder)
    alone = [engine.execute(plan) for plan in plans]
    engine.close()
    shared = WhooshEngine(folder)
    asked = [number % len(plans) for number in range(800)]

    def ask(number: int):
        found = shared.execute(plans[number])
        stored = shared.fetch(tuple(hit.id for hit in found.hits))
        return found, [None if each is None else each.id for each in stored]

    with ThreadPoolExecutor(16) as threads:
        for number, (found, stored) in zip(asked, threads.map(ask, asked), strict=True):
            assert found == alone[number]
            assert stored == [hit.id for hit in found.hits]
    shared.close()


def test_answers_are_of_one_generation_while_others_are_committed(folder: Path) -> None:
    engine = WhooshEngine(folder)
    articles_of = {engine.facts().generation: engine.facts().articles}
    ended = threading.Event()
    failures: list[object] = []

    def search() -> None:
        while not ended.is_set():
            found = engine.execute(make_plan(word("common"), count=3))
            seen.append((found.generation, found.total))
            if not found.hits:
                failures.append(found)

    def refresh() -> None:
        while not ended.is_set():
            engine.refresh()

    seen: list[tuple[int, int]] = []
    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(search) for _ in range(3)] + [threads.submit(refresh)]
        try:
            for number in range(200, 212):
                generation, articles = add(folder, [make_article(number)])
                # A commit that merges segments makes a second generation of the same articles.
                articles_of.setdefault(generation - 1, articles)
                articles_of[generation] = articles
        finally:
            ended.set()
        for each in running:
            each.result()
    assert failures == []
    assert len({generation for generation, _ in seen}) > 2
    assert {(generation, total) for generation, total in seen if articles_of.get(generation) != total} == set()
    engine.refresh()
    assert engine.execute(make_plan(word("common"))).total == 132
    engine.close()


def test_refresh_tells_whether_there_was_a_newer_generation(folder: Path) -> None:
    engine = WhooshEngine(folder)
    assert not engine.refresh()
    add(folder, [make_article(500)])
    before = engine.facts()
    assert engine.refresh()
    assert engine.facts().articles == before.articles + 1
    assert engine.facts().generation > before.generation
    engine.close()


def test_search_that_began_before_a_refresh_ends_on_its_own_generation(folder: Path) -> None:
    engine = WhooshEngine(folder)
    before = engine._current
    with WhooshIndex.open(folder).writer(32) as writer:
        for number in range(60):
            writer.remove(make_article(number).id)
        writer.purge()
    engine.refresh()
    plan = make_plan(word("common"), count=200)
    assert (before.execute(plan).total, engine.execute(plan).total) == (120, 60)
    assert before.view.find(make_article(7).id) is not None
    engine.close()


def test_articles_are_fetched_in_the_order_asked(folder: Path) -> None:
    engine = WhooshEngine(folder)
    wanted = (make_article(7).id, "no-such-id", "\ud800", make_article(100).id)
    found = engine.fetch(wanted)
    assert [each and each.article for each in found] == [make_article(7), None, None, make_article(100)]
    engine.close()


def test_external_id_is_found_in_every_collection(folder: Path) -> None:
    add(folder, [make_article(7, "other")])
    engine = WhooshEngine(folder)
    assert set(engine.find_external_id("7")) == {make_article(7).id, make_article(7, "other").id}
    assert engine.find_external_id("70000") == ()
    engine.close()


def test_pinned_generation_is_searched_while_others_come_and_its_files_go(folder: Path) -> None:
    now = [0.0]
    engine = WhooshEngine(folder, clock=lambda: now[0])
    first = engine.facts().generation
    plan = make_plan(word("common"), count=200)
    before = engine.execute(plan)
    engine.pin(first)
    with WhooshIndex.open(folder).writer(32) as writer:
        for number in range(60):
            writer.remove(make_article(number).id)
        writer.purge()
    assert engine.refresh()
    add(folder, [make_article(700)])
    assert engine.refresh()
    kept = engine.at(first)
    assert kept is not None
    assert kept.facts().generation == first
    assert kept.execute(plan) == before
    assert kept.fetch((before.hits[0].id, make_article(7).id))[1] is not None
    assert engine.execute(plan).total == 61
    now[0] = CURSOR_LIVES_S - 1.0
    engine.pin(first)
    now[0] += CURSOR_LIVES_S - 1.0
    assert engine.at(first) is not None
    now[0] += 2.0
    assert engine.at(first) is None
    engine.close()


def test_generation_that_nobody_pinned_is_let_go_soon_and_only_then(folder: Path) -> None:
    now = [0.0]
    engine = WhooshEngine(folder, clock=lambda: now[0])
    first = engine.facts().generation
    assert engine.at(first) is not None
    assert engine.at(first + 1) is None
    add(folder, [make_article(500)])
    engine.refresh()
    assert engine.at(first) is not None  # whoever was searching may still pin it
    now[0] += 60.0
    assert engine.at(first) is None
    engine.pin(first)  # too late
    assert engine.at(first) is None
    engine.close()


def test_of_too_many_generations_those_pinned_longest_ago_go_first(folder: Path) -> None:
    now = [0.0]
    engine = WhooshEngine(folder, clock=lambda: now[0])
    walked = engine.facts().generation
    pinned = []
    for number in range(MOST_KEPT + 3):
        now[0] += 1.0
        pinned.append(engine.facts().generation)
        engine.pin(pinned[-1])
        engine.pin(walked)
        add(folder, [make_article(500 + number)])
        engine.refresh()
    kept = [generation for generation in pinned if engine.at(generation) is not None]
    assert kept == [walked, *pinned[-MOST_KEPT + 1 :]]
    engine.close()
