"""The visible text of one whole news page, furniture included -> an article.

Every line is marked as kept, or with the reason why it was left out; a line that became the title, the byline, the
date or the source counts as kept. Reading the marked lines again gives the same article.

What was learnt of a source's furniture changes a body, never a title, a byline, a date or a source: an article's id is
made of these, and must not depend on which other articles an index holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from indexer.article import Article, OriginalLine, Place, ReadArticle, Skipped
from indexer.cleaning.body import choose_body
from indexer.cleaning.bylines import FoundByline, find_byline, find_lead_bylines
from indexer.cleaning.datelines import FoundDay, find_day, has_day_to_come, is_page_clock, published_of
from indexer.cleaning.furniture import (
    BYLINE,
    DATE_LINE,
    LEARNT_LINE,
    REPEATED_LINE,
    REPEATED_TITLE,
    SCRAPING_DATE,
    SITE_NAME,
    UNSURE_DATE,
    Region,
    find_furniture,
    name_furniture,
)
from indexer.cleaning.language import identify_language
from indexer.cleaning.line_features import Flags, Floats
from indexer.cleaning.line_model import LineModel, LineVerdict, judge_again, judge_lines, load_line_model
from indexer.cleaning.lines import TextBlock, read_blocks, split_lines
from indexer.cleaning.outlets import FoundOutlet, find_outlet, outlet_of_title
from indexer.cleaning.page_lines import PageLines, find_date_lines, fold_line
from indexer.cleaning.repeated_lines import LinesOfSource, digest_line
from indexer.cleaning.titles import find_title, trim_title

#: The note about a page whose only date lies in the future: nothing was published then.
DATE_TO_COME = "date to come was not taken"
# No page of news has more lines: what is longer is kept whole, unjudged.
_MAX_JUDGED_LINES = 20_000
_HEAD_LINES = 30
_TAIL_LINES = 15
_TOP_LINES = 6
_LANGUAGE_CHARS = 4000
# Of an article that would lose more, the lines are its own: it is one of several versions, or of a series.
_LEAST_LEFT_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class _Head:
    """The lines that became fields, by number of their block, and what was read from them."""

    title: int | None = None
    byline: FoundByline | None = None
    day: FoundDay | None = None
    outlet: FoundOutlet | None = None

    @property
    def lines(self) -> frozenset[int]:
        """The lines that became title, author and source."""
        places = (self.title, self.byline.at if self.byline else None, self.outlet.at if self.outlet else None)
        return frozenset(at for at in places if at is not None)


@dataclass(frozen=True, slots=True)
class _Reading:
    """`body` are the blocks that make the body; `learnt` those that would, had the source's other pages not shown what
    they are."""

    page: PageLines
    body: Flags
    learnt: Flags


def read_scraped_text(
    text: str,
    place: Place,
    *,
    model: LineModel | None = None,
    known: LinesOfSource | None = None,
    today: date | None = None,
) -> ReadArticle | Skipped:
    """One article from one page's text; Skipped "no text" when there is no word in it. Never raises.

    `model` is for measuring models that have not seen a page; by default the one that ships. `known` gives what was
    learnt of the page's source. `today` refuses dates that are yet to come, with a note where there is no other.
    """
    lines = split_lines(text)
    blocks = read_blocks(lines)
    if not any(any(map(str.isalnum, block.text)) for block in blocks):
        return Skipped(place, "no text", "there is no word in it")
    if len(blocks) > _MAX_JUDGED_LINES:
        return ReadArticle(place, _keep_whole(lines, blocks))
    texts = tuple(block.text for block in blocks)
    verdict = judge_lines(list(texts), model or load_line_model())
    furniture = find_furniture(texts, verdict.features)
    chosen = choose_body(texts, verdict, furniture)
    page = _lay_out(texts, verdict.features, furniture, chosen)
    head = _read_head(page, today)
    reading = _Reading(page, _leave_out_head(page, head, chosen), np.zeros(len(texts), dtype=np.bool_))
    if known is not None:
        reading = _use_learnt(reading, head, verdict, known(head.outlet.name if head.outlet else ""))
    notes = (DATE_TO_COME,) if head.day is None and today is not None and has_day_to_come(page, today) else ()
    return ReadArticle(place, _write_article(lines, blocks, reading, head), notes)


def _use_learnt(alone: _Reading, head: _Head, verdict: LineVerdict, learnt: frozenset[int]) -> _Reading:
    """The body once more where some of it was learnt to be furniture; as it was where that would leave too little."""
    page = alone.page
    if not learnt:
        return alone
    repeated = np.array([digest_line(text) in learnt for text in page.texts], dtype=np.bool_)
    for at in (*head.lines, *page.dates):
        repeated[at] = False
    if not (alone.body & repeated).any():
        return alone
    furniture = page.furniture | repeated
    chosen = choose_body(page.texts, judge_again(verdict, repeated), furniture) & ~repeated
    if not chosen.any():
        return alone
    again = _lay_out(page.texts, page.features, furniture, chosen)
    body = _leave_out_head(again, head, chosen)
    words = verdict.words
    if words[body].sum() < _LEAST_LEFT_SHARE * words[alone.body].sum():
        return alone
    if head.title is not None and body[head.title] != alone.body[head.title]:
        return alone  # a headline that is the whole text is no title, with and without what was learnt
    return _Reading(again, body, alone.body & repeated)


def _keep_whole(lines: list[str], blocks: list[TextBlock]) -> Article:
    body = "\n\n".join(block.text for block in blocks)
    return Article(
        body=body, lang=identify_language(body[:_LANGUAGE_CHARS]), original=_as_original(lines, [""] * len(lines))
    )


def _as_original(lines: list[str], marks: list[str]) -> tuple[OriginalLine, ...]:
    # Half of a text's lines are empty: they are one value.
    empty = OriginalLine("")
    return tuple(OriginalLine(line, mark) if line else empty for line, mark in zip(lines, marks, strict=True))


def _lay_out(texts: tuple[str, ...], features: Floats, furniture: Flags, chosen: Flags) -> PageLines:
    """Where the text begins and ends. It begins with a sentence: the headline above may have been chosen as well."""
    at = [int(number) for number in np.flatnonzero(chosen)]
    end = at[-1] + 1
    bare = PageLines(texts, tuple(map(fold_line, texts)), features, furniture, at[0], end)
    start = next((number for number in at[:_HEAD_LINES] if bare.is_sentence(number)), at[0])
    around = (range(_TOP_LINES), range(start - _HEAD_LINES, start + 3), range(end - 2, end + _TAIL_LINES))
    return replace(bare, start=start, dates=find_date_lines(texts, around))


def _read_head(page: PageLines, today: date | None) -> _Head:
    leads = find_lead_bylines(page)
    outlet = find_outlet(page, leads)
    title = find_title(page, leads, outlet.at if outlet else None)
    byline = find_byline(page, leads, title, outlet.at if outlet else None)
    day = find_day(page, title, byline.at if byline else None, today)
    if outlet is None and title is not None:
        outlet = outlet_of_title(page.texts[title], page)
    return _Head(title, byline, day, outlet)


def _title_of(page: PageLines, head: _Head) -> str:
    return "" if head.title is None else trim_title(page.texts[head.title], head.outlet.name if head.outlet else "")


def _leave_out_head(page: PageLines, head: _Head, chosen: Flags) -> Flags:
    """The body without lines that became fields, or say the same again; never left with nothing."""
    body = chosen.copy()
    said = {page.folded[at] for at in head.lines if not page.is_sentence(at)}
    if head.title is not None and not page.is_sentence(head.title):
        said.add(fold_line(_title_of(page, head)))
    for number in np.flatnonzero(chosen):
        if page.folded[number] in said or number == head.title or page.is_date_line(int(number)):
            body[number] = False
    return body if body.any() else chosen


def _write_article(lines: list[str], blocks: list[TextBlock], reading: _Reading, head: _Head) -> Article:
    page, body = reading.page, reading.body
    source = head.outlet.name if head.outlet else ""
    title = _title_of(page, head) if head.title is not None and not body[head.title] else ""
    marks = [""] * len(lines)
    seen: set[str] = set()
    for at, block in enumerate(blocks):
        mark = LEARNT_LINE if reading.learnt[at] else _mark(page, head, body, at, is_repeat=block.text in seen)
        seen.add(block.text)
        for number in block.numbers:
            marks[number] = mark
    paragraphs = "\n\n".join(block.text for at, block in enumerate(blocks) if body[at])
    return Article(
        title=title,
        body=paragraphs,
        author=head.byline.names if head.byline else (),
        source=source,
        published=published_of(head.day),
        lang=identify_language(f"{title}\n{paragraphs[:_LANGUAGE_CHARS]}"),
        original=_as_original(lines, marks),
    )


def _is_title(text: str, title: str, outlet: FoundOutlet | None) -> bool:
    """Whether a line says the (folded) title, with or without the site's name behind it or a standing head before."""
    folded = fold_line(text)
    return folded == title or (title in folded and fold_line(trim_title(text, outlet.name if outlet else "")) == title)


def _mark(page: PageLines, head: _Head, body: Flags, at: int, *, is_repeat: bool) -> str:
    """Why a line is not in the article, "" if it is."""
    if head.day is not None and head.day.at == at:
        return UNSURE_DATE if head.day.is_unsure else ""
    if body[at] or at in head.lines:
        return ""
    folded = page.folded[at]
    if head.title is not None and _is_title(page.texts[at], fold_line(_title_of(page, head)), head.outlet):
        return REPEATED_TITLE
    if (found := page.dates.get(at)) is not None:
        above = at < (page.start if head.title is None else head.title)
        return SCRAPING_DATE if above and is_page_clock(page, at, found) else DATE_LINE
    if head.outlet is not None and folded == fold_line(head.outlet.name):
        return SITE_NAME
    if head.byline is not None and folded == page.folded[head.byline.at]:
        return BYLINE
    region: Region = "before" if at < page.start else "after" if at >= page.end else "inside"
    if region == "inside" and is_repeat:
        return REPEATED_LINE
    return name_furniture(page.features, at, region)
