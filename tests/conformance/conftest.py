"""The archives of the suite, each written once and read by whoever asks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from archives import Told, tell, write_to_cluster, write_to_disk
from corpus import first_articles, write_in_commits
from test_engine_against_brute_force import InventedWords
from test_many_trees import invent

from indexer.analysis.analyzer import Analyzer
from indexer.backends.words import PlainCollector, choose_collector
from searchapp.search.port import Engine

#: Where an archive may live. Brute force over plain lists is what both are held to.
PLACES = ("disk", "cluster")
COMMITS = write_in_commits(first_articles())


def invent_commits() -> list[tuple[list, list]]:
    """Articles of eight words, some with two readings and joined forms, so that several stand at one position."""
    chosen = random.Random(11)
    made: dict[str, Any] = {}
    commits = []
    for size in (60, 40, 30):
        written = {}
        for _ in range(size):
            article = invent(chosen, chosen.randrange(90)).article
            written[article.id] = article
        made.update(written)
        removed = chosen.sample(sorted(made), 6)
        for article_id in removed:
            del made[article_id]
        commits.append((list(written.values()), removed))
    return commits


@pytest.fixture(scope="session")
def told() -> Told:
    """The archive of real words."""
    return tell(COMMITS, Analyzer())


@pytest.fixture(scope="session")
def told_invented() -> Told:
    return tell(invent_commits(), InventedWords())


@pytest.fixture(scope="session", params=PLACES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "disk":
        found = write_to_disk(tmp_path_factory.mktemp("conformance") / "index", COMMITS, choose_collector)
    else:
        urls = request.getfixturevalue("shared_cluster").urls
        found = write_to_cluster(urls, "conformance", COMMITS, choose_collector)
    yield found
    found.close()


@pytest.fixture(scope="session", params=PLACES)
def invented_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    def words(_: int) -> PlainCollector:
        return PlainCollector(InventedWords())

    if request.param == "disk":
        found = write_to_disk(tmp_path_factory.mktemp("invented") / "index", invent_commits(), words)
    else:
        found = write_to_cluster(request.getfixturevalue("shared_cluster").urls, "invented", invent_commits(), words)
    yield found
    found.close()
