"""The watch as a process, over real folders: whatever is done to them, the index comes to hold what they hold.

No time is asserted: everything is waited for, with limits that only a process which hangs would reach.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from indexer.backends.whoosh_index import WhooshIndex
from indexer.errors import IndexNotFoundError

RUN = [sys.executable, "-c", "from searchapp.cli import main; main()"]
WITHIN_S = 60.0
ENDED_WITHIN_S = 60.0
BATCH = re.compile(r"^[\d,]+ files?: .*generation (\d+),", re.MULTILINE)


class Watching:
    """A `broadsheet watch` over a folder, and what it says."""

    def __init__(self, root: Path, index_dir: Path, *options: str, command: tuple[str, ...] = ()) -> None:
        self.root = root
        self.index_dir = index_dir
        arguments = [*command, *RUN, "watch", str(root), "--index-dir", str(index_dir), "--workers", "0", *options]
        self.process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, cwd=Path.cwd())
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self._lines.extend(iter(self.process.stderr.readline, ""))

    @property
    def said(self) -> str:
        return "".join(self._lines)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + WITHIN_S
        while not is_so():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < until, (self.held(), self.said)
            time.sleep(0.05)

    def wait_for_words(self, words: str, times: int = 1) -> None:
        self.wait_until(lambda: self.said.count(words) >= times)

    def wait_for(self, **titles: str) -> None:
        """Until the index holds these articles among others, by their ids."""
        self.wait_until(lambda: titles.items() <= self.held().items())

    def held(self) -> dict[str, str]:
        try:
            articles = WhooshIndex.open(self.index_dir).articles()
        except IndexNotFoundError:
            return {}
        return {held.article.external_id or held.article.title: held.article.title for held in articles}

    def end(self, number: signal.Signals = signal.SIGINT) -> str:
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(timeout=ENDED_WITHIN_S)
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()
        return self.said


def write(path: Path, **titles: str) -> None:
    path.write_bytes(b"".join(line(key, title) for key, title in titles.items()))


def line(key: str, title: str) -> bytes:
    return orjson.dumps({"id": key, "title": title, "body": f"The report on {title}.", "lang": "en"}) + b"\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watching]:
    """One watch for all that is done side by side."""
    top = tmp_path_factory.mktemp("watch")
    (top / "root").mkdir()
    write(top / "root" / "there.jsonl", there="There before")
    watching = Watching(top / "root", top / "index")
    watching.wait_for_words("watching 1 folder ")
    yield watching
    assert "ended" in watching.end()
    assert watching.process.returncode == 0


def test_what_was_there_is_indexed_first(shared: Watching) -> None:
    shared.wait_for(there="There before")


def test_a_file_that_arrives_is_indexed_and_its_batch_is_one_line(shared: Watching) -> None:
    write(shared.root / "new.jsonl", new="Newly arrived", other="With another")
    shared.wait_for(new="Newly arrived", other="With another")
    shared.wait_until(lambda: "1 file: 2 added; generation" in shared.said)


def test_a_file_that_changes_is_read_again(shared: Watching) -> None:
    write(shared.root / "changing.jsonl", changing="First words")
    shared.wait_for(changing="First words")
    write(shared.root / "changing.jsonl", changing="Other words")
    shared.wait_for(changing="Other words")


def test_a_file_that_is_written_slowly_is_whole_in_the_end(shared: Watching) -> None:
    with (shared.root / "slow.jsonl").open("ab", buffering=0) as file:
        for number in range(12):
            content = line(f"slow{number}", f"Slowly {number}")
            file.write(content[:20])  # half a line is no article, and costs none
            time.sleep(0.15 if number % 4 else 0.7)
            file.write(content[20:])
    shared.wait_for(**{f"slow{number}": f"Slowly {number}" for number in range(12)})


def test_a_file_that_is_moved_in_or_replaced_by_another_is_read(shared: Watching) -> None:
    outside = shared.root.parent / "outside.jsonl"
    write(outside, moved="Moved in")
    outside.rename(shared.root / "moved.jsonl")
    shared.wait_for(moved="Moved in")
    write(outside, moved="Replaced by rename")
    outside.replace(shared.root / "moved.jsonl")
    shared.wait_for(moved="Replaced by rename")


def test_whole_trees_arrive_and_go_on_being_watched(shared: Watching) -> None:
    made = shared.root.parent / "tree"
    (made / "deep" / "deeper").mkdir(parents=True)
    write(made / "deep" / "deeper" / "a.jsonl", tree="In a tree")
    made.rename(shared.root / "tree")
    shared.wait_for(tree="In a tree")
    write(shared.root / "tree" / "deep" / "deeper" / "b.jsonl", later="Later in the tree")
    shared.wait_for(later="Later in the tree")
    shutil.rmtree(shared.root / "tree" / "deep")
    (shared.root / "tree" / "deep").mkdir()
    write(shared.root / "tree" / "deep" / "c.jsonl", again="In a folder made again")
    shared.wait_for(again="In a folder made again")


def test_no_link_leads_out_of_the_root(shared: Watching) -> None:
    outside = shared.root.parent / "secret"
    outside.mkdir()
    write(outside / "secret.jsonl", secret="Secret")
    (shared.root / "link.jsonl").symlink_to(outside / "secret.jsonl")
    (shared.root / "linked").symlink_to(outside)
    write(shared.root / "after-link.jsonl", after="After the link")
    shared.wait_for(after="After the link")
    shared.wait_for_words("link out of the given paths", times=2)
    write(outside / "more.jsonl", more="More secrets")
    write(shared.root / "after-more.jsonl", aftermore="After more")
    shared.wait_for(aftermore="After more")
    assert not {"secret", "more"} & shared.held().keys()


def test_a_file_that_is_deleted_leaves_its_articles(shared: Watching) -> None:
    write(shared.root / "gone.jsonl", gone="Gone soon")
    shared.wait_for(gone="Gone soon")
    (shared.root / "gone.jsonl").unlink()
    write(shared.root / "after-gone.jsonl", aftergone="After it went")
    shared.wait_for(aftergone="After it went", gone="Gone soon")


def test_bad_input_is_named_once_and_the_rest_is_read(shared: Watching) -> None:
    (shared.root / "bad.jsonl").write_bytes(line("good", "Good line") + b'{"id": "bad", \n' + line("better", "Better"))
    shared.wait_for(good="Good line", better="Better")
    shared.wait_for_words("bad.jsonl:2: not JSON")
    (shared.root / ".hidden.jsonl").write_bytes(line("hidden", "Hidden"))
    (shared.root / "half.jsonl.part").write_bytes(line("half", "Half"))
    (shared.root / "empty.jsonl").touch()
    write(shared.root / "after-bad.jsonl", afterbad="After bad input")
    shared.wait_for(afterbad="After bad input")
    assert not {"hidden", "half"} & shared.held().keys()
    assert shared.said.count("bad.jsonl:2") == 1
    assert "hidden.jsonl" not in shared.said


def test_a_burst_becomes_a_few_commits(shared: Watching) -> None:
    before = WhooshIndex.open(shared.index_dir).latest_generation()
    for number in range(500):
        write(shared.root / f"burst{number:03}.jsonl", **{f"burst{number}": f"Burst {number}"})
    shared.wait_for(**{f"burst{number}": f"Burst {number}" for number in range(500)})
    assert WhooshIndex.open(shared.index_dir).latest_generation() - before < 50


def test_another_writer_is_waited_for_and_named(shared: Watching) -> None:
    with WhooshIndex.open(shared.index_dir).writer(16, wait_s=30):
        write(shared.root / "meanwhile.jsonl", meanwhile="Written meanwhile")
        shared.wait_for_words(f"waiting: process {os.getpid()} (")
    shared.wait_for(meanwhile="Written meanwhile")


def test_what_was_reported_survives_a_sudden_end_and_a_restart_catches_up(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    first = Watching(root, tmp_path / "index")
    first.wait_for_words("watching")
    for number in range(40):
        write(root / f"{number}.jsonl", **{f"id{number}": f"Title {number}"})
        if number == 20:
            first.wait_until(lambda: BATCH.search(first.said) is not None)
    first.end(signal.SIGKILL)
    reported = [int(each) for each in BATCH.findall(first.said)]
    assert WhooshIndex.open(tmp_path / "index").latest_generation() >= max(reported)
    write(root / "down.jsonl", down="While it was down", id3="Changed while it was down")
    (root / "3.jsonl").unlink()
    second = Watching(root, tmp_path / "index")
    second.wait_for(**{f"id{number}": f"Title {number}" for number in range(40) if number != 3})
    second.wait_for(down="While it was down", id3="Changed while it was down")
    second.wait_for_words("what was there:")
    assert "ended" in second.end(signal.SIGTERM)
    assert second.process.returncode == 0


def test_what_is_gone_is_pruned_where_that_was_asked_for_and_never_too_much(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "many").mkdir(parents=True)
    for number in range(20):
        write(root / "many" / f"{number}.jsonl", **{f"id{number}": f"Title {number}"})
    write(root / "two.jsonl", left="Left out", kept="Kept")
    watching = Watching(root, tmp_path / "index", "--prune")
    watching.wait_for_words("watching")
    (root / "many" / "0.jsonl").unlink()
    (root / "many" / "1.jsonl").rename(root / "renamed.jsonl")
    write(root / "two.jsonl", kept="Kept")
    watching.wait_until(lambda: not {"id0", "left"} & watching.held().keys())
    watching.wait_for(id1="Title 1", kept="Kept", id2="Title 2")
    shutil.rmtree(root / "many")
    watching.wait_for_words("more than a fifth; nothing was removed")
    watching.wait_for(id2="Title 2", id19="Title 19")
    root.rename(tmp_path / "unmounted")
    watching.wait_for_words("is not there any more")
    (tmp_path / "unmounted").rename(root)
    watching.wait_for_words("is there anew")
    write(root / "back.jsonl", back="Back again")
    watching.wait_for(back="Back again", id19="Title 19", kept="Kept")
    watching.end()


def test_without_hints_of_the_system_files_are_looked_at_again_and_again(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    limited = ("unshare", "--user", "--map-root-user", "sh", "-c")
    set_limit = 'echo 0 > /proc/sys/user/max_inotify_instances; exec "$@"'
    if subprocess.run([*limited, set_limit, "sh", "true"], capture_output=True, check=False).returncode:
        pytest.skip("user namespaces are not allowed here (sysctl user.max_user_namespaces)")
    watching = Watching(root, tmp_path / "index", command=(*limited, set_limit, "sh"))
    watching.wait_for_words("raise fs.inotify.max_user_watches")
    write(root / "polled.jsonl", polled="Found by looking")
    watching.wait_for(polled="Found by looking")
    (root / "folder").mkdir()
    write(root / "folder" / "polled.jsonl", deeper="Found deeper")
    watching.wait_for(deeper="Found deeper")
    watching.end()


def test_a_single_file_is_watched_through_replacements(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    write(path, one="One")
    watching = Watching(path, tmp_path / "index")
    watching.wait_for_words("watching")
    write(tmp_path / "beside.jsonl", beside="Beside it")
    for title in ("Two", "Three"):
        write(tmp_path / "new", one=title)
        (tmp_path / "new").replace(path)
        watching.wait_for(one=title)
    assert "beside" not in watching.held()
    watching.end()


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    command = [*RUN, "watch", str(tmp_path / "nowhere"), "--index-dir", str(tmp_path / "index")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    assert (done.returncode, f"there is no {tmp_path / 'nowhere'}" in done.stderr) == (2, True)
