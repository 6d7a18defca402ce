"""Whether an index on OpenSearch is what was written: shards with all copies, and every article by its content hash.

A cluster keeps checksums of its own files and looks at them itself. What it cannot know is whether an article is still
the one that was sent: that is told by its hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from indexer.backends.opensearch_index import OpenSearchIndex

#: Of articles that are not what they were, so many are named.
_MOST_NAMED: Final = 1000


@dataclass(frozen=True, slots=True)
class ClusterVerification:
    """What was looked at, and what is wrong."""

    place: str
    generation: int
    articles: int
    shards: int
    copies: int
    tombstones: int
    is_deep: bool
    damages: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "is_whole": not self.damages,
            "index_generation": self.generation,
            "articles": self.articles,
            "shards": self.shards,
            "copies": self.copies,
            "tombstones": self.tombstones,
            "deep": self.is_deep,
            "damaged": list(self.damages),
        }

    def to_text(self) -> str:
        depth = "every article was read" if self.is_deep else "articles were not read (--deep does)"
        return (
            f"{self.place} is whole: {self.shards} shards in {self.copies} copies\n"
            f"generation {self.generation}: {self.articles:,} articles, {self.tombstones:,} tombstones; {depth}"
        )


def verify_cluster(index: OpenSearchIndex, *, deep: bool) -> ClusterVerification:
    """Raises ClusterError where the cluster cannot say."""
    real = index.real_index()
    found = index.connection.request("GET", f"/_cat/shards/{real}", params={"format": "json", "bytes": "b"})
    damages = [
        f"{real}: a copy of shard {each['shard']} is {each['state'].lower()}"
        for each in found
        if each["state"] != "STARTED"
    ]
    damages += _unequal_copies(real, [(each["shard"], each["docs"]) for each in found if each["state"] == "STARTED"])
    if deep:
        damages += _changed_articles(index)
    return ClusterVerification(
        place=index.place,
        generation=index.latest_generation(),
        articles=index.article_count(),
        shards=len({each["shard"] for each in found}),
        copies=len(found),
        tombstones=len(index.tombstones()),
        is_deep=deep,
        damages=tuple(damages),
    )


def _unequal_copies(real: str, counts: list[tuple[str, str]]) -> Iterator[str]:
    for shard in sorted({shard for shard, _ in counts}, key=int):
        held = [count for each, count in counts if each == shard]
        if len(set(held)) > 1:
            yield f"{real}: the copies of shard {shard} hold {', '.join(held)} articles"


def _changed_articles(index: OpenSearchIndex) -> list[str]:
    damages: list[str] = []
    for held, content_hash in index.hashed_articles():
        if held.article.content_hash != content_hash or held.article.id != held.id:
            damages.append(f"article {held.id} is not what was written")
        if len(damages) == _MOST_NAMED:
            break
    return damages
