"""PDF -> an article: the text of its pages, read as that of a scraped page, and what the file says of itself.

Nothing in a PDF is run or looked up; pypdf takes its text alone.
"""

from __future__ import annotations

import io
import logging
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from indexer.article import UNDATED, Article, Place, Published, ReadArticle, Skipped
from indexer.cleaning.authors import read_authors
from indexer.cleaning.iso_dates import is_to_come, parse_iso
from indexer.readers.extras import skip_without
from indexer.readers.pieces import PdfPiece

if TYPE_CHECKING:
    from pypdf import DocumentInformation, PdfReader

DATE_OF_FILE: Final = "date of the PDF file, for there is none in its text"
_MAX_PAGES: Final = 2000
_MAX_CHARS: Final = 16 * 1024 * 1024
#: What programs write where nobody has given a title.
_NO_TITLE = re.compile(
    r"(?i)\A(?:microsoft word\b.*|untitled.*|document\d*|.*\.(?:docx?|odt|pdf|indd|qxd|pptx?|xlsx?|rtf|txt|html?)|)\Z"
)


def read_pdf(piece: PdfPiece, today: date | None) -> ReadArticle | Skipped:
    """One article from one file. Never raises."""
    try:
        import pypdf  # noqa: PLC0415 an extra
    except ImportError:
        return skip_without("pypdf", "pdf", "PDF files", piece.place)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it complains of every second file
    try:
        reader = pypdf.PdfReader(io.BytesIO(piece.content))
        if reader.is_encrypted and not reader.decrypt(""):
            return Skipped(piece.place, "encrypted", "only whoever has the password can read it")
        text = _read_text(reader)
        said = reader.metadata
    except Exception as error:  # noqa: BLE001 whatever a broken file does to a parser, the others are read
        return Skipped(piece.place, "damaged PDF", f"{type(error).__name__}: {str(error)[:200]}")
    if not any(map(str.isalnum, text)):
        return Skipped(piece.place, "no text", "its pages are pictures, or empty")
    from indexer.readers.scraped_text import read_scraped_text  # noqa: PLC0415 its expressions take a while

    outcome = read_scraped_text(text, piece.place)
    return outcome if isinstance(outcome, Skipped) else _add_what_it_says(outcome, said, today, piece.place)


def _read_text(reader: PdfReader) -> str:
    parts: list[str] = []
    chars = 0
    for number in range(min(len(reader.pages), _MAX_PAGES)):
        text = reader.pages[number].extract_text()
        parts.append(text)
        chars += len(text)
        if chars > _MAX_CHARS:
            break
    return "\n\n".join(parts)


def _add_what_it_says(
    outcome: ReadArticle, said: DocumentInformation | None, today: date | None, place: Place
) -> ReadArticle:
    """The title and author of the file, where they are; its date only where the text has none."""
    article: Article = outcome.article
    notes = outcome.notes
    if said is None:
        return outcome
    title = " ".join(str(said.title or "").split())
    if title and not _NO_TITLE.match(title):
        article = replace(article, title=title)
    if not article.author and said.author:
        article = replace(article, author=read_authors(str(said.author)))
    if article.published == UNDATED and (made := _day_of_file(said)) is not None and not is_to_come(made, today):
        article = replace(article, published=made)
        notes = (*notes, DATE_OF_FILE)
    return ReadArticle(place, article, notes)


def _day_of_file(said: DocumentInformation) -> Published | None:
    try:
        made = said.creation_date
    except ValueError:
        return None
    return None if made is None else parse_iso(made.date().isoformat())
