"""What an index on OpenSearch keeps beside its articles: its generation, its tombstones, and who is rebuilding it.

NAME-control     document `commit`: the number of the last commit, raised by whoever commits. Several machines may load
                 one archive at a time; a sequence number guards that no number is given twice
                 document `rebuild`: who is rebuilding the index, and until when that holds unless it is renewed
NAME-tombstones  a document for each article that was deleted on purpose, under the article's id

Both are small, and every node may have a copy: what they hold is asked for by id, which needs no refresh.
"""

from __future__ import annotations

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

from indexer.backends.opensearch_bulk import delete_action, index_action, send_actions
from indexer.backends.opensearch_connection import OpenSearchConnection
from indexer.backends.port import Tombstone
from indexer.errors import ClusterError, IndexBusyError

logger = logging.getLogger(__name__)

#: A rebuild that was not heard of for so long is over.
LEASE_S: Final = 60.0
#: Copies of an index that was just made are waited for so long.
_COPIES_WITHIN_S: Final = 60.0
_PAGE: Final = 1000
_MOST_TRIES: Final = 50

_SETTINGS: Final = {"index.number_of_shards": 1, "index.auto_expand_replicas": "0-2"}
_COMMIT: Final = "commit"
_REBUILD: Final = "rebuild"


@dataclass(frozen=True, slots=True)
class ControlNames:
    control: str
    tombstones: str


def control_names(name: str) -> ControlNames:
    return ControlNames(f"{name}-control", f"{name}-tombstones")


class Control:
    """The generation, the tombstones and the lease of one index."""

    def __init__(self, connection: OpenSearchConnection, name: str) -> None:
        self._connection = connection
        self._names = control_names(name)
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"

    def create(self) -> None:
        """Make both indexes where they are not there yet."""
        keyword = {"type": "keyword", "index": False, "doc_values": False}
        control = {"generation": {"type": "long"}, "holder": keyword, "until_s": {"type": "double"}}
        tombstones = {"id": {"type": "keyword"}, "reason": keyword, "deleted_on": keyword}
        for index, properties in ((self._names.control, control), (self._names.tombstones, tombstones)):
            create_index(self._connection, index, _SETTINGS, {"dynamic": "strict", "properties": properties})

    def generation(self) -> int:
        """Of the last commit; 0 before the first."""
        found = self._get(self._names.control, _COMMIT)
        return int(found["_source"]["generation"]) if found.get("found") else 0

    def raise_generation(self) -> int:
        """The number of a commit that is made now."""
        for _ in range(_MOST_TRIES):
            found = self._get(self._names.control, _COMMIT)
            number = (int(found["_source"]["generation"]) if found.get("found") else 0) + 1
            if self._put_if_unchanged(_COMMIT, {"generation": number}, found):
                return number
        raise ClusterError(f"{self._connection}: others commit so often that no number could be had; try again")

    def check_not_rebuilt(self) -> None:
        """Raises IndexBusyError while somebody else rebuilds the index."""
        holder = self._lease_holder()
        if holder is not None and holder != self._holder:
            raise IndexBusyError(f"the index is being rebuilt by {holder}; wait until that has finished", holder)

    def wait_until_not_rebuilt(self, wait_s: float, say: Callable[[str], None] | None = None) -> None:
        """Raises IndexBusyError where somebody still rebuilds the index after so many seconds; `say` is told once that
        this is waited for."""
        last = time.monotonic() + wait_s
        while True:
            try:
                self.check_not_rebuilt()
            except IndexBusyError as busy:
                if time.monotonic() >= last:
                    raise
                if say is not None:
                    say(f"waiting: {busy}")
                    say = None
                time.sleep(min(1.0, wait_s))
            else:
                return

    def take_lease(self) -> None:
        """Say that the index is being rebuilt, or is so still. Raises IndexBusyError where another one does."""
        self.check_not_rebuilt()
        found = self._get(self._names.control, _REBUILD)
        until = {"holder": self._holder, "until_s": time.time() + LEASE_S}
        if not self._put_if_unchanged(_REBUILD, until, found):
            raise IndexBusyError("another process has just begun to rebuild the index; wait until that has finished")

    def release_lease(self) -> None:
        if self._lease_holder() == self._holder:
            self._connection.request("DELETE", f"/{self._names.control}/_doc/{_REBUILD}", accept=(404,))

    def tombstones(self) -> Iterator[Tombstone]:
        """In the order of their ids, those of a moment ago included."""
        self._connection.request("POST", f"/{self._names.tombstones}/_refresh")
        after: list[Any] | None = None
        while True:
            body: dict[str, Any] = {"size": _PAGE, "sort": ["id"], "query": {"match_all": {}}}
            if after is not None:
                body["search_after"] = after
            hits = self._connection.request(
                "POST", f"/{self._names.tombstones}/_search", body, params={"allow_partial_search_results": False}
            )["hits"]["hits"]
            for hit in hits:
                yield Tombstone(hit["_id"], hit["_source"]["reason"], hit["_source"]["deleted_on"])
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]

    def bury(self, tombstones: Sequence[Tombstone]) -> None:
        """Durable when this returns."""
        actions = [index_action(each.id, orjson.dumps(asdict(each))) for each in tombstones]
        self._send(actions)

    def unbury(self, article_ids: Sequence[str]) -> None:
        self._send([delete_action(each) for each in article_ids])

    def _send(self, actions: Sequence[Any]) -> None:
        refused = send_actions(self._connection, self._names.tombstones, actions, is_alias=False) if actions else ()
        if refused:
            raise ClusterError(f"{self._connection} refused tombstones: {refused[0].reason}")

    def _lease_holder(self) -> str | None:
        found = self._get(self._names.control, _REBUILD)
        if not found.get("found") or found["_source"]["until_s"] < time.time():
            return None
        return str(found["_source"]["holder"])

    def _get(self, index: str, key: str) -> Any:  # noqa: ANN401 JSON
        return self._connection.request("GET", f"/{index}/_doc/{key}", accept=(404,))

    def _put_if_unchanged(self, key: str, document: dict[str, object], found: Any) -> bool:  # noqa: ANN401 JSON
        """False where somebody else has written meanwhile."""
        params: dict[str, object] = {"op_type": "create"}
        if found.get("found"):
            params = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
        answer = self._connection.request(
            "PUT", f"/{self._names.control}/_doc/{key}", document, params=params, accept=(409,)
        )
        if "error" not in answer:
            return True
        # An answer that was lost on its way makes our own write look like another's.
        now = self._get(self._names.control, key)
        return bool(now.get("found") and now["_source"] == document and key == _REBUILD)


