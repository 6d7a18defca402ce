from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analyst import Analyst
from indexer.article import Article, OriginalLine, Place, ReadArticle, Skipped
from indexer.backends.port import Commit, Tombstone
from indexer.backends.whoosh_index import WhooshIndex
from indexer.pipeline import RunOptions, index_units
from indexer.readers.pieces import FileDone
from indexer.readers.read import ReadOptions
from indexer.report import Report
from indexer.stopping import StopSignals
from indexer.workers.crew import LocalCrew

MEMORY_MB = 16
Outcome = ReadArticle | Skipped | FileDone


@dataclass
class Notes:
    """A watcher that writes down what it is told."""

    skips: list[Skipped] = field(default_factory=list)
    conflicts: list[tuple[Place, Place]] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def on_articles(self, count: int) -> None:
        pass

    def on_file(self, done: FileDone) -> None:
        pass

    def on_skip(self, skipped: Skipped) -> None:
        self.skips.append(skipped)

    def on_conflict(self, place: Place, first: Place) -> None:
        self.conflicts.append((place, first))

    def on_commit(self, commit: Commit) -> None:
        self.commits.append(commit)

    def on_note(self, message: str) -> None:
        self.notes.append(message)


class Archive:
    """A folder of news and the index of it."""

    def __init__(self, tmp_path: Path) -> None:
        self.root = tmp_path / "news"
        self.root.mkdir()
        self.folder = tmp_path / "index"
        self.notes = Notes()

    def place(self, name: str, line: int = 0) -> Place:
        return Place(str(self.root / name), line)

    def read(self, key: str, body: str = "Body.", name: str = "a.jsonl", line: int = 0, **more: object) -> ReadArticle:
        article = replace(Article(title=f"Story {key}", body=body, external_id=key, lang="en"), **more)
        return ReadArticle(self.place(name, line), article)

    def index(self, *outcomes: Outcome, **options: object) -> Report:
        return self.run(outcomes, RunOptions(roots=(str(self.root),), **options))

    def run(self, outcomes: Iterable[Outcome], options: RunOptions) -> Report:
        self.notes = Notes()
        with WhooshIndex.open_or_create(self.folder).writer(MEMORY_MB) as writer, StopSignals() as stop:
            crew = LocalCrew(Analyst(writer, writer.packer(), ReadOptions()))
            units = ((outcome,) for outcome in outcomes)
            return index_units(units, crew, writer, options, watcher=self.notes, stop=stop)

    def bodies(self) -> dict[str | None, str]:
        return {held.article.external_id: held.article.body for held in WhooshIndex.open(self.folder).articles()}

    def origins(self) -> dict[str | None, str]:
        return {held.article.external_id: held.origin for held in WhooshIndex.open(self.folder).articles()}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.read, report.added, report.updated, report.unchanged, report.conflict


def test_indexing_again_adds_nothing(archive: Archive) -> None:
    news = [archive.read("1"), archive.read("2")]
    assert counts(archive.index(*news)) == (2, 2, 0, 0, 0)
    generation = archive.notes.commits[-1].generation
    again = archive.index(*news)
    assert counts(again) == (2, 0, 0, 2, 0)
    assert again.generation == generation


def test_a_changed_article_is_updated_and_only_it(archive: Archive) -> None:
    archive.index(archive.read("1"), archive.read("2"))
    assert counts(archive.index(archive.read("1", "Corrected."), archive.read("2"))) == (2, 0, 1, 1, 0)
    assert archive.bodies() == {"1": "Corrected.", "2": "Body."}


@pytest.mark.parametrize("second_body", ["First.", "Second."])
def test_of_two_articles_of_one_id_the_first_stands_and_both_places_are_told(archive, second_body: str) -> None:
    report = archive.index(
        archive.read("1", "First.", line=3), archive.read("1", second_body, name="b.jsonl", line=7), archive.read("2")
    )
    assert counts(report) == (3, 2, 0, 0, 1)
    assert archive.notes.conflicts == [(archive.place("b.jsonl", 7), archive.place("a.jsonl", 3))]
    assert archive.bodies()["1"] == "First."


