"""What the results page shows, made ready for the template: the template prints, it decides nothing.

Archive text leaves here as plain text, which the template escapes. The exceptions are the `html` of titles, snippets
and paragraphs, which is escaped where the marks are made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from markupsafe import escape

from searchapp.search.days_in_words import day_in_words
from searchapp.search.highlight import mark_text
from searchapp.search.plan import FacetName, FacetRequest
from searchapp.search.port import FacetCounts
from searchapp.search.request import Filters, Hit, Page, Respelling, SearchRequest, Sort
from searchapp.search.timeline import Timeline
from searchapp.web.addresses import (
    SearchLinks,
    article_address,
    search_address,
)
from searchapp.web.dates import ShownDate, show_date
from searchapp.web.directions import straighten
from searchapp.web.explained import Bar, draw_bars
from searchapp.web.languages import lang_attribute, language_name
from searchapp.web.params import REPEATABLE, WINDOW_HITS, last_page
from searchapp.web.stories import OtherPublications
from searchapp.web.timeline import ShownTimeline, show_timeline

PAGE_FACETS = tuple(FacetRequest(name, 8) for name in ("source", "year", "author", "lang"))
FACET_LABELS: dict[str, str] = {
    "source": "Source",
    "year": "Year",
    "author": "Author",
    "lang": "Language",
    "tag": "Tag",
    "collection": "Collection",
}
_SORTS: tuple[tuple[Sort, str], ...] = (("relevance", "Best match"), ("newest", "Newest"), ("oldest", "Oldest"))
_MORE_VALUES = 100
_PLACE_CHARS = 24
#: Authors that a hit names.
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to go on: a facet's value, a sort, a page. `count` is -1 where nothing is counted."""

    label: str
    address: str
    chosen: bool = False
    count: int = -1


@dataclass(frozen=True, slots=True)
class ShownFacet:
    """`choices_html` are its values, printed; "" where there is none. `more` is the address that lists more of them, ""
    when all are listed."""

    name: FacetName
    label: str
    choices_html: str
    more: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter, and the address of the search without it."""

    kind: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class ShownHit:
    hit: Hit
    address: str
    date: ShownDate
    byline_html: str
    lang: str
    some_words: bool
    others: OtherPublications | None = None
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits under one heading: those with every word, or under the divider those with some."""

    kind: Literal["all", "some"]
    hits: tuple[ShownHit, ...]


@dataclass(frozen=True, slots=True)
class ShownRespelling:
    """A query that finds more, with its new words marked, and the address that searches it."""

    html: str
    address: str
    count_words: str


@dataclass(frozen=True, slots=True)
class ShownResults:
    page: Page
    count_words: str
    groups: tuple[HitGroup, ...]
    facets: tuple[ShownFacet, ...]
    chips: tuple[Chip, ...]
    without_filters: str
    sorts: tuple[Choice, ...]
    grouping: tuple[Choice, ...]
    explaining: str
    pages: tuple[Choice | None, ...]
    previous: str
    next: str
    first_page: str
    last_number: int
    past_the_end: bool
    window_is_full: bool
    only_all_words: str
    places: tuple[str, ...]
    changes: tuple[Choice, ...]
    timeline: ShownTimeline | None
    first_rank: int
    did_you_mean: ShownRespelling | None


