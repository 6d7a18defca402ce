"""The commands that read an index: search, show, serve.

Data goes to standard output, the rest to standard error. A search here is the endpoint's search: the same names of
options, the same checks, the same answer.
"""

from __future__ import annotations

from contextlib import closing
from datetime import date

import click
import orjson

from indexer.analysis.analyzer import Analyzer
from indexer.commands import (
    EXIT_FAILED,
    Command,
    Place,
    json_option,
    place_options,
    read_settings,
)
from indexer.disarming import disarm_json
from indexer.errors import UsageError
from searchapp.backends.choosing import open_engine
from searchapp.search.answer import answer, article_answer
from searchapp.search.service import SearchService
from searchapp.search.shapes import ArticleAnswer, SearchAnswer
from searchapp.terminal import print_article, print_page
from searchapp.warming import warm_up
from searchapp.web.addresses import next_page_address
from searchapp.web.parameters import ParameterError
from searchapp.web.params import read_params


@click.command("search", cls=Command)
@click.argument("query", nargs=-1, metavar="QUERY...")
@json_option
@click.option("--match", default="auto", metavar="auto|all|any", help="Articles with all of the words, or any of them.")
@click.option("--source", multiple=True, help="Only this outlet (repeat for more: any of them).")
@click.option("--author", multiple=True, help="Only this author (repeatable).")
@click.option("--lang", multiple=True, help="Only this language, as in `en` (repeatable).")
@click.option("--tag", multiple=True, help="Only this tag (repeatable).")
@click.option("--collection", multiple=True, help="Only this collection (repeatable).")
@click.option("--year", multiple=True, help="Only this year (repeatable).")
@click.option("--from", "from_", metavar="DATE", help="From this day, month or year on: 2021-03-12, 2021-03, 2021.")
@click.option("--to", metavar="DATE", help="Up to this day, month or year.")
@click.option("--sort", default="relevance", metavar="relevance|newest|oldest", help="What comes first.")
@click.option("--rank", default="default", metavar="default|bm25", help="How relevance is reckoned.")
@click.option("--group", default="", metavar="story", help="Of a piece that was republished, only the best hit.")
@click.option("--page", default="1", metavar="N", help="Which page of hits.")
@click.option("--per-page", default="10", metavar="N", help="Hits on a page.")
@click.option("--facets", default="", metavar="NAME[:SIZE],...", help="Counts of values: source, author, year ...")
@click.option("--histogram", default="", metavar="day|month|year", help="Counts over time.")
@click.option("--strict", is_flag=True, help="Refuse a query that is not understood as typed.")
@place_options
def search(
    query: tuple[str, ...],
    *,
    as_json: bool,
    strict: bool,
    place: Place,
    **options: str | tuple[str, ...] | None,
) -> None:
    """Search the archive; without a QUERY, show all of it.

    Put a query with quotes or a leading minus into one argument after `--`: broadsheet search -- '"human rights" -war'
    """
    pairs = [("q", _clean(" ".join(query))), ("strict", "1" if strict else "")]
    for name, given in options.items():
        # Python does not let an argument be called `from`.
        texts = given if isinstance(given, tuple) else (given or "",)
        pairs.extend((name.rstrip("_"), _clean(text)) for text in texts)
    try:
        asked = read_params(pairs, refuse_unknown=True)
    except ParameterError as error:
        raise UsageError(str(error)) from error
    service = _open_service(place)
    with closing(service.engine):
        page = service.search(asked.search)
    if asked.strict and page.notes:
        raise UsageError("; ".join(note.message for note in page.notes))
    if as_json:
        _print_json(answer(page, next_page_address(page, strict=asked.strict)))
    else:
        for line in print_page(page):
            click.echo(line)


@click.command("show", cls=Command)
@click.argument("article_id", metavar="ID")
@json_option
@place_options
def show(article_id: str, *, as_json: bool, place: Place) -> None:
    """Show one article: ID is its id, or the id that it was given by its outlet."""
    service = _open_service(place)
    wanted = _clean(article_id)
    with closing(service.engine):
        stored = service.article(wanted)
        found = (stored,) if stored else service.find_external_id(wanted)
    if not found:
        click.echo(f"error: there is no article {wanted!r} here; `broadsheet search --json` prints ids", err=True)
        raise click.exceptions.Exit(EXIT_FAILED)
    for position, each in enumerate(found):
        if as_json:
            _print_json(article_answer(each, None))
            continue
        if position:
            click.echo()
        for line in print_article(each):
            click.echo(line)


@click.command("serve", cls=Command)
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", help="Port to listen on.  [default: 8000]")
@click.option("--workers", metavar="N", help="Processes that answer.  [default: 1]")
@place_options
def serve(host: str | None, port: str | None, workers: str | None, place: Place) -> None:
    """Serve the search page and the endpoint until Ctrl-C."""
    settings, _ = read_settings({**place, "host": host, "port": port, "serve_workers": workers})
    from searchapp.serving import serve as serve_app  # noqa: PLC0415 Flask and its server cost other commands 0.2 s

    serve_app(settings)


COMMANDS: tuple[click.Command, ...] = (search, show, serve)


def _open_service(place: Place) -> SearchService:
    settings, _ = read_settings(place)
    engine = open_engine(settings)  # says first when there is none
    warm_up(lambda text: click.echo(text, err=True))
    return SearchService(engine, Analyzer(), settings, date.today)


def _clean(argument: str) -> str:
    """An argument whose bytes were no UTF-8 holds lone surrogates, which nothing can print or look up."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _print_json(content: SearchAnswer | ArticleAnswer) -> None:
    click.echo(disarm_json(orjson.dumps(content)))