def test_a_conflict_is_seen_across_commits_of_one_run(archive: Archive) -> None:
    report = archive.index(archive.read("1", "First."), archive.read("1", "Second."), commit_every_s=0.0)
    assert (report.added, report.conflict) == (1, 1)
    assert archive.bodies() == {"1": "First."}


def test_a_deleted_article_stays_out_until_undeleted(archive: Archive) -> None:
    news = archive.read("1")
    archive.index(news)
    with WhooshIndex.open(archive.folder).writer(MEMORY_MB) as writer:
        writer.bury((Tombstone(news.article.id, "wrong", "2024-01-01"),))
        writer.remove(news.article.id)
        writer.commit()
    report = archive.index(news)
    assert (report.read, dict(report.skipped), report.is_something_skipped) == (1, {"deleted": 1}, False)
    with WhooshIndex.open(archive.folder).writer(MEMORY_MB) as writer:
        writer.unbury((news.article.id,))
    assert archive.index(news).added == 1


def test_a_moved_file_moves_the_origin_and_counts_as_unchanged(archive: Archive) -> None:
    archive.index(archive.read("1"))
    assert counts(archive.index(archive.read("1", name="moved.jsonl"))) == (1, 0, 0, 1, 0)
    assert archive.origins() == {"1": str(archive.root / "moved.jsonl")}


def test_one_bad_article_costs_no_other(archive: Archive) -> None:
    report = archive.index(
        archive.read("1"),
        archive.read("2", "lone \ud800 surrogate", line=2),
        archive.read("3", author=("\udfff",), line=3),
        archive.read("4"),
    )
    assert (report.read, report.added, dict(report.skipped)) == (4, 2, {"cannot be indexed": 2})
    assert [skipped.place.line for skipped in archive.notes.skips] == [2, 3]
    assert set(archive.bodies()) == {"1", "4"}


def test_what_readers_skip_is_counted_by_reason(archive: Archive) -> None:
    report = archive.index(
        Skipped(archive.place("a", 1), "not JSON"), Skipped(archive.place("a", 2), "not JSON"), archive.read("1")
    )
    assert dict(report.skipped) == {"not JSON": 2}
    assert (report.read, report.is_something_skipped) == (1, True)


def test_every_article_may_be_a_commit(archive: Archive) -> None:
    archive.index(*(archive.read(str(number)) for number in range(5)), commit_every_s=0.0)
    assert [commit.articles for commit in archive.notes.commits][:5] == [1, 2, 3, 4, 5]


def test_a_reader_that_breaks_loses_nothing_committed(archive: Archive) -> None:
    def outcomes() -> Iterator[Outcome]:
        yield archive.read("1")
        raise RuntimeError("a reader broke")

    with pytest.raises(RuntimeError):
        archive.run(outcomes(), RunOptions(commit_every_s=0.0))
    assert archive.bodies() == {"1": "Body."}


# Pruning


def ten(archive: Archive, *gone: int) -> list[ReadArticle]:
    return [archive.read(str(number)) for number in range(10) if number not in gone]


def test_pruning_removes_what_is_gone(archive: Archive) -> None:
    archive.index(*ten(archive))
    report = archive.index(*ten(archive, 4), prune=True)
    assert (report.removed, report.refused, "4" in archive.bodies()) == (1, "", False)


def test_without_prune_nothing_is_removed(archive: Archive) -> None:
    archive.index(*ten(archive))
    assert archive.index(*ten(archive, 4)).removed == 0
    assert len(archive.bodies()) == 10


