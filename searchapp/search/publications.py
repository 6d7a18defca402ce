"""The story of one article: where else it was published, and what it added to its first publication or left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from searchapp.search.differences import Differences, compare_texts
from searchapp.search.port import Searchable, StoredArticle

#: Publications that are read; a story may have more.
MOST_READ: Final = 50


@dataclass(frozen=True, slots=True)
class Publications:
    """`articles` is how many the story has, 1 where the article was published once; `read` are the first of them, first
    publication first. `differences` are from that one, None where the article is that one itself."""

    stored: StoredArticle
    first_id: str
    articles: int
    read: tuple[StoredArticle, ...]
    differences: Differences | None
    generation: int
    took_ms: float


def read_publications(stored: StoredArticle, searched: Searchable) -> Publications:
    """All of it from what is searched now."""
    (story,) = searched.find_stories((stored.id,))
    ids = story.ids if story is not None else (stored.id,)
    read = tuple(found for found in searched.fetch(ids[:MOST_READ], with_original=False) if found)
    is_copy = bool(read) and read[0].id == ids[0] != stored.id
    differences = compare_texts(read[0].article.body, stored.article.body) if is_copy else None
    return Publications(stored, ids[0], len(ids), read, differences, searched.facts().generation, 0.0)
