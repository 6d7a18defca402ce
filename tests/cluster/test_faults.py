"""Faults while a cluster is being loaded, each on a real one: whatever happens to nodes, no article is lost.

Every run writes the same articles, has something happen in the middle, and is held to every id and every content.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from archive import drafts_of, hashes_held, hashes_of, made_articles, open_index, settings_for
from opensearch_nodes import Cluster

from indexer.article import Article
from indexer.backends import opensearch_bulk
from indexer.backends.opensearch_index import OpenSearchIndex
from indexer.errors import ClusterError

ARTICLES = list(made_articles(1500))
WANTED = hashes_of(ARTICLES)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a small load is many requests."""
    monkeypatch.setattr(opensearch_bulk, "BATCH_CHARS", 100_000)
    monkeypatch.setattr(opensearch_bulk, "CHUNK_BYTES", 50_000)


def with_event(articles: list[Article], at: int, happens: Callable[[], object]) -> Iterator[Article]:
    for number, article in enumerate(articles):
        if number == at:
            happens()
        yield article


def load(index: OpenSearchIndex, articles: Iterator[Article]) -> int:
    with index.writer(64) as writer:
        for draft in drafts_of(articles):
            writer.write(draft)
        return writer.commit().articles


def test_a_node_killed_during_a_load_costs_nothing(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "killed"))
    victim = next(node for node in cluster.nodes if node is not cluster.leader)
    assert load(index, with_event(ARTICLES, 500, victim.kill)) == len(ARTICLES)
    assert hashes_held(index) == WANTED
    victim.start()
    cluster.wait_until_green()
    assert hashes_held(index) == WANTED


def test_the_elected_leader_killed_during_a_load_costs_nothing(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "leaderless"))
    leader = cluster.leader
    assert load(index, with_event(ARTICLES, 700, leader.kill)) == len(ARTICLES)
    assert cluster.leader is not leader
    assert hashes_held(index) == WANTED


def test_a_paused_node_is_waited_for_no_longer_than_it_takes_to_miss_it(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "paused"))
    victim = cluster.node_of_primary("paused")
    assert load(index, with_event(ARTICLES, 600, victim.pause)) == len(ARTICLES)
    assert hashes_held(index) == WANTED
    victim.resume()
    cluster.wait_until_green()
    assert hashes_held(index) == WANTED


def test_a_cluster_that_is_too_busy_is_asked_again(cluster: Cluster) -> None:
    """Status 429: a breaker that lets nothing large in, until it is opened wide again."""
    index = open_index(settings_for(cluster, "busy"))

    def tripped() -> int:
        nodes = cluster.call("GET", "/_nodes/stats/breaker")["nodes"].values()
        return sum(int(node["breakers"]["in_flight_requests"]["tripped"]) for node in nodes)

    before = tripped()

    def set_limit(limit: str | None) -> None:
        cluster.call("PUT", "/_cluster/settings", {"transient": {"network.breaker.inflight_requests.limit": limit}})

    def refuse_for_a_while() -> None:
        set_limit("20kb")
        timer.start()

    timer = threading.Timer(2.0, set_limit, (None,))
    assert load(index, with_event(ARTICLES, 400, refuse_for_a_while)) == len(ARTICLES)
    timer.join()
    assert tripped() > before
    assert hashes_held(index) == WANTED


def test_a_full_disk_is_waited_for_and_named_when_patience_runs_out(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "full"))
    real = index.real_index()
    marks = ("low", "high", "flood_stage")

    def set_marks(value: str | None) -> None:
        settings: dict[str, object] = {f"cluster.routing.allocation.disk.watermark.{mark}": value for mark in marks}
        settings["cluster.routing.allocation.disk.threshold_enabled"] = True  # until the test is over
        cluster.call("PUT", "/_cluster/settings", {"transient": settings})

    def is_blocked() -> bool:
        found = cluster.call("GET", f"/{real}/_settings/index.blocks.read_only_allow_delete")
        return bool(found.get(real, {}).get("settings"))

    # No disk has so much room: the nodes lay the block that they lay when it is nearly full.
    set_marks("900tb")
    cluster.wait_for(is_blocked, "blocked", within_s=40)
    hasty = open_index(settings_for(cluster, "full", opensearch_patience_s=1.0))
    with pytest.raises(ClusterError, match=r"has not taken .* flood-stage.*run the command again"):
        load(hasty, iter(ARTICLES[:50]))
    set_marks(None)
    assert load(index, iter(ARTICLES)) == len(ARTICLES)
    assert hashes_held(index) == WANTED


def test_a_run_that_was_cut_off_goes_on_from_there(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "resumed"))

    def cut_off() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(index, with_event(ARTICLES, 800, cut_off))
    with index.writer(64) as writer:
        there = [known for known in writer.known_all(list(WANTED)) if known is not None]
        assert there
        assert all(WANTED[known.id] == known.content_hash for known in there)
        known = {each.id for each in there}
        for draft in drafts_of(each for each in ARTICLES if each.id not in known):
            writer.write(draft)
        writer.commit()
    assert hashes_held(index) == WANTED


@pytest.mark.slow
def test_no_node_at_all_is_a_clear_error_and_recovery_needs_no_restart_of_ours(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "gone", opensearch_patience_s=2.0, opensearch_timeout_s=1.0))
    for node in cluster.nodes:
        node.kill()
    began = time.monotonic()
    with pytest.raises(ClusterError, match="cannot be reached"):
        load(index, iter(ARTICLES[:10]))
    assert time.monotonic() - began < 30
    for node in cluster.nodes:
        node.start()
    cluster.wait_until_green()
    assert load(index, iter(ARTICLES[:10])) == 10
