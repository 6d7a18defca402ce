"""The commands that read: what they print, where, and how they end."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from indexer.disarming import disarm, disarm_json
from searchapp.cli import main

EVIL = "\x1b[2J\x1b]0;owned\x07 maps \u202eesrever\u2066 \x9b31m"


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    articles = [
        {"id": "one", "title": "Maps of minefields", "body": "The maps were handed over.", "date": "2021-03-12",
         "source": "Azernews.Az", "author": "Vafa Ismayilova", "lang": "en", "url": "https://a.example/1"},
        {"id": "two", "title": EVIL, "body": f"{EVIL}\n\nSecond paragraph.", "lang": "en",
         "source": EVIL, "author": EVIL, "tag": EVIL, EVIL: EVIL, "date": EVIL},
        {"id": "two", "title": "Another outlet's", "body": "It gave the same id.", "lang": "en", "source": "Other"},
    ]  # fmt: skip
    (folder / "articles.jsonl").write_bytes(b"\n".join(orjson.dumps(article) for article in articles))
    done = run("index", str(folder / "articles.jsonl"), "--index-dir", str(folder / "index"))
    assert done.exit_code == 0, done.output
    return folder / "index"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_search_prints_hits_for_a_person(index_dir: Path) -> None:
    done = run("search", "minefield", "maps", "--index-dir", str(index_dir))
    assert done.exit_code == 0
    assert "1. Maps of minefields" in done.stdout
    assert "Azernews.Az | 2021-03-12 | Vafa Ismayilova" in done.stdout
    assert "The maps were handed over." in done.stdout
    assert "articles with any of the words" in done.stdout
    assert done.stderr == ""


def test_search_that_finds_nothing_says_what_would(index_dir: Path) -> None:
    done = run("search", "minefield date:1978-09", "--index-dir", str(index_dir))
    assert "note: the archive holds no articles of September 1978" in done.stdout
    assert "without the dates: 1" in done.stdout


def test_misspelt_word_is_answered_with_the_right_one(index_dir: Path) -> None:
    done = run("search", "minefeilds", "--index-dir", str(index_dir))
    assert "did you mean: minefields" in done.stdout


def test_search_json_is_the_endpoints_answer(index_dir: Path) -> None:
    done = run("search", "--json", "minefield maps", "--facets", "source,year:5", "--index-dir", str(index_dir))
    answer = orjson.loads(done.stdout)
    assert answer["results"][0]["title_spans"] == [[0, 4], [8, 18]]
    assert answer["facets"]["year"] == [{"value": "2021", "count": 1, "chosen": False}]
    assert answer["next"] is None


def test_options_are_the_endpoints_parameters(index_dir: Path) -> None:
    there = ("--index-dir", str(index_dir), "--json")
    assert (
        orjson.loads(run("search", *there, "--source", "Azernews.Az", "--from", "2021", "--to", "2021-03").stdout)[
            "total"
        ]
        == 1
    )
    assert orjson.loads(run("search", *there, "--from", "2021-04").stdout)["total"] == 0
    second = orjson.loads(run("search", *there, "--per-page", "1", "--page", "2", "--sort", "oldest").stdout)
    assert len(second["results"]) == 1
    assert "page=3" in second["next"]


def test_query_may_begin_with_a_minus(index_dir: Path) -> None:
    done = run("search", "--json", "--index-dir", str(index_dir), "--", "-minefields")
    assert orjson.loads(done.stdout)["total"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--page", "0"), "page"),
        (("--sort", "best"), "sort"),
        (("--from", "yesterday"), "2021-03-12"),
        (("--facets", "sources"), "did you mean"),
        (("--strict", '"unclosed'), "quote"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(index_dir: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run("search", "maps", "--index-dir", str(index_dir), *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_missing_index_ends_with_1(tmp_path: Path) -> None:
    done = run("search", "maps", "--index-dir", str(tmp_path / "nowhere"))
    assert done.exit_code == 1
    assert "broadsheet index" in done.stderr


def test_show_takes_both_kinds_of_id(index_dir: Path) -> None:
    found = orjson.loads(run("search", "--json", "minefields", "--index-dir", str(index_dir)).stdout)
    article_id = found["results"][0]["id"]
    by_id = run("show", article_id, "--json", "--index-dir", str(index_dir))
    assert by_id.stdout == run("show", "one", "--json", "--index-dir", str(index_dir)).stdout
    assert orjson.loads(by_id.stdout)["body"] == "The maps were handed over."
    assert len(run("show", "two", "--json", "--index-dir", str(index_dir)).stdout.splitlines()) == 2


def test_show_of_nothing_ends_with_1(index_dir: Path) -> None:
    done = run("show", "nothing", "--index-dir", str(index_dir))
    assert done.exit_code == 1
    assert "nothing" in done.stderr


def test_archive_text_cannot_drive_the_terminal(index_dir: Path) -> None:
    for done in (
        run("search", "maps", "--index-dir", str(index_dir)),
        run("show", "two", "--index-dir", str(index_dir)),
        run("stats", "--index-dir", str(index_dir)),
        run("stats", "--json", "--index-dir", str(index_dir)),
        run("show", "two", "--json", "--index-dir", str(index_dir)),
        run("search", "maps", "--json", "--index-dir", str(index_dir)),
        run("parse", str(index_dir.parent / "articles.jsonl")),
        run("parse", "--json", str(index_dir.parent / "articles.jsonl")),
        run("index", str(index_dir.parent / "articles.jsonl"), "--index-dir", str(index_dir)),
    ):
        assert done.exit_code == 0
        assert not {"\x1b", "\x07", "\x9b", "\u202e", "\u2066"} & set(done.output)
    assert "\n\nSecond paragraph." in run("show", "two", "--index-dir", str(index_dir)).stdout


def test_disarmed_text_is_as_long_as_it_was() -> None:
    assert disarm(EVIL) == "\ufffd[2J\ufffd]0;owned\ufffd maps \ufffdesrever\ufffd \ufffd31m"
    assert disarm("a\n\tb\r\u2028c") == "a  b \u2028c"
    assert disarm("a\n\tb", kept="\n\t") == "a\n\tb"


def test_disarmed_json_says_the_same() -> None:
    printed = disarm_json(orjson.dumps({EVIL: [EVIL]}, option=orjson.OPT_INDENT_2))
    assert orjson.loads(printed) == {EVIL: [EVIL]}
    assert disarm(printed, kept="\n") == printed


def test_every_command_says_its_exit_codes() -> None:
    for name in ("search", "show", "serve"):
        assert "Exit codes: 0" in " ".join(run(name, "--help").stdout.split())
    assert "Exit codes: 0" in " ".join(run("--help").stdout.split())
