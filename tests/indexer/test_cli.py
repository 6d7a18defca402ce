from __future__ import annotations

import gzip
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from indexer.article import Article
from indexer.backends.meta import META_FILE, current_meta
from indexer.backends.storage import write_sealed
from indexer.backends.whoosh_index import WhooshIndex
from indexer.cli import COMMANDS
from indexer.commands import EXIT_CODES
from indexer.progress import NAMED_SKIPS

NEWS = [
    {
        "id": "1",
        "title": "Maps of minefields",
        "body": "Rights must be kept.",
        "source": "Azernews",
        "date": "2021-03-12",
    },
    {"id": "2", "title": "Bread dearer", "body": "Bakers blame the harvest.", "author": "Ann Bell", "mood": "grim"},
    {"id": "3", "title": "Rain", "body": "More of it.", "lang": "en"},
]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BROADSHEET_INDEX_DIR", raising=False)
    # Of a few articles other processes make nothing but work; how many there are changes nothing, and is tested so.
    monkeypatch.setenv("BROADSHEET_INDEX_WORKERS", "1")


def run(*words: str) -> Result:
    command = {each.name: each for each in COMMANDS}[words[0]]
    return CliRunner().invoke(command, list(words[1:]))


def write_news(path: str, articles: list[dict[str, str]]) -> None:
    Path(path).write_text("".join(json.dumps(article) + "\n" for article in articles), encoding="utf-8")


def report_of(result: Result) -> dict[str, object]:
    report = json.loads(result.stdout.splitlines()[-1])
    assert isinstance(report, dict)
    return report


def ids() -> dict[str | None, str]:
    return {held.article.external_id: held.id for held in WhooshIndex.open(Path("index_data/index")).articles()}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_says_its_exit_codes_in_help(command) -> None:
    result = CliRunner().invoke(command, ["--help"])
    assert " ".join(EXIT_CODES.split()) in " ".join(result.stdout.split())


def test_index_ends_with_the_counts_of_the_contract() -> None:
    write_news("a.jsonl", NEWS)
    first = run("index", "a.jsonl", "--json")
    assert first.exit_code == 0, first.stderr
    report = report_of(first)
    assert {"read", "added", "updated", "unchanged", "conflict", "skipped", "generation", "took_s"} <= report.keys()
    assert (report["read"], report["added"], report["skipped"]) == (3, 3, {})
    assert len(first.stdout.splitlines()) == 1
    assert "committed generation 1: 3 articles" in first.stderr
    again = report_of(run("index", "a.jsonl", "--json"))
    assert (again["added"], again["unchanged"], again["generation"]) == (0, 3, report["generation"])


def test_index_for_people_shows_every_count() -> None:
    write_news("a.jsonl", NEWS)
    shown = run("index", "a.jsonl").stdout
    for word in ("read", "added", "updated", "unchanged", "conflict", "skipped", "extra key mood"):
        assert word in shown


def test_strict_ends_with_3_when_a_line_is_skipped_and_names_it() -> None:
    write_news("a.jsonl", NEWS)
    with Path("a.jsonl").open("a") as file:
        file.write('{"title": \n')
    assert run("index", "a.jsonl").exit_code == 0
    result = run("index", "a.jsonl", "--strict")
    assert result.exit_code == 3
    assert "a.jsonl:4: " in result.stderr


def test_a_reason_is_named_twenty_times_and_counted_always() -> None:
    Path("a.jsonl").write_text('{"title": "One"}\n' + "{broken\n" * 50)
    result = run("index", "a.jsonl", "--json")
    assert list(report_of(result)["skipped"].values()) == [50]  # type: ignore[attr-defined]
    assert result.stderr.count("a.jsonl:") == NAMED_SKIPS
    assert "only counted" in result.stderr


def test_a_missing_path_is_wrong_usage_and_makes_no_index() -> None:
    result = run("index", "nowhere")
    assert (result.exit_code, Path("index_data").exists()) == (2, False)
    assert result.stderr.startswith("error: ")


def test_pruning_too_much_ends_with_1_and_leaves_the_rest_committed() -> None:
    write_news("a.jsonl", NEWS)
    run("index", "a.jsonl")
    write_news("a.jsonl", [*NEWS[:1], {"id": "4", "title": "New"}])
    result = run("index", "a.jsonl", "--prune")
    assert result.exit_code == 1
    assert "2 of the 4" in result.stderr
    assert set(ids()) == {"1", "2", "3", "4"}
    assert run("index", "a.jsonl", "--prune", "--yes").exit_code == 0
    assert set(ids()) == {"1", "4"}


def test_a_mapped_key_and_a_collection_are_used() -> None:
    with gzip.open("a.jsonl.gz", "wt") as file:
        file.write(json.dumps({"id": "7", "hed": "Mapped", "body": "Text."}))
    assert run("index", "a.jsonl.gz", "--map", "title=hed", "--collection", "wire").exit_code == 0
    (held,) = WhooshIndex.open(Path("index_data/index")).articles()
    assert (held.article.title, held.article.collection) == ("Mapped", "wire")


def test_parse_prints_one_line_an_article_in_order_and_what_is_skipped() -> None:
    write_news("a.jsonl", NEWS[:1])
    with Path("a.jsonl").open("a") as file:
        file.write("{broken\n")
    lines = [json.loads(line) for line in run("parse", "a.jsonl", "--json").stdout.splitlines()]
    assert [line["line"] for line in lines] == [1, 2]
    assert lines[0].keys() == {
        *("path", "line", "title", "author", "published_on", "published_at", "source", "lang", "body", "left_out")
    }
    assert (lines[0]["title"], lines[0]["published_on"]) == ("Maps of minefields", "2021-03-12")
    assert lines[1].keys() == {"path", "line", "skipped"}


