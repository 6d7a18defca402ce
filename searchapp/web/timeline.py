"""The timeline of the results page: bars that narrow the search to their days, and the same as a table.

The bars are for eyes and for pointers; the table under them has every number and a link of a size that can be hit, for
keyboards and for readers of screens. Heights are in thousandths of the tallest bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from markupsafe import escape

from searchapp.search.days_in_words import day_in_words, days_in_words
from searchapp.search.request import SearchRequest
from searchapp.search.timeline import Period, Timeline
from searchapp.web.addresses import SearchLinks

_FULL = 1000
_WIDTH = 10
#: A bar of one article among thousands is still seen.
_LEAST = 25
_NAMES = 4096


@dataclass(frozen=True, slots=True)
class ShownTimeline:
    """What ends in `_html` is printed: the bars by count, by share of the archive, and the rows of the table. All bars
    are `width` wide. `most` and `most_share` say in words what the tallest stands for; `uncounted` are the matches in
    no bar."""

    unit: str
    first: str
    last: str
    width: int
    counts_html: str
    shares_html: str
    rows_html: str
    most: int
    most_share: str
    uncounted: int


def show_timeline(timeline: Timeline, request: SearchRequest, links: SearchLinks, total: int) -> ShownTimeline | None:
    """None where there are not two bars to compare. `links` are those of the request."""
    periods = timeline.periods
    if len(periods) < 2:
        return None
    most = max(period.count for period in periods)
    highest = max(_share(period) for period in periods)
    bars = [_print_bar(place, period, request, links, most, highest) for place, period in enumerate(periods)]
    return ShownTimeline(
        unit=timeline.interval,
        first=_name(periods[0].start, periods[0].first, periods[0].last),
        last=_name(periods[-1].start, periods[-1].first, periods[-1].last),
        width=_WIDTH * len(periods),
        counts_html="".join([count for count, _, _ in bars]),
        shares_html="".join([share for _, share, _ in bars]),
        rows_html="".join([row for _, _, row in bars]),
        most=most,
        most_share=_percent(highest),
        uncounted=total - sum(period.count for period in periods),
    )


def _print_bar(
    place: int, period: Period, request: SearchRequest, links: SearchLinks, most: int, highest: float
) -> tuple[str, str, str]:
    """The bar by count, the bar by share and the row of a period. Printed here: a template takes four times as long,
    and a page has a hundred. But for the address, which is escaped, they are made of numbers and names of months."""
    name, share = _name(period.start, period.first, period.last), _share(period)
    percent = _percent(share)
    row_end = f"</th><td>{period.count:,}</td><td>{period.of:,}</td><td>{percent}</td></tr>\n"
    if not period.count:  # nothing to narrow to
        return "\n", "\n", f'<tr><th scope="row">{name}{row_end}'
    address = escape(_narrowed(period, request, links))
    begin = (
        f'<a href="{address}" tabindex="-1" rel="nofollow">'
        f"<title>{name}: {period.count:,} of {period.of:,}, {percent}</title>"
    )
    return (
        f"{begin}{_draw(place, _height(period.count / most))}</a>\n",
        f"{begin}{_draw(place, _height(share / highest))}</a>\n",
        f'<tr><th scope="row"><a href="{address}" rel="nofollow">{name}</a>{row_end}',
    )


def _draw(place: int, height: int) -> str:
    """The area that is pointed at, and the bar in it."""
    left = place * _WIDTH
    return (
        f'<rect class="area" x="{left}" y="0" width="{_WIDTH}" height="{_FULL}"/>'
        f'<rect class="bar" x="{left + 1}" y="{_FULL - height}" width="{_WIDTH - 2}" height="{height}"/>'
    )


def _narrowed(period: Period, request: SearchRequest, links: SearchLinks) -> str:
    filters = request.filters
    first = max(period.first, filters.from_day or date.min)
    last = min(period.last, filters.to_day or date.max)
    return links.within(first, last)


@lru_cache(_NAMES)
def _name(start: str, first: date, last: date) -> str:
    """Remembered: periods are few, and each answer has most of them."""
    words = days_in_words(first, last)
    if words.startswith("of "):
        return words.removeprefix("of ")
    return f"{day_in_words(start)} to {last.year}"


def _share(period: Period) -> float:
    return period.count / period.of if period.of else 0.0


def _percent(share: float) -> str:
    """`12%`, `0.4%`; never 0 for what is there."""
    percent = share * 100
    if percent >= 10 or percent == 0:
        return f"{percent:.0f}%"
    return f"{percent:.1f}%" if percent >= 0.1 else "under 0.1%"


def _height(part: float) -> int:
    return max(round(part * _FULL), _LEAST) if part > 0 else 0
