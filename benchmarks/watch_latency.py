"""How soon `broadsheet watch` has indexed what arrives: from the last byte of a file to the commit that holds it.

    python -m benchmarks.watch_latency [--files 40] [--there 0] [--poll]

A real watch over a folder that holds some articles already. Files arrive one at a time, some time apart, then in a
burst.
"""

from __future__ import annotations

import argparse
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson

from indexer.backends.whoosh_index import WhooshIndex
from indexer.errors import IndexNotFoundError

RUN = [sys.executable, "-c", "from searchapp.cli import main; main()"]
BURST = 1000
LOOK_EVERY_S = 0.01
GIVE_UP_AFTER_S = 120.0


def article(key: str, words: random.Random) -> bytes:
    body = " ".join(f"word{words.randrange(5000)}" for _ in range(300))
    return orjson.dumps({"id": key, "title": f"Title {key}", "body": body, "lang": "en"}) + b"\n"


def wait_for(folder: Path, articles: int) -> None:
    """Until the last commit holds so many."""
    until = time.monotonic() + GIVE_UP_AFTER_S
    generation = -1
    while True:
        try:
            index = WhooshIndex.open(folder)
            latest = index.latest_generation()
            if latest != generation:
                generation = latest
                if index.article_count() >= articles:
                    return
        except IndexNotFoundError:
            pass
        if time.monotonic() > until:
            raise SystemExit(f"not {articles} articles after {GIVE_UP_AFTER_S} s")
        time.sleep(LOOK_EVERY_S)


def measure(files: int, there: int, options: list[str]) -> None:
    words = random.Random(1)
    with tempfile.TemporaryDirectory() as top:
        root, folder = Path(top) / "root", Path(top) / "index"
        root.mkdir()
        with (root / "there.jsonl").open("wb") as file:
            file.writelines(article(f"there{number}", words) for number in range(there or 1))
        command = [*RUN, "watch", str(root), "--index-dir", str(folder), *options]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as watching:
            assert watching.stderr is not None
            for line in watching.stderr:
                if line.startswith(("watching", "looking")):
                    break
            held = there or 1
            took_s = []
            for number in range(files):
                time.sleep(words.uniform(0.1, 1.0))
                started = time.monotonic()
                (root / f"one{number}.jsonl").write_bytes(article(f"one{number}", words))
                held += 1
                wait_for(folder, held)
                took_s.append(time.monotonic() - started)
            took_s.sort()
            print(f"one file at a time, {files} files, {there:,} articles there already")
            print(f"  median {statistics.median(took_s):.2f} s, slowest {took_s[-1]:.2f} s")
            print(f"  95th percentile {took_s[int(len(took_s) * 0.95)]:.2f} s")
            before = WhooshIndex.open(folder).latest_generation()
            contents = [article(f"burst{number}", words) for number in range(BURST)]
            started = time.monotonic()
            for number, content in enumerate(contents):
                (root / f"burst{number}.jsonl").write_bytes(content)
            written = time.monotonic()
            wait_for(folder, held + BURST)
            ended = time.monotonic()
            commits = WhooshIndex.open(folder).latest_generation() - before
            print(
                f"a burst of {BURST:,} files written in {written - started:.2f} s: all committed "
                f"{ended - written:.2f} s after the last, generations committed: {commits}"
            )
            watching.send_signal(signal.SIGINT)
            watching.communicate(timeout=60)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--there", type=int, default=0)
    parser.add_argument("--poll", action="store_true")
    asked = parser.parse_args()
    measure(asked.files, asked.there, ["--poll"] if asked.poll else [])
