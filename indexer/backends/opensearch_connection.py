"""The way to an OpenSearch cluster, for whoever writes or reads there: one client, its errors in our words, patience.

Everything that is asked may be asked again: documents are written under their ids, and what must happen once is
guarded by sequence numbers. So a request whose answer was lost is simply repeated, at another node where there is one.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import orjson

from indexer.errors import ArchiveError, ClusterError, ClusterLateError, SettingError
from indexer.settings import Settings

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

_TOO_BUSY: Final = 429
_SERVER_ERRORS: Final = range(500, 600)
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0
#: A node that failed, or was late, is asked again after so long, and after twice as long each time that it fails again;
#: in between the others are.
_DEAD_NODE_S: Final = 5
_CONNECTIONS_PER_NODE: Final = 8


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Where a cluster is and how it is spoken to; both times are in seconds."""

    urls: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca_file: str = ""
    timeout_s: float = 30.0
    patience_s: float = 120.0


def cluster_address(settings: Settings) -> ClusterAddress:
    """Raises SettingError where two ways of authentication are given."""
    if settings.opensearch_api_key and settings.opensearch_user:
        raise SettingError("give opensearch_user or opensearch_api_key, not both")
    return ClusterAddress(
        urls=tuple(url.strip() for url in settings.opensearch_urls.split(",")),
        user=settings.opensearch_user,
        password=settings.opensearch_password,
        api_key=settings.opensearch_api_key,
        ca_file=settings.opensearch_ca_file,
        timeout_s=settings.opensearch_timeout_s,
        patience_s=settings.opensearch_patience_s,
    )


