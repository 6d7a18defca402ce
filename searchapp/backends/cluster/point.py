"""A point in time of an index in a cluster: what was committed when it was opened, for as long as it is asked for.

It lies on the nodes that had the shards then. Where one of them goes away its part is forgotten, though other nodes
have the same articles; so the newest generation is opened anew, and who walks through an older one is told that it is
gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Any, Final, Protocol

from indexer.errors import ClusterError, ClusterLateError
from searchapp.backends.cluster.answers import have_all_answered
from searchapp.backends.cluster.places import Json
from searchapp.search.cursor import CURSOR_LIVES_S, CursorExpiredError
from searchapp.search.port import QueryTooLargeError

#: A cluster keeps a point in time for so long after it was last asked for: as long as a cursor lives, and a little.
_KEEP_ALIVE: Final = f"{CURSOR_LIVES_S + 60}s"
#: How much longer than a shard may search an answer is waited for.
_GRACE_S: Final = 0.25
#: One that lacks a part is opened anew by whoever searches after so long.
_OPEN_AGAIN_AFTER_S: Final = 1.0
_FORGET_WITHIN_S: Final = 0.5
#: As `too_many_nested_clauses` and `too_many_clauses`, which is how a cluster names it.
_TOO_MANY: Final = "too_many_"


class Connection(Protocol):
    """What this needs of `OpenSearchConnection`."""

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, object] | None = None,
        patient: bool = True,
        timeout_s: float | None = None,
    ) -> Any: ...  # noqa: ANN401 JSON


@dataclass(frozen=True, slots=True)
class _Opened:
    id: str
    is_whole: bool
    at: float


class PointInTime:
    """Implements `Cluster`. `find_index` gives the name of the index that is opened, or raises ArchiveError."""

    def __init__(self, connection: Connection, find_index: Callable[[], str]) -> None:
        """Raises ClusterError where the cluster does not answer."""
        self._connection = connection
        self._find_index = find_index
        self._reopening = threading.Lock()
        self._is_newest = True
        self._opened = self._open()

    @property
    def is_whole(self) -> bool:
        return self._opened.is_whole

    def overtake(self) -> None:
        """A newer generation is there: from now on this one cannot be opened anew."""
        self._is_newest = False

    def search(self, body: Json, timeout_ms: float | None) -> Mapping[str, Any]:
        ends = None if timeout_ms is None else monotonic() + timeout_ms / 1000
        opened = self._opened
        if not opened.is_whole and self._is_newest and monotonic() - opened.at >= _OPEN_AGAIN_AFTER_S:
            opened = self._open_anew(opened, ends)
        try:
            answer = self._ask(opened, body, ends)
        except ClusterError as error:
            if error.status is not None and _TOO_MANY in str(error):
                raise QueryTooLargeError(
                    "this query has more parts than the cluster takes; search for fewer words, or have "
                    "indices.query.bool.max_clause_count raised"
                ) from error
            if not _may_be_forgotten(error):
                raise
            failed: ClusterError | None = error
        else:
            if have_all_answered(answer):
                return answer
            failed = None
        if not self._is_newest:
            raise CursorExpiredError("belongs to a generation that a node of the cluster has forgotten") from failed
        if ends is not None and monotonic() >= ends:
            if failed is not None:
                raise failed
            return answer
        return self._ask(self._open_anew(opened, ends), body, ends)

    def close(self) -> None:
        """Have the cluster forget it."""
        self._forget(self._opened)

    def _ask(self, opened: _Opened, body: Json, ends: float | None) -> Mapping[str, Any]:
        asked = {**body, "pit": {"id": opened.id, "keep_alive": _KEEP_ALIVE}}
        timeout_s = _left_s(ends)
        if timeout_s is not None:
            asked["timeout"] = f"{round(timeout_s * 1000)}ms"
            timeout_s += _GRACE_S
        # Words are as rare as they are in all shards together.
        params = {"search_type": "dfs_query_then_fetch", "include_named_queries_score": True}
        answer: Mapping[str, Any] = self._connection.request(
            "POST", "/_search", asked, params=params, patient=False, timeout_s=timeout_s
        )
        return answer

    def _open_anew(self, before: _Opened, ends: float | None) -> _Opened:
        """Another thread may have done so already."""
        with self._reopening:
            if self._opened is before:
                self._opened = self._open(ends)
                self._forget(before)
            return self._opened

    def _forget(self, opened: _Opened) -> None:
        # Where the cluster does not answer, it forgets by itself in the end.
        with suppress(ClusterError):
            self._connection.request(
                "DELETE", "/_search/point_in_time", {"pit_id": [opened.id]}, patient=False, timeout_s=_FORGET_WITHIN_S
            )

    def _open(self, ends: float | None = None) -> _Opened:
        answer = self._connection.request(
            "POST",
            f"/{self._find_index()}/_search/point_in_time",
            params={"keep_alive": _KEEP_ALIVE},
            patient=False,
            timeout_s=_left_s(ends),
        )
        return _Opened(answer["pit_id"], is_whole=have_all_answered(answer), at=monotonic())


def _left_s(ends: float | None) -> float | None:
    return None if ends is None else max(0.001, ends - monotonic())


def _may_be_forgotten(error: ClusterError) -> bool:
    """Whether the cluster answered, and not that the question is wrong."""
    if isinstance(error, ClusterLateError) or error.status is None:
        return False
    return error.status == HTTPStatus.NOT_FOUND or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
