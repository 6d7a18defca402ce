"""Hits and articles as a person reads them in a terminal: archive text disarmed, matches standing out."""

from __future__ import annotations

from collections.abc import Iterator

import click

from indexer.article import Article, format_instant
from indexer.disarming import disarm
from searchapp.search.highlight import Spans
from searchapp.search.port import StoredArticle
from searchapp.search.request import Hit, Page


def print_page(page: Page) -> Iterator[str]:
    """The lines of an answer. Styles are for a terminal; click takes them out elsewhere."""
    yield _headline(page)
    for note in page.notes:
        yield f"note: {disarm(note.message)}"
    if page.no_hits is not None:
        yield from (f"note: {disarm(reason.message)}" for reason in page.no_hits.reasons)
        yield from (f"{disarm(change.message)}: {change.total:,}" for change in page.no_hits.changes)
    if page.did_you_mean:
        yield f"did you mean: {_marked(page.did_you_mean.q, page.did_you_mean.spans)}"
    first = (page.request.page - 1) * page.request.per_page + 1
    divided = False
    for number, hit in enumerate(page.hits, start=first):
        if not (hit.all_words or divided) and page.request.match == "auto" and page.request.sort == "relevance":
            divided = True
            yield ""
            yield click.style("-- articles with any of the words --", dim=True)
        yield ""
        yield from _hit(number, hit)
        if hit.story is not None:
            others = len(hit.story.ids) - 1
            yield click.style(f"   and {others} more publication{'' if others == 1 else 's'}", dim=True)


def print_article(stored: StoredArticle) -> Iterator[str]:
    article = stored.article
    yield click.style(disarm(article.title) or "(no title)", bold=True)
    for name, text in (
        ("author", ", ".join(article.author)),
        ("source", article.source),
        ("published", _published(article)),
        ("date as given", article.published.raw),
        ("its zone", article.published.zone),
        ("its day", "" if article.published.confidence == "none" else article.published.confidence),
        ("language", article.lang),
        ("tags", ", ".join(article.tag)),
        ("address", article.url or ""),
        ("id", stored.id),
        ("given id", article.external_id or ""),
    ):
        if text:
            yield f"{click.style(name, dim=True)}: {disarm(text)}"
    if article.body:
        yield ""
        yield disarm(article.body, kept="\n\t")


def _headline(page: Page) -> str:
    if page.total_is_exact:
        count = "1 article" if page.total == 1 else f"{page.total:,} articles"
    else:
        count = f"at least {page.total:,} articles (the time for one search was over)"
    sought = f" for {disarm(page.understood)}" if page.request.q.strip() and page.understood else ""
    return f"{count}{sought} ({page.took_ms:.1f} ms)"


def _hit(number: int, hit: Hit) -> Iterator[str]:
    article = hit.stored.article
    title = _marked(article.title, hit.title_spans) or "(no title)"
    yield f"{number}. {click.style(title, bold=True)}"
    about = (article.source, _published(article), ", ".join(article.author), hit.stored.id)
    yield "   " + click.style(" | ".join(disarm(part) for part in about if part), dim=True)
    for snippet in hit.snippets:
        yield "   " + _marked(snippet.text, snippet.spans)


def _marked(text: str, spans: Spans) -> str:
    pieces: list[str] = []
    done = 0
    disarmed = disarm(text)
    for start, end in spans:
        pieces += (disarmed[done:start], click.style(disarmed[start:end], fg="yellow", bold=True))
        done = end
    return "".join((*pieces, disarmed[done:]))


def _published(article: Article) -> str:
    published = article.published
    return format_instant(published.at) if published.at else published.on or ""
