"""What README and docs say is so: commands, options, targets, parameters, queries, files, and the endpoint's answer."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
from click.testing import CliRunner

from indexer.analysis.analyzer import Analyzer
from indexer.settings import Settings
from searchapp.app import create_app
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.cli import main
from searchapp.query.parser import parse_query
from searchapp.search.service import SearchService
from searchapp.web.params import REPEATABLE, SINGLE

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
PAGES = {path.relative_to(PROJECT).as_posix(): path for path in [PROJECT / "README.md", *PROJECT.glob("docs/*.md")]}
CONTEXT = click.Context(main)
COMMANDS = {name: main.get_command(CONTEXT, name) for name in main.list_commands(CONTEXT)}
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def section(title: str) -> str:
    """The text under a second-level heading."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def table_cells(text: str) -> Iterator[str]:
    """The first cell of each line of the tables in a text, without head and rule."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    yield from (line.split("|")[1].strip() for line in lines[2:])


def code_spans(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def shown_commands() -> list[str]:
    """Every `broadsheet ...` in the README, in a code block or in a span."""
    blocks = re.findall(r"^ {4}(?:\.venv/bin/)?(broadsheet .*)$", README, re.MULTILINE)
    spans = [span for span in code_spans(README) if re.match(r"broadsheet [a-z]", span)]
    return [re.split(r"\s+#", command)[0].strip() for command in blocks + spans]


def typed_examples() -> list[str]:
    """Every query of the query table: first cells, and the spans of second cells that are queries of their own."""
    lines = [line for line in section("What people type").splitlines() if line.startswith("|")][2:]
    first = [span for line in lines for span in code_spans(line.split("|")[1])]
    second = [span for line in lines for span in code_spans(line.split("|")[2]) if not span.endswith(":")]
    return first + second


def test_every_command_of_the_readme_exists_with_its_options() -> None:
    commands = shown_commands()
    assert len(commands) >= 10
    for line in commands:
        _, name, *arguments = shlex.split(line)
        assert name in COMMANDS, line
        known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        assert {each.split("=")[0] for each in arguments if each.startswith("--")} <= known, line


def test_every_command_is_in_the_readme() -> None:
    named = {span.split()[1] for cell in table_cells(section("The command line")) for span in code_spans(cell)}
    assert named == set(COMMANDS)


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_is_named_exists(page: str) -> None:
    text = PAGES[page].read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^ {4})make ([a-z-]+)", text, re.MULTILINE))
    assert named <= TARGETS


def test_every_target_is_listed_by_help() -> None:
    listed = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))
    assert listed == TARGETS - {"chromium", "opensearch", "wrk"}


def test_options_that_the_prose_names_exist() -> None:
    known = {option for command in COMMANDS.values() for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= known


def test_settings_that_the_prose_names_exist() -> None:
    named = {span for span in code_spans(section("Limits")) if re.fullmatch(r"[a-z]+(_[a-z]+)+", span)}
    assert named
    assert named <= set(Settings.__dataclass_fields__)


@pytest.mark.parametrize("q", typed_examples())
def test_query_of_the_table_is_understood_without_a_note(q: str) -> None:
    assert parse_query(q, date(2024, 6, 1)).notes == ()


def test_query_table_has_enough_to_be_one() -> None:
    assert len(typed_examples()) >= 14


def test_every_parameter_of_the_readme_is_known_and_every_known_one_is_there() -> None:
    paragraph = section("The endpoint").partition("Parameters:")[2].partition("Those that narrow")[0]
    named = set(code_spans(re.sub(r"\([^)]*\)", "", paragraph)))
    assert named == set(SINGLE) | set(REPEATABLE)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", PAGES[page].read_text(encoding="utf-8"))
    local = [link for link in links if not urlsplit(link).scheme]
    assert [link for link in local if not (PAGES[page].parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_is_named_exists(page: str) -> None:
    spans = code_spans(PAGES[page].read_text(encoding="utf-8"))
    paths = [span for span in spans if re.fullmatch(r"(indexer|searchapp|tests|benchmarks|docs)/[\w./]*", span)]
    assert [path for path in paths if not (PROJECT / path).exists()] == []


@pytest.fixture(scope="module")
def sample_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("readme") / "index"
    ran = CliRunner().invoke(
        main, ["index", str(PROJECT / "index_data" / "samples"), "--index-dir", str(folder), "--json"]
    )
    assert ran.exit_code == 0, ran.output
    engine = WhooshEngine(folder)
    yield SearchService(engine, Analyzer(), Settings(index_dir=folder), lambda: date(2024, 6, 1))
    engine.close()


def shape(value: object) -> object:
    """Keys and kinds of a JSON value: what may be counted on, without its numbers."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def test_answer_of_the_readme_is_what_the_endpoint_says(sample_service: SearchService) -> None:
    found = re.search(r"curl -s 'http://127\.0\.0\.1:8000(/api/[^']+)'", README)
    printed = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert found
    assert printed
    client = create_app(Settings(), lambda: sample_service).test_client()
    given = client.get(found[1]).get_json()
    shown = json.loads(printed[1])
    assert shape(shown) == shape(given)
    for part in ("query", "total", "total_all_words", "facets"):
        assert shown[part] == given[part], part
    for part in ("id", "title", "title_spans", "source", "published_at", "snippets"):
        assert shown["results"][0][part] == given["results"][0][part], part


@pytest.mark.parametrize("q", typed_examples()[:-1])
def test_query_of_the_table_finds_or_honestly_does_not(q: str, sample_service: SearchService) -> None:
    client = create_app(Settings(), lambda: sample_service).test_client()
    reply = client.get("/api/v1/search", query_string={"q": q})
    assert reply.status_code == 200
    page = client.get("/", query_string={"q": q})
    assert page.status_code == 200


def test_number_of_samples_is_right(sample_service: SearchService) -> None:
    articles = sample_service.facts().articles
    assert f"indexes {articles} sample articles" in README
    assert f"{articles} articles written for this project" in (PROJECT / "docs" / "architecture.md").read_text("utf-8")


def test_commands_are_click_commands_with_help() -> None:
    for name, command in COMMANDS.items():
        assert isinstance(command, click.Command)
        assert command.get_short_help_str(), name
