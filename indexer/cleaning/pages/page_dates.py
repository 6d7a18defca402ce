"""The day that a page was published: a weighted vote of all that it says about it.

Three groups of sources are independent of each other: what the page tells machines (JSON-LD, meta elements,
microdata), what it shows (the dateline, time elements), and its address. A date that two of them agree on is sure,
unless one was made from the other: a time element with the very stamp that machines are told is no second witness. Days
of updates, of comments, of other articles and of an archive's copy have no vote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from lxml import etree, html

from indexer.article import UNDATED, Published
from indexer.cleaning.datelines import FoundDay
from indexer.cleaning.dates import find_date, parse_date
from indexer.cleaning.iso_dates import EARLIEST_YEAR, is_to_come
from indexer.cleaning.pages.page_authors import is_elsewhere
from indexer.cleaning.pages.page_head import PageHead

Group = Literal["machine", "shown", "address"]

FUTURE_NOTE: Final = "date in the future refused"
ANCIENT_NOTE: Final = "date before 1600 refused"

_METAS: Final = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "article:published",
    "dc.date.issued", "dcterms.issued", "pubdate", "pub_date", "publishdate", "publish-date", "publish_date", "published", "published_date",
    "publicationdate", "publication_date", "publication-date", "originalpublicationdate", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "rnews:datepublished", "bt:pubdate", "citation_publication_date",
    "citation_date", "article.published", "article_date_original", "artikel:datum", "prism.publicationdate", "ptime",
    "release_date", "sdc:date", "weibo: article:create_at",
)  # fmt: skip
_LOOSE_METAS: Final = (
    "date", "dc.date", "dcterms.date", "dc.date.created", "dcterms.created", "dc.created", "datecreated", "creation_date",
    "created", "video:release_date",
)  # fmt: skip
_UPDATED: Final = re.compile(
    r"updat|modif|aktualis|edited|changed|mis.a.jour|actualiz|aggiorn|bijgewerkt", re.IGNORECASE
)
_ARCHIVE: Final = re.compile(r"^https?://web\.archive\.org/web/\d{4,14}(?:[a-z]{2}_)?/", re.IGNORECASE)
_IN_PATH: Final = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[/._-](\d{1,2})[/._-](\d{1,2})(?!\d)|(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)"
)
_MONTH_IN_PATH: Final = re.compile(r"/((?:19|20)\d\d)/(\d{1,2})(?=/|$)")
_ZONE: Final = re.compile(r"(?:\d|\s)(Z|(?:UTC|GMT)?\s?[+-]\d\d:?\d\d)\s*$")
_GREENWICH: Final = re.compile(r"(?:Z|GMT|UTC|[+-]00:?00)\s*$")
_PUBLISHED: Final = frozenset({"datePublished", "dateCreated"})
_YEAR_OF_DAY: Final = re.compile(r"\s*(\d{4})-\d\d-\d\d")
_MAX_TIME_ELEMENTS: Final = 60
_LEAST_WITNESS: Final = 1.0
#: A source of this weight that names another day leaves nothing sure.
_LEAST_DISSENT: Final = 1.5
_AROUND_DAYS: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DateVote:
    """One source's word: a day, how much it counts, and to which group of sources it belongs."""

    published: Published
    weight: float
    group: Group


@dataclass(frozen=True, slots=True)
class ChosenDate:
    published: Published
    notes: tuple[str, ...] = ()