def test_more_than_a_fifth_needs_a_yes_and_the_rest_stands(archive: Archive) -> None:
    archive.index(*ten(archive))
    report = archive.index(*ten(archive, 1, 2, 3), archive.read("new"), prune=True)
    assert report.removed == 0
    assert "3 of the 11" in report.refused
    assert "--yes" in report.refused
    assert len(archive.bodies()) == 11
    assert archive.index(*ten(archive, 1, 2, 3), prune=True, prune_without_limit=True).removed == 4


def test_exactly_a_fifth_needs_no_yes(archive: Archive) -> None:
    archive.index(*ten(archive))
    assert archive.index(*ten(archive, 1, 2), prune=True).removed == 2


def test_articles_of_other_roots_are_never_pruned(archive: Archive) -> None:
    elsewhere = archive.root.parent / "newsreels" / "b.jsonl"
    archive.index(*ten(archive), ReadArticle(Place(str(elsewhere)), archive.read("far").article))
    assert archive.index(*ten(archive), prune=True).removed == 0
    assert "far" in archive.bodies()


@pytest.mark.parametrize("where", ["gone.jsonl", ""])
def test_a_file_or_folder_that_could_not_be_read_keeps_its_articles(archive: Archive, where: str) -> None:
    archive.index(*ten(archive), archive.read("kept", name="gone.jsonl"))
    report = archive.index(*ten(archive), Skipped(Place(str(archive.root / where)), "cannot be read"), prune=True)
    assert report.removed == 0
    assert "kept" in archive.bodies()


def test_a_file_with_one_bad_line_keeps_its_articles(archive: Archive) -> None:
    archive.index(*ten(archive))
    report = archive.index(*ten(archive, 4), Skipped(archive.place("a.jsonl", 5), "not JSON"), prune=True)
    assert report.removed == 0


def test_an_empty_root_prunes_nothing_even_with_yes(archive: Archive) -> None:
    archive.index(*ten(archive))
    report = archive.index(prune=True, prune_without_limit=True)
    assert (report.removed, len(archive.bodies())) == (0, 10)
    assert "nothing was read under" in archive.notes.notes[0]


def test_a_run_that_was_cut_off_prunes_nothing(archive: Archive) -> None:
    archive.index(*ten(archive))

    def outcomes() -> Iterator[Outcome]:
        yield from ten(archive, 4)
        os.kill(os.getpid(), signal.SIGTERM)
        yield archive.read("never reached")

    report = archive.run(outcomes(), RunOptions(roots=(str(archive.root),), prune=True))
    assert (report.removed, report.stopped_by) == (0, signal.SIGTERM)
    assert len(archive.bodies()) == 10


KEYS = st.sampled_from(["1", "2", "3", "4"])
RUNS = st.lists(
    st.lists(st.tuples(KEYS, st.sampled_from(["red", "green", "blue"]), st.sampled_from(["a", "b"])), max_size=6),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25)
@given(RUNS)
def test_the_index_is_what_the_runs_said(tmp_path_factory: pytest.TempPathFactory, runs) -> None:
    """Against a dictionary: in a run the first article of an id stands, a later run's replaces it."""
    archive = Archive(tmp_path_factory.mktemp("runs"))
    expected: dict[str, tuple[str, str]] = {}
    for run in runs:
        report = archive.index(*(archive.read(key, body, name) for key, body, name in run), commit_every_s=0.0)
        first = {key: (body, name) for key, body, name in reversed(run)}
        assert report.conflict == len(run) - len(first)
        assert report.added == len(first.keys() - expected.keys())
        assert report.updated == sum(key in expected and expected[key][0] != body for key, (body, _) in first.items())
        expected |= first
    assert archive.bodies() == {key: body for key, (body, _) in expected.items()}
    assert archive.origins() == {key: str(archive.root / name) for key, (_, name) in expected.items()}


def test_original_lines_are_part_of_what_changes(archive: Archive) -> None:
    archive.index(archive.read("1"))
    report = archive.index(archive.read("1", original=(OriginalLine("Subscribe", "furniture"),)))
    assert report.updated == 1
