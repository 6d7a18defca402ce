"""One engine for sixteen threads, and an index that is searched while it is written, merged and purged.

Each is run for a moment among the other tests, and at length by `make test-slow`.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from test_many_trees import write_archive

from indexer.article import Article, Published, day_range
from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    DaysWithin,
    EveryArticle,
    Exclude,
    FacetRequest,
    PhrasePlan,
    Plan,
    PlanNode,
    SpellingPlan,
    Unit,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.spellings import CloseTo, Wildcard

THREADS = 16
PLANS = 500
FORMS = ("mine", "mines", "map", "talk", "peace", "us", "nato", "the", "minemap", "nowhere")
FACETS = ("source", "author", "lang", "tag", "collection", "year")


@pytest.fixture
def often_interrupted() -> Iterator[None]:
    """Threads take turns fifty times as often as they would."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 50)
    yield
    sys.setswitchinterval(before)


# One engine, many threads


def draw_clause(chosen: random.Random) -> PlanNode:
    scope = chosen.choice(["text", "text", "title"])
    one, other = chosen.choices(FORMS, k=2)
    match chosen.randrange(6):
        case 0 | 1:
            return WordPlan(scope, ((f"en:{one}",), (f"en:{other}",)), surface=False, weight=1.0, clause=0)
        case 2:
            return PhrasePlan(scope, (((one,), (other,)),), 1.0, 0)
        case 3:
            text = chosen.choice(["m*", "*a*", "t?lk", "mine*", "pe*"])
            return SpellingPlan(scope, Wildcard(text), 1.0, 0, chosen.choice([1, 512]))
        case 4:
            return SpellingPlan(scope, CloseTo(chosen.choice(["mime", "tlak", "nat"]), chosen.choice([1, 2])), 1.0, 0)
    units = tuple(Unit((((form,),),), surface=True) for form in sorted({one, other}))
    return WindowPlan(scope, (units,), chosen.randrange(4), 1.0, 0)


def draw_node(chosen: random.Random, depth: int = 0) -> PlanNode:
    kind = chosen.random()
    if depth < 3 and kind < 0.5:
        children = tuple(draw_node(chosen, depth + 1) for _ in range(chosen.randint(1, 3)))
        return chosen.choice([AllOf, AnyOf])(children)
    if depth < 3 and kind < 0.6:
        return Exclude(draw_node(chosen, depth + 1))
    if kind < 0.7:
        return DaysWithin(day_range(chosen.choice(["2019", "2020", "2021-03"]))[0], None)
    if kind < 0.8:
        return ValueIn(*chosen.choice([("source", ("Azernews",)), ("author", ("Ada", "Bo")), ("year", ("2021",))]))
    return draw_clause(chosen)


def draw_plan(chosen: random.Random) -> Plan:
    clauses = (draw_clause(chosen), draw_clause(chosen))
    node = draw_node(chosen)
    all_words, any_words = chosen.choice([(node, node), (AllOf(clauses), AnyOf(clauses))])
    return Plan(
        all_words=all_words,
        any_words=any_words,
        match=chosen.choice(["auto", "all", "any"]),
        filters=(),
        sort=chosen.choice(["relevance", "relevance", "newest", "oldest"]),
        first=chosen.choice([0, 0, 10]),
        count=chosen.choice([0, 10, 10, 400]),
        facets=tuple(FacetRequest(name, 3) for name in chosen.sample(FACETS, chosen.randrange(3))),
        histogram=chosen.choice([None, "day", "month", "year"]),
        clauses=clauses,
    )


def hold_sixteen_threads_to_one(folder: Path, queries: int) -> None:
    write_archive(folder, (1200, 700, 400), 11)
    chosen = random.Random(12)
    plans = [draw_plan(chosen) for _ in range(PLANS)]
    single = WhooshEngine(folder)
    alone = [single.execute(plan) for plan in plans]
    assert sum(found.total > 0 for found in alone) > PLANS / 2
    shared = WhooshEngine(folder)
    asked = [chosen.randrange(PLANS) for _ in range(queries)]
    begin = threading.Barrier(THREADS)

    def ask(first: int) -> tuple[int, list[int]]:
        begin.wait()
        wrong = []
        mine = asked[first::THREADS]
        for number in mine:
            found = shared.execute(plans[number])
            ids = tuple(hit.id for hit in found.hits[:3])
            stored = tuple(None if each is None else each.id for each in shared.fetch(ids))
            if found != alone[number] or stored != ids:
                wrong.append(number)
        return len(mine), wrong

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(ask, range(THREADS)))
    assert [number for _, wrong in answers for number in wrong] == []
    assert sum(count for count, _ in answers) == queries


