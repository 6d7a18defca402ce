"""A page as the JSON of the contract: plain dicts in the contract's order, ready to be serialised.

The endpoint and `broadsheet search --json` print the same answer from here.
"""

from __future__ import annotations

import orjson

from indexer.article import format_instant
from searchapp.search.highlight import Highlighted
from searchapp.search.plan import FacetName
from searchapp.search.port import StoredArticle
from searchapp.search.request import Filters, Hit, Page, Snippet


def answer(page: Page, next_address: str | None) -> dict[str, object]:
    """The answer to a search. `next_address` is where the next hits are, None where there are none."""
    return {
        "query": {
            "raw": page.request.q,
            "understood": page.understood,
            "clauses": [
                {"text": clause.text, "terms": clause.terms, "articles": clause.articles} for clause in page.clauses
            ],
            "notes": [{"code": note.code, "at": note.at, "message": note.message} for note in page.notes],
            "did_you_mean": page.did_you_mean and page.did_you_mean.q,
        },
        "total": page.total,
        "total_is_exact": page.total_is_exact,
        "total_all_words": page.total_all_words,
        "timed_out": page.timed_out,
        "took_ms": round(page.took_ms, 3),
        "index_generation": page.generation,
        "results": [hit_answer(hit) for hit in page.hits],
        "facets": {
            facet.name: [
                {
                    "value": counted.value,
                    "count": counted.count,
                    "chosen": counted.value in _chosen(page.request.filters, facet.name),
                }
                for counted in facet.counts
            ]
            for facet in page.facets
        },
        "histogram": page.request.histogram
        and {
            "interval": page.request.histogram,
            "buckets": [{"start": bucket.start, "count": bucket.count, "of": bucket.of} for bucket in page.histogram],
        },
        "next": next_address,
    }


def article_answer(stored: StoredArticle, highlighted: Highlighted | None) -> dict[str, object]:
    """The stored fields of an article; with spans (code points of `title` and `body`) where a query was given."""
    article = stored.article
    spans = {}
    if highlighted is not None:
        spans = {"title_spans": highlighted.title_spans, "body_spans": highlighted.body_spans}
    return {
        **_head(stored),
        "collection": article.collection,
        "date_precision": article.published.precision,
        "body": article.body,
        **spans,
        "original": [{"text": line.text, "left_out": line.left_out or None} for line in article.original],
        "extra": orjson.loads(article.extra_json),
    }


def hit_answer(hit: Hit) -> dict[str, object]:
    """One hit, of a search or of what else finds articles."""
    head = _head(hit.stored)
    before = {name: head.pop(name) for name in ("id", "external_id", "url", "title")}
    return {
        **before,
        "title_spans": hit.title_spans,
        **head,
        "score": hit.score,
        "all_words": hit.all_words,
        "snippets": [_snippet(snippet) for snippet in hit.snippets],
        "story": None,
    }


def _head(stored: StoredArticle) -> dict[str, object]:
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
        "tag": article.tag,
        "published_on": published.on,
        "published_at": None if published.at is None else format_instant(published.at),
    }


def _snippet(snippet: Snippet) -> dict[str, object]:
    return {
        "text": snippet.text,
        "spans": snippet.spans,
        "html": snippet.html,
        "paragraph": snippet.paragraph,
        "paragraphs": snippet.paragraphs,
    }


def _chosen(filters: Filters, name: FacetName) -> tuple[str, ...]:
    chosen: tuple[str, ...] = getattr(filters, name)
    return chosen
