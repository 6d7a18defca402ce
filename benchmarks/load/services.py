"""The services that are asked: Broadsheet, Datasette over FTS5, one node of OpenSearch.

Each runs alone, with all cores, from `running` to its end. All find articles with any of the words, in title and body,
and answer with ten of them, the exact total, and passages in which the words are marked.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final, Literal, Protocol
from urllib.parse import urlencode

import orjson

from benchmarks.load.asking import Asked, CannotMeasureError
from benchmarks.speed.articles import Corpus
from benchmarks.speed.indexes import prepare_index
from benchmarks.speed.peers import fts5
from benchmarks.speed.peers.broadsheet import BroadsheetPeer, spell
from benchmarks.speed.queries import Query
from benchmarks.speed.results import PROJECT
from searchapp.web.addresses import answer_address, search_address

Kind = Literal["endpoint", "page"]
KINDS: Final[tuple[Kind, ...]] = ("endpoint", "page")
DATASETTE: Final = PROJECT / "build" / "datasette" / "bin" / "datasette"
_COMMAND: Final = (sys.executable, "-c", "from searchapp.cli import main; main()")
_START_WITHIN_S: Final = 180
_END_WITHIN_S: Final = 20
#: Total and hits together, as one answer has them elsewhere.
_SQL: Final = """
SELECT n.id, n.source, w.title, snippet(words, 1, '<mark>', '</mark>', '...', 32) AS snippet, w.rank,
    (SELECT count(*) FROM words WHERE words MATCH :q) AS total
FROM words w JOIN narrow n ON n.key = w.rowid WHERE words MATCH :q ORDER BY w.rank LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer of the endpoint holds; `marked` is how many hits have a passage with a mark."""

    total: int
    hits: int
    marked: int


class Service(Protocol):
    name: str

    def version(self) -> str:
        """Of what is measured, for the report."""
        ...

    def prepare(self, corpus: Corpus, work: Path) -> None:
        """Index the corpus, if need be; before anything is measured."""
        ...

    def running(self, corpus: Corpus, work: Path) -> Iterator[str]:
        """A context: the address while it runs."""
        ...

    def ask(self, query: Query, kind: Kind) -> Asked: ...

    def read(self, content: bytes) -> Seen:
        """An answer of the endpoint."""
        ...


class Broadsheet:
    """`broadsheet serve`, with as many workers as there are cores and its other settings as they are."""

    name = "Broadsheet"

    def version(self) -> str:
        return f"granian {metadata.version('granian')}"

    def prepare(self, corpus: Corpus, work: Path) -> None:
        prepare_index(BroadsheetPeer(), corpus, work)

    @contextmanager
    def running(self, corpus: Corpus, work: Path) -> Iterator[str]:
        folder = prepare_index(BroadsheetPeer(), corpus, work)
        port = find_port()
        workers = len(os.sched_getaffinity(0))
        command = broadsheet_command("serve", "--index-dir", folder, "--port", port, "--workers", workers)
        with run_server(command, work / "broadsheet.log", f"http://127.0.0.1:{port}", "/readyz") as url:
            yield url

    def ask(self, query: Query, kind: Kind) -> Asked:
        return Asked(answer_address(spell(query)) if kind == "endpoint" else search_address(spell(query)))

    def read(self, content: bytes) -> Seen:
        answer = orjson.loads(content)
        hits = answer["results"]
        marked = sum(any(each["spans"] for each in hit["snippets"]) or bool(hit["title_spans"]) for hit in hits)
        return Seen(answer["total"], len(hits), marked)


class Datasette:
    """Datasette's canned query over SQLite's FTS5, the database opened as one that does not change."""

    name = "Datasette"

    def version(self) -> str:
        said = subprocess.run([DATASETTE, "--version"], capture_output=True, text=True, check=True).stdout
        return f"Datasette {said.split()[-1]}"

    def prepare(self, corpus: Corpus, work: Path) -> None:
        if not DATASETTE.exists():
            raise CannotMeasureError(f"there is no {DATASETTE}; run: make bench-http")
        prepare_index(fts5.Fts5Peer(), corpus, work)

    @contextmanager
    def running(self, corpus: Corpus, work: Path) -> Iterator[str]:
        database = prepare_index(fts5.Fts5Peer(), corpus, work) / "articles.sqlite"
        described = work / "datasette.json"
        described.write_bytes(orjson.dumps({"databases": {"articles": {"queries": {"search": {"sql": _SQL}}}}}))
        port = find_port()
        options = ("--metadata", described, "--port", port, "--setting", "sql_time_limit_ms", 60_000)
        command = tuple(map(str, (DATASETTE, "serve", "--immutable", database, *options)))
        with run_server(command, work / "datasette.log", f"http://127.0.0.1:{port}", "/-/versions.json") as url:
            yield url

    def ask(self, query: Query, kind: Kind) -> Asked:
        asked = urlencode({"q": fts5.spell(query)} | ({"_shape": "array"} if kind == "endpoint" else {}))
        return Asked(f"/articles/search{'.json' if kind == 'endpoint' else ''}?{asked}")

    def read(self, content: bytes) -> Seen:
        rows = orjson.loads(content)
        marked = sum("<mark>" in row["snippet"] for row in rows)
        return Seen(rows[0]["total"] if rows else 0, len(rows), marked)


def broadsheet_command(*arguments: object) -> tuple[str, ...]:
    return (*_COMMAND, *map(str, arguments))


@contextmanager
def run_server(command: Sequence[str], log: Path, url: str, ready: str) -> Iterator[str]:
    """The address of a server that start_server runs."""
    with start_server(command, log, url, ready):
        yield url


@contextmanager
def start_server(
    command: Sequence[str], log: Path, url: str, ready: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process, and the address at which `ready` is answered with a 200; what it prints stands in `log`."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_until_ready(server, f"{url}{ready}", log)
            yield server, url
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(_END_WITHIN_S)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_until_ready(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    last = time.monotonic() + _START_WITHIN_S
    while time.monotonic() < last and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"{address} does not answer:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def fetch(url: str, asked: Asked) -> bytes:
    """Raises RuntimeError where the answer is no 200."""
    headers = {"Content-Type": "application/json"} if asked.content else {}
    request = urllib.request.Request(f"{url}{asked.path}", asked.content or None, headers, method=asked.method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{asked.path[:200]}: {error.code} {error.read()[:500]!r}") from error


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
