"""More like this, as the page of an article shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService
from searchapp.search.similar import SimilarRequest
from searchapp.web.addresses import search_address
from searchapp.web.display import Choice, ShownHit, show_hit

_ARTICLES: Final = 5
_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class ShownAlike:
    """Articles like this one, and the words that they have in common most, each with the address that searches it."""

    hits: tuple[ShownHit, ...]
    words: tuple[Choice, ...]


def show_alike(service: SearchService, article_id: str) -> ShownAlike:
    """Empty where nothing is like it."""
    found = service.similar(SimilarRequest(article_id, per_page=_ARTICLES))
    if found is None:
        return ShownAlike((), ())
    return ShownAlike(
        hits=tuple(show_hit(hit, "") for hit in found.hits),
        words=tuple(
            Choice(word.text, search_address(SearchRequest(q=word.text)), count=word.articles)
            for word in found.words[:_WORDS]
        ),
    )
