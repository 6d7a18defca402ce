"""Real processes, cut off at moments nobody chose: what standard error said was committed is there, all of it, and the
next run goes on from there."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from indexer.backends.whoosh_index import WhooshIndex
from indexer.workers.hiring import CAN_FORK

RUN = "import click; from indexer.cli import COMMANDS; click.Group('broadsheet', commands=COMMANDS)()"
COMMITTED = re.compile(r"committed generation (\d+): (\d+) articles")
ARTICLES = 20_000
FIRST_COMMIT_WITHIN_S = 60.0
ENDED_WITHIN_S = 60.0


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "news.jsonl"
    words = [f"word{number}" for number in range(400)]
    chance = random.Random(1)
    with path.open("wb") as file:
        for number in range(ARTICLES):
            body = " ".join(chance.choices(words, k=60))
            file.write(
                orjson.dumps({"id": str(number), "title": f"Story {number}", "body": body, "lang": "en"}) + b"\n"
            )
    return path


def start(
    archive: Path, folder: Path, commit_every_s: float = 0.1, workers: int | None = None
) -> subprocess.Popen[str]:
    many = [] if workers is None else ["--workers", str(workers)]
    return subprocess.Popen(
        [sys.executable, "-c", RUN, "index", str(archive), "--index-dir", str(folder), "--json", *many],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"BROADSHEET_COMMIT_EVERY_S": str(commit_every_s)},
    )


def cut_off(
    process: subprocess.Popen[str], *signals: int, after_s: float, killed: Callable[[], list[int]] = list
) -> tuple[str, str]:
    """Signal it, or kill others of its processes, some time after its first commit was reported; gives what it said on
    both streams."""
    assert process.stderr is not None
    seen = []
    until = time.monotonic() + FIRST_COMMIT_WITHIN_S
    while not COMMITTED.search("".join(seen)):
        assert time.monotonic() < until
        line = process.stderr.readline()
        assert line, "".join(seen)
        seen.append(line)
    time.sleep(after_s)
    for worker in killed():
        os.kill(worker, signal.SIGKILL)
    for number in signals:
        process.send_signal(number)
        time.sleep(0.02)
    output, errors = process.communicate(timeout=60)
    return output, "".join(seen) + errors


def keys(folder: Path) -> list[int]:
    return sorted(int(held.article.external_id or "") for held in WhooshIndex.open(folder).articles())


def finish(archive: Path, folder: Path, held: int) -> None:
    process = start(archive, folder, commit_every_s=30)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    report = orjson.loads(output.splitlines()[-1])
    assert (report["unchanged"], report["added"]) == (held, ARTICLES - held)
    assert keys(folder) == list(range(ARTICLES))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_commits_what_was_read_and_reports(archive: Path, folder: Path, number: int) -> None:
    process = start(archive, folder)
    output, errors = cut_off(process, number, after_s=random.uniform(0, 0.5))
    said = [int(articles) for _, articles in COMMITTED.findall(errors)]
    # A signal may also come when the run is over and only the interpreter is left to be ended.
    ends = {128 + number, -number, 0} if said[-1] == ARTICLES else {128 + number}
    assert process.returncode in ends, errors
    report = orjson.loads(output.splitlines()[-1])
    assert report["added"] == report["read"] == said[-1]
    assert keys(folder) == list(range(said[-1]))
    finish(archive, folder, said[-1])


@pytest.mark.parametrize(
    ("signals", "latest_s"), [((signal.SIGKILL,), 0.1), ((signal.SIGKILL,), 0.6), ((signal.SIGINT, signal.SIGINT), 0.3)]
)
def test_a_sudden_end_loses_nothing_that_was_reported(archive, folder, signals, latest_s: float) -> None:
    process = start(archive, folder)
    _, errors = cut_off(process, *signals, after_s=random.uniform(0, latest_s))
    # The second Ctrl-C may also come when the run is over and only the interpreter is left to be ended.
    assert process.returncode in {-signal.SIGKILL, 128 + signal.SIGINT, -signal.SIGINT}, errors
    said = int(COMMITTED.findall(errors)[-1][1])
    there = keys(folder)
    assert len(there) >= said
    assert there == list(range(len(there)))
    finish(archive, folder, len(there))


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


@pytest.mark.skipif(not CAN_FORK, reason="processes are forked on Linux only")
def test_a_worker_that_is_killed_ends_the_run_with_a_word_and_nothing_committed_is_lost(archive, folder) -> None:
    process = start(archive, folder, workers=2)
    _, errors = cut_off(process, killed=lambda: workers_of(process)[-1:], after_s=random.uniform(0, 0.2))
    assert process.returncode == 1, errors
    assert "was killed by signal 9" in errors
    assert "what was committed is safe" in errors
    there = keys(folder)
    assert len(there) >= int(COMMITTED.findall(errors)[-1][1])
    assert there == list(range(len(there)))
    finish(archive, folder, len(there))


@pytest.mark.skipif(not CAN_FORK, reason="processes are forked on Linux only")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_their_run(archive: Path, folder: Path, number: int) -> None:
    process = start(archive, folder, workers=2)
    workers: list[int] = []
    cut_off(process, number, killed=lambda: workers.extend(workers_of(process)) or [], after_s=0.1)
    assert len(workers) == 2
    until = time.monotonic() + ENDED_WITHIN_S
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_run_is_refused_plainly_while_another_writes(archive: Path, folder: Path, monkeypatch) -> None:
    monkeypatch.setenv("BROADSHEET_LOCK_WAIT_S", "0.1")
    with WhooshIndex.open_or_create(folder).writer(64):
        second = start(archive, folder)
        _, errors = second.communicate(timeout=120)
    assert (second.returncode, "error: another process is writing" in errors) == (1, True)


def test_a_closed_pipe_is_quiet(archive: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "parse", str(archive), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("{")
    process.stdout.close()
    errors = process.stderr.read()
    process.wait(timeout=60)
    process.stderr.close()
    assert errors == ""