def create_index(
    connection: OpenSearchConnection, index: str, settings: dict[str, Any], mappings: dict[str, Any]
) -> bool:
    """False where it was there already."""
    answer = connection.request("PUT", f"/{index}", {"settings": settings, "mappings": mappings}, accept=(400,))
    return _finish_making(connection, index, answer)


def make_index_of_template(connection: OpenSearchConnection, index: str, aliases: Sequence[str]) -> bool:
    """Its settings and fields are those of the template that its name falls to. False where it was there already."""
    body: dict[str, Any] = {"aliases": {alias: {} for alias in aliases}}
    return _finish_making(connection, index, connection.request("PUT", f"/{index}", body, accept=(400,)))


def _finish_making(connection: OpenSearchConnection, index: str, answer: Any) -> bool:  # noqa: ANN401 JSON
    """False where the answer says that it was there already. Raises ClusterError where it was refused."""
    if "error" not in answer:
        _wait_for_copies(connection, index)
        return True
    if answer["error"].get("type") != "resource_already_exists_exception":
        raise ClusterError(f"{connection} refused to make {index}: {answer['error'].get('reason')}")
    return False


def _wait_for_copies(connection: OpenSearchConnection, index: str) -> None:
    """Until one is there, all that is written stands on one disk alone, and is gone for good with its node. Copies that
    no node has room for are not waited for."""
    # Copies are begun by a step of the cluster's own, after the one that the answer waited for: hence the events.
    params = {
        "wait_for_no_initializing_shards": True,
        "wait_for_events": "languid",
        "timeout": f"{connection.address.timeout_s * 500:.0f}ms",
    }
    until = time.monotonic() + min(connection.address.patience_s, _COPIES_WITHIN_S)
    while connection.request("GET", f"/_cluster/health/{index}", params=params, accept=(408,))["timed_out"]:
        if time.monotonic() > until:
            logger.warning(
                "%s: copies of %s are not ready yet; until they are, its articles stand once", connection, index
            )
            return
