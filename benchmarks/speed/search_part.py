"""Top ten and whole page, every engine side by side over one corpus."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.speed.articles import Corpus
from benchmarks.speed.indexes import prepare_index
from benchmarks.speed.limits import SMALL
from benchmarks.speed.peers.bm25s_peer import Bm25sPeer
from benchmarks.speed.peers.broadsheet import RANKED_AGAIN, BroadsheetPeer
from benchmarks.speed.peers.fts5 import Fts5Peer
from benchmarks.speed.peers.port import Peer
from benchmarks.speed.peers.stock_whoosh import StockWhooshPeer
from benchmarks.speed.peers.tantivy_peer import UNCOUNTING, TantivyPeer
from benchmarks.speed.queries import QueryClass
from benchmarks.speed.results import SearchResult
from benchmarks.speed.timing import Timing, time_class

_PAGE_ROUNDS: Final = 3
#: Asked in another way, beside the comparison.
_ASIDE: Final = (UNCOUNTING, RANKED_AGAIN)


def choose_peers(articles: int) -> tuple[Peer, ...]:
    everywhere = (BroadsheetPeer(), TantivyPeer(), TantivyPeer(counts=False), BroadsheetPeer("default"), Fts5Peer())
    return (*everywhere, StockWhooshPeer(), Bm25sPeer()) if articles <= SMALL else everywhere


def search_corpus(
    corpus: Corpus, classes: Sequence[QueryClass], work: Path, left_out: tuple[str, ...], rounds: int
) -> SearchResult:
    peers = choose_peers(corpus.articles)
    for peer in peers:
        # However an engine is asked, it searches the same index.
        builder = next(each for each in peers if type(each) is type(peer))
        peer.open(prepare_index(builder, corpus, work))
    gc.collect()
    gc.freeze()
    top_ten: list[Timing] = []
    whole_page: list[Timing] = []
    paged = [peer for peer in peers if peer.name not in _ASIDE]
    for each in classes:
        top_ten += _time_apart(peers, each, whole_page=False, rounds=rounds)
        print_class(corpus, each.name, top_ten[-len(peers) :], "top ten")
        # A page in order of dates or with facets is the answer above and the same ten snippets.
        if not any(query.newest_first or query.facets for query in each.queries):
            whole_page += _time_apart(paged, each, whole_page=True, rounds=min(rounds, _PAGE_ROUNDS))
            print_class(corpus, each.name, whole_page[-len(paged) :], "page")
    for peer in peers:
        peer.close()
    uncounted = tuple(each.name for each in classes if not each.counted)
    return SearchResult(corpus.name, corpus.articles, tuple(top_ten), tuple(whole_page), uncounted, left_out)


def _time_apart(peers: Sequence[Peer], query_class: QueryClass, *, whole_page: bool, rounds: int) -> tuple[Timing, ...]:
    """Broadsheet and tantivy take turns by themselves, then the others do: an engine that reads megabytes for a query
    would leave the processor's caches cold for whoever comes next, and a second tantivy would leave them warm."""
    aside = sum(peer.name in _ASIDE for peer in peers)
    apart = (peers[:2], *([peer] for peer in peers[2 : 2 + aside]), peers[2 + aside :])
    return tuple(
        timing
        for together in apart
        for timing in time_class(together, query_class, whole_page=whole_page, rounds=rounds)
    )


def print_class(corpus: Corpus, name: str, timings: Sequence[Timing], what: str) -> None:
    shown = [f"{each.engine} {each.cannot or f'{each.median_ms:.3f}'}" for each in timings]
    ours, theirs = timings[0].median_ms, timings[1].median_ms
    ratio = f"  {ours / theirs:.2f}x" if ours and theirs else ""
    print(f"{corpus.name}: {name}, {what}, ms: {', '.join(shown)}{ratio}", flush=True)
