"""An index on OpenSearch: what it is made of there, and what a reader of the write side sees of it.

    NAME             the alias that readers ask: always one index, exchanged at once when a rebuild is done
    NAME-writer      the alias that writers write to
    NAME-v000001     the articles, mapped by the index template NAME; a rebuild makes the next number
    NAME-control     the generation, and who is rebuilding
    NAME-tombstones  what was deleted on purpose

Other than in the embedded index, what was written cannot be given up again: articles that a run wrote before it was cut
off stay, each whole, and are seen with the next commit. The same run again finds them unchanged and goes on from there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from indexer.analysis.token import ANALYSIS_VERSION
from indexer.backends.held import HeldArticle
from indexer.backends.opensearch_connection import OpenSearchConnection
from indexer.backends.opensearch_control import Control, make_index_of_template
from indexer.backends.opensearch_documents import read_origin
from indexer.backends.opensearch_fields import MAPPING_VERSION, index_mappings, index_settings
from indexer.backends.port import KnownArticle, Tombstone
from indexer.backends.stats import IndexStats
from indexer.codec.stored import decode_article
from indexer.errors import IndexDamagedError, IndexNotFoundError, IndexVersionError
from indexer.schema import SCHEMA_VERSION
from indexer.settings import Settings

if TYPE_CHECKING:
    from indexer.backends.opensearch_writer import OpenSearchIndexWriter
    from indexer.backends.words import WordCollector

_ARTICLES_A_PAGE: Final = 200
_KNOWN_A_PAGE: Final = 2000
_VALUES_A_PAGE: Final = 1000
_WHOLE: Final = {"allow_partial_search_results": False}


@dataclass(frozen=True, slots=True)
class IndexLayout:
    """The alias of an index, and how many shards and copies the index behind it has when it is made."""

    name: str
    shards: int = 1
    replicas: int = 1

    @property
    def writer(self) -> str:
        return f"{self.name}-writer"

    def numbered(self, number: int) -> str:
        return f"{self.name}-v{number:06d}"

    def number_of(self, index: str) -> int:
        found = re.fullmatch(re.escape(self.name) + r"-v(\d{6,})", index)
        if found is None:
            raise IndexDamagedError(
                f"the alias {self.name} names {index}, which is not one of ours; nothing was changed"
            )
        return int(found[1])


def index_layout(settings: Settings) -> IndexLayout:
    return IndexLayout(settings.opensearch_index, settings.opensearch_shards, settings.opensearch_replicas)


class OpenSearchIndex:
    """An index that is there and may be read."""

    def __init__(self, connection: OpenSearchConnection, layout: IndexLayout) -> None:
        self.connection = connection
        self.layout = layout
        self.control = Control(connection, layout.name)
        #: How it is named to people.
        self.place = f"{layout.name} on {connection}"

    @classmethod
    def open(
        cls, connection: OpenSearchConnection, layout: IndexLayout, *, for_rebuild: bool = False
    ) -> OpenSearchIndex:
        """Raises IndexNotFoundError, IndexVersionError, ClusterError, each saying what to do."""
        index = cls(connection, layout)
        index.check_versions(for_rebuild=for_rebuild)
        return index

    @classmethod
    def open_or_create(cls, connection: OpenSearchConnection, layout: IndexLayout) -> OpenSearchIndex:
        index = cls(connection, layout)
        try:
            index.check_versions(for_rebuild=False)
        except IndexNotFoundError:
            index._create()
            index.check_versions(for_rebuild=False)
        return index

    def writer(
        self,
        memory_mb: int,
        words: Callable[[int], WordCollector] | None = None,
        *,
        wait_s: float = 0.0,
        say: Callable[[str], None] | None = None,
    ) -> OpenSearchIndexWriter:
        """Several may be open at a time, none while the index is rebuilt. Raises IndexBusyError where it still is after
        so many seconds; `say` is told when that is waited for."""
        from indexer.backends.opensearch_writer import OpenSearchIndexWriter  # noqa: PLC0415 only writing needs it
        from indexer.backends.words import choose_collector  # noqa: PLC0415 the same

        self.control.wait_until_not_rebuilt(wait_s, say)
        return OpenSearchIndexWriter(self, words or choose_collector, memory_mb)

    def real_index(self) -> str:
        """The index behind the alias now. Raises IndexNotFoundError."""
        return self._described()[0]

    def latest_generation(self) -> int:
        return self.control.generation()

    def article_count(self) -> int:
        found = self.search({"size": 0, "track_total_hits": True})
        return int(found["hits"]["total"]["value"])

    def articles(self) -> Iterator[HeldArticle]:
        """By id."""
        return (held for held, _ in self.hashed_articles())

    def hashed_articles(self) -> Iterator[tuple[HeldArticle, str]]:
        """By id, each with the content hash that it was written with."""
        for hit in self._walk({"_source": True}, _ARTICLES_A_PAGE):
            kept = hit["_source"]
            original = orjson.dumps(kept["original"]) if "original" in kept else b""
            article = decode_article(orjson.dumps(kept["article"]), original)
            yield HeldArticle(hit["_id"], read_origin(kept["origin"]), article), kept["content_hash"]

    def known_articles(self) -> Iterator[KnownArticle]:
        """By id."""
        for hit in self._walk({"_source": False, "docvalue_fields": ["content_hash", "origin"]}, _KNOWN_A_PAGE):
            yield read_known(hit)

    def known_all(self, article_ids: Sequence[str]) -> list[KnownArticle | None]:
        found: dict[str, KnownArticle] = {}
        for first in range(0, len(article_ids), _KNOWN_A_PAGE):
            asked = list(article_ids[first : first + _KNOWN_A_PAGE])
            answer = self.search(
                {
                    "query": {"ids": {"values": asked}},
                    "size": len(asked),
                    "_source": False,
                    "docvalue_fields": ["content_hash", "origin"],
                }
            )
            for hit in answer["hits"]["hits"]:
                found[hit["_id"]] = read_known(hit)
        return [found.get(each) for each in article_ids]

    def tombstones(self) -> tuple[Tombstone, ...]:
        return tuple(self.control.tombstones())

    def stats(self) -> IndexStats:
        real, meta = self._described()
        stores = self.connection.request("GET", f"/{real}/_stats/store,segments")["_all"]
        years = self._count_values("year")
        articles = self.article_count()
        return IndexStats(
            articles=articles,
            segments=int(stores["primaries"]["segments"]["count"]),
            size_bytes=int(stores["total"]["store"]["size_in_bytes"]),
            generation=self.latest_generation(),
            schema_version=int(meta["schema_version"]),
            analysis_version=int(meta["analysis_version"]),
            tombstones=len(self.tombstones()),
            undated=years.pop("", 0),
            by_source=_most_frequent(self._count_values("source")),
            by_lang=_most_frequent(self._count_values("lang")),
            by_year=tuple(sorted(years.items())),
        )

    def check_versions(self, *, for_rebuild: bool) -> None:
        real, meta = self._described()
        written = (meta["schema_version"], meta["analysis_version"], meta["mapping_version"])
        ours = (SCHEMA_VERSION, ANALYSIS_VERSION, MAPPING_VERSION)
        told = f"{real} was written by schema {written[0]}, analysis {written[1]}, mapping {written[2]}"
        if any(theirs > mine for theirs, mine in zip(written, ours, strict=True)):
            raise IndexVersionError(f"{told}, newer than this; install the newer broadsheet")
        if written != ours and not for_rebuild:
            raise IndexVersionError(
                f"{told}; this is schema {ours[0]}, analysis {ours[1]}, mapping {ours[2]}; run: broadsheet rebuild"
            )

    def search(self, body: dict[str, Any]) -> Any:  # noqa: ANN401 JSON
        """An answer of all shards, or an error."""
        return self.connection.request("POST", f"/{self.layout.name}/_search", body, params=_WHOLE)

    def make_index(self, number: int, aliases: Sequence[str] = ()) -> bool:
        """Make an empty index of this number; False where it was there."""
        layout, mappings = self.layout, index_mappings()
        template = {
            "index_patterns": [f"{layout.name}-v*"],
            "priority": 100,
            "template": {"settings": index_settings(layout.shards, layout.replicas), "mappings": mappings},
        }
        self.connection.request("PUT", f"/_index_template/{layout.name}", template)
        return make_index_of_template(self.connection, layout.numbered(number), aliases)

    def _create(self) -> None:
        self.control.create()
        # Of two that begin at once, the second finds what the first has made.
        self.make_index(1, (self.layout.name, self.layout.writer))

    def _described(self) -> tuple[str, Any]:
        """The index behind the alias, and which versions wrote it."""
        name = self.layout.name
        found = self.connection.request("GET", f"/_alias/{name}", accept=(404,))
        if "error" in found or not found:
            raise IndexNotFoundError(f"there is no index {self.place}; run: broadsheet index PATH...")
        if len(found) > 1:
            raise IndexDamagedError(
                f"the alias {name} names several indexes ({', '.join(sorted(found))}); leave it one"
            )
        (real,) = found
        self.layout.number_of(real)
        mappings = self.connection.request("GET", f"/{real}/_mapping")[real]["mappings"]
        meta = mappings.get("_meta", {}).get("broadsheet")
        if meta is None:
            raise IndexDamagedError(
                f"{real} was not made by broadsheet: its mapping does not say which version wrote it"
            )
        return real, meta

    def _walk(self, body: dict[str, Any], size: int) -> Iterator[Any]:
        """Every document by id, a page at a time. An id stands once and stays what it is, so no document comes twice
        and none is left out, whatever is committed meanwhile and whichever node goes away."""
        asked = {**body, "size": size, "sort": ["id"], "query": {"match_all": {}}, "track_total_hits": False}
        while True:
            hits = self.search(asked)["hits"]["hits"]
            yield from hits
            if len(hits) < size:
                return
            asked["search_after"] = hits[-1]["sort"]

    def _count_values(self, name: str) -> dict[str, int]:
        """Articles by each value, "" for none; all values, a page at a time."""
        counts: dict[str, int] = {}
        pages: dict[str, Any] = {
            "size": _VALUES_A_PAGE,
            "sources": [{"value": {"terms": {"field": name, "missing_bucket": True}}}],
        }
        while True:
            found = self.search({"size": 0, "aggs": {"values": {"composite": pages}}})["aggregations"]["values"]
            for bucket in found["buckets"]:
                counts[bucket["key"]["value"] or ""] = bucket["doc_count"]
            if "after_key" not in found:
                return counts
            pages["after"] = found["after_key"]


def read_known(hit: Any) -> KnownArticle:  # noqa: ANN401 JSON
    """From a hit with the columns `content_hash` and `origin`."""
    return KnownArticle(hit["_id"], hit["fields"]["content_hash"][0], read_origin(hit["fields"]["origin"][0]))


def _most_frequent(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
