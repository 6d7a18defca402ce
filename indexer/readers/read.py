"""Pieces of files -> articles: what a piece says, and the name of what was not read and why.

Formats are told by what is in a file, never by its name alone; all of them may be packed, and lie in archives.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from indexer.article import ReadArticle, Skipped
from indexer.cleaning.language import choose_language
from indexer.learnt import NOTHING_LEARNT, LearntLines, folder_of
from indexer.readers.cut import cut_files
from indexer.readers.encoding import NotText, decode_page, decode_text
from indexer.readers.fields import NO_MAP, FieldMap, FieldOptions
from indexer.readers.jsonl import read_json_piece
from indexer.readers.pieces import (
    FeedPiece,
    FileDone,
    HtmlPiece,
    LinePiece,
    PdfPiece,
    Piece,
    RowsPiece,
    TextPiece,
    WholePiece,
)
from indexer.sharding import Shard


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """`collection` is "" for each article's source. `today` refuses dates that are yet to come. `learnt` is what is
    known of the furniture of sources. With a `shard` only its articles are kept."""

    collection: str = ""
    field_map: FieldMap = NO_MAP
    today: date | None = None
    learnt: LearntLines = NOTHING_LEARNT
    shard: Shard | None = None


_DEFAULTS = ReadOptions()


def read_articles(
    paths: Sequence[Path], options: ReadOptions = _DEFAULTS, on_position: Callable[[int], None] | None = None
) -> Iterator[ReadArticle | Skipped | FileDone]:
    """Every file's outcomes in the order of its lines, then its FileDone. Raises UsageError at once, before anything is
    read, when a path does not exist."""
    return _read_steps(cut_files(paths, on_position, field_map=options.field_map), options)


def read_piece(piece: Piece, options: ReadOptions) -> Iterator[ReadArticle | Skipped]:
    """What the articles of a piece say, in its order; the same whatever was read before it.

    Readers are loaded when the first piece of their form is met: some take a second.
    """
    fields = FieldOptions(options.collection, options.field_map, options.today)
    match piece:
        case LinePiece() | WholePiece():
            yield from read_json_piece(piece, fields)
        case RowsPiece():
            from indexer.readers.table import read_rows  # noqa: PLC0415 see above

            yield from read_rows(piece, fields)
        case FeedPiece():
            from indexer.readers.feed_article import read_feed  # noqa: PLC0415 see above

            yield from read_feed(piece, FieldOptions(options.collection, NO_MAP, options.today))
        case HtmlPiece():
            yield _finish_text(_read_page(piece, options), options)
        case PdfPiece():
            from indexer.readers.pdf import read_pdf  # noqa: PLC0415 see above

            yield _finish_text(read_pdf(piece, options.today), options)
        case TextPiece():
            yield _finish_text(_read_text(piece, options), options)


def _read_page(piece: HtmlPiece, options: ReadOptions) -> ReadArticle | Skipped:
    from indexer.readers.html_page import read_html_page  # noqa: PLC0415 takes a second to be loaded

    return read_html_page(piece.content, piece.place, address=piece.address, charset=piece.charset, today=options.today)


def _read_text(piece: TextPiece, options: ReadOptions) -> ReadArticle | Skipped:
    decoded = decode_page(piece.content, piece.charset) if piece.charset else decode_text(piece.content)
    if isinstance(decoded, NotText):
        return Skipped(piece.place, decoded.reason, decoded.detail)
    # Its expressions take a while to be compiled.
    from indexer.readers.scraped_text import read_scraped_text  # noqa: PLC0415 see above

    known = options.learnt.in_folder(folder_of(os.path.realpath(piece.place.path)))
    outcome = read_scraped_text(decoded.text, piece.place, known=known, today=options.today)
    if isinstance(outcome, Skipped) or not piece.address or outcome.article.url is not None:
        return outcome
    return _add_address(outcome, piece.address)


def _add_address(outcome: ReadArticle, address: str) -> ReadArticle:
    """Of a text that was taken from the web."""
    if not address.startswith(("http://", "https://")):
        return outcome
    return replace(outcome, article=replace(outcome.article, url=address))


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
    lang = choose_language(article.lang, article.title, article.body)
    collection = options.collection or article.source or "main"
    return replace(outcome, article=replace(article, collection=collection, lang=lang))