class Patience:
    """Counts how long something has been tried in vain, and waits between two tries: twice as long each time, and by
    chance shorter, so that many who were refused at once do not come back at once."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._pause_s = _FIRST_PAUSE_S
        self._last = time.monotonic() + patience_s

    def wait(self) -> bool:
        """False when patience has run out."""
        left_s = self._last - time.monotonic()
        if left_s <= 0:
            return False
        time.sleep(min(left_s, self._pause_s * random.uniform(0.5, 1.0)))  # noqa: S311 no secret
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        return True

    def renew(self) -> None:
        """Something went well."""
        self._pause_s = _FIRST_PAUSE_S
        self._last = time.monotonic() + self._patience_s


class OpenSearchConnection:
    """Safe to share between threads, and taken along into a forked process, which gets connections of its own."""

    def __init__(self, address: ClusterAddress, sleep_between: Callable[[float], Patience] = Patience) -> None:
        """Asks nothing yet. Raises ArchiveError where opensearch-py is not installed."""
        self.address = address
        self._library = _load_library()
        self._make_patience = sleep_between
        self._pid = 0
        self._client: OpenSearch | None = None

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, object] | None = None,
        accept: Collection[int] = (),
        patient: bool = True,
        timeout_s: float | None = None,
    ) -> Any:  # noqa: ANN401 JSON
        """What the cluster answers. An answer of a status in `accept` is no error.

        With patience, what fails for now is tried again for `patience_s`. Without it the nodes are asked once each,
        and none after one that was late. Raises ClusterError.
        """
        patience = self.patience() if patient else None
        said: dict[str, Any] = {name: _spell(value) for name, value in (params or {}).items()}
        said["request_timeout"] = timeout_s or self.address.timeout_s
        while True:
            try:
                return self._opened().transport.perform_request(
                    method, path, params={**said, "ignore": tuple(accept)}, body=body
                )
            except self._library.TransportError as error:
                if not is_passing(error.status_code) or patience is None or not patience.wait():
                    raise self._translated(error, said["request_timeout"]) from error
            except self._library.OpenSearchException as error:
                raise ClusterError(f"{self} gave an answer that cannot be read: {error}") from error

    def patience(self) -> Patience:
        return self._make_patience(self.address.patience_s)

    def close(self) -> None:
        if self._client is not None and self._pid == os.getpid():
            self._client.close()
        self._client = None

    def __str__(self) -> str:
        return "OpenSearch at " + ", ".join(url.rpartition("@")[2] for url in self.address.urls)

    def _opened(self) -> OpenSearch:
        if self._client is None or self._pid != os.getpid():
            self._client, self._pid = _make_client(self._library, self.address), os.getpid()
        return self._client

    def _translated(self, error: Any, timeout_s: float) -> ClusterError:  # noqa: ANN401 a TransportError
        status = error.status_code
        if status == "TIMEOUT":
            return ClusterLateError(f"{self} did not answer within {timeout_s:g} s")
        if not isinstance(status, int):
            return ClusterError(f"{self} cannot be reached: {error.error}; check that it runs, and opensearch_urls")
        if status == 401:
            return ClusterError(f"{self} does not know this user; check opensearch_user or opensearch_api_key", status)
        reason = read_reason(error.info)
        if status == 403 and "block" not in reason:
            return ClusterError(
                f"{self} does not allow this: {reason}; give the role what docs/scaling.md lists", status
            )
        return ClusterError(f"{self} refused ({status}): {reason}", status)


def is_passing(status: object) -> bool:
    """Whether the same request may go well a little later: also when there was no answer at all.

    A cluster says 500 too for what passes: that a node which holds a shard has just gone.
    """
    return not isinstance(status, int) or status == _TOO_BUSY or status in _SERVER_ERRORS


def read_reason(info: object) -> str:
    """Why OpenSearch refused, in its own words and one line."""
    error = info.get("error", info) if isinstance(info, dict) else info
    if isinstance(error, dict):
        causes = error.get("root_cause") or [error]
        error = "; ".join(dict.fromkeys(f"{cause.get('type')}: {cause.get('reason')}" for cause in causes))
    return str(error)[:500]


def _spell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _load_library() -> ModuleType:
    try:
        import opensearchpy  # noqa: PLC0415 only a cluster needs it
    except ImportError as error:
        raise ArchiveError(
            "the engine opensearch wants the library opensearch-py; run: pip install 'broadsheet[opensearch]'"
        ) from error
    # It tells of each answer that did not come, with a stack of its own inside; what we make of it is said by us.
    logging.getLogger("opensearch").setLevel(logging.ERROR)
    return opensearchpy


def _make_client(library: ModuleType, address: ClusterAddress) -> OpenSearch:
    class Serializer(library.JSONSerializer):  # type: ignore[name-defined,misc]
        def loads(self, s: str) -> Any:  # noqa: ANN401 JSON
            return orjson.loads(s)

        def dumps(self, data: Any) -> Any:  # noqa: ANN401 JSON
            return data if isinstance(data, str | bytes) else orjson.dumps(data)

    class Connection(library.Urllib3HttpConnection):  # type: ignore[name-defined,misc]
        def perform_request(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 as the library has it
            try:
                return super().perform_request(*args, **kwargs)
            except library.ConnectionTimeout:
                # The library leaves alone only nodes whose requests it repeats by itself. One that hangs would be
                # waited for in its every turn.
                client.transport.mark_dead(self)
                raise

    options: dict[str, Any] = {}
    if address.user:
        options["http_auth"] = (address.user, address.password)
    if address.api_key:
        options["headers"] = {"Authorization": f"ApiKey {address.api_key}"}
    if address.ca_file:
        options["ca_certs"] = address.ca_file
    client: OpenSearch = library.OpenSearch(
        hosts=list(address.urls),
        serializer=Serializer(),
        connection_class=Connection,
        timeout=address.timeout_s,
        max_retries=len(address.urls) - 1,
        retry_on_timeout=False,
        retry_on_status=(502, 503, 504),
        pool_maxsize=_CONNECTIONS_PER_NODE,
        dead_timeout=_DEAD_NODE_S,
        **options,
    )
    return client
