"""What a run leaves behind and says does not depend on how many processes shared its work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import units
from indexer.analysis.analyzer import Analyzer
from indexer.article import Place, Skipped
from indexer.backends.port import Commit, Tombstone
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec import tiers
from indexer.pipeline import RunOptions, index_units
from indexer.readers import jsonl
from indexer.readers.cut import cut_files
from indexer.readers.pieces import FileDone
from indexer.readers.read import ReadOptions, read_articles
from indexer.settings import Settings
from indexer.stopping import StopSignals
from indexer.units import group_steps
from indexer.workers.hiring import CAN_FORK, hire_crew
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService

pytestmark = [
    pytest.mark.skipif(not CAN_FORK, reason="processes are forked on Linux only"),
    # What Python 3.12 says of every fork beside a thread, such as those of pytest-xdist.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]
CREWS = (0, 1, 2, 3)
QUERIES = ("storm", "harbour OR council", '"storm over the harbour"', "lang:de storm", "date:2001..2003", "har*")
WORDS = ("storm", "over", "the", "harbour", "council", "budget", "Straße", "U.S.", "well-known", "Müller")


@dataclass
class Heard:
    """Everything that a watcher is told, in the order in which it comes."""

    said: list[object] = field(default_factory=list)
    articles: int = 0

    def on_articles(self, count: int) -> None:
        self.articles += count

    def on_file(self, done: FileDone) -> None:
        self.said.append(done.path)

    def on_skip(self, skipped: Skipped) -> None:
        self.said.append(skipped)

    def on_conflict(self, place: Place, first: Place) -> None:
        self.said.append((place, first))

    def on_commit(self, commit: Commit) -> None:
        pass

    def on_note(self, message: str) -> None:
        self.said.append(message)


@pytest.fixture(autouse=True)
def _small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many units in a few lines."""
    monkeypatch.setattr(units, "UNIT_BYTES", 300)
    monkeypatch.setattr(jsonl, "RUN_BYTES", 200)


def run(
    root: Path,
    folder: Path,
    workers: int,
    *,
    prune: bool = False,
    memory_mb: int = 64,
    commit_every_s: float = 3600,  # on a busy machine a run takes long, and one more commit is another generation
    ready: bool = False,
) -> tuple[object, ...]:
    """What a run said: its report without the time it took, and everything on the way."""
    options, heard = ReadOptions(today=date(2024, 1, 1)), Heard()
    run_options = RunOptions((str(root),), prune, prune_without_limit=True, commit_every_s=commit_every_s)
    with (
        StopSignals() as stop,
        WhooshIndex.open_or_create(folder).writer(memory_mb) as writer,
        hire_crew(writer, options, workers) as crew,
    ):
        steps = group_steps(read_articles((root,), options) if ready else cut_files((root,)))
        report = index_units(steps, crew, writer, run_options, watcher=heard, stop=stop).to_json()
    del report["took_s"]
    return report, heard.articles, heard.said


def content_of(folder: Path) -> dict[str, tuple[object, ...]]:
    return {held.id: (held.origin, held.article) for held in WhooshIndex.open(folder).articles()}


def answers_of(folder: Path) -> Iterator[tuple[object, ...]]:
    # No deadline that a busy machine could miss: a late answer is another answer.
    patient = Settings(search_deadline_ms=60_000)
    service = SearchService(WhooshEngine(folder), Analyzer(), patient, lambda: date(2024, 1, 1))
    for query in QUERIES:
        page = service.search(SearchRequest(q=query, per_page=50))
        yield page.total, [(hit.stored.id, hit.score, hit.title_html) for hit in page.hits]


stories = st.fixed_dictionaries(
    {"title": st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)},
    optional={
        "id": st.sampled_from([*"abcdefgh"]),
        "body": st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
        "date": st.sampled_from(["2001-02-03", "2003", "12 March 2002", "no date"]),
        "lang": st.sampled_from(["en", "de"]),
        "author": st.sampled_from(["Ann Lee", "Bo Öst"]),
        "tags": st.sampled_from([["port"], ["port", "storm"]]),
        "dateline": st.just("PORT"),
    },
)
bad_lines = st.sampled_from([b"{oops", b"[1]", b"{}", b'{"title": "half \\ud83d"}', b'{"title": "caf\xe9"}', b""])
lines = st.lists(st.one_of(stories.map(orjson.dumps), stories.map(orjson.dumps), bad_lines), max_size=20)
names = st.sampled_from(["one.jsonl", "two.jsonl", "ten.jsonl", "cafe\u0301.jsonl", "name\udcff.jsonl"])
archives = st.dictionaries(names, lines, max_size=4)


