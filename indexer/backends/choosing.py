"""Which engine keeps the index, by the settings: the one place of the write side that knows of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from indexer.backends.learnt_file import read_learnt
from indexer.backends.port import ArticleIndex
from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex
from indexer.learnt import NOTHING_LEARNT, LearntLines
from indexer.settings import Settings

if TYPE_CHECKING:
    from indexer.backends.opensearch_index import OpenSearchIndex

#: The name of the engine on a cluster; every other setting means the embedded one.
OPENSEARCH = "opensearch"


class Verified(Protocol):
    """What `verify` found. Without damages `to_text` says that all is well."""

    @property
    def damages(self) -> Sequence[object]: ...

    def to_text(self) -> str: ...

    def to_json(self) -> dict[str, object]: ...


def open_index(settings: Settings, *, for_rebuild: bool = False) -> ArticleIndex:
    """Raises IndexNotFoundError, IndexVersionError, IndexDamagedError, ClusterError."""
    if settings.engine == OPENSEARCH:
        return _open_cluster(settings, for_rebuild=for_rebuild)
    return WhooshIndex.open(settings.index_dir, for_rebuild=for_rebuild)


def open_or_create_index(settings: Settings) -> ArticleIndex:
    """The same, where there may be none yet."""
    if settings.engine == OPENSEARCH:
        return _open_cluster(settings, may_create=True)
    return WhooshIndex.open_or_create(settings.index_dir, wait_s=settings.lock_wait_s)


def name_place(settings: Settings) -> str:
    """How the place of an index is named to people before it is opened."""
    return settings.opensearch_index if settings.engine == OPENSEARCH else str(settings.index_dir)


def learnt_of(index: ArticleIndex) -> LearntLines:
    """What an index knows of the furniture of its sources. On a cluster nothing is learnt: that wants a look at many
    articles of a source side by side, which the embedded index has at hand."""
    return read_learnt(index.folder) if isinstance(index, WhooshIndex) else NOTHING_LEARNT


def verify_chosen(settings: Settings, *, deep: bool) -> Verified:
    """Raises the same where there is nothing to look at."""
    if settings.engine == OPENSEARCH:
        from indexer.backends.opensearch_verify import verify_cluster  # noqa: PLC0415 only a cluster needs it

        return verify_cluster(_open_cluster(settings), deep=deep)
    return verify_index(settings.index_dir, deep=deep)


def _open_cluster(settings: Settings, *, for_rebuild: bool = False, may_create: bool = False) -> OpenSearchIndex:
    # What only a cluster needs: nobody else waits for it.
    from indexer.backends.opensearch_connection import OpenSearchConnection, cluster_address  # noqa: PLC0415
    from indexer.backends.opensearch_index import OpenSearchIndex, index_layout  # noqa: PLC0415

    connection = OpenSearchConnection(cluster_address(settings))
    layout = index_layout(settings)
    if may_create:
        return OpenSearchIndex.open_or_create(connection, layout)
    return OpenSearchIndex.open(connection, layout, for_rebuild=for_rebuild)
