"""The way to a cluster, as far as it goes without one."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from indexer.backends.opensearch_connection import (
    ClusterAddress,
    OpenSearchConnection,
    Patience,
    cluster_address,
    is_passing,
    read_reason,
)
from indexer.errors import ArchiveError, ClusterError, ClusterLateError, SettingError
from indexer.settings import Settings

#: A port that nobody listens on.
NOBODY = ("http://127.0.0.1:9",)


def test_a_missing_library_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opensearchpy", None)
    with pytest.raises(ArchiveError, match=r"pip install 'broadsheet\[opensearch\]'"):
        OpenSearchConnection(ClusterAddress(NOBODY))


def test_secrets_are_in_no_message_and_in_no_representation() -> None:
    address = ClusterAddress(("http://ann:secret@127.0.0.1:9",), "ann", "secret", "", "", 1.0, 0.0)
    connection = OpenSearchConnection(address)
    with pytest.raises(ClusterError) as caught:
        connection.request("GET", "/")
    assert "secret" not in str(caught.value)
    assert "secret" not in str(connection)
    assert "secret" not in repr(ClusterAddress(NOBODY, "ann", "secret", "secret"))


def test_two_ways_of_authentication_are_one_too_many() -> None:
    with pytest.raises(SettingError, match="not both"):
        cluster_address(Settings(opensearch_user="ann", opensearch_api_key="key"))


def test_patience_runs_out_and_is_renewed_by_success() -> None:
    assert not Patience(0).wait()
    patience = Patience(0.01)
    while patience.wait():
        pass
    patience.renew()
    assert patience.wait()


class _Prompt(BaseHTTPRequestHandler):
    """Answers anything with an empty object."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name that it has there
        pass


@pytest.fixture
def prompt_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Prompt) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("patient", [True, False])
def test_a_node_that_hangs_is_left_alone_for_a_while_and_the_others_are_asked(patient, prompt_url) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        hanging.settimeout(0)
        urls = (f"http://127.0.0.1:{hanging.getsockname()[1]}", prompt_url)
        connection = OpenSearchConnection(ClusterAddress(urls, timeout_s=0.5, patience_s=10.0))
        late = 0
        for _ in range(30):
            try:
                assert connection.request("GET", "/", patient=patient) == {}
            except ClusterLateError:
                late += 1
        connection.close()
        waited_for = 0
        with suppress(BlockingIOError):
            while True:
                hanging.accept()[0].close()
                waited_for += 1
    assert waited_for == 1
    assert late == (0 if patient else 1)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, "N/A", "TIMEOUT"])
def test_what_passes_is_asked_again(status: object) -> None:
    assert is_passing(status)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_what_does_not_pass_is_not(status: object) -> None:
    assert not is_passing(status)


def test_a_reason_is_one_line_in_the_cluster_s_own_words() -> None:
    causes = [{"type": "a", "reason": "x"}, {"type": "a", "reason": "x"}, {"type": "b", "reason": "y"}]
    assert read_reason({"error": {"root_cause": causes}}) == "a: x; b: y"
    assert read_reason({"error": "Unauthorized"}) == "Unauthorized"
    assert read_reason("html of a proxy") == "html of a proxy"
