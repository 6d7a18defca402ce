"""The writer of an index on OpenSearch: what packers sent becomes a commit, by a refresh and a number.

Documents are written under their ids, so writing one again replaces it and repeating a request does no harm. A rebuild
writes a new index beside the one that is searched, and exchanges the aliases of both in one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from indexer.article import encode_article
from indexer.backends.opensearch_bulk import BulkPacker, delete_action, send_actions
from indexer.backends.port import Commit, Draft, KnownArticle, MergeJob, Packed, Tombstone
from indexer.errors import ArticleError, ClusterError, IndexBusyError

if TYPE_CHECKING:
    from indexer.backends.opensearch_index import OpenSearchIndex
    from indexer.backends.words import WordCollector

#: Of an expunging merge of many gigabytes, which goes on when nobody waits for it any more.
_PURGE_WITHIN_S: Final = 3600.0
_DRAFTS_BETWEEN_LEASES: Final = 500


class OpenSearchIndexWriter:
    """Implements `IndexWriter`, but for what it gives up: what was sent stays. Raises ClusterError."""

    def __init__(self, index: OpenSearchIndex, words: Callable[[int], WordCollector], memory_mb: int) -> None:
        self._index = index
        self._connection = index.connection
        self._target = index.layout.writer
        self._make_words = words
        self._memory_bytes = memory_mb << 20
        self._own: BulkPacker | None = None
        self._written: set[str] = set()
        self._removed: list[str] = []
        self._has_news = False
        self._lift_block()
        # Also what a run that was cut off has left: it is known from now on.
        self._refresh(index.layout.name)
        self._articles = index.article_count()
        self._generation = index.latest_generation()
        self._tombstones = {each.id: each for each in index.tombstones()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own is not None:
            self._own.give_up()
        self._connection.close()

    def detach(self) -> None:
        """In a forked process, which has connections of its own."""

    def known(self, article_id: str) -> KnownArticle | None:
        return self.known_all((article_id,))[0]

    def known_all(self, article_ids: Sequence[str]) -> list[KnownArticle | None]:
        return [None] * len(article_ids) if not self._articles else self._index.known_all(article_ids)

    def known_articles(self) -> Iterator[KnownArticle]:
        return self._index.known_articles()

    def tombstone(self, article_id: str) -> Tombstone | None:
        return self._tombstones.get(article_id)

    def bury(self, tombstones: tuple[Tombstone, ...]) -> None:
        """Lay tombstones; durable before this returns. The first reason and day stand."""
        new = tuple(each for each in tombstones if each.id not in self._tombstones)
        self._index.control.bury(new)
        self._tombstones |= {each.id: each for each in new}

    def unbury(self, article_ids: tuple[str, ...]) -> None:
        self._index.control.unbury(article_ids)
        for article_id in article_ids:
            self._tombstones.pop(article_id, None)

    def packer(self, packers: int = 1, *, learns: bool = True) -> BulkPacker:  # noqa: ARG002 the port's
        return self._packer_to(self._target, packers)

    def write(self, draft: Draft) -> None:
        if draft.id in self._written:
            raise ArticleError(f"{draft.id} was written already since the last commit")
        if self._own is None:
            self._own = self.packer()
        _add(self._own, draft)
        self._written.add(draft.id)

    def remove(self, article_id: str) -> bool:
        if self.known(article_id) is None:
            return False
        self._removed.append(article_id)
        return True

    def take(self, packed: Sequence[Packed], replaced: Sequence[str]) -> None:  # noqa: ARG002 replaced where they lie
        self._has_news |= any(each.articles for each in packed)

    def commit(self, *, tidy: bool = True) -> Commit:  # noqa: ARG002 a cluster merges by itself
        if self._own is not None:
            self.take(self._own.finish(), ())
        if self._removed:
            refused = send_actions(
                self._connection, self._target, [delete_action(article_id) for article_id in self._removed]
            )
            if refused:
                raise ClusterError(f"{self._connection} refused to remove {refused[0].id}: {refused[0].reason}")
            self._removed, self._has_news = [], True
        self._written.clear()
        if self._has_news:
            self._index.control.check_not_rebuilt()
            self._refresh(self._target)
            self._has_news = False
            self._articles = self._index.article_count()
            self._is_empty = not self._articles
            self._generation = self._index.control.raise_generation()
        return Commit(self._generation, self._articles)

    def plan_merge(self) -> MergeJob | None:
        """A cluster merges by itself."""
        return None

    def take_merged(self, job: MergeJob) -> Commit:
        raise AssertionError(f"no merge was planned, but {job} is said to be done")

    def purge(self) -> Commit:
        """Commit, and have every segment rewritten that holds words of removed or replaced documents."""
        commit = self.commit()
        self._connection.request(
            "POST",
            f"/{self._target}/_forcemerge",
            params={"only_expunge_deletes": True},
            timeout_s=_PURGE_WITHIN_S,
            patient=False,
        )
        return commit

    def replace_all(self, drafts: Iterable[Draft]) -> Commit:
        """Write these articles to a new index, and have it take the place of the old one at once. Cut off before the
        end, the old one is what it was; searching it goes on all the time, writing to it is refused meanwhile."""
        control = self._index.control
        control.take_lease()
        old = self._index.real_index()
        try:
            self._block_writes(old, blocked=True)
            new = self._make_next(old)
            written = self._fill(new, drafts)
            self._exchange(old, new)
        except BaseException:
            # Whatever the cluster says now: the lease runs out, and whoever writes next lifts the block.
            with suppress(ClusterError):
                self._block_writes(old, blocked=False)
                control.release_lease()
            raise
        self._connection.request("DELETE", f"/{old}", accept=(404,))
        self._articles = written
        self._generation = control.raise_generation()
        control.release_lease()
        return Commit(self._generation, self._articles)

    def _packer_to(self, index: str, packers: int) -> BulkPacker:
        return BulkPacker(self._connection, index, self._make_words(self._memory_bytes // packers))

    def _make_next(self, old: str) -> str:
        """An empty index behind no alias. What an earlier rebuild left when it was cut off goes."""
        layout = self._index.layout
        for name in self._connection.request("GET", f"/{layout.name}-v*/_alias"):
            if layout.number_of(name) > layout.number_of(old):
                self._connection.request("DELETE", f"/{name}", accept=(404,))
        number = layout.number_of(old) + 1
        if not self._index.make_index(number, (_filling(layout.name),)):
            raise IndexBusyError(f"another process has just made {layout.numbered(number)}; wait until it has finished")
        return layout.numbered(number)

    def _fill(self, new: str, drafts: Iterable[Draft]) -> int:
        """How many articles were written, each of which has been counted there."""
        packer = self._packer_to(_filling(self._index.layout.name), 1)
        written = 0
        try:
            for written, draft in enumerate(drafts, start=1):
                _add(packer, draft)
                if written % _DRAFTS_BETWEEN_LEASES == 0:
                    self._index.control.take_lease()
            packer.finish()
        except BaseException:
            packer.give_up()
            raise
        self._index.control.take_lease()
        self._refresh(new)
        found = int(self._connection.request("GET", f"/{new}/_count")["count"])
        if found != written:
            raise ClusterError(f"{new} has {found:,} of {written:,} articles; nothing was changed, rebuild again")
        return written

    def _exchange(self, old: str, new: str) -> None:
        layout = self._index.layout
        actions: list[dict[str, object]] = []
        for alias in (layout.name, layout.writer):
            actions += [{"remove": {"index": old, "alias": alias}}, {"add": {"index": new, "alias": alias}}]
        actions.append({"remove": {"index": new, "alias": _filling(layout.name)}})
        try:
            self._connection.request("POST", "/_aliases", {"actions": actions})
        except ClusterError:
            # Asked again since the first answer was lost, it complains that it is done.
            if self._index.real_index() != new:
                raise

    def _refresh(self, index: str) -> None:
        """Have all copies show what was written. One that could not is asked again."""
        patience = self._connection.patience()
        while True:
            shards = self._connection.request("POST", f"/{index}/_refresh")["_shards"]
            if not shards["failed"]:
                return
            if not patience.wait():
                raise ClusterError(f"{self._connection}: {shards['failed']} copies of {index} could not be refreshed")

    def _block_writes(self, index: str, *, blocked: bool) -> None:
        self._connection.request("PUT", f"/{index}/_settings", {"index.blocks.write": True if blocked else None})

    def _lift_block(self) -> None:
        """Of a rebuild that was cut off: nobody rebuilds now."""
        real = self._index.real_index()
        settings = self._connection.request("GET", f"/{real}/_settings/index.blocks.write")
        if settings.get(real, {}).get("settings"):
            self._block_writes(real, blocked=False)


def _filling(name: str) -> str:
    """The alias of an index that is being filled."""
    return f"{name}-filling"


def _add(packer: BulkPacker, draft: Draft) -> None:
    try:
        encoded = encode_article(draft.article)
    except TypeError as error:
        raise ArticleError(f"cannot be encoded: {error}") from error
    packer.add(packer.prepare(draft.article, draft.id, draft.content_hash, draft.origin, encoded))
    if packer.is_full:
        packer.pack()
