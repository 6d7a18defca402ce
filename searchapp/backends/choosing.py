"""Which engine answers, by the settings: the one place of the reading side that knows of both."""

from __future__ import annotations

from dataclasses import replace

from indexer.backends.choosing import OPENSEARCH
from indexer.settings import Settings
from searchapp.backends.pins import Pins
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.port import Engine


def open_engine(settings: Settings, pins: Pins | None = None) -> Engine:
    """`pins` are those of all processes of a server.

    Raises IndexNotFoundError, IndexVersionError, IndexDamagedError, ClusterError.
    """
    if settings.engine != OPENSEARCH:
        return WhooshEngine(settings.index_dir, pins=pins)
    # What only a cluster needs: nobody else waits for it.
    from indexer.backends.opensearch_connection import OpenSearchConnection, cluster_address  # noqa: PLC0415
    from indexer.backends.opensearch_index import OpenSearchIndex, index_layout  # noqa: PLC0415
    from searchapp.backends.opensearch_searcher import OpenSearchEngine  # noqa: PLC0415

    # Who searches is told at once what is wrong, and asks again themselves.
    address = replace(cluster_address(settings), patience_s=0.0)
    return OpenSearchEngine(OpenSearchIndex.open(OpenSearchConnection(address), index_layout(settings)), pins=pins)
