"""The same articles in an index of stock Whoosh, with nothing of our codec or search in it: an oracle.

Postings come ready-made from the analyzer, as they do in our own index, so that the two hold the same words; packing,
reading, matching and scoring are Whoosh's. `BroadsheetWeighting` is our formula as Whoosh's weighting models are
written, for one field at a time.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from whoosh import matching, query, scoring
from whoosh.filedb.filestore import RamStorage
from whoosh.index import FileIndex

from indexer.analysis.token import ACRONYM_MARK
from indexer.article import day_range, format_instant
from indexer.backends.port import Document
from indexer.schema import UNDATED_DAY, UNKNOWN_INSTANT, VALUE_SEPARATOR, build_schema, make_postings
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    DaysWithin,
    EveryArticle,
    Exclude,
    NoArticle,
    PhrasePlan,
    PlanNode,
    SpellingPlan,
    Unit,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.spellings import Spelling, Wildcard

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encode_document(document: Document) -> dict[str, object]:
    """Everything that Whoosh's `add_document` is given, under the names of the schema."""
    article = document.article
    published = article.published
    days = day_range(published.on)
    return {
        "id": document.id,
        "external_id": article.external_id,
        "title": make_postings(document.title, "terms"),
        "_stored_title": article.title,
        "body": make_postings(document.body, "terms"),
        "_stored_body": article.body,
        "title_surface": make_postings(document.title, "surfaces"),
        "body_surface": make_postings(document.body, "surfaces"),
        "author": make_postings(document.author, "surfaces"),
        "_stored_author": list(article.author),
        "source": make_postings(document.source, "surfaces"),
        "_stored_source": article.source,
        "tag": make_postings(document.tag, "surfaces"),
        "_stored_tag": list(article.tag),
        "title_length": document.title.length,
        "body_length": document.body.length,
        "first_day": days[0].toordinal() if days else UNDATED_DAY,
        "last_day": days[1].toordinal() if days else UNDATED_DAY,
        "instant": UNKNOWN_INSTANT if published.at is None else (published.at - EPOCH) // timedelta(seconds=1),
        "source_value": join_values((article.source,)),
        "author_values": join_values(article.author),
        "tag_values": join_values(article.tag),
        "content_hash": document.content_hash.encode(),
        "origin": os.fsencode(document.origin),
        "url": article.url,
        "published_on": published.on,
        "published_at": None if published.at is None else format_instant(published.at),
        "published_raw": published.raw,
        "date_precision": published.precision,
        "date_confidence": published.confidence,
        "published_zone": published.zone,
        "lang": article.lang,
        "collection": article.collection,
        "original": [[line.text, line.left_out] for line in article.original],
        "extra": article.extra_json,
    }


def join_values(values: Iterable[str]) -> bytes:
    """The values of a facet as one column value: none empty, none twice, a separator inside one as a blank."""
    cleaned = [value.replace(VALUE_SEPARATOR, " ") for value in values]
    return VALUE_SEPARATOR.join(dict.fromkeys(value for value in cleaned if value)).encode()


def write_stock_index(batches: Iterable[Iterable[Document]], *, storage: Any = None) -> FileIndex:
    """A segment a batch, in memory unless told otherwise; a later document of an id replaces the earlier one."""
    index = FileIndex.create(storage or RamStorage(), build_schema(), "MAIN")
    for batch in batches:
        writer = index.writer()
        for document in batch:
            writer.update_document(**encode_document(document))
        writer.commit(merge=False)
    return index


def found_ids(searcher: Any, asked: query.Query) -> set[str]:
    return {hit["id"] for hit in searcher.search(asked, limit=None)}


def found_scores(searcher: Any, asked: query.Query) -> dict[str, float]:
    return {hit["id"]: hit.score for hit in searcher.search(asked, limit=None, optimize=False)}


# A plan in Whoosh's words


class Where(query.Query):
    """The live documents whose value in a column is wanted. Whoosh's own `ColumnQuery` cannot stand beside another
    query, and finds what was deleted."""

    def __init__(self, column: str, is_wanted: Callable[[Any], bool]) -> None:
        self.column, self.is_wanted = column, is_wanted

    def estimate_size(self, ixreader: Any) -> int:
        return ixreader.doc_count_all()

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        reader = searcher.reader()
        values = reader.column_reader(self.column)
        found = [doc for doc in reader.all_doc_ids() if self.is_wanted(values[doc])]
        return matching.ListMatcher(found) if found else matching.NullMatcher()


EVERYTHING = query.Every()
NOTHING = query.NullQuery


