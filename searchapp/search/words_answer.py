"""What the words of the archive lead to, as JSON: articles like one, and suggestions as somebody types."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.analysis.token import shown_term
from searchapp.search.answer import hit_answer
from searchapp.search.shapes import SimilarAnswer, SuggestionsAnswer
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
