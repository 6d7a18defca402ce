"""Articles that come one by one, over the endpoint and from a folder that is watched, into a real cluster."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from archive import environment_for, open_index, settings_for
from flask.testing import FlaskClient
from opensearch_nodes import Cluster

from indexer.analysis.analyzer import Analyzer
from indexer.backends.choosing import open_index as open_chosen
from indexer.errors import IndexNotFoundError
from indexer.settings import Settings
from searchapp.app import AppParts, create_app
from searchapp.backends.choosing import open_engine
from searchapp.search.service import SearchService
from searchapp.web.archive import Archive

ADDRESS = "/api/v1/articles"
TOKEN = "a token that nobody guesses"
RUN = (sys.executable, "-c", "from searchapp.cli import main; main()")
WITHIN_S = 60.0


def article(key: str, title: str) -> dict[str, object]:
    return {"id": key, "title": title, "body": "Light over the harbour.", "lang": "en", "date": "2021-03-12"}


@contextmanager
def client_of(settings: Settings) -> Iterator[FlaskClient]:
    def open_service() -> SearchService:
        return SearchService(open_engine(settings), Analyzer(), settings, partial(date, 2021, 3, 20))

    with Archive(open_service, 3600) as archive:  # nobody refreshes it but what is brought
        yield create_app(settings, archive.service, parts=AppParts(refresh=archive.refresh)).test_client()


def post(client: FlaskClient, *articles: dict[str, object]) -> Any:
    answer = client.post(
        ADDRESS,
        data=b"\n".join(map(orjson.dumps, articles)),
        content_type="application/x-ndjson",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert answer.status_code == 200, answer.json
    return answer.json


def found(client: FlaskClient, q: str) -> set[str]:
    return {hit["external_id"] for hit in client.get(f"/api/v1/search?q={q}").json["results"]}


def test_what_is_brought_over_the_endpoint_is_found_when_the_answer_is_there(shared_cluster: Cluster) -> None:
    settings = replace(
        settings_for(shared_cluster, "brought"), ingest_token=TOKEN, writer_memory_mb=16, search_deadline_ms=30_000.0
    )
    with client_of(settings) as client:
        assert client.get("/api/v1/search?q=lantern").status_code == 503  # there is no index yet
        first = post(client, article("1", "A lantern"), article("2", "A beacon"))
        assert (first["added"], first["index_generation"]) == (2, 1)
        assert (found(client, "lantern"), found(client, "harbour")) == ({"1"}, {"1", "2"})
        again = post(client, article("1", "A lantern"))
        assert (again["unchanged"], again["index_generation"]) == (1, 1)
        changed = post(client, article("1", "A lighthouse"), article("3", "A buoy"))
        assert (changed["updated"], changed["added"]) == (1, 1)
        assert (found(client, "lantern"), found(client, "lighthouse")) == (set(), {"1"})

        gone = f"{ADDRESS}/{changed['articles'][0]['id']}"
        deleted = client.delete(gone, headers={"Authorization": f"Bearer {TOKEN}"})
        assert (deleted.status_code, deleted.json["status"]) == (200, "deleted")
        assert (found(client, "lighthouse"), found(client, "harbour")) == (set(), {"2", "3"})
        assert client.get(gone).status_code == 404
        assert post(client, article("1", "A lighthouse"))["deleted_before"] == 1


def test_many_who_bring_at_once_are_all_answered_by_what_became_of_theirs(shared_cluster: Cluster) -> None:
    settings = replace(settings_for(shared_cluster, "brought-at-once"), ingest_token=TOKEN, writer_memory_mb=16)
    answers: list[Any] = []
    with client_of(settings) as client:
        app = client.application
        threads = [
            threading.Thread(target=lambda key: answers.append(post(app.test_client(), article(key, key))), args=(key,))
            for key in map(str, range(6))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [answer["added"] for answer in answers] == [1] * 6
    held = {each.article.external_id for each in open_index(settings).articles()}
    assert held == set(map(str, range(6)))


class Watching:
    """A `broadsheet watch` over a folder, into a cluster."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.settings = settings
        self.process = subprocess.Popen(
            [*RUN, "watch", str(root), "--workers", "0", "--prune", "--yes"],
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment_for(settings)},
        )

    def wait_for(self, holds: Callable[[dict[str, str]], bool]) -> None:
        until = time.monotonic() + WITHIN_S
        while not holds(self.held()):
            assert self.process.poll() is None
            assert time.monotonic() < until, self.held()
            time.sleep(0.1)

    def held(self) -> dict[str, str]:
        try:
            index = open_chosen(self.settings)
        except IndexNotFoundError:
            return {}
        return {each.article.external_id or "": each.article.title for each in index.articles()}


def test_a_watched_folder_is_kept_in_a_cluster(shared_cluster: Cluster, tmp_path: Path) -> None:
    settings = settings_for(shared_cluster, "watched")
    there = tmp_path / "there.jsonl"
    there.write_bytes(orjson.dumps(article("1", "There before")))
    watching = Watching(tmp_path, settings)
    try:
        watching.wait_for({"1": "There before"}.__eq__)
        (tmp_path / "new.jsonl").write_bytes(orjson.dumps(article("2", "Newly arrived")))
        there.write_bytes(orjson.dumps(article("1", "Changed")))
        watching.wait_for({"1": "Changed", "2": "Newly arrived"}.__eq__)
        there.unlink()
        watching.wait_for({"2": "Newly arrived"}.__eq__)
        watching.process.send_signal(signal.SIGINT)
        assert watching.process.wait(WITHIN_S) == 0
    finally:
        watching.process.kill()
        watching.process.wait()
