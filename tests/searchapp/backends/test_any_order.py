"""Additions, updates, deletions, bad articles, commits, merges and crashes in any order: an index that is opened again
holds what a dict holds, and finds it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article
from indexer.backends.port import Tombstone
from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.errors import ArticleError
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService

MEMORY_MB: Final = 16
WORDS: Final = ("harbour", "lantern", "ferry", "minefield", "treaty")
DAY: Final = "2022-06-01"

keys = st.integers(0, 11).map(str)
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


@dataclass(frozen=True)
class Batch:
    """What a writer was told since its last commit, to be told again in a process that is to be killed."""

    written: dict[str, Article]
    removed: frozenset[str]


class Archive(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.resources = ExitStack()
        self.folder = Path(self.resources.enter_context(TemporaryDirectory())) / "index"
        self.committed: dict[str, Article] = {}
        self.buried: set[str] = set()
        self.batch = Batch({}, frozenset())

    @initialize()
    def begin(self) -> None:
        WhooshIndex.open_or_create(self.folder)
        self.open_writer()

    def open_writer(self) -> None:
        self.writer = WhooshIndex.open(self.folder).writer(MEMORY_MB)
        self.batch = Batch({}, frozenset())

    def teardown(self) -> None:
        if hasattr(self, "writer"):
            self.writer.__exit__(None, None, None)
        self.resources.close()

    @rule(key=keys, title=texts, body=texts)
    def add_or_update(self, key: str, title: str, body: str) -> None:
        article = Article(title=title, body=body, external_id=key, lang="en")
        if self.writer.tombstone(article.id) is not None:
            assert article.id in self.buried
            return
        assert article.id not in self.buried
        if article.id in self.batch.written:
            with pytest.raises(ArticleError):
                self.writer.write(make_draft(article, "/a"))
            return
        self.writer.write(make_draft(article, "/a"))
        self.batch = replace(self.batch, written={**self.batch.written, article.id: article})

    @rule(key=keys, body=texts)
    def reject(self, key: str, body: str) -> None:
        article = Article(title="refused", body=body, external_id=key, lang="en")
        draft = replace(make_draft(article, "/a"), article=replace(article, url="\ud800"))
        with pytest.raises(ArticleError):
            self.writer.write(draft)

    @rule(key=keys)
    def delete(self, key: str) -> None:
        article_id = Article(external_id=key).id
        if article_id in self.batch.written:
            return
        self.writer.bury((Tombstone(article_id, "withdrawn", DAY),))
        self.buried.add(article_id)
        self.remove(article_id)

    @rule(key=keys)
    def prune(self, key: str) -> None:
        article_id = Article(external_id=key).id
        if article_id not in self.batch.written:
            self.remove(article_id)

    def remove(self, article_id: str) -> None:
        there = article_id in self.committed and article_id not in self.batch.removed
        assert self.writer.remove(article_id) == there
        self.batch = replace(self.batch, removed=self.batch.removed | {article_id})

    @rule(key=keys)
    def undelete(self, key: str) -> None:
        article_id = Article(external_id=key).id
        self.writer.unbury((article_id,))
        self.buried.discard(article_id)

    @rule(tidy=st.booleans())
    def commit(self, tidy: bool) -> None:
        self.committed = self.after_batch()
        assert self.writer.commit(tidy=tidy).articles == len(self.committed)
        self.batch = Batch({}, frozenset())

    @rule()
    def purge(self) -> None:
        self.committed = self.after_batch()
        assert self.writer.purge().articles == len(self.committed)
        self.batch = Batch({}, frozenset())

    @rule()
    def merge_everything(self) -> None:
        """By way of `rebuild`: all segments become one, and what was not committed is given up."""
        self.writer.__exit__(None, None, None)
        self.open_writer()
        held = [make_draft(article, "/a") for article in self.committed.values()]
        assert self.writer.replace_all(held).articles == len(held)
        self.reopen()

    @rule()
    def reopen(self) -> None:
        """The writer goes without a commit."""
        self.writer.__exit__(None, None, None)
        self.check()
        self.open_writer()

    @precondition(lambda self: self.batch.written)
    @rule(after_ms=st.integers(0, 25))
    def kill(self, after_ms: int) -> None:
        """A process that does the same and commits is killed, at a moment that nobody chose: all of it or nothing."""
        self.writer.__exit__(None, None, None)
        batch, after = self.batch, self.after_batch()
        kill_process(lambda: write_batch(self.folder, batch), after_ms / 1000)
        held = held_in(self.folder)
        assert held in (self.committed, after)
        self.committed = held
        self.check()
        self.open_writer()

    def after_batch(self) -> dict[str, Article]:
        rest = {key: article for key, article in self.committed.items() if key not in self.batch.removed}
        return rest | self.batch.written

    def check(self) -> None:
        assert held_in(self.folder) == self.committed
        index = WhooshIndex.open(self.folder)
        assert {each.id for each in index.tombstones()} == self.buried
        assert verify_index(self.folder).damages == ()
        engine = WhooshEngine(self.folder)
        try:
            service = SearchService(engine, Analyzer(), Settings(index_dir=self.folder), lambda: date(2022, 6, 1))
            for word in (*WORDS, "refused"):
                page = service.search(SearchRequest(q=word, match="all", per_page=100))
                wanted = {key for key, each in self.committed.items() if word in f"{each.title} {each.body}".split()}
                assert {hit.stored.id for hit in page.hits} == wanted
                assert page.total == len(wanted)
                assert all(hit.stored.article == self.committed[hit.stored.id] for hit in page.hits)
        finally:
            engine.close()


def held_in(folder: Path) -> dict[str, Article]:
    held = [each.article for each in WhooshIndex.open(folder).articles()]
    found = {article.id: article for article in held}
    assert len(found) == len(held), "an id is there twice"
    return found


def write_batch(folder: Path, batch: Batch) -> None:
    with WhooshIndex.open(folder).writer(MEMORY_MB) as writer:
        for article_id in batch.removed:
            writer.remove(article_id)
        for article in batch.written.values():
            writer.write(make_draft(article, "/a"))
        writer.commit()


def kill_process(work: Callable[[], None], after_s: float) -> None:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Archive,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def test_what_happens_in_any_order_is_what_a_dict_says() -> None:
    run(10, 30)


@pytest.mark.slow
def test_ten_thousand_steps_in_any_order_are_what_a_dict_says() -> None:
    run(200, 50)
