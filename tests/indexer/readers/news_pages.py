"""A news page with its furniture, and how it is read, for tests of what comes out."""

from __future__ import annotations

from datetime import date

from indexer.article import Article, Place, ReadArticle, Skipped
from indexer.readers.html_page import read_html_page

PLACE = Place("page.html")
TODAY = date(2026, 1, 1)
PARAGRAPHS = (
    """The harbour at Esker will be dredged for the first time in forty years, the port authority said on Thursday,
    after two freighters ran aground within a week.""",
    """Work is to begin in May and should take eleven weeks. Fishing boats will use the northern quay until then, the
    harbour master, Ines Carrow, told reporters.""",
    "“We have waited long enough,” she said. “Every winter the channel has lost another hand of water.”",
    "The council will vote on the cost, put at 4.2 million crowns, at its next meeting in April.",
)
PARAGRAPHS = tuple(" ".join(paragraph.split()) for paragraph in PARAGRAPHS)
JSON_LD = """{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Esker harbour to be dredged",
  "datePublished": "2021-03-11T15:29:00+01:00", "dateModified": "2021-03-14T09:00:00+01:00",
  "author": [{"@type": "Person", "name": "Maren Holt"}, {"@type": "Person", "name": "Tobias Renn"}],
  "publisher": {"@type": "Organization", "name": "The Esker Courier"}, "keywords": ["harbours", "Esker"]}"""


def news_page(
    *,
    head: str = f'<script type="application/ld+json">{JSON_LD}</script>',
    title: str = "Esker harbour to be dredged | The Esker Courier",
    headline: str = "Esker harbour to be dredged",
    byline: str = "By Maren Holt and Tobias Renn",
    dated: str = "11 March 2021",
    paragraphs: tuple[str, ...] = PARAGRAPHS,
) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>
<header><div class="logo"><a href="/">The Esker Courier</a></div>
<nav class="menu"><ul><li><a href="/news">News</a></li><li><a href="/sport">Sport</a></li>
<li><a href="/weather">Weather</a></li></ul></nav></header>
<main><article class="story"><h1 class="headline">{headline}</h1>
<div class="byline">{byline}</div><div class="date">{dated}</div>
<div class="share"><a href="#">Share on Facebook</a> <a href="#">Tweet</a></div>
<div class="article-body">{text}</div></article>
<aside class="related"><h3>Related articles</h3><ul><li><a href="/a">Ferry timetable changes from Monday</a></li>
<li><a href="/b">Gull count begins on the northern cliffs</a></li></ul></aside>
<section class="comments"><h3>Comments</h3><div class="comment">
<p>About time too, my boat scraped the bottom twice last year!</p></div></section></main>
<footer><p>© 2021 The Esker Courier. All rights reserved.</p></footer></body></html>"""


def read(page: str | bytes, **options: object) -> Article:
    outcome = read_outcome(page, **options)
    assert isinstance(outcome, ReadArticle), outcome
    return outcome.article


def read_outcome(page: str | bytes, **options: object) -> ReadArticle | Skipped:
    content = page.encode() if isinstance(page, str) else page
    return read_html_page(content, PLACE, **{"today": TODAY, **options})
