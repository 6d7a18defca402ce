"""What an index has learnt of its sources depends on its articles alone: not on runs, batches, workers or accidents."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.article import Article, ReadArticle
from indexer.backends.learnt_file import LEARNT_FILE, read_learnt
from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex
from indexer.cleaning.furniture import LEARNT_LINE
from indexer.cli import COMMANDS
from indexer.document import make_draft
from indexer.errors import IndexDamagedError
from indexer.readers.read import ReadOptions, read_articles
from indexer.settling import settle

# What Python 3.12 says of every fork beside a thread, such as those of pytest-xdist.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")

MEMORY_MB = 16
NOTICE = (
    "Readers of the Harbour Gazette who have seen what happened are asked to tell the town hall about it this week."
)
SUBJECTS = ("bridge", "school", "market", "ferry", "library", "hospital", "tramway", "theatre", "orchard", "lighthouse",
            "brewery", "museum")  # fmt: skip


def write_page(folder: Path, number: int, *, notice: str = NOTICE) -> Path:
    """A page of the Gazette whose notice reads like the paragraphs around it."""
    rng = random.Random(number)
    subject = SUBJECTS[number % len(SUBJECTS)]
    said = ("closed", "opened", "flooded", "painted", "sold", "inspected", "visited", "praised")
    paragraphs = [
        f"The {subject} was {rng.choice(said)} on the {rng.randrange(2, 28)}th of the month, said councillor "
        f"{rng.choice(SUBJECTS).title()}-Smith, and {rng.randrange(20, 900)} people came to see it for themselves."
        for _ in range(5)
    ]
    paragraphs.insert(3, notice)
    path = folder / f"{number}.txt"
    lines = ["The Harbour Gazette", f"The {subject} {number} and what became of it", "12 March 2021", *paragraphs]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(*words: str) -> str:
    command = {each.name: each for each in COMMANDS}[words[0]]
    result = CliRunner().invoke(command, list(words[1:]))
    assert result.exit_code == 0, result.stderr
    return result.stdout


def index(folder: Path, *paths: Path, workers: int = 1) -> dict[str, int]:
    told = run("index", "--json", "--workers", str(workers), "--index-dir", str(folder), *map(str, paths))
    return dict(json.loads(told.splitlines()[-1]))


def held(folder: Path) -> dict[str, Article]:
    return {each.origin: each.article for each in WhooshIndex.open(folder).articles()}


def learnt(folder: Path) -> dict[str, tuple[str, frozenset[int]]]:
    return {group.name: (group.compared, group.lines) for group in read_learnt(folder)}


@pytest.fixture
def pages(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "pages"
    folder.mkdir()
    return [write_page(folder, number) for number in range(10)]


@pytest.fixture
def at_once(tmp_path: Path, pages: list[Path]) -> Path:
    index(tmp_path / "at_once", *pages)
    return tmp_path / "at_once"


def test_the_notice_of_every_page_is_left_out_kept_in_the_original_and_told_why(at_once: Path) -> None:
    articles = held(at_once)
    assert len(articles) == 10
    for article in articles.values():
        assert NOTICE not in article.body
        assert [line.left_out for line in article.original if line.text == NOTICE] == [LEARNT_LINE]
        assert article.body.count("councillor") == 5


def test_the_same_articles_give_the_same_index_in_any_order_of_runs(
    tmp_path: Path, pages: list[Path], at_once: Path
) -> None:
    rng = random.Random(3)
    for trial in range(2):
        order = rng.sample(pages, len(pages))
        folder = tmp_path / f"trial{trial}"
        cut = rng.randrange(1, 9)
        index(folder, *order[:cut])
        index(folder, *order[cut:], workers=2)
        assert held(folder) == held(at_once)
        assert learnt(folder) == learnt(at_once)


def test_reading_the_files_again_finds_everything_unchanged(at_once: Path, pages: list[Path]) -> None:
    before = held(at_once)
    report = index(at_once, *pages)
    assert (report["unchanged"], report["updated"], report["added"], report["recleaned"]) == (10, 0, 0, 0)
    assert held(at_once) == before


def write_without_settling(folder: Path, *paths: Path) -> None:
    """As a run leaves it that is killed after its commit, and one that knows nothing of what was learnt."""
    with WhooshIndex.open(folder).writer(MEMORY_MB) as writer:
        for path in paths:
            for outcome in read_articles([path], ReadOptions()):
                if isinstance(outcome, ReadArticle):
                    writer.write(make_draft(outcome.article, str(path)))
        writer.commit()


def test_a_run_that_ended_before_it_settled_is_settled_by_the_next(
    tmp_path: Path, pages: list[Path], at_once: Path
) -> None:
    folder = tmp_path / "cut"
    index(folder, *pages[:2])
    write_without_settling(folder, *pages[2:])
    assert all(NOTICE in article.body for article in held(folder).values())
    index(folder, pages[0])
    assert (held(folder), learnt(folder)) == (held(at_once), learnt(at_once))


def test_what_was_written_by_one_who_did_not_know_is_cleaned_by_the_next_run(at_once: Path, pages: list[Path]) -> None:
    before = held(at_once)
    write_without_settling(at_once, *pages[4:6])
    assert sum(NOTICE in article.body for article in held(at_once).values()) == 2
    index(at_once, pages[0])
    assert held(at_once) == before


def test_killed_between_cleaning_and_writing_down_what_was_learnt_the_next_run_comes_to_the_same(
    tmp_path: Path, pages: list[Path], at_once: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "killed"
    with monkeypatch.context() as patch:
        patch.setattr("indexer.settling.write_learnt", lambda *_: os._exit(9))
        process = multiprocessing.get_context("fork").Process(target=index, args=(folder, *pages))
        process.start()
        process.join(120)
    assert process.exitcode == 9
    assert not (folder / LEARNT_FILE).exists()
    assert all(NOTICE not in article.body for article in held(folder).values())
    index(folder, pages[0])
    assert (held(folder), learnt(folder)) == (held(at_once), learnt(at_once))


def test_lines_of_a_source_that_has_them_no_more_are_taken_in_again(at_once: Path, pages: list[Path]) -> None:
    for number, path in enumerate(pages):
        if number > 1:
            write_page(
                path.parent, number, notice=f"Nobody was hurt when it fell, said doctor {SUBJECTS[number]} Jones to us."
            )
    index(at_once, *pages)
    assert all(NOTICE in article.body for origin, article in held(at_once).items() if origin in map(str, pages[:2]))


def test_cut_off_settling_changes_nothing(tmp_path: Path, pages: list[Path]) -> None:
    folder = tmp_path / "index"
    index(folder, *pages[:2])
    whole = WhooshIndex.open(folder)
    before = held(folder)
    with whole.writer(MEMORY_MB) as writer:
        assert settle(whole, writer, None, lambda: True).recleaned == 0
    assert held(folder) == before


def test_what_was_learnt_is_checked_and_damage_is_named(at_once: Path) -> None:
    assert not verify_index(at_once).damages
    path = at_once / LEARNT_FILE
    path.write_bytes(path.read_bytes().replace(b'"lines"', b'"linez"', 1))
    with pytest.raises(IndexDamagedError, match="learns it again"):
        read_learnt(at_once)
    assert [damage.path.name for damage in verify_index(at_once).damages] == [LEARNT_FILE]


def test_an_archive_of_structured_articles_learns_nothing(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    line = '{"title": "T%d", "body": "%s\\n\\nOwn words of number %d.", "source": "Gazette"}\n'
    path.write_text("".join(line % (number, NOTICE, number) for number in range(10)), encoding="utf-8")
    index(tmp_path / "index", path)
    assert not (tmp_path / "index" / LEARNT_FILE).exists()
    assert all(NOTICE in each.article.body for each in WhooshIndex.open(tmp_path / "index").articles())


def test_parse_compares_files_that_are_given_together(pages: list[Path]) -> None:
    assert LEARNT_LINE not in run("parse", "--json", str(pages[0]))
    assert run("parse", "--json", *map(str, pages)).count(LEARNT_LINE) == len(pages)


def test_parse_reads_as_an_index_does(pages: list[Path], at_once: Path) -> None:
    assert LEARNT_LINE in run("parse", "--json", "--index-dir", str(at_once), str(pages[0]))


def test_a_rebuild_cleans_with_what_was_learnt(at_once: Path) -> None:
    before, known = held(at_once), learnt(at_once)
    run("rebuild", "--index-dir", str(at_once))
    assert (held(at_once), learnt(at_once)) == (before, known)
