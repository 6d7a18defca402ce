"""`broadsheet parse`: what the readers saw in a file, and why each line was left out."""

from __future__ import annotations

import os
from pathlib import Path

import click
import orjson

from indexer.article import Article, Place, ReadArticle, Skipped, format_instant
from indexer.backends.learnt_file import read_learnt
from indexer.backends.whoosh_index import WhooshIndex
from indexer.commands import Command, json_option, paths_argument
from indexer.disarming import disarm, disarm_json
from indexer.learnt import LEAST_PAGES, NOTHING_LEARNT, Learning, LearntLines
from indexer.readers.fields import FieldMap
from indexer.readers.pieces import STANDARD_INPUT, FileDone
from indexer.readers.read import ReadOptions, read_articles


@click.command("parse", cls=Command)
@paths_argument("FILE...")
@click.option("--map", "mapped", multiple=True, metavar="FIELD=KEY", help="Read a field from this key or column.")
@click.option(
    "--index-dir",
    type=click.Path(path_type=Path),
    help="Read with what this index has learnt of its sources.  [default: learn from the files themselves]",
)
@json_option
def parse(paths: tuple[Path, ...], *, mapped: tuple[str, ...], index_dir: Path | None, as_json: bool) -> None:
    """Show what is read from files, and why each line is left out; - is standard input. Writes nothing.

    Files of scraped text that are given together are first compared: lines that many of one source or folder have are
    left out, as they would be from an index of these files. With --index-dir they are read as that index reads them.
    """
    field_map = FieldMap.parse(mapped)
    if index_dir is not None:
        WhooshIndex.open(index_dir)  # says what is wrong with it
        learnt = read_learnt(index_dir)
    else:
        learnt = _learn_from(paths, field_map)
    for outcome in read_articles(paths, ReadOptions(field_map=field_map, learnt=learnt)):
        if isinstance(outcome, FileDone):
            continue
        if as_json:
            click.echo(disarm_json(orjson.dumps(_to_json(outcome))))
        else:
            click.echo(disarm(_to_text(outcome), kept="\n\t"))


def _learn_from(paths: tuple[Path, ...], field_map: FieldMap) -> LearntLines:
    """A few files are read twice for it; one file alone has nothing to be compared with, and what comes in by standard
    input comes once."""
    paths = tuple(path for path in paths if str(path) != STANDARD_INPUT)
    if len(paths) < LEAST_PAGES and not any(path.is_dir() for path in paths):
        return NOTHING_LEARNT
    learning = Learning()
    for outcome in read_articles(paths, ReadOptions(field_map=field_map)):
        if isinstance(outcome, ReadArticle):
            learning.take(outcome.article, os.path.realpath(outcome.place.path))
    return learning.learn()


def _to_json(outcome: ReadArticle | Skipped) -> dict[str, object]:
    place: dict[str, object] = {"path": _clean(outcome.place.file), "line": outcome.place.line or None}
    if isinstance(outcome, Skipped):
        return place | {"skipped": _clean(_why(outcome))}
    article = outcome.article
    published = article.published
    return place | {
        "title": article.title,
        "author": article.author,
        "published_on": published.on,
        "published_at": None if published.at is None else format_instant(published.at),
        "source": article.source,
        "lang": article.lang,
        "body": article.body,
        "left_out": [
            {"line": number, "text": line.text, "why": line.left_out}
            for number, line in enumerate(article.original, start=1)
            if line.left_out
        ],
    }


def _to_text(outcome: ReadArticle | Skipped) -> str:
    if isinstance(outcome, Skipped):
        return f"{outcome.place}: skipped: {_why(outcome)}\n"
    return _show_article(outcome.place, outcome.article)


def _show_article(place: Place, article: Article) -> str:
    published = article.published
    when = format_instant(published.at) if published.at else published.on
    lines = [
        str(place),
        f"  title     {article.title or '(none)'}",
        f"  author    {'; '.join(article.author) or '(none)'}",
        f"  date      {when or '(none)'}{'' if published.confidence == 'none' else f' ({published.confidence})'}",
        *([f"  as given  {published.raw}"] if published.raw else ()),
        *([f"  its zone  {published.zone}"] if published.zone else ()),
        f"  source    {article.source or '(none)'}",
        f"  language  {article.lang}",
        "  body",
        *(f"    {line}" if line else "" for line in article.body.splitlines()),
    ]
    left_out = [
        f"    {number:>4}  {line.left_out}: {line.text}"
        for number, line in enumerate(article.original, start=1)
        if line.left_out
    ]
    if left_out:
        lines += ["  left out", *left_out]
    return "\n".join([*lines, ""])


def _why(skipped: Skipped) -> str:
    return f"{skipped.reason}: {skipped.detail}" if skipped.detail else skipped.reason


def _clean(text: str) -> str:
    """File names need not be UTF-8; what is printed is."""
    return text.encode("utf-8", "replace").decode()
