"""More like this: the articles that an article's most telling words lead to, without itself and its reprints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article
from searchapp.search.plan import AllOf, AnyOf, NoArticle, Plan
from searchapp.search.planner import plan_filters
from searchapp.search.port import Engine, StoredArticle
from searchapp.search.request import NO_FILTERS, Filters, Hit
from searchapp.search.scoring import inverse_frequency
from searchapp.search.showing import Showing
from searchapp.search.telling_words import TellingWord, as_clauses, choose_words, read_words

#: So many hits more are asked for than are wanted, since the article and its reprints lie among them.
_SPARE_HITS: Final = 10
#: What scores less than this share of what the article itself would is like it by chance.
_LEAST_SHARE: Final = 0.12


@dataclass(frozen=True, slots=True)
class SimilarRequest:
    """`per_page` articles like this one, among those that `filters` leave."""

    article_id: str
    filters: Filters = NO_FILTERS
    per_page: int = 10


@dataclass(frozen=True, slots=True)
class SimilarArticles:
    """`words` are those that were looked for, heaviest first; a hit's score is that of a search for them."""

    stored: StoredArticle
    words: tuple[TellingWord, ...]
    hits: tuple[Hit, ...]
    timed_out: bool
    generation: int
    took_ms: float


def find_similar(
    stored: StoredArticle,
    request: SimilarRequest,
    engine: Engine,
    analyzer: Analyzer,
    showing: Showing,
    remaining_ms: Callable[[], float],
) -> SimilarArticles:
    """Never more than `per_page`, and fewer where few have much in common with the article."""
    words = read_words(stored.article, analyzer)
    counting = Plan(NoArticle(), NoArticle(), "all", (), "relevance", 0, 0, clauses=as_clauses(words))
    counted = engine.execute(counting._replace(deadline_ms=remaining_ms()))
    chosen = choose_words(words, counted.clause_articles, engine.facts().articles)
    clauses = as_clauses(chosen)
    looking = Plan(
        all_words=AllOf(clauses) if clauses else NoArticle(),
        any_words=AnyOf(clauses) if clauses else NoArticle(),
        match="any",
        filters=plan_filters(request.filters),
        sort="relevance",
        first=0,
        count=request.per_page + _SPARE_HITS,
        deadline_ms=remaining_ms(),
    )
    found = engine.execute(looking)
    itself = next((hit for hit in found.hits if hit.id == stored.id), None)
    if itself is None and request.filters != NO_FILTERS:
        # It is the best answer to its own words, were it not for the filters.
        itself = next(
            iter(engine.execute(looking._replace(filters=(), count=1, deadline_ms=remaining_ms())).hits), None
        )
    least = _LEAST_SHARE * itself.score if itself else 0.0
    hits = [hit for hit in found.hits if hit.id != stored.id and hit.score >= least]
    fetched = engine.fetch(tuple(hit.id for hit in hits), with_original=False)
    others = [
        (hit, other)
        for hit, other in zip(hits, fetched, strict=True)
        if other is not None and not _is_reprint(other.article, stored.article)
    ][: request.per_page]
    rarity = [inverse_frequency(engine.facts().articles, word.articles) for word in chosen]
    shown = showing.show([other.article for _, other in others], clauses, rarity)
    return SimilarArticles(
        stored=stored,
        words=chosen,
        hits=tuple(
            Hit(other, hit.score, hit.all_words, each.title_spans, each.title_html, each.snippets)
            for (hit, other), each in zip(others, shown, strict=True)
        ),
        timed_out=counted.timed_out or found.timed_out,
        generation=found.generation,
        took_ms=0.0,
    )


def _is_reprint(other: Article, article: Article) -> bool:
    """Whether it says the same, but for white space and capitals."""
    return _plain(other.body) == _plain(article.body) and bool(
        article.body.strip() or _plain(other.title) == _plain(article.title)
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
