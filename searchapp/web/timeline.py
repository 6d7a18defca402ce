"""The timeline of the results page: bars that narrow the search to their days, and the same as a table.

The bars are for eyes and for pointers; the table under them has every number and a link of a size that can be hit, for
keyboards and for readers of screens. Heights are in thousandths of the tallest bar.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from searchapp.search.days_in_words import day_in_words, days_in_words
from searchapp.search.request import SearchRequest
from searchapp.search.timeline import Period, Timeline
from searchapp.web.addresses import search_address

_FULL = 1000
_WIDTH = 10
#: A bar of one article among thousands is still seen.
_LEAST = 25


@dataclass(frozen=True, slots=True)
class Bar:
    """`address` is "" where there is nothing to narrow to. `count_html` and `share_html` draw it: the area that is
    pointed at, and the bar in it."""

    label: str
    count: int
    of: int
    share: str
    address: str
    words: str
    count_html: str
    share_html: str


@dataclass(frozen=True, slots=True)
class ShownTimeline:
    """`most` and `most_share` say in words what the tallest bar stands for; `uncounted` are the matches in no bar."""

    unit: str
    first: str
    last: str
    bars: tuple[Bar, ...]
    most: int
    most_share: str
    uncounted: int


def show_timeline(timeline: Timeline, request: SearchRequest, total: int) -> ShownTimeline | None:
    """None where there are not two bars to compare."""
    periods = timeline.periods
    if len(periods) < 2:
        return None
    most = max(period.count for period in periods)
    highest = max(_share(period) for period in periods)
    return ShownTimeline(
        unit=timeline.interval,
        first=_name(periods[0]),
        last=_name(periods[-1]),
        bars=tuple([_bar(place, period, request, most, highest) for place, period in enumerate(periods)]),
        most=most,
        most_share=_percent(highest),
        uncounted=total - sum(period.count for period in periods),
    )


def _bar(place: int, period: Period, request: SearchRequest, most: int, highest: float) -> Bar:
    name, share = _name(period), _share(period)
    percent = _percent(share)
    return Bar(
        label=name,
        count=period.count,
        of=period.of,
        share=percent,
        address=_narrowed(period, request) if period.count else "",
        words=f"{name}: {period.count:,} of {period.of:,}, {percent}",
        count_html=_draw(place, _height(period.count / most)),
        share_html=_draw(place, _height(share / highest)),
    )


def _draw(place: int, height: int) -> str:
    """Made of numbers alone, and here: a template escapes them one by one, and a page has hundreds."""
    left = place * _WIDTH
    return (
        f'<rect class="area" x="{left}" y="0" width="{_WIDTH}" height="{_FULL}"/>'
        f'<rect class="bar" x="{left + 1}" y="{_FULL - height}" width="{_WIDTH - 2}" height="{height}"/>'
    )


def _narrowed(period: Period, request: SearchRequest) -> str:
    filters = request.filters
    first = max(period.first, filters.from_day or date.min)
    last = min(period.last, filters.to_day or date.max)
    return search_address(request, filters=replace(filters, from_day=first, to_day=last))


def _name(period: Period) -> str:
    words = days_in_words(period.first, period.last)
    if words.startswith("of "):
        return words.removeprefix("of ")
    return f"{day_in_words(period.start)} to {period.last.year}"


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