def show_results(
    page: Page,
    request: SearchRequest,
    timeline: Timeline | None = None,
    others: tuple[OtherPublications | None, ...] = (),
) -> ShownResults:
    """`request` is what the address asked for: links go on from there. The page's own request has facets that were
    added for showing and must not pile up in addresses. `places` has for each note what stands where it is about;
    `others` are the other publications of each hit, where they are to be shown."""
    links = SearchLinks(request)
    number = request.page
    last = last_page(page.total, request.per_page)
    if request.group is not None:  # how many stories there are nobody has counted
        last = min(number + page.has_more, last)
    return ShownResults(
        page=page,
        count_words=count_articles(page.total, is_exact=page.total_is_exact),
        groups=_group_hits(page, others or (None,) * len(page.hits)),
        facets=tuple([show_facet(counts, request, links) for counts in page.facets]),
        chips=show_chips(request, links),
        without_filters=links.without_filters(),
        sorts=tuple([Choice(label, links.sort(sort), chosen=sort == request.sort) for sort, label in _SORTS]),
        grouping=(
            Choice("Every article", links.group(None), chosen=request.group is None),
            Choice("One of each story", links.group("story"), chosen=request.group == "story"),
        ),
        explaining=links.explained(number, explain=not request.explain) if _has_scores(page) else "",
        pages=_page_choices(number, last, links),
        previous=links.page(min(number - 1, last)) if number > 1 else "",
        next=links.page(number + 1) if number < last else "",
        first_page=links.first_page(),
        last_number=last,
        past_the_end=page.total > 0 and (number > last or _is_behind_all(page)),
        window_is_full=number == last and page.total > WINDOW_HITS and (page.has_more or request.group is None),
        only_all_words=links.match("all"),
        places=tuple(_quote_place(request.q, note.at) for note in page.notes),
        changes=tuple(
            Choice(change.message, search_address(change.request), count=change.total)
            for change in (page.no_hits.changes if page.no_hits else ())
        ),
        timeline=None if timeline is None else show_timeline(timeline, request, links, page.total),
        first_rank=(number - 1) * request.per_page + 1,
        did_you_mean=None if page.did_you_mean is None else _show_respelling(page.did_you_mean, request),
    )


def page_facets(request: SearchRequest) -> SearchRequest:
    """The search with the facets that the page always offers; those that the address names keep their size."""
    asked = {facet.name: facet for facet in request.facets}
    always = tuple(asked.pop(facet.name, facet) for facet in PAGE_FACETS)
    return replace(request, facets=(*always, *asked.values()))


def show_facet(counts: FacetCounts, request: SearchRequest, links: SearchLinks) -> ShownFacet:
    """A facet's values with their counts; chosen ones stand first even where they no longer match anything."""
    name = counts.name
    chosen: tuple[str, ...] = getattr(request.filters, name)
    found = {counted.value: counted.count for counted in counts.counts if counted.value}
    values = [*(value for value in chosen if value not in found), *found]
    if name == "year":
        values.sort(reverse=True)
    printed = [
        _print_choice(
            _value_label(name, value),
            links.without_value(name, value) if value in chosen else links.with_value(name, value),
            found.get(value, 0),
            chosen=value in chosen,
        )
        for value in values
    ]
    asked = next((facet.size for facet in (*request.facets, *PAGE_FACETS) if facet.name == name), 0)
    more = ""
    if asked < _MORE_VALUES and len(found) >= asked:
        others = [facet for facet in request.facets if facet.name != name]
        more = links.facets(request.page, (*others, FacetRequest(name, _MORE_VALUES)))
    return ShownFacet(name, FACET_LABELS[name], "".join(printed), more)


def _print_choice(label: str, address: str, count: int, *, chosen: bool) -> str:
    """Printed here: a template takes three times as long, and a page has some thirty."""
    mark, remove = (' class="chosen" aria-current="true"', ", chosen; remove") if chosen else ("", "")
    return (
        f'<li><a href="{escape(address)}" rel="nofollow"{mark}>'
        f'<span class="value"><bdi>{escape(straighten(label))}</bdi></span>'
        f'<span class="count"><span class="unseen">, </span>{count:,}<span class="unseen"> articles{remove}</span>'
        "</span></a></li>\n"
    )


def _has_scores(page: Page) -> bool:
    return page.request.sort == "relevance" and any(hit.score > 0 for hit in page.hits)


