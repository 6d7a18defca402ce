"""The peers that need no more than the product: they answer every class, and count what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.speed.articles import Corpus, read_corpus
from benchmarks.speed.corpora import made_corpus
from benchmarks.speed.made_queries import make_classes, take_sample
from benchmarks.speed.peers.broadsheet import BroadsheetPeer
from benchmarks.speed.peers.fts5 import Fts5Peer
from benchmarks.speed.peers.port import CannotError, Peer
from benchmarks.speed.peers.stock_whoosh import StockWhooshPeer
from benchmarks.speed.queries import Form, Query, QueryClass


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return made_corpus(tmp_path_factory.mktemp("corpora"), 200)


@pytest.fixture(scope="module")
def classes(corpus: Corpus) -> tuple[QueryClass, ...]:
    return make_classes(take_sample(corpus), per_class=3)


@pytest.mark.parametrize("peer", [BroadsheetPeer(), Fts5Peer(), StockWhooshPeer()], ids=lambda peer: peer.name)
def test_peer_answers_every_class_that_it_can(
    peer: Peer, corpus: Corpus, classes: tuple[QueryClass, ...], tmp_path: Path
) -> None:
    peer.build(corpus, tmp_path / "index")
    peer.open(tmp_path / "index")
    known = {article.id for article in read_corpus(corpus)}
    held = [set(re.findall(r"\w+", f"{article.title} {article.body}".lower())) for article in read_corpus(corpus)]
    unable = set()
    for each in classes:
        for query in each.queries:
            try:
                answer, shown = peer.ask(query)(), peer.show(query)()
            except CannotError:
                unable.add(each.name)
                continue
            assert len(answer.ids) == len(answer.scores) == min(10, answer.total)
            assert peer.name == "Broadsheet" or set(answer.ids) <= known
            assert len(shown.titles) == len(answer.ids)
    assert unable <= {"prefix", "fuzzy"}
    number = next(word for word in sorted(held[0]) if word.isdigit())  # stands in no stem but its own
    asked = Query(Form.ANY, (number,))
    assert peer.ask(asked)().total == sum(number in words for words in held)
    peer.close()
