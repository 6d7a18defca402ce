"""What the words of the archive lead to, as JSON: articles like one, and suggestions as somebody types."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.analysis.token import shown_term
from indexer.article import format_instant
from searchapp.search.answer import hit_answer
from searchapp.search.port import StoredArticle
from searchapp.search.publications import Publications
from searchapp.search.shapes import PublicationAnswer, PublicationsAnswer, SimilarAnswer, SuggestionsAnswer
from searchapp.search.similar import SimilarArticles
from searchapp.search.suggestions import Suggestions


def similar_answer(found: SimilarArticles) -> SimilarAnswer:
    """Articles like one, best first, with the words of it that led to them; weights of words add up to 1."""
    return {
        "id": found.stored.id,
        "words": tuple(
            {
                "text": word.text,
                "term": shown_term(word.term),
                "articles": word.articles,
                "weight": round(word.weight, 4),
            }
            for word in found.words
        ),
        "timed_out": found.timed_out,
        "took_ms": round(found.took_ms, 3),
        "index_generation": found.generation,
        "results": tuple(hit_answer(hit) for hit in found.hits),
    }


def publications_answer(found: Publications) -> PublicationsAnswer:
    """The story of an article, of which it may be the only publication."""
    differences = found.differences
    return {
        "id": found.first_id,
        "articles": found.articles,
        "publications": tuple(_publication(stored) for stored in found.read),
        "differences": None
        if differences is None
        else {
            "changes": tuple(
                tuple([{"kind": piece.kind, "text": piece.text} for piece in change]) for change in differences.changes
            ),
            "more": differences.more,
            "is_whole": differences.is_whole,
        },
        "took_ms": round(found.took_ms, 3),
        "index_generation": found.generation,
    }


def _publication(stored: StoredArticle) -> PublicationAnswer:
    article = stored.article
    published = article.published
    return {
        "id": stored.id,
        "external_id": article.external_id,
        "url": article.url,
        "title": article.title,
        "author": article.author,
        "source": article.source,
        "lang": article.lang,
        "published_on": published.on,
        "published_at": None if published.at is None else format_instant(published.at),
    }


def suggestions_answer(found: Suggestions, typed: str, addresses: Sequence[str]) -> SuggestionsAnswer:
    """What to offer for what was typed; `addresses` are the pages that the suggestions lead to."""
    return {
        "q": typed,
        "suggestions": tuple(
            {
                "kind": each.kind,
                "text": each.text,
                "spans": each.spans,
                "articles": each.articles,
                "id": each.article_id,
                "page": address,
            }
            for each, address in zip(found.found, addresses, strict=True)
        ),
        "took_ms": round(found.took_ms, 3),
        "index_generation": found.generation,
    }
