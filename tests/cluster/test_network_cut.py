"""A network that is cut between nodes: the side with the majority goes on, the other one refuses, nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator

import cut_network
import pytest
from archive import drafts_of, hashes_held, hashes_of, made_articles, open_index, settings_for
from opensearch_nodes import Cluster

from indexer.backends import opensearch_bulk

ARTICLES = list(made_articles(1000))


@pytest.fixture
def divided() -> Iterator[Cluster]:
    reason = cut_network.why_not_possible()
    if reason:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    with cut_network.joined_namespaces(3) as addresses, Cluster(addresses) as cluster:
        yield cluster


def test_a_node_cut_off_from_the_others_costs_nothing(divided: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opensearch_bulk, "BATCH_CHARS", 100_000)
    monkeypatch.setattr(opensearch_bulk, "CHUNK_BYTES", 50_000)
    index = open_index(settings_for(divided, "cut"))
    leader = divided.leader
    number = divided.nodes.index(leader)
    others = [node for node in divided.nodes if node is not leader]
    with index.writer(64) as writer:
        for written, draft in enumerate(drafts_of(ARTICLES)):
            if written == 400:
                cut_network.cut(number)
            writer.write(draft)
        assert writer.commit().articles == len(ARTICLES)
    assert hashes_held(index) == hashes_of(ARTICLES)
    said = divided.call("GET", "/_cat/cluster_manager?format=json", node=others[0])
    assert said[0]["node"] in {node.name for node in others}

    cut_network.mend(number)
    divided.wait_until_green()
    assert hashes_held(index) == hashes_of(ARTICLES)
