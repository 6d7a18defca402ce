"""Stories as pages show them: the other publications of a hit, and what a copy added and left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from searchapp.search.differences import Differences
from searchapp.search.port import StoredArticle
from searchapp.search.publications import Publications
from searchapp.search.request import Hit
from searchapp.search.service import SearchService
from searchapp.web.addresses import article_address
from searchapp.web.dates import ShownDate, show_date
from searchapp.web.languages import lang_attribute

#: Publications that a hit unfolds.
_UNFOLDED: Final = 10


@dataclass(frozen=True, slots=True)
class ShownPublication:
    """One article of a story, by where it was published; `is_here` on its own page."""

    title: str
    source: str
    lang: str
    date: ShownDate
    address: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class OtherPublications:
    """What a hit unfolds: how many others there are, in words, the first of them, and how many are not listed."""

    words: str
    listed: tuple[ShownPublication, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ShownStory:
    """All publications of an article, first to last; `differences` from the first where this is another."""

    articles: int
    listed: tuple[ShownPublication, ...]
    more: int
    differences: Differences | None


def show_other_publications(
    service: SearchService, hits: tuple[Hit, ...], q: str
) -> tuple[OtherPublications | None, ...]:
    """For each hit; None where it is the only one."""
    others = [
        tuple(each for each in hit.story.ids if each != hit.stored.id) if hit.story is not None else () for hit in hits
    ]
    asked = tuple(each for ids in others for each in ids[:_UNFOLDED])
    found = {stored.id: stored for stored in service.engine.fetch(asked, with_original=False) if stored}
    return tuple(
        OtherPublications(
            f"and {len(ids)} more publication{'' if len(ids) == 1 else 's'}",
            tuple(_show(found[each], q) for each in ids[:_UNFOLDED] if each in found),
            len(ids[_UNFOLDED:]),
        )
        if ids
        else None
        for ids in others
    )


def show_story(publications: Publications | None, q: str) -> ShownStory | None:
    """None where the article was published once."""
    if publications is None or publications.articles == 1:
        return None
    return ShownStory(
        articles=publications.articles,
        listed=tuple(_show(each, q, here=publications.stored.id) for each in publications.read),
        more=publications.articles - len(publications.read),
        differences=publications.differences,
    )


def _show(stored: StoredArticle, q: str, here: str = "") -> ShownPublication:
    article = stored.article
    return ShownPublication(
        title=article.title,
        source=article.source,
        lang=lang_attribute(article.lang),
        date=show_date(article.published),
        address=article_address(stored.id, q),
        is_here=stored.id == here,
    )