def show_chips(request: SearchRequest, links: SearchLinks) -> tuple[Chip, ...]:
    filters: Filters = request.filters
    names: tuple[FacetName, ...] = REPEATABLE
    chips = [
        Chip(FACET_LABELS[name], _value_label(name, value), links.without_value(name, value))
        for name in names
        for value in getattr(filters, name)
    ]
    if filters.from_day:
        chips.append(Chip("From", day_in_words(filters.from_day.isoformat()), links.without_day("from")))
    if filters.to_day:
        chips.append(Chip("To", day_in_words(filters.to_day.isoformat()), links.without_day("to")))
    return tuple(chips)


def show_hit(hit: Hit, q: str, others: OtherPublications | None = None, bars: tuple[Bar, ...] = ()) -> ShownHit:
    article = hit.stored.article
    return ShownHit(
        hit=hit,
        address=article_address(hit.stored.id, q),
        date=show_date(article.published),
        byline_html=_print_byline(article.author),
        lang=lang_attribute(article.lang),
        some_words=not hit.all_words,
        others=others,
        bars=bars,
    )


def count_articles(count: int, *, is_exact: bool = True) -> str:
    """`1 article`, `1,204 articles`, `at least 512 articles`."""
    words = f"{count:,} article{'' if count == 1 else 's'}"
    return words if is_exact else f"at least {words}"


def _quote_place(q: str, at: int) -> str:
    """What was typed where a note is about, "" at the end of it; shortened."""
    typed = " ".join(q[at : at + _PLACE_CHARS + 1].split())
    return typed if len(q) <= at + _PLACE_CHARS else f"{typed[:_PLACE_CHARS]}…"


def _show_respelling(meant: Respelling, request: SearchRequest) -> ShownRespelling:
    return ShownRespelling(
        mark_text(meant.q, meant.spans), search_address(request, q=meant.q), count_articles(meant.articles)
    )


def _is_behind_all(page: Page) -> bool:
    """Whether there are fewer stories than would come before this page: it has none, though it had the time."""
    return page.request.group is not None and page.request.page > 1 and not (page.hits or page.timed_out)


def _group_hits(page: Page, others: tuple[OtherPublications | None, ...]) -> tuple[HitGroup, ...]:
    """One group, or two with the divider between: only hits by score stand in the order that a divider tells of."""
    bars = draw_bars(page.hits, page.clauses)
    shown = [
        show_hit(hit, page.request.q, other, parts) for hit, other, parts in zip(page.hits, others, bars, strict=True)
    ]
    if page.request.match != "auto" or page.request.sort != "relevance":
        return (HitGroup("all", tuple(shown)),) if shown else ()
    return tuple(
        HitGroup("some" if some_words else "all", tuple(hits))
        for some_words, hits in groupby(shown, key=lambda hit: hit.some_words)
    )


def _page_choices(number: int, last: int, links: SearchLinks) -> tuple[Choice | None, ...]:
    """First, last and the pages around this one; None stands for a gap."""
    if last == 1:
        return ()
    here = min(number, last)
    numbers = sorted({1, last, *range(max(1, here - 2), min(last, here + 2) + 1)})
    choices: list[Choice | None] = []
    for before, other in zip([0, *numbers], numbers, strict=False):
        if other - before > 1:
            choices.append(None)
        choices.append(Choice(f"{other:,}", links.page(other), chosen=other == number))
    return tuple(choices)


def _print_byline(people: tuple[str, ...]) -> str:
    """`By Ada Lorne, Jon Maren and Vafa Ismayilova`, each name by itself; "" where nobody is named."""
    if not people:
        return ""
    named = [f"<bdi>{escape(straighten(name))}</bdi>" for name in people[:_NAMED]]
    words = f"By {' and '.join(filter(None, (', '.join(named[:-1]), named[-1])))}"
    return f"{words} and {len(people) - _NAMED} more" if len(people) > _NAMED else words


def _value_label(name: str, value: str) -> str:
    return language_name(value) if name == "lang" else value
