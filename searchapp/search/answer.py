"""A page as the JSON of the contract: the shapes of `shapes.py`, filled in its order and ready to be serialised.

The endpoint and `broadsheet search --json` print the same answer from here.
"""

from __future__ import annotations

from typing import get_args

import orjson

from indexer.article import format_instant
from searchapp.query.nodes import Note
from searchapp.search.highlight import Highlighted
from searchapp.search.plan import FacetName
from searchapp.search.port import FacetCounts, StoredArticle
from searchapp.search.request import Filters, Hit, NoHits, Page, SearchRequest, Snippet
from searchapp.search.shapes import (
    ArticleAnswer,
    CountedValue,
    HistogramAnswer,
    HitAnswer,
    NoHitsAnswer,
    NoteAnswer,
    SearchAnswer,
    SnippetAnswer,
)


def answer(page: Page, next_address: str | None) -> SearchAnswer:
    """The answer to a search. `next_address` is where the next hits are, None where there are none."""
    return {
        "query": {
            "raw": page.request.q,
            "understood": page.understood,
            "clauses": tuple(
                [
                    {
                        "text": clause.text,
                        "field": clause.field or None,
                        "terms": clause.terms,
                        "articles": clause.articles,
                    }
                    for clause in page.clauses
                ]
            ),
            "dropped": page.dropped,
            "notes": _notes(page.notes),
            "did_you_mean": page.did_you_mean.q if page.did_you_mean else None,
            "no_hits": None if page.no_hits is None else _no_hits(page.no_hits, page.request),
        },
        "total": page.total,
        "total_is_exact": page.total_is_exact,
        "total_all_words": page.total_all_words,
        "timed_out": page.timed_out,
        "took_ms": round(page.took_ms, 3),
        "index_generation": page.generation,
        "results": tuple([_explained(hit, page) if page.request.explain else hit_answer(hit) for hit in page.hits]),
        "facets": {facet.name: _counted(facet, page.request.filters) for facet in page.facets},
        "histogram": _histogram(page),
        "next": next_address,
    }


def article_answer(stored: StoredArticle, highlighted: Highlighted | None) -> ArticleAnswer:
    """The stored fields of an article; with spans (code points of `title` and `body`) where a query was given."""
    article = stored.article
    published = article.published
    content: ArticleAnswer = {
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
        "collection": article.collection,
        "date_precision": published.precision,
        "date_as_given": published.raw or None,
        "date_zone": published.zone or None,
        "date_confidence": published.confidence,
        "body": article.body,
        "original": tuple([{"text": line.text, "left_out": line.left_out or None} for line in article.original]),
        "extra": orjson.loads(article.extra_json),
    }
    if highlighted is not None:
        content["title_spans"] = highlighted.title_spans
        content["body_spans"] = highlighted.body_spans
    return content


def _explained(hit: Hit, page: Page) -> HitAnswer:
    content = hit_answer(hit)
    found = hit.explanation
    content["explanation"] = (
        None
        if found is None
        else {
            "clauses": tuple(
                [
                    {
                        "text": page.clauses[part.clause].text,
                        "typed": part.typed,
                        "idf": part.idf,
                        "score": part.score,
                        "fields": tuple(
                            [
                                {
                                    "field": field.field,
                                    "frequency": field.frequency,
                                    "length": field.length,
                                    "average_length": field.average_length,
                                    "tf": field.tf,
                                }
                                for field in part.fields
                            ]
                        ),
                    }
                    for part in found.clauses
                ]
            ),
            "extras": tuple([{"name": part.name, "score": part.score} for part in found.extras]),
        }
    )
    return content


def _notes(notes: tuple[Note, ...]) -> tuple[NoteAnswer, ...]:
    return tuple([{"code": note.code, "at": note.at, "message": note.message} for note in notes])


def _no_hits(no_hits: NoHits, asked: SearchRequest) -> NoHitsAnswer:
    return {
        "reasons": _notes(no_hits.reasons),
        "changes": tuple(
            [
                {
                    "message": change.message,
                    "total": change.total,
                    "q": change.request.q,
                    "match": change.request.match,
                    "without": _left_out(asked.filters, change.request.filters),
                }
                for change in no_hits.changes
            ]
        ),
    }


def _left_out(asked: Filters, kept: Filters) -> tuple[str, ...]:
    """The parameters that a change leaves out."""
    names = {"from": "from_day", "to": "to_day"} | {name: name for name in get_args(FacetName)}
    return tuple([name for name, field in names.items() if getattr(asked, field) and not getattr(kept, field)])


def _counted(facet: FacetCounts, filters: Filters) -> tuple[CountedValue, ...]:
    chosen: tuple[str, ...] = getattr(filters, facet.name)
    return tuple(
        [
            {"value": counted.value, "count": counted.count, "chosen": counted.value in chosen}
            for counted in facet.counts
        ]
    )


def _histogram(page: Page) -> HistogramAnswer | None:
    if page.request.histogram is None:
        return None
    return {
        "interval": page.request.histogram,
        "buckets": tuple(
            [{"start": bucket.start, "count": bucket.count, "of": bucket.of} for bucket in page.histogram]
        ),
    }


def hit_answer(hit: Hit) -> HitAnswer:
    """One hit, of a search or of what else finds articles."""
    article = hit.stored.article
    published = article.published
    return {
        "id": hit.stored.id,
        "external_id": article.external_id,
        "url": article.url,
        "title": article.title,
        "title_spans": hit.title_spans,
        "author": article.author,
        "source": article.source,
        "lang": article.lang,
        "tag": article.tag,
        "published_on": published.on,
        "published_at": None if published.at is None else format_instant(published.at),
        "score": hit.score,
        "all_words": hit.all_words,
        "snippets": tuple([_snippet(snippet) for snippet in hit.snippets]),
        "story": None if hit.story is None else {"id": hit.story.first_id, "articles": len(hit.story.ids)},
    }


def _snippet(snippet: Snippet) -> SnippetAnswer:
    return {
        "text": snippet.text,
        "spans": snippet.spans,
        "html": snippet.html,
        "paragraph": snippet.paragraph,
        "paragraphs": snippet.paragraphs,
    }
