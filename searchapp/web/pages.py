"""The pages that people see: `/`, `/articles/{id}` and `/help`. Everything works without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from flask import Blueprint, Response, render_template, request

from indexer.settings import Settings
from searchapp.search.highlight import clip_spans, mark_text, split_paragraphs
from searchapp.search.plan import FacetName
from searchapp.search.port import StoredArticle
from searchapp.search.request import Filters, SearchRequest
from searchapp.search.service import PARTIAL_MESSAGE, SearchService
from searchapp.web.addresses import SearchLinks, answer_address, safe_link, search_address, with_filter
from searchapp.web.alike import show_alike
from searchapp.web.dates import show_date, show_reading
from searchapp.web.display import (
    PAGE_FACETS,
    Choice,
    count_articles,
    page_facets,
    show_facet,
    show_hit,
    show_results,
)
from searchapp.web.examples import make_examples, teach_language
from searchapp.web.failures import ArticleNotFoundError
from searchapp.web.languages import lang_attribute, language_name
from searchapp.web.params import MAX_FACET_SIZE, read_params, write_params
from searchapp.web.stories import show_other_publications, show_story

_LATEST = 5


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article as its page prints it; what ends in `_html` is escaped, with the query's words marked."""

    title_html: str
    paragraphs_html: tuple[str, ...]
    lang: str
    language: str
    link: str | None
    authors: tuple[Choice, ...]
    source: Choice | None
    tags: tuple[Choice, ...]
    left_out: int
    lines: int


def make_pages(settings: Settings, find_service: Callable[[], SearchService]) -> Blueprint:
    """`find_service` gives the service of the newest generation, or raises ArchiveError."""
    pages = Blueprint("pages", __name__)

    @pages.get("/")
    def search() -> Response:
        asked = read_params(request.args.items(multi=True), refuse_unknown=False).search
        service = find_service()
        if asked == SearchRequest():
            return _show_home(settings, service)
        page = service.search(replace(page_facets(asked), histogram="year"))
        timeline = service.timeline(page) if page.total and not page.timed_out else None
        results = show_results(page, asked, timeline, show_other_publications(service, page.hits, asked.q))
        kept = write_params(replace(asked, q="", page=1))
        return _page(
            "results.html",
            settings=settings,
            q=asked.q,
            asked=asked,
            results=results,
            kept=tuple(parse_qsl(kept)),
            same_as_json=answer_address(asked),
        )

    @pages.get("/help")
    def language() -> Response:
        return _page("help.html", settings=settings, q="", sections=teach_language(find_service().today()))

    @pages.get("/articles/<article_id>")
    def article(article_id: str) -> Response:
        service = find_service()
        stored = service.article(article_id)
        if stored is None:
            raise ArticleNotFoundError
        q = request.args.get("q", "")
        shown = _show_article(service, stored, q)
        return _page(
            "article.html",
            settings=settings,
            q=q,
            stored=stored,
            shown=shown,
            date=show_date(stored.article.published),
            reading=show_reading(stored.article.published),
            back=search_address(SearchRequest(q=q)),
            story=show_story(service.publications(article_id), q),
            alike=show_alike(service, article_id),
        )

    return pages


def _page(template: str, **values: object) -> Response:
    response = Response(render_template(template, **values), content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _show_home(settings: Settings, service: SearchService) -> Response:
    facts = service.facts()
    links = SearchLinks(SearchRequest())
    # Every year is counted, for the first and the last; as many are listed as of the other facets.
    every = service.browse(
        tuple(replace(facet, size=MAX_FACET_SIZE) if facet.name == "year" else facet for facet in PAGE_FACETS)
    )
    years = sorted(
        counted.value for counts in every if counts.name == "year" for counted in counts.counts if counted.value
    )
    facets = tuple(counts._replace(counts=counts.counts[: PAGE_FACETS[0].size]) for counts in every)
    newest = service.search(SearchRequest(sort="newest", per_page=_LATEST))
    latest = newest.hits
    return _page(
        "home.html",
        settings=settings,
        q="",
        articles=facts.articles,
        count_words=count_articles(facts.articles),
        years=" to ".join(dict.fromkeys((years[0], years[-1]))) if years else "",
        languages=len(facts.langs),
        facets=tuple(show_facet(counts, SearchRequest(), links) for counts in facets),
        latest=tuple(show_hit(hit, "") for hit in latest),
        missing="" if facts.is_whole and newest.total_is_exact else PARTIAL_MESSAGE,
        examples=make_examples(tuple(hit.stored.article for hit in latest), facets),
        everything=search_address(SearchRequest(sort="newest")),
    )


def _show_article(service: SearchService, stored: StoredArticle, q: str) -> ShownArticle:
    article = stored.article
    marked = service.highlight(stored, q)
    return ShownArticle(
        title_html=mark_text(article.title, marked.title_spans),
        paragraphs_html=tuple(
            mark_text(article.body[start:end], clip_spans(marked.body_spans, start, end))
            for start, end in split_paragraphs(article.body)
        ),
        lang=lang_attribute(article.lang),
        language=language_name(article.lang),
        link=safe_link(article.url),
        authors=tuple(_choose("author", name) for name in article.author),
        source=_choose("source", article.source) if article.source else None,
        tags=tuple(_choose("tag", name) for name in article.tag),
        left_out=sum(1 for line in article.original if line.left_out and line.text.strip()),
        lines=sum(1 for line in article.original if line.text.strip()),
    )


def _choose(name: FacetName, value: str) -> Choice:
    """A link from what an article says of itself to all that say the same."""
    return Choice(value, search_address(SearchRequest(filters=with_filter(Filters(), name, (value,)))))
