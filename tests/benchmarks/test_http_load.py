"""What is asked of services, and what is made of their answers."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.load.asking import Asked, Taken, ask_for_a_time, write_requests
from benchmarks.load.queries import CLASSES, take_turns
from benchmarks.load.results import BEGIN, END, Measured, Run, bars_of, fill_page
from benchmarks.load.soak import change, compare
from benchmarks.speed.processes import Weight, weigh_tree
from benchmarks.speed.queries import Form, Query, QueryClass
from benchmarks.speed.results import Machine

MACHINE = Machine("a processor", 2, 8, "Linux", "3.11", (), "abc", "2026-01-01T00:00:00+00:00", 0.1)


def measured(service: str, per_s: int, p99_ms: float) -> Measured:
    return Measured(service, "endpoint", 8, Taken(per_s, 1.0, 1.0, p99_ms, p99_ms, 0, 0), 12, 10.0, 10.0)


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A service that refuses every path with `no` in it, and what it was asked."""
    asked: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append((f"{self.command} {self.path}", content))
            self.send_response(503 if "no" in self.path else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = handle_any  # noqa: N815 as the library calls them

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    serving = threading.Thread(target=running.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{running.server_port}", asked
    running.shutdown()
    serving.join()
    running.server_close()


@pytest.mark.skipif(shutil.which("wrk") is None, reason="there is no wrk: make wrk")
def test_wrk_sends_the_requests_in_turn_and_counts_what_is_refused(server, tmp_path: Path) -> None:
    url, asked = server
    write_requests(tmp_path / "requests", [Asked("/a?q=x+y"), Asked("/b", b'{"query":"x y"}'), Asked("/no")])
    taken = ask_for_a_time(url, tmp_path / "requests", 1, 1)
    begin = asked.index(("GET /a?q=x+y", b""))  # wrk looks at one request before it begins
    assert asked[begin + 1 : begin + 3] == [("POST /b", b'{"query":"x y"}'), ("GET /no", b"")]
    assert asked[begin + 3 : begin + 6] == asked[begin : begin + 3]
    assert taken.requests == pytest.approx(len(asked), abs=2)
    assert taken.refused == pytest.approx(taken.requests / 3, abs=2)
    assert taken.failed == 0
    assert 0 < taken.median_ms <= taken.p99_ms <= taken.worst_ms


def test_queries_take_turns_by_class() -> None:
    classes = [QueryClass(name, tuple(Query(Form.ANY, (name, str(each))) for each in range(3))) for name in CLASSES]
    turns = take_turns(classes)
    assert len(turns) == 12
    assert [query.words[0] for query in turns[: len(CLASSES)]] == list(CLASSES)
    assert all(one.words[0] != other.words[0] for one, other in pairwise(turns))


def test_bars_compare_with_opensearch_asked_the_same() -> None:
    other = Measured("OpenSearch", "page", 8, Taken(1, 1.0, 1.0, 1.0, 1.0, 0, 0), 12, 10.0, 10.0)
    theirs = measured("OpenSearch", 200, 100.0)
    (bar,) = bars_of([measured("Broadsheet", 900, 20.0), theirs, other, measured("Datasette", 8, 900.0)])
    assert (bar.faster, bar.is_faster) == (4.5, True)
    assert (bar.of_p99, bar.is_steadier) == (0.2, True)
    (missed,) = bars_of([measured("Broadsheet", 799, 25.1), theirs])
    assert not missed.is_faster
    assert not missed.is_steadier


def test_page_is_filled_between_its_marks_and_keeps_the_rest(tmp_path: Path) -> None:
    page = tmp_path / "load.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    run = Run("make bench-http", "made-7", 7, 4, 20, MACHINE, ("OpenSearch 3",), (measured("Broadsheet", 900, 20.0),))
    fill_page(run, page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| Broadsheet | endpoint | 8 | 900 | 1.0 | 20.0 |" in text


def test_growth_of_more_than_a_twentieth_is_seen_and_warming_up_is_not() -> None:
    looks = [Weight(50.0 if at < 2 else 100.0 + (6.0 if at > 7 else 0.0), 20, 30 - at) for at in range(10)]
    memory, files, threads = compare(looks)
    assert (memory.before, memory.after, memory.is_flat) == (100.0, 106.0, False)
    assert files.is_flat
    assert threads.is_flat


def test_look_sees_files_and_threads_that_are_there(tmp_path: Path) -> None:
    import os

    before = weigh_tree(os.getpid())
    go_on = threading.Event()
    thread = threading.Thread(target=go_on.wait)
    thread.start()
    with (tmp_path / "file").open("w", encoding="utf-8"):
        after = weigh_tree(os.getpid())
    go_on.set()
    thread.join()
    assert (after.files - before.files, after.threads - before.threads) == (1, 1)
    assert after.own_mb > 1


def test_changed_article_is_another_text_of_the_same_one() -> None:
    line = b'{"id":"7","body":"Rain."}\n'
    assert change(line, 1) == b'{"id":"7","body":"Rain.\\n\\nCorrected for the 1. time."}\n'
    assert change(line, 1) != change(line, 2)