def write_archive(root: Path, archive: dict[str, list[bytes]]) -> None:
    for path in root.iterdir():
        path.unlink()
    for name, content in archive.items():
        (root / os.fsdecode(os.fsencode(name))).write_bytes(b"\n".join(content))


@settings(max_examples=12)
@given(runs=st.lists(archives, min_size=1, max_size=3), buried=st.integers(0, 5))
def test_what_a_run_leaves_and_says_is_the_same(tmp_path_factory: pytest.TempPathFactory, runs, buried: int) -> None:
    root = tmp_path_factory.mktemp("news")
    folders = [tmp_path_factory.mktemp(f"crew{workers}") / "index" for workers in CREWS]
    for number, archive in enumerate(runs):
        write_archive(root, archive)
        first, *others = [
            run(root, folder, crew, prune=number == 2) for folder, crew in zip(folders, CREWS, strict=True)
        ]
        for crew, other in zip(CREWS[1:], others, strict=True):
            assert other == first, crew
        content = content_of(folders[0])
        assert all(content_of(folder) == content for folder in folders[1:])
        answers = list(answers_of(folders[0]))
        for folder in folders[1:]:
            assert list(answers_of(folder)) == answers
        gone = tuple(Tombstone(each, "wrong", "2024-01-01") for each in sorted(content)[:buried])
        for folder in folders:
            with WhooshIndex.open(folder).writer(16) as writer:
                writer.bury(gone)
                for tombstone in gone:
                    writer.remove(tombstone.id)
                writer.commit()


@settings(max_examples=8)
@given(archive=archives)
def test_articles_that_were_read_already_are_taken_as_those_of_their_files(
    tmp_path_factory: pytest.TempPathFactory, archive
) -> None:
    root = tmp_path_factory.mktemp("news")
    write_archive(root, archive)
    of_files = root.parent / f"{root.name}-files"
    expected = run(root, of_files, 0)
    for crew in (0, 2):
        of_articles = root.parent / f"{root.name}-articles{crew}"
        assert run(root, of_articles, crew, ready=True) == expected
        assert content_of(of_articles) == content_of(of_files)


def test_pages_of_text_and_lines_of_json_keep_their_order(tmp_path: Path) -> None:
    root = tmp_path / "news"
    root.mkdir()
    for number in range(40):
        (root / f"{number:02}.txt").write_text(f"Title of page {number}\n\nThe body of it has some words.\n" * 3)
        (root / f"{number:02}.jsonl").write_bytes(orjson.dumps({"title": f"Line {number}", "lang": "en"}) + b"\n{bad\n")
    (root / "empty.txt").touch()
    first, *others = [run(root, tmp_path / f"index{crew}", crew) for crew in CREWS]
    assert all(other == first for other in others)
    assert first[0]["read"] == 80
    assert first[0]["skipped"] == {"not JSON": 40, "empty file": 1}


def test_an_archive_that_outgrows_the_memory_allowed_is_whole(tmp_path: Path) -> None:
    root = tmp_path / "news"
    root.mkdir()
    articles = 3000
    with (root / "a.jsonl").open("wb") as file:
        for number in range(articles):
            words = " ".join(f"word{(number * step) % 5003}" for step in range(1, 150))
            file.write(orjson.dumps({"id": str(number), "title": f"T{number}", "body": words, "lang": "en"}) + b"\n")
    for crew in (0, 2):
        folder = tmp_path / f"index{crew}"
        report = run(root, folder, crew, memory_mb=1)[0]
        assert report["added"] == articles
        index = WhooshIndex.open(folder)
        assert index.stats().segments > crew
        assert {held.article.external_id for held in index.articles()} == {str(number) for number in range(articles)}


def test_segments_that_are_merged_while_others_are_written_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiers, "TIER_FACTOR", 3)
    root = tmp_path / "news"
    root.mkdir()
    for crew in (0, 2, 3):
        folder = tmp_path / f"index{crew}"
        expected = {}
        for version in ("first", "second"):
            numbers = range(120) if version == "first" else range(60, 180)
            told = [
                {"id": str(each), "title": f"T{each}", "body": f"{version} {each}", "lang": "en"} for each in numbers
            ]
            write_archive(root, {"a.jsonl": [orjson.dumps(each) for each in told]})
            report = run(root, folder, crew, commit_every_s=0)[0]
            expected |= {each["id"]: each["body"] for each in told}
        assert (report["added"], report["updated"]) == (60, 60)
        index = WhooshIndex.open(folder)
        assert {held.article.external_id: held.article.body for held in index.articles()} == expected
        assert index.stats().segments <= 9
        assert len(list(folder.glob("*.seg"))) == index.stats().segments
