"""Documents on their way to OpenSearch: in chunks, several at a time, each document until it was taken or refused.

A chunk's answer has a status for each document. One that could not be taken for now (the queue is full, a shard has no
primary, the disk is nearly full) is sent again after a pause; one that was refused for good is named in the end. What
was acknowledged is on the disk of every copy that is in step, so nothing of it is lost by whatever happens next.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import orjson

from indexer.article import Article
from indexer.backends.opensearch_connection import OpenSearchConnection, is_passing
from indexer.backends.opensearch_documents import PreparedDocument, prepare_document, write_documents
from indexer.backends.port import Packed
from indexer.backends.words import WordCollector
from indexer.errors import ArticleError, ClusterError

#: A chunk is full with so many bytes; a cluster takes up to 100 MB, and is quickest with a few.
CHUNK_BYTES: Final = 4 << 20
#: Chunks on their way; each packer has so many in memory, and one that waits.
SENDERS: Final = 2
#: Characters of articles that are analysed together. Their documents take about three times as much.
BATCH_CHARS: Final = 6 << 20
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Action:
    """One line of a bulk request, and the document that goes with it; b"" where it is a deletion."""

    id: str
    line: bytes
    document: bytes

    @property
    def size_bytes(self) -> int:
        return len(self.line) + len(self.document) + 2


@dataclass(frozen=True, slots=True)
class Refused:
    id: str
    reason: str


def index_action(article_id: str, document: bytes) -> Action:
    return Action(article_id, orjson.dumps({"index": {"_id": article_id}}), document)


def delete_action(article_id: str) -> Action:
    return Action(article_id, orjson.dumps({"delete": {"_id": article_id}}), b"")


def send_actions(
    connection: OpenSearchConnection, index: str, actions: Sequence[Action], *, is_alias: bool = True
) -> tuple[Refused, ...]:
    """Send one chunk until each action was taken or refused for good. Raises ClusterError when patience runs out.

    An index that is no alias when it should be one was removed under our hands: nothing is to be made in its place.
    """
    patience = connection.patience()
    # A node waits for a primary that is away; it is to give up before we give it up.
    params = {"timeout": f"{connection.address.timeout_s * 500:.0f}ms", "require_alias": is_alias}
    waiting = list(actions)
    refused: list[Refused] = []
    while waiting:
        answer = connection.request("POST", f"/{index}/_bulk", _spell(waiting), params=params)
        again: list[Action] = []
        reason = ""
        for action, told in zip(waiting, answer["items"], strict=True):
            ((_, result),) = told.items()
            status = result["status"]
            if is_passing(status):
                again.append(action)
                reason = _read_cause(result)
            elif status >= 300 and not (status == 404 and not action.document):
                refused.append(Refused(action.id, _read_cause(result)))
        if len(again) < len(waiting):
            patience.renew()
        waiting = again
        if waiting and not patience.wait():
            raise ClusterError(
                f"{connection} has not taken {len(waiting):,} articles for {connection.address.patience_s:g} s: "
                f"{reason}; what it took stays: put that right and run the command again"
            )
    return tuple(refused)


class BulkSender:
    """Sends chunks in threads of its own, at most `SENDERS` at a time: who hands over one more waits."""

    def __init__(self, connection: OpenSearchConnection, index: str) -> None:
        self._connection = connection
        self._index = index
        self._pool: ThreadPoolExecutor | None = None
        self._room = threading.BoundedSemaphore(SENDERS)
        self._under_way: deque[Future[tuple[Refused, ...]]] = deque()
        self._refused: list[Refused] = []

    def send(self, actions: Iterable[Action]) -> None:
        """Raises ClusterError where an earlier chunk has failed."""
        chunk: list[Action] = []
        size = 0
        for action in actions:
            if chunk and size + action.size_bytes > CHUNK_BYTES:
                self._start(tuple(chunk))
                chunk, size = [], 0
            chunk.append(action)
            size += action.size_bytes
        if chunk:
            self._start(tuple(chunk))

    def wait(self) -> None:
        """Until everything has been taken. Raises ClusterError, also for what was refused for good."""
        try:
            while self._under_way:
                self._refused += self._under_way.popleft().result()
        finally:
            self.give_up()
        if self._refused:
            refused, self._refused = self._refused, []
            named = "; ".join(f"{each.id} ({each.reason})" for each in refused[:_NAMED])
            raise ClusterError(
                f"{self._connection} refused {len(refused):,} articles for good, all others were taken: {named}"
            )

    def give_up(self) -> None:
        """Start nothing more; what is under way may be taken or not."""
        self._under_way.clear()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _start(self, chunk: tuple[Action, ...]) -> None:
        self._room.acquire()
        while self._under_way and self._under_way[0].done():
            try:
                self._refused += self._under_way.popleft().result()
            except BaseException:
                self._room.release()
                raise
        if self._pool is None:
            self._pool = ThreadPoolExecutor(SENDERS, "bulk")
        self._under_way.append(self._pool.submit(self._send, chunk))

    def _send(self, chunk: tuple[Action, ...]) -> tuple[Refused, ...]:
        try:
            return send_actions(self._connection, self._index, chunk)
        finally:
            self._room.release()


class BulkPacker:
    """Implements `Packer`: what it packs is on the cluster, to be seen with the next commit. For one thread."""

    def __init__(self, connection: OpenSearchConnection, index: str, words: WordCollector) -> None:
        self._words = words
        self._sender = BulkSender(connection, index)
        self._gathered: list[PreparedDocument] = []
        self._chars = 0
        self._sent = 0

    def prepare(
        self, article: Article, article_id: str, content_hash: str, origin: str, encoded: tuple[bytes, bytes]
    ) -> PreparedDocument:
        try:
            return prepare_document(article, article_id, content_hash, origin, encoded)
        except (TypeError, ValueError, OverflowError) as error:
            raise ArticleError(f"cannot be encoded: {error}") from error

    def add(self, prepared: PreparedDocument) -> None:
        self._gathered.append(prepared)
        self._words.add(prepared.article)
        # Of what is stored: an article's original counts as well.
        self._chars += len(prepared.columns)

    @property
    def is_full(self) -> bool:
        return self._chars >= BATCH_CHARS or self._words.is_full

    @property
    def dictionary(self) -> bytes:
        """A cluster compresses by itself."""
        return b""

    def use_dictionary(self, dictionary: bytes) -> None:
        pass

    def pack(self) -> None:
        gathered, self._gathered, self._chars = self._gathered, [], 0
        if gathered:
            documents = write_documents(gathered, self._words.invert())
            self._sender.send(
                index_action(each.id, document) for each, document in zip(gathered, documents, strict=True)
            )
            self._sent += len(gathered)

    def finish(self) -> tuple[Packed, ...]:
        self.pack()
        self._sender.wait()
        sent, self._sent = self._sent, 0
        return (Packed("", sent),) if sent else ()

    def give_up(self) -> None:
        """Forget what was not sent."""
        self._gathered, self._chars = [], 0
        self._words.clear()
        self._sender.give_up()


def _spell(actions: Sequence[Action]) -> bytes:
    lines: list[bytes] = []
    for action in actions:
        lines.append(action.line)
        if action.document:
            lines.append(action.document)
    return b"\n".join(lines) + b"\n"


def _read_cause(result: Any) -> str:  # noqa: ANN401 JSON
    error = result.get("error", {})
    return f"{error.get('type')}: {error.get('reason')}"[:300]
