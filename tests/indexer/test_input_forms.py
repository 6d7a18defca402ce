"""`broadsheet index` and `broadsheet parse` over what people have: mixed folders, archives, standard input."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from indexer.backends.whoosh_index import WhooshIndex
from indexer.cli import COMMANDS
from indexer.workers.hiring import CAN_FORK
from tests.indexer.readers.forms import json_lines, make_tar, make_zip, page

FEED = (
    b"<rss><channel><title>Tidewire</title><item><title>Feed</title>"
    b"<description>Words.</description></item></channel></rss>"
)
FILES = {
    "page.html": page("Page"),
    "lines.jsonl": json_lines("One", "Two", "Three"),
    "table.csv": b"title,body,lang\nRow one,Words.,en\nRow two,Words.,en\n",
    "feed.xml": FEED,
    "old.tar.gz": gzip.compress(make_tar([("a.jsonl", json_lines("Four")), ("b.html", page("Tarred"))])),
    "more.zip": make_zip([("in/c.jsonl", json_lines("Five", "Six")), ("cover.png", b"\x89PNG\r\n" + bytes(50))]),
}
TITLES = {"Page", "One", "Two", "Three", "Row one", "Row two", "Feed", "Four", "Tarred", "Five", "Six"}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BROADSHEET_INDEX_DIR", raising=False)
    (tmp_path / "news").mkdir()
    for name, content in FILES.items():
        (tmp_path / "news" / name).write_bytes(content)


def run(*words: str) -> Result:
    command = {each.name: each for each in COMMANDS}[words[0]]
    return CliRunner().invoke(command, list(words[1:]))


def report_of(result: Result) -> dict[str, object]:
    return json.loads(result.stdout.splitlines()[-1])


def held() -> dict[str, str]:
    """Title -> the file that the article was read from."""
    return {
        each.article.title: Path(each.origin).name for each in WhooshIndex.open(Path("index_data/index")).articles()
    }


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.parametrize("workers", ["0", pytest.param("2", marks=pytest.mark.skipif(not CAN_FORK, reason="forks"))])
def test_a_folder_of_everything_is_indexed_by_any_number_of_processes(workers):
    result = run("index", "news", "--json", "--workers", workers)
    report = report_of(result)
    assert (report["read"], report["added"], report["skipped"]) == (11, 11, {"binary file": 1}), result.output
    assert held().keys() == TITLES
    assert held()["Tarred"] == "old.tar.gz"
    again = report_of(run("index", "news", "--json", "--workers", workers))
    assert (again["added"], again["unchanged"]) == (0, 11)


def test_conflicts_in_archives_are_told_with_both_places():
    Path("news/twice.zip").write_bytes(make_zip([("x.jsonl", json_lines("One")), ("y.jsonl", json_lines("One"))]))
    result = run("index", "news", "--json")
    assert "news/twice.zip!x.jsonl:1: conflict: the same id as news/lines.jsonl:1, which stands" in result.stderr


def test_pruning_takes_what_an_archive_holds_no_more_though_there_is_a_picture_in_it():
    run("index", "news", "--json")
    Path("news/more.zip").write_bytes(make_zip([("in/c.jsonl", json_lines("Five")), ("cover.png", b"\x89PNG\r\n")]))
    report = report_of(run("index", "news", "--json", "--prune"))
    assert report["removed"] == 1
    assert held().keys() == TITLES - {"Six"}


def test_pruning_takes_nothing_of_an_archive_that_could_not_be_read_to_its_end():
    run("index", "news", "--json")
    Path("news/old.tar.gz").write_bytes(FILES["old.tar.gz"][:-30])
    report = report_of(run("index", "news", "--json", "--prune", "--yes"))
    assert report["skipped"]["truncated gzip"] == 1
    assert report["removed"] == 0
    assert held().keys() == TITLES


def test_columns_are_mapped():
    Path("mine.csv").write_bytes(b"Kopf;Inhalt\nErste;Worte.\n")
    shown = run("parse", "mine.csv", "--json", "--map", "title=Kopf", "--map", "body=Inhalt")
    assert json.loads(shown.stdout)["title"] == "Erste"
    report_of(run("index", "mine.csv", "--json", "--map", "title=Kopf", "--map", "body=Inhalt"))
    assert held().keys() == {"Erste"}


def test_parse_names_members_and_what_is_skipped_in_them():
    lines = [json.loads(line) for line in run("parse", "news/more.zip", "--json").stdout.splitlines()]
    assert [(each["path"], each["line"], each.get("title", each.get("skipped"))) for each in lines] == [
        ("news/more.zip!in/c.jsonl", 1, "Five"),
        ("news/more.zip!in/c.jsonl", 2, "Six"),
        ("news/more.zip!cover.png", None, "binary file: looks like a PNG picture"),
    ]


@pytest.mark.parametrize("content", ["lines.jsonl", "more.zip"])
@pytest.mark.parametrize("piped", [True, False], ids=["a pipe", "a file"])
def test_standard_input_is_read_in_every_form(content, piped):
    """In a process of its own, as a shell starts it."""
    project = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", "from indexer.cli import COMMANDS; {c.name: c for c in COMMANDS}['parse']()"]
    environment = {**os.environ, "PYTHONPATH": str(project)}
    with Path("news", content).open("rb") as file:
        given = {"input": file.read()} if piped else {"stdin": file}
        ran = subprocess.run([*command, "-", "--json"], capture_output=True, env=environment, check=True, **given)
    places = [(json.loads(line)["path"], json.loads(line).get("title")) for line in ran.stdout.splitlines()]
    expected = {
        "lines.jsonl": [("/dev/stdin", title) for title in ("One", "Two", "Three")],
        "more.zip": [
            ("/dev/stdin!in/c.jsonl", "Five"),
            ("/dev/stdin!in/c.jsonl", "Six"),
            ("/dev/stdin!cover.png", None),
        ],
    }
    assert places == expected[content]


def test_pruning_by_standard_input_alone_is_refused():
    result = run("index", "-", "--prune")
    assert result.exit_code == 2
    assert "--prune needs files or folders" in result.stderr