def as_whoosh(node: PlanNode) -> query.Query:  # noqa: C901 one case a kind of node
    """What matches the same articles in an index of Whoosh's."""
    match node:
        case WordPlan(scope, alternatives, surface):
            return _any([_run(field, run) for field in _fields(scope, surface=surface) for run in alternatives])
        case PhrasePlan(scope, variants):
            runs = [run for slots in variants for run in product(*slots)]
            return _any([_run(field, run) for field in _fields(scope, surface=True) for run in runs])
        case SpellingPlan(scope, spelling):
            return _any([spelled for field in _fields(scope, surface=True) for spelled in _spelled(field, spelling)])
        case WindowPlan(scope, variants, distance):
            return _any([_near(field, units, distance) for field in _fields(scope, surface=True) for units in variants])
        case AllOf(children):
            return query.And([EVERYTHING, *map(as_whoosh, children)])
        case AnyOf(children):
            return _any([as_whoosh(child) for child in children])
        case Exclude(child):
            return query.And([EVERYTHING, query.Not(as_whoosh(child))])
        case DaysWithin() | ValueIn():
            return _narrow(node)
        case EveryArticle():
            return EVERYTHING
        case NoArticle():
            return NOTHING
    raise AssertionError(node)


def _narrow(node: DaysWithin | ValueIn) -> query.Query:
    match node:
        case DaysWithin(first, last):
            low, high = first.toordinal() if first else 1, last.toordinal() if last else 10**9
            return query.And(
                [
                    Where("first_day", lambda day: day >= low),
                    Where("last_day", lambda day: UNDATED_DAY < day <= high),
                ]
            )
        case ValueIn("year", values):
            years = {int(value) for value in values if value.isdigit()}
            return Where("first_day", lambda day: day != UNDATED_DAY and datetime.fromordinal(day).year in years)
        case ValueIn(facet, values):
            return Where(_COLUMNS[facet], _HoldsOneOf(values))


@dataclass(frozen=True, slots=True)
class _HoldsOneOf:
    values: tuple[str, ...]

    def __call__(self, joined: bytes) -> bool:
        return any(value and value.encode() in joined.split(VALUE_SEPARATOR.encode()) for value in self.values)


_COLUMNS: Mapping[str, str] = {
    "source": "source_value",
    "author": "author_values",
    "tag": "tag_values",
    "lang": "lang",
    "collection": "collection",
}


def _fields(scope: str, *, surface: bool) -> tuple[str, ...]:
    if scope in {"author", "source", "tag"}:
        return (scope,)
    fields = ("title", "body") if scope == "text" else (scope,)
    return tuple(f"{field}_surface" for field in fields) if surface else fields


def _run(field: str, run: tuple[str, ...]) -> query.Query:
    return query.Term(field, run[0]) if len(run) == 1 else query.Phrase(field, list(run))


def _spelled(field: str, spelling: Spelling) -> list[query.Query]:
    # A surface may carry the mark of an acronym, which no pattern looks at.
    texts = (spelling.text, ACRONYM_MARK + spelling.text)
    if isinstance(spelling, Wildcard):
        return [query.Wildcard(field, text) for text in texts]
    return [query.FuzzyTerm(field, text, maxdist=spelling.steps, prefixlength=0) for text in texts]


def _near(field: str, units: tuple[Unit, ...], distance: int) -> query.Query:
    """Two different words near each other: the only windows that mean in Whoosh what they mean here."""
    words = [unit.runs[0][0][0] for unit in units]
    assert len(set(words)) == len(words) == 2
    assert all(unit.surface and unit.runs == (((word,),),) for unit, word in zip(units, words, strict=True))
    return query.Or([query.Phrase(field, ordered, slop=distance + 1) for ordered in (words, words[::-1])])


def _any(queries: list[query.Query]) -> query.Query:
    return query.Or(queries) if queries else NOTHING


# Our formula in Whoosh's words


class BroadsheetWeighting(scoring.WeightingModel):
    """BM25F of one field: BM25 of its frequencies, with our idf and our lengths.

    Lengths are those of the columns, in positions. `b` and `weight` are the field's.
    """

    def __init__(self, field: str, *, k1: float, b: float, weight: float) -> None:
        self.field = field
        self.k1, self.b, self.weight = k1, b, weight

    def idf(self, searcher: Any, fieldname: str, text: Any) -> float:
        whole = searcher.get_parent()
        holding, articles = whole.doc_frequency(fieldname, text), whole.doc_count()
        return math.log(1 + (articles - holding + 0.5) / (holding + 0.5))

    def scorer(self, searcher: Any, fieldname: str, text: Any, qf: int = 1) -> scoring.BaseScorer:
        whole = searcher.get_parent().reader()
        lengths = whole.column_reader(f"{self.field}_length")
        live = [lengths[doc] for doc in whole.all_doc_ids()]
        return _BroadsheetScorer(
            self,
            self.idf(searcher, fieldname, text),
            sum(live) / len(live),
            searcher.reader().column_reader(f"{self.field}_length"),
        )


class _BroadsheetScorer(scoring.BaseScorer):
    def __init__(self, model: BroadsheetWeighting, idf: float, average: float, lengths: Any) -> None:
        self.model, self.idf, self.average, self.lengths = model, idf, average, lengths

    def score(self, matcher: Any) -> float:
        model = self.model
        scale = 1 - model.b + model.b * self.lengths[matcher.id()] / self.average
        tf = model.weight * matcher.weight() / scale
        return self.idf * tf / (model.k1 + tf)
