"""Pieces of files -> articles: what a piece says, and the name of what was not read and why.

Formats are told by what is in a file, never by its name alone; all of them may be gzipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from indexer.article import Place, ReadArticle, Skipped
from indexer.cleaning.language import UNDETERMINED, identify_language
from indexer.readers.cut import HEAD_BYTES, FileDone, Piece, TextPiece, cut_files, refuse_format
from indexer.readers.encoding import NotText, decode_text
from indexer.readers.fields import NO_MAP, FieldMap, FieldOptions
from indexer.readers.jsonl import is_json, read_json_lines, read_json_piece
from indexer.sharding import Shard


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """`collection` is "" for each article's source. `today` refuses dates in JSON that are yet to come. With a `shard`
    only its articles are kept."""

    collection: str = ""
    field_map: FieldMap = NO_MAP
    today: date | None = None
    shard: Shard | None = None


_DEFAULTS = ReadOptions()


def read_articles(
    paths: Sequence[Path], options: ReadOptions = _DEFAULTS, on_position: Callable[[int], None] | None = None
) -> Iterator[ReadArticle | Skipped | FileDone]:
    """Every file's outcomes in the order of its lines, then its FileDone. Raises UsageError at once, before anything is
    read, when a path does not exist."""
    return _read_steps(cut_files(paths, on_position), options)


def read_piece(piece: Piece, options: ReadOptions) -> Iterator[ReadArticle | Skipped]:
    """What the articles of a piece say, in its order; the same whatever was read before it."""
    fields = FieldOptions(options.collection, options.field_map, options.today)
    if not isinstance(piece, TextPiece):
        yield from read_json_piece(piece, fields)
        return
    place = Place(piece.path)
    decoded = decode_text(piece.content)
    if isinstance(decoded, NotText):
        yield Skipped(place, decoded.reason, decoded.detail)
        return
    wide = decoded.text.lstrip()[:HEAD_BYTES].encode("utf-8", errors="replace")
    refusal = refuse_format(wide)
    if refusal is not None:
        yield Skipped(place, refusal)
    elif decoded.encoding.startswith(("utf-16", "utf-32")) and is_json(wide):
        yield from read_json_lines([decoded.text.encode("utf-8")], place.path, fields)
    else:
        # Its expressions take a while to be compiled.
        from indexer.readers.scraped_text import read_scraped_text  # noqa: PLC0415 see above

        yield _finish_text(read_scraped_text(decoded.text, place), options)


def _read_steps(
    steps: Iterator[Piece | Skipped | FileDone], options: ReadOptions
) -> Iterator[ReadArticle | Skipped | FileDone]:
    for step in steps:
        if isinstance(step, Skipped | FileDone):
            yield step
        else:
            yield from read_piece(step, options)


def _finish_text(outcome: ReadArticle | Skipped, options: ReadOptions) -> ReadArticle | Skipped:
    """The collection rule, and the language where the text's reader left it open."""
    if isinstance(outcome, Skipped):
        return outcome
    article = outcome.article
    lang = article.lang
    if lang == UNDETERMINED:
        lang = identify_language(f"{article.title}\n{article.body}")
    collection = options.collection or article.source or "main"
    return replace(outcome, article=replace(article, collection=collection, lang=lang))