@pytest.mark.usefixtures("often_interrupted")
def test_sixteen_threads_get_the_answers_of_one(tmp_path: Path) -> None:
    hold_sixteen_threads_to_one(tmp_path / "index", 1_600)


@pytest.mark.slow
@pytest.mark.usefixtures("often_interrupted")
def test_sixteen_threads_get_the_answers_of_one_a_hundred_thousand_times(tmp_path: Path) -> None:
    hold_sixteen_threads_to_one(tmp_path / "index", 100_000)


# An index that changes while it is searched

KINDS = 5
MOST_ARTICLES = 800
MOST_SECONDS_OF_WAITING = 600


@dataclass
class Soak:
    """Writes, searches, opens and verifies one index until `ended`, and notes what each generation held and gave."""

    folder: Path
    ended: threading.Event = field(default_factory=threading.Event)
    #: Generation -> the ids of each kind of article; holds until the next one that stands here.
    written: dict[int, tuple[frozenset[str], ...]] = field(default_factory=dict)
    #: What was asked (a kind, or -1 for all), of which generation, how many ids there were, and a hash of them or 0.
    seen: list[tuple[int, int, int, int]] = field(default_factory=list)
    commits: int = 0
    merges: int = 0
    verified: int = 0
    opened: int = 0

    def write(self, seconds: float) -> None:
        chosen = random.Random(5)
        kinds: dict[str, int] = {}
        articles: dict[str, int] = {}
        keys = last = 0
        self.written[0] = hold(kinds)
        ends = time.monotonic() + seconds
        with WhooshIndex.open(self.folder).writer(64) as writer:
            while time.monotonic() < ends:
                added = range(keys, keys + chosen.choice([1, 1, 5, 120]))
                keys = added.stop
                updated = chosen.sample(sorted(articles.values()), min(len(articles), chosen.randrange(20)))
                written = set()
                for key in (*updated, *added):
                    kind = chosen.randrange(KINDS)
                    draft = make_draft(make_article(key, kind, self.commits), "/soak")
                    writer.write(draft)
                    written.add(draft.id)
                    kinds[draft.id], articles[draft.id] = kind, key
                others = sorted(kinds.keys() - written)
                surplus = max(0, len(kinds) - MOST_ARTICLES) + chosen.randrange(3)
                for article_id in chosen.sample(others, min(len(others), surplus)):
                    assert writer.remove(article_id)
                    del kinds[article_id], articles[article_id]
                # What is written is there from the next generation on; merges make more generations of the same.
                self.written[last + 1] = hold(kinds)
                before, last = last, (writer.purge if chosen.random() < 0.05 else writer.commit)().generation
                self.commits += 1
                self.merges += last - before - 1

    def search(self, engine: WhooshEngine, seed: int) -> None:
        chosen = random.Random(seed)
        kind = chosen.randrange(KINDS)
        word = WordPlan("text", ((f"kind{kind}",),), surface=True, weight=1.0, clause=0)
        match chosen.randrange(4):
            case 0:
                found = engine.execute(plan_of(word, 10_000))
                ids = frozenset(hit.id for hit in found.hits)
                assert len(ids) == len(found.hits) == found.total
                self.seen.append((kind, found.generation, len(ids), hash(ids)))
            case 1:
                found = engine.execute(plan_of(word, 10))
                assert len(found.hits) == min(10, found.total)
                self.seen.append((kind, found.generation, found.total, 0))
            case 2:
                phrase = PhrasePlan("text", ((("common",), (f"kind{kind}",)),), 1.0, 0)
                found = engine.execute(plan_of(AllOf((phrase, EveryArticle())), 10, facets=(FacetRequest("tag"),)))
                counts = {each.value: each.count for each in found.facets[0].counts}
                assert counts == ({f"kind{kind}": found.total} if found.total else {})
                self.seen.append((kind, found.generation, found.total, 0))
            case 3:
                ids = tuple(hit.id for hit in engine.execute(plan_of(word, 3)).hits)
                for article_id, stored in zip(ids, engine.fetch(ids), strict=True):
                    # It may be gone by now; what is there is this article and no other.
                    assert stored is None or (stored.id, stored.article.id) == (article_id, article_id)

    def refresh(self, engine: WhooshEngine) -> None:
        engine.refresh()

    def open_anew(self) -> None:
        """As every `broadsheet search` does, whatever is committed and removed while it opens."""
        common = WordPlan("text", (("en:common",),), surface=False, weight=1.0, clause=0)
        found = WhooshEngine(self.folder).execute(plan_of(common, 0))
        self.seen.append((-1, found.generation, found.total, 0))
        self.opened += 1
        time.sleep(0.01)

    def verify(self) -> None:
        assert verify_index(self.folder).damages == ()
        self.verified += 1
        time.sleep(0.1)

    def run(self, seconds: float) -> None:
        engine = WhooshEngine(self.folder)
        seeds = iter(range(sys.maxsize))
        steps: list[Callable[[], None]] = [
            *[lambda: self.search(engine, next(seeds))] * 4,
            lambda: self.refresh(engine),
            self.open_anew,
            self.verify,
        ]

        def repeat(step: Callable[[], None]) -> None:
            while not self.ended.is_set():
                step()
                # Whoever waits for its turn gets it: the writer above all.
                time.sleep(0.001)

        with ThreadPoolExecutor(len(steps) + 1) as threads:
            running = [threads.submit(repeat, step) for step in steps]
            try:
                threads.submit(self.write, seconds).result(seconds + MOST_SECONDS_OF_WAITING)
            finally:
                self.ended.set()
            for each in running:
                each.result()

    def wrong_answers(self) -> list[tuple[int, int, int, int]]:
        """Kind, generation, how many ids there were, and how many there should have been."""
        generations = sorted(self.written)
        wrong = []
        for kind, generation, count, digest in self.seen:
            held = self.written[generations[bisect_right(generations, generation) - 1]]
            ids = frozenset().union(*held) if kind < 0 else held[kind]
            if count != len(ids) or digest not in {0, hash(ids)}:
                wrong.append((kind, generation, count, len(ids)))
        return wrong


