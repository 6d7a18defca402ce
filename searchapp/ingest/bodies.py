"""The body of a request -> articles: the same keys and the same refusals as in a file of JSON Lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import islice

from indexer.article import Place, ReadArticle, Skipped
from indexer.readers.fields import FieldOptions
from indexer.readers.jsonl import read_json_lines

#: What stands for the file that an article was read from; no path begins so, and nothing is pruned under it.
ORIGIN = "POST /api/v1/articles"


def read_body(
    body: bytes, collection: str, today: date, most_articles: int
) -> tuple[ReadArticle | Skipped, ...] | None:
    """An outcome for each article: of an object, an array of objects, or lines of them. None where there are more than
    `most_articles`."""
    outcomes: Iterable[ReadArticle | Skipped] = read_json_lines(
        (body,), Place(ORIGIN), FieldOptions(collection=collection, today=today)
    )
    taken = tuple(islice(outcomes, most_articles + 1))
    return None if len(taken) > most_articles else taken


def line_of(place: Place) -> int:
    """The line of the body, 1 where it is one object."""
    return max(place.line, 1)