def test_parse_for_people_shows_the_fields() -> None:
    write_news("a.jsonl", NEWS[:1])
    shown = run("parse", "a.jsonl").stdout
    for part in ("Maps of minefields", "Azernews", "2021-03-12", "Rights must be kept."):
        assert part in shown


def test_stats_have_the_keys_of_the_contract() -> None:
    write_news("a.jsonl", NEWS)
    run("index", "a.jsonl")
    stats = json.loads(run("stats", "--json").stdout)
    assert {
        *(
            "articles",
            "segments",
            "size_bytes",
            "index_generation",
            "analysis_version",
            "by_source",
            "by_lang",
            "by_year",
        )
    } <= stats.keys()
    assert (stats["articles"], stats["by_year"]) == (3, {"2021": 1})
    assert "Azernews" in run("stats").stdout


@pytest.mark.parametrize("words", [("stats",), ("delete", "x"), ("undelete", "x"), ("rebuild",)])
def test_without_an_index_a_command_says_what_to_run(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert (result.exit_code, "run: broadsheet index" in result.stderr) == (1, True)


def test_a_deleted_article_stays_out_until_undeleted() -> None:
    write_news("a.jsonl", NEWS)
    run("index", "a.jsonl")
    rain = ids()["3"]
    assert run("delete", rain, "--reason", "wrong").exit_code == 0
    assert "3" not in ids()
    assert report_of(run("index", "a.jsonl", "--json"))["skipped"] == {"deleted": 1}
    undeleted = run("undelete", rain)
    assert (undeleted.exit_code, "next `broadsheet index`" in undeleted.stderr) == (0, True)
    assert report_of(run("index", "a.jsonl", "--json"))["added"] == 1


def test_an_unknown_id_fails_and_the_others_are_done() -> None:
    write_news("a.jsonl", NEWS)
    run("index", "a.jsonl")
    result = run("delete", "nosuchid", ids()["3"])
    assert (result.exit_code, "there is no article nosuchid" in result.stderr) == (1, True)
    assert set(ids()) == {"1", "2"}
    assert run("undelete", "nosuchid").exit_code == 1


def test_purging_removes_every_byte_also_of_what_was_deleted_before() -> None:
    write_news("a.jsonl", [*NEWS, {"id": "9", "title": "Secret", "body": "zanzibarquux"}])
    run("index", "a.jsonl")
    secret = ids()["9"]

    def held() -> bool:
        return any(b"zanzibarquux" in path.read_bytes() for path in Path("index_data").rglob("*") if path.is_file())

    assert run("delete", secret).exit_code == 0
    assert held()
    assert run("delete", secret, "--purge").exit_code == 0
    assert not held()
    assert set(ids()) == {"1", "2", "3"}


def everything(folder: Path) -> tuple[list[Article], list[tuple[str, bytes, list[tuple[str, list[int]]]]]]:
    """All articles, and all postings by article id: what two equal indexes have in common."""
    index = WhooshIndex.open(folder)
    reader = index.whoosh.reader()
    names = {docnum: reader.stored_fields(docnum)["id"] for docnum in reader.all_doc_ids()}
    postings = []
    for field, term in reader.all_terms():
        matcher = reader.postings(field, term)
        found = []
        while matcher.is_active():
            found.append((names[matcher.id()], matcher.value_as("positions") if matcher.supports("positions") else []))
            matcher.next()
        if found:
            postings.append((field, term, sorted(found)))
    reader.close()
    return sorted((held.article for held in index.articles()), key=lambda article: article.id), postings


def test_a_rebuild_of_an_older_analysis_gives_equal_articles_and_postings() -> None:
    folder = Path("index_data/index")
    write_news("a.jsonl", NEWS)
    run("index", "a.jsonl")
    write_news(
        "b.jsonl", [{"id": "2", "title": "Bread cheaper", "body": "After the harvest."}, {"id": "5", "title": "Five"}]
    )
    run("index", "b.jsonl")
    before = everything(folder)
    generation = WhooshIndex.open(folder).stats().generation
    write_sealed(folder / META_FILE, asdict(replace(current_meta(), analysis_version=0)))
    assert "run: broadsheet rebuild" in run("stats").stderr
    result = run("rebuild")
    assert result.exit_code == 0, result.stderr
    assert everything(folder) == before
    stats = WhooshIndex.open(folder).stats()
    assert (stats.articles, stats.segments, stats.generation) == (4, 1, generation + 1)
    assert report_of(run("index", "b.jsonl", "--json"))["unchanged"] == 2


def test_a_rebuild_that_breaks_off_changes_nothing(analyzer) -> None:
    from indexer.rebuilding import rebuild_index

    folder = Path("index_data/index")
    write_news("a.jsonl", NEWS)
    run("index", "a.jsonl")
    before = everything(folder)

    def break_off(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild_index(WhooshIndex.open(folder), 16, lambda article: article, break_off)
    assert everything(folder) == before


def test_settings_tell_value_default_unit_and_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_PORT", "8123")
    found = {each["name"]: each for each in json.loads(run("settings", "--json").stdout)}
    assert (found["port"]["value"], found["port"]["origin"], found["port"]["default"]) == (
        8123,
        "BROADSHEET_PORT",
        8000,
    )
    assert found["commit_every_s"]["unit"] == "seconds"
    assert "8123  [BROADSHEET_PORT]" in run("settings").stdout


def test_a_setting_that_cannot_be_used_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_WRITER_MEMORY_MB", "lots")
    result = run("settings")
    assert (result.exit_code, "BROADSHEET_WRITER_MEMORY_MB" in result.stderr) == (2, True)