def hold(kinds: dict[str, int]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(each for each, kind in kinds.items() if kind == wanted) for wanted in range(KINDS))


def make_article(key: int, kind: int, version: int) -> Article:
    return Article(
        title=f"Number {key}",
        body=f"common kind{kind} version{version} {'filler ' * (key % 9)}",
        external_id=str(key),
        tag=(f"kind{kind}",),
        lang="en",
        published=Published(f"20{10 + key % 10}-01-01"),
    )


def plan_of(node: PlanNode, count: int, **options) -> Plan:
    return Plan(node, node, "all", (), "relevance", 0, count, **options)


def soak(folder: Path, seconds: float) -> Soak:
    WhooshIndex.create(folder)
    found = Soak(folder)
    found.run(seconds)
    assert found.wrong_answers() == []
    assert found.commits > 3
    assert found.verified > 0
    assert found.opened > 0
    assert len({generation for _, generation, _, _ in found.seen}) > 3
    assert verify_index(folder, deep=True).damages == ()
    print(
        f"{found.commits} commits, {found.merges} merges, {len(found.seen)} answers held to what was written, "
        f"{found.opened} openings, {found.verified} verifications"
    )
    return found


def test_nothing_is_missing_from_an_index_that_changes_while_it_is_searched(tmp_path: Path) -> None:
    soak(tmp_path / "index", 6)


@pytest.mark.slow
def test_nothing_is_missing_from_an_index_that_changes_for_ten_minutes(tmp_path: Path) -> None:
    found = soak(tmp_path / "index", 600)
    assert found.merges > 10