def choose_date(
    root: etree._Element,
    head: PageHead,
    shown: FoundDay | None,
    address: str,
    today: date | None,
    *,
    near: frozenset[etree._Element],
) -> ChosenDate:
    """The day with most votes. `shown` is what the text's own lines say, `near` the elements around the headline.
    UNDATED where no source says any; notes name what was refused."""
    notes: dict[str, None] = {}
    if _names_ancient(root, head):
        notes.setdefault(ANCIENT_NOTE)
    votes = [vote for vote in _collect(root, head, shown, address, near) if _is_possible(vote, today, notes)]
    if not votes and (found := _search(root)) is not None:
        votes = [vote for vote in (DateVote(found, 1.0, "shown"),) if _is_possible(vote, today, notes)]
    if not votes:
        return ChosenDate(UNDATED, tuple(notes))
    votes = _agree_on_order(votes)
    by_day: dict[str, float] = {}
    for vote in votes:
        day = vote.published.on or ""
        by_day[day] = by_day.get(day, 0.0) + vote.weight
    for day in list(by_day):  # a month supports its days
        if len(day) == 7:
            for other in by_day:
                if other.startswith(day + "-"):
                    by_day[other] += 0.5 * by_day[day]
            if any(other.startswith(day + "-") for other in by_day):
                by_day[day] = 0.0
    chosen = max(by_day, key=lambda day: (by_day[day], len(day)))
    chosen = _local_day(votes, chosen) or chosen
    told = {vote.published.raw for vote in votes if vote.group == "machine"}
    # A page's clock says the day of scraping, so it confirms nothing.
    groups = {
        vote.group
        for vote in votes
        if vote.published.on == chosen
        and vote.weight >= _LEAST_WITNESS
        and (vote.group == "machine" or vote.published.raw not in told)
    }
    disagree = any(vote.weight >= _LEAST_DISSENT and not _agree(vote.published.on or "", chosen) for vote in votes)
    confidence: Literal["sure", "likely"] = "sure" if len(groups) >= 2 and not disagree else "likely"
    return ChosenDate(replace(_best_wording(votes, chosen), confidence=confidence), tuple(notes))


def _agree(one: str, other: str) -> bool:
    """Whether they are one day, or a day and its month."""
    return one.startswith(other) or other.startswith(one)


def _search(root: etree._Element) -> Published | None:
    """What htmldate finds in a page where none of our own sources says a thing."""
    import htmldate  # noqa: PLC0415 takes half a second to import, and few pages need it

    tree = html.document_fromstring(etree.tostring(root, encoding="unicode"))
    try:
        found = htmldate.find_date(tree, original_date=True, outputformat="%Y-%m-%d", min_date="1995-01-01")
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    # It makes the first of January of a year alone, such as that of a copyright notice: a day that nobody named.
    return None if found is None or found.endswith("-01-01") else parse_date(found)


def _collect(
    root: etree._Element, head: PageHead, shown: FoundDay | None, address: str, near: frozenset[etree._Element]
) -> Iterator[DateVote]:
    for raw in head.said.published[:1]:
        if (published := _read(raw)) is not None:
            yield DateVote(published, 3.0, "machine")
    metas = [published for raw in head.all_of(*_METAS) if (published := _read(raw)) is not None]
    if metas:
        yield DateVote(metas[0], 2.5, "machine")
    # Names that say no more than "date" often mean the day that the page was made.
    loose = [published for raw in head.all_of(*_LOOSE_METAS) if (published := _read(raw)) is not None]
    if loose:
        yield DateVote(loose[0], 1.0 if metas else 1.75, "machine")
    yield from _of_elements(root, near)
    if shown is not None and shown.published.on is not None:
        yield DateVote(shown.published, 0.5 if shown.is_unsure else 2.0, "shown")
    if (of_address := read_address_date(address)) is not None:
        yield DateVote(of_address, 2.0 if of_address.precision == "day" else 1.0, "address")


def _read(raw: str) -> Published | None:
    raw = raw.strip()
    return parse_date(raw) or _first_date(raw)


def _first_date(raw: str) -> Published | None:
    if len(raw) > 120:
        return None
    found = find_date(raw)
    return None if found is None else found.published


def _of_elements(root: etree._Element, near: frozenset[etree._Element]) -> Iterator[DateVote]:
    """Microdata and time elements, the first of each; one far from the headline counts less."""
    properties = (each for each in root.iter() if isinstance(each.tag, str) and each.get("itemprop") in _PUBLISHED)
    for element in properties:
        raw = _told_day(element)
        if not is_elsewhere(element) and (published := _read(raw[:200])) is not None:
            yield DateVote(published, 2.0, "machine")
            break
    best: DateVote | None = None
    for at, element in enumerate(root.iter("time")):
        if at >= _MAX_TIME_ELEMENTS:
            break
        words = " ".join((element.get("class") or "", element.get("itemprop") or "", _text_before(element)))
        if _UPDATED.search(words) or is_elsewhere(element):
            continue
        raw = element.get("datetime") or element.get("title") or " ".join("".join(element.itertext()).split())
        published = _read(raw[:200]) or _first_date(" ".join("".join(element.itertext()).split())[:120])
        if published is None or published.precision in {"year", "none"}:
            continue
        weight = 1.5 if _is_near(element, near) or element.get("pubdate") is not None else 1.0
        if best is None or weight > best.weight:
            best = DateVote(published, weight, "shown")
    if best is not None:
        yield best


def _told_day(element: etree._Element) -> str:
    return element.get("content") or element.get("datetime") or " ".join(" ".join(element.itertext()).split())


def _text_before(element: etree._Element) -> str:
    previous = element.getprevious()
    said = (
        previous.tail if previous is not None else element.getparent().text if element.getparent() is not None else ""
    ) or ""
    return str(said)[-30:]


def _is_near(element: etree._Element, near: frozenset[etree._Element]) -> bool:
    for _ in range(5):
        if element is None:
            return False
        if element in near:
            return True
        element = element.getparent()
    return False


def read_address_date(address: str) -> Published | None:
    """The day, or the month, that an address names in its path; an archive's own prefix is passed over."""
    address = _ARCHIVE.sub("", address)
    try:
        path = unquote(urlsplit(address).path if "://" in address else address)
    except ValueError:
        return None
    for match in _IN_PATH.finditer(path):
        year, month, day = (int(group) for group in match.groups() if group)
        try:
            on = date(year, month, day).isoformat()
        except ValueError:
            continue
        return Published(on, None, "day", match[0])
    named = _MONTH_IN_PATH.search(path)
    if named is not None and 1 <= int(named[2]) <= 12:
        return Published(f"{named[1]}-{int(named[2]):02}", None, "month", named[0].strip("/"))
    return None


def _is_possible(vote: DateVote, today: date | None, notes: dict[str, None]) -> bool:
    if is_to_come(vote.published, today):
        notes.setdefault(FUTURE_NOTE)
        return False
    return vote.published.on is not None


def _names_ancient(root: etree._Element, head: PageHead) -> bool:
    """Whether the page tells machines a date of a year before the first newspaper: 0001-01-01."""
    told = (
        each
        for each in root.iter(etree.Element)
        if each.get("itemprop") in _PUBLISHED or each.get("pubdate") is not None
    )
    said = (*head.said.published, *head.all_of(*_METAS, *_LOOSE_METAS), *map(_told_day, told))
    years = (_YEAR_OF_DAY.match(raw) for raw in said)
    return any(year is not None and int(year[1]) < EARLIEST_YEAR for year in years)


def _agree_on_order(votes: list[DateVote]) -> list[DateVote]:
    """03/04/2021 says one of two days: where another source names the other one, it is that."""
    days = {vote.published.on for vote in votes}
    agreed: list[DateVote] = []
    for vote in votes:
        on = vote.published.on or ""
        swapped = f"{on[:5]}{on[8:10]}-{on[5:7]}" if len(on) == 10 else ""
        is_numeric = re.match(r"\D*\d{1,2}[./-]\d{1,2}[./-]\d{4}", vote.published.raw) is not None
        others = {other.published.on for other in votes if other is not vote}
        if is_numeric and swapped in days and on not in others:
            vote = replace(vote, published=replace(vote.published, on=swapped, at=None))  # noqa: PLW2901
        agreed.append(vote)
    return agreed


def _local_day(votes: list[DateVote], chosen: str) -> str | None:
    """A stamp of Greenwich that says another day than the page shows, or its address names, a day off: theirs is the
    outlet's own day."""
    backers = [vote for vote in votes if vote.published.on == chosen]
    if len(chosen) != 10 or not all(
        vote.group == "machine" and _GREENWICH.search(vote.published.raw) for vote in backers
    ):
        return None
    around = {(date.fromisoformat(chosen) + shift).isoformat() for shift in (_AROUND_DAYS, -_AROUND_DAYS)}
    others = [
        vote
        for vote in votes
        if vote.group != "machine" and vote.published.on in around and not _GREENWICH.search(vote.published.raw)
    ]
    return max(others, key=lambda vote: vote.weight).published.on if others else None


_FINENESS: Final = {"none": 0, "year": 1, "month": 2, "day": 3, "minute": 4, "second": 5}


def _best_wording(votes: list[DateVote], chosen: str) -> Published:
    """Of all that say the day the one that says the time as well, with a zone before one without."""
    said = [vote.published for vote in votes if vote.published.on == chosen]
    best = max(said, key=lambda published: (published.at is not None, _FINENESS[published.precision]))
    zone = _ZONE.search(best.raw)
    return replace(best, zone=best.zone or (zone[1].strip() if zone else ""))
